import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        TrigramExtension(),  # searching titles; PostgreSQL lets the owner of a database add it
        migrations.CreateModel(
            name='ItemEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('company_id', models.UUIDField(verbose_name='company')),
                ('title', models.CharField(max_length=200)),
                ('details', models.TextField(blank=True, max_length=10000)),
                ('due', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done')], default='open', max_length=10)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_by', models.CharField(editable=False, max_length=200)),
                ('created_at', models.DateTimeField(editable=False)),
                ('updated_at', models.DateTimeField(editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('company_id', models.UUIDField(verbose_name='company')),
                ('title', models.CharField(max_length=200)),
                ('details', models.TextField(blank=True, max_length=10000)),
                ('due', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done')], default='open', max_length=10)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_by', models.CharField(editable=False, max_length=200)),
                ('created_at', models.DateTimeField(editable=False)),
                ('updated_at', models.DateTimeField(editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['-updated_at', '-id'], name='item_by_change'), models.Index(fields=['title', 'id'], name='item_by_title'), models.Index(fields=['company_id', '-updated_at', '-id'], name='item_of_company'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('title'), name='gin_trgm_ops'), name='item_title_words')],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='item_has_a_title', violation_error_message='An item needs a title.'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'done'])), name='item_state_known', violation_error_message='An item is open or done.'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('company_id', 'title'), name='item_open_once', violation_error_message='This company has an open item of this title already.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "items_itemevent" ("changed_by", "company_id", "created_at", "details", "due", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "title", "updated_at", "version") VALUES (NEW."changed_by", NEW."company_id", NEW."created_at", NEW."details", NEW."due", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."title", NEW."updated_at", NEW."version"); RETURN NULL;', hash='4332954812c01e9bccf4438c6bcc8537e612a777', operation='INSERT', pgid='pgtrigger_insert_insert_045df', table='items_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "items_itemevent" ("changed_by", "company_id", "created_at", "details", "due", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "title", "updated_at", "version") VALUES (NEW."changed_by", NEW."company_id", NEW."created_at", NEW."details", NEW."due", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."title", NEW."updated_at", NEW."version"); RETURN NULL;', hash='b46f092341dcb757276734c31d4844780465ee1c', operation='UPDATE', pgid='pgtrigger_update_update_ae94a', table='items_item', when='AFTER')),
        ),
        migrations.AddField(
            model_name='itemevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='itemevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='items.item'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itemevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b474ed80f9558b1a2100517dbd63197ff96f9b07', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c5ad1', table='items_itemevent', when='BEFORE')),
        ),
    ]
