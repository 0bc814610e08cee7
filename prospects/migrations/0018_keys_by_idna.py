from django.db import migrations

from prospects.migrations._keys import recompute, recompute_suppressions


class Migration(migrations.Migration):
    # Batch by batch: no row stays locked for long.
    atomic = False

    dependencies = [
        ("prospects", "0017_import_preview_token"),
    ]

    operations = [
        migrations.RunPython(recompute_suppressions, migrations.RunPython.noop),
        migrations.RunPython(recompute, migrations.RunPython.noop),
    ]
