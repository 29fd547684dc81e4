"""What the warden itself keeps, and what the pipes below it keep (they are too low to know the inventory)."""

from crystalcall.privacy.inventory import declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose


def declare_all() -> None:
    """Declare the fields of privacy, plumbing and the background-work backend."""
    # Never the data itself; but when somebody called stands in it too, so it is somebody's as long as the order is.
    told = joined(
        personal(
            category="user",
            purposes=(Purpose.ACCOUNTABILITY, Purpose.PRIVACY_REQUEST, Purpose.LEGAL_OBLIGATION),
            retention="disclosure",
            erase="unlink",
        ),
        by="orders.Order.customer_id",
    )
    declare(
        "privacy.Disclosure",
        {
            "id": impersonal("row number"),
            "provider": told,
            "purpose": told,
            "fields": told,
            "subject": told,
            "disclosed_at": told,
            "company": told,
        },
    )
    declare(
        "privacy.DisclosureHorizon",
        {"id": impersonal("row number"), "kept_from": impersonal("from when on disclosures are kept")},
    )
    _declare_pipes()


def _declare_pipes() -> None:
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
