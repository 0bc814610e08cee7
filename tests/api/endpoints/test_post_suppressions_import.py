"""POST /api/suppressions/import"""

from functools import partial

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.endpoints.rows import a_file


class TestPostSuppressionsImport(Endpoint):
    call = "POST /api/suppressions/import"
    least = OPERATOR
    sent = {"file": partial(a_file, content=b"value\na.example\n"), "reason": "legal"}
    format = "multipart"
    answer = {"added": 1}
    bad = [
        ({"file": MISSING}, "file"),
        ({"file": "text"}, "file"),
        ({"reason": "colour"}, "reason"),
        ({"encoding": "klingon"}, "encoding"),
        ({"separator": "x"}, "separator"),
        ({"sheet": "x" * 101}, "sheet"),
    ]
