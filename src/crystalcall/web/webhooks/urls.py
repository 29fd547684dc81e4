"""The one address the card gateway calls."""

from django.urls import path

from crystalcall.web.webhooks.views import authorize_net_hook

urlpatterns = [path("hooks/authorize-net/", authorize_net_hook, name="gateway-hook")]
