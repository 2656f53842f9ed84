"""Of an issued invoice what is open changes too; and work stays as it was billed.

Whoever bills an entry of work locks it first, and so waits for a change of it under way.
"""

from django.db import migrations

FINAL = """
CREATE OR REPLACE FUNCTION invoice_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status <> 'draft'
        AND to_jsonb(NEW) - {free} = to_jsonb(OLD) - {free} THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Invoice % has been issued and cannot be altered.', OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'invoice_is_final';
END $$;
"""

WORK = """
CREATE FUNCTION work_is_billed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM invoices_billedwork WHERE entry_id = OLD.id) AND (
        TG_OP = 'DELETE'
        OR to_jsonb(NEW) - ARRAY['note', 'ticket'] <> to_jsonb(OLD) - ARRAY['note', 'ticket']
    ) THEN
        RAISE EXCEPTION 'This work has been billed and cannot be altered.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'work_is_billed';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER work_is_billed BEFORE UPDATE OR DELETE ON usage_timeentry
    FOR EACH ROW EXECUTE FUNCTION work_is_billed();

CREATE FUNCTION billed_work_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM usage_timeentry WHERE id = NEW.entry_id FOR UPDATE;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Work stays with the invoice that has it.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'billed_work_is_final';
END $$;

CREATE TRIGGER billed_work_is_final BEFORE INSERT OR UPDATE OR DELETE ON invoices_billedwork
    FOR EACH ROW EXECUTE FUNCTION billed_work_is_final();
"""

NO_WORK = """
DROP TRIGGER billed_work_is_final ON invoices_billedwork;
DROP FUNCTION billed_work_is_final();
DROP TRIGGER work_is_billed ON usage_timeentry;
DROP FUNCTION work_is_billed();
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_taxes_credit_notes")]

    operations = [
        migrations.RunSQL(FINAL.format(free="ARRAY['status', 'open']"), FINAL.format(free="'status'")),
        migrations.RunSQL(WORK, NO_WORK),
    ]
