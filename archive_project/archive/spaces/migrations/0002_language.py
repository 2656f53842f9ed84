"""The language of a space, and a text search configuration for each: its stems, without accents."""

from django.contrib.postgres.operations import CreateExtension, UnaccentExtension
from django.db import migrations, models
from django.db.models import Q

LANGUAGES = [
    "danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian",
    "norwegian", "portuguese", "romanian", "spanish", "swedish", "simple",
]


def configurations() -> list[migrations.RunSQL]:
    made = []
    for name in LANGUAGES:
        stem = name if name == "simple" else f"{name}_stem"
        made.append(migrations.RunSQL(
            f"CREATE TEXT SEARCH CONFIGURATION archive_{name} (COPY = pg_catalog.{name});"
            f"ALTER TEXT SEARCH CONFIGURATION archive_{name} ALTER MAPPING FOR"
            f" hword, hword_part, word WITH unaccent, {stem};",
            f"DROP TEXT SEARCH CONFIGURATION archive_{name};",
        ))
    return made


class Migration(migrations.Migration):

    dependencies = [("spaces", "0001_initial")]

    operations = [
        UnaccentExtension(),
        CreateExtension("fuzzystrmatch"),
        *configurations(),
        migrations.AddField(
            model_name="space",
            name="language",
            field=models.CharField(choices=[*((n, n.capitalize()) for n in LANGUAGES[:-1]), ("simple", "Another language")], default="english", help_text="Of its articles; search knows its word forms.", max_length=12),
        ),
        migrations.AddConstraint(
            model_name="space",
            constraint=models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="space_language_known"),
        ),
    ]
