"""Addresses of the updates by mail."""

from django.urls import path

from crystalcall.web.updates import views

urlpatterns = [path("updates/unsubscribe/<slug:token>/", views.unsubscribe, name="unsubscribe")]
