"""POST /api/imports"""

from tests.api.endpoints.bodies import IMPORT
from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint
from tests.api.endpoints.rows import a_file


class TestPostImports(Endpoint):
    call = "POST /api/imports"
    least = OPERATOR
    sent = {"file": a_file}
    format = "multipart"
    status = 201
    answer = {**IMPORT}
    bad = [
        ({"file": MISSING}, "file"),
        ({"file": "text"}, "file"),
        ({"encoding": "klingon"}, "encoding"),
        ({"separator": "x"}, "separator"),
        ({"sheet": "x" * 101}, "sheet"),
    ]
