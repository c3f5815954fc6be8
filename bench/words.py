"""Names for any number of products, the same ones each time, and what their visitors search for."""

from __future__ import annotations

import random

QUALITIES = (
    "Calm Quiet Tall Low Round Square Folded Woven Turned Cast Pressed Carved Layered Plain Ribbed Fluted "
    "Arched Tapered Hollow Slim Deep Wide Narrow Curved Open Northern Coastal Valley Harbour Garden"
).split()
MATERIALS = (
    "oak ash walnut linen wool brass steel glass stoneware porcelain marble cork rattan paper leather copper "
    "cotton birch maple clay"
).split()
THINGS = (
    "lamp mug bowl plate vase stool chair table shelf basket throw cushion mirror clock tray candle carafe "
    "jug pendant rug bench hook planter box frame screen board knife pan pot"
).split()
QUALITIES_RU = "Тихий Высокий Низкий Круглый Простой Тонкий Глубокий Широкий Узкий Садовый".split()
THINGS_RU = (
    "светильник стакан котелок поднос графин табурет стул стол стеллаж короб плед коврик подсвечник кувшин "
    "чайник крючок кашпо ящик экран нож"
).split()
SENTENCES = (
    "Made in small batches by people who sign what they make.",
    "The surface is left as the tool leaves it, then oiled twice.",
    "It is heavier than it looks, and stands still.",
    "Every part can be ordered again and changed with one key.",
    "It takes a scratch well and grows better with use.",
    "Wash it by hand, dry it in the sun, keep it in daily use.",
    "The form comes from the one our grandparents had.",
    "It fits on the narrowest sill and holds what it should.",
)


def name(number: int) -> str:
    """As many names as there are combinations; after those a series number tells them apart."""
    things, materials, qualities = len(THINGS), len(MATERIALS), len(QUALITIES)
    thing, rest = THINGS[number % things], number // things
    material, rest = MATERIALS[(rest + number) % materials], rest // materials
    quality, series = QUALITIES[(rest + number) % qualities], rest // qualities
    return f"{quality} {material} {thing}" + (f" No. {series + 1}" if series else "")


def name_ru(number: int) -> str:
    return f"{QUALITIES_RU[number % len(QUALITIES_RU)]} {THINGS_RU[number % len(THINGS_RU)]} №{number}"


def text(chance: random.Random, sentences: int) -> str:
    return " ".join(chance.sample(SENTENCES, sentences))


def sku(number: int, variant: int) -> str:
    return f"B{number:06d}-{variant}"


def queries(products: int) -> list[tuple[str, ...]]:
    """One word that finds one in thirty, two and three that find fewer. An article number leads to its product."""
    single = [(thing,) for thing in THINGS]
    double = [(material, thing) for material in MATERIALS for thing in THINGS[::5]]
    triple = [
        tuple(name(number).lower().split()[:3]) for number in range(0, products, max(1, products // 40))
    ]
    return single + double + triple
