"""One prospect's mails and drafts by a model, attachments, and prospects entered by hand."""

from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.http import Http404
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.integrity import prove_absence
from config.api.problems import Problem
from config.api.views import ApiViewSet
from pipeline import services
from pipeline.choices import AttachmentScope
from pipeline.filters import AttachmentFilterSet
from pipeline.models import EmailAttachment, EmailLog
from pipeline.serializers.mail import (
    AttachmentInput,
    AttachmentSerializer,
    ChatInput,
    EmailInput,
    EnrichParameters,
    SendOneInput,
    SentEmailSerializer,
    WebsiteInput,
)
from pipeline.views.steps import START
from prospects.choices import DraftStatus, VerificationStatus
from prospects.models import Prospect
from prospects.stages import is_present
from prospects.views.prospects import ADD


class AttachmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, ApiViewSet):
    """Files that go out with every mail or with one prospect's."""

    permissions = {
        "list": "pipeline.view_emailattachment",
        "retrieve": "pipeline.view_emailattachment",
        "create": "pipeline.add_emailattachment",
        "destroy": "pipeline.delete_emailattachment",
    }
    # The bytes may be ten megabytes a row.
    queryset = EmailAttachment.objects.defer("data")
    serializer_class = AttachmentSerializer
    input_classes = {"create": AttachmentInput}
    filterset_class = AttachmentFilterSet
    orderings = {"created_at": F("created_at")}
    default_ordering = ("-created_at",)

    def get_parsers(self) -> list[Any]:
        # Asked for before the action is known: a file is uploaded, all else is JSON.
        action = getattr(self, "action", None) or self.action_map.get((self.request.method or "").lower())
        return [MultiPartParser()] if action == "create" else super().get_parsers()

    def create(self, request: Request) -> Response:
        """Store a file."""
        body = self.body()
        prospect_id, file = body.get("prospect_id"), body["file"]
        if prospect_id and not Prospect.objects.filter(pk=prospect_id).exists():
            raise Http404("There is no prospect with this id.")
        attachment = EmailAttachment(prospect_id=prospect_id, scope=body["scope"])
        attachment.take(file)
        attachment.save()
        return Response(self.get_serializer(attachment).data, status=201)


class MailViewSet(ApiViewSet):
    """What is written to one prospect."""

    permissions = {
        "sent_email": "pipeline.view_emaillog",
        "compose": START,
        "send": START,
        "chat": START,
        "enrich": START,
        "enrich_direct": START,
        "enrich_prospect": START,
    }
    queryset = Prospect.objects.all()

    @action(detail=True, url_path="sent-email", serializer_class=SentEmailSerializer)
    def sent_email(self, request: Request, pk: UUID) -> Response:
        """The mail that was sent last, with the attachments that go out now."""
        log = EmailLog.objects.filter(prospect=pk).order_by(F("sent_at").desc(nulls_last=True), "pk").first()
        if log is None:
            raise Http404("No mail was sent to this prospect.")
        of_mail = Q(scope=AttachmentScope.GLOBAL) | Q(prospect=pk)
        attachments = list(EmailAttachment.objects.defer("data").filter(of_mail))
        if not attachments:
            prove_absence()
        context = {"attachments": attachments}
        return Response(SentEmailSerializer(log, context=context).data)

    @action(detail=True, methods=["post"], serializer_class=None, always_fails=True)
    def compose(self, request: Request, pk: UUID) -> Response:
        """Have a draft written. 409 as long as no model is configured."""
        if not is_present(self.get_object().contact_email):
            raise Problem(400, "not_ready", "The prospect has no e-mail.")
        raise services.unavailable("Writing a draft", services.GEMINI)

    @action(detail=True, methods=["post"], serializer_class=SendOneInput, always_fails=True)
    def send(self, request: Request, pk: UUID) -> Response:
        """Send the draft. 409 as long as no mail service is configured."""
        self.body()
        require_sendable(self.get_object())
        raise services.unavailable("Sending", services.GMAIL)

    @action(detail=True, methods=["post"], serializer_class=ChatInput, always_fails=True)
    def chat(self, request: Request, pk: UUID) -> Response:
        """Talk about the draft with a model. 409 as long as none is configured."""
        self.body()
        self.get_object()
        raise services.unavailable("Talking about a draft", services.GEMINI)

    @action(detail=False, methods=["post"], serializer_class=None, always_fails=True)
    def enrich(self, request: Request) -> Response:
        """Find contacts of prospects. 409 as long as no service is configured."""
        raise services.unavailable("Enriching", services.SNOV)

    @action(
        detail=False,
        methods=["post"],
        url_path="enrich/direct",
        serializer_class=None,
        parameters=EnrichParameters,
        always_fails=True,
    )
    def enrich_direct(self, request: Request) -> Response:
        """Find contacts of a domain. 409 as long as no service is configured."""
        self.query()
        raise services.unavailable("Enriching", services.SNOV)

    @action(detail=False, methods=["post"], url_path=r"enrich/(?P<pk>[^/.]+)", serializer_class=None, always_fails=True)
    def enrich_prospect(self, request: Request, pk: UUID) -> Response:
        """Find contacts of a prospect. 409 as long as no service is configured."""
        self.get_object()
        raise services.unavailable("Enriching", services.SNOV)


class ManualViewSet(ApiViewSet):
    """Prospects that people enter by hand."""

    permissions = {"scrape": ADD, "verify": ADD}

    @action(detail=False, methods=["post"], serializer_class=WebsiteInput, always_fails=True)
    def scrape(self, request: Request) -> Response:
        """Read a site and make a prospect of it. 409 as long as nothing here reads sites."""
        self.body()
        raise services.unavailable("Reading a site", None)

    @action(detail=False, methods=["post"], serializer_class=EmailInput, always_fails=True)
    def verify(self, request: Request) -> Response:
        """Verify an e-mail and make a prospect of it. 409 as long as no service is configured."""
        self.body()
        raise services.unavailable("Verifying", services.SNOV)


def require_sendable(prospect: Prospect) -> None:
    """Raise the problem of the first condition for sending that the prospect does not meet."""
    sent = Prospect.objects.filter(pk=prospect.pk).sent().exists()
    for met, status, detail in (
        (prospect.draft_status == DraftStatus.DRAFTED, 400, "The prospect has no draft."),
        (
            is_present(prospect.draft_subject) and is_present(prospect.draft_body),
            400,
            "The draft lacks subject or body.",
        ),
        (not sent, 409, "A mail was sent already."),
        (is_present(prospect.contact_email), 400, "The prospect has no e-mail."),
        (prospect.verification_status == VerificationStatus.VERIFIED, 400, "The e-mail is not verified."),
    ):
        if not met:
            raise Problem(status, "not_ready", f"{detail} Nothing was sent.")
