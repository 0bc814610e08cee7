from django.db import migrations

from pipeline.roles import grant


class Migration(migrations.Migration):
    """The schema guard knows nothing of our roles, so that its new table is granted here."""

    dependencies = [
        ("pipeline", "0011_webhooks"),
        ("schema", "0003_process_verifications"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop, elidable=False)]
