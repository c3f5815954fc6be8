"""Below admin/desk/, included by shipping.urls."""

from django.urls import path

from shipping import staff_views as views

urlpatterns = [
    path("<reference:number>/pack/", views.pack_next, name="pack"),
    path("<reference:number>/shipments/<int:parcel>/pack/", views.pack, name="pack_parcel"),
    path("<reference:number>/shipments/<int:parcel>/ship/", views.ship, name="ship"),
    path("<reference:number>/shipments/<int:parcel>/ready/", views.ready, name="ready"),
    path("<reference:number>/shipments/<int:parcel>/hand-over/", views.hand_over, name="hand_over"),
    path("<reference:number>/shipments/<int:parcel>/delivered/", views.delivered, name="delivered"),
    path("<reference:number>/shipments/<int:parcel>/slip/", views.slip, name="slip"),
]
