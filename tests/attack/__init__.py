"""Attacks: what somebody with an account, a stolen address or a crafted request may try, and that nothing comes of it.

Which threat of the security plan is proven where (here: `matrix`, `canary`, `inputs`, `doors`, `browser_xss`):

| Threat | Proven by |
|---|---|
| T1 foreign record by id | matrix (every pair, every part of an address); tests/penghuni/test_views.py |
| T2 leak through lists, search, export, messages | canary (all 35 by `make audit`); tests/test_exports.py |
| T3 mass assignment | inputs: fields added, keys of others exchanged; tests/rusun/test_pages.py (locked fields) |
| T4 workflow bypass | tests/monitoring/test_every_move.py; matrix (pages of a period that is not open) |
| T5 stale rights | doors: closed, moved, right taken, password changed |
| T6, T7 files by a leaked address | doors; tests/monitoring/test_dokumen.py |
| T8 verification page | doors: a thousand guesses; tests/monitoring/test_dokumen.py |
| T9 stored XSS | canary (no tag unescaped), browser_xss (no script runs) |
| T10 placeholders | canary: `{{7*7}}` stands as typed |
| T11 papers that fetch | doors: listener and file; tests/core/test_pdf.py |
| T12 formulas | tests/core/test_export.py, test_xlsx.py, tests/test_exports.py |
| T13 hostile workbooks | tests/core/test_workbook_reader.py, tests/impor; inputs (damaged packages) |
| T14 hostile images and PDF | tests/rusun/test_pages.py; inputs (damaged bytes) |
| T15 names | doors: 26 names; canary (headers) |
| T16 SQL injection | tests/test_consistency.py, semgrep, sqlmap by `make audit` |
| T17 CSRF, changes by GET, redirects | matrix; doors |
| T18-T20 sessions, guessing, accounts | doors (throttle), tests/test_settings.py, tests/core |
| T21 admin | matrix: a role like others; there is no Django admin |
| T22 forged hosts and proxies | doors; tests/core/test_proxy.py |
| T23 spread of NIK | tests/test_no_nik_leaks.py; matrix (`no-store` everywhere) |
| T24 errors | doors; tests/core/test_page_shell.py |
| T25 hijack by import | inputs (keys and NIK of others in a file); tests/impor/test_ganda.py, test_files.py |
| T26 trail | tests/core/test_jejak.py, test_history.py |
| T27 harvest | tests/test_exports.py (each file logged with its count) |
| T28, T29 exhaustion, slow clients | AT_ONCE of imports, throttles: tests/impor, doors |
| T30 type and Unicode confusion | inputs; tests/core/test_fields.py |
| T31 supply chain | tests/test_versions.py, tests/test_consistency.py (hashes), tests/test_settings.py |
| T32 framing, foreign scripts | matrix: headers and links of every answer |

`world.py` builds several kabupaten/kota with one of everything from the models themselves; the pages are those of
`tests/test_scope_walk.py`, so a new URL needs its one line there. Whether these tests notice anything is asked by
`tests/seeded_bugs.py` (`make mutants`), whether the scanners do by `planted.py` (`make audit`).
"""
