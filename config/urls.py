"""Every path of the project."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config.api.problems import unknown
from config.schema.views import livez, readyz

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/", include("config.api.urls")),
    # The pipeline's paths below prospects/ come before prospects/ID.
    path("api/", include("pipeline.urls")),
    path("api/", include("prospects.urls")),
    # In development Django would answer with a page that lists every address.
    path("api/<path:unknown>", unknown),
]

handler400 = "config.api.problems.bad_request"
handler404 = "config.api.problems.not_found"
handler500 = "config.api.problems.server_error"
