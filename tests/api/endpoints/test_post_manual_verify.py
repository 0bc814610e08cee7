"""POST /api/manual/verify"""

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint


class TestPostManualVerify(Endpoint):
    call = "POST /api/manual/verify"
    least = OPERATOR
    sent = {"email": "office@example.com"}
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Verifying needs Snov.io, which this release cannot use yet; "
            "for one that can, set SNOV_USER_ID and SNOV_SECRET. Nothing was done."
        ),
        "variables": ["SNOV_USER_ID", "SNOV_SECRET"],
    }
    bad = [({"email": MISSING}, "email"), ({"email": "office"}, "email"), ({"email": 5}, "email")]
