"""Addresses of the register: one page in both languages, and plain files for machines."""

from django.urls import URLPattern, URLResolver, path

from crystalcall.web.privacy import register_views

urlpatterns: list[URLPattern | URLResolver] = [path("privacy/register/", register_views.register, name="register")]

#: Without a language: what a machine checks has one address.
plain_patterns: list[URLPattern | URLResolver] = [
    path("privacy/register/entries.json", register_views.entries, name="register_entries"),
    path("privacy/register/roots.json", register_views.roots, name="register_roots"),
    path("privacy/register/unveiled.json", register_views.unveiled, name="register_unveiled"),
    path("privacy/register/key.json", register_views.key, name="register_key"),
    path("privacy/register/verify.py", register_views.verifier, name="register_verifier"),
]
