"""Addresses of Your Account."""

from django.urls import URLPattern, URLResolver, path

from crystalcall.hall.urls import addresses as hall_addresses
from crystalcall.web.account import (
    views_calls,
    views_cards,
    views_checkout,
    views_email,
    views_joining,
    views_links,
    views_orders,
    views_overview,
    views_privacy,
    views_speed_dial,
)
from crystalcall.web.account.fragments import DOOR, account_page, shell

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", views_overview.overview, name="account"),
    path("account/details/", views_overview.details, name="account-details"),
    path("account/orders/", views_orders.orders, name="account-orders"),
    path("account/orders/<slug:number>/", views_orders.order, name="account-order"),
    path("account/orders/<slug:number>/returned/", views_orders.returned, name="account-order-returned"),
    path("account/cards/", views_cards.cards, name="account-cards"),
    path("account/cards/<slug:serial>/", views_cards.card, name="account-card"),
    path("account/cards/<slug:serial>/lost/", views_cards.lost, name="account-card-lost"),
    path("account/cards/<slug:serial>/limits/", views_cards.limits, name="account-card-limits"),
    path("account/speed-dial/", views_speed_dial.speed_dial, name="account-speed-dial"),
    path("account/speed-dial/<slug:serial>/", views_speed_dial.of_card, name="account-speed-dial-card"),
    path("account/calls/", views_calls.calls, name="account-calls"),
    path("account/calls/file/", views_calls.calls_file, name="account-calls-file"),
    path("account/checkout/", views_checkout.checkout, name="account-checkout"),
    path("account/privacy/", views_privacy.privacy, name="account-privacy"),
    path("account/privacy/agree/", views_privacy.agreement, name="account-agree"),
    path("account/delete/", views_privacy.delete, name="account-delete"),
    path("account/email/", views_email.email, name="account-email"),
    # Signing in, and what keeps an account safe.
    *hall_addresses(DOOR, shell, account_page, account_page),
    # Ordinary pages, and what a mail leads to.
    path("account/register/", views_joining.register, name="account-register"),
    path("account/confirm/<slug:secret>/", views_joining.confirm, name="account-confirm"),
    path("account/change/<slug:secret>/", views_links.change, name="account-change"),
]
