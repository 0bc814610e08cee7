from django.db import migrations, models

from config.schema import operations
from prospects.migrations._adoption import PROSPECTS


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0007_ensure_all_prospect_columns_final"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="snov_payload",
            field=models.JSONField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="drafted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="final_body",
            field=models.TextField(blank=True, help_text="The text that was sent last.", null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="thread_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="sequence_index",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="is_manual",
            field=models.BooleanField(db_default=False, default=False),
        ),
        operations.ConvergeTable("Prospect", PROSPECTS),
    ]
