from django.urls import include, path, register_converter

from orders import views
from orders.converters import ReferenceConverter

register_converter(ReferenceConverter, "reference")

app_name = "orders"
urlpatterns = [
    path("admin/desk/", include("orders.staff_urls")),
    path("cart/", views.cart, name="cart"),
    path("cart/add/", views.cart_add, name="cart_add"),
    path("cart/undo/", views.cart_undo, name="cart_undo"),
    path("cart/lines/<int:line_id>/", views.cart_line, name="cart_line"),
    path("checkout/", views.checkout, name="checkout"),
    path("track/", views.track, name="track"),
    path("orders/<reference:token>/", views.order, name="order"),
    path("orders/<reference:token>/cancel/", views.order_cancel, name="order_cancel"),
]
