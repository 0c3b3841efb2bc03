"""House rules that a machine can check. What a review says twice belongs here."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
APPS = ("core", "rusun", "penghuni", "monitoring")
OURS = (*APPS, "fixtures", "static", "templates", "tests")

# Django looks these up by itself.
FOUND_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def modules(*, tests=False):
    """(path, syntax tree) of every Python file of the site, and of its tests when asked."""
    for folder in (*APPS, "tests") if tests else APPS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def templates():
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


# --- Templates --------------------------------------------------------------------------------------------------------

# The security policy refuses all of these; a page that has them is broken without saying so.
INLINE = re.compile(
    r"""<style\b | \sstyle\s*= | <script(?![^>]*\ssrc=) | \son[a-z]+\s*= | javascript: | \shx-on\b | ["']?js:\{""",
    re.IGNORECASE | re.VERBOSE,
)


def test_templates_have_no_inline_style_script_or_handler():
    found = [
        f"{name_of(path)}:{text.count(chr(10), 0, match.end()) + 1}: {match[0].strip()}"
        for path in templates()
        if path.suffix == ".html"
        for text in [path.read_text()]
        for match in INLINE.finditer(text)
    ]
    assert found == []


def test_every_template_is_used():
    """By its name in Python or in another template, by Django itself, or in place of a package's template."""
    named, patterns = set(FOUND_BY_DJANGO), []
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (re.escape(part.value) if isinstance(part, ast.Constant) else "[^/]+" for part in node.values)
                patterns.append("".join(parts))
    for path in templates():
        named |= set(re.findall(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""", path.read_text()))
    replaceable = [Path(app.path) / "templates" for app in apps.get_app_configs() if app.name not in APPS]

    unused = [
        name
        for name in (path.relative_to(ROOT / "templates").as_posix() for path in templates())
        if name not in named
        and not any(re.fullmatch(pattern, name) for pattern in patterns)
        and not any((folder / name).exists() for folder in replaceable)
    ]

    assert unused == []


def test_partials_are_named_with_an_underscore():
    """What another template includes begins with an underscore: it is not a page."""
    included = {
        name
        for path in templates()
        for name in re.findall(r"""{%\s*include\s+["']([^"']+)["']""", path.read_text())
        if (ROOT / "templates" / name).exists()
    }
    assert [name for name in sorted(included) if not Path(name).name.startswith("_")] == []


def test_every_post_form_carries_the_csrf_token():
    found = []
    for path in templates():
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE):
            posts = re.match(r"<form\b[^>]*method=[\"']?post", form, re.IGNORECASE)
            # A held form brings the token it was posted with.
            if posts and not any(part in form for part in ("{% csrf_token %}", "{% crispy ", "isian.tertahan")):
                found.append(f"{name_of(path)}: {form.splitlines()[0]}")
    assert found == []


# --- Modules ----------------------------------------------------------------------------------------------------------


def imports(tree, package):
    """Import statements of `package` in `tree`, wherever they stand."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        if any(name.split(".")[0] == package for name in names):
            yield node


def test_one_module_imports_weasyprint():
    """One place decides what a PDF may fetch: nothing."""
    importing = [name_of(path) for path, tree in modules() if any(imports(tree, "weasyprint"))]
    assert len(importing) <= 1, importing


def test_views_and_forms_start_from_what_the_user_may_see():
    """`visible_to(pengguna)` or `get_visible_or_404`: anything else shows one kabupaten/kota to another."""
    scoped = {model.__name__ for model in apps.get_models() if hasattr(model._default_manager, "visible_to")}
    found = []
    for path, tree in modules():
        if not {"views", "forms"} & {path.stem.split("_")[-1], path.parent.name}:
            continue
        parent = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}):
                continue
            if getattr(node.value, "id", "") not in scoped:
                continue
            query, steps = node, set()
            while isinstance(parent[query], ast.Attribute) or getattr(parent[query], "func", None) is query:
                query = parent[query]
                steps.add(getattr(query, "attr", ""))
            taker = parent[query]
            fetched = isinstance(taker, ast.Call) and getattr(taker.func, "id", "") == "get_visible_or_404"
            if not fetched and not steps & {"visible_to", "none"}:
                found.append(f"{name_of(path)}:{node.lineno}: {ast.unparse(query)}")
    assert found == []


def test_sql_is_never_put_together():
    """Queries go through the ORM; where SQL is spelled out it is one constant text: nothing typed can get into it.

    Two modules build statements as the ORM does, from the quoted names of a model's own table and columns; a backup
    asks whole tables by their own names.
    """
    sql = {"raw", "extra", "execute", "executemany", "copy_expert", "RawSQL"}
    found = [
        f"{name_of(path)}: {ast.unparse(node)}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in sql
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert found == [
        "core/bulk_insert.py: cursor.executemany(statement, rows)",
        """core/bulk_insert.py: cursor.copy_expert(f"COPY {table} ({', '.join(names)}) FROM STDIN", text)""",
        "core/table_locks.py: cursor.execute(f'LOCK TABLE {table} IN SHARE MODE NOWAIT')",
        "core/table_locks.py: cursor.execute(f'LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE')",
        "monitoring/operasi/basis.py: cursor.execute(query)",
        "monitoring/operasi/basis.py: link.execute(query)",
    ]


def test_what_a_request_holds_is_never_spread_into_a_call():
    """`filter(**request.GET)` lets the sender choose the column, the operator and more."""
    found = [
        f"{name_of(path)}:{node.lineno}: {ast.unparse(keyword.value)}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg is None and re.search(r"(?<!')\b(request|POST|GET|data)\b", ast.unparse(keyword.value))
    ]
    assert found == []


def test_text_is_called_safe_in_two_modules_only():
    """The renderer of selects and the charts escape each part themselves; everything else leaves it to templates."""
    marking = {"mark_safe", "SafeString", "SafeText"}
    calling = {
        name_of(path)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in marking
    }
    assert calling == {"core/rendering.py", "core/grafik.py"}
    unescaped = re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off")
    assert [name_of(path) for path in templates() if unescaped.search(path.read_text())] == []


def test_modules_are_named_for_what_they_decide():
    vague = {"utils", "util", "helpers", "helper", "services", "service", "misc", "common"}
    assert [name_of(path) for path, _ in modules(tests=True) if vague & {path.stem, path.parent.name}] == []


def test_no_signals_between_our_apps():
    found = [
        name_of(path)
        for path, tree in modules()
        if any(
            isinstance(node, ast.ImportFrom) and node.module in {"django.db.models.signals", "django.dispatch"}
            for node in ast.walk(tree)
        )
    ]
    assert found == []


# --- Files ------------------------------------------------------------------------------------------------------------

THIRD_PARTY = re.compile(
    r"\.min\. | \.map$ | \.(woff2?|ttf|otf|eot)$ | /(vendor|node_modules)/ | /(bootstrap|htmx|jquery)[^/]*\.(js|css)$",
    re.IGNORECASE | re.VERBOSE,
)
LICENCE_BANNER = re.compile(r"/\*!|@license|Licensed under|Copyright \(c\)", re.IGNORECASE)


def files(*suffixes):
    """Files of ours, without what running leaves behind."""
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and (not suffixes or path.suffix in suffixes):
                yield path


def test_no_file_of_a_third_party_is_kept_here():
    """Bootstrap, htmx and icons come from installed packages, pinned and updated with them."""
    assert [name_of(path) for path in files() if THIRD_PARTY.search(name_of(path))] == []
    assert [name_of(path) for path in files(".css", ".js") if LICENCE_BANNER.search(path.read_text())] == []


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_lock_files_name_versions_and_hashes_but_no_registry(lock):
    lines = (ROOT / lock).read_text().splitlines()
    pins = [line for line in lines if re.match(r"[\w.-]+(\[.*\])?==", line)]

    assert pins
    assert [pin for pin in pins if not pin.endswith("\\")] == []
    assert [line for line in lines if "://" in line or line.startswith("--index") or line.startswith("--extra")] == []


def test_every_variable_the_settings_read_is_explained():
    """`.env.example` is where an administrator looks."""
    read = {
        node.args[0].value
        for path, tree in modules()
        if path.stem.startswith("settings")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).startswith("env.")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    explained = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read
    assert read - explained == set()
