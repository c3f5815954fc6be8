from django.urls import path

from bench import floors
from shop.urls import urlpatterns as shop_urlpatterns

urlpatterns = [
    path("bench/empty/", floors.empty),
    path("bench/rows/<int:shelf>/", floors.rows),
    *shop_urlpatterns,
]
