from django.urls import include, path

from shop import views

app_name = "shop"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("admin/", include("shop.staff_urls")),
]
