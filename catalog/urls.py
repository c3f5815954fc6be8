from django.urls import path, register_converter

from catalog import staff_views, views
from catalog.converters import ShelfConverter, WordConverter
from catalog.exchange import staff_views as exchange

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
    path("admin/import/", exchange.imports, name="imports"),
    path("admin/import/<int:pk>/", exchange.import_run, name="import_run"),
    path("admin/import/<int:pk>/go-on/", exchange.import_go_on, name="import_go_on"),
    path("admin/export/products.csv", exchange.export, name="export_products"),
]
