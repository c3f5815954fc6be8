from django.urls import path

from marketing import staff_views, views

app_name = "marketing"
urlpatterns = [
    path("feeds/<str:name>", views.feed, name="feed"),
    path("back-in-stock/", views.back_in_stock, name="back_in_stock"),
    path("admin/feeds/", staff_views.feeds, name="feeds"),
    path("admin/feeds/check/", staff_views.check, name="check_feeds"),
]
