"""A table out of an uploaded file: CSV as spreadsheets save it, or JSON lines. Reads; knows nothing of its meaning."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_NAME = 255  # of a column
_SEPARATORS = ",;\t|"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls as they begin
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns in their order, and the rows, each a name -> value: text of a CSV, of JSON lines what it is.

    `guessed`: the letters are not UTF and were read as a western Excel writes them.
    """

    columns: list[str]
    rows: list[dict[str, Any]]
    guessed: bool = False


def sheet_of(file: BinaryIO, *, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS) -> Sheet:
    """What the file holds. Raises ValidationError with words for what is no such file, is empty or too large."""
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise ValidationError(_("The file is larger than %(size)s MB.") % {"size": most_bytes // 1_000_000})
    if data.startswith(_WORKBOOKS):
        raise ValidationError(_("This is a workbook. Save the sheet as CSV first."))
    text, guessed = _text(data)
    if text.lstrip().startswith("{"):
        rows = _counted(_json_lines(text), most_rows)
        columns = list(dict.fromkeys(name for row in rows for name in row))
    else:
        columns, found = _csv(text)
        rows = _counted(found, most_rows)
        columns = _named(columns, rows)
    if not rows:
        raise ValidationError(_("The file has no rows."))
    _check_names(columns)
    return Sheet(columns, rows, guessed)


def _check_names(names: Sequence[str]) -> None:
    """Before anything is done with them: a few long names in thousands of rows are gigabytes."""
    if len(names) > MOST_COLUMNS:
        raise ValidationError(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    if any(len(name) > LONGEST_NAME for name in names):
        raise ValidationError(_("The name of a column is longer than %(most)s characters.") % {"most": LONGEST_NAME})


def _counted(rows: Iterable[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in rows:
        found.append(row)
        if len(found) > most:
            raise ValidationError(_("The file has more than %(most)s rows.") % {"most": f"{most:,}"})
    return found


def _text(data: bytes) -> tuple[str, bool]:
    """UTF-8, UTF-16 where its mark says so, else what a western Excel writes: then it is a guess (True)."""
    try:
        return data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), True
    except UnicodeDecodeError:
        raise ValidationError(_("The letters of the file cannot be read. Save it as CSV in UTF-8.")) from None


def _csv(text: str) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """The names of the first line, and the rows below it."""
    if told := re.match(r"sep=(.)\r?\n", text):  # a line by which Excel tells itself
        text = text[told.end() :]
    head = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    # Without `strict` a quote that is never closed would swallow the rest of the file.
    found = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip() for name in next(found, [])]
    except csv.Error as error:
        raise _unreadable(found.line_num, error) from error
    named = [name for name in names if name]
    _check_names(named)
    if len(set(named)) < len(named):
        raise ValidationError(_("Each column needs a name of its own in the first line."))
    if any(_ADDRESS.fullmatch(name) for name in names):
        raise ValidationError(_("The first line must name the columns, and holds an e-mail address."))
    return names, _rows(found, names)


def _rows(found: Any, names: list[str]) -> Iterator[dict[str, Any]]:
    try:
        for cells in found:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(names):
                raise ValidationError(_("Line %(line)s has more cells than the first line.") % {"line": found.line_num})
            if any(cell.strip() and not name for name, cell in zip(names, cells, strict=False)):
                raise ValidationError(_("Each column needs a name of its own in the first line."))
            yield {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
    except csv.Error as error:
        raise _unreadable(found.line_num, error) from error


def _unreadable(line: int, error: csv.Error) -> ValidationError:
    return ValidationError(_("Line %(line)s cannot be read as CSV: %(why)s.") % {"line": line, "why": error})


def _named(columns: list[str], rows: list[dict[str, Any]]) -> list[str]:
    """Without the columns that have neither name nor cells, as spreadsheets leave them at the end."""
    named = [name for name in columns if name]
    if rows and not named:
        raise ValidationError(_("Each column needs a name of its own in the first line."))
    return named


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
