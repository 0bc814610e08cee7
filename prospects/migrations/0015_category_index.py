from django.db import migrations, models
from django.db.models.functions import Upper

import config.schema.operations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("prospects", "0014_profile_key"),
    ]

    operations = [
        config.schema.operations.AddIndexIfMissing(
            model_name="Prospect",
            index=models.Index(Upper("discovery_category"), "discovery_category", name="prospects_category"),
        ),
    ]
