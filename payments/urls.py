from django.urls import include, path

from payments import views

app_name = "payments"
urlpatterns = [
    path("admin/desk/", include("payments.staff_urls")),
    path("orders/<str:token>/pay/", views.pay, name="pay"),
    path("orders/<str:token>/pay/start/", views.start, name="start"),
    path("orders/<str:token>/pay/return/", views.returned, name="returned"),
]
