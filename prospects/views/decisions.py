"""What a person decides about prospects."""

from uuid import UUID

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ApiViewSet
from config.words import counted
from prospects import decisions
from prospects.changes import Cause
from prospects.models import Prospect
from prospects.serializers import BulkEdit, Done, DraftInput, Promoted, Updated
from prospects.views.prospects import CHANGE


class DecisionViewSet(ApiViewSet):
    permissions = {"promote": CHANGE, "draft": CHANGE, "bulk_update": CHANGE}
    queryset = Prospect.objects.all()

    @action(detail=True, methods=["post"], serializer_class=None, answer_class=Promoted)
    def promote(self, request: Request, pk: UUID) -> Response:
        """Make a lead of a prospect whose e-mail was found, by approving it."""
        with transaction.atomic():  # nobody deletes it before its stage is read
            decisions.promote([pk], Cause(user=request.user))
            stage = Prospect.objects.values_list("stage", flat=True).get(pk=pk)
        return self.answer({"success": True, "message": "The prospect is a lead.", "stage": stage})

    @action(detail=True, methods=["put"], serializer_class=DraftInput, answer_class=Done)
    def draft(self, request: Request, pk: UUID) -> Response:
        """Save the subject or the body of the draft, or both."""
        texts = self.body()
        decisions.save_draft(pk, texts.get("subject"), texts.get("body"), Cause(user=request.user))
        return self.answer({"success": True, "message": "The draft is saved."})

    @action(detail=False, methods=["post"], url_path="bulk-update", serializer_class=BulkEdit, answer_class=Updated)
    def bulk_update(self, request: Request) -> Response:
        """Write the same values to several prospects, to all of them or to none."""
        body = self.body()
        cause = Cause(user=request.user, reason=body.get("reason", ""))
        count = decisions.edit_all(body["prospect_ids"], body["values"], cause)
        return self.answer(
            {"success": True, "message": f"{counted(count, 'prospect')} updated.", "updated_count": count}
        )
