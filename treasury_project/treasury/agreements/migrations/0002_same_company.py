"""A foreign key over two columns: an addition is of its agreement's company.

Django declares no such keys, PostgreSQL does.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE agreements_addition ADD CONSTRAINT addition_same_company "
            "FOREIGN KEY (agreement_id, company_id) REFERENCES agreements_agreement (id, company_id) "
            "DEFERRABLE INITIALLY DEFERRED;",
            "ALTER TABLE agreements_addition DROP CONSTRAINT addition_same_company;",
        ),
    ]
