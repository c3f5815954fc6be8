"""What happens by the clock, named once: Celery beat and the embedded worker both read it.

@every(seconds=60)
def expire_holds() -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    name: str
    seconds: int
    run: Callable[[], object]


JOBS: dict[str, Job] = {}


def every(*, seconds: int) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Run the function about every `seconds`, on one worker at a time or on several: it must be harmless twice."""

    def register(run: Callable[[], object]) -> Callable[[], object]:
        name = f"{run.__module__}.{run.__name__}"
        JOBS[name] = Job(name, seconds, run)
        return run

    return register
