from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0007_listed_by_issue")]

    operations = [
        migrations.AddField(
            model_name="billingrun",
            name="gone",
            field=models.JSONField(default=dict),
        ),
    ]
