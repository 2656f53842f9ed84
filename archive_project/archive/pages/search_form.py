"""What people look for, and what they narrow it to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from archive.articles.models import Kind
from archive.search.queries import Filters
from archive.spaces.models import Space
from hm_auth.access import may
from hm_auth.models import User
from hm_auth.permissions import CAPABILITIES


class SearchForm(forms.Form):
    """A search by ``user``; clients choose no author, whose names they never learn."""

    q = forms.CharField(required=False, max_length=200, label="Words")
    space = forms.ModelChoiceField(
        queryset=Space.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label="All spaces",
    )
    tag = forms.CharField(required=False, max_length=40)
    kind = forms.ChoiceField(required=False, choices=[("", "All kinds"), *Kind.choices])
    author = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, empty_label="Everybody"
    )
    since = forms.DateField(
        required=False, label="Changed since", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=3, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, spaces: QuerySet[Space], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        space: Any = self.fields["space"]
        space.queryset = spaces
        if may(user, "archive.internal"):
            author: Any = self.fields["author"]
            writers = User.objects.filter(permission_level__in=CAPABILITIES["archive.write"])
            author.queryset = writers.order_by("display_name", "id")
        else:
            del self.fields["author"]

    def filters(self) -> Filters:
        """Return what was chosen; fields with mistakes count as not given."""
        data = self.cleaned_data
        space, author = data.get("space"), data.get("author")
        return Filters(
            space_id=space.pk if space else None,
            tag=" ".join(data.get("tag", "").lower().split()),
            author_id=author.pk if author else None,
            kind=data.get("kind", ""),
            since=data.get("since"),
        )
