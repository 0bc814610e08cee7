"""What a person may change on a prospect's page, and how it is written; and files that are uploaded."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.validators import validate_email

from prospects import decisions
from prospects.changes import Cause
from prospects.imports.reading import ENCODINGS, SEPARATORS
from prospects.models import Prospect

# What a person may decide; everything else is written by the steps.
EDITABLE = (
    "contact_email",
    "discovery_category",
    "discovery_location",
    "outreach_status",
    "draft_subject",
    "draft_body",
)
_DRAFT = ("draft_subject", "draft_body")


if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Prospect]
else:
    ModelForm = forms.ModelForm


class ProspectForm(ModelForm):
    class Meta:
        model = Prospect
        fields = EDITABLE
        widgets = {"draft_subject": AdminTextInputWidget(attrs={"class": "vLargeTextField"})}

    def clean(self) -> dict[str, Any] | None:
        if self.data.get("version") != version(self.instance):
            raise forms.ValidationError(
                "Somebody changed this prospect while you had it open. Look at its last changes below; "
                "saving again overwrites the fields you see."
            )
        return super().clean()

    def clean_contact_email(self) -> str | None:
        email: str | None = self.cleaned_data["contact_email"]
        if email and "contact_email" in self.changed_data:
            validate_email(email)
        return email

    def write(self, cause: Cause) -> None:
        """Write the fields that were changed, and their events. Raises decisions.Refused."""
        values = {name: self.cleaned_data[name] for name in self.changed_data}
        texts = {name: values.pop(name) or "" for name in _DRAFT if name in values}
        if texts:
            decisions.save_draft(self.instance.pk, texts.get("draft_subject"), texts.get("draft_body"), cause)
        if values:
            decisions.edit_all([self.instance.pk], values, cause)


class UploadForm(forms.Form):
    """A file, and how to read it where that cannot be told from the file."""

    file = forms.FileField(label="CSV or XLSX file", help_text="The first line holds the columns' names.")
    encoding = forms.ChoiceField(required=False, choices=[("", "detect"), *((name, name) for name in ENCODINGS)])
    separator = forms.ChoiceField(
        required=False, choices=[("", "detect"), *((text, "tab" if text == "\t" else text) for text in SEPARATORS)]
    )
    sheet = forms.CharField(required=False, help_text="Of an XLSX file with several.")


def version(prospect: Prospect) -> str:
    """What changes with every write of the row."""
    return prospect.updated_at.isoformat()
