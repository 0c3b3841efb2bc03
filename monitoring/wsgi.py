"""WSGI entry point. Production unless DJANGO_SETTINGS_MODULE says otherwise (`make run` does)."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitoring.settings_production")

application = get_wsgi_application()

if not settings.ALLOW_EXAMPLE:
    from core.health import refuse_forgetful_database, refuse_unfinished_restore
    from core.signin import refuse_example  # models exist only once the application is set up

    refuse_forgetful_database()
    refuse_example()

from core import latar  # noqa: E402 as above
from monitoring.dokumen import pelari as dokumen  # noqa: E402
from monitoring.impor import pelari as impor  # noqa: E402
    refuse_unfinished_restore()

latar.at_start(impor.resume, dokumen.resume)
