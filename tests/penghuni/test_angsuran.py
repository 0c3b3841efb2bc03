"""The annuity: published figures, and what must hold for any price, rate and tenor."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penghuni.angsuran import affordable_principal, estimate, instalment, lowest_down_payment

FIVE = Decimal(5)
HARGA = st.integers(10_000_000, 1_000_000_000)
BUNGA = st.decimals(0, 20, places=2)
TENOR = st.integers(1, 40)


@pytest.mark.parametrize(
    ("harga", "uang_muka", "pokok", "angsuran", "penghasilan"),
    [(140_000_000, 1_400_000, 138_600_000, 914_699, 2_744_097),
     (150_500_000, 1_505_000, 148_995_000, 983_301, 2_949_903),
     (162_000_000, 1_620_000, 160_380_000, 1_058_437, 3_175_311),
     (166_000_000, 1_660_000, 164_340_000, 1_084_571, 3_253_713)],
)  # fmt: skip
def test_known_figures_at_five_per_cent_over_twenty_years(harga, uang_muka, pokok, angsuran, penghasilan):
    told = estimate(harga, FIVE, 20, penghasilan)
    assert (told.uang_muka, told.pokok, told.angsuran) == (uang_muka, pokok, angsuran)
    assert (told.penghasilan_minimal, told.sanggup) == (penghasilan, True)
    assert estimate(harga, FIVE, 20, penghasilan - 1).sanggup is False


def test_a_larger_down_payment_is_what_a_bank_was_quoted_near():
    assert estimate(166_000_000, FIVE, 20, None, uang_muka_persen=5).angsuran == 1_040_750


@pytest.mark.parametrize(("tenor", "angsuran"), [(10, 1_743_081), (20, 1_084_571), (30, 882_213), (35, 829_404)])
def test_a_longer_tenor_costs_less_a_month(tenor, angsuran):
    assert instalment(164_340_000, FIVE, tenor) == angsuran


def test_without_interest_the_principal_is_divided():
    assert instalment(120_000_000, Decimal(0), 10) == 1_000_000
    assert affordable_principal(1_000_000, Decimal(0), 10) == 120_000_000


@pytest.mark.parametrize(("bunga", "tenor"), [(FIVE, 0), (FIVE, -1), (Decimal(-1), 20)])
def test_no_tenor_or_a_negative_rate_is_a_mistake_of_the_caller(bunga, tenor):
    with pytest.raises(ValueError, match="annuity"):
        instalment(1_000_000, bunga, tenor)
    with pytest.raises(ValueError, match="annuity"):
        affordable_principal(1_000_000, bunga, tenor)


@pytest.mark.parametrize("penghasilan", [None, 0])
def test_an_unknown_income_affords_neither_something_nor_nothing(penghasilan):
    told = estimate(166_000_000, FIVE, 20, penghasilan)
    assert (told.penghasilan, told.kemampuan, told.harga_terjangkau, told.sanggup) == (None, None, None, None)
    assert told.penghasilan_minimal == 3_253_713


def test_a_down_payment_is_rounded_up():
    assert [lowest_down_payment(harga) for harga in (0, 1, 100, 101)] == [0, 1, 1, 2]


@given(HARGA, BUNGA, TENOR)
def test_more_price_or_rate_never_costs_less_and_more_time_never_more(harga, bunga, tenor):
    monthly = instalment(harga, bunga, tenor)
    assert instalment(harga + 1_000_000, bunga, tenor) > monthly
    assert instalment(harga, bunga + 1, tenor) > monthly
    assert instalment(harga, bunga, tenor + 1) <= monthly
    assert monthly * tenor * 12 >= harga - tenor * 6  # at least the loan comes back, but for rounding


@given(st.integers(1, 50_000_000), BUNGA, TENOR)
def test_the_affordable_principal_is_the_largest_that_fits(angsuran, bunga, tenor):
    pokok = affordable_principal(angsuran, bunga, tenor)
    assert instalment(pokok, bunga, tenor) <= angsuran
    assert instalment(pokok + tenor * 12, bunga, tenor) > angsuran


@given(HARGA, BUNGA, TENOR, st.integers(1, 200_000_000))
def test_affordable_price_and_verdict_agree(harga, bunga, tenor, penghasilan):
    told = estimate(harga, bunga, tenor, penghasilan)
    assert told.kemampuan == penghasilan // 3
    assert told.pokok + told.uang_muka == harga
    reachable = estimate(told.harga_terjangkau, bunga, tenor, penghasilan)
    assert reachable.sanggup
    if not told.sanggup:
        assert told.harga_terjangkau < harga
