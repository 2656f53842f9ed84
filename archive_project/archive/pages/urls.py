"""The site map of Archive's own pages."""

from __future__ import annotations

from django.urls import path

from archive.pages.views import (
    arranging,
    articles,
    finding,
    history,
    links,
    moving,
    searching,
    spaces,
    writing,
)

urlpatterns = [
    path("", finding.home, name="home"),
    path("recent", finding.recent, name="recent"),
    path("search", searching.search, name="search"),
    path("searches-without-results", searching.missed, name="missed"),
    path("reading", searching.reading, name="reading"),
    path("go/<slug:space>/<path:title>", links.go, name="go"),
    path("links/broken", links.broken, name="broken-links"),
    path("links/wanted", links.wanted, name="wanted"),
    path("links/orphans", links.orphans, name="orphans"),
    path("companies/<uuid:company>", spaces.of_company, name="space-of-company"),
    path("new-space", spaces.new, name="space-new"),
    path("spaces/<slug:space>", finding.space, name="space"),
    path("spaces/<slug:space>/settings", spaces.change, name="space-change"),
    path("spaces/<slug:space>/arrange", arranging.arrange, name="space-arrange"),
    path("spaces/<slug:space>/delete", spaces.delete, name="space-delete"),
    path("spaces/<slug:space>/trash", finding.trash, name="trash"),
    path("spaces/<slug:space>/new", writing.new, name="article-new"),
    path("articles/<uuid:pk>", articles.by_id, name="article-by-id"),
    path("articles/<slug:space>/<slug:slug>", articles.article, name="article"),
    path("articles/<slug:space>/<slug:slug>/edit", writing.edit, name="article-edit"),
    path("articles/<slug:space>/<slug:slug>/move", moving.move, name="article-move"),
    path("articles/<slug:space>/<slug:slug>/delete", writing.delete, name="article-delete"),
    path("articles/<slug:space>/<slug:slug>/undelete", writing.undelete, name="article-undelete"),
    path(
        "articles/<slug:space>/<slug:slug>/delete-for-good",
        writing.delete_for_good,
        name="article-delete-for-good",
    ),
    path("articles/<slug:space>/<slug:slug>/star", searching.star, name="article-star"),
    path("articles/<slug:space>/<slug:slug>/history", history.history, name="history"),
    path("articles/<slug:space>/<slug:slug>/compare", history.compare, name="compare"),
    path(
        "articles/<slug:space>/<slug:slug>/history/<int:number>/restore",
        history.restore,
        name="revision-restore",
    ),
]
