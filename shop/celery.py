"""The Celery application: the outbox's hand-over, and beat for what happens by the clock."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections

SWEEP_SECONDS = 10

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

app = Celery("lotok")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule(sender: Celery, **kwargs: Any) -> None:
    from shop.periodic import JOBS
    from shop.tasks import relay_due

    # Whatever a lost hint left: a broker that was away or flushed, a worker that died.
    sender.add_periodic_task(SWEEP_SECONDS, relay_due.s(), name="shop.tasks.relay_due", expires=SWEEP_SECONDS)
    for job in JOBS.values():
        sender.add_periodic_task(job.seconds, run_job.s(job.name), name=job.name, expires=job.seconds)


@task_prerun.connect
def look_at_connections(**kwargs: Any) -> None:
    """As before a request: one that broke or is old is made anew."""
    close_old_connections()


@app.task(ignore_result=True)
def run_job(name: str) -> None:
    from shop.periodic import JOBS

    JOBS[name].run()
