"""Below admin/desk/, included by orders.urls."""

from django.urls import path

from orders import staff_views as views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("<reference:number>/", views.desk_order, name="desk_order"),
    path("<reference:number>/note/", views.desk_note, name="desk_note"),
    path("<reference:number>/reviewed/", views.desk_reviewed, name="desk_reviewed"),
    path("<reference:number>/cancel/", views.desk_cancel, name="desk_cancel"),
]
