from django.db import migrations, models
from django.db.models.functions import Concat

from config.schema.adoption.settling import SettleRows

# A job of this system was rung for in the transaction that made it, and leased before it ran.
NEVER_OURS = models.Q(
    status__in=("pending", "running"),
    rung_at=None,
    lease_token=None,
    lease_until=None,
    heartbeat_at=None,
    started_at=None,
    started_by=None,
)
GONE = "The old system left this job under way, and its process is gone: it was not finished."


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0013_nobody_makes_tokens_for_others"),
    ]

    operations = [
        SettleRows(
            "Job",
            "status",
            NEVER_OURS,
            {
                "status": "failed",
                "error_message": models.Case(
                    models.When(
                        error_message__gt="", then=Concat("error_message", models.Value("\n"), models.Value(GONE))
                    ),
                    default=models.Value(GONE),
                    output_field=models.TextField(),
                ),
            },
        ),
    ]
