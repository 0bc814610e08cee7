from django.db import migrations, models

from config.schema import operations
from prospects.keys import domain_key, email_key

# The keys of plain ASCII texts, as prospects.keys makes them: one rewrite of the table takes seconds, row by row it is
# minutes. (A test compares the two.)
FILL_ASCII = r"""
ALTER TABLE prospects
    ALTER COLUMN domain_key TYPE varchar USING (CASE WHEN domain ~ '^[!-~]+$'
        THEN regexp_replace(rtrim(lower(domain COLLATE "C"), '.'), '^www\.', '') ELSE '' END),
    ALTER COLUMN email_key TYPE varchar USING (CASE WHEN contact_email ~ '^[!-~]+@[!-?A-~]+$'
        THEN rtrim(lower(contact_email COLLATE "C"), '.') ELSE '' END)
"""


def fill_ascii(apps, schema_editor):
    prospects = apps.get_model("prospects", "Prospect").objects.using(schema_editor.connection.alias)
    if schema_editor.connection.vendor == "postgresql" and prospects.exists():
        schema_editor.execute(FILL_ASCII)


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0008_drafts_and_followups"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="domain_key",
            field=models.CharField(
                db_default="",
                default="",
                editable=False,
                help_text="The domain normalised, for search and de-duplication.",
            ),
        ),
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="email_key",
            field=models.CharField(db_default="", default="", editable=False, help_text="The e-mail normalised."),
        ),
        migrations.RunPython(fill_ascii, migrations.RunPython.noop),
        operations.FillColumn("Prospect", "domain_key", "domain", domain_key),
        operations.FillColumn("Prospect", "email_key", "contact_email", email_key),
    ]
