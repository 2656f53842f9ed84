"""A revision goes with its article and in no other way: the delete names the article first."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION archive_revision_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {but}
    RAISE EXCEPTION 'A revision is never changed nor removed.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
BUT = """
    IF TG_OP = 'DELETE'
        AND current_setting('archive.deleted_for_good', true) = OLD.article_id::text THEN
        RETURN OLD;
    END IF;
"""


class Migration(migrations.Migration):

    dependencies = [("articles", "0003_index_by_language")]

    operations = [migrations.RunSQL(FUNCTION.format(but=BUT), FUNCTION.format(but=""))]
