"""The test of the tests: bugs are put into a copy of the site one by one, and the tests chosen for each must fail.

`make mutants` (or `python -m tests.seeded_bugs [WORD ...]` for those whose name holds a word). First the chosen tests
must pass without any bug. A text to replace that no longer stands in its file exactly once is an error: the bug is
then put in anew. Exit code 1 when a bug survived.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2
SECONDS = 900
MATRIX, CANARY, DOORS = (f"tests/attack/test_{name}.py" for name in ("matrix", "canary", "doors"))
CRAWL = f"{CANARY} -k meets_no_text and operator_penghuni"
FOREIGN, ROLE = f"{MATRIX}::test_a_foreign_object_answers_as_a_missing_one", "a_wrong_role_is_refused"


@dataclass(frozen=True)
class Bug:
    """`old` becomes `new` in `file`; one of `tests` (pytest's arguments) has to notice."""

    name: str
    file: str
    old: str
    new: str
    tests: str
    postgres: bool = False


BUGS = [
    # Whose rows
    Bug("operators see every region", "core/scope.py",
        "return self.filter(**{self.model.REGION_PATH: pengguna.kabupaten_kota_id})", "return self",
        "tests/core/test_access.py"),
    Bug("closed accounts see rows", "core/scope.py",
        "if not pengguna.is_authenticated or not pengguna.is_active:", "if not pengguna.is_authenticated:",
        "tests/core/test_access.py"),
    Bug("admins see rows", "core/scope.py", "            return self\n        return self.none()",
        "            return self\n        return self", "tests/core/test_access.py"),
    Bug("list of locations unscoped", "rusun/views.py",
        "saring.filter(Rusun.objects.visible_to(request.user).active())",
        "saring.filter(Rusun.objects.active())", "tests/test_exports.py -k own_region"),
    Bug("list of problems unscoped", "rusun/views.py",
        "saring.filter(Permasalahan.objects.visible_to(request.user).active(), hari_ini)",
        "saring.filter(Permasalahan.objects.active(), hari_ini)", "tests/test_exports.py -k own_region"),
    Bug("list of follow-ups unscoped", "rusun/views.py",
        "saring.filter(TindakLanjut.objects.visible_to(request.user).active(), hari_ini)\n    tindak = tindak",
        "saring.filter(TindakLanjut.objects.active(), hari_ini)\n    tindak = tindak",
        "tests/rusun/test_tindak_lanjut.py -k foreign_operator"),
    Bug("residents unscoped", "penghuni/views/penghuni.py",
        "saringan.filter(Penghuni.objects.visible_to(request.user))",
        "saringan.filter(Penghuni.objects.all())", "tests/test_exports.py -k own_region"),
    Bug("stays unscoped", "penghuni/views/masa_tinggal.py", "measured(Hunian.objects.visible_to(request.user).open()",
        "measured(Hunian.objects.open()", CRAWL),
    Bug("candidates unscoped", "penghuni/views/program.py",
        "saringan.filter(CalonPemilikRumah.objects.visible_to(request.user).named(), rules_today().versi)",
        "saringan.filter(CalonPemilikRumah.objects.named(), rules_today().versi)", CRAWL),
    Bug("requests of persons unscoped", "penghuni/views/hak_subjek.py",
        'rows = PermintaanSubjek.objects.visible_to(request.user).select_related("penghuni__kabupaten_kota")',
        'rows = PermintaanSubjek.objects.select_related("penghuni__kabupaten_kota")', CRAWL),
    Bug("isian unscoped", "monitoring/isian/views/umum.py", "request.user, periode__slug=slug, kabupaten_kota=kode,",
        "Pengguna(peran='pimpinan'), periode__slug=slug, kabupaten_kota=kode,", FOREIGN),
    Bug("sessions unscoped", "monitoring/desk/views/umum.py", "user_of(request), pk=pk, jadwal__periode__slug=slug,",
        "type(user_of(request))(peran='pimpinan'), pk=pk, jadwal__periode__slug=slug,", FOREIGN),
    Bug("imports unscoped", "monitoring/impor/views.py", "        _user(request), pk=pk,\n",
        "        Pengguna(peran='pimpinan'), pk=pk,\n", FOREIGN),
    Bug("upload for any region", "monitoring/impor/views.py", "if own in (None, kode) else None", "if True else None",
        FOREIGN),
    Bug("documents unscoped", "monitoring/dokumen/views.py",
        'Dokumen.objects.select_related("periode"), user_of(request), periode=periode, pk=pk)',
        'Dokumen.objects.select_related("periode"), type(user_of(request))(peran="pimpinan"), periode=periode, pk=pk)',
        FOREIGN),
    Bug("attachments unscoped", "rusun/views.py", "get_visible_or_404(Lampiran.objects.all(), request.user, pk=pk)",
        "Lampiran.objects.get(pk=pk)", f"{DOORS} -k leaked_address"),
    Bug("household unscoped", "penghuni/views/umum.py", "get_visible_or_404(Penghuni.objects, request.user, pk=pk)",
        "Penghuni.objects.get(pk=pk)", "tests/penghuni/test_views.py -k foreign_operator_gets"),
    Bug("remark of another isian", "monitoring/isian/views/catatan.py",
        'isian.catatan.select_related("isian").filter(pk=pk)', 'Catatan.objects.select_related("isian").filter(pk=pk)',
        f"{MATRIX} -k reaches_no_foreign_part"),
    Bug("NIK of another region is told", "penghuni/pencatatan.py",
        "with_nik(nik).filter(kabupaten_kota=kabupaten_kota)", "with_nik(nik)",
        "tests/penghuni/test_views.py -k nik_of_another_region"),
    Bug("operators see schedules that are not published", "monitoring/desk/views/umum.py",
        "if user_of(request).kabupaten_kota_id and not show_published(sesi, sesi.jadwal.terbitan.first()):",
        "if False:",
        "tests/desk/test_jadwal.py tests/desk/test_sesi.py"),
    # Who may
    Bug("any role opens any page", "core/access.py",
        "if not request.user.is_authenticated or not any(predicate(request.user) for predicate in predicates):",
        "if not request.user.is_authenticated:", "tests/core/test_access.py"),
    Bug("dates of a period by everybody", "monitoring/periode/views.py",
        "@allow(koordinator)\ndef periode_tanggal", "@allow(sees_registry)\ndef periode_tanggal",
        f"{MATRIX} -k {ROLE} and pimpinan"),
    Bug("full numbers for heads of office", "penghuni/views/penghuni.py",
        "@allow(sees_penghuni)\n@get_or_post\n@refuses_anonymised\n@sensitive_variables",
        "@get_or_post\n@refuses_anonymised\n@sensitive_variables", "tests/penghuni/test_views.py -k others_see"),
    Bug("operators without the flag see residents", "core/access.py",
        "verifikator(pengguna) or (operator(pengguna) and pengguna.akses_penghuni)",
        "verifikator(pengguna) or operator(pengguna)", "tests/core/test_access.py"),
    Bug("a closed account stays in", "core/signin.py", "return pengguna.is_active and (", "return (",
        f"{DOORS} -k account_is_closed"),
    Bug("the last admin can be closed", "core/accounts.py", "        raise LastAdmin\n", "        pass\n",
        "tests/core/test_accounts.py -k admin"),
    Bug("self-verification", "monitoring/isian/workflow.py",
        "if kiriman.penginput.filter(pk=langkah.pengguna.pk).exists():", "if False:",
        "tests/monitoring/test_every_move.py"),
    Bug("workbooks with residents for everybody", "monitoring/impor/views.py",
        "return not impor.berisi_penghuni or impor.diunggah_oleh_id == pengguna.pk", "return True",
        "tests/impor/test_pages.py tests/test_no_nik_leaks.py"),
    # When
    Bug("isian move in a closed period", "monitoring/isian/workflow.py",
        "        if row.periode.status != StatusPeriode.DIBUKA:\n", "        if False:\n",
        "tests/monitoring/test_every_move.py -k not_open"),
    Bug("remarks in a closed period", "monitoring/isian/catatan.py",
        "if row.status not in REMARKABLE or row.periode.status != StatusPeriode.DIBUKA:",
        "if row.status not in REMARKABLE:", f"{MATRIX} -k period_is_not_open"),
    Bug("registry written behind the lock", "rusun/simpan.py", "        kunci.require_open(touched)\n", "",
        "tests/rusun/test_lock.py"),
    Bug("deadline off by one", "monitoring/periode/batas.py", "if hari_ini <= self.terakhir:",
        "if hari_ini < self.terakhir:", "tests/monitoring/test_batas.py"),
    Bug("closed locations written to", "rusun/simpan.py", "    if rusun.ditutup_sejak is not None:\n        raise Loc",
        "    if False:\n        raise Loc", "tests/rusun/test_closing.py"),
    # Once, and not over somebody else's work
    Bug("version check removed", "core/versions.py", "if versi != row.versi:", "if False:",
        "tests/penghuni/test_corrections.py -k stale"),
    Bug("a form sent twice counts twice", "core/idempotency.py",
        "KunciFormulir.objects.create(kunci=key, pengguna=pengguna)",
        "KunciFormulir.objects.get_or_create(kunci=key, pengguna=pengguna)", "tests/rusun/test_files.py -k twice"),
    Bug("the form key of somebody else", "core/idempotency.py", "if first.pengguna_id != pengguna.pk:", "if False:",
        f"{DOORS} -k form_key_of_somebody_else"),
    Bug("lock of the registry removed", "rusun/penguncian.py",
        "Penguncian.objects.select_for_update()", "Penguncian.objects", "tests/test_races.py", postgres=True),
    Bug("lock of the block removed", "penghuni/hunian.py",
        'blok = Blok.objects.select_for_update(of=("self",)).select_related("rusun").get(pk=blok.pk)\n'
        "    nomor_unit = unit_number(nomor_unit)\n    _require_place",
        'blok = Blok.objects.select_related("rusun").get(pk=blok.pk)\n'
        "    nomor_unit = unit_number(nomor_unit)\n    _require_place",
        "tests/test_races.py -k unit", postgres=True),
    # What comes in
    Bug("DTD scan off", "core/workbook/package.py", "if any(mark in window for mark in _DOCTYPES):", "if False:",
        "tests/core/test_workbook_reader.py -k fault_is_refused"),
    Bug("zip bombs unpacked", "core/workbook/package.py", "MAX_RATIO: Final = 100\n", "MAX_RATIO: Final = 10**9\n",
        "tests/core/test_workbook_reader.py"),
    Bug("macros taken", "core/workbook/package.py", "        if _MACRO.search(types):\n", "        if False:\n",
        "tests/core/test_workbook_reader.py -k fault_is_refused"),
    Bug("scripts in attached PDF", "rusun/lampiran.py", 'ACTIVE_PDF = (b"/JavaScript",', 'ACTIVE_PDF = (b"/Nothing",',
        "tests/rusun/test_pages.py -k wrong_file"),
    Bug("photos keep their metadata", "rusun/lampiran.py", 'quality=85, exif=b"")',
        'quality=85, exif=upright.info.get("exif", b""))', "tests/rusun/test_pages.py -k metadata"),
    Bug("NIK kept in names of files", "rusun/lampiran.py", "_NIK.sub(lambda found: mask(found[0]), clean_teks(last))",
        "clean_teks(last)", f"{DOORS} -k name_of_an_upload"),
    Bug("CSRF not asked for", "monitoring/settings.py", '    "django.middleware.csrf.CsrfViewMiddleware",\n', "",
        f"{MATRIX} -k without_the_token"),
    Bug("check of a document without the token", "monitoring/dokumen/views.py", "@csrf_protect\ndef _answer",
        "def _answer", "tests/monitoring/test_dokumen.py -k token"),
    Bug("open redirect", "core/sign_in_views.py",
        'return target if safe and target.startswith("/") else', "return target if target else",
        f"{DOORS} -k other_site"),
    Bug("codes guessed without end", "monitoring/dokumen/cek.py", "return cache.incr(key) <= PER_MENIT",
        "return cache.incr(key) > 0", f"{DOORS} -k guessing"),
    Bug("sign-in tried without end", "monitoring/settings.py", "AXES_FAILURE_LIMIT = 8", "AXES_FAILURE_LIMIT = 10**6",
        f"{DOORS} -k wrong_passwords"),
    # What goes out
    Bug("escape removed on a page", "templates/rusun/rusun_daftar.html", "{{ butir.rusun.nama }}</a>",
        "{{ butir.rusun.nama|safe }}</a>", f"{CANARY} -k markup"),
    Bug("escape removed on the workbench", "templates/components/_catatan_sel.html", "{{ catatan.isi }}</span>",
        "{{ catatan.isi|safe }}</span>", f"{CANARY} -k markup"),
    Bug("papers fetch what they name", "core/pdf.py", 'fetcher = URLFetcher(allowed_protocols=("data",))',
        "fetcher = URLFetcher()", "tests/core/test_pdf.py"),
    Bug("formulas in CSV", "core/export.py", "    if kind in (Kind.TEKS, Kind.URAIAN):\n        return csv_safe",
        "    if kind in (Kind.TEKS, Kind.URAIAN):\n        return str", "tests/test_exports.py -k reason_masked"),
    Bug("masking off", "core/sealed.py", "    if len(text) == 16:\n        return f", "    if len(text) == 16:\n"
        "        return text\n    if len(text) == 99:\n        return f", "tests/core/test_sealed.py -k mask"),
    Bug("NIK in the log", "penghuni/pencatatan.py", "    touch(penghuni, pengguna)\n    try:",
        "    import logging\n    logging.getLogger('penghuni').warning('menyimpan %s', nik)\n"
        "    touch(penghuni, pengguna)\n    try:", "tests/test_no_nik_leaks.py"),
    Bug("pages may be cached", "core/middleware.py",
        '        response.headers["Cache-Control"] = "private, no-store"\n', "", "tests/core/test_page_shell.py"),
    Bug("inline scripts allowed", "core/middleware.py", "\"script-src 'self'\"",
        "\"script-src 'self' 'unsafe-inline'\"",
        "tests/core/test_page_shell.py"),
    Bug("errors told to the reader", "core/failures.py",
        'return HttpResponse(loader.get_template("500.html").render(), status=500)',
        'return HttpResponse(loader.get_template("500.html").render() + repr(sys.exc_info()[1]), status=500)',
        "tests/core/test_page_shell.py"),
    # What is written down
    Bug("history of residents not kept", "penghuni/models/penghuni.py",
        'auditlog.register(Hunian, exclude_fields=["versi", "diubah", "diubah_oleh"])', "",
        "tests/penghuni/test_corrections.py -k told_on_the_page"),
    Bug("change of a password not noted", "core/accounts.py", '    note(akun, "Kata sandi diganti", oleh)\n', "",
        "tests/core/test_history.py -k password"),
    Bug("looking at a household leaves no trail", "penghuni/views/penghuni.py",
        "    record_access(request.user, TindakanAkses.LIHAT, objek_id=penghuni.pk)\n    stays", "    stays",
        "tests/penghuni/test_views.py -k leaves_a_trail"),
    Bug("export leaves no trail", "penghuni/views/umum.py",
        "        record_access(request.user, TindakanAkses.EKSPOR, alasan=alasan, kolom=isi, jumlah=self.jumlah)\n", "",
        "tests/test_exports.py -k logged"),
    Bug("full numbers leave no trail", "penghuni/akses.py",
        '        record_access(pengguna, TindakanAkses.LIHAT_LENGKAP, OBJEK, penghuni.pk, reason, ", ".join(SEALED))\n',
        "",
        "tests/penghuni/test_views.py -k reveal"),
    Bug("the trail can be changed by SQL", "core/migrations/0011_alasan_dilupakan.py",
        "CREATE TRIGGER core_jejakakses_ubah BEFORE UPDATE ON core_jejakakses\n            WHEN NEW.alasan",
        "CREATE TRIGGER core_jejakakses_ubah BEFORE UPDATE OF id ON core_jejakakses\n            WHEN NEW.alasan",
        "tests/core/test_jejak.py"),
    Bug("moves leave no history", "monitoring/isian/workflow.py", "        RiwayatIsian.objects.create(\n",
        "        RiwayatIsian(\n", "tests/monitoring/test_every_move.py"),
    # How it starts
    Bug("production with the published key", "monitoring/settings_production.py",
        "if UNSAFE_KUNCI_DATA in KUNCI_DATA:",
        "if False:", "tests/test_settings.py -k published_key"),
    Bug("example accounts enter production", "core/signin.py",
        "(settings.ALLOW_EXAMPLE or not pengguna.contoh)", "True",
        f"{DOORS} -k example_account"),
]  # fmt: skip


class Copy:
    """The site in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        skipped = shutil.ignore_patterns(
            ".git", ".venv", "__pycache__", "media", "*.sqlite3*", ".*_cache", ".hypothesis"
        )
        shutil.copytree(ROOT, folder, ignore=skipped, symlinks=True)
        (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
        self.database = Path(f"{folder}.sqlite3")
        self.run(["tests/core/test_access.py", "--reuse-db", "--create-db"], migrate=True)
        self.database.rename(f"{self.database}.empty")  # with all its tables: each run begins with a copy

    def run(self, tests: list[str], *, postgres: bool = False, migrate: bool = False) -> tuple[bool, str]:
        """Whether the tests pass, and how they ended."""
        command = [
            ".venv/bin/python", "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider",
            "-p", "no:randomly",
            "--show-capture=no", "--tb=line", f"--basetemp={self.root}-files", *tests,
        ]  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment["UJI_BASIS_DATA"] = str(self.database)
        if not migrate:
            shutil.copy(f"{self.database}.empty", self.database)
            command.append("--reuse-db")
        elif self.database.exists():
            self.database.unlink()
        try:
            done = subprocess.run(
                [*([".ci/with-postgres"] if postgres else []), *command], cwd=self.root, env=environment, text=True,
                capture_output=True, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False, "took too long"
        if done.returncode not in (0, 1):
            raise SystemExit(f"the tests could not be run: {tests}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        told = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return done.returncode == 0, (told or [""])[0][:110]

    def put_in(self, bug: Bug) -> str:
        """Put `bug` in; returns what the file held."""
        path = self.root / bug.file
        text = path.read_text()
        if text.count(bug.old) != 1:
            raise SystemExit(f"{bug.name}: its text stands {text.count(bug.old)} times in {bug.file}")
        path.write_text(text.replace(bug.old, bug.new))
        return text


def arguments(tests: str) -> list[str]:
    """`a.py b.py -k words of one expression` as pytest takes it."""
    files, _, word = tests.partition(" -k ")
    return [*files.split(), *(["-k", word] if word else [])]


def judge(copy: Copy, bug: Bug) -> tuple[Bug, bool, str]:
    text = copy.put_in(bug)
    try:
        passed, told = copy.run(arguments(bug.tests), postgres=bug.postgres, migrate="migrations" in bug.file)
    finally:
        (copy.root / bug.file).write_text(text)
    # A site that does not even start was not looked at by any test.
    return bug, not passed and not told.startswith("ERROR"), told


def together(bugs: list[Bug]) -> list[tuple[list[str], bool]]:
    """All the chosen tests in as few runs as can be: files whole, and files narrowed by all of their words."""
    whole: dict[bool, set[str]] = {False: set(), True: set()}
    narrowed: dict[bool, dict[str, set[str]]] = {False: {}, True: {}}
    for bug in bugs:
        files, _, word = bug.tests.partition(" -k ")
        for file in files.split():
            if word:
                narrowed[bug.postgres].setdefault(file, set()).add(word)
            else:
                whole[bug.postgres].add(file)
    runs = [(sorted(files), postgres) for postgres, files in whole.items() if files]
    for postgres, words in narrowed.items():
        if words:
            runs.append(
                (
                    [*sorted(words), "-k", " or ".join(f"({word})" for word in sorted(set().union(*words.values())))],
                    postgres,
                )
            )
    return runs


def main(words: list[str]) -> int:
    chosen = [bug for bug in BUGS if not words or any(word in bug.name for word in words)]
    for bug in chosen:
        if (stands := (ROOT / bug.file).read_text().count(bug.old)) != 1:
            raise SystemExit(f"{bug.name}: its text stands {stands} times in {bug.file}")
    with tempfile.TemporaryDirectory(prefix="seeded-bugs-") as folder:
        copies = [Copy(Path(folder, str(number))) for number in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:

            def each(tasks, work):
                """Run `work` on every task, each copy at one at a time."""
                halves = [tasks[number::AT_ONCE] for number in range(AT_ONCE)]
                jobs = [pool.submit(lambda c=c, half=half: [work(c, task) for task in half]) for c, half in
                        zip(copies, halves, strict=True)]  # fmt: skip
                return [row for job in jobs for row in job.result()]

            groups = together(chosen)
            clean = each(groups, lambda copy, task: (task, *copy.run(task[0], postgres=task[1])))
            for task, passed, told in clean:
                if not passed:
                    print(f"fails without any bug: {' '.join(task[0])} {told}")
            if not all(passed for _, passed, _ in clean):
                return 2
            print(f"the tests for {len(chosen)} bugs pass without one", flush=True)

            def shown(copy, bug):
                row = judge(copy, bug)
                print(f"{'caught  ' if row[1] else 'SURVIVED'} {bug.name}: {row[2]}", flush=True)
                return row

            rows = each(chosen, shown)
    caught = sum(found for _, found, _ in rows)
    print(f"{caught} of {len(rows)} seeded bugs caught")
    return 0 if caught == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
