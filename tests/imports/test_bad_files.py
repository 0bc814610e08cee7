"""A file that cannot be imported is refused in words that help; nothing is kept of it."""

import io
import zipfile

import pytest

from prospects import imports
from prospects.imports import reading, workbook
from prospects.models import Import, Prospect
from tests.imports.files import csv_file, previewed, xlsx_file


def bomb(size: int) -> bytes:
    """A workbook whose sheet unpacks to so many bytes."""
    stream = io.BytesIO(xlsx_file(["domain"], ["a.example"]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * size)
    return stream.getvalue()


def entities() -> bytes:
    """A workbook whose texts would grow to gigabytes."""
    stream = io.BytesIO()
    lol = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    source = zipfile.ZipFile(io.BytesIO(xlsx_file(["domain"], ["a.example"])))
    with zipfile.ZipFile(stream, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                start = content.index(b"<worksheet")
                document = f"<!DOCTYPE worksheet [<!ENTITY l0 'lol'>{lol}]>".encode() + content[start:]
                content = document.replace(b"a.example", b"&l9;")
            archive.writestr(name, content)
    return stream.getvalue()


BAD = {
    "empty": ("a.csv", b"", "is empty"),
    "blank": ("a.csv", b"\n  \n", "no line of column names"),
    "only names": ("a.csv", b"domain\n", "no row below"),
    "wrong encoding": ("a.csv", "domain,city\na.example,Köln\n".encode("cp1252"), "not utf-8: byte 0xf6"),
    "half a character": ("a.csv", b"domain\na.example\xe2", "not utf-8"),
    "no header": ("a.csv", b"a.example,info@a.example\nb.example,\n", "looks like a row"),
    "a list of domains": ("a.csv", b"a.example\nb.example\n", "looks like a row"),
    "nameless column": ("a.csv", b"domain,,city\na.example,x,y\n", "Column 2 has no name"),
    "duplicate header": ("a.csv", b"domain,city,City\na.example,x,y\n", "two columns 'city'"),
    "two separators": ("a.csv", b"domain;city,town\na.example;x,y\n", "comma and semicolon"),
    "an open quotation mark": ("a.csv", b'domain,city\na.example,"x\nb.example,y\n', "line 2 opens a quotation mark"),
    "a quotation mark inside": ("a.csv", b'domain,city\na.example,"x"y"\n', "line 2 is broken"),
    "huge cell": ("a.csv", b"domain,city\na.example," + b"x" * 10_000_000, "line 2 has more than 50,000 characters"),
    "NUL bytes": ("a.csv", b"domain,city\na.example,x\0y\n", "Line 2 has a NUL"),
    "too many columns": ("a.csv", b",".join(b"c%d" % n for n in range(300)) + b"\nx\n", "300 columns"),
    "too large": ("a.csv", b"domain\n" + b"a.example\n" * 2_100_000, "Split it"),
    "a workbook named .csv": ("a.csv", xlsx_file(["domain"], ["a.example"]), "named .csv but is an XLSX"),
    "text named .xlsx": ("a.xlsx", b"domain\na.example\n", "is no XLSX workbook"),
    "an old workbook": ("a.xlsx", workbook.OLD_MAGIC + b"x" * 100, r"\.xls"),
    "another type": ("a.pdf", b"%PDF", r"neither \.csv nor \.xlsx"),
    "half a workbook": ("a.xlsx", xlsx_file(["domain"], ["a.example"])[:2000], "damaged"),
    "no workbook in the archive": ("a.xlsx", bomb(1)[:4] + b"\0" * 40, "damaged"),
    "two sheets": ("a.xlsx", xlsx_file(["domain"], ["a.example"], sheets=("A", "B")), "2 sheets, name one: A, B"),
    "a bomb": ("a.xlsx", bomb(workbook.MAX_UNPACKED), "Unpacked"),
    "exploding entities": ("a.xlsx", entities(), "damaged"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_and_nothing_is_written(kind: str) -> None:
    name, content, reason = BAD[kind]
    with pytest.raises(imports.ImportRefused, match=reason):
        imports.preview(imports.upload(name, content))
    assert not Prospect.objects.exists()
    assert not any(of.rows.exists() for of in Import.objects.all())


@pytest.mark.django_db
def test_a_file_that_breaks_below_its_names_stays_uploaded_without_rows() -> None:
    of = imports.upload("a.csv", b'domain\na.example\n"b.example\n')
    with pytest.raises(imports.ImportRefused, match="line 3"):
        imports.preview(of)
    of.refresh_from_db()
    assert (of.status, of.rows.count()) == ("uploaded", 0)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8", "iso-8859-15"])
def test_a_named_encoding_is_used(encoding: str) -> None:
    of = previewed(csv_file(["domain", "city"], ["a.example", "Köln"], encoding=encoding), encoding=encoding)
    assert of.rows.get().values["discovery_location"] == "Köln"


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(encoding: str) -> None:
    of = previewed(csv_file(["domain", "city"], ["a.example", "Köln"], encoding=encoding))
    assert (of.columns, of.rows.get().values["discovery_location"]) == (["domain", "city"], "Köln")


@pytest.mark.django_db
@pytest.mark.parametrize("separator", reading.SEPARATORS)
def test_the_separator_of_the_first_line_is_used(separator: str) -> None:
    of = previewed(csv_file(["domain", "city"], ["a.example", "x, y"], separator=separator))
    assert (of.separator, of.rows.get().values["discovery_location"]) == (separator, "x, y")


@pytest.mark.django_db
def test_a_named_separator_settles_the_choice() -> None:
    of = imports.upload("a.csv", b"domain;city,town\na.example;x,y\n", separator=";")
    assert of.columns == ["domain", "city,town"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("domain", "localhost", "is no domain"),
        ("domain", "-a.example", "is no domain"),
        ("email", "a@b", "is no e-mail address"),
        ("score", "many", "must be a decimal number"),
        ("score", "12345.6", "no more than"),
        ("followers", "-3", "greater than or equal to 0"),
        ("platform", "myspace", "not a valid choice"),
        ("page_url", "javascript:alert(1)", "is no http or https URL"),
        ("category", "=cmd|' /C calc'!A0", "is a formula"),
        ("category", "a\x1bb", "control character"),
    ],
)
def test_a_value_that_does_not_fit_refuses_its_row_and_says_why(column: str, text: str, reason: str) -> None:
    row = {"domain": "a.example", column: text}
    problem = previewed(csv_file(list(row), list(row.values()))).rows.get().problems[0]
    assert (problem["column"], problem["value"]) == (column, text)
    assert reason in problem["reason"]


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["a.example", "a.example,x,y"])
def test_a_row_of_another_width_is_refused(line: str) -> None:
    of = previewed(f"domain,city\n{line}\n".encode())
    assert "cells for 2 columns" in of.rows.get().problems[0]["reason"]
