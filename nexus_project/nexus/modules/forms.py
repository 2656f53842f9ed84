"""The form in which an admin keeps modules. It checks; ``operations`` writes."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from hm_auth.permissions import Level
from nexus.accounts.forms import FreshForm
from nexus.modules.models import Module
from nexus.modules.rules import SCOPES

FIELDS = (
    "name", "description", "url", "icon", "position", "levels", "scopes", "is_active",
)  # fmt: skip


class ModuleForm(FreshForm):
    """Everything of a module but its secret; the client id is given once."""

    levels = forms.MultipleChoiceField(
        choices=[(level.value, level.value.capitalize()) for level in Level],
        initial=[level.value for level in Level],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Permission levels that may open this module.",
    )
    scopes = forms.MultipleChoiceField(
        choices=[(name, f"{name}: {meaning}") for name, meaning in SCOPES.items()],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What the module may do for itself, with nobody signed in.",
    )

    class Meta:
        model = Module
        fields = ("client_id", *FIELDS)

    def clean_url(self) -> str:
        return str(self.cleaned_data["url"]).rstrip("/")
