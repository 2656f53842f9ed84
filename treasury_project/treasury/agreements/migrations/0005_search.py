"""Finding an agreement by a part of its title, however many there are."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

CREATE = """
CREATE INDEX agreement_search ON agreements_agreement USING gin (upper(title) gin_trgm_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_history")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(CREATE, "DROP INDEX agreement_search;"),
    ]
