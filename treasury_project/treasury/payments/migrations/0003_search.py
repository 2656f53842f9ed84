"""Finding a payment by a part of its client, reference or booking, however many there are."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

CREATE = """
CREATE INDEX payment_search ON payments_payment USING gin (
    upper(client_name) gin_trgm_ops, upper(reference) gin_trgm_ops,
    upper(bank_reference) gin_trgm_ops
);
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_kept_by_triggers")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(CREATE, "DROP INDEX payment_search;"),
    ]
