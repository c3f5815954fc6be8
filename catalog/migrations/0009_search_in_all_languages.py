from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

# The index that `catalog.search` reads: kept vectors with GIN indexes, or an FTS5 table kept by triggers.
#
# What a search may cost does not grow with the catalogue. A word that many products have is met often enough
# among the newest rows; a word that is not is rare enough for the index. The planner would read the whole table
# for the latter, so it is told not to. Names are asked first, and only what they leave room for is looked up in
# all that a product is described with.
#
# On SQLite a later migration that alters catalog_searchrow rebuilds the table and loses its triggers: create
# them again after it.
POSTGRESQL = [
    "ALTER TABLE catalog_searchrow"
    " ADD COLUMN names tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED,"
    " ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || body)) STORED",
    "CREATE INDEX catalog_searchrow_names ON catalog_searchrow USING gin (names)",
    "CREATE INDEX catalog_searchrow_words ON catalog_searchrow USING gin (words)",
    """
    CREATE FUNCTION catalog_search_matches(asked tsquery, cap integer, newest integer)
    RETURNS TABLE (product_id bigint, title text, is_sold_out boolean)
    LANGUAGE plpgsql SET enable_seqscan = off SET enable_indexscan = on AS $$
    DECLARE met integer := 0; step integer; edge bigint;
    BEGIN
      SELECT row.product_id INTO edge FROM catalog_searchrow row
        ORDER BY row.product_id DESC OFFSET newest - 1 LIMIT 1;
      RETURN QUERY
        SELECT recent.product_id, recent.title, recent.is_sold_out
        FROM (SELECT * FROM catalog_searchrow row ORDER BY row.product_id DESC LIMIT newest) recent
        WHERE recent.names @@ asked LIMIT cap;
      GET DIAGNOSTICS met = ROW_COUNT;
      IF met >= cap THEN RETURN; END IF;
      IF edge IS NOT NULL THEN
        SET LOCAL enable_indexscan = off;
        RETURN QUERY
          SELECT row.product_id, row.title, row.is_sold_out FROM catalog_searchrow row
          WHERE row.names @@ asked AND row.product_id + 0 < edge LIMIT cap - met;
        GET DIAGNOSTICS step = ROW_COUNT;
        met := met + step;
        IF met >= cap THEN RETURN; END IF;
        SET LOCAL enable_indexscan = on;
      END IF;
      RETURN QUERY
        SELECT recent.product_id, recent.title, recent.is_sold_out
        FROM (SELECT * FROM catalog_searchrow row ORDER BY row.product_id DESC LIMIT newest) recent
        WHERE recent.words @@ asked AND NOT recent.names @@ asked LIMIT cap - met;
      GET DIAGNOSTICS step = ROW_COUNT;
      met := met + step;
      IF met >= cap OR edge IS NULL THEN RETURN; END IF;
      SET LOCAL enable_indexscan = off;
      RETURN QUERY
        SELECT row.product_id, row.title, row.is_sold_out FROM catalog_searchrow row
        WHERE row.words @@ asked AND NOT row.names @@ asked AND row.product_id + 0 < edge LIMIT cap - met;
    END $$
    """,
]
SQLITE = [
    "CREATE VIRTUAL TABLE catalog_searchindex USING fts5(title, body, content='catalog_searchrow',"
    " content_rowid='product_id', tokenize='unicode61 remove_diacritics 0', prefix='1 2 3 4 5')",
    "CREATE TRIGGER catalog_searchrow_added AFTER INSERT ON catalog_searchrow BEGIN"
    " INSERT INTO catalog_searchindex(rowid, title, body) VALUES (new.product_id, new.title, new.body); END",
    "CREATE TRIGGER catalog_searchrow_deleted AFTER DELETE ON catalog_searchrow BEGIN"
    " INSERT INTO catalog_searchindex(catalog_searchindex, rowid, title, body)"
    " VALUES ('delete', old.product_id, old.title, old.body); END",
    "CREATE TRIGGER catalog_searchrow_changed AFTER UPDATE OF title, body ON catalog_searchrow BEGIN"
    " INSERT INTO catalog_searchindex(catalog_searchindex, rowid, title, body)"
    " VALUES ('delete', old.product_id, old.title, old.body);"
    " INSERT INTO catalog_searchindex(rowid, title, body) VALUES (new.product_id, new.title, new.body); END",
]
UNDO = {
    "postgresql": [
        "DROP FUNCTION catalog_search_matches(tsquery, integer, integer)",
        "ALTER TABLE catalog_searchrow DROP COLUMN names, DROP COLUMN words",
    ],
    "sqlite": [
        "DROP TRIGGER catalog_searchrow_added",
        "DROP TRIGGER catalog_searchrow_deleted",
        "DROP TRIGGER catalog_searchrow_changed",
        "DROP TABLE catalog_searchindex",
    ],
}
one_language = import_module("catalog.migrations.0003_search")
bounded = import_module("catalog.migrations.0005_bounded_search")


def create(apps, schema_editor):
    one_language.run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def drop(apps, schema_editor):
    one_language.run(schema_editor, UNDO)


def drop_old(apps, schema_editor):
    bounded.drop(apps, schema_editor)
    one_language.drop(apps, schema_editor)


def create_old(apps, schema_editor):
    one_language.create(apps, schema_editor)
    bounded.create(apps, schema_editor)


class Migration(migrations.Migration):
    """Search rows of the old form are dropped: `manage.py reindex` makes them anew."""

    dependencies = [("catalog", "0008_picture_source")]
    operations = [
        migrations.RunPython(drop_old, create_old),
        migrations.DeleteModel("SearchRow"),
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_row",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                ("title", models.TextField()),
                ("body", models.TextField()),
                ("spelled", models.TextField()),
                ("hint", models.JSONField(default=dict)),
                ("is_sold_out", models.BooleanField(default=False)),
            ],
        ),
        migrations.RunPython(create, drop),
    ]
