"""Addresses of Your Account."""

from django.urls import URLPattern, URLResolver, path

from crystalcall.web.account import (
    views_calls,
    views_cards,
    views_checkout,
    views_joining,
    views_links,
    views_orders,
    views_overview,
    views_privacy,
    views_safety,
    views_sign_in,
)

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
    path("account/calls/", views_calls.calls, name="account-calls"),
    path("account/calls/file/", views_calls.calls_file, name="account-calls-file"),
    path("account/checkout/", views_checkout.checkout, name="account-checkout"),
    path("account/privacy/", views_privacy.privacy, name="account-privacy"),
    path("account/privacy/agree/", views_privacy.agreement, name="account-agree"),
    path("account/delete/", views_privacy.delete, name="account-delete"),
    path("account/email/", views_safety.email, name="account-email"),
    path("account/password/", views_safety.password, name="account-password"),
    path("account/second-factor/", views_safety.second_factor, name="account-second-factor"),
    path("account/sign-ins/", views_safety.sign_ins, name="account-sign-ins"),
    # The script alone goes to these.
    path("account/sign-in/", views_sign_in.sign_in, name="account-sign-in"),
    path("account/second-step/", views_sign_in.second_step, name="account-second-step"),
    path("account/again/", views_sign_in.again, name="account-again"),
    path("account/extend/", views_sign_in.extend, name="account-extend"),
    path("account/sign-out/", views_sign_in.sign_out, name="account-sign-out"),
    path("account/try/", views_sign_in.send_try, name="account-send-try"),
    # Ordinary pages, and what a mail leads to.
    path("account/register/", views_joining.register, name="account-register"),
    path("account/confirm/<slug:secret>/", views_joining.confirm, name="account-confirm"),
    path("account/reset/", views_links.forgotten, name="account-forgotten"),
    path("account/reset/<slug:secret>/", views_links.reset, name="account-reset"),
    path("account/change/<slug:secret>/", views_links.change, name="account-change"),
    path("account/try/<slug:secret>/", views_links.try_again, name="account-try"),
]
