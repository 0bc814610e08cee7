from django.db import migrations, models

import config.schema.operations


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0008_drafts_and_followups"),
    ]

    operations = [
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="domain_key",
            field=models.CharField(
                db_default="",
                default="",
                editable=False,
                help_text="The domain normalised, for search and de-duplication.",
            ),
        ),
        config.schema.operations.AddFieldIfMissing(
            model_name="Prospect",
            name="email_key",
            field=models.CharField(db_default="", default="", editable=False, help_text="The e-mail normalised."),
        ),
    ]
