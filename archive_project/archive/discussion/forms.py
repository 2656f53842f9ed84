"""What people type: a comment, how often they want mail, when to review again."""

from __future__ import annotations

from typing import Any

from django import forms

from archive.discussion.models import LONGEST, Frequency


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    internal = forms.BooleanField(required=False, label="For the staff only", initial=True)
    thread = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choose_readers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not choose_readers:
            del self.fields["internal"]


class FrequencyForm(forms.Form):
    frequency = forms.ChoiceField(choices=Frequency.choices, label="Mail me what changed")


class ReviewForm(forms.Form):
    again_on = forms.DateField(
        label="Review again on", required=False, help_text="Empty: never again.",
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
