from django.db import migrations
from django.db.models import Case, CheckConstraint, F, Func, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Substr, Trim
from django.db.models.lookups import Exact

from config.schema.constraint_operations import AddConstraintNotValid
from prospects.migrations._keys import recompute
from prospects.models.keys import LowerAscii, Matches


def recompute_on_sqlite(apps, schema_editor):
    # There the constraints hold for every row at once, and nobody can write in between.
    if schema_editor.connection.vendor == "sqlite":
        recompute(apps, schema_editor)


def trimmed(column):
    return Trim(Coalesce(F(column), Value(""), output_field=TextField()))


def right_trimmed(text, characters):
    return Func(text, Value(characters), function="rtrim", output_field=TextField())


def without_www(text):
    is_www = Matches(text, "www.*", "^www[.]")
    return Case(When(is_www, then=Substr(text, 5)), default=text, output_field=TextField())


def strange(text):
    return Q(Matches(text, "*[^!-~]*", "[^!-~]"))


def has_key(text, key):
    return ~Q(Matches(text, "*[0-9A-Za-z]*", "[0-9A-Za-z]")) | ~Q(**{key: ""})


DOMAIN = trimmed("domain")
DOMAIN_KEY = without_www(right_trimmed(LowerAscii(DOMAIN), "."))
EMAIL = trimmed("contact_email")
EMAIL_KEY = right_trimmed(LowerAscii(EMAIL), ".")
PROFILE = LowerAscii(trimmed("profile_url"))
PROFILE_REST = Substr(PROFILE, 9)
PROFILE_KEY = right_trimmed(without_www(PROFILE_REST), "/")
OTHER_PROFILE = (
    ~Q(Matches(PROFILE, "https://*", "^https://"))
    | Q(Matches(PROFILE_REST, "*[^a-z0-9._~/-]*", "[^a-z0-9._~/-]"))
    | Q(Matches(PROFILE_REST, "*./*", "[.]/"))
    | Q(Matches(PROFILE_REST, "*.", "[.]$"))
)


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0018_keys_by_idna"),
    ]

    operations = [
        migrations.RunPython(recompute_on_sqlite, migrations.RunPython.noop),
        AddConstraintNotValid(
            model_name="Prospect",
            constraint=CheckConstraint(
                condition=(strange(DOMAIN) | Q(Exact(F("domain_key"), DOMAIN_KEY))) & has_key(DOMAIN, "domain_key"),
                name="prospects_domain_key_derived",
            ),
        ),
        AddConstraintNotValid(
            model_name="Prospect",
            constraint=CheckConstraint(
                condition=(strange(EMAIL) | Q(Exact(F("email_key"), EMAIL_KEY))) & has_key(EMAIL, "email_key"),
                name="prospects_email_key_derived",
            ),
        ),
        AddConstraintNotValid(
            model_name="Prospect",
            constraint=CheckConstraint(
                condition=(OTHER_PROFILE | Q(Exact(F("profile_key"), PROFILE_KEY)))
                & (Q(profile_key="") | ~Q(Exact(PROFILE, Value("")))),
                name="prospects_profile_key_derived",
            ),
        ),
    ]
