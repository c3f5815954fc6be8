"""How gunicorn serves the shop. Each figure can be moved by the environment variable beside it."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))

timeout = int(os.environ.get("WEB_TIMEOUT_SECONDS", "30"))  # a worker that is silent this long is replaced
graceful_timeout = 8  # Docker waits ten seconds after asking to stop
keepalive = 15  # seconds; the proxy in front, or the browser, keeps its connection
max_requests = 20_000  # then a worker starts afresh, so a leak in any library stays small
max_requests_jitter = 2_000

# An honest browser needs far less than this.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

# X-Forwarded-* are believed only where the operator says that a proxy stands in front.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")

# The shop writes a line of its own for each request, with the request's id (shop/middleware/request_id.py).
accesslog = None
errorlog = "-"
loglevel = "warning"


def post_worker_init(worker):
    """gunicorn's own messages leave through the shop's formatter too, and the loaded shop is not swept for garbage."""
    import gc
    import logging

    logger = logging.getLogger("gunicorn.error")
    logger.handlers, logger.propagate = [], True
    # Hundreds of thousands of objects that live as long as the process: looking through them again and again
    # cost a tenth of a checkout.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
