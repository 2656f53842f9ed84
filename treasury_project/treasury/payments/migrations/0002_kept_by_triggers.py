"""What is open and what is unused follow from allocations, whoever writes them and how.

Each trigger locks the row it counts for and then looks: in READ COMMITTED every statement of a
function sees what was committed before it, so two transactions never count past each other. The
check constraints ``invoice_open`` and ``payment_unused`` refuse what would be too much.
"""

from django.db import migrations

PAYMENT = """
CREATE FUNCTION payment_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['note', 'unused', 'reversed_on', 'reversed_by_id', 'reversal_reason'];
    used numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.unused := NEW.amount;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free
        OR (OLD.reversed_on IS NOT NULL
            AND to_jsonb(NEW) - 'note'::text <> to_jsonb(OLD) - 'note'::text) THEN
        RAISE EXCEPTION 'Payments are reversed, neither altered nor deleted.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_final';
    END IF;
    SELECT coalesce(sum(amount), 0) INTO used FROM payments_allocation
        WHERE payment_id = NEW.id AND undone_on IS NULL;
    IF NEW.reversed_on IS NULL THEN
        NEW.unused := NEW.amount - used;
    ELSIF used = 0 THEN
        NEW.unused := 0;
    ELSE
        RAISE EXCEPTION 'What a payment pays is undone before it is reversed.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_final';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER payment_is_kept BEFORE INSERT OR UPDATE OR DELETE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payment_is_kept();
"""

NO_PAYMENT = """
DROP TRIGGER payment_is_kept ON payments_payment;
DROP FUNCTION payment_is_kept();
"""

# After "invoice_is_final" in the alphabet, and so in the order in which triggers fire.
INVOICE = """
CREATE FUNCTION open_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid numeric;
    given numeric;
    sent boolean;
BEGIN
    IF NEW.status = 'draft' THEN
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(amount) FILTER (WHERE undone_on IS NULL), 0), bool_or(invoice_sent)
        INTO paid, sent FROM payments_allocation WHERE invoice_id = NEW.id;
    IF NEW.gross < 0 THEN
        SELECT coalesce(sum(amount) FILTER (WHERE undone_on IS NULL), 0), bool_or(credit_sent)
            INTO given, sent FROM payments_allocation WHERE credit_id = NEW.id;
    END IF;
    NEW.open := NEW.gross - paid + coalesce(given, 0);
    NEW.status := CASE
        WHEN NEW.gross = 0 THEN NEW.status
        WHEN NEW.open = NEW.gross AND NEW.status IN ('issued', 'sent') THEN NEW.status
        WHEN NEW.open = NEW.gross AND sent THEN 'sent'
        WHEN NEW.open = NEW.gross THEN 'issued'
        WHEN NEW.open = 0 THEN 'paid'
        ELSE 'partly_paid' END;
    RETURN NEW;
END $$;

CREATE TRIGGER open_is_kept BEFORE INSERT OR UPDATE ON invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION open_is_kept();
"""

NO_INVOICE = """
DROP TRIGGER open_is_kept ON invoices_invoice;
DROP FUNCTION open_is_kept();
"""

ALLOCATION = """
CREATE FUNCTION allocation_is_right() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['undone_on', 'undone_by_id'];
    bill invoices_invoice;
    note invoices_invoice;
    money payments_payment;
    back payments_refund;
    company uuid;
    coin text;
    problem text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF TG_OP = 'DELETE' OR OLD.undone_on IS NOT NULL
            OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
            RAISE EXCEPTION 'Allocations are undone, neither altered nor deleted.'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'allocation_is_final';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO money FROM payments_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT * INTO note FROM invoices_invoice WHERE id = NEW.credit_id FOR NO KEY UPDATE;
    SELECT * INTO bill FROM invoices_invoice WHERE id = NEW.invoice_id FOR NO KEY UPDATE;
    SELECT * INTO back FROM payments_refund WHERE id = NEW.refund_id FOR NO KEY UPDATE;
    company := coalesce(bill.company_id, back.company_id);
    coin := coalesce(bill.currency, back.currency);
    problem := CASE
        WHEN coalesce(money.company_id, note.company_id, company) <> company
            THEN 'Money of one company does not pay for another.'
        WHEN coalesce(money.currency, note.currency, coin) <> coin
            THEN 'Money in one currency does not pay what is owed in another.'
        WHEN bill.status = 'draft' OR note.status = 'draft'
            THEN 'A draft is neither paid nor used.'
        WHEN bill.gross <= 0 THEN 'Nothing is owed for this document.'
        WHEN note.gross >= 0 THEN 'An invoice is no credit.'
        WHEN money.reversed_on IS NOT NULL OR back.reversed_on IS NOT NULL
            THEN 'What was reversed is not used any more.'
        WHEN NEW.day < greatest(
            money.received_on, note.issued_on, bill.issued_on, back.paid_on)
            THEN 'Money is used when it and the invoice are there, not before.'
        END;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION '%', problem
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'allocation_fits';
    END IF;
    NEW.invoice_sent := coalesce(bill.status = 'sent', false);
    NEW.credit_sent := coalesce(note.status = 'sent', false);
    RETURN NEW;
END $$;

CREATE TRIGGER allocation_is_right BEFORE INSERT OR UPDATE OR DELETE ON payments_allocation
    FOR EACH ROW EXECUTE FUNCTION allocation_is_right();

-- The triggers of those tables count.
CREATE FUNCTION allocation_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payments_payment SET unused = unused WHERE id = NEW.payment_id;
    UPDATE invoices_invoice SET open = open WHERE id IN (NEW.credit_id, NEW.invoice_id);
    RETURN NULL;
END $$;

CREATE TRIGGER allocation_is_counted AFTER INSERT OR UPDATE ON payments_allocation
    FOR EACH ROW EXECUTE FUNCTION allocation_is_counted();
"""

NO_ALLOCATION = """
DROP TRIGGER allocation_is_counted ON payments_allocation;
DROP FUNCTION allocation_is_counted();
DROP TRIGGER allocation_is_right ON payments_allocation;
DROP FUNCTION allocation_is_right();
"""

REFUND = """
CREATE FUNCTION refund_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['note', 'reversed_on', 'reversed_by_id', 'reversal_reason'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free
        OR (OLD.reversed_on IS NOT NULL
            AND to_jsonb(NEW) - 'note'::text <> to_jsonb(OLD) - 'note'::text) THEN
        RAISE EXCEPTION 'Refunds are reversed, neither altered nor deleted.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'refund_is_final';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER refund_is_final BEFORE UPDATE OR DELETE ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION refund_is_final();

CREATE FUNCTION refund_is_covered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which uuid := CASE TG_TABLE_NAME WHEN 'payments_refund'
        THEN (to_jsonb(NEW) ->> 'id')::uuid ELSE (to_jsonb(NEW) ->> 'refund_id')::uuid END;
    covered numeric;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO covered FROM payments_allocation
        WHERE refund_id = which AND undone_on IS NULL;
    IF EXISTS (SELECT FROM payments_refund WHERE id = which
        AND covered <> CASE WHEN reversed_on IS NULL THEN amount ELSE 0 END) THEN
        RAISE EXCEPTION 'A refund is exactly the credit that it pays back.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'refund_is_covered';
    END IF;
    RETURN NULL;
END $$;

-- At the end of the transaction: the refund and what it is made of are several rows.
CREATE CONSTRAINT TRIGGER refund_is_covered AFTER INSERT OR UPDATE ON payments_refund
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refund_is_covered();
CREATE CONSTRAINT TRIGGER refund_is_covered AFTER INSERT OR UPDATE ON payments_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.refund_id IS NOT NULL)
    EXECUTE FUNCTION refund_is_covered();
"""

NO_REFUND = """
DROP TRIGGER refund_is_covered ON payments_allocation;
DROP TRIGGER refund_is_covered ON payments_refund;
DROP FUNCTION refund_is_covered();
DROP TRIGGER refund_is_final ON payments_refund;
DROP FUNCTION refund_is_final();
"""

TRUNCATED = """
CREATE FUNCTION payments_are_not_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_payment) OR EXISTS (SELECT FROM payments_allocation) THEN
        RAISE EXCEPTION 'There are payments; they cannot be removed.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_final';
    END IF;
    RETURN NULL;
END $$;
""" + "".join(
    f"CREATE TRIGGER payments_are_not_truncated BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION payments_are_not_truncated();\n"
    for table in ("payments_payment", "payments_refund", "payments_allocation")
)

NOT_TRUNCATED = "DROP FUNCTION payments_are_not_truncated() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("invoices", "0004_open_and_work_are_guarded")]

    operations = [
        migrations.RunSQL(PAYMENT, NO_PAYMENT),
        migrations.RunSQL(INVOICE, NO_INVOICE),
        migrations.RunSQL(ALLOCATION, NO_ALLOCATION),
        migrations.RunSQL(REFUND, NO_REFUND),
        migrations.RunSQL(TRUNCATED, NOT_TRUNCATED),
    ]
