"""Settings for development, the example and tests. Production: `monitoring.settings_production`."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Known to everybody who reads the source: good enough for the example only. Production refuses both.
UNSAFE_SECRET_KEY = "hanya-untuk-contoh-jangan-dipakai-di-produksi-0123456789abcdef"
UNSAFE_KUNCI_DATA = "Y29udG9oLWtlc2FtYXJhbi1idWthbi1wcm9kdWtzaSE="

SECRET_KEY = env.str("SECRET_KEY", default=UNSAFE_SECRET_KEY)
KUNCI_DATA = env.list("KUNCI_DATA", default=[UNSAFE_KUNCI_DATA])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

# The example accounts share a published password: they may log in here, never in production.
ALLOW_EXAMPLE = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "heroicons",
    "js_lib_bootstrap5",
    "auditlog",
    "axes",
    "core",
    "rusun",
    "penghuni",
    "monitoring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.sesi.SesiMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.NotAllowedMiddleware",
    "core.middleware.HeldFormMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "monitoring.urls"
WSGI_APPLICATION = "monitoring.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.shell",
                "monitoring.context.notices",
            ],
            "builtins": ["core.templatetags.tampilan"],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'data.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # FULL: a committed figure survives a power cut. IMMEDIATE: writers queue instead of failing "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-20000;"
        "PRAGMA temp_store=MEMORY;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A database machine that does not answer at all is noticed in seconds, and one of ours that died holds no locks.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "options": "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
    } | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.Pengguna"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "core.signin.PenggunaBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "nama")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "core.passwords.NotUsedBefore"},
]
LOGIN_URL = "core:masuk"
LOGIN_REDIRECT_URL = "beranda"
LOGOUT_REDIRECT_URL = "core:masuk"

# Who needs a second factor (an app on the phone) to work here: roles, and `koordinator`.
WAJIB_DUA_FAKTOR = env.list("WAJIB_DUA_FAKTOR", default=[])

# One typo-prone colleague must not lock out the office behind the same address. Beyond that: `core.percobaan`.
AXES_HANDLER = "core.percobaan.Penghitung"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a lock ends when its page says so, also for the impatient
AXES_LOCKOUT_CALLABLE = "core.sign_in_views.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_CLIENT_IP_CALLABLE = "core.proxy.client_network"
# Axes keeps what was posted with a failed try: none of this.
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "sandi", "new_password1", "new_password2", "kode", "rahasia", "tiket", "titipan", "next",
    "csrfmiddlewaretoken",
]  # fmt: skip
PROXY_DI_DEPAN = 0  # proxies of ours before the site

SESSION_COOKIE_NAME = "sesi"
SESSION_ENGINE = "core.sesi"
# A session ends after so many minutes without anybody there, and so many hours after signing in whatever happens.
SESI_DIAM_MENIT = env.int("SESI_DIAM_MENIT", default=45)
SESSION_COOKIE_AGE = env.int("SESI_PALING_LAMA_JAM", default=12) * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.sign_in_views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "id"
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
FIRST_DAY_OF_WEEK = 1

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))()
WHITENOISE_USE_FINDERS = True
# Uploaded files never get a URL of their own: they leave through a scoped view.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))()
MEDIA_URL = ""
FILE_UPLOAD_PERMISSIONS = 0o600
# Where `manage.py cadangkan` puts backups, and the passphrase they are sealed under ("": not sealed).
CADANGAN_ROOT = env.path("CADANGAN_ROOT", default=str(BASE_DIR / "cadangan"))()
SANDI_CADANGAN = env.str("SANDI_CADANGAN", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

FORM_RENDERER = "core.rendering.FormRenderer"
# Workbooks that were sent in: how many days both files are kept.
SIMPAN_IMPOR_HARI = env.int("SIMPAN_IMPOR_HARI", default=365)
# Whether imports, documents and screening are worked on in a process of their own: neither a file of thousands of rows
# nor thirty papers may hold up the other pages.
KERJA_DI_LATAR = env.bool("KERJA_DI_LATAR", default=True)

# Above so many residents opened, so many opened numbers (NIK, No KK, phone), and so many residents taken along in files
# by one account on one day, the admin is told.
AMBANG_PENGHUNI_DIBUKA = env.int("AMBANG_PENGHUNI_DIBUKA", default=200)
AMBANG_NOMOR_DIBUKA = env.int("AMBANG_NOMOR_DIBUKA", default=30)
AMBANG_PENGHUNI_DIUNDUH = env.int("AMBANG_PENGHUNI_DIUNDUH", default=5000)

# How many years after their last stay households are kept by name, before `manage.py anonimkan_penghuni`.
RETENSI_PENGHUNI_TAHUN = env.int("RETENSI_PENGHUNI_TAHUN", default=5)

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DEFAULT_EXCEPTION_REPORTER_FILTER = "core.failures.NoValues"

AUDITLOG_DISABLE_ON_RAW_SAVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# Reminders by e-mail (`manage.py kirim_surel`). Without a host nothing is sent and nothing is lost: they wait.
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Desk Monitoring Rusun <tidak-dibalas@localhost>")
# Where this site is reached from outside, for links in e-mails: a Host header can be forged.
ALAMAT_SITUS = env.str("ALAMAT_SITUS", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")

# Printed at the head of official papers. Address and contacts are typed by the office, never guessed.
KOP_SURAT = {
    "pemerintah": env.str("KOP_PEMERINTAH", default="PEMERINTAH PROVINSI JAWA TENGAH"),
    "instansi": env.str("KOP_INSTANSI", default="DINAS PERUMAHAN RAKYAT DAN KAWASAN PERMUKIMAN"),
    "alamat": env.str("KOP_ALAMAT", default=""),
    "tempat": env.str("KOP_TEMPAT", default="Semarang"),
}

# Which post signs which paper for the province, where it is not the usual one: `surat_undangan=sekretaris,...`.
# The kinds, the posts and the check of both: `monitoring/penandatangan.py`.
PENANDATANGAN = {
    naskah.strip(): tugas.strip()
    for naskah, _, tugas in (pair.partition("=") for pair in env.list("PENANDATANGAN", default=[]))
}
