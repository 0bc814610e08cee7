"""What the schema guard keeps in the database."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class AdoptionEntry(models.Model):
    """One thing that `migrate` found, added, changed or kept aside in a table that was there before."""

    at = models.DateTimeField(default=timezone.now, db_default=Now())
    table = models.CharField()
    column = models.CharField(default="", db_default="")
    action = models.CharField(help_text="One of the actions of config.schema.adoption.report.")
    detail = models.TextField(default="", db_default="")
    rows = models.BigIntegerField(null=True, help_text="How many rows it concerned; NULL where rows do not matter.")
    data = models.JSONField(null=True, help_text="Ids, or whole rows that had to give way.")

    class Meta:
        db_table = "schema_adoption_entries"
        ordering = ("id",)
        verbose_name_plural = "adoption entries"

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}: {self.action}"
