"""The lists as CSV and as workbooks."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import FileResponse, StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request

from config.api.exports import XLSX, csv_response, xlsx_response
from config.api.views import ApiViewSet
from prospects import exports
from prospects.filters import CategoryFilterSet, ExportFilterSet
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet
from prospects.views.prospects import VIEW

WHOLE: dict[str, Any] = {"listing": "whole", "serializer_class": None}
WORKBOOK: dict[str, Any] = {**WHOLE, "media_type": XLSX}


class ExportViewSet(ApiViewSet):
    permissions = {
        "all_prospects": VIEW,
        "leads": VIEW,
        "scraped_emails": VIEW,
        "all_prospects_workbook": VIEW,
        "leads_workbook": VIEW,
        "scraped_emails_workbook": VIEW,
    }
    queryset = Prospect.objects.all()

    @action(detail=False, url_path="export/csv", filterset_class=ExportFilterSet, **WHOLE)
    def all_prospects(self, request: Request) -> StreamingHttpResponse:
        """Prospects as CSV: those of a list, a status or any filter."""
        return csv_response("prospects.csv", exports.PROSPECTS, self._rows(Prospect.objects.all()))

    @action(detail=False, url_path="leads/export/csv", filterset_class=CategoryFilterSet, **WHOLE)
    def leads(self, request: Request) -> StreamingHttpResponse:
        """The list `leads` as CSV."""
        return csv_response("leads.csv", exports.LEADS, self._rows(Prospect.objects.leads()))

    @action(detail=False, url_path="scraped-emails/export/csv", filterset_class=CategoryFilterSet, **WHOLE)
    def scraped_emails(self, request: Request) -> StreamingHttpResponse:
        """The list `scraped_emails` as CSV."""
        rows = self._rows(Prospect.objects.scraped_emails())
        return csv_response("scraped-emails.csv", exports.SCRAPED_EMAILS, rows)

    @action(detail=False, url_path="export/xlsx", filterset_class=ExportFilterSet, **WORKBOOK)
    def all_prospects_workbook(self, request: Request) -> FileResponse:
        """Prospects as an XLSX workbook: those of a list, a status or any filter."""
        return xlsx_response("prospects.xlsx", exports.PROSPECTS, self._rows(Prospect.objects.all()))

    @action(detail=False, url_path="leads/export/xlsx", filterset_class=CategoryFilterSet, **WORKBOOK)
    def leads_workbook(self, request: Request) -> FileResponse:
        """The list `leads` as an XLSX workbook."""
        return xlsx_response("leads.xlsx", exports.LEADS, self._rows(Prospect.objects.leads()))

    @action(detail=False, url_path="scraped-emails/export/xlsx", filterset_class=CategoryFilterSet, **WORKBOOK)
    def scraped_emails_workbook(self, request: Request) -> FileResponse:
        """The list `scraped_emails` as an XLSX workbook."""
        rows = self._rows(Prospect.objects.scraped_emails())
        return xlsx_response("scraped-emails.xlsx", exports.SCRAPED_EMAILS, rows)

    def _rows(self, rows: ProspectQuerySet) -> QuerySet[Any]:
        return self.filter_queryset(rows).order_by(F("created_at").desc(), "pk")
