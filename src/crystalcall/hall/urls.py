"""The addresses that each door has for signing in and for an account's safety; their names are the same at both."""

from django.urls import URLPattern, path

from crystalcall.customers.signing_in.door import Door, PageDecorator
from crystalcall.hall import views_links, views_safety, views_sign_in


def addresses(
    door: Door, shell: views_links.Shell, page: PageDecorator, factor_page: PageDecorator
) -> list[URLPattern]:
    """The addresses at this door; `page` lets in to what is one's own, `factor_page` to the second factors.

    A door that wants a second factor of everybody lets those to the latter who have none yet.
    """
    whose = {"audience": door.audience}
    before = door.before_sign_in
    return [
        path("account/password/", page()(views_safety.password), name="account-password"),
        path("account/sign-ins/", page(fresh_to_act=True)(views_safety.sign_ins), name="account-sign-ins"),
        path(
            "account/second-factor/",
            factor_page(fresh_to_act=True)(views_safety.second_factor),
            name="account-second-factor",
        ),
        # The script alone goes to these.
        path("account/sign-in/", before(views_sign_in.sign_in), whose, name="account-sign-in"),
        path("account/second-step/", before(views_sign_in.second_step), name="account-second-step"),
        path("account/try/", before(views_sign_in.send_try), whose, name="account-send-try"),
        path("account/again/", door.page()(views_sign_in.again), name="account-again"),
        path("account/extend/", door.page()(views_sign_in.extend), name="account-extend"),
        path("account/sign-out/", door.page()(views_sign_in.sign_out), name="account-sign-out"),
        # Ordinary pages, and what a mail leads to.
        path("account/reset/", views_links.forgotten, whose, name="account-forgotten"),
        path("account/reset/<slug:secret>/", views_links.reset, whose, name="account-reset"),
        path("account/try/<slug:secret>/", views_links.trying(door, shell), name="account-try"),
    ]
