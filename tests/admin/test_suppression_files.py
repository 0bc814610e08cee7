"""The suppression list goes out as a file, and comes in after a look at what each row would do."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from prospects import suppression
from prospects.imports.suppressions import read_file
from prospects.models import Suppression
from prospects.suppression import Entry

IMPORT = reverse("admin:prospects_suppression_import")
FILE = "Company,E-Mail\nA,new@a.example\nB,Known@b.example\nC,NEW@a.example\nD,nobody\nE,\n"


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def preview(desk: Client, content: str | bytes, name: str = "list.csv", **answers: str) -> HttpResponse:
    data = content.encode() if isinstance(content, str) else content
    return desk.post(IMPORT, {"file": SimpleUploadedFile(name, data), "reason": "legal", **answers})


def token(response: HttpResponse) -> str:
    found = re.search(r'name="preview" value="([^"]+)"', response.content.decode())
    assert found, "the page offers nothing to add"
    return found[1]


def exported(client: Client, kind: str, query: dict[str, str] | None = None) -> tuple[bytes, list[str]]:
    response = client.get(reverse("admin:prospects_suppression_export", args=[kind]), query or {})
    content = b"".join(response.streaming_content)
    if kind == "csv":
        return content, [row["Value"] for row in csv.DictReader(io.StringIO(content.decode()))]
    header, *lines = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return content, [str(line[header.index("Value")]) for line in lines]


def test_a_preview_tells_what_each_row_would_do_and_writes_nothing(desk: Client) -> None:
    suppression.add([Entry("known@b.example")])
    response = preview(desk, FILE)
    judged = response.context["judged"]
    assert (judged.new, judged.known, judged.repeated) == ([Entry("new@a.example", "legal")], 1, 1)
    assert [(row.line, row.value) for row in judged.refused] == [(5, "nobody"), (6, "")]
    assert "neither an e-mail address nor a domain" in response.content.decode()
    assert Suppression.objects.count() == 1


def test_what_was_previewed_is_added_with_who_did_it(desk: Client, bob: User) -> None:
    response = desk.post(IMPORT, {"preview": token(preview(desk, FILE))}, follow=True)
    assert "Added 2." in response.content.decode()
    added = Suppression.objects.values_list("key", "reason", "source", "created_by")
    assert set(added) == {
        ("new@a.example", "legal", "import", bob.pk),
        ("known@b.example", "legal", "import", bob.pk),
    }


def test_a_file_of_the_list_itself_brings_back_reasons_and_notes(desk: Client) -> None:
    entries = [Entry("a@b.example", "bounced", "=550, twice"), Entry("c.example", "complaint"), Entry("d.example")]
    suppression.add(entries)
    content, _ = exported(desk, "csv")
    Suppression.objects.all().delete()
    page = preview(desk, content)
    assert "mail came back (1)" in page.content.decode()
    desk.post(IMPORT, {"preview": token(page)})
    assert {Entry(*row) for row in Suppression.objects.values_list("value", "reason", "note")} == set(entries)


@pytest.mark.django_db
def test_a_row_without_an_address_is_about_its_domain() -> None:
    content = b"Domain,Contact_Email,Note\na.example,x@a.example,1\nb.example,,2\n,y@c.example,3\n"
    suppression.add(read_file("list.csv", content, "legal"))
    assert set(Suppression.objects.values_list("key", "note")) == {
        ("x@a.example", "1"),
        ("b.example", "2"),
        ("y@c.example", "3"),
    }


def test_a_reason_in_other_words_begins_the_note(desk: Client) -> None:
    suppression.add(
        read_file("list.csv", b"email,reason,note\na@b.example,spam trap,seen\nc@b.example,Complained,\n", "legal")
    )
    assert set(Suppression.objects.values_list("key", "reason", "note")) == {
        ("a@b.example", "legal", "spam trap. seen"),
        ("c@b.example", "complaint", ""),
    }


def test_a_preview_that_was_tampered_with_or_is_old_adds_nothing(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = token(preview(desk, FILE))
    forged = signing.dumps([["c.example", "legal", ""]], salt="another")
    for given in (genuine[:-2], forged):
        assert "no longer valid" in desk.post(IMPORT, {"preview": given}, follow=True).content.decode()
    monkeypatch.setattr("prospects.admin.suppression._PREVIEW_SECONDS", -1)
    assert "no longer valid" in desk.post(IMPORT, {"preview": genuine}, follow=True).content.decode()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "empty"),
        ("Company\nA\n", "no column named value"),
        ("E-Mail\n", "no row below"),
        ("E-Mail\nb\xfccher@a.example\n".encode("latin-1"), "encoding"),
        ('E-Mail\n"a@b.example\n', "never closed"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_form(desk: Client, content: str | bytes, problem: str) -> None:
    assert problem in preview(desk, content).content.decode()


def test_a_file_of_another_encoding_is_taken_when_it_is_named(desk: Client) -> None:
    response = preview(desk, "E-Mail\noffice@b\xfccher.example\n".encode("latin-1"), encoding="iso-8859-1")
    assert response.context["judged"].new == [Entry("office@b\xfccher.example", "legal")]


def test_a_workbook_is_taken_and_its_formulas_are_refused(desk: Client) -> None:
    book, file = Workbook(), io.BytesIO()
    for value in ("E-Mail", "a@b.example", "=1+1"):
        book.active.append([value])
    book.save(file)
    judged = preview(desk, file.getvalue(), "list.xlsx").context["judged"]
    assert judged.new == [Entry("a@b.example", "legal")]
    assert [(row.line, "formula" in row.reason) for row in judged.refused] == [(3, True)]


def test_more_than_a_form_can_send_back_is_refused(desk: Client, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4000
    lines = "\n".join(f"{number * 7919:x}@a{number}.example" for number in range(2000))
    assert "Split it" in preview(desk, f"value\n{lines}\n").content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_the_filtered_list_and_can_be_imported_again(desk: Client, kind: str) -> None:
    values = ["a@b.example", "@c.example", "d.example"]
    suppression.add([Entry(value, "legal") for value in values])
    suppression.add([Entry("e.example", "complaint")])
    content, found = exported(desk, kind, {"reason__exact": "legal"})
    assert sorted(value.removeprefix("'") for value in found) == sorted(values)
    Suppression.objects.all().delete()
    judged = preview(desk, content, f"list.{kind}").context["judged"]
    assert (sorted(entry.value for entry in judged.new), judged.refused) == (sorted(values), [])


def test_a_viewer_exports_and_imports_nothing(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    assert exported(client, "csv")[1] == []
    assert client.get(IMPORT).status_code == 403
    assert preview(client, FILE).status_code == 403
    assert client.post(IMPORT, {"preview": "x"}).status_code == 403
    assert client.get(reverse("admin:prospects_suppression_export", args=["pdf"])).status_code == 404
