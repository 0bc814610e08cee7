"""POST /api/pipeline/draft/category/template"""

from tests.api.endpoints.endpoint import MISSING, OPERATOR, Endpoint


class TestPostPipelineDraftCategoryTemplate(Endpoint):
    call = "POST /api/pipeline/draft/category/template"
    least = OPERATOR
    sent = {"category": "Museum", "notes": "short"}
    status = 409
    answer = {
        "type": "urn:plumbline:problem:not_configured",
        "title": "Conflict",
        "status": 409,
        "code": "not_configured",
        "detail": (
            "Writing a template needs Google Gemini, which this release cannot use yet; "
            "for one that can, set GEMINI_API_KEY. Nothing was done."
        ),
        "variables": ["GEMINI_API_KEY"],
    }
    bad = [({"category": MISSING}, "category"), ({"category": 5}, "category"), ({"notes": 5}, "notes")]
