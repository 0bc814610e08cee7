from django.db import migrations, models

from config.schema import operations
from prospects.migrations._adoption import PROSPECTS

STAGE = models.Case(
    models.When(models.Q(("send_status__in", ("sent",))), then=models.Value("SENT")),
    models.When(
        models.Q(
            ("draft_status__in", ("drafted",)),
            ("draft_subject__trim__gt", ""),
            ("draft_body__trim__gt", ""),
        ),
        then=models.Value("DRAFTED"),
    ),
    models.When(
        models.Q(("verification_status__in", ("verified",)), ("contact_email__trim__gt", "")),
        then=models.Value("VERIFIED"),
    ),
    models.When(
        models.Q(
            ("scrape_status__in", ("SCRAPED", "ENRICHED")),
            ("approval_status__in", ("approved",)),
            ("contact_email__trim__gt", ""),
        ),
        then=models.Value("LEAD"),
    ),
    models.When(
        models.Q(("scrape_status__in", ("SCRAPED", "ENRICHED")), ("contact_email__trim__gt", "")),
        then=models.Value("EMAIL_FOUND"),
    ),
    models.When(
        models.Q(("scrape_status__in", ("SCRAPED", "ENRICHED", "NO_EMAIL_FOUND"))),
        then=models.Value("SCRAPED"),
    ),
    default=models.Value("DISCOVERED"),
    output_field=models.CharField(),
)


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0009_normalised_keys"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="stage",
            field=models.CharField(
                choices=[
                    ("DISCOVERED", "discovered"),
                    ("SCRAPED", "scraped"),
                    ("EMAIL_FOUND", "e-mail found"),
                    ("LEAD", "lead"),
                    ("VERIFIED", "verified"),
                    ("DRAFTED", "drafted"),
                    ("SENT", "sent"),
                ],
                db_default="DISCOVERED",
                default="DISCOVERED",
                editable=False,
            ),
        ),
        operations.ConvergeTable("Prospect", PROSPECTS),
        operations.RecomputeColumn("Prospect", "stage", STAGE),
        operations.AddConstraintIfMissing(
            model_name="Prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage",
                        STAGE,
                    )
                ),
                name="prospects_stage_derived",
            ),
        ),
    ]
