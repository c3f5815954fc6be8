from django.db import migrations

from shop.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [AppendOnly("inventory_movement")]
