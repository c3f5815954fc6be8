"""The HTTP server: one thread a connection, connections kept alive."""

from __future__ import annotations

import logging
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from . import api, control, pages
from .errors import StripeError
from .wire import Answer, Request, json_answer, parse_form

log = logging.getLogger("payments.sandbox")
LARGEST_BODY = 1_000_000


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox):
        self.sandbox = sandbox
        super().__init__(address, Handler)

    def handle_error(self, request, client_address) -> None:
        log.debug("connection from %s broke", client_address, exc_info=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "StripeSandbox", ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one piece
    timeout = 120

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_OPTIONS = do_GET

    def _serve(self) -> None:
        raw = self._body()
        if raw is None:
            return
        try:
            answer = dispatch(self.server.sandbox, self._request(raw))
        except StripeError as error:
            answer = json_answer(error.body(""), error.status)
        except Exception:
            if self.server.sandbox.is_stopped:  # it was slow on demand, and nobody waits any more
                self.close_connection = True
                return
            log.exception("%s %s", self.command, self.path)
            answer = json_answer(
                {"error": {"type": "api_error", "message": "The sandbox broke; see its log."}}, 500
            )
        if answer.lost:
            self._hang_up(answer)
        else:
            self._send(answer)

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self.send_error(413)
            return None
        return self.rfile.read(int(length))

    def _request(self, raw: bytes) -> Request:
        target = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, unquote(target.path), parse_form(target.query), {}, headers, raw)
        if request.is_form:
            request.form = parse_form(raw.decode(errors="replace"))
        return request

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def _hang_up(self, answer: Answer) -> None:
        self.close_connection = True
        if answer.cut:
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) + 1))
            self.end_headers()
            self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args) -> None:
        log.debug("%s", format % args)


def dispatch(sandbox, request: Request) -> Answer:
    """Whose path this is: the API's, the tests' switches', or a page's."""
    if request.path.startswith("/v1/"):
        return api.handle(sandbox, request)
    return control.handle(sandbox, request) or pages.handle(sandbox, request)
