"""Rules of the house that no linter knows: sizes, templates, names of machines, the lock files."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from dashboard.environment import ROOT

TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
PYTHON = [name for name in TRACKED if name.endswith(".py") and "/migrations/" not in name and (ROOT / name).exists()]
PRODUCT = [name for name in PYTHON if name.startswith(("dashboard/", "klaviyo_app/"))]
TEMPLATES = [name for name in TRACKED if name.startswith("templates/") and (ROOT / name).exists()]

pytestmark = pytest.mark.skipif(not TRACKED, reason="not a git checkout")


def _text(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize("name", PYTHON)
def test_no_file_is_longer_than_400_lines(name: str) -> None:
    assert len(_text(name).splitlines()) <= 400


@pytest.mark.parametrize("name", PRODUCT)
def test_no_function_is_longer_than_60_lines(name: str) -> None:
    functions = [one for one in ast.walk(ast.parse(_text(name))) if isinstance(one, ast.FunctionDef)]
    too_long = [one.name for one in functions if (one.end_lineno or 0) - one.lineno >= 60]
    assert not too_long


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_switches_escaping_off(name: str) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+(off|false)", _text(name))


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".html")])
def test_no_template_has_inline_script_style_or_handlers(name: str) -> None:
    text = _text(name)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son[a-z]+=\"|hx-on|hx-vals='js:", text)
    if name != "templates/email_templates/words.html":  # a page of its own, with a policy of its own
        assert not re.search(r"<style|\sstyle=\"", text)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_fragment_repairs_what_lies_outside_it(name: str) -> None:
    assert "hx-swap-oob" not in _text(name)


@pytest.mark.parametrize("name", PRODUCT)
def test_no_code_marks_text_as_safe_html(name: str) -> None:
    if name != "dashboard/jinja_filters.py" and "sandbox" not in name:  # the icon library's own SVG
        assert not re.search(r"\bmark_safe\b|\bMarkup\(", _text(name))


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
