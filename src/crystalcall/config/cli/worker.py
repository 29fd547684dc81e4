"""The `crystalcall worker` command: background work and the clock."""

import click


@click.command("worker")
@click.option("--task-threads", default=1, show_default=True, type=click.IntRange(1, 16), help="Threads for tasks.")
@click.option("--once", is_flag=True, help="Run every sweep once and end; for cron and for looking.")
def worker_command(task_threads: int, once: bool) -> None:
    """Run background work and the clock until stopped; several workers may run side by side."""
    from crystalcall.jobs.clock import run_one
    from crystalcall.jobs.sweeps import SWEEPS
    from crystalcall.jobs.worker import Worker
    from crystalcall.plumbing import clock

    if once:
        results = [run_one(sweep, clock.now()) for sweep in SWEEPS]
        raise SystemExit(1 if None in results else 0)
    worker = Worker(sweeps=SWEEPS, task_threads=task_threads)
    worker.handle_signals()
    click.echo("The worker is running; Ctrl-C or SIGTERM stops it.")
    raise SystemExit(worker.run())
