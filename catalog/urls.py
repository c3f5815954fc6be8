from django.urls import path, register_converter

from catalog import staff_views, views
from catalog.converters import ShelfConverter, WordConverter

register_converter(ShelfConverter, "shelf")
register_converter(WordConverter, "word")

app_name = "catalog"
urlpatterns = [
    path("c/<shelf:path>/", views.category, name="category"),
    path("collections/<word:code>/", views.collection, name="collection"),
    path("p/<word:slug>/", views.product, name="product"),
    path("search/", views.search, name="search"),
    path("admin/searches/", staff_views.searches, name="searches"),
    path("search/suggest/", views.suggest, name="suggest"),
]
