"""What the page of an article shows beside its text, asked for with the article in one query."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

_OF_IT = "article_id = articles_article.id"
# One object, and as SQL: as nine expressions of the ORM it cost more than the rest of the query.
_SQL = f"""jsonb_build_object(
'reading', (SELECT jsonb_build_array(seen_at, starred)
            FROM search_reading WHERE {_OF_IT} AND user_id = %s),
'votes', (SELECT jsonb_build_array(count(*), count(*) FILTER (WHERE helpful),
                                   bool_or(helpful) FILTER (WHERE user_id = %s))
          FROM discussion_vote WHERE {_OF_IT}),
'watched', EXISTS (SELECT 1 FROM discussion_watch WHERE {_OF_IT} AND user_id = %s),
'linked', EXISTS (SELECT 1 FROM links_link WHERE target_id = articles_article.id),
'files', EXISTS (SELECT 1 FROM attachments_attachment WHERE {_OF_IT} AND removed_at IS NULL),
'comments', EXISTS (SELECT 1 FROM discussion_comment WHERE {_OF_IT}))"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Beside:
    """The reader's own marks, the votes, and whether there are backlinks, files and comments.

    ``vote`` is the reader's: True for helpful, None for none yet; ``seen_at`` when they last came.
    """

    seen_at: datetime | None
    starred: bool
    watched: bool
    votes_cast: int
    votes_for: int
    vote: bool | None
    linked: bool
    files: bool
    comments: bool

    @staticmethod
    def asked_by(user_id: uuid.UUID) -> RawSQL:
        """Return the expression to annotate articles with, for ``told``."""
        return RawSQL(_SQL, [user_id] * 3, output_field=JSONField())  # noqa: S611 - constants

    @classmethod
    def told(cls, found: dict[str, Any]) -> Self:
        """Read what ``asked_by`` gave for one article."""
        seen_at, starred = found["reading"] or (None, False)
        votes_cast, votes_for, vote = found["votes"]
        return cls(
            seen_at=datetime.fromisoformat(seen_at) if seen_at else None,
            starred=starred,
            watched=found["watched"],
            votes_cast=votes_cast,
            votes_for=votes_for,
            vote=vote,
            linked=found["linked"],
            files=found["files"],
            comments=found["comments"],
        )
