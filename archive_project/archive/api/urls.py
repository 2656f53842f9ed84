"""The addresses of the REST API, each with and without its last slash."""

from __future__ import annotations

from django.urls import include, path

from archive.api import article_views, views
from hm_auth.rest import docs
from hm_auth.rest.urls import Router, both

router = Router()
router.register("spaces", views.SpaceViewSet, basename="api-space")
router.register("articles", article_views.ArticleViewSet, basename="api-article")
router.register("records", views.RecordViewSet, basename="api-record")
router.register("runs", views.RunViewSet, basename="api-run")

urlpatterns = [
    path("api/", include(router.urls)),
    *both("api/search/", article_views.SearchView.as_view(), "api-search"),
    *both(
        "api/companies/<uuid:company>/articles/",
        views.CompanyArticlesView.as_view(),
        "api-company-articles",
    ),
    *docs.urlpatterns,
]
