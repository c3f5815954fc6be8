"""Shoppers see their parcels on the order's page; the pages here are for staff."""

from django.urls import include, path

app_name = "shipping"
urlpatterns = [path("admin/desk/", include("shipping.staff_urls"))]
