"""Addresses of the service pages."""

from django.urls import path

from crystalcall.web.service import views

urlpatterns = [
    path("service/", views.service, name="service"),
    path("security/", views.security, name="security"),
]
