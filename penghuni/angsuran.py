"""What a household can pay: instalments of an annuity, open to be checked. An estimate, never a bank's word."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from .aturan import Aturan

BAGIAN_PENGHASILAN: Final = Fraction(1, 3)
"""The share of income that an instalment may take, as banks are quoted (domain paper section 5.5, S119)."""
UANG_MUKA_PERSEN: Final = 1
"""The lowest down payment of KPR FLPP, per cent of the price (S90, S106)."""


@dataclass(frozen=True)
class Perkiraan:
    """One calculation with all its steps. Rupiah; `tenor` in years, `bunga` per cent a year."""

    harga: int
    uang_muka: int
    pokok: int
    bunga: Decimal
    tenor: int
    angsuran: int
    penghasilan_minimal: int
    penghasilan: int | None
    kemampuan: int | None
    harga_terjangkau: int | None

    @property
    def sanggup(self) -> bool | None:
        """Whether a third of the income covers the instalment; None when the income is not known."""
        return None if self.kemampuan is None else self.kemampuan >= self.angsuran


def instalment(pokok: int, bunga: Decimal, tenor: int) -> int:
    """The monthly payment of an annuity in whole rupiah: `pokok x r / (1 - (1 + r)^-n)`, r monthly, n = 12 x tenor.

    Raises ValueError for a tenor below one year or a negative rate.
    """
    months = _months(bunga, tenor)
    if bunga == 0:
        return _round(Decimal(pokok) / months)
    rate = bunga / 1200
    return _round(pokok * rate / (1 - (1 + rate) ** -months))


def affordable_principal(angsuran: int, bunga: Decimal, tenor: int) -> int:
    """The largest principal, in whole rupiah, whose instalment before rounding is at most `angsuran`.

    Raises ValueError like `instalment`.
    """
    months = _months(bunga, tenor)
    if bunga == 0:
        return angsuran * months
    rate = bunga / 1200
    return int((angsuran * (1 - (1 + rate) ** -months) / rate).to_integral_value(ROUND_FLOOR))


def _months(bunga: Decimal, tenor: int) -> int:
    if tenor < 1 or bunga < 0:
        raise ValueError("an annuity needs a year at least and no negative rate")
    return tenor * 12


def lowest_down_payment(harga: int, persen: int = UANG_MUKA_PERSEN) -> int:
    """`persen` of `harga`, rounded up to whole rupiah."""
    return -(-harga * persen // 100)


def estimate(
    harga: int, bunga: Decimal, tenor: int, penghasilan: int | None, uang_muka_persen: int = UANG_MUKA_PERSEN
) -> Perkiraan:
    """What a house of `harga` costs a month, and whether `penghasilan` carries it (joint; None or 0: unknown)."""
    uang_muka = lowest_down_payment(harga, uang_muka_persen)
    pokok = harga - uang_muka
    angsuran = instalment(pokok, bunga, tenor)
    kemampuan = int(penghasilan * BAGIAN_PENGHASILAN) if penghasilan else None
    terjangkau = None
    if kemampuan is not None:
        terjangkau = affordable_principal(kemampuan, bunga, tenor) * 100 // (100 - uang_muka_persen)
    return Perkiraan(
        harga, uang_muka, pokok, bunga, tenor, angsuran, -(-angsuran // BAGIAN_PENGHASILAN), penghasilan or None,
        kemampuan, terjangkau,
    )  # fmt: skip


def loans(aturan: Aturan, penghasilan: int | None) -> dict[str, Perkiraan]:
    """The estimate per scheme of `aturan` that lends money, at the highest price of its day; none without a price."""
    if aturan.harga is None:
        return {}
    return {
        skema.kode: estimate(aturan.harga.harga_maks, Decimal(skema.bunga), skema.tenor, penghasilan)
        for skema in aturan.skema
        if skema.bunga and skema.tenor
    }


def _round(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))
