"""Finding an invoice by what people have of it: number, order, client or amount.

The bodies are SQL-standard (RETURN), so PostgreSQL knows what they depend on: a dump restores in
the right order whatever the search path. ``unaccent`` is only STABLE because somebody may edit its
rules file; after such an edit the index must be made anew.
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

# A number is there as people quote it, INV-00012, and bare; lpad alone would cut a longer one.
CREATE = r"""
CREATE FUNCTION invoice_search_text(series text, number integer, po_number text, client jsonb)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    lower(unaccent('unaccent', normalize(
        ' ' || coalesce(series || '-' || lpad(number::text, greatest(5, length(number::text)), '0')
            || ' ' || number, '')
        || ' ' || po_number || ' ' || coalesce(client ->> 'name', '')
        || ' ' || coalesce(client ->> 'legal_name', '')
        || ' ' || coalesce(client ->> 'account_number', ''), NFKC)));

CREATE FUNCTION invoice_search_pattern(word text)
RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    CASE WHEN length(word) < 3 THEN '% ' ELSE '%' END
    || regexp_replace(lower(unaccent('unaccent', normalize(word, NFKC))), '([\\%_])', '\\\1', 'g')
    || '%';

CREATE INDEX invoice_search ON invoices_invoice
    USING gin (invoice_search_text(series_id, number, po_number, client) gin_trgm_ops);
"""

DROP = """
DROP INDEX invoice_search;
DROP FUNCTION invoice_search_pattern(text);
DROP FUNCTION invoice_search_text(text, integer, text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0008_clients_that_are_gone")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(CREATE, DROP),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["gross"], name="invoice_by_amount"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=["open"], condition=~models.Q(open=0), name="invoice_by_open"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=["currency", "-period_start", "-id"], name="invoice_by_currency"
            ),
        ),
    ]
