"""What a user sees when a request fails by accident, and what a report about it tells.

`server_error` is set as `handler500`: a middleware never meets the exception.
"""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.debug import SafeExceptionReporterFilter

RETRY_AFTER_SECONDS = 30


class NoValues(SafeExceptionReporterFilter):
    """A report of an error tells where it happened, never with what: variables and forms hold what people typed."""

    def get_post_parameters(self, request: Any) -> Any:
        posted = super().get_post_parameters(request)
        return dict.fromkeys(posted, self.cleansed_substitute) if self.is_active(request) else posted

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        return [] if self.is_active(request) else super().get_traceback_frame_variables(request, tb_frame)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 with `Retry-After` when the database is away or too busy. Asks no session, user or database."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = HttpResponse(loader.get_template("503.html").render(), status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    return HttpResponse(loader.get_template("500.html").render(), status=500)
