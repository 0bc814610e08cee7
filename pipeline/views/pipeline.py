"""The pipeline of web sites: its numbers, the list that waits for a decision, and the decisions."""

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ApiViewSet
from config.words import counted
from pipeline import categories, switches
from pipeline.counts import pipeline_status
from pipeline.serializers.status import PipelineStatusSerializer, ReviewSerializer
from pipeline.serializers.steps import Approval, Approved, CategoriesMigrated, Categorized, CategoryInput
from pipeline.steps import NothingToDo
from prospects import decisions
from prospects.changes import Cause
from prospects.filters import CategoryFilterSet
from prospects.models import Prospect
from prospects.serializers import Updated, WebsiteSerializer
from prospects.views import ORDERINGS, VIEW
from prospects.views.prospects import CHANGE, DELETE


class PipelineViewSet(ApiViewSet):
    permissions = {
        "status": VIEW,
        "websites": VIEW,
        "review": VIEW,
        "approve": CHANGE,
        "approve_all": CHANGE,
        "update_category": CHANGE,
        "auto_categorize": CHANGE,
        "migrate_categories": CHANGE,
    }
    queryset = Prospect.objects.all()
    orderings = ORDERINGS
    default_ordering = ("-created_at",)

    @action(detail=False, serializer_class=PipelineStatusSerializer)
    def status(self, request: Request) -> Response:
        """How many prospects are at each step; each number is the total of the list it stands for."""
        return Response(self.get_serializer(pipeline_status()).data)

    @action(detail=False, listing="page", serializer_class=WebsiteSerializer, filterset_class=CategoryFilterSet)
    def websites(self, request: Request) -> Response:
        """Web sites that were found and wait for a decision."""
        return self.paged(Prospect.objects.websites().select_related("discovery_query"))

    @action(detail=False, listing="page", serializer_class=ReviewSerializer, filterset_class=CategoryFilterSet)
    def review(self, request: Request) -> Response:
        """E-mails found by scraping, with what verification said of them."""
        return self.paged(Prospect.objects.scraped_emails())

    @action(detail=False, methods=["post"], serializer_class=Approval, answer_class=Approved)
    def approve(self, request: Request) -> Response:
        """Approve, reject or delete discovered prospects, all or none of them."""
        body = self.body()
        cause = Cause(user=request.user, reason=body.get("reason", ""))
        counts = {"approved_count": 0, "rejected_count": 0, "deleted_count": 0}
        match body["action"]:
            case "approve":
                done, counts["approved_count"] = "approved", decisions.approve(body["prospect_ids"], cause)
            case "reject":
                done, counts["rejected_count"] = "rejected", decisions.reject(body["prospect_ids"], cause)
            case _:
                self.require(DELETE)
                done, counts["deleted_count"] = "deleted", decisions.delete(body["prospect_ids"], cause)
        return self.answer(
            {"success": True, "message": f"{counted(sum(counts.values()), 'prospect')} {done}.", **counts}
        )

    @action(detail=False, methods=["post"], serializer_class=None, answer_class=Approved)
    def approve_all(self, request: Request) -> Response:
        """Approve every web site that waits for a decision."""
        switches.require_master()
        count = decisions.approve_all(Cause(user=request.user))
        if not count:
            raise NothingToDo("Approving: no web site waits for a decision.")
        counts = {"approved_count": count, "rejected_count": 0, "deleted_count": 0}
        return self.answer({"success": True, "message": f"{counted(count, 'prospect')} approved.", **counts})

    @action(detail=False, methods=["post"], serializer_class=CategoryInput, answer_class=Updated)
    def update_category(self, request: Request) -> Response:
        """Write a category to prospects, to all or none of them."""
        body = self.body()
        cause = Cause(user=request.user, reason=body.get("reason", ""))
        count = decisions.set_category(body["prospect_ids"], body["category"], cause)
        return self.answer(
            {"success": True, "message": f"{counted(count, 'prospect')} updated.", "updated_count": count}
        )

    @action(detail=False, methods=["post"], serializer_class=None, answer_class=Categorized)
    def auto_categorize(self, request: Request) -> Response:
        """Give prospects without a category the one that their page title or domain names."""
        count = categories.categorize(Cause(user=request.user, reason="named by the page title or the domain"))
        return self.answer(
            {"success": True, "message": f"{counted(count, 'prospect')} categorized.", "categorized_count": count}
        )

    @action(detail=False, methods=["post"], serializer_class=None, answer_class=CategoriesMigrated)
    def migrate_categories(self, request: Request) -> Response:
        """Bring other spellings of the offered categories to the offered one."""
        count, mapping = categories.unify(Cause(user=request.user, reason="spelling of the category"))
        message = f"{counted(count, 'prospect')} updated."
        return self.answer({"success": True, "message": message, "migrated_count": count, "category_mapping": mapping})
