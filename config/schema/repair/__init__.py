"""Additive repairs: what is missing is made, what is not proven is proven; nothing is dropped, narrowed or retyped."""

from config.schema.findings import Report
from config.schema.repair.engine import Outcome, plan, run
from config.schema.repair.steps import Statement, Step

__all__ = ["Outcome", "Report", "Statement", "Step", "plan", "run"]
