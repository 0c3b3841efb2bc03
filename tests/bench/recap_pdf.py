"""Goal 11: the recap on paper, beside bare WeasyPrint on the same HTML and style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

from django.contrib.staticfiles import finders

from monitoring.models import PeriodeMonitoring
from monitoring.rekap.build import Rekap, build_rekap
from monitoring.rekap.pdf import render_pdf

from .harness import Line, compare, ms
from .world import World


def measure(world: World) -> Iterator[Line]:
    from weasyprint import HTML

    periode = PeriodeMonitoring.objects.get(slug="desk-2021")
    rekap, style = build_rekap(periode), str(finders.find("css/cetak.css"))
    html = _html_of(rekap)
    took = compare(
        {
            "ours": lambda: render_pdf(rekap),
            "bare": lambda: HTML(string=html).write_pdf(stylesheets=[style]),
            "tagged": lambda: HTML(string=html).write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1"),
            "figures": lambda: build_rekap(periode),
        },
        rounds=5,
    )
    rows = len(rekap.baris) + len(rekap.lokasi)
    yield Line(
        "11", f"recap of {rows} rows as PDF / bare WeasyPrint, same HTML", took["ours"] / took["bare"], target=1.0,
        detail=f"{ms(took['ours'])} / {ms(took['bare'])}; figures before it {ms(took['figures'])}",
    )  # fmt: skip
    yield Line(
        "11", "the same / WeasyPrint that tags the PDF for screen readers as ours does", took["ours"] / took["tagged"],
        target=1.0, detail=f"{ms(took['ours'])} / {ms(took['tagged'])}",
    )  # fmt: skip


def _html_of(rekap: Rekap) -> str:
    """What our paper hands to WeasyPrint."""
    from weasyprint import HTML

    with patch("weasyprint.HTML", wraps=HTML) as handed:
        render_pdf(rekap)
    return str(handed.call_args.kwargs["string"])
