"""Ask the web process of this container whether it can serve; the exit code is the answer.

python tools/probe.py [/readyz]
"""

import os
import sys
from urllib.error import URLError
from urllib.request import Request, urlopen

port = os.environ.get("PORT", "8000")
path = sys.argv[1] if len(sys.argv) > 1 else "/readyz"
# The shop answers to its own names only, so the question is put in one of them.
host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].lstrip(".")

try:
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host}), timeout=4) as answer:
        print(answer.read().decode())
except URLError as error:
    sys.exit(f"{path}: {error}")
