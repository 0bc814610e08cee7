"""A file that cannot be imported is refused in words that help; nothing is kept of it."""

import contextlib
import io
import random
import time
import zipfile

import pytest

from pipeline import imports as import_jobs
from prospects import imports
from prospects.imports import reading, workbook
from prospects.models import Import, Prospect
from tests.imports.files import CAUSE, csv_file, previewed, xlsx_file


def bomb(size: int) -> bytes:
    """A workbook whose sheet unpacks to so many bytes."""
    stream = io.BytesIO(xlsx_file(["domain"], ["a.example"]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * size)
    return stream.getvalue()


def with_sheet_rows(rows: bytes) -> bytes:
    """A workbook with a column domain and these rows of XML below it."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(xlsx_file(["domain"])))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", rows + b"</sheetData>")
            archive.writestr(name, content)
    return stream.getvalue()


def sheet_row(line: int, domain: str, more: str = "") -> bytes:
    return f'<row r="{line}"><c r="A{line}" t="inlineStr"><is><t>{domain}</t></is></c>{more}</row>'.encode()


def with_password() -> bytes:
    """A workbook whose members say that they are encrypted."""
    content = bytearray(xlsx_file(["domain"], ["a.example"]))
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(magic, at + 1)
    return bytes(content)


def strict() -> bytes:
    """A workbook as Excel saves it as "Strict Open XML"."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(xlsx_file(["domain"], ["a.example"])))
    with zipfile.ZipFile(stream, "w") as archive:
        for name in source.namelist():
            content = source.read(name).replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            archive.writestr(name, content)
    return stream.getvalue()


def with_flipped_bytes() -> bytes:
    """A workbook whose compressed sheet is garbage."""
    content = bytearray(xlsx_file(["domain"], *([f"a{n}.example"] for n in range(200))))
    start = content.find(b"xl/worksheets/sheet1.xml") + 44
    content[start : start + 40] = b"\xaa" * 40
    return bytes(content)


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
    "too many columns": ("a.csv", b",".join(b"c%d" % n for n in range(300)) + b"\nx\n", "in column 300; at most 200"),
    "too large": ("a.csv", b"domain\n" + b"a.example\n" * 2_100_000, "Split it"),
    "a workbook named .csv": ("a.csv", xlsx_file(["domain"], ["a.example"]), "named .csv but is an XLSX"),
    "text named .xlsx": ("a.xlsx", b"domain\na.example\n", "is no XLSX workbook"),
    "an old workbook": ("a.xlsx", workbook.OLD_MAGIC + b"x" * 100, r"\.xls"),
    "another type": ("a.pdf", b"%PDF", r"neither \.csv nor \.xlsx"),
    "half a workbook": ("a.xlsx", xlsx_file(["domain"], ["a.example"])[:2000], "damaged"),
    "a workbook with flipped bytes": ("a.xlsx", with_flipped_bytes(), "damaged"),
    "a workbook with a password": ("a.xlsx", with_password(), "damaged .*password"),
    "16,384 columns": ("a.xlsx", xlsx_file(["domain", *[""] * 16382, "x"], ["a.example"]), "column 16,384"),
    "a workbook with a line beyond the last": (
        "a.xlsx", with_sheet_rows(sheet_row(2, "a.example") + sheet_row(10**9, "b.example")), "beyond 1,048,576",
    ),
    "a strict workbook": ("a.xlsx", strict(), "Strict Open XML.*ordinary"),
    "utf-16 without a mark": ("a.csv", "domain,city\na.example,x\n".encode("utf-16-le"), "utf-16-le or utf-16-be"),
    "a hint that is no separator": ("a.csv", b"sep=:\ndomain:city\na.example:x\n", "':' is no separator"),
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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark_is_read_when_its_kind_is_named(encoding: str) -> None:
    content = csv_file(["domain", "city"], ["a.example", "Köln"], encoding=encoding)
    source = reading.open_source("a.csv", content, encoding=encoding)
    assert [row.cells for row in reading.read(source, content)] == [["a.example", "Köln"]]
    with pytest.raises(imports.ImportRefused, match=r"it has no byte order mark.*utf-16-le, utf-16-be") as refused:
        reading.open_source("a.csv", content, encoding="utf-16")
    assert refused.value.asks_for == "encoding"


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    content = csv_file(["domain"], ["a.example"], encoding="utf-16")
    assert reading.open_source("a.csv", content, encoding="utf-16-le").columns == ("domain",)


@pytest.mark.parametrize("hint", ["sep=;", '"sep=;"', "Sep=;"])
def test_the_separator_that_the_first_line_names_to_excel_is_used(hint: str) -> None:
    content = f"{hint}\r\nCompany, if any;Website\r\nA;a.example\r\n".encode()
    source = reading.open_source("a.csv", content)
    assert (source.separator, source.columns) == (";", ("Company, if any", "Website"))
    assert [(row.line, row.cells) for row in reading.read(source, content)] == [(3, ["A", "a.example"])]


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
def test_a_name_that_goes_over_two_lines_does_not_hide_the_separator() -> None:
    of = previewed(b'"Company\nname, if any";"Website";Email\nA;a.example;x@a.example\n')
    assert (of.separator, of.columns) == (";", ["Company\nname, if any", "Website", "Email"])
    assert (of.rows.get().line, of.planned["created"]) == (3, 1)


def test_a_name_whose_quotation_mark_is_never_closed_is_named() -> None:
    with pytest.raises(imports.ImportRefused, match="line 1 opens a quotation mark"):
        reading.open_source("a.csv", b'domain;"city\na.example;x\n')


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "https://a.example?utm=1",
        "a.example#top",
        "https://a.example:8080/x",
        "HTTP://a.example/?to=https://b.example",
        "http://https://a.example",
    ],
)
def test_the_domain_is_that_of_the_url(text: str) -> None:
    assert previewed(csv_file(["domain"], [text])).rows.get().values["domain"] == "a.example"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("domain", "localhost", "is no domain"),
        ("domain", "1.5", "is no domain"),
        ("domain", "12.2024", "is no domain"),
        ("domain", "http://192.168.1.1/x", "is no domain"),
        ("score", "1_0", "is no number"),
        ("followers", "1_0", "is no number"),
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
def test_a_row_with_more_cells_than_columns_is_refused() -> None:
    of = previewed(b"domain,city\na.example,x,y\n")
    assert "3 cells for 2 columns" in of.rows.get().problems[0]["reason"]


@pytest.mark.django_db
def test_cells_that_are_missing_at_the_end_of_a_row_are_empty() -> None:
    of = previewed(b"domain,email,city\na.example,x@a.example\nb.example\nc.example,,Bonn\n")
    assert of.planned["created"] == 3
    assert of.rows.get(number=2).cells == ["b.example", "", ""]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_bytes_are_flipped_a_workbook_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    whole = xlsx_file(["domain", "email"], *([f"a{n}.example", f"x@a{n}.example"] for n in range(100)))
    for _ in range(10):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            content[chance.randrange(4, len(content))] = chance.randrange(256)
        with contextlib.suppress(imports.ImportRefused):
            source = reading.open_source("a.xlsx", bytes(content))
            assert list(reading.read(source, bytes(content)))


@pytest.mark.django_db
def test_an_empty_cell_far_to_the_right_of_each_row_costs_nothing() -> None:
    rows = b"".join(sheet_row(n, f"x{n}.example", f'<c r="XFD{n}" s="0"/>') for n in range(2, 2002))
    began = time.process_time()
    of = previewed(with_sheet_rows(rows), name="a.xlsx")
    assert time.process_time() - began < 4  # 12 when every row is filled up to its last cell
    assert of.planned["created"] == 2000


@pytest.mark.django_db
def test_a_small_file_is_judged_by_what_it_has_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = xlsx_file(["domain", "title"], *([f"a{n}.example", "x" * 100] for n in range(50)))
    monkeypatch.setattr(import_jobs, "SMALL", len(content) + 1)
    of = imports.upload("a.xlsx", content)
    assert import_jobs.start_preview(of, CAUSE) is not None


@pytest.mark.django_db
def test_a_value_far_to_the_right_refuses_its_row() -> None:
    far = '<c r="XFD{}" t="inlineStr"><is><t>stray</t></is></c>'.format
    of = previewed(with_sheet_rows(sheet_row(2, "a.example", far(2)) + sheet_row(3, "b.example")), name="a.xlsx")
    row = of.rows.get(planned="refused")
    assert [problem["reason"] for problem in row.problems] == ["a cell in column 16,384; at most 200 columns are taken"]
    assert of.planned["created"] == 1


@pytest.mark.django_db
def test_rows_behind_many_blank_lines_are_read() -> None:
    of = previewed(with_sheet_rows(sheet_row(2, "a.example") + sheet_row(1_048_576, "late.example")), name="a.xlsx")
    assert list(of.rows.order_by("number").values_list("line", flat=True)) == [2, 1_048_576]
