"""Mail about what one watches. Who may read what is asked when the mail is written, not before."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from archive.articles.models import Article, Revision
from archive.discussion.models import Comment, Digest, Frequency, Watch
from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.models import User
from hm_auth.permissions import allows

logger = logging.getLogger(__name__)

EVERY = {
    Frequency.HOURLY: timedelta(hours=1),
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=7),
}
LATE = timedelta(minutes=10)  # a timer that runs every hour must not miss by a second
MOST = 50  # articles, and comments, in one mail


@dataclass(frozen=True, slots=True)
class News:
    """What happened to the articles somebody watches; nothing they did themselves."""

    articles: list[Article]
    comments: list[Comment]

    def __bool__(self) -> bool:
        return bool(self.articles or self.comments)


def send_due(*, now: datetime, caller: Caller) -> int:
    """Mail every digest that is due and return how many mails that were.

    Each is marked in the transaction that sends it: when the mail server refuses, the next run
    tries again. An address it refuses alone is logged and keeps nobody else waiting. Nexus is asked
    who everybody is by now. Raises NexusRefused, NexusUnavailable and OSError (SMTPException is
    one).
    """
    due = [
        row.pk
        for frequency, every in EVERY.items()
        for row in Digest.objects.filter(frequency=frequency, told_until__lte=now - every + LATE)
    ]
    people = directory.users_by_id(caller, due)
    return sum(_sent(user_id, people, now) for user_id in due)


def _sent(user_id: uuid.UUID, people: Mapping[uuid.UUID, Any], now: datetime) -> bool:
    try:
        return _send(user_id, people, now)
    except SMTPRecipientsRefused as error:
        logger.warning("The digest of %s was refused, and is tried again: %s", user_id, error)
        return False


@transaction.atomic
def _send(user_id: uuid.UUID, people: Mapping[uuid.UUID, Any], now: datetime) -> bool:
    rows = Digest.objects.select_for_update(skip_locked=True).filter(pk=user_id)
    digest = rows.filter(told_until__lt=now).first()
    if digest is None:  # another run has it
        return False
    since, digest.told_until = digest.told_until, now
    digest.save(update_fields=["told_until"])
    person = people.get(user_id)
    if person is None or not person["is_active"] or not person["email"]:
        return False
    user = _as_now(person)
    news = news_for(user, since=since, until=now)
    if news:
        _mail(user, person["email"], news).send()
    return bool(news)


def news_for(user: User, *, since: datetime, until: datetime) -> News:
    """Return what others wrote between the two instants that ``user`` watches and may read now."""
    watches = Watch.objects.filter(user_id=user.pk)
    watched = Q(pk__in=watches.values("article")) | Q(space__in=watches.values("space"))
    readable = Article.objects.visible_to(user).current().filter(watched)
    span = {"created_at__gt": since, "created_at__lte": until}
    saved = Revision.objects.filter(**span).exclude(author_id=user.pk)
    articles = readable.filter(pk__in=saved.values("article")).for_lists().select_related("space")
    said: QuerySet[Comment] = Comment.objects.visible_to(user).filter(
        article__in=readable.values("pk"), **span
    )
    said = said.exclude(author_id=user.pk).select_related("article__space")
    return News(
        articles=list(articles.order_by("title", "id")[:MOST]),
        comments=list(said.order_by("created_at", "id")[:MOST]),
    )


def _as_now(person: Mapping[str, Any]) -> User:
    """Return the person as Nexus knows them now, for the rules of who reads what."""
    user = User(
        id=uuid.UUID(person["id"]), username=person["username"], display_name=person["full_name"],
        permission_level=person["permission_level"],
    )  # fmt: skip
    user.company_id = uuid.UUID(person["company"]) if person["company"] else None
    return user


def _mail(user: User, address: str, news: News) -> EmailMessage:
    staff = allows(user.permission_level, "archive.internal")
    lines = [f"Hello {user},", ""]
    if news.articles:
        lines += ["Written or changed:", ""]
        for article in news.articles:
            by = f", by {article.changed_by}" if staff else ""
            lines += [f"  {article.title} ({article.space.name}{by})", f"  {_link(article)}", ""]
    if news.comments:
        lines += ["Comments:", ""]
        for comment in news.comments:
            who = comment.author_name if staff or not comment.by_staff else "Our staff"
            said = " ".join(comment.text.split())[:200]
            lines += [f"  {who} on {comment.article.title}: {said}"]
            lines += [f"  {_link(comment.article)}#comments", ""]
    lines += [f"What you watch, and how often we write: {settings.PUBLIC_URL}{reverse('watching')}"]
    count = len(news.articles) + len(news.comments)
    subject = f"{settings.SERVICE_NAME}: {count} {'change' if count == 1 else 'changes'}"
    return EmailMessage(subject=subject, body="\n".join([*lines, ""]), to=[address])


def _link(article: Article) -> str:
    return settings.PUBLIC_URL + reverse("article", args=[article.space.slug, article.slug])
