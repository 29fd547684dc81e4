from django.apps import AppConfig


class Broker(AppConfig):
    name = "broker"

    def ready(self) -> None:
        from crystalcall.privacy.providers import PROVIDERS, Provider
        from crystalcall.privacy.purposes import Purpose

        PROVIDERS["broker"] = Provider(
            key="broker",
            name="Data Brokers Ltd.",
            purposes=frozenset({Purpose.ORDER_STATUS, "advertising"}),
            fields=frozenset({"email", "diary"}),
            contract_from=None,
        )
