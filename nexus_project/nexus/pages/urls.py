"""The pages of Nexus for people; the admin, the API and signing in have their own."""

from __future__ import annotations

from django.urls import path

from nexus.pages.views import (
    account,
    api_tokens,
    articles,
    companies,
    contacts,
    home,
    passwords,
    search,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("companies", companies.companies, name="companies"),
    path("companies/<uuid:company_id>", companies.company_by_id, name="company-by-id"),
    path("companies/<str:account_number>", companies.company, name="company"),
    path("companies/<str:account_number>/articles", articles.articles, name="company-articles"),
    path("contacts", contacts.contacts, name="contacts"),
    path("contacts/<uuid:contact_id>", contacts.contact, name="contact"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="account-password"),
    path("account/sessions/<uuid:sign_in_id>/end", account.end_session, name="end-session"),
    path("account/sessions/end", account.end_sessions, name="end-sessions"),
    path("account/api-tokens/new", api_tokens.new, name="new-api-token"),
    path("account/api-tokens/<uuid:token_id>/revoke", api_tokens.revoke, name="revoke-api-token"),
    path("password-reset", passwords.ask, name="password-reset"),
    path("password-reset/sent", passwords.sent, name="password-reset-sent"),
    path(
        "password-reset/<str:uidb64>/<str:token>",
        passwords.Choose.as_view(),
        name="password-reset-confirm",
    ),
]
