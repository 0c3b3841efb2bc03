"""The site as it is served, but with less patience for a lock, and killed at the step that a request asks for."""

import os

from monitoring.settings import *  # noqa: F403
from monitoring.settings import DATABASES, MIDDLEWARE

FILE_UPLOAD_TEMP_DIR = os.environ["TMPDIR"]  # Python would go elsewhere when this is full as a worker starts
if "timeout" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["timeout"] = 3
MIDDLEWARE = ["tests.faults.steps.FatalStep", *MIDDLEWARE]
