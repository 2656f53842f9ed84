"""Companies, locations and contacts as rows of CSV and Excel files."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets

from nexus.directory import operations, rules
from nexus.directory.models import Company, Contact, Location

# OWASP, CSV Injection: a cell that starts so is a formula to a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ROWS = 20_000


def defused(cell: Any) -> Any:
    """Put an apostrophe before what a spreadsheet would compute; ``restored`` takes it away."""
    text = isinstance(cell, str) and cell.lstrip("'").startswith(FORMULA_STARTS)
    return f"'{cell}" if text else cell


def restored(cell: Any) -> Any:
    """Undo ``defused``, so that an exported file imports as what it was."""
    text = isinstance(cell, str) and cell.startswith("'")
    return cell[1:] if text and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


class ListWidget(widgets.Widget):
    """A list in one cell, separated by commas."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        return [item.strip() for item in str(value or "").split(",") if item.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ", ".join(value or [])


class TextWidget(widgets.CharWidget):
    """Text; an Excel cell may hold a number where text is meant."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()


class FlagWidget(widgets.BooleanWidget):
    """Yes or no; an empty cell is no."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        return bool(super().clean(value, row, **kwargs))


def text(name: str) -> fields.Field:
    """Return a column of plain text."""
    return fields.Field(attribute=name, column_name=name, widget=TextWidget())


def several(name: str) -> fields.Field:
    """Return a column of several values."""
    return fields.Field(attribute=name, column_name=name, widget=ListWidget())


def flag(name: str) -> fields.Field:
    """Return a column of yes or no."""
    return fields.Field(attribute=name, column_name=name, widget=FlagWidget())


class DirectoryResource(resources.ModelResource):
    """All rows or none: a file with one wrong row changes nothing and says which row and why."""

    naming: ClassVar = {"account_number"}  # the columns of which one says what row is meant

    def __init__(self, by: Any = None, previewed_at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by
        self.previewed_at = previewed_at
        self.newer: set[Any] = set()

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        complaint = self._complaint(dataset)
        if complaint:
            dataset.wipe()  # the library would go on and try every row all the same
            raise ValidationError(complaint)
        if self.previewed_at is not None:  # now: the import itself changes rows, some twice
            rows = self._meta.model.objects.updated_since(self.previewed_at)
            self.newer = set(rows.values_list("pk", flat=True))

    def _complaint(self, dataset: Any) -> str:
        if len(dataset) > ROWS:
            return f"The file has more than {ROWS} rows. Split it."
        headers = [str(header) for header in dataset.headers or () if header]
        unknown = sorted(rules.tidy(header)[:40] for header in set(headers) - set(self.fields))
        if unknown:
            what = f"Unknown column {', '.join(unknown[:5])}."
        elif not self.naming.intersection(headers):
            what = f"There is no column {' or '.join(sorted(self.naming))}."
        elif len(headers) > len(set(headers)):
            what = "A column is there twice."
        else:
            return ""
        return f"{what} The columns are {', '.join(self.fields)}."

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        for name in list(row):
            row[name] = restored(row[name])

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        if instance.pk in self.newer:
            raise operations.NotPossible(
                f"{self.named(instance)} was changed after the preview was made."
            )
        operations.save(instance, by=self.by)

    def named(self, instance: Any) -> str:
        return str(instance)

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        return defused(super().export_field(field, instance, **kwargs))


class Meta:
    """What both files share."""

    clean_model_instances = True
    use_transactions = True
    skip_unchanged = True
    report_skipped = True


class CompanyResource(DirectoryResource):
    """Companies; the account number says which row is meant, an unknown one is a new company."""

    account_number = text("account_number")
    name = text("name")
    legal_name = text("legal_name")
    tax_id = text("tax_id")
    status = text("status")
    domains = several("domains")
    phone = text("phone")
    website = text("website")
    tags = several("tags")
    notes = text("notes")

    class Meta(Meta):
        model = Company
        import_id_fields = ("account_number",)
        fields = (
            "account_number", "name", "legal_name", "tax_id", "status", "domains", "phone",
            "website", "tags", "notes",
        )  # fmt: skip

    def __init__(self, by: Any = None, **kwargs: Any) -> None:
        super().__init__(by, **kwargs)
        self.imported_domains: set[str] = set()

    def named(self, instance: Company) -> str:
        return f"{instance} ({instance.account_number})"

    def after_save_instance(self, instance: Company, row: Any, **kwargs: Any) -> None:
        self.imported_domains.update(instance.domains)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        shared = Company.objects.current().sharing_domains(self.imported_domains)
        result.warnings = [
            f"{domain} is a domain of {' and of '.join(names)}." for domain, names in shared.items()
        ]

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        if not str(row.get("account_number") or "").strip():
            row["account_number"] = operations.next_account_number()


class CompanyByNumber(widgets.ForeignKeyWidget):
    """A company by its account number."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Company:
        company = Company.objects.filter(account_number=str(value or "").strip().upper()).first()
        if company is None:
            raise ValueError(f"No company has the account number {value}.")
        return company


class CompanyPartResource(DirectoryResource):
    """What belongs to a company; ``id`` says which row is meant, if it is in the file."""

    naming: ClassVar = {"id", "company"}
    id = fields.Field(attribute="id", column_name="id", widget=widgets.CharWidget(), readonly=True)
    company = fields.Field(
        attribute="company",
        column_name="company",
        widget=CompanyByNumber(Company, "account_number"),
    )


class LocationResource(CompanyPartResource):
    """Locations; without ``id``, company and name say which row is meant."""

    name = text("name")
    line1 = text("line1")
    line2 = text("line2")
    city = text("city")
    region = text("region")
    postal_code = text("postal_code")
    country = text("country")
    phone = text("phone")
    is_default = flag("is_default")

    class Meta(Meta):
        model = Location
        import_id_fields: ClassVar = ["id"]
        fields = (
            "id", "company", "name", "line1", "line2", "city", "region", "postal_code", "country",
            "phone", "is_default",
        )  # fmt: skip

    def get_instance(self, instance_loader: Any, row: Any) -> Location | None:
        if found := _named_by_id(Location, row):
            return found
        places = Location.objects.current().filter(company__account_number=_number(row))
        named = places.filter(name=rules.tidy(str(row.get("name") or "")))
        return named.order_by("created_at").first()

    def validate_instance(
        self, instance: Location, errors: Any = None, validate_unique: bool = True
    ) -> None:
        # ``operations.save`` takes the mark from the old default: two at once are no mistake here.
        marked, instance.is_default = instance.is_default, False
        try:
            super().validate_instance(instance, errors, validate_unique)
        finally:
            instance.is_default = marked


class ContactResource(CompanyPartResource):
    """Contacts; without ``id``, company and first e-mail address say which row is meant."""

    first_name = text("first_name")
    last_name = text("last_name")
    title = text("title")
    emails = several("emails")
    phones = several("phones")
    roles = several("roles")
    vip = flag("vip")
    active_from = fields.Field(
        attribute="active_from", column_name="active_from", widget=widgets.DateWidget("%Y-%m-%d")
    )
    active_until = fields.Field(
        attribute="active_until", column_name="active_until", widget=widgets.DateWidget("%Y-%m-%d")
    )
    notes = text("notes")

    class Meta(Meta):
        model = Contact
        import_id_fields: ClassVar = ["id"]  # just so, the library lets the column be absent
        fields = (
            "id", "company", "first_name", "last_name", "title", "emails", "phones", "roles",
            "vip", "active_from", "active_until", "notes",
        )  # fmt: skip

    def get_instance(self, instance_loader: Any, row: Any) -> Contact | None:
        if found := _named_by_id(Contact, row):
            return found
        emails = rules.distinct(map(rules.normal_email, ListWidget().clean(row.get("emails"))))
        if not emails:
            return None
        people = Contact.objects.current().filter(company__account_number=_number(row))
        return people.filter(emails__contains=emails[:1]).order_by("created_at").first()


def _number(row: Any) -> str:
    return str(row.get("company") or "").strip().upper()


def _named_by_id(model: Any, row: Any) -> Any:
    key = str(row.get("id") or "").strip()
    if not key:
        return None
    found = model.objects.filter(pk=_uuid(key)).first()
    if found is None:
        raise ValueError(f"No {model._meta.verbose_name} has the id {key}.")  # noqa: SLF001
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError(f"{text} is not an id.") from error
