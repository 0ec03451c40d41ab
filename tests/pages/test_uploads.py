"""Files as spreadsheets save them: read, or refused in words."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from klaviyo_app.pages.uploads import sheet_of
from tests.resources.file_steps import file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_is_read_in_the_encodings_and_separators_of_spreadsheets(encoding: str, separator: str) -> None:
    text = separator.join(["email", "Café"]) + "\r\n" + separator.join(["a@example.com", "Tromsø"]) + "\r\n"
    assert sheet_of(file(text.encode(encoding))).rows == [{"email": "a@example.com", "Café": "Tromsø"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no rows"),
        ("email\n", "no rows"),
        ("email,email\na,b\n", "name of its own"),
        ("email\na,b\n", "more cells"),
        ('email\n"a\n', "cannot be read"),
        ('{"a": 1}\nnothing', "Line 2 is not JSON"),
        ('{"a": 1}\n[1]', "Line 2 is no JSON object"),
        ("email\n" + "a@example.com\n" * 20_001, "more than 20,000"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        ("ada@example.com,Ada\nben@example.com,Ben\n", "must name the columns"),
        ("email,,\na@example.com,,Oslo\n", "name of its own"),
        (b"PK\x03\x04rest of a workbook", "Save the sheet as CSV"),
        ("email,ー\na@example.com,Ada\n".encode("shift_jis"), "cannot be read"),
        (",".join(map(str, range(201))) + "\n" + "1," * 200 + "1\n", "more than 200 columns"),
        (f"email,a@{'.' * 100_000}@\nx,y\n", "longer than 255 characters"),
        ('{"' + "x" * 256 + '": 1}', "longer than 255 characters"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 and value.isprintable() else "file",
)
def test_a_file_that_is_none_is_refused_in_words(content: str | bytes, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        sheet_of(file(content))
    assert words in error.value.messages[0]


def test_the_line_by_which_excel_tells_itself_the_separator_is_passed_over() -> None:
    assert sheet_of(file("sep=;\r\nemail;x\r\na@example.com;1,2\r\n")).rows == [{"email": "a@example.com", "x": "1,2"}]


def test_columns_without_name_and_cells_are_passed_over() -> None:
    assert sheet_of(file("email,,\r\na@example.com,,\r\n")).columns == ["email"]


def test_a_file_that_is_no_utf_8_is_read_as_western_and_said_to_be() -> None:
    sheet = sheet_of(file("email;name\na@example.com;Søren\n".encode("cp1252")))
    assert (sheet.guessed, sheet.rows[0]["name"]) == (True, "Søren")
