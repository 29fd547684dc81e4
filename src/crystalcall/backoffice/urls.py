"""Addresses of the back office; the names of those for signing in are the store's, on this door."""

from django.urls import URLPattern, path

from crystalcall.backoffice import views_home, views_proposals, views_set_up, views_staff, views_subjects
from crystalcall.backoffice.doors import DOOR, factor_page, own_page, shell
from crystalcall.hall.health import healthz, readyz
from crystalcall.hall.urls import addresses

plain_patterns: list[URLPattern] = [
    path("robots.txt", views_home.robots, name="robots"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]

localized_patterns: list[URLPattern] = [
    path("", views_home.home, name="account"),
    path("look-up/", views_subjects.search, name="desk-look-up"),
    path("orders/<slug:number>/", views_subjects.order, name="desk-order"),
    path("customers/<uuid:customer_id>/", views_subjects.customer, name="desk-customer"),
    path("cards/<slug:serial>/", views_subjects.card, name="desk-card"),
    path("proposals/", views_proposals.all_proposals, name="desk-proposals"),
    path("proposals/<uuid:proposal_id>/", views_proposals.one_proposal, name="desk-proposal"),
    path("log/", views_staff.log, name="desk-log"),
    path("staff/", views_staff.staff, name="desk-staff"),
    path("account/set-up/<slug:secret>/", views_set_up.set_up, name="account-set-up"),
    *addresses(DOOR, shell, own_page, factor_page),
]
