"""Finding a product by a part of its SKU or name, however many there are."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

CREATE = """
CREATE INDEX product_search ON catalogue_product USING gin (
    upper(sku) gin_trgm_ops, upper(name) gin_trgm_ops
);
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_history")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(CREATE, "DROP INDEX product_search;"),
    ]
