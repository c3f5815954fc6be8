"""Below admin/desk/, included by shipping.urls."""

from django.urls import path

from shipping import staff_views as views

urlpatterns = [
    path("<str:number>/pack/", views.pack_next, name="pack"),
    path("<str:number>/shipments/<int:parcel>/pack/", views.pack, name="pack_parcel"),
    path("<str:number>/shipments/<int:parcel>/ship/", views.ship, name="ship"),
    path("<str:number>/shipments/<int:parcel>/ready/", views.ready, name="ready"),
    path("<str:number>/shipments/<int:parcel>/hand-over/", views.hand_over, name="hand_over"),
    path("<str:number>/shipments/<int:parcel>/delivered/", views.delivered, name="delivered"),
    path("<str:number>/shipments/<int:parcel>/slip/", views.slip, name="slip"),
]
