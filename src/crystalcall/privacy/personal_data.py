"""What the warden itself keeps, and what the pipes below it keep (they are too low to know the inventory)."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare the fields of privacy, plumbing and the background-work backend."""
    declare(
        "privacy.Disclosure",
        {
            "id": impersonal("row number"),
            "provider": impersonal("a company's key in the register"),
            "purpose": impersonal("a word of the closed list of purposes"),
            "fields": impersonal("names of fields, never their content"),
            "subject": impersonal("an opaque id, which means nobody once the owning room has deleted its link"),
            "disclosed_at": impersonal("time of a disclosure, telling nothing without its subject"),
        },
    )
    declare(
        "plumbing.Announcement",
        {
            "id": impersonal("row number"),
            "name": impersonal("name of a kind of fact"),
            "payload": impersonal("ids only: the owning rooms look up what they mean"),
            "announced_at": impersonal("time of a fact, telling nothing by itself"),
        },
    )
    declare(
        "plumbing.Delivery",
        {
            "id": impersonal("row number"),
            "announcement": impersonal("points to the outbox row"),
            "listener": impersonal("name of a listening room"),
            "delivered_at": impersonal("time of a delivery inside the program"),
            "tries": impersonal("a count"),
            "last_problem": impersonal("name of an error class, never its message"),
        },
    )
    declare(
        "plumbing.Tally",
        {
            "name": impersonal("what is counted, a name of the program's"),
            "total": impersonal("how often; whom stands nowhere"),
            "since": impersonal("when a count began"),
            "counted_at": impersonal("when a count was last written"),
        },
    )
    reason = "background work carries ids only; its rows are pruned"
    names = (
        "id status enqueued_at started_at finished_at args_kwargs priority task_path worker_ids queue_name "
        "backend_name run_after return_value exception_class_path traceback"
    )
    declare("django_tasks_database.DBTaskResult", {name: impersonal(reason) for name in names.split()})
