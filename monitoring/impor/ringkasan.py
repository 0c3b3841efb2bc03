"""The preview as JSON values: what a page shows of a plan, kept sealed with it. Long lists are cut, counts are not."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict
from typing import Any, Final

from core.sealed import Sealed
from core.workbook.findings import Finding
from monitoring.models import Impor
from penghuni.lembar import PENGHUNI

from .rencana import JUDUL_ATURAN, Rencana, summary

SHOWN: Final = 200
SHOWN_PER_RULE: Final = 50


def store_summary(impor: Impor, rencana: Rencana) -> None:
    """Put counts and preview of `rencana` onto `impor`; the caller saves it."""
    counts = summary(rencana)
    for name in ("baru", "berubah", "sel_berubah", "sama", "hilang", "diabaikan"):
        setattr(impor, name, counts[name])
    impor.kesalahan, impor.peringatan = len(counts["kesalahan"]), len(counts["peringatan"])
    impor.baris_salah = sum(outcome.baris_salah for outcome in rencana.hasil)
    impor.rencana = rencana.sidik
    impor.hasil = Sealed(json.dumps(preview_of(rencana), ensure_ascii=False))


def preview_of(rencana: Rencana) -> dict[str, Any]:
    """What the page of an import shows."""
    return {
        "penghuni_berubah": rencana.writes_penghuni,
        "lembar": [
            {
                "nama": outcome.lembar, "baru": len(outcome.baru), "berubah": len(outcome.berubah),
                "baris_berubah": outcome.baris_berubah, "sama": outcome.sama, "hilang": len(outcome.hilang),
                "diabaikan": len(outcome.diabaikan), "salah": outcome.baris_salah,
                "daftar_baru": [asdict(row) for row in outcome.baru[:SHOWN]],
                "daftar_berubah": [asdict(row) for row in outcome.berubah[:SHOWN]],
                "daftar_diabaikan": [asdict(row) for row in outcome.diabaikan[:SHOWN]],
                "daftar_hilang": outcome.hilang[:SHOWN],
            }
            for outcome in rencana.hasil
        ],
        "kesalahan": _by_rule(rencana.temuan, stops=True),
        "peringatan": _by_rule(rencana.temuan, stops=False),
    }  # fmt: skip


def _by_rule(findings: list[Finding], *, stops: bool) -> list[dict[str, Any]]:
    """Findings grouped by rule and counted, the most frequent first."""
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.stops == stops:
            grouped[finding.kode].append(finding)
    return [
        {
            "kode": kode, "judul": JUDUL_ATURAN.get(kode, kode), "jumlah": len(rows),
            "temuan": [asdict(row) for row in rows[:SHOWN_PER_RULE]],
        }
        for kode, rows in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    ]  # fmt: skip


def read_preview(impor: Impor, *, dengan_penghuni: bool) -> dict[str, Any] | None:
    """The preview kept with `impor`; without what names residents for who may not see them. None when there is none."""
    if not impor.hasil:
        return None
    preview: dict[str, Any] = json.loads(impor.hasil.reveal())
    if not dengan_penghuni:
        for sheet in preview["lembar"]:
            if sheet["nama"] == PENGHUNI:
                sheet |= {name: [] for name in sheet if name.startswith("daftar_")}
        for part in ("kesalahan", "peringatan"):
            for rule in preview[part]:
                rule["temuan"] = [row for row in rule["temuan"] if row["lembar"] != PENGHUNI]
    return preview
