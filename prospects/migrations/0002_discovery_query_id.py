import django.db.models.deletion
from django.db import migrations, models

from config.schema import operations


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0003_discovery_query"),
        ("prospects", "0001_base_tables"),
    ]

    operations = [
        operations.AddFieldIfMissing(
            model_name="Prospect",
            name="discovery_query",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="prospects",
                to="pipeline.discoveryquery",
            ),
        ),
    ]
