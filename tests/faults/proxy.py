"""A network to break: passes bytes on to a server, until it is told to refuse, to swallow, to cut, or to vanish."""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import threading

from tests.faults.house import free_port

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset instead of a farewell
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27  # Linux
DROP = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # return 0: no byte of it is let in
DROP_ALL = struct.pack("HP", 1, ctypes.addressof(DROP))


class Proxy:
    """Listens on `port` and passes on to `target`. `refuse`, `swallow`, `vanish`, `cut` and `restore` change that."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._swallows = False
        self._listener: socket.socket | None = None
        self.port = self._listen(free_port())

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def refuse(self) -> None:
        """Nobody is there: connections are reset, new ones refused."""
        listener, self._listener = self._listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def swallow(self) -> None:
        """A black hole: connections are taken, words are taken, no answer ever comes."""
        self._swallows = True

    def vanish(self) -> None:
        """As a cable pulled out: what arrives is thrown away by the kernel and never acknowledged."""
        with self._lock:
            for each in [*self._open, *filter(None, [self._listener])]:
                each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, DROP_ALL)

    def cut(self) -> None:
        """Reset every connection; new ones work as before."""
        with self._lock:
            while self._open:
                _end(self._open.pop(), reset=True)

    def restore(self) -> None:
        """As it was. What the hole swallowed is lost."""
        if self._swallows:
            self.cut()
            self._swallows = False
        if self._listener is None:
            self._listen(self.port)
        else:
            with contextlib.suppress(OSError):  # it has none unless it had vanished
                self._listener.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)

    def close(self) -> None:
        self.refuse()

    def _listen(self, port: int) -> int:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self._listener.getsockname()[1]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self._keep(client)
            if self._swallows:
                continue  # held open, never read
            try:
                server = socket.create_connection(self.target, timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._keep(server)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _keep(self, each: socket.socket) -> None:
        with self._lock:
            self._open.add(each)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                if not self._swallows:
                    sink.sendall(data)
        except OSError:
            pass
        finally:
            if not self._swallows:
                with self._lock:
                    self._open -= {source, sink}
                _end(source)
                _end(sink)


def _end(connection: socket.socket, *, reset: bool = False) -> None:
    """Shut down first: closing alone would not wake a thread that reads, and the other side would not hear of it."""
    with contextlib.suppress(OSError):
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
