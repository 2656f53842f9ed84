"""The site map of the discussion."""

from __future__ import annotations

from django.urls import path

from archive.discussion.views import comments, reviews, watching

urlpatterns = [
    path("watching", watching.watching, name="watching"),
    path("review", reviews.queue, name="review"),
    path("spaces/<slug:space>/watch", watching.space, name="space-watch"),
    path("articles/<slug:space>/<slug:slug>/watch", watching.article, name="article-watch"),
    path("articles/<slug:space>/<slug:slug>/comment", comments.new, name="comment-new"),
    path("articles/<slug:space>/<slug:slug>/helpful", comments.vote, name="article-vote"),
    path("articles/<slug:space>/<slug:slug>/reviewed", reviews.mark, name="article-reviewed"),
    path("comments/<uuid:pk>/edit", comments.edit, name="comment-edit"),
    path("comments/<uuid:pk>/delete", comments.delete, name="comment-delete"),
    path("comments/<uuid:pk>/resolve", comments.resolve, name="comment-resolve"),
]
