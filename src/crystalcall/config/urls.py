"""Every address of the store: English at the root, Russian under /ru/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from crystalcall.web.urls import localized_patterns, plain_patterns
from crystalcall.web.webhooks.urls import urlpatterns as webhook_patterns

urlpatterns = [
    *plain_patterns,
    path("", include(webhook_patterns)),
    *i18n_patterns(*localized_patterns, prefix_default_language=False),
]

handler400 = "crystalcall.web.errors.bad_request"
handler403 = "crystalcall.web.errors.forbidden"
handler404 = "crystalcall.web.errors.not_found"
handler500 = "crystalcall.web.errors.server_error"
