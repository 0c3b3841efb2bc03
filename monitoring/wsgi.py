"""WSGI entry point. Production unless DJANGO_SETTINGS_MODULE says otherwise (`make run` does)."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitoring.settings_production")

application = get_wsgi_application()

if connection.vendor == "postgresql":
    # Who waits longer for a row reads that the system is busy, and keeps the form. Work in the background just waits.
    options = connection.settings_dict["OPTIONS"]
    options["options"] = f"-c lock_timeout=10s {options.get('options', '')}"

if not settings.ALLOW_EXAMPLE:
    from core.health import refuse_forgetful_database, refuse_unfinished_restore
    from core.signin import refuse_example  # models exist only once the application is set up

    refuse_unfinished_restore()
    refuse_forgetful_database()
    refuse_example()

from core import latar  # noqa: E402 as above
from monitoring.dokumen import pelari as dokumen  # noqa: E402
from monitoring.impor import pelari as impor  # noqa: E402

latar.at_start(impor.resume, dokumen.resume)
