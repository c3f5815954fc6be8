from hypothesis import given
from hypothesis import strategies as st

from inventory.choosing import Room, choose, shortages

MUG, BOWL = 1, 2
NEAR, FAR = 1, 2


def room(level_id, variant_id, location_id, shelf, beyond=0):
    return Room(level_id, variant_id, location_id, (0, location_id, location_id), shelf, beyond)


def test_the_first_location_serves_what_it_has():
    rooms = [room(10, MUG, NEAR, 5), room(11, MUG, FAR, 5)]
    assert choose({MUG: 5}, rooms) == {10: 5}


def test_one_location_that_has_everything_goes_before_a_nearer_one_that_has_a_part():
    rooms = [room(10, MUG, NEAR, 5), room(11, MUG, FAR, 5), room(21, BOWL, FAR, 1)]
    assert choose({MUG: 1, BOWL: 1}, rooms) == {11: 1, 21: 1}


def test_goods_that_meet_at_one_place_are_taken_from_it_where_it_has_them():
    rooms = [room(10, MUG, NEAR, 5), room(11, MUG, FAR, 5), room(21, BOWL, FAR, 1)]
    assert choose({MUG: 1, BOWL: 1}, rooms, one_parcel=False) == {10: 1, 21: 1}


def test_what_no_location_has_alone_comes_from_several():
    rooms = [room(10, MUG, NEAR, 3), room(11, MUG, FAR, 3)]
    assert choose({MUG: 5}, rooms) == {10: 3, 11: 2}


def test_a_line_is_not_split_when_one_location_has_it_whole():
    rooms = [room(10, MUG, NEAR, 3), room(11, MUG, FAR, 5), room(20, BOWL, NEAR, 1)]
    assert choose({MUG: 5, BOWL: 1}, rooms) == {11: 5, 20: 1}


def test_what_is_on_a_shelf_goes_before_what_is_yet_to_come():
    rooms = [room(10, MUG, NEAR, 0, beyond=20), room(11, MUG, FAR, 3)]
    assert choose({MUG: 3}, rooms) == {11: 3}
    assert choose({MUG: 5}, rooms) == {11: 3, 10: 2}


def test_what_is_yet_to_come_comes_from_one_place_if_it_can():
    rooms = [room(10, MUG, NEAR, 0, beyond=3), room(11, MUG, FAR, 0, beyond=20)]
    assert choose({MUG: 5}, rooms) == {11: 5}


def test_all_or_nothing():
    rooms = [room(10, MUG, NEAR, 5), room(20, BOWL, NEAR, 1)]
    assert choose({MUG: 1, BOWL: 2}, rooms) is None
    assert shortages({MUG: 1, BOWL: 2}, rooms) == {BOWL: 1}


def test_a_variant_without_a_level_is_short():
    assert choose({MUG: 1}, []) is None
    assert shortages({MUG: 1}, []) == {MUG: 0}


def test_nothing_wanted_takes_nothing():
    assert choose({}, [room(10, MUG, NEAR, 5)]) == {}


rooms_of_two_variants = st.lists(
    st.tuples(st.sampled_from([MUG, BOWL]), st.sampled_from([1, 2, 3]), st.integers(0, 6), st.integers(0, 3)),
    max_size=6,
    unique_by=lambda row: row[:2],
).map(lambda rows: [room(100 + i, *row) for i, row in enumerate(rows)])


@given(
    rooms=rooms_of_two_variants,
    wanted=st.dictionaries(st.sampled_from([MUG, BOWL]), st.integers(1, 9), min_size=1),
)
def test_exactly_what_is_wanted_is_taken_and_never_more_than_there_is(rooms, wanted):
    chosen = choose(wanted, rooms)
    by_level = {row.level_id: row for row in rooms}
    if chosen is None:
        assert shortages(wanted, rooms)
        return
    taken = dict.fromkeys(wanted, 0)
    for level_id, units in chosen.items():
        row = by_level[level_id]
        assert 0 < units <= row.shelf + row.beyond
        taken[row.variant_id] += units
    assert taken == wanted
    for variant_id in wanted:
        uses_beyond = any(
            units > by_level[level].shelf
            for level, units in chosen.items()
            if by_level[level].variant_id == variant_id
        )
        on_shelves = sum(row.shelf for row in rooms if row.variant_id == variant_id)
        assert not uses_beyond or on_shelves < wanted[variant_id]


@given(rooms=rooms_of_two_variants, wanted=st.dictionaries(st.sampled_from([MUG, BOWL]), st.integers(1, 9)))
def test_the_order_in_which_levels_are_read_does_not_matter(rooms, wanted):
    assert choose(wanted, rooms) == choose(wanted, list(reversed(rooms)))
