"""What people type: an article, a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from archive.articles.models import LONGEST, Article, Visibility
from archive.articles.models import Kind as ArticleKind
from archive.articles.operations import Draft, Facts
from archive.articles.rules.merging import has_markers
from archive.spaces.languages import CHOICES as LANGUAGE_CHOICES
from archive.spaces.models import Kind, Space
from hm_auth.models import User
from hm_auth.permissions import CAPABILITIES

MOST_TAGS = 20
UNVERSIONED = ("parent", "kind", "owner", "review_on", "pinned")


class ParentField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class ArticleForm(forms.Form):
    title = forms.CharField(max_length=200)
    source = forms.CharField(
        label="Text",
        required=False,
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "ar-source", "dir": "auto"}),
        help_text="Markdown: # heading, **bold**, - list, - [ ] task, | table |, ```code```, "
        "> [!NOTE] or [!WARNING].",
    )
    parent = ParentField(
        queryset=Article.objects.none(),
        required=False,
        label="Below",
        empty_label="Top of the space",
    )
    visibility = forms.ChoiceField(choices=Visibility.choices, label="Who may read it")
    tags = forms.CharField(required=False, help_text="Separated by commas.")
    kind = forms.ChoiceField(
        choices=ArticleKind.choices, required=False, initial=ArticleKind.ARTICLE.value
    )
    owner = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, help_text="Who keeps it right."
    )
    review_on = forms.DateField(
        label="Review on", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    pinned = forms.BooleanField(required=False, label="Pinned: shown on the first page")
    comment = forms.CharField(required=False, max_length=200, label="What did you change?")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(
        self, *args: Any, space: Space, article: Article | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.article = article
        parents = Article.objects.current().filter(space=space).only("id", "title")
        if article is not None:
            parents = parents.exclude(pk=article.pk)
            self.fields["version"].required = True
        if space.kind == Kind.INTERNAL:
            readers: Any = self.fields["visibility"]
            readers.choices = [(Visibility.INTERNAL.value, Visibility.INTERNAL.label)]
        owner: Any = self.fields["owner"]
        writers = User.objects.filter(permission_level__in=CAPABILITIES["archive.write"])
        owner.queryset = writers.order_by("display_name", "id")
        parent: Any = self.fields["parent"]
        parent.queryset = parents.order_by("title")

    def clean_source(self) -> str:
        # Browsers send CR LF; the stored text has one kind of line end, or every line would differ.
        source: str = self.cleaned_data["source"].replace("\r\n", "\n").replace("\r", "\n")
        if has_markers(source):
            raise forms.ValidationError(
                "The text still has places that both of you changed, between <<<<<<< and >>>>>>>. "
                "Keep what is right and remove these lines."
            )
        return source

    def clean_tags(self) -> tuple[str, ...]:
        typed = self.cleaned_data["tags"].split(",")
        tags = sorted({" ".join(tag.lower().split()) for tag in typed} - {""})
        if len(tags) > MOST_TAGS or any(len(tag) > 40 for tag in tags):
            raise forms.ValidationError(f"At most {MOST_TAGS} tags of 40 characters.")
        return tuple(tags)

    def began(self) -> list[tuple[str, str]]:
        """Return what the fields without revisions were when the editor opened, as hidden inputs.

        Saving the text does not count these as a version: only what differs from them is changed.
        """
        if self.article is None:
            return []
        stored = initial(self.article)
        return [
            (name, self.data.get(name, _plain(stored[field])))
            for field, name in ((field, f"began-{field}") for field in UNVERSIONED)
        ]

    def draft(self) -> Draft:
        """Return what was typed; the form is valid."""
        data = self.cleaned_data
        parent = self._settled("parent", self.article and self.article.parent)
        return Draft(
            title=data["title"],
            source=data["source"],
            tags=data["tags"],
            visibility=data["visibility"],
            parent_id=parent.pk if parent else None,
            comment=data["comment"],
            facts=self._facts(),
        )

    def _facts(self) -> Facts:
        stored = Facts.of(self.article) if self.article else Facts()
        owner = self._settled("owner", self.article and self.article.owner)
        return Facts(
            kind=self._settled("kind", stored.kind) or ArticleKind.ARTICLE.value,
            owner_id=owner.pk if owner else None,
            review_on=self._settled("review_on", stored.review_on),
            pinned=self._settled("pinned", stored.pinned),
        )

    def _settled(self, field: str, stored: Any) -> Any:
        """Return what was typed, or what is stored where the writer left the field alone."""
        typed = self.cleaned_data[field]
        return stored if self.data.get(f"began-{field}") == _plain(typed) else typed


class SpaceForm(forms.Form):
    """A new space; ``companies`` are (id, name) of those that Nexus knows and that have none."""

    kind = forms.ChoiceField(choices=Kind.choices, label="For whom")
    company = forms.ChoiceField(required=False, help_text="For the space of a company.")
    language = forms.ChoiceField(
        choices=LANGUAGE_CHOICES, initial="english", required=False,
        help_text="Search knows its word forms.",
    )  # fmt: skip
    name = forms.CharField(
        required=False, max_length=200, help_text="A company's space has the company's name."
    )

    def __init__(self, *args: Any, companies: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = dict(companies)
        company: Any = self.fields["company"]
        company.choices = [("", "None"), *companies]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") == Kind.COMPANY:
            if not data.get("company"):
                self.add_error("company", "Choose the company.")
            data["name"] = self.names.get(data.get("company", ""), "")
        elif not data.get("name"):
            self.add_error("name", "Give the space a name.")
        else:
            data["company"] = ""
        return data


class SpaceChangeForm(forms.Form):
    """What may be changed of a space. A company's name is changed in Nexus."""

    name = forms.CharField(max_length=200)
    language = forms.ChoiceField(
        choices=LANGUAGE_CHOICES,
        help_text="Search knows its word forms. Another one reads all articles of the space anew.",
    )

    def __init__(self, *args: Any, space: Space, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": space.name, "language": space.language}
        super().__init__(*args, **kwargs)
        if space.kind == Kind.COMPANY:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = "It follows the company’s name in Nexus."


def _plain(value: Any) -> str:
    """Return ``value`` of a field as a hidden input holds it."""
    return "on" if value is True else str(getattr(value, "pk", value) or "")


def initial(article: Article) -> dict[str, Any]:
    """Return the fields of the editor for ``article`` as it is stored."""
    return {
        "title": article.title,
        "source": article.source,
        "parent": article.parent_id,
        "visibility": article.visibility,
        "tags": ", ".join(article.tags),
        "kind": article.kind,
        "owner": article.owner_id,
        "review_on": article.review_on,
        "pinned": article.pinned,
        "version": article.version,
    }
