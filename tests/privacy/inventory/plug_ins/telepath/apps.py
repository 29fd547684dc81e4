from django.apps import AppConfig


class PlugIn(AppConfig):
    name = "telepath"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crystalcall.privacy.inventory import declare, impersonal, personal
        from crystalcall.privacy.purposes import Purpose

        text = personal(
            category="user.contact.telepathy",
            purposes=(Purpose.ORDER_FULFILLMENT,),
            retention="order_record",
            erase="destroy",
        )
        declare("telepath.Note", {"id": impersonal("row number"), "text": text})
