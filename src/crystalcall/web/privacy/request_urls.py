"""Addresses of the pages about one's own data."""

from django.urls import URLPattern, URLResolver, path

from crystalcall.web.privacy import request_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("privacy/requests/", request_views.ask, name="requests"),
    path("privacy/requests/link/<slug:token>/", request_views.link, name="request-link"),
    path("privacy/requests/change/<slug:token>/", request_views.change, name="request-change"),
    path("privacy/requests/act/", request_views.act, name="request-act"),
]

#: Without a language: what a machine checks has one address.
plain_patterns: list[URLPattern | URLResolver] = [
    path("privacy/requests/schema.json", request_views.schema, name="request-schema"),
]
