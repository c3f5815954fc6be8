"""What the checkout shows: what there is to choose, what is answered, and the section that is open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.addresses import country_name, format_for
from orders.basket import Basket
from orders.carts import remember
from orders.estimate import estimate
from orders.forms import ContactForm, DeliveryForm, PaymentForm, PlaceForm
from orders.models import Cart
from orders.signals import (
    DeliveryQuote,
    PaymentOption,
    ask,
    delivery_countries_wanted,
    delivery_quotes_wanted,
    payment_options_wanted,
)

SECTIONS = ("contact", "delivery", "payment", "place")


class CheckoutPage:
    """One request's view of a cart at the checkout."""

    def __init__(self, request: HttpRequest, cart: Cart) -> None:
        self.request, self.cart = request, cart
        self.basket = Basket.of(cart)
        self.now = timezone.now()
        self.forms: dict[str, Any] = {}
        self.notice = ""
        self._is_old = False  # the cart was changed since the basket was read
        self._is_next = False  # the section that opens follows one that was just finished

    # --- what there is to choose -----------------------------------------------------------------
    @cached_property
    def countries(self) -> list[str]:
        return sorted(set(ask(delivery_countries_wanted)))

    @cached_property
    def delivery_quotes(self) -> list[DeliveryQuote]:
        return self._quotes(self.basket.country)

    def _quotes(self, country: str) -> list[DeliveryQuote]:
        return ask(delivery_quotes_wanted, basket=self.basket, country=country, now=self.now)

    def _quote_for(self, country: str) -> None:
        self.delivery_quotes = self._quotes(country)

    @cached_property
    def payment_options(self) -> list[PaymentOption]:
        return ask(
            payment_options_wanted,
            basket=self.basket,
            delivery=self.chosen_delivery,
            total=self.basket.quote.total,
        )

    @property
    def chosen_delivery(self) -> DeliveryQuote | None:
        return next((quote for quote in self.delivery_quotes if quote.code == self.cart.delivery_code), None)

    @property
    def chosen_payment(self) -> PaymentOption | None:
        return next(
            (option for option in self.usable_options if option.code == self.cart.payment_method), None
        )

    @property
    def usable_options(self) -> list[PaymentOption]:
        return [option for option in self.payment_options if not option.refusal]

    def _first_missing(self) -> str | None:
        return next((name for name in SECTIONS[:3] if not self._is_done(name)), None)

    def _is_done_up_to(self, section: str) -> bool:
        return all(self._is_done(name) for name in SECTIONS[: SECTIONS.index(section) + 1])

    def _is_done(self, section: str) -> bool:
        if section == "contact":
            return bool(self.cart.email)
        if section == "delivery":
            return self.chosen_delivery is not None and self._address_is_complete()
        return self.chosen_payment is not None

    def _address_is_complete(self) -> bool:
        if not self.cart.full_name:
            return False
        if self.chosen_delivery and (self.chosen_delivery.is_pickup or not self.basket.needs_delivery):
            return True
        required = format_for(self.basket.country).required
        return all(getattr(self.cart, name) for name in required)

    def _renew(self) -> None:
        """Read the basket and what follows from it anew, after the cart changed."""
        self.cart.refresh_from_db()
        self.basket = Basket.of(self.cart)
        self._is_old = False
        self.__dict__.pop("delivery_quotes", None)
        self._forget_sums()

    def _forget_sums(self) -> None:
        """Another delivery was chosen: add up anew, and see which ways to pay that total allows."""
        self.basket.__dict__.pop("quote", None)
        self.__dict__.pop("payment_options", None)

    # --- showing ---------------------------------------------------------------------------------
    def render(self, *, status: int = 200, open_section: str | None = None) -> HttpResponse:
        if not self.basket.can_checkout and not self.notice:
            return to_the_cart(self.request)
        is_json = "application/json" in self.request.headers.get("Accept", "")
        if status != 200 and is_json:
            return JsonResponse(
                {"errors": self._errors(), "notice": self.notice, "reload": True}, status=status
            )
        template = "orders/_checkout.html" if self.request.htmx else "orders/checkout.html"
        response = render(self.request, template, self._context(open_section), status=status)
        patch_vary_headers(response, ["HX-Request"])
        if any(option.is_online for option in self.payment_options):
            response._csp_update = settings.PAYMENT_CSP
        return remember(response, self.cart, self.basket.count)

    def _context(self, open_section: str | None) -> dict[str, Any]:
        current = open_section or self._posted_wrong() or self._asked() or self._first_missing() or "place"
        total = self.basket.quote.total
        return {
            "cart": self.basket,
            "estimate": estimate(self.basket, self.delivery_quotes),
            "sections": {name: self._section(name, current) for name in SECTIONS},
            "current": current,
            "errors": self._errors(),
            "notice": self.notice,
            "delivery_quotes": self.delivery_quotes,
            "chosen_delivery": self.chosen_delivery,
            "payment_options": self.payment_options,
            "payment_ways": [option.label for option in self.usable_options],
            "chosen_payment": self.chosen_payment,
            "provider": self._provider(),
            "hold_expires_at": self._held_until(),
            "shown_total": total,
            "pay_label": self._pay_label(),
            "pays_online": any(option.is_online for option in self.payment_options),
        }

    def _held_until(self) -> datetime | None:
        until = self.cart.held_until
        return until if until and until > self.now else None

    def _posted_wrong(self) -> str | None:
        return next((name for name, form in self.forms.items() if form.errors), None)

    def _asked(self) -> str | None:
        """`?step=contact`: a finished section opened again."""
        step = self.request.GET.get("step", "")
        return step if step in SECTIONS and step != "place" else None

    def _section(self, name: str, current: str) -> dict[str, Any]:
        if name == current:
            return {
                "name": name,
                "state": "open",
                "form": self._form(name),
                "takes_focus": self._is_next,
            }
        if name == "place" or not self._is_done_up_to(name):
            return {"name": name, "state": "next"}
        return {"name": name, "state": "done", "summary": self._summary(name)}

    def _form(self, name: str) -> Any:
        if name not in self.forms:
            self.forms[name] = getattr(self, f"_{name}_form")()
        return self.forms[name]

    def _contact_form(self) -> ContactForm:
        return ContactForm(initial={"email": self.cart.email})

    def _delivery_form(self, data: Any = None, initial: Any = None) -> DeliveryForm:
        initial = initial or {
            **self.cart.address,
            "country": self.basket.country,
            "shipping_method": self.cart.delivery_code,
        }
        return DeliveryForm(data, initial=initial, countries=self.countries, quotes=self.delivery_quotes)

    def _payment_form(self) -> PaymentForm:
        return PaymentForm(initial={"payment_method": self.cart.payment_method}, options=self.payment_options)

    def _place_form(self) -> PlaceForm:
        initial = {"version": self.cart.version, "shown_total": self.basket.quote.total.minor}
        return PlaceForm(initial=initial, currency=self.cart.currency)

    def _summary(self, name: str) -> list[str]:
        """A finished section in a line or two."""
        cart = self.cart
        if name == "contact":
            return [cart.email]
        if name == "delivery":
            place = ", ".join(filter(None, [cart.line1, cart.postal_code, cart.city]))
            country = country_name(self.basket.country)
            return [
                line
                for line in (cart.full_name, f"{place}, {country}" if place else country, cart.delivery_label)
                if line
            ]
        return [str(self.chosen_payment.label)] if name == "payment" and self.chosen_payment else []

    def _errors(self) -> list[dict[str, str]]:
        """For the summary at the top: each with the field it leads to."""
        return [
            {
                "field": str(form[name].id_for_label or form[name].auto_id) if name != "__all__" else "",
                "text": text,
            }
            for form in self.forms.values()
            if form.is_bound
            for name, texts in form.errors.items()
            for text in texts
        ]

    def _provider(self) -> dict[str, Any] | None:
        """What the script needs to draw the provider's form before there is a payment (a deferred intent)."""
        payment, total = self.chosen_payment, self.basket.quote.total
        if not (payment and payment.is_online):
            return None
        return {**payment.script, "amount": total.minor, "currency": total.currency.lower()}

    def _pay_label(self) -> str:
        payment = self.chosen_payment
        if payment and payment.is_online:
            return _("Pay %(total)s") % {"total": self.basket.quote.total}
        return _("Place the order with obligation to pay")


def to_the_cart(request: HttpRequest) -> HttpResponse:
    return to_page(request, reverse("orders:cart"))


def to_page(request: HttpRequest, url: str) -> HttpResponse:
    """Another page, not a piece of this one."""
    if request.htmx:
        return HttpResponseClientRedirect(url)
    response = redirect(url)
    if request.method == "POST":
        response.status_code = 303
    return response
