"""The shop's shelves, its products, and the way to find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import addresses, buying, facets, shelves
from catalog.facet_panel import applied, panel
from catalog.index import page_for
from catalog.index.pages import ON_DELIVERY, draw_gallery, with_first
from catalog.models import Category, Collection, Product
from catalog.paging import NotAPage, Paging, page_number
from catalog.promise import delivery_promise
from catalog.search import Found, log, variant_by_code
from catalog.search import search as find
from catalog.search.suggestions import SHORTEST, suggestions
from catalog.showcase import shown_cards
from inventory.availability import State, availability
from shop.pages import do_not_keep, is_asked_for, public_page
from shop.shell import version_for
from shop.showcase import look_up

GONE = 410
KEPT_RESULT_PAGES = 3
SUGGESTED_SECONDS = 60  # going back a letter asks nobody
INDEXED_FILTERS = 2  # of more than that at once, search engines are asked to look away
PARTS = {
    "results": "catalog/_listing.html",
    "listing": "catalog/_shelf.html",
}  # what htmx puts into a page it has


# --- Lists ---------------------------------------------------------------------------------------
@require_safe
@public_page("page", "sort", reads_others=True)
def category(request: HttpRequest, path: str) -> HttpResponse:
    """`?colour=sage&colour=chalk&material=oak&price_max=90`, from the form beside the list, narrows it."""
    shelf = shelves.category_at(path)
    if shelf is None:
        return _moved(addresses.category_at(path), request)
    groups = facets.groups_of(shelf.pk)
    chosen = facets.chosen_in(request.GET, groups)
    try:
        paging, sort = _read(request, shelves.CATEGORY_ORDERS, facets.parameters_of(chosen))
    except NotAPage:
        return redirect(request.path)
    narrowed = _narrowed(shelf, groups, chosen, sort, paging)
    above, children = shelves.around(shelf)
    context = {
        "category": {"name": shelf.name, "text": shelf.text},
        "crumbs": [(_("Home"), reverse("content:home")), *above, (shelf.name, None)],
        "children": children,
        **panel(groups, chosen, narrowed.counts, shelf.count, request.GET),
        "applied": applied(chosen, paging),
        "clear_url": request.path,
        "noindex": chosen.count > INDEXED_FILTERS,
    }
    orders = shelves.CATEGORY_ORDERS
    response = _list(request, context | _listed(narrowed.product_ids, narrowed.count, orders, sort, paging))
    if "HX-Request" in request.headers:
        response["HX-Push-Url"] = paging.url(paging.number)  # without what was left empty
    return response


def _moved(found: Category | Product | None, request: HttpRequest) -> HttpResponse:
    """What was renamed answers under its new address; what never was is not found."""
    if found is None:
        raise Http404
    asked = request.META.get("QUERY_STRING", "")
    return redirect(found.get_absolute_url() + (f"?{asked}" if asked else ""), permanent=True)


def _narrowed(
    shelf: shelves.Shelf,
    groups: Sequence[facets.Group],
    chosen: facets.Chosen,
    sort: str,
    paging: Paging,
) -> facets.Narrowed:
    if chosen:
        return facets.narrow(shelf.pk, groups, chosen, shelves.CATEGORY_ORDERS[sort], paging)
    counts = {value.pk: value.products for group in groups for value in group.values}
    return facets.Narrowed(shelves.products_in_category(shelf.pk, sort, paging), shelf.count, counts)


@require_safe
@public_page("page", "sort")
def collection(request: HttpRequest, code: str) -> HttpResponse:
    picked = get_object_or_404(Collection, code=code)
    try:
        paging, sort = _read(request, shelves.COLLECTION_ORDERS)
    except NotAPage:
        return redirect(request.path)
    products, count = shelves.products_in_collection(picked.pk, sort, paging)
    name = str(picked.name)
    context = {
        "category": {"name": name, "text": str(picked.text)},
        "crumbs": [(_("Home"), reverse("content:home")), (name, None)],
        "children": [],
    }
    return _list(request, context | _listed(products, count, shelves.COLLECTION_ORDERS, sort, paging))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`?exact=1` looks for what was asked and nothing else."""
    response = _results(request)
    if response.status_code in (200, 304) and not {"page", "exact"} & request.GET.keys():
        log.note(*getattr(request, "searched", (query_in(request), get_language(), None)))
    return response


@public_page("q", "page", "exact")
def _results(request: HttpRequest) -> HttpResponse:
    query = query_in(request)
    if variant := variant_by_code(query):
        return redirect(variant.get_absolute_url())
    exactly = request.GET.get("exact") == "1"
    asked = {"q": query, "exact": "1"} if exactly else {"q": query}
    try:
        paging = Paging(page_number(request.GET.get("page")), settings.PAGE_SIZE, request.path, asked)
    except NotAPage:
        return redirect(Paging(1, settings.PAGE_SIZE, request.path, asked).url())
    found = find(query, limit=paging.size, offset=paging.start, exactly=exactly)
    request.searched = _searched(query, found)
    context = _listed(found.product_ids, found.count, {}, "", paging)
    context |= {"query": query, "title": query or _("Search"), "noindex": True, "found": found}
    if found.count and paging.number <= KEPT_RESULT_PAGES:
        return _answer(request, "catalog/search.html", context)
    if not found.count:
        context["suggestions"] = {"categories": shelves.top_shelves(), "cards": shown_cards(shelves.newest())}
    # Anyone can ask for words without end: what nobody would look for is not kept.
    return do_not_keep(_answer(request, "catalog/search.html", context))


def _searched(query: str, found: Found) -> tuple[str, str, int]:
    """For the log: a slip counts as what was meant; words that nothing has counts as having found nothing."""
    if found.is_partial:
        return query, get_language(), 0
    return found.instead or query, get_language(), found.count


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What fits the words so far, for below the field; whoever comes without htmx gets the page of results."""
    query = query_in(request)
    if "HX-Request" not in request.headers:
        return redirect(f"{reverse('catalog:search')}?{urlencode({'q': query})}")
    if len(query) < SHORTEST:
        return HttpResponse()
    response = render(request, "catalog/_suggestions.html", {"suggestions": suggestions(query)})
    response["Cache-Control"] = f"private, max-age={SUGGESTED_SECONDS}"
    patch_vary_headers(response, ["HX-Request"])
    return response


def query_in(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "")[:1000].replace("\x00", " ").split())[:200]


def _read(
    request: HttpRequest, orders: shelves.Orders, also: Mapping[str, str | list[str]] | None = None
) -> tuple[Paging, str]:
    """Which part of a list is asked for, in which order; an order that there is not is the usual one."""
    usual = next(iter(orders))
    sort = request.GET.get("sort", usual)
    sort = sort if sort in orders else usual
    parameters = {**(also or {}), **({} if sort == usual else {"sort": sort})}
    return Paging(page_number(request.GET.get("page")), settings.PAGE_SIZE, request.path, parameters), sort


def _listed(
    product_ids: Sequence[int], count: int, orders: shelves.Orders, sort: str, paging: Paging
) -> dict[str, Any]:
    usual = next(iter(orders), "")
    addresses = {
        value: Paging(1, paging.size, paging.path, {} if value == usual else {"sort": value}).url()
        for value in orders
    }
    return {
        "cards": shown_cards(product_ids),
        "count": count,
        "sort": sort,
        "sorts": [(value, str(orders[value].label), url) for value, url in addresses.items()],
        "page": paging.of(count),
        "query": "",
    }


def _list(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    number = context["page"]["number"]
    is_narrowed = bool(context.get("applied"))
    canonical = Paging(number, settings.PAGE_SIZE, request.path, {}).url(1 if is_narrowed else number)
    shown = context["category"]
    # Translators: the title of a further page of a list, "Lighting, page 2".
    title = _("%(name)s, page %(number)d") % {"name": shown["name"], "number": number}
    context |= {
        "canonical": canonical,
        "title": shown["name"] if number == 1 else title,
        "description": shown["text"],
        "jsonld": _trail(context["crumbs"], request.path),
    }
    return _answer(request, "catalog/category.html", context)


def _answer(request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or the results alone where htmx puts them into the page it has."""
    headers = request.headers
    if "HX-History-Restore-Request" not in headers:
        page = next((part for name, part in PARTS.items() if is_asked_for(request, name)), page)
    return render(request, page, context)


def _trail(crumbs: Sequence[tuple[str, str | None]], here: str) -> dict[str, Any]:
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": f"{settings.SITE_URL}{url or here}"}
        for number, (name, url) in enumerate(crumbs, 1)
    ]
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


# --- One product ---------------------------------------------------------------------------------
@require_safe
@public_page("variant", reads_others=True)
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """`?variant=SKU` is the variant; `?colour=rust`, from the form, leads to it."""
    data = page_for(slug, get_language(), settings.CURRENCY)
    if data is None:
        return _gone(request, slug)
    parts = data.parts
    stock = availability(variant["id"] for variant in parts["variants"])
    wished = buying.wished_options(parts, request.GET)
    sku = request.GET.get("variant")
    chosen = buying.first_choice(parts, stock) if sku is None else buying.by_sku(parts, sku)
    if wished and sku is None:
        before = buying.by_sku(parts, buying.sku_in(request.headers.get("HX-Current-URL", ""))) or chosen
        chosen = buying.nearest(parts, stock, wished, before)
    if chosen is None:
        return redirect(parts["url"])  # of another product, or sold no more
    address = f"{parts['url']}?variant={chosen['sku']}"
    if is_asked_for(request, "buy"):
        return _buy_box_alone(request, parts, chosen, stock, address)
    if wished and sku is None:
        return redirect(address)
    response = render(request, "catalog/product.html", _page(parts, chosen, stock, version_for(request)))
    return do_not_keep(response) if _is_counting_down(stock) else response


def _page(
    parts: buying.Parts, chosen: buying.VariantPart, stock: buying.Stock, version: int
) -> dict[str, Any]:
    html = {name: SafeString(text) for name, text in parts["html"].items()}
    if gallery := _own_gallery(parts, chosen["sku"]):
        html["gallery"] = SafeString(gallery)
    html["related"] = _related(parts["related"])
    html["facts"] = _facts(parts, version)
    return {
        "product": parts,
        "parts": html,
        "buy": buying.buy_box(parts, chosen, stock, delivery_promise()),
        "jsonld": buying.jsonld(parts, stock),
        "title": parts["title"],
        "description": parts["description"],
        "canonical": parts["url"],
        "og_image": parts["og_image"],
    }


def _facts(parts: buying.Parts, version: int) -> SafeString:
    """The facts with the beginnings of the pages about delivery and returns, as those read now."""
    pages = look_up([f"page:{slug}" for slug in ON_DELIVERY], version)
    beginnings = [pages.get(f"page:{slug}", {}).get("beginning", "") for slug in ON_DELIVERY]
    if parts["kind"] != Product.Kind.PHYSICAL or not all(beginnings):
        return SafeString(parts["html"]["facts_alone"])
    html = parts["html"]["facts"]
    for slug, text in zip(ON_DELIVERY, beginnings, strict=True):
        html = html.replace(f"{{{slug}}}", escape(text))
    return SafeString(html)


def _own_gallery(parts: buying.Parts, sku: str) -> str | None:
    """The gallery that begins with the chosen variant's picture; None where the usual one does."""
    if sku in parts["galleries"]:
        return parts["galleries"][sku]
    pictures = with_first(parts["pictures"], sku)
    return draw_gallery(parts["name"], pictures) if pictures else None


def _related(product_ids: Sequence[int]) -> SafeString:
    cards = shown_cards(product_ids) if product_ids else []
    if not cards:
        return SafeString("")
    rail = {"id": "related", "title": _("Goes with it"), "url": None, "cards": cards}
    return SafeString(get_template("catalog/_rail.html").render({"rail": rail}))


def _buy_box_alone(
    request: HttpRequest, parts: buying.Parts, chosen: buying.VariantPart, stock: buying.Stock, address: str
) -> HttpResponse:
    buy = buying.buy_box(parts, chosen, stock, delivery_promise())
    response = render(request, "catalog/_buy.html", {"buy": buy})
    response["HX-Replace-Url"] = address
    return response


def _is_counting_down(stock: buying.Stock) -> bool:
    """«Only 3 left» is true until the next order, so such a page is not kept."""
    return any(availability.state == State.LOW for availability in stock.values())


def _gone(request: HttpRequest, slug: str) -> HttpResponse:
    """What was sold here once, and where to find its like; 404 for what never was."""
    archived = Product.objects.filter(slug=slug, status=Product.Status.ARCHIVED).select_related("category")
    row = archived.first()
    if row is None:
        return _moved(addresses.product_at(slug), request)
    context = {"product": {"name": row.name}, "category": row.category, "title": row.name, "noindex": True}
    return render(request, "catalog/gone.html", context, status=GONE)
