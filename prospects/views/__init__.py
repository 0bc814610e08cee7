"""Prospects in the API."""

import prospects.problems  # noqa: F401 - makes problems of refused decisions
from prospects.views.decisions import DecisionViewSet
from prospects.views.events import EventViewSet
from prospects.views.exports import ExportViewSet
from prospects.views.prospects import ORDERINGS, VIEW, ProspectViewSet

__all__ = ["ORDERINGS", "VIEW", "DecisionViewSet", "EventViewSet", "ExportViewSet", "ProspectViewSet"]
