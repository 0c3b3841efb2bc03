"""Production: the same settings, hardened. Anything unsafe stops the start with a sentence that says what to set."""

from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from .settings import *  # noqa: F403
from .settings import (
    ALLOWED_HOSTS,
    DEBUG,
    KUNCI_DATA,
    SECRET_KEY,
    UNSAFE_KUNCI_DATA,
    UNSAFE_SECRET_KEY,
    env,
)

if DEBUG:
    raise ImproperlyConfigured("DEBUG must be off in production: remove DEBUG from the environment.")
if SECRET_KEY == UNSAFE_SECRET_KEY or len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must be a private random text of at least 50 characters.")
if UNSAFE_KUNCI_DATA in KUNCI_DATA:
    raise ImproperlyConfigured("KUNCI_DATA must be your own key: `manage.py kunci_baru` prints one. Keep a copy apart.")
if "ALLOWED_HOSTS" not in env.ENVIRON or not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the host(s) of this site, for example desk.example.go.id.")

ALLOW_EXAMPLE = False
WAJIB_DUA_FAKTOR = env.list("WAJIB_DUA_FAKTOR", default=["admin", "koordinator"])
ALAMAT_SITUS = env.str("ALAMAT_SITUS", default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}")

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^sehat/$"]
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sesi"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
PROXY_DI_DEPAN = 1

WHITENOISE_USE_FINDERS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Source maps are larger than all they explain, and nobody asks for them: compressing them takes longest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
