"""Shoppers see their parcels on the order's page; staff have pages of their own (staff_urls)."""

app_name = "shipping"
urlpatterns: list = []
