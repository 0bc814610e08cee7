from itertools import islice

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
BATCH = 2000


def fill(apps, schema_editor):
    Prospect = apps.get_model("prospects", "Prospect")
    prospects = Prospect.objects.using(schema_editor.connection.alias)
    if schema_editor.connection.vendor == "postgresql" and prospects.exists():
        schema_editor.execute(FILL_ASCII)
    left = prospects.exclude(domain="").filter(domain_key="") | prospects.exclude(contact_email=None).filter(
        email_key=""
    )
    rows = left.only("domain", "contact_email").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            row.domain_key, row.email_key = domain_key(row.domain), email_key(row.contact_email)
        prospects.bulk_update(batch, ("domain_key", "email_key"))


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
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
    ]
