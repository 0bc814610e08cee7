from django.db import migrations, models

import config.schema.operations
from prospects.keys import profile_key

BATCH = 1000


def fill(apps, schema_editor):
    prospects = apps.get_model("prospects", "Prospect").objects.using(schema_editor.connection.alias)
    # A profile without a URL keeps its empty key; the others get theirs in the order of their ids.
    left = prospects.exclude(profile_url=None).exclude(profile_url="").filter(profile_key="").order_by("pk")
    last = None
    while batch := list((left.filter(pk__gt=last) if last else left).only("pk", "profile_url")[:BATCH]):
        last = batch[-1].pk
        for row in batch:
            row.profile_key = profile_key(row.profile_url)
        prospects.bulk_update(batch, ["profile_key"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("prospects", "0013_imports_merges_suppression"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        config.schema.operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(
                fields=["profile_key"], condition=models.Q(profile_key__gt=""), name="prospects_profile_key"
            ),
        ),
    ]
