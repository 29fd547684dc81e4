"""The store's addresses. `localized_patterns` stand at the root in English and under /ru/ in Russian."""

from django.urls import URLPattern, URLResolver, include, path

from crystalcall.hall.health import healthz, readyz
from crystalcall.web import health
from crystalcall.web.account import urls as account_urls
from crystalcall.web.privacy import register_urls, request_urls
from crystalcall.web.privacy import urls as privacy_urls
from crystalcall.web.service import urls as service_urls
from crystalcall.web.shop import urls as shop_urls
from crystalcall.web.updates import urls as updates_urls

plain_patterns: list[URLPattern | URLResolver] = [
    path("robots.txt", health.robots, name="robots"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include(privacy_urls.well_known_patterns)),
    *register_urls.plain_patterns,
    *request_urls.plain_patterns,
]

localized_patterns: list[URLPattern | URLResolver] = [
    path("", include(shop_urls)),
    path("", include(account_urls)),
    path("", include(privacy_urls)),
    path("", include(register_urls)),
    path("", include(request_urls)),
    path("", include(service_urls)),
    path("", include(updates_urls)),
]
