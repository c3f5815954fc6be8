"""All addresses of the shop. English has no prefix, other languages live under theirs."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from shop.views import media

handler500 = "shop.views.server_error"
urlpatterns = [
    path("", include("shop.health_urls")),
    path("webhooks/", include("payments.webhook_urls")),
    re_path(r"^media/(?P<path>.+)$", media),
    *i18n_patterns(
        # What is asked for most stands first: each is tried in turn.
        path("", include("orders.urls")),
        path("", include("catalog.urls")),
        path("", include("payments.urls")),
        path("", include("content.urls")),
        path("", include("marketing.urls")),
        path("", include("shipping.urls")),
        path("", include("shop.page_urls")),
        path("accounts/", include("allauth.urls")),
        path("account/", include("accounts.urls")),
        path("admin/", admin.site.urls),  # last: staff pages of our own stand under admin/ too
        prefix_default_language=False,
    ),
]
