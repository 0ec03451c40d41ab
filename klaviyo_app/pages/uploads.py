"""A table out of an uploaded file: CSV as spreadsheets save it, or JSON lines. Reads; knows nothing of its meaning."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
_SEPARATORS = ",;\t|"


def rows_of(file: BinaryIO, *, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS) -> list[dict[str, Any]]:
    """The rows, each a name -> value; values of a CSV are text, those of JSON lines what they are.

    Raises ValidationError with words for what is no such file, is empty or too large.
    """
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise ValidationError(_("The file is larger than %(size)s MB.") % {"size": most_bytes // 1_000_000})
    text = _text(data)
    rows: list[dict[str, Any]] = []
    for row in _json_lines(text) if text.lstrip().startswith("{") else _csv(text):
        rows.append(row)
        if len(rows) > most_rows:
            raise ValidationError(_("The file has more than %(most)s rows.") % {"most": f"{most_rows:,}"})
    if not rows:
        raise ValidationError(_("The file has no rows."))
    return rows


def _text(data: bytes) -> str:
    """UTF-8, UTF-16 where its mark says so, else what a western Excel writes."""
    try:
        return data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _csv(text: str) -> Iterator[dict[str, Any]]:
    if told := re.match(r"sep=(.)\r?\n", text):  # a line by which Excel tells itself
        text = text[told.end() :]
    head = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    found = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip() for name in next(found, [])]
        if len(set(names)) < len(names) or "" in names:
            raise ValidationError(_("Each column needs a name of its own in the first line."))
        for cells in found:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(names):
                raise ValidationError(_("Line %(line)s has more cells than the first line.") % {"line": found.line_num})
            yield {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
    except csv.Error as error:
        raise ValidationError(
            _("Line %(line)s cannot be read as CSV: %(why)s.") % {"line": found.line_num, "why": error}
        ) from error


def _json_lines(text: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ValidationError(_("Line %(line)s is not JSON.") % {"line": number}) from error
        if not isinstance(found, dict):
            raise ValidationError(_("Line %(line)s is no JSON object.") % {"line": number})
        yield found
