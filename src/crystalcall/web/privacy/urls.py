"""Addresses of the privacy pages."""

from django.urls import path

from crystalcall.web.privacy import views

urlpatterns = [path("privacy/", views.policy, name="privacy")]
