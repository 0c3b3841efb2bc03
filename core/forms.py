"""The base of every form: fields that understand Indonesian typing, one crispy set-up, locking, rows, the error list.

Buttons named `<prefix>-tambah_baris` add an empty row without JavaScript; drafts come back with the mark of
`core.konsep`. Either way the data is half typed: no form is valid, and what was typed is shown without complaints.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.forms import DeclarativeFieldsMetaclass
from django.forms.formsets import DELETION_FIELD_NAME, TOTAL_FORM_COUNT
from django.forms.utils import ErrorDict
from django.utils.choices import flatten_choices

from . import fields
from .display import kosong, tanggal
from .konsep import KONSEP
from .models import Pengguna, RegistryRow
from .models.acuan import AcuanRow

ADD_ROW = "tambah_baris"
CHOOSE = "Pilih"

FORM_CLASSES: dict[type[models.Field], type[forms.Field]] = {
    models.IntegerField: fields.BilanganField,
    models.SmallIntegerField: fields.BilanganField,
    models.BigIntegerField: fields.BilanganField,
    models.PositiveIntegerField: fields.BilanganField,
    models.PositiveSmallIntegerField: fields.BilanganField,
    models.PositiveBigIntegerField: fields.BilanganField,
    models.DecimalField: fields.DesimalField,
    models.DateField: fields.TanggalField,
    models.CharField: fields.TeksField,
    models.TextField: fields.TeksField,
}
# SQLite takes any integer; the form holds the limits that PostgreSQL will.
COLUMN_MAX: dict[type[models.Field], int] = {
    models.SmallIntegerField: 2**15 - 1,
    models.PositiveSmallIntegerField: 2**15 - 1,
    models.IntegerField: 2**31 - 1,
    models.PositiveIntegerField: 2**31 - 1,
    models.BigIntegerField: 2**63 - 1,
    models.PositiveBigIntegerField: 2**63 - 1,
}


def formfield_for(db_field: models.Field, **kwargs: Any) -> forms.Field | None:
    """The form field for a column, by its type and by our naming: `tahun...`, `lintang`, `bujur`, label with `(Rp)`.

    What a form's `Meta` names itself (`field_classes`, `widgets`) goes first; columns with choices stay selects.
    """
    kind = type(db_field)
    if not getattr(db_field, "choices", None) and kind in FORM_CLASSES:
        kwargs.setdefault("form_class", _class_by_name(db_field) or FORM_CLASSES[kind])
        if kind in COLUMN_MAX and issubclass(kwargs["form_class"], fields.AngkaField):
            kwargs.setdefault("min_value", 0)
            kwargs.setdefault("max_value", COLUMN_MAX[kind])
    return db_field.formfield(**kwargs)


def _class_by_name(db_field: models.Field) -> type[forms.Field] | None:
    if db_field.name in ("lintang", "bujur"):
        return fields.KoordinatField
    if type(db_field) in COLUMN_MAX and db_field.name.startswith("tahun"):
        return fields.TahunField
    if type(db_field) in COLUMN_MAX and "(Rp)" in str(db_field.verbose_name):
        return fields.RupiahField
    return None


class WideBoundField(forms.BoundField):
    """Marks fields that need the whole row of a form in two columns."""

    def css_classes(self, extra_classes: Any = None) -> str:
        wide = (forms.Textarea, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput)
        classes = super().css_classes(extra_classes)
        return f"{classes} lebar-penuh".strip() if isinstance(self.field.widget, wide) else classes


def is_half_typed(data: Iterable[str]) -> bool:
    """Whether posted data is to be shown again rather than checked and saved."""
    return any(name == KONSEP or str(name).endswith(f"-{ADD_ROW}") for name in data)


class _Shared:
    """What plain and model forms have in common."""

    bound_field_class: type[forms.BoundField] | None = WideBoundField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        # A page writes the form element and the token itself: it often holds a form and its tables of rows.
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.terkunci = False
        for field in self.fields.values():
            _name_empty_choice(field)
            if field.required and field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _required_message(field)

    @property
    def half_typed(self) -> bool:
        """Whether the data is a draft or came with a "Tambah baris" button rather than with "Simpan"."""
        return is_half_typed(self.data)  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        if self.is_bound and self.half_typed:  # type: ignore[attr-defined]
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()  # type: ignore[misc]

    def is_valid(self) -> bool:
        return not self.half_typed and super().is_valid()  # type: ignore[misc]

    def lock_fields(self, open_fields: Iterable[str] = ()) -> None:
        """Close all fields but `open_fields`: shown, marked, and whatever a crafted POST says is ignored."""
        still_open = set(open_fields)
        self.terkunci = True
        for name, field in self.fields.items():
            if name in still_open or isinstance(field.widget, forms.HiddenInput):
                continue
            field.disabled = True
            field.required = False
            field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} terkunci".strip()


def _name_empty_choice(field: forms.Field) -> None:
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = field.empty_label and CHOOSE
    elif isinstance(field, forms.ChoiceField) and BLANK_CHOICE_DASH[0] in (choices := list(field.choices)):
        field.choices = [("", CHOOSE) if choice == BLANK_CHOICE_DASH[0] else choice for choice in choices]


def _required_message(field: forms.Field) -> str:
    if isinstance(field, forms.FileField):
        return "Pilih berkas."
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return "Pilih salah satu."
    return fields.WAJIB


class BaseForm(_Shared, forms.Form):
    """A form that is not about one model row."""


class FilterForm(BaseForm):
    """What a list is narrowed by; travels in the address. A wrong choice shows its error and narrows nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "Semua"

    def understood(self) -> dict[str, Any]:
        """The chosen values by field name, without those left open or wrong."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False)}

    def in_words(self) -> str:
        """`Jenis: Rusun; Peruntukan: MBR`, as a file tells which rows it holds; "" when nothing was chosen."""
        return "; ".join(choice_in_words(self[name], value) for name, value in self.understood().items())


def choice_in_words(bound: forms.BoundField, value: Any) -> str:
    """`Jenis: Rusun`: the label of a field and what was chosen in it."""
    if value is True:
        return str(bound.label)
    if isinstance(value, datetime.date):
        text = tanggal(value)
    elif isinstance(bound.field, forms.ModelChoiceField):
        text = str(value)
    else:
        text = str(dict(flatten_choices(getattr(bound.field, "choices", ()))).get(value, value))
    return f"{bound.label}: {text}"


class BaseModelForm(_Shared, forms.ModelForm):
    """A form about one model row. `formfield_for` applies even when a subclass writes its own `Meta` from scratch."""

    class Meta:
        formfield_callback = formfield_for

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if getattr(cls.Meta, "formfield_callback", None) is None:
            cls.Meta.formfield_callback = staticmethod(formfield_for)  # type: ignore[assignment]


_RELOAD = "Halaman ini sudah terlalu lama terbuka. Muat ulang, lalu kirim lagi."


class FormKeyMixin(metaclass=DeclarativeFieldsMetaclass):
    """A key per shown form, so that a double submit has one effect (`core.idempotency`)."""

    kunci_formulir = forms.UUIDField(
        widget=forms.HiddenInput, initial=uuid.uuid4, error_messages={"required": _RELOAD, "invalid": _RELOAD}
    )


class VersionMixin(metaclass=DeclarativeFieldsMetaclass):
    """The version of the row the form was opened with, against lost updates (`core.versions`)."""

    versi = forms.IntegerField(
        widget=forms.HiddenInput, max_value=2**31 - 1, error_messages={"required": _RELOAD, "invalid": _RELOAD}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row := getattr(self, "instance", None):
            self.initial.setdefault("versi", row.versi)  # type: ignore[attr-defined]

    def carry_on_from(self, row: RegistryRow | AcuanRow | Pengguna) -> None:
        """After a refusal that told of the newer `row`: keep what was typed, let the next save compare with that."""
        self.data = self.data.copy()  # type: ignore[has-type]
        self.data[self.add_prefix("versi")] = str(row.versi)  # type: ignore[attr-defined]

    def newer_values(self, row: RegistryRow | AcuanRow | Pengguna) -> list[tuple[str, str]]:
        """(label, stored value) of every field where what was typed differs from `row`."""
        stored = forms.model_to_dict(row, fields=self._meta.fields)  # type: ignore[attr-defined]
        return [
            (str(self[name].label), _stored_text(field, stored[name]))  # type: ignore[index]
            for name, field in self.fields.items()  # type: ignore[attr-defined]
            if name in stored and field.has_changed(stored[name], self[name].data)  # type: ignore[index]
        ]


def _stored_text(field: forms.Field, value: Any) -> str:
    if isinstance(value, datetime.date):
        return tanggal(value)
    for key, label in getattr(field, "choices", ()):
        for option, text in label if isinstance(label, list | tuple) else [(key, label)]:
            if value and str(option) == str(value):
                return str(text)
    return kosong(field.prepare_value(value))


class BaseRowFormSet(forms.BaseInlineFormSet):
    """Rows of one table (blok, tarif): a name for every input, a delete tick, rows added with or without JavaScript."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        prefix = kwargs.get("prefix") or self.get_default_prefix()
        if data is not None and f"{prefix}-{ADD_ROW}" in data:
            data = _with_one_more_row(data, f"{prefix}-{TOTAL_FORM_COUNT}", self.absolute_max)
        self.terkunci = False
        super().__init__(data, *args, **kwargs)

    @property
    def add_row_name(self) -> str:
        """Name of the button that asks for one more row."""
        return f"{self.prefix}-{ADD_ROW}"

    @property
    def half_typed(self) -> bool:
        return is_half_typed(self.data)

    def is_valid(self) -> bool:
        return not self.half_typed and super().is_valid()

    def full_clean(self) -> None:
        if self.is_bound and self.half_typed:
            self._errors, self._non_form_errors = [], self.error_class()
            return
        super().full_clean()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        number = "__nomor__" if index is None else index + 1
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].label = "Hapus"
        for name, field in form.fields.items():
            if not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs.setdefault("aria-label", f"{form[name].label}, baris {number}")
        if self.terkunci:
            form.lock_fields()

    def lock(self) -> None:
        """Close the whole table: nothing can be added, changed or removed, whatever the POST says."""
        self.terkunci = True
        self.can_delete = False
        self.extra = 0
        self.max_num = self.initial_form_count()
        self.validate_max = False
        vars(self).pop("forms", None)


def _with_one_more_row(data: Any, total: str, limit: int) -> Any:
    copy = data.copy()
    with suppress(ValueError):  # a broken management form is Django's to refuse
        copy[total] = str(min(int(copy.get(total, "0")) + 1, limit))
    return copy


@dataclass(frozen=True)
class FormError:
    """One line of the error list: the field's label, what is wrong, and the id to jump to ("" if there is no field)."""

    label: str
    text: str
    target: str


def list_errors(subject: Any) -> list[FormError]:
    """Every error of a form, a formset or a list of them, in the order of the page."""
    return [error for form in _each(subject) for error in _errors_of(form)]


def _each(subject: Any) -> Iterator[Any]:
    if isinstance(subject, forms.BaseForm | forms.BaseFormSet):
        yield subject
    elif subject is not None:
        for item in subject:
            yield from _each(item)


def _errors_of(form: Any) -> Iterator[FormError]:
    if not form.is_bound:
        return
    if isinstance(form, forms.BaseFormSet):
        for number, row in enumerate(form.forms, start=1):
            for error in _errors_of(row):
                label = f"Baris {number}, {error.label}" if error.label else f"Baris {number}"
                yield FormError(label, error.text, error.target or f"baris_{row.prefix}")
        for text in form.non_form_errors():
            yield FormError("", str(text), "")
        return
    for text in form.errors.get(NON_FIELD_ERRORS, ()):
        yield FormError("", str(text), "")
    for name in form.fields:
        for text in form.errors.get(name, ()):
            bound = form[name]
            # Radios and ticks have no element of the group's id; their first one is a place to jump to.
            target = bound.id_for_label or f"{bound.auto_id}_0"
            yield FormError("", str(text), "") if bound.is_hidden else FormError(str(bound.label), str(text), target)
