from django.db import migrations

from pipeline.roles import grant


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0008_indexes"),
        ("prospects", "0012_prospect_events"),
        ("schema", "0001_adoption_entries"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("knox", "0009_extend_authtoken_field"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop, elidable=False)]
