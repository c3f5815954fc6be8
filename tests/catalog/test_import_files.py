"""Files as they come: encodings, separators, damage, size."""

import subprocess
import sys
import textwrap

import pytest
from django.conf import settings

from catalog.exchange import decoding
from catalog.models import Product, Variant
from tests.catalog.imports import counts, run, write

pytestmark = pytest.mark.django_db

HEADER = ["Handle", "Title", "Variant SKU", "Variant Price"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"]
)  # reliability 34
def test_every_usual_encoding_is_recognised(tmp_path, encoding):
    path = write(tmp_path / "file.csv", HEADER, ["mug", "Тёмная кружка", "M", "24"], encoding=encoding)

    assert counts(run(path)) == {"created": 1}
    assert str(Product.objects.get().name) == "Тёмная кружка"


def test_western_windows_is_told_from_russian(tmp_path):
    path = write(tmp_path / "file.csv", HEADER, ["mug", "Café crème “été”", "M", "24"], encoding="cp1252")
    run(path)

    assert str(Product.objects.get().name) == "Café crème “été”"


def test_an_encoding_may_be_named(tmp_path):
    path = write(tmp_path / "file.csv", HEADER, ["mug", "Ель", "M", "24"], encoding="koi8-r")
    run(path, encoding="koi8-r")

    assert str(Product.objects.get().name) == "Ель"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_separator_and_end_of_line_is_recognised(tmp_path, delimiter, end):
    path = write(
        tmp_path / "f.csv", HEADER, ["mug", "A, B; C", "M", "24"], [], ["cup", "Cup", "C", "9"],
        delimiter=delimiter, lineterminator=end,
    )  # fmt: skip

    assert counts(run(path)) == {"created": 2}


def test_a_spreadsheets_own_line_before_the_header_is_skipped(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("sep=;\nHandle;Title;Variant SKU;Variant Price\nmug;Mug;M;24\n")

    assert counts(run(path)) == {"created": 1}


def test_texts_of_several_lines_keep_the_line_numbers_right(tmp_path):
    rows = [["mug", "Mug", "M", "24"], ["cup", "Cup\nof\nclay", "C", "9"], ["jar", "Jar", "J", "?"]]
    result = run(write(tmp_path / "f.csv", HEADER, *rows))

    assert [note.line for note in result.errors] == [6]


def test_zero_bytes_are_an_error_of_their_line(tmp_path):  # reliability 34
    path = tmp_path / "f.csv"
    path.write_bytes(b"Handle,Title,Variant SKU,Variant Price\nmug,M\x00ug,M,24\ncup,Cup,C,9\n")
    result = run(path)

    assert [(note.line, "zero bytes" in note.message) for note in result.errors] == [(2, True)]
    assert counts(result) == {"created": 1}


def test_a_row_with_too_many_cells_is_an_error_of_its_line(tmp_path):
    result = run(write(tmp_path / "f.csv", HEADER, ["mug", "Mug", "M", "24", "", "and more"]))

    assert [note.line for note in result.errors] == [2]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"name,price\nmug,24\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9]
)
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    result = run(path)

    assert result.format == ""
    assert len(result.errors) == 1


def test_a_quotation_mark_that_is_never_closed_imports_nothing(tmp_path, monkeypatch):
    from catalog.exchange import table

    monkeypatch.setattr(table, "MAX_RECORD", 2_000)
    path = tmp_path / "f.csv"
    path.write_text(
        'Handle,Title,Variant SKU,Variant Price\nmug,Mug,M,24\ncup,"Cup,C,9\n' + "x,x,x,1\n" * 400
    )
    result = run(path)

    assert "not closed" in result.errors[0].message
    assert not Product.objects.exists()


SCRIPT = """
import resource, sys
from pathlib import Path
import django
django.setup()
from catalog.exchange import importing, spill, table
import contextlib

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with spill.spilling() as rows:
    result = importing.Result()
    try:
        importing._read(Path(sys.argv[1]), importing.Wishes(None), rows, result)
        print(sum(1 for product in rows.products()))
    except table.Unreadable as error:
        print(f"line {error.line}: {error}")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def read_alone(path) -> tuple[str, float]:
    """What a process of its own says of a file, and by how many MB it grew."""
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(path)],
        capture_output=True, text=True, check=True, cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "shop.settings", "DEMO": "1", "DATABASE_URL": "sqlite://:memory:"},
    )  # fmt: skip
    said, grown = answer.stdout.splitlines()
    return said, int(grown) / 1024


def test_a_line_of_50_mb_is_refused_by_its_number_in_little_memory(tmp_path):  # reliability 34
    path = tmp_path / "f.csv"
    with path.open("w") as file:
        file.write("Handle,Title,Variant SKU,Variant Price\nmug,Mug,M,24\ncup,")
        for _block in range(50):
            file.write("x" * 1_000_000)
    said, grown = read_alone(path)

    assert said == f"line 3: The line is longer than {decoding.MAX_LINE} characters."
    assert grown < 30


def test_100_000_rows_are_read_in_little_memory(tmp_path):  # reliability 34
    path = write(
        tmp_path / "f.csv",
        HEADER,
        *(
            [f"p{number // 4}", f"Product {number}" if number % 4 == 0 else "", f"S{number}", "9"]
            for number in range(100_000)
        ),
    )
    said, grown = read_alone(path)

    assert said == "25000"
    assert grown < 40


def test_a_product_with_very_many_rows_is_refused(tmp_path):
    rows = [["mug", "Mug" if number == 0 else "", f"M{number}", "24"] for number in range(2_100)]
    result = run(write(tmp_path / "f.csv", HEADER, *rows))

    assert "more than 2000 rows" in " ".join(note.message for note in result.errors)
    assert not Variant.objects.exists()
