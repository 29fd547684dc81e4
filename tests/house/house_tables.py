"""What the tables must keep; asks the running Django, so the rooms must be loaded."""

from house_tree import Floors, is_inside


def upward_keys(floors: Floors) -> list[str]:
    """Foreign keys point down: a row may know what lies below its room, never what lies above."""
    from django.apps import apps

    complaints = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=True):
            target = getattr(field, "related_model", None)
            if not getattr(field, "concrete", False) or target is None or isinstance(target, str):
                continue
            if not _ours(model) or not _ours(target):
                continue
            if not floors.points_down(model.__module__, target.__module__):
                complaints.append(f"{model._meta.label}.{field.name} points up to {target._meta.label}")
    return complaints


def personal_columns_that_cannot_be_erased() -> list[str]:
    """An append-only table holds nothing that deletion must change: only what a link elsewhere joins to a person."""
    from django.apps import apps

    from crystalcall.plumbing.append_only import append_only_tables
    from crystalcall.privacy.inventory import personal_fields

    personal = personal_fields()
    return [
        f"{model._meta.label}.{name} is personal and {model._meta.db_table} is append-only"
        for model in apps.get_models()
        if model._meta.db_table in append_only_tables()
        for name, field in personal.get(model._meta.label, {}).items()
        if not field.joined_by or field.joined_by.startswith(f"{model._meta.label}.")
    ]


def _ours(model: type) -> bool:
    return is_inside(model.__module__, "crystalcall")
