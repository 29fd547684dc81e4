"""Django's entry for the hall: templates, the script and tags; no table and no address of its own."""

from django.apps import AppConfig


class HallConfig(AppConfig):
    """What the customers' door and the staff's share."""

    name = "crystalcall.hall"
    label = "hall"
