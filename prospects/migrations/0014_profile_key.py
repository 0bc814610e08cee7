from django.db import migrations, models

import config.schema.operations
from prospects.keys import profile_key

# The keys of plain ASCII addresses, as prospects.keys makes them (a test compares the two): one rewrite of the table.
FILL_ASCII = r"""
ALTER TABLE prospects ALTER COLUMN profile_key TYPE varchar USING (
    CASE WHEN profile_url ~ '^https?://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/-]*)?$'
    THEN regexp_replace(rtrim(lower(substring(profile_url COLLATE "C" from '^https?://([^/]+)')), '.'), '^www\.', '')
        || rtrim(lower(substring(profile_url COLLATE "C" from '^https?://[^/]+(.*)$')), '/')
    ELSE '' END)
"""


def fill_ascii(apps, schema_editor):
    prospects = apps.get_model("prospects", "Prospect").objects.using(schema_editor.connection.alias)
    if schema_editor.connection.vendor == "postgresql" and prospects.exclude(profile_url=None).exists():
        schema_editor.execute(FILL_ASCII)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("prospects", "0013_imports_merges_suppression"),
    ]

    operations = [
        migrations.RunPython(fill_ascii, migrations.RunPython.noop),
        config.schema.operations.FillColumn("Prospect", "profile_key", "profile_url", profile_key),
        config.schema.operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(
                fields=["profile_key"], condition=models.Q(profile_key__gt=""), name="prospects_profile_key"
            ),
        ),
    ]
