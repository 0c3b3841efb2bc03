"""The site as it is served, but with less patience for a lock."""

import os

from monitoring.settings import *  # noqa: F403
from monitoring.settings import DATABASES

FILE_UPLOAD_TEMP_DIR = os.environ["TMPDIR"]  # Python would go elsewhere when this is full as a worker starts
if "timeout" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["timeout"] = 3
