"""The `crystalcall worker` command: background work and the clock."""

import click

from crystalcall.config.cli.saying import say

NO_SIGNING_KEY = (
    "The worker signs the register's days: set CRYSTALCALL_REGISTER_SIGNING_KEY, or"
    " CRYSTALCALL_REGISTER_SIGNING_KEY_FILE with a file that holds it (`openssl rand -hex 32` makes one), and keep a"
    " copy apart from this machine."
)
NO_ARCHIVE = (
    "Fewer than two officers are appointed: what customers change or delete is not kept in the sealed archive"
    " (crystalcall privacy officer new)."
)


@click.command("worker")
@click.option("--task-threads", default=1, show_default=True, type=click.IntRange(1, 16), help="Threads for tasks.")
@click.option("--once", is_flag=True, help="Run every sweep once and end; for cron and for looking.")
def worker_command(task_threads: int, once: bool) -> None:
    """Run background work and the clock until stopped; several workers may run side by side."""
    from crystalcall.jobs.clock import run_one
    from crystalcall.jobs.sweeps import SWEEPS
    from crystalcall.jobs.worker import Worker
    from crystalcall.plumbing import clock
    from crystalcall.plumbing.settings import current
    from crystalcall.plumbing.starting import refuse_broken_database, watch_openings
    from crystalcall.privacy.erasures.starting import replay_at_start
    from crystalcall.privacy.keepers import has_archive

    refuse_broken_database()
    if not current().register_signing_key:
        say(NO_SIGNING_KEY, err=True)
        raise SystemExit(1)
    # Whom a restored database brought back is forgotten again before a mail or anything else is done about them.
    replay_at_start(clock.now())
    if once:
        results = [run_one(sweep, clock.now()) for sweep in SWEEPS]
        raise SystemExit(1 if None in results else 0)
    if not has_archive():
        say(NO_ARCHIVE, err=True)
    watch_openings()
    worker = Worker(sweeps=SWEEPS, task_threads=task_threads)
    worker.handle_signals()
    say("The worker is running; Ctrl-C or SIGTERM stops it.")
    raise SystemExit(worker.run())
