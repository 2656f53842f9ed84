"""Foreign keys over two columns: what belongs together is of one company.

A company's primary and billing contact are its own, a contact's location and account are of the
contact's company. Django declares no such keys, PostgreSQL does. They are checked at commit, so that
a merge may move rows in any order; an empty column is not checked (MATCH SIMPLE).
"""

from django.db import migrations


def _same_company(
    table: str, company: str, column: str, other: str, name: str
) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({company}, {column}) "
        f"REFERENCES {other} (company_id, id) DEFERRABLE INITIALLY DEFERRED;",
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0003_history_and_search"),
        ("accounts", "0002_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX user_of_company ON accounts_user (company_id, id);",
            "DROP INDEX user_of_company;",
        ),
        _same_company(
            "directory_company", "id", "primary_contact_id", "directory_contact",
            "company_primary_contact_own",
        ),
        _same_company(
            "directory_company", "id", "billing_contact_id", "directory_contact",
            "company_billing_contact_own",
        ),
        _same_company(
            "directory_contact", "company_id", "location_id", "directory_location",
            "contact_location_same_company",
        ),
        _same_company(
            "directory_contact", "company_id", "user_id", "accounts_user",
            "contact_user_same_company",
        ),
    ]
