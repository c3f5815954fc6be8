"""What the styleguide shows: made-up things that fill the partials in every state they have."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.money import Money

SWATCHES = [("sage", "#8D9A82"), ("chalk", "#E8E2D6"), ("rust", "#A9583B")]


class SampleForm(forms.Form):
    """One field of each kind."""

    sample_email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("For the order and its tracking."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "enterkeyhint": "next"}),
    )
    sample_phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    sample_country = forms.ChoiceField(
        label=gettext_lazy("Country"), choices=[("PT", "Portugal"), ("DE", "Deutschland")]
    )
    sample_note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    sample_way = forms.ChoiceField(
        label=gettext_lazy("How to deliver"),
        choices=[("standard", gettext_lazy("Standard")), ("express", gettext_lazy("Express"))],
        widget=forms.RadioSelect,
    )
    sample_terms = forms.BooleanField(label=gettext_lazy("I accept the terms"))


def samples() -> dict[str, Any]:
    return {
        "title": _("Styleguide"),
        "noindex": True,
        "form": SampleForm(),
        "wrong_form": _wrong_form(),
        "picture": _picture(),
        "cards": [_card(_product(**case)) for case in _product_cases()],
        "buys": [_buy("in_stock", _("In stock")), _buy("out", _("Sold out"), can_buy=False)],
        "stocks": _stocks(),
        "money": Money(498000, "EUR"),
        "old_money": Money(559000, "EUR"),
        "crumbs": [(_("Home"), "#"), (_("Lighting"), "#"), (_("Table lamps"), None)],
        "page": {
            "number": 2, "pages": 9, "previous_url": "#p1", "next_url": "#p3",
            "numbers": [(1, "#p1"), (2, "#p2"), (3, "#p3"), (None, None), (9, "#p9")],
        },
        "colours": _colour_names(),
        "facts": {
            "paragraphs": [_("A low light for a sideboard, a bedside or the far end of a desk.")],
            "specs": [(_("Height"), "332 mm"), (_("Weight"), "2.9 kg")],
            "delivery": [_("Orders paid before 14:00 leave the same day.")],
        },
        "gallery": {
            "name": _("Kora vase"),
            "pictures": [{"id": f"sample-{n}", "picture": _picture(), "sku": ""} for n in range(3)],
        },
    }  # fmt: skip


def _wrong_form() -> SampleForm:
    form = SampleForm({"sample_email": "anna@", "sample_country": "PT"}, auto_id="wrong_%s")
    form.full_clean()
    return form


def _picture() -> Any:
    return SimpleNamespace(
        sources=[], src=static("sample.svg"), width=400, height=500, alt=_("A white vase"), colour="#d9d1c6"
    )


def _product_cases() -> list[dict[str, Any]]:
    return [
        {"badge": {"kind": "new", "text": _("New")}},
        {"compare_at": Money(18900, "EUR"), "badge": {"kind": "sale", "text": "−10%"}},
        {"stock": {"state": "low", "text": _("Only 3 left")}, "has_price_range": True, "more_swatches": 4},
        {"stock": {"state": "out", "text": _("Sold out")}, "picture": None, "swatches": []},
    ]


def _card(product: dict[str, Any]) -> SafeString:
    """As a listing shows it: with a date where the card leaves room for one."""
    html = render_to_string("catalog/_card.html", {"product": product})
    return SafeString(html.replace("{delivery}", _("by 27 November")))


def _product(**case: Any) -> dict[str, Any]:
    return {
        "url": "#card",
        "name": _("Dome table lamp"),
        "price": Money(16900, "EUR"),
        "compare_at": None,
        "has_price_range": False,
        "badge": None,
        "swatches": [{"name": name, "colour": colour} for name, colour in SWATCHES],
        "more_swatches": 0,
        "stock": {"state": "in_stock", "text": _("In stock")},
        "picture": _picture(),
        **case,
    }


def _buy(state: str, text: str, can_buy: bool = True) -> dict[str, Any]:
    values = [
        {"code": name, "name": name.title(), "swatch": colour, "picture_thumb": None,
         "is_chosen": name == "sage", "is_sold_out": name == "rust"}
        for name, colour in SWATCHES
    ]  # fmt: skip
    return {
        "sku": "FRM-KRV-CHK",
        "price": Money(16900, "EUR"),
        "compare_at": Money(18900, "EUR"),
        "lowest_30": Money(16900, "EUR"),
        "tax_note": _("Tax included"),
        "options": [
            {"code": f"colour-{state}", "name": _("Colour"), "chosen_name": "Sage", "values": values}
        ],
        "stock": {"state": state, "text": text},
        "promise": [
            {"icon": "truck", "title": _("Delivery by Friday 27 November"), "text": _("Free from €90")}
        ],
        "can_buy": can_buy,
        "max_quantity": None,
        "product_url": "#buy",
    }


def _stocks() -> list[dict[str, str]]:
    return [
        {"state": "in_stock", "text": _("In stock")},
        {"state": "low", "text": _("Only 3 left")},
        {"state": "backorder", "text": _("Back-order, ships in about 21 days")},
        {"state": "preorder", "text": _("Pre-order, ships 8 January")},
        {"state": "out", "text": _("Sold out")},
    ]


def _colour_names() -> list[str]:
    return [
        "bg",
        "surface",
        "sunken",
        "raised",
        "ink",
        "muted",
        "line",
        "control",
        "accent",
        "accent-strong",
        "accent-tint",
        "danger",
        "danger-bg",
        "success",
        "success-bg",
        "warn",
        "warn-bg",
        "info",
        "info-bg",
        "focus",
    ]
