"""The addresses of the REST API, each with and without its last slash."""

from __future__ import annotations

from django.urls import include, path

from archive.api import (
    article_views,
    attachment_views,
    comment_views,
    import_views,
    record_views,
    run_views,
    search_views,
    views,
)
from hm_auth.rest import docs
from hm_auth.rest.urls import Router, both

router = Router()
router.register("spaces", views.SpaceViewSet, basename="api-space")
router.register("articles", article_views.ArticleViewSet, basename="api-article")
router.register("attachments", attachment_views.AttachmentViewSet, basename="api-attachment")
router.register("comments", comment_views.CommentViewSet, basename="api-comment")
router.register("records", record_views.RecordViewSet, basename="api-record")
router.register("record-types", record_views.RecordTypeViewSet, basename="api-record-type")
router.register("record-fields", record_views.RecordFieldViewSet, basename="api-record-field")
router.register("runs", run_views.RunViewSet, basename="api-run")
router.register("imports", import_views.ImportViewSet, basename="api-import")

urlpatterns = [
    path("api/", include(router.urls)),
    *both("api/search/", search_views.SearchView.as_view(), "api-search"),
    *both(
        "api/companies/<uuid:company>/articles/",
        views.CompanyArticlesView.as_view(),
        "api-company-articles",
    ),
    *docs.urlpatterns,
]
