from django.urls import include, path

from payments import views

app_name = "payments"
urlpatterns = [
    path("admin/desk/", include("payments.staff_urls")),
    path("orders/<reference:token>/pay/", views.pay, name="pay"),
    path("orders/<reference:token>/pay/start/", views.start, name="start"),
    path("orders/<reference:token>/pay/return/", views.returned, name="returned"),
]
