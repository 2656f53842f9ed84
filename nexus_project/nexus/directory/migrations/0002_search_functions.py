"""Extensions, the functions behind the search columns, and the counter of account numbers.

The bodies are SQL-standard (RETURN), so PostgreSQL knows what they depend on: a dump restores in
the right order whatever the search path. ``unaccent`` is only STABLE because somebody may edit its
rules file; after such an edit the columns must be written anew.
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations


def _fold(value: str) -> str:
    """Return the SQL that folds ``value``: without accents, capitals, apostrophes, double spaces.

    Chinese, Japanese and Korean have no spaces: each character becomes a word of its own, so that
    two of them can be searched by the index. Written out in each function, for a function that
    calls another costs twice as much.
    """
    east_asian = r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])"
    plain = f"translate(lower(unaccent('unaccent', normalize({value}, NFKC))), '''’`', '')"
    return rf"regexp_replace(regexp_replace({plain}, '{east_asian}', ' \1', 'g'), '\s+', ' ', 'g')"


def _digits(phones: str) -> str:
    only = f"regexp_replace(array_to_string({phones}, ';'), '[^0-9;]', '', 'g')"
    return f"translate({only}, ';', ' ')"


def _function(name: str, arguments: str, body: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE FUNCTION {name}({arguments}) RETURNS text "
        f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN {body};",
        f"DROP FUNCTION {name}({arguments});",
    )


FOLD = _fold("value")
# A word of one or two letters is looked for at the beginning of words: the index needs three.
PATTERN = (
    "CASE WHEN length(ltrim(directory_fold(word))) < 3 THEN '% ' ELSE '%' END "
    r"|| regexp_replace(ltrim(directory_fold(word)), '([\\%_])', '\\\1', 'g') || '%'"
)
COMPANY = _fold(
    "' ' || name || ' ' || legal_name || ' ' || account_number || ' ' "
    f"|| array_to_string(domains, ' ') || ' ' || {_digits('ARRAY[phone]')}"
)
LOCATION = _fold(
    "' ' || name || ' ' || line1 || ' ' || city || ' ' || region || ' ' || postal_code"
)
CONTACT = _fold(
    "' ' || last_name || ' ' || first_name || ' ' || last_name || ' ' "
    f"|| array_to_string(emails, ' ') || ' ' || {_digits('phones')}"
)
# Sorting by folded names puts Żubr beside Zubr, which no collation of a plain build does.
SORT_ONE = f"ltrim({_fold('name')})"
FULL = "last_name || ' ' || first_name"
SORT_TWO = f"ltrim({_fold(FULL)})"
COUNTER = "CREATE SEQUENCE directory_account_number START 1001;"


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        _function("directory_fold", "value text", FOLD),
        _function("directory_pattern", "word text", PATTERN),
        _function(
            "directory_company_text",
            "name text, legal_name text, account_number text, domains text[], phone text",
            COMPANY,
        ),
        _function(
            "directory_location_text",
            "name text, line1 text, city text, region text, postal_code text",
            LOCATION,
        ),
        _function(
            "directory_contact_text",
            "first_name text, last_name text, emails text[], phones text[]",
            CONTACT,
        ),
        _function("directory_sort_text", "name text", SORT_ONE),
        _function("directory_sort_text", "last_name text, first_name text", SORT_TWO),
        migrations.RunSQL(COUNTER, "DROP SEQUENCE directory_account_number;"),
    ]
