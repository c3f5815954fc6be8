from django.db import migrations

from shop.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [AppendOnly("catalog_pricechange")]
