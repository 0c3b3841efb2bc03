"""Form fields that read what Indonesians type (`core.parsing`) and show values as they are read (`core.display`)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from . import display
from .parsing import (
    BILANGAN_MAX,
    TAHUN_MAX,
    TAHUN_MIN,
    Unreadable,
    clean_teks,
    parse_bilangan,
    parse_desimal,
    parse_koordinat,
    parse_rupiah,
    parse_tanggal,
)

WAJIB = "Wajib diisi."
RUPIAH_MAX = 10**15 - 1
TEKS_MAX = 5000


class AngkaInput(forms.TextInput):
    """A text box for figures: numeric keypad on phones, right aligned, no browser spinner that eats dots."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, inputmode: str = "numeric") -> None:
        super().__init__({"inputmode": inputmode, "autocomplete": "off", "class": "input-angka", **(attrs or {})})


class TanggalInput(forms.DateInput):
    """The browser's own date picker; it wants and sends ISO dates."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        limits = {"min": f"{TAHUN_MIN}-01-01", "max": f"{TAHUN_MAX}-12-31"}
        super().__init__({"autocomplete": "off", **limits, **(attrs or {})}, format="%Y-%m-%d")


class AngkaField(forms.Field):
    """Reading, limits and showing of a figure; subclasses say how to parse and print."""

    widget = AngkaInput
    default_error_messages: ClassVar[dict[str, str]] = {"required": WAJIB}  # type: ignore[misc]
    parse: ClassVar[Callable[[str], Any]]
    show: ClassVar[Callable[[Any], str]]

    def __init__(
        self, *, min_value: int | Decimal | None = None, max_value: int | Decimal | None = None, **kwargs: Any
    ) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            # A number is what a locked field gets back from its own initial value.
            number = value if isinstance(value, int | Decimal) else type(self).parse(str(value))
        except Unreadable as error:
            raise ValidationError(str(error), code="invalid") from None
        if self.min_value is not None and number < self.min_value:
            raise ValidationError(f"Angka paling kecil {type(self).show(self.min_value)}.", code="min_value")
        if self.max_value is not None and number > self.max_value:
            raise ValidationError(f"Angka paling besar {type(self).show(self.max_value)}.", code="max_value")
        return number

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else type(self).show(value)


class BilanganField(AngkaField):
    """A whole number that fits the database: `1.234`, `1234`, `1 234`."""

    parse = staticmethod(parse_bilangan)
    show = staticmethod(display.angka)

    def __init__(self, *, min_value: int | None = 0, max_value: int | None = BILANGAN_MAX, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)


class RupiahField(AngkaField):
    """Whole rupiah, with or without `Rp`; the model column must be a `BigIntegerField`."""

    parse = staticmethod(parse_rupiah)
    show = staticmethod(display.angka)

    def __init__(self, *, min_value: int | None = 0, max_value: int | None = RUPIAH_MAX, **kwargs: Any) -> None:
        # A model column passes the limits of its type; money here is never negative.
        super().__init__(min_value=max(min_value or 0, 0), max_value=min(max_value or RUPIAH_MAX, RUPIAH_MAX), **kwargs)


class TahunField(AngkaField):
    """A calendar year, shown without a thousands dot."""

    parse = staticmethod(parse_bilangan)
    show = staticmethod(str)

    def __init__(self, *, min_value: int | None = TAHUN_MIN, max_value: int | None = TAHUN_MAX, **kwargs: Any) -> None:
        # A model column knows only what fits its type; the calendar is narrower.
        super().__init__(
            min_value=max(min_value or 0, TAHUN_MIN), max_value=min(max_value or TAHUN_MAX, TAHUN_MAX), **kwargs
        )


class DesimalField(AngkaField):
    """A figure with a decimal comma: `36,5`, `1.234,5`."""

    parse = staticmethod(parse_desimal)
    show = staticmethod(display.desimal)

    def __init__(
        self, *, max_digits: int | None = None, decimal_places: int | None = None, min_value: Any = 0, **kwargs: Any
    ) -> None:
        self.max_digits, self.decimal_places = max_digits, decimal_places
        kwargs.setdefault("widget", AngkaInput(inputmode="decimal"))
        if max_digits is not None and kwargs.get("max_value") is None:
            whole_digits = max_digits - (decimal_places or 0)
            kwargs["max_value"] = Decimal(10) ** whole_digits - Decimal(1).scaleb(-(decimal_places or 0))
        super().__init__(min_value=min_value, **kwargs)

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        if number is not None and self.decimal_places is not None:
            exponent = number.as_tuple().exponent
            if isinstance(exponent, int) and -exponent > self.decimal_places:
                raise ValidationError(f"Paling banyak {self.decimal_places} angka di belakang koma.", code="places")
        return number


class KoordinatField(AngkaField):
    """Latitude or longitude in degrees. Maps give fifteen decimals: they are rounded, not refused."""

    # A phone's decimal keypad has no minus, and Java lies south of the equator.
    widget = AngkaInput(inputmode="text")
    parse = staticmethod(parse_koordinat)
    show = staticmethod(display.desimal)

    def __init__(
        self,
        *,
        max_digits: int | None = None,
        decimal_places: int = 6,
        min_value: Any = Decimal(-180),
        max_value: Any = Decimal(180),
        **kwargs: Any,
    ) -> None:
        self.decimal_places = decimal_places
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        return None if number is None else round(number, self.decimal_places)


class TanggalField(forms.DateField):
    """A date between 1945 and 2100, from the date picker or typed as `31/12/2020` or `31 Desember 2020`."""

    widget = TanggalInput
    default_error_messages: ClassVar[dict[str, str]] = {"required": WAJIB}  # type: ignore[misc]

    def to_python(self, value: Any) -> datetime.date | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, datetime.date):
            return super().to_python(value)
        try:
            return parse_tanggal(str(value))
        except Unreadable as error:
            raise ValidationError(str(error), code="invalid") from None


class JamField(forms.TimeField):
    """A time of day as it is written here: 09.00."""

    JAM = "%H.%M"

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": "09.00", "inputmode": "decimal"}
        kwargs.setdefault("widget", forms.TimeInput(format=self.JAM, attrs=attrs))
        kwargs.setdefault("error_messages", {"invalid": "Tulis jam seperti 09.00."})
        super().__init__(input_formats=(self.JAM, "%H:%M", "%H:%M:%S"), **kwargs)


class TeksField(forms.CharField):
    """Text stored clean: see `core.parsing.clean_teks`. With a textarea it keeps paragraphs."""

    default_error_messages: ClassVar[dict[str, str]] = {"required": WAJIB}  # type: ignore[misc]

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(max_length=max_length or TEKS_MAX, **kwargs)
        self.validators = [v for v in self.validators if not isinstance(v, MaxLengthValidator)]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        # Django's ten rows are more than most answers need; a box grows with its corner.
        return {**attrs, "rows": "4"} if widget.attrs.get("rows") == "10" else attrs

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return self.empty_value
        try:
            text = clean_teks(str(value), multiline=isinstance(self.widget, forms.Textarea))
        except Unreadable as error:
            raise ValidationError(str(error), code="invalid") from None
        if self.max_length is not None and len(text) > self.max_length:
            raise ValidationError(
                f"Paling panjang {display.angka(self.max_length)} karakter (sekarang {display.angka(len(text))}).",
                code="max_length",
            )
        return text or self.empty_value
