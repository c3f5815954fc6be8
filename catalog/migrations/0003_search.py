from django.db import migrations, models


class SearchIndex(migrations.RunPython):
    """The index that `catalog.search` reads: a GIN index over a kept vector, or an FTS5 table kept by triggers.

    On SQLite a later migration that alters catalog_searchrow rebuilds the table and loses its triggers:
    run this operation again after it.
    """

    def __init__(self):
        super().__init__(create, drop)

    def deconstruct(self):
        return self.__class__.__name__, [], {}


POSTGRESQL = [
    "ALTER TABLE catalog_searchrow ADD COLUMN words tsvector GENERATED ALWAYS AS"
    " (to_tsvector('simple', title || ' ' || body)) STORED",
    "CREATE INDEX catalog_searchrow_words ON catalog_searchrow USING gin (words)",
]
SQLITE = [
    "CREATE VIRTUAL TABLE catalog_searchindex USING fts5(title, body, content='catalog_searchrow',"
    " content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3 4')",
    "CREATE TRIGGER catalog_searchrow_added AFTER INSERT ON catalog_searchrow BEGIN"
    " INSERT INTO catalog_searchindex(rowid, title, body) VALUES (new.id, new.title, new.body); END",
    "CREATE TRIGGER catalog_searchrow_deleted AFTER DELETE ON catalog_searchrow BEGIN"
    " INSERT INTO catalog_searchindex(catalog_searchindex, rowid, title, body)"
    " VALUES ('delete', old.id, old.title, old.body); END",
    "CREATE TRIGGER catalog_searchrow_changed AFTER UPDATE OF title, body ON catalog_searchrow BEGIN"
    " INSERT INTO catalog_searchindex(catalog_searchindex, rowid, title, body)"
    " VALUES ('delete', old.id, old.title, old.body);"
    " INSERT INTO catalog_searchindex(rowid, title, body) VALUES (new.id, new.title, new.body); END",
    "INSERT INTO catalog_searchindex(catalog_searchindex) VALUES ('rebuild')",
]
UNDO = {
    "postgresql": [
        "DROP INDEX catalog_searchrow_words",
        "ALTER TABLE catalog_searchrow DROP COLUMN words",
    ],
    "sqlite": [
        "DROP TRIGGER catalog_searchrow_added",
        "DROP TRIGGER catalog_searchrow_deleted",
        "DROP TRIGGER catalog_searchrow_changed",
        "DROP TABLE catalog_searchindex",
    ],
}


def create(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def drop(apps, schema_editor):
    run(schema_editor, UNDO)


def run(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_append_only")]
    operations = [
        migrations.AddField("searchrow", "is_sold_out", models.BooleanField(default=False)),
        SearchIndex(),
    ]
