"""What is to be looked at again, and the mark that somebody did."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from archive.articles.models import Article
from archive.discussion import operations
from archive.discussion.forms import ReviewForm
from archive.pages.requests import load_article
from hm_auth.access import requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page

PAGE = 50
SOON = timedelta(days=30)
AGAIN = timedelta(days=182)


@require_safe
@requires("archive.internal")
def queue(request: PersonRequest) -> HttpResponse:
    """Articles whose review is due within 30 days, the latest first; ``mine``: those one owns."""
    today = timezone.localdate()
    mine = request.GET.get("mine") == "1"
    rows = Article.objects.visible_to(request.user).current().for_lists()
    rows = rows.filter(review_on__isnull=False, review_on__lte=today + SOON)
    if mine:
        rows = rows.filter(owner_id=request.user.pk)
    # The filter leaves no row without a date, which the column's type cannot say.
    rows = rows.annotate(due=F("review_on")).select_related("space", "owner")
    page = keyset_page(rows, ("due", "id"), request.GET.get("after"), PAGE)
    context = {"page": page, "mine": mine, "today": today}
    return render(request, "archive/discussion/review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def mark(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """Say that the article is right as it is, and when to look again."""
    article = load_article(request, space, slug, "archive.write")
    again = timezone.localdate() + AGAIN
    form = ReviewForm(request.POST or None, initial={"again_on": again, "version": article.version})
    if request.method == "POST" and form.is_valid():
        try:
            operations.mark_reviewed(
                article=article, again_on=form.cleaned_data["again_on"],
                seen_version=form.cleaned_data["version"],
            )  # fmt: skip
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{article}” is marked as reviewed.")
            return redirect("review")
    context = {
        "form": form, "title": f"Reviewed: {article}", "submit_label": "It is right",
        "intro": "You have read the article and it is right.",
        "cancel_url": reverse("article", args=[article.space.slug, article.slug]),
    }  # fmt: skip
    return render(request, "hm/form.html", context)
