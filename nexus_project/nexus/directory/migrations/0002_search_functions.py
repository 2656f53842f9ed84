"""Extensions, the functions behind the search columns, and the counter of account numbers.

The bodies are SQL-standard (RETURN), so PostgreSQL knows what they depend on: a dump restores in
the right order whatever the search path. ``unaccent`` is only STABLE because somebody may edit its
rules file; after such an edit the columns must be written anew.
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

FOLD = """
CREATE FUNCTION directory_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
    -- Chinese, Japanese and Korean have no spaces: each character becomes a word, so that
    -- two of them can be searched by the index.
    regexp_replace(
        translate(lower(unaccent('unaccent', normalize(value, NFKC))), '''’`', ''),
        '([\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7a3\\uf900-\\ufaff])', ' \\1', 'g'),
    '\\s+', ' ', 'g');
"""
PATTERN = """
CREATE FUNCTION directory_pattern(word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN length(ltrim(directory_fold(word))) < 3 THEN '% ' ELSE '%' END
    || regexp_replace(ltrim(directory_fold(word)), '([\\\\%_])', '\\\\\\1', 'g') || '%';
"""
DIGITS = """
CREATE FUNCTION directory_digits(phones text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(regexp_replace(array_to_string(phones, ';'), '[^0-9;]', '', 'g'), ';', ' ');
"""
COMPANY = """
CREATE FUNCTION directory_company_text(
    name text, legal_name text, account_number text, domains text[], phone text
) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN directory_fold(
    ' ' || name || ' ' || legal_name || ' ' || account_number || ' '
    || array_to_string(domains, ' ') || ' ' || directory_digits(ARRAY[phone]));
"""
LOCATION = """
CREATE FUNCTION directory_location_text(
    name text, line1 text, city text, region text, postal_code text
) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN directory_fold(
    ' ' || name || ' ' || line1 || ' ' || city || ' ' || region || ' ' || postal_code);
"""
CONTACT = """
CREATE FUNCTION directory_contact_text(
    first_name text, last_name text, emails text[], phones text[]
) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN directory_fold(
    ' ' || last_name || ' ' || first_name || ' ' || last_name || ' '
    || array_to_string(emails, ' ') || ' ' || directory_digits(phones));
"""
# Sorting by folded names puts Żubr beside Zubr, which no collation of a plain build does.
SORT_ONE = """
CREATE FUNCTION directory_sort_text(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ltrim(directory_fold(name));
"""
SORT_TWO = """
CREATE FUNCTION directory_sort_text(last_name text, first_name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ltrim(directory_fold(last_name || ' ' || first_name));
"""
COUNTER = "CREATE SEQUENCE directory_account_number START 1001;"


def _function(create: str, signature: str) -> migrations.RunSQL:
    return migrations.RunSQL(create, f"DROP FUNCTION {signature};")


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        _function(FOLD, "directory_fold(text)"),
        _function(PATTERN, "directory_pattern(text)"),
        _function(DIGITS, "directory_digits(text[])"),
        _function(COMPANY, "directory_company_text(text, text, text, text[], text)"),
        _function(LOCATION, "directory_location_text(text, text, text, text, text)"),
        _function(CONTACT, "directory_contact_text(text, text, text[], text[])"),
        _function(SORT_ONE, "directory_sort_text(text)"),
        _function(SORT_TWO, "directory_sort_text(text, text)"),
        migrations.RunSQL(COUNTER, "DROP SEQUENCE directory_account_number;"),
    ]
