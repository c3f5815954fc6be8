from importlib import import_module

from django.db import migrations

# A word that very many products have is not looked up in the index, which would read all of them: `sought` are the
# other words, and `asked`, the whole query, is a condition on what those find (as a function, which no index knows).
# Where every word is known to be rare the newest rows are not read (newest = 0). Else they are read once for names and all else. What is found may be somewhat more than the cap: the
# newest that have the words anywhere, and the older whose names have them.
FUNCTION = """
    CREATE FUNCTION catalog_search_matches(sought tsquery, asked tsquery, cap integer, newest integer)
    RETURNS TABLE (product_id bigint, title text, is_sold_out boolean)
    LANGUAGE plpgsql SET enable_seqscan = off SET enable_indexscan = on AS $$
    DECLARE met integer := 0; step integer; edge bigint := 9223372036854775807;
    BEGIN
      IF newest > 0 THEN
        RETURN QUERY
          SELECT recent.product_id, recent.title, recent.is_sold_out
          FROM (SELECT * FROM catalog_searchrow row ORDER BY row.product_id DESC LIMIT newest) recent
          WHERE recent.words @@ asked ORDER BY recent.names @@ asked DESC LIMIT cap;
        GET DIAGNOSTICS met = ROW_COUNT;
        SELECT row.product_id INTO edge FROM catalog_searchrow row
          ORDER BY row.product_id DESC OFFSET newest - 1 LIMIT 1;
        IF edge IS NULL THEN RETURN; END IF;
      END IF;
      SET LOCAL enable_indexscan = off;
      RETURN QUERY
        SELECT row.product_id, row.title, row.is_sold_out FROM catalog_searchrow row
        WHERE row.names @@ sought AND ts_match_vq(row.names, asked) AND row.product_id + 0 < edge LIMIT cap;
      GET DIAGNOSTICS step = ROW_COUNT;
      IF met + step >= cap THEN RETURN; END IF;
      RETURN QUERY
        SELECT row.product_id, row.title, row.is_sold_out FROM catalog_searchrow row
        WHERE row.words @@ sought AND ts_match_vq(row.words, asked) AND NOT row.names @@ asked
          AND row.product_id + 0 < edge
        LIMIT cap - met - step;
    END $$
"""
before = import_module("catalog.migrations.0009_search_in_all_languages")
one_language = import_module("catalog.migrations.0003_search")


OLD = "DROP FUNCTION catalog_search_matches(tsquery, integer, integer)"
NEW = "DROP FUNCTION catalog_search_matches(tsquery, tsquery, integer, integer)"


def create(apps, schema_editor):
    one_language.run(schema_editor, {"postgresql": [OLD, FUNCTION], "sqlite": []})


def create_old(apps, schema_editor):
    one_language.run(schema_editor, {"postgresql": [NEW, before.POSTGRESQL[-1]], "sqlite": []})


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_import_runs")]
    operations = [migrations.RunPython(create, create_old)]
