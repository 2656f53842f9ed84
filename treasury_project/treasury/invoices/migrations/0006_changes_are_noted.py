"""Whoever changes a fact, by whatever means, marks the agreements that it bears on.

One mark for each agreement and statement, however many rows it changed. Hours are not among it: work
that comes late is billed with the next period and corrects none.
"""

from django.db import migrations

# Table -> the agreements its rows bear on, and from which day.
TABLES = {
    table: f"SELECT a.id, min(r.{day}) FROM {{rows}} r "
    "JOIN agreements_agreement a ON a.company_id = r.company_id GROUP BY a.id"
    for table, day in (
        ("usage_device", "start"),
        ("usage_contactbilling", "start"),
        ("usage_reading", "day"),
    )
} | {
    "agreements_addition": "SELECT a.id, min(r.start) FROM {rows} r "
    "JOIN agreements_agreement a ON a.id = r.agreement_id GROUP BY a.id",
    "agreements_tier": "SELECT l.agreement_id, min(l.start) FROM {rows} r "
    "JOIN agreements_addition l ON l.id = r.addition_id GROUP BY l.agreement_id",
    "agreements_discount": "SELECT l.agreement_id, min(r.start) FROM {rows} r "
    "JOIN agreements_addition l ON l.id = r.addition_id GROUP BY l.agreement_id",
    "agreements_agreement": "SELECT r.id, min(r.start) FROM {rows} r "
    "JOIN agreements_agreement a ON a.id = r.id GROUP BY r.id",
    "catalogue_productprice": "SELECT l.agreement_id, min(r.start) FROM {rows} r "
    "JOIN agreements_addition l ON l.product_id = r.product_id GROUP BY l.agreement_id",
    "catalogue_planprice": "SELECT a.id, min(r.start) FROM {rows} r "
    "JOIN agreements_agreement a ON a.plan_id = r.plan_id GROUP BY a.id",
}

OPERATIONS = {
    "insert": ("REFERENCING NEW TABLE AS new_rows", "new_rows"),
    "update": (
        "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows)",
    ),
    "delete": ("REFERENCING OLD TABLE AS old_rows", "old_rows"),
}


def create():
    for table, select in TABLES.items():
        for operation, (tables, rows) in OPERATIONS.items():
            name = f"{table}_{operation}_is_noted"
            yield f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invoices_factchange (agreement_id, since) {select.format(rows=rows)};
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {operation.upper()} ON {table} {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def drop():
    for table in TABLES:
        for operation in OPERATIONS:
            name = f"{table}_{operation}_is_noted"
            yield f"DROP TRIGGER {name} ON {table};\nDROP FUNCTION {name}();\n"


# An agreement that goes takes its marks along, those too that are written while it goes.
CASCADE = """
DO $$ DECLARE name text; BEGIN
    SELECT conname INTO name FROM pg_constraint
        WHERE conrelid = 'invoices_factchange'::regclass AND contype = 'f';
    EXECUTE format('ALTER TABLE invoices_factchange DROP CONSTRAINT %I', name);
END $$;
ALTER TABLE invoices_factchange ADD CONSTRAINT factchange_agreement
    FOREIGN KEY (agreement_id) REFERENCES agreements_agreement (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0005_runs_and_changes"),
        ("agreements", "0003_terms_tiers_prepaid"),
        ("catalogue", "0002_plans_and_costs"),
        ("usage", "0002_contacts_readings_time"),
    ]

    operations = [
        migrations.RunSQL(CASCADE, migrations.RunSQL.noop),
        migrations.RunSQL("".join(create()), "".join(drop())),
    ]
