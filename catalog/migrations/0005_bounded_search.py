from django.db import migrations

# What a search may cost does not grow with the catalogue. A word that many products have is met often enough
# among the newest rows; a word that is not is rare enough for the index. The planner would read the whole table
# for the latter, so it is told not to.
POSTGRESQL = [
    "CREATE INDEX catalog_searchrow_newest ON catalog_searchrow (language, product_id DESC)",
    """
    CREATE FUNCTION catalog_search_matches(asked tsquery, spoken text, cap integer, newest integer)
    RETURNS TABLE (product_id bigint, title text, is_sold_out boolean)
    LANGUAGE plpgsql SET enable_seqscan = off SET enable_indexscan = on AS $$
    DECLARE met integer; edge bigint;
    BEGIN
      RETURN QUERY
        SELECT recent.product_id, recent.title, recent.is_sold_out
        FROM (SELECT row.product_id, row.title, row.is_sold_out, row.words FROM catalog_searchrow row
              WHERE row.language = spoken ORDER BY row.product_id DESC LIMIT newest) recent
        WHERE recent.words @@ asked LIMIT cap;
      GET DIAGNOSTICS met = ROW_COUNT;
      IF met >= cap THEN RETURN; END IF;
      SELECT row.product_id INTO edge FROM catalog_searchrow row
        WHERE row.language = spoken ORDER BY row.product_id DESC OFFSET newest - 1 LIMIT 1;
      IF edge IS NULL THEN RETURN; END IF;
      SET LOCAL enable_indexscan = off;
      RETURN QUERY
        SELECT row.product_id, row.title, row.is_sold_out FROM catalog_searchrow row
        WHERE row.words @@ asked AND row.language = spoken AND row.product_id + 0 < edge LIMIT cap - met;
    END $$
    """,
]
SQLITE = [
    "DROP TABLE catalog_searchindex",
    "CREATE VIRTUAL TABLE catalog_searchindex USING fts5(title, body, content='catalog_searchrow',"
    " content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='1 2 3 4 5')",
    "INSERT INTO catalog_searchindex(catalog_searchindex) VALUES ('rebuild')",
]
UNDO = {
    "postgresql": ["DROP FUNCTION catalog_search_matches", "DROP INDEX catalog_searchrow_newest"],
    "sqlite": [],
}


def create(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def drop(apps, schema_editor):
    run(schema_editor, UNDO)


def run(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_copies_and_holds")]
    operations = [migrations.RunPython(create, drop)]
