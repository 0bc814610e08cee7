"""Mails that left, and the files that go out with them."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

from config.admin import ModelAdmin, ReadOnlyAdmin, json_field
from pipeline.choices import AttachmentScope
from pipeline.models import EmailAttachment, EmailLog
from pipeline.models.mail import MAX_ATTACHMENT
from prospects.admin import NAME_COLUMNS

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[EmailAttachment]
else:
    ModelForm = forms.ModelForm

# A file's content is for downloading: no page reads it.
_ATTACHMENT = ("filename", "content_type", "size_bytes", "scope", "prospect_id", "created_at")
_PROSPECT = tuple(f"prospect__{column}" for column in NAME_COLUMNS)


@admin.register(EmailLog)
class EmailLogAdmin(ReadOnlyAdmin[EmailLog]):
    list_display = ("subject", "prospect", "sent_at")
    list_filter = ("sent_at",)
    search_fields = ("subject", "prospect__domain", "prospect__contact_email")
    search_help_text = "Part of a subject, of a prospect's domain or of its e-mail address."
    fields = ("prospect", "sent_at", "subject", "body", *map(json_field, ("response", "legacy_values")))

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailLog]:
        own = tuple(field.name for field in EmailLog._meta.concrete_fields)
        return super().get_queryset(request).select_related("prospect").only(*own, *_PROSPECT)


class AttachmentForm(ModelForm):
    file = forms.FileField(help_text=f"At most {filesizeformat(MAX_ATTACHMENT)}.")

    class Meta:
        model = EmailAttachment
        fields = ("scope", "prospect")

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_ATTACHMENT:
            raise forms.ValidationError(f"The file is larger than {filesizeformat(MAX_ATTACHMENT)}.")
        return file

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for_one = cleaned.get("scope") == AttachmentScope.PROSPECT
        if for_one != bool(cleaned.get("prospect")):
            raise forms.ValidationError("Name the prospect if the file is for one prospect's mails, and only then.")
        return cleaned


@admin.register(EmailAttachment)
class EmailAttachmentAdmin(ModelAdmin[EmailAttachment]):
    form = AttachmentForm
    list_display = ("filename", "content_type", "size", "scope", "prospect", "created_at")
    list_filter = ("scope", "content_type")
    search_fields = ("filename", "prospect__domain")
    search_help_text = "Part of a file's name or of a prospect's domain."
    raw_id_fields = ("prospect",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailAttachment]:
        return super().get_queryset(request).select_related("prospect").only(*_ATTACHMENT, *_PROSPECT)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.download_view)
        return [path("<uuid:pk>/download/", view, name="pipeline_emailattachment_download"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: EmailAttachment | None = None) -> Any:
        shown = ("filename", "content_type", "size", "scope", "prospect", "created_at", "download")
        return shown if obj else ("file", "scope", "prospect")

    def has_change_permission(self, request: HttpRequest, obj: EmailAttachment | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: EmailAttachment, form: Any, change: bool) -> None:
        obj.take(form.cleaned_data["file"])
        obj.save()

    def download_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The file itself, never shown in the page: it may be anything."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        attachment = get_object_or_404(EmailAttachment, pk=pk)
        response = HttpResponse(bytes(attachment.data), content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(True, attachment.filename) or "attachment"
        return response

    @admin.display(description="size", ordering="size_bytes")
    def size(self, attachment: EmailAttachment) -> str:
        return filesizeformat(attachment.size_bytes)

    @admin.display(description="file")
    def download(self, attachment: EmailAttachment) -> SafeString:
        url = reverse("admin:pipeline_emailattachment_download", args=[attachment.pk])
        return format_html('<a href="{}">Download</a>', url)
