"""The files of issued invoices. What was made once is what a client has: it cannot be altered."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


CREATE = """
CREATE FUNCTION document_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The file of an issued invoice cannot be altered.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'document_is_final';
END $$;

CREATE TRIGGER document_is_final BEFORE UPDATE OR DELETE ON documents_storeddocument
    FOR EACH ROW EXECUTE FUNCTION document_is_final();
"""
DROP = """
DROP TRIGGER document_is_final ON documents_storeddocument;
DROP FUNCTION document_is_final();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('invoices', '0004_open_and_work_are_guarded'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(choices=[('pdf', 'PDF'), ('cii', 'Factur-X (CII)'), ('ubl', 'Peppol (UBL)')], max_length=3)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='invoices.invoice')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('invoice', 'format'), name='document_once'), models.CheckConstraint(condition=models.Q(('format__in', ['pdf', 'cii', 'ubl'])), name='document_format_known')],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
