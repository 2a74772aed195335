"""Two surfaces: /api/v1, and the single-page front end for every other path."""

from django.urls import include, path, re_path

from annotator.api.frontend import index

urlpatterns = [
    path("api/v1/", include("annotator.api.urls")),
    re_path(r"^(?!api/|static/|assets/).*$", index),
]

handler404 = "annotator.api.exceptions.page_not_found"
handler500 = "annotator.api.exceptions.server_error"
