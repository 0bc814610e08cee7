"""Likely duplicates and merges in the API."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import Http404
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import fields
from config.api.integrity import DataIntegrityViolation, proven
from config.api.parameters import IntegerParameter, TextParameter
from config.api.views import ApiViewSet
from prospects import duplicates
from prospects.changes import Cause
from prospects.models import Merge, Prospect
from prospects.serializers import ProspectSerializer

VIEW, CHANGE = "prospects.view_prospect", "prospects.delete_prospect"


class DuplicateParameters(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=list(duplicates.KINDS), default="domain", help_text="What they have in common."
    )
    after = TextParameter(default="", allow_blank=True, max_length=500, help_text="`next` of the page before.")
    limit = IntegerParameter(min_value=1, max_value=200, default=50)


class GroupSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    count = serializers.IntegerField()
    prospects = ProspectSerializer(many=True)


class GroupsSerializer(serializers.Serializer[Any]):
    """Prospects that are likely the same, by what they have in common."""

    groups = GroupSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="`after` of the next page; null on the last.")


class MergeSerializer(serializers.ModelSerializer[Merge]):
    """A prospect that was merged into another."""

    kept_id = serializers.UUIDField(read_only=True)
    created_by: Any = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Merge
        fields = ("id", "kept_id", "merged_id", "created_at", "created_by", "undone_at")
        read_only_fields = fields


class MergeInput(fields.StrictSerializer):
    keep_id = fields.UUIDField(help_text="The prospect that stays.")
    other_id = fields.UUIDField(help_text="The prospect that goes into it.")


class DuplicateViewSet(ApiViewSet):
    permissions = {"list_groups": VIEW}
    queryset = Prospect.objects.all()

    @action(detail=False, url_path="groups", parameters=DuplicateParameters, serializer_class=GroupsSerializer)
    def list_groups(self, request: Request) -> Response:
        """Likely duplicates: prospects with the same normalised domain, e-mail address or profile."""
        asked = self.query()
        found, members = proven_groups(asked["kind"], asked["after"], asked["limit"])
        groups = [{"key": group.key, "count": group.count, "prospects": members.get(group.key, [])} for group in found]
        more = found[-1].key if len(found) == asked["limit"] else None
        return Response(self.get_serializer({"groups": groups, "next": more}).data)


def proven_groups(kind: str, after: str, limit: int) -> tuple[list[duplicates.Group], dict[str, list[Prospect]]]:
    """Groups with their members, from one snapshot: as many as were counted, and none is proven like an empty list."""
    with proven(Prospect.objects.db) as proof:
        found = duplicates.groups(kind, after, limit)
        members = duplicates.members(kind, [group.key for group in found])
        if not found:
            proof.of_emptiness()
    for group in found:
        if len(members.get(group.key, ())) != group.count:
            raise DataIntegrityViolation(group.count, len(members.get(group.key, ())), group.count)
    return found, members


class MergeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Merges of duplicates."""

    permissions = {"list": VIEW, "retrieve": VIEW, "create": CHANGE, "undo": CHANGE}
    queryset = Merge.objects.select_related("created_by")
    serializer_class = MergeSerializer
    input_classes = {"create": MergeInput}
    orderings = {"created_at": F("created_at")}
    default_ordering = ("-created_at",)

    def create(self, request: Request) -> Response:
        """Merge one prospect into another: its mails, files and history go over, empty fields are filled.

        Refused when one of the two is suppressed and the other is not.
        """
        body = self.body()
        merge = duplicates.merge(body["keep_id"], body["other_id"], Cause(user=request.user))
        return Response(self.get_serializer(merge).data, status=201)

    @action(detail=True, methods=["post"], serializer_class=None, answer_class=MergeSerializer)
    def undo(self, request: Request, pk: UUID) -> Response:
        """Bring the merged prospect back, with what came with it.

        Refused when a mail went out since the merge, when a later merge of one of the two is not undone yet, and when
        the prospect was added again meanwhile.
        """
        merge = self.get_queryset().filter(pk=pk).first()
        if merge is None:
            raise Http404("There is no merge with this id.")
        duplicates.undo(merge, Cause(user=request.user))
        merge.refresh_from_db()
        return self.answer(merge)
