from django.db import migrations

from config.schema.constraint_operations import ValidateConstraint
from prospects.migrations._keys import recompute


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("prospects", "0019_keys_are_checked"),
    ]

    operations = [
        # What another program wrote between the two migrations before this one.
        migrations.RunPython(recompute, migrations.RunPython.noop),
        ValidateConstraint("Prospect", "prospects_domain_key_derived"),
        ValidateConstraint("Prospect", "prospects_email_key_derived"),
        ValidateConstraint("Prospect", "prospects_profile_key_derived"),
    ]
