"""Settings: one file; what differs per place comes from the environment (.env.example lists it all)."""

import hashlib
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from shop.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()
TESTING = "pytest" in sys.modules
if not TESTING:  # a test run is the same in every checkout
    environ.Env.read_env(BASE_DIR / ".env")

# --- Where this shop runs ------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
LOCAL = DEBUG or DEMO or TESTING
# A demo or a test signs with a key of its own; a real shop does not start without one.
SECRET_KEY = env.str("SECRET_KEY", default="only-for-demo-and-tests-" * 3 if LOCAL else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY: a long random text that only this shop knows.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")  # absolute links in mails and feeds
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "shop",
    "inventory",
    "catalog",
    "accounts",
    "content",
    "marketing",
    "pricing",
    "orders",
    "payments",
    "shipping",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "treebeard",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "shop.middleware.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "shop.middleware.policy.KeptPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shop.middleware.compressed.CompressedPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "shop.middleware.body_limit.BodyLimitMiddleware",
    "shop.middleware.same_origin.SameOriginMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AccountFormsMiddleware",
    "shop.middleware.private.PrivatePagesMiddleware",
]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "shop.templatetags.words",
                "shop.templatetags.ui",
                "shop.templatetags.fields",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context.page",
            ],
        },
    }
]
FORM_RENDERER = "shop.form_rendering.QuickRenderer"

# --- Data ----------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'lotok.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a transaction that will write takes its lock first, so it waits instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: in WAL mode NORMAL may lose the last commits at power loss; an acknowledged order must not go.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["ENGINE"] = "shop.backends.sqlite3"  # writers of a process queue
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
else:
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,  # a page says within three seconds that the database is away
        # Packets of an open connection may vanish without a word: what was sent must be acknowledged in time, and a
        # connection that waits for an answer asks now and then whether the other side is still there.
        "tcp_user_timeout": 3000,  # milliseconds
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "options": "-c lock_timeout=3s -c statement_timeout=10s -c idle_in_transaction_session_timeout=15s",
        **DATABASES["default"].get("OPTIONS", {}),  # what the address asks for, as ?sslmode=verify-full
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["ENGINE"] = "shop.backends.postgresql"  # a healthy connection costs no question
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "shop.cache.RedisOrMemoryCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {
                "SOCKET_CONNECT_TIMEOUT": 0.5,
                "SOCKET_TIMEOUT": 0.5,
            },
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 2000},
        }
    }
PAGE_CACHE = env.bool("PAGE_CACHE", default=True)

# --- Work that can wait --------------------------------------------------------------------------
# Who carries out the outbox after a commit: "celery" workers, a "thread" of the web process, the request
# itself ("inline"), or only the sweeper, `outbox_relay --watch` ("sweep").
OUTBOX_MODE = env.str("OUTBOX_MODE", default="celery" if REDIS_URL else "inline" if TESTING else "thread")
# Searches are counted in memory for so long before they are written; 0 writes none by itself.
SEARCH_LOG_SECONDS = env.int("SEARCH_LOG_SECONDS", default=0 if TESTING else 5)
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_DB_REUSE_MAX = 1000  # tasks by one connection: making one costs more than most of them
CELERY_TASK_ALWAYS_EAGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 30,
    "max_retries": 0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Languages, money, time ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Lisbon")
LANGUAGE_COOKIE_NAME = "language"
CURRENCY = env.str("CURRENCY", default="EUR")
COUNTRY = env.str("COUNTRY", default="PT")  # where goods leave from; its working days count

# --- Files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
BUILT_ASSETS_DIR = BASE_DIR / "static-built"
STATICFILES_DIRS = [BUILT_ASSETS_DIR]
BUILT_ASSETS_DIR.mkdir(exist_ok=True)
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
MEDIA_URL = env.str("MEDIA_URL", default="/media/")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
UPLOAD_MAX_BYTES = 20_000_000  # a picture that staff upload
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# --- Accounts ------------------------------------------------------------------------------------
# allauth's knows addresses, takes the same time for unknown ones, and checks rights as Django's does.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:overview"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one counts once it is proven
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a change is told to the old address
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "company"
ACCOUNT_RATE_LIMITS = {  # beside allauth's own: looking for an order by address and by what is asked for, asking for a mail
    "track": "20/m/ip",
    "track_order": "30/h/key",
    "back_in_stock": "20/h/ip",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "content:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "accounts.signin.LoginForm",
    "signup": "accounts.signin.SignupForm",
    "add_email": "accounts.signin.AddEmailForm",
    "request_login_code": "accounts.signin.RequestLoginCodeForm",
    "confirm_login_code": "accounts.signin.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "accounts.signin.ConfirmEmailVerificationCodeForm",
    "reset_password": "accounts.signin.ResetPasswordForm",
    "reset_password_from_key": "accounts.signin.ResetPasswordKeyForm",
    "change_password": "accounts.signin.ChangePasswordForm",
    "set_password": "accounts.signin.SetPasswordForm",
    "reauthenticate": "accounts.signin.ReauthenticateForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# --- Mail ----------------------------------------------------------------------------------------
# Sent mail is kept and readable by staff (shop.models.Mail); EMAIL_URL says how it leaves the house.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://" if LOCAL else "consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Forma <hello@forma.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Payments ------------------------------------------------------------------------------------
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", default="")
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRET", default=[])
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")
STRIPE_JS_URL = env.str("STRIPE_JS_URL", default="https://js.stripe.com/v3/")
STRIPE_TIMEOUT_SECONDS = 5
# What the webhook's endpoint is subscribed to: money that moved, each time once.
STRIPE_WEBHOOK_EVENTS = [
    "payment_intent.amount_capturable_updated",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "charge.captured",
    "charge.expired",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
]

# --- The shop's own name and where to reach it ----------------------------------------------------
SHOP_NAME = env.str("SHOP_NAME", default="Forma")
SHOP_EMAIL = env.str("SHOP_EMAIL", default="hello@forma.example")
SHOP_PHONE = env.str("SHOP_PHONE", default="")

BANK_TRANSFER_RECIPIENT = env.str("BANK_TRANSFER_RECIPIENT", default="Forma Lda" if LOCAL else "")
BANK_TRANSFER_IBAN = env.str("BANK_TRANSFER_IBAN", default="PT50 0002 0123 1234 5678 9015 4" if LOCAL else "")
BANK_TRANSFER_BIC = env.str("BANK_TRANSFER_BIC", default="")
CASH_ON_DELIVERY_LIMIT_MINOR = env.int("CASH_ON_DELIVERY_LIMIT_MINOR", default=30_000)  # in CURRENCY

# --- How the shop sells --------------------------------------------------------------------------
HOLD_MINUTES = env.int("HOLD_MINUTES", default=15)
UNPAID_ORDER_MINUTES = env.int("UNPAID_ORDER_MINUTES", default=30)
BANK_TRANSFER_DAYS = env.int("BANK_TRANSFER_DAYS", default=7)
PICKUP_TRANSFER_DAYS = env.int("PICKUP_TRANSFER_DAYS", default=2)  # working days from one location to another
CART_MAX_LINES = 100
CART_MAX_QUANTITY = 999
LOW_STOCK_SHOWN = 5
PAGE_SIZE = 24

# --- Security ------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "shop.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
_js, _api = urlsplit(STRIPE_JS_URL), urlsplit(STRIPE_API_BASE)
STRIPE_JS_ORIGIN = f"{_js.scheme}://{_js.netloc}"
STRIPE_API_ORIGIN = f"{_api.scheme}://{_api.netloc}"
# What the pages with a payment form add to the policy, derived from the addresses in use.
PAYMENT_CSP = {
    "script-src": [SELF, STRIPE_JS_ORIGIN],
    "frame-src": [STRIPE_JS_ORIGIN, STRIPE_API_ORIGIN, "https://hooks.stripe.com"],
    "connect-src": [SELF, STRIPE_API_ORIGIN, STRIPE_JS_ORIGIN],
}
PERMISSIONS_POLICY = {
    name: [] for name in ("camera", "geolocation", "microphone", "usb", "midi", "gyroscope")
}

# Part of cached page keys: a new release never serves an old one's pages.
RELEASE = (
    env.str("RELEASE", default="")
    or hashlib.sha256(str(BASE_DIR.stat().st_mtime_ns).encode()).hexdigest()[:8]
)

LOGGING = logging_config(json=not DEBUG)
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SILENCED_SYSTEM_CHECKS = ["security.W004"] if not HTTPS else []
TEST_RUNNER = "django.test.runner.DiscoverRunner"
