"""The pages through which a file goes, as a browser posts them."""

from __future__ import annotations

import html
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

Browse = Any
_SELECT = re.compile(r'<select name="([^"]+)".*?</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
_TEXT = re.compile(r'<input type="text" name="([^"]+)"(?: value="([^"]*)")?')


def file(content: str | bytes, name: str = "people.csv") -> SimpleUploadedFile:
    """A file as it is uploaded."""
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def as_shown(page: str) -> dict[str, str]:
    """What the form of the columns would post if nobody changed anything."""
    chosen = {
        select[1]: html.unescape(found[1]) if (found := _CHOSEN.search(select[0])) else ""
        for select in _SELECT.finditer(page)
    }
    return {**chosen, **{name: html.unescape(value) for name, value in _TEXT.findall(page)}}


def upload(browse: Browse, path: str, content: str | bytes) -> str:
    """Choose a file; the address of its columns."""
    answer = browse(path, {"file": file(content)})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def settle(browse: Browse, columns: str, **changes: str) -> Any:
    """Post the columns as they are shown, with changes (column_0, name_0 and others); the answer."""
    shown = as_shown(browse(columns).content.decode())
    named = {re.sub(r"^(column|name)_(\d+)$", r"\1-\2", name): value for name, value in changes.items()}
    return browse(columns, {**shown, **named})


def looked_at(browse: Browse, path: str, content: str | bytes, **changes: str) -> str:
    """Choose a file and settle its columns; the address of the question."""
    answer = settle(browse, upload(browse, path, content), **changes)
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])
