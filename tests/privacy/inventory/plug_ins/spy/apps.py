from django.apps import AppConfig


class PlugIn(AppConfig):
    name = "spy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crystalcall.privacy.inventory import declare, impersonal, personal
        from crystalcall.privacy.purposes import Purpose  # noqa: F401

        text = personal(
            category="user.name",
            purposes=("advertising",),
            retention="order_record",
            erase="destroy",
        )
        declare("spy.Note", {"id": impersonal("row number"), "text": text})
