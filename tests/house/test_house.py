"""Rules of the house that no linter knows: sizes, templates, names of machines, the lock files."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from dashboard.environment import ROOT

TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
PYTHON = [name for name in TRACKED if name.endswith(".py") and "/migrations/" not in name and (ROOT / name).exists()]
PRODUCT = [name for name in PYTHON if name.startswith(("dashboard/", "klaviyo_app/"))]
TEMPLATES = [name for name in TRACKED if name.startswith("templates/") and (ROOT / name).exists()]

pytestmark = pytest.mark.skipif(not TRACKED, reason="not a git checkout")


def _text(name: str) -> str:
    return (ROOT / name).read_text()


def found_in(names: list[str], pattern: str) -> list[str]:
    """The files in which a pattern occurs."""
    return [name for name in names if re.search(pattern, _text(name))]


def test_no_file_is_longer_than_400_lines() -> None:
    assert [name for name in PYTHON if len(_text(name).splitlines()) > 400] == []


def test_no_function_is_longer_than_60_lines() -> None:
    too_long = [
        f"{name}: {one.name}"
        for name in PRODUCT
        for one in ast.walk(ast.parse(_text(name)))
        if isinstance(one, ast.FunctionDef) and (one.end_lineno or 0) - one.lineno >= 60
    ]
    assert too_long == []


def test_the_worker_imports_every_module_of_tasks() -> None:
    modules = {name.removesuffix(".py").replace("/", ".") for name in PRODUCT if "@shared_task" in _text(name)}
    assert modules == set(settings.CELERY_IMPORTS)


def test_no_template_switches_escaping_off() -> None:
    assert found_in(TEMPLATES, r"\|\s*safe\b|autoescape\s+(off|false)") == []


def test_no_template_has_inline_script_style_or_handlers() -> None:
    pages = [name for name in TEMPLATES if name.endswith(".html")]
    assert found_in(pages, r"<script(?![^>]*\bsrc=)") == []
    assert found_in(pages, r"\son[a-z]+=\"|hx-on|hx-vals='js:") == []
    pages.remove("templates/email_templates/words.html")  # a page of its own, with a policy of its own
    assert found_in(pages, r"<style|\sstyle=\"") == []


def test_no_fragment_repairs_what_lies_outside_it() -> None:
    assert found_in(TEMPLATES, "hx-swap-oob") == []


def test_no_code_marks_text_as_safe_html() -> None:
    """But for the icon library's own SVG."""
    ours = [name for name in PRODUCT if name != "dashboard/jinja_filters.py" and "sandbox" not in name]
    assert found_in(ours, r"\bmark_safe\b|\bMarkup\(") == []


def test_the_lock_files_name_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        # An option of pip stands at the beginning of a line; hashes are indented.
        assert not [line for line in text.splitlines() if line.startswith("-")], lock.name


def test_every_requirement_is_pinned_with_a_hash() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        pins = re.findall(r"^([a-z0-9][\w.-]*(?:\[[^\]]*\])?)(.*)$", lock.read_text(), re.MULTILINE | re.IGNORECASE)
        assert pins
        assert all("==" in rest for _, rest in pins), lock.name


def test_secrets_and_data_are_never_tracked() -> None:
    assert not [name for name in TRACKED if Path(name).parts[0] in {"var", ".venv", "node_modules"} or name == ".env"]
