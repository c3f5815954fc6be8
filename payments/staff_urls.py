"""Below admin/desk/, included by payments.urls."""

from django.urls import path

from payments import staff_views as views

urlpatterns = [
    path("<reference:number>/refund/", views.refund, name="refund"),
    path("<reference:number>/paid/", views.mark_paid, name="mark_paid"),
]
