"""Below admin/, included by shop.page_urls."""

from django.urls import path

from shop import staff_views as views

urlpatterns = [
    path("mails/", views.mails, name="mails"),
    path("mails/<int:pk>/", views.mail, name="mail"),
    path("mails/<int:pk>/html/", views.mail_html, name="mail_html"),
    path("outbox/", views.outbox_page, name="outbox"),
    path("outbox/replay/", views.outbox_replay, name="outbox_replay"),
    path("settings/", views.settings, name="settings"),
]
