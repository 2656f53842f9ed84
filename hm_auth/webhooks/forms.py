"""What people type about an endpoint."""

from __future__ import annotations

from typing import Any

from django import forms

from hm_auth.webhooks import conf
from hm_auth.webhooks.models import Endpoint
from hm_auth.webhooks.rules import problem_of


class EndpointForm(forms.ModelForm[Endpoint]):
    url = forms.URLField(
        label="Address",
        max_length=500,
        assume_scheme="https",
        help_text="Where the messages are sent. It gets a secret to check the signature with.",
    )
    events = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="Tell it when")

    class Meta:
        model = Endpoint
        fields = ("url", "events", "note", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events: Any = self.fields["events"]
        events.choices = list(conf.events().items())

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if problem := problem_of(url, private=conf.private_addresses()):
            raise forms.ValidationError(problem)
        return url
