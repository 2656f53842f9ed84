"""The site map of runs."""

from __future__ import annotations

from django.urls import path

from archive.runbooks import views

urlpatterns = [
    path("articles/<slug:space>/<slug:slug>/run", views.start, name="run-start"),
    path("runs", views.runs, name="runs"),
    path("runs/<uuid:run>", views.run, name="run"),
    path("runs/<uuid:run>/print", views.printed, name="run-print"),
    path("runs/<uuid:run>/run.md", views.markdown, name="run-markdown"),
    path("runs/<uuid:run>/run.json", views.data, name="run-json"),
    path("runs/<uuid:run>/steps/<int:number>", views.tick, name="run-tick"),
    path("runs/<uuid:run>/close/<slug:state>", views.close, name="run-close"),
]
