"""Nexus itself can be switched off no more; where it was, it is switched on again."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

LEVELS = ["admin", "technician", "billing", "client"]
REPAIR = """
UPDATE modules_module SET is_active = true, levels = ARRAY['admin', 'technician', 'billing', 'client']
WHERE client_id = 'nexus'
"""  # noqa: E501 - SQL


class Migration(migrations.Migration):
    dependencies = [("modules", "0002_history_and_constraints")]

    operations = [
        migrations.RunSQL(REPAIR, migrations.RunSQL.noop),  # nothing to undo: it was a mistake
        migrations.AddConstraint(
            model_name="module",
            constraint=models.CheckConstraint(
                condition=~Q(client_id="nexus") | Q(is_active=True, levels__contains=LEVELS),
                name="module_nexus_open_to_all",
                violation_error_message=(
                    "Nexus is where everybody signs in: it stays on, and open to every level."
                ),
            ),
        ),
    ]
