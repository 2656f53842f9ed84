"""What people look for, and what they narrow it to."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Q

from archive.articles.models import Kind
from archive.search.queries import Filters
from archive.spaces.queries import SpaceQuerySet
from hm_auth.access import may
from hm_auth.models import User
from hm_auth.permissions import CAPABILITIES


class SearchForm(forms.Form):
    """A search by ``user``; clients choose no author, whose names they never learn."""

    q = forms.CharField(required=False, max_length=200, label="Words")
    space = forms.CharField(required=False, max_length=200)
    tag = forms.CharField(required=False, max_length=40)
    kind = forms.ChoiceField(required=False, choices=[("", "All kinds"), *Kind.choices])
    author = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, empty_label="Everybody"
    )
    since = forms.DateField(
        required=False, label="Changed since", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=5, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, spaces: SpaceQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spaces = spaces
        if may(user, "archive.internal"):
            author: Any = self.fields["author"]
            writers = User.objects.filter(permission_level__in=CAPABILITIES["archive.write"])
            author.queryset = writers.order_by("display_name", "id")
        else:
            del self.fields["author"]

    def filters(self) -> Filters:
        """Return what was chosen; fields with mistakes count as not given."""
        data = self.cleaned_data
        author = data.get("author")
        return Filters(
            space_ids=self._space_ids(data.get("space", "").lower()),
            tag=" ".join(data.get("tag", "").lower().split()),
            author_id=author.pk if author else None,
            kind=data.get("kind", ""),
            since=data.get("since"),
        )

    def _space_ids(self, typed: str) -> tuple[uuid.UUID, ...] | None:
        """Return the spaces of that address, or with ``typed`` in their name; None for all."""
        if not typed:
            return None
        named = self.spaces.filter(Q(slug=typed) | Q(name__icontains=typed))
        found = dict(named.values_list("slug", "pk"))
        return (found[typed],) if typed in found else tuple(found.values())
