"""Words that staff say mean the same, kept as the stems that a query is looked up by."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from catalog.models import SynonymGroup, SynonymTerm
from catalog.search import vocabulary
from catalog.search.words import normalise, stem, telling
from shop import versions

PAGES = "catalog"  # kept pages of results are made anew


@transaction.atomic
def save(group: SynonymGroup) -> None:
    """Write a group with its terms. Two-way, each term finds all others; one-way, only those that are meant."""
    vocabulary.move(_spelled(group.pk), [vocabulary.spelled(group.asked)])
    group.save()
    group.terms.all().delete()
    pairs = dict.fromkeys(_pairs(phrases(group.asked), phrases(group.meant)))
    SynonymTerm.objects.bulk_create(
        SynonymTerm(group=group, asked=asked, meant=meant) for asked, meant in pairs
    )
    versions.renew(PAGES)


@transaction.atomic
def remove(group: SynonymGroup) -> None:
    vocabulary.move(_spelled(group.pk), [])
    group.delete()
    versions.renew(PAGES)


def _spelled(group_id: int | None) -> list[str]:
    """The words that the group had until now."""
    kept = SynonymGroup.objects.filter(pk=group_id).values_list("asked", flat=True)
    return [vocabulary.spelled(asked) for asked in kept]


def phrases(text: str) -> list[str]:
    """The stems of each of the phrases between commas."""
    found = (" ".join(map(stem, telling(normalise(part).split()))) for part in text.split(","))
    return [phrase for phrase in dict.fromkeys(found) if phrase]


def _pairs(asked: list[str], meant: list[str]) -> Iterator[tuple[str, str]]:
    for term in asked:
        for other in meant or asked:
            if other != term:
                yield term, other
