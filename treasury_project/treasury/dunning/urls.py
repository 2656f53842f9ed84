"""The addresses of reminders and late fees."""

from __future__ import annotations

from django.urls import path

from treasury.dunning import views

urlpatterns = [
    path("receivables/reminders", views.suggested, name="dunning"),
    path("receivables/reminders/decide", views.decide, name="dunning-decide"),
]
