from django.apps import AppConfig


class PlugIn(AppConfig):
    name = "hoarder"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crystalcall.privacy.inventory import declare, impersonal, personal
        from crystalcall.privacy.purposes import Purpose

        text = personal(
            category="user.name",
            purposes=(Purpose.ORDER_FULFILLMENT,),
            retention="for_ever",
            erase="destroy",
        )
        declare("hoarder.Note", {"id": impersonal("row number"), "text": text})
