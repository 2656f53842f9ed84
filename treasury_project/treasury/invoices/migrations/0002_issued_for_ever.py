"""What the database itself holds: an invoice is of its agreement's company, and once issued it stays.

Of an issued invoice only the status may change, and not back to draft; its lines not at all. A line
is written under a share lock of its invoice, so that none slips in while another transaction issues
it. TRUNCATE fires no row triggers and has one of its own.
"""

from django.db import migrations

CREATE = """
ALTER TABLE invoices_invoice ADD CONSTRAINT invoice_same_company
    FOREIGN KEY (agreement_id, company_id) REFERENCES agreements_agreement (id, company_id)
    DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION invoice_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status <> 'draft'
        AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Invoice % has been issued and cannot be altered.', OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'invoice_is_final';
END $$;

CREATE TRIGGER invoice_is_final BEFORE UPDATE OR DELETE ON invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION invoice_is_final();

CREATE FUNCTION line_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched uuid[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.invoice_id]
        WHEN 'DELETE' THEN ARRAY[OLD.invoice_id]
        ELSE ARRAY[OLD.invoice_id, NEW.invoice_id] END;
BEGIN
    -- Lock first, then look: a row that is a draft in the snapshot would not be waited for.
    PERFORM 1 FROM invoices_invoice WHERE id = ANY (touched) FOR SHARE;
    IF EXISTS (SELECT FROM invoices_invoice WHERE id = ANY (touched) AND status <> 'draft') THEN
        RAISE EXCEPTION 'The lines of an issued invoice cannot be altered.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'line_is_final';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER line_is_final BEFORE INSERT OR UPDATE OR DELETE ON invoices_invoiceline
    FOR EACH ROW EXECUTE FUNCTION line_is_final();

CREATE FUNCTION issued_are_not_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM invoices_invoice WHERE status <> 'draft') THEN
        RAISE EXCEPTION 'There are issued invoices; they cannot be removed.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'invoice_is_final';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER issued_are_not_truncated BEFORE TRUNCATE ON invoices_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION issued_are_not_truncated();
CREATE TRIGGER issued_are_not_truncated BEFORE TRUNCATE ON invoices_invoiceline
    FOR EACH STATEMENT EXECUTE FUNCTION issued_are_not_truncated();
"""

DROP = """
DROP TRIGGER issued_are_not_truncated ON invoices_invoiceline;
DROP TRIGGER issued_are_not_truncated ON invoices_invoice;
DROP FUNCTION issued_are_not_truncated();
DROP TRIGGER line_is_final ON invoices_invoiceline;
DROP FUNCTION line_is_final();
DROP TRIGGER invoice_is_final ON invoices_invoice;
DROP FUNCTION invoice_is_final();
ALTER TABLE invoices_invoice DROP CONSTRAINT invoice_same_company;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial"), ("agreements", "0002_same_company")]

    operations = [migrations.RunSQL(CREATE, DROP)]
