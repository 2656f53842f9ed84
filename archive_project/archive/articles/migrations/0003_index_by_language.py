"""The columns search looks at, written by archive.search in the language of the space."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

TAGS_TEXT = (
    "CREATE FUNCTION archive_tags_text(tags text[]) RETURNS text "
    "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT array_to_string(tags, ' ') $$;"
)


class Migration(migrations.Migration):

    dependencies = [
        ("articles", "0002_facts_and_addresses"),
        ("spaces", "0002_language"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="article", name="article_search"),
        migrations.RemoveIndex(model_name="article", name="article_title_alike"),
        migrations.RemoveField(model_name="article", name="search"),
        migrations.RunSQL("DROP FUNCTION archive_tags_text(text[]);", TAGS_TEXT),
        migrations.AddField(
            model_name="article",
            name="search",
            field=django.contrib.postgres.search.SearchVectorField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="article",
            name="names",
            field=django.contrib.postgres.search.SearchVectorField(default="", editable=False, help_text="Title and tags alone."),
        ),
        migrations.AddField(
            model_name="article",
            name="words",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, help_text="As written.", size=None),
        ),
        migrations.AddIndex(
            model_name="article",
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["search"], name="article_search"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["names"], name="article_names"),
        ),
    ]
