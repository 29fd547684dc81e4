"""Addresses of the shop."""

from django.urls import path

from crystalcall.web.shop import views_cart, views_checkout, views_orders, views_rates

urlpatterns = [
    path("", views_rates.home, name="home"),
    path("rates/", views_rates.rates, name="rates"),
    # Before the countries: no country is called "find".
    path("rates/find/", views_rates.find, name="find"),
    path("rates/<slug:slug>/", views_rates.country, name="country"),
    path("minutes/", views_cart.minutes, name="minutes"),
    path("cart/", views_cart.cart, name="cart"),
    path("checkout/", views_checkout.checkout, name="checkout"),
    path("orders/<slug:token>/", views_orders.order, name="order"),
    path("orders/<slug:token>/pay/", views_orders.pay, name="order-pay"),
    path("orders/<slug:token>/returned/", views_orders.returned, name="order-returned"),
    path("orders/<slug:token>/pin/", views_orders.pin, name="order-pin"),
    path("orders/<slug:token>/agree/", views_orders.agree, name="order-agree"),
]
