"""Every address of the back office: English at the root, Russian under /ru/; none of the store's is among them."""

from django.conf.urls.i18n import i18n_patterns

from crystalcall.backoffice.urls import localized_patterns, plain_patterns

urlpatterns = [*plain_patterns, *i18n_patterns(*localized_patterns, prefix_default_language=False)]

handler400 = "crystalcall.backoffice.errors.bad_request"
handler403 = "crystalcall.backoffice.errors.forbidden"
handler404 = "crystalcall.backoffice.errors.not_found"
handler500 = "crystalcall.backoffice.errors.server_error"
