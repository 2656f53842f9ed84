"""Every write to comments, watches, digests and votes, and marking an article as reviewed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.articles.announcing import about
from archive.articles.models import Article
from archive.discussion.models import Comment, Digest, Vote, Watch
from archive.spaces.models import Space
from hm_auth.exceptions import HiveMatrixError
from hm_auth.permissions import allows
from hm_auth.webhooks import operations as webhooks

MOST = 500  # comments on an article


class NotPossible(HiveMatrixError):
    """The state of things forbids it; the message says why, for people."""

    code = "not_possible"


@transaction.atomic
def comment(*, article: Article, text: str, by: Any, internal: bool = False,
            thread: Comment | None = None, now: datetime | None = None) -> Comment:  # fmt: skip
    """Say ``text`` about ``article``, or below ``thread``, whose readers an answer has.

    A client's comment is read by their company and the staff; the staff's in a company's space by
    that company, wherever the article is moved later. Raises NotPossible for a client of no
    company, an answer to an answer, and an article with 500 comments.
    """
    staff = allows(by.permission_level, "archive.internal")
    company = article.space.company_id if staff else by.company_id
    if thread is not None:
        if thread.thread_id is not None or thread.article_id != article.pk:
            raise NotPossible("Answer the first comment of a thread.")
        company, internal = thread.company_id or company, thread.internal
    if not staff and company is None:
        raise NotPossible("Your account belongs to no company, so nobody could read your comment.")
    if article.comments.count() >= MOST:
        raise NotPossible(f"An article has at most {MOST} comments.")
    made = Comment(
        article=article, thread=thread, text=text.replace("\r\n", "\n"),
        internal=internal and staff, company_id=company, author_id=by.pk, author_name=str(by),
        by_staff=staff, created_at=now or timezone.now(),
    )  # fmt: skip
    made.save(force_insert=True)
    facts = {"by_staff": staff, "internal": made.internal, "answer": thread is not None}
    webhooks.announce("comment.added", [{"id": str(made.pk), **facts, "article": about(article)}])
    return made


def edit(*, comment: Comment, text: str, now: datetime | None = None) -> None:
    """Change the words; who reads it stays."""
    text = text.replace("\r\n", "\n")
    rows = Comment.objects.filter(pk=comment.pk).exclude(text=text)
    rows.update(text=text, edited_at=now or timezone.now())


def delete(*, comment: Comment) -> None:
    """Delete the comment. Raises NotPossible when it has answers: they would hang in the air."""
    if comment.answers.exists():
        raise NotPossible("There are answers to this comment. Resolve it, or change its words.")
    comment.delete()


def resolve(*, comment: Comment, done: bool, by: Any, now: datetime | None = None) -> None:
    """Mark the thread as settled, or open it again."""
    instant = (now or timezone.now()) if done else None
    rows = Comment.objects.filter(pk=comment.pk, thread=None, resolved_at__isnull=done)
    rows.update(resolved_at=instant, resolved_by=str(by) if done else "")


@transaction.atomic
def watch(*, on: bool, by: Any, article: Article | None = None, space: Space | None = None,
          now: datetime | None = None) -> None:  # fmt: skip
    """Begin or end watching an article or a space. The first watch brings a daily digest."""
    if on:
        Watch.objects.bulk_create(
            [Watch(user_id=by.pk, article=article, space=space)], ignore_conflicts=True
        )
        Digest.objects.get_or_create(user_id=by.pk, defaults={"told_until": now or timezone.now()})
    else:
        Watch.objects.filter(user_id=by.pk, article=article, space=space).delete()


def choose_frequency(*, frequency: str, by: Any, now: datetime | None = None) -> None:
    """Set how often ``by`` gets a digest; after a pause nothing old is sent."""
    Digest.objects.update_or_create(
        user_id=by.pk, defaults={"frequency": frequency, "told_until": now or timezone.now()}
    )


def vote(*, article: Article, helpful: bool, by: Any, now: datetime | None = None) -> None:
    """Say whether the article helped; the last answer counts."""
    Vote.objects.bulk_create(
        [Vote(user_id=by.pk, article=article, helpful=helpful, at=now or timezone.now())],
        update_conflicts=True, unique_fields=["user", "article"], update_fields=["helpful", "at"],
    )  # fmt: skip


def mark_reviewed(*, article: Article, again_on: date | None, seen_version: int) -> None:
    """Write down that the article is right, and when it is to be looked at again (None: never).

    Triggers keep who did. Raises NotPossible when somebody saved it since it was looked at.
    """
    rows = Article.objects.current().filter(pk=article.pk, version=seen_version)
    if not rows.update(review_on=again_on):
        raise NotPossible("The article was changed since you looked at it. Read it once more.")
