"""Papers fetch nothing, and leave the collector as they found it."""

import gc

import pytest

from core import pdf
from tests.papers import read, words

PAPER = '<html lang="id"><head><title>Uji</title>{head}</head><body><h1>Uji</h1>{body}</body></html>'


@pytest.mark.parametrize("scheme", ["file://", "http://127.0.0.1:9/", "ftp://127.0.0.1:9/"])
def test_paper_takes_in_no_file_and_asks_no_host(scheme, tmp_path):
    secret = tmp_path / "rahasia.txt"
    secret.write_text("kunci")
    content = pdf.html_to_pdf(
        PAPER.format(
            head=f'<link rel="attachment" href="{scheme}{secret}"><link rel="stylesheet" href="{scheme}{secret}">',
            body=f'<img src="{scheme}{secret}" alt="gambar">',
        )
    )
    assert words(content) == "UjigambarHalaman1dari1"
    assert read(content).attachments == {}
    assert b"kunci" not in content


def test_collector_runs_again_after_a_paper_and_after_a_failure(monkeypatch):
    pdf.html_to_pdf(PAPER.format(head="", body=""))
    assert gc.isenabled()
    monkeypatch.setattr(pdf.finders, "find", lambda path: "/tidak/ada.css")
    with pytest.raises(OSError, match="tidak"):
        pdf.html_to_pdf(PAPER.format(head="", body=""))
    assert gc.isenabled()
