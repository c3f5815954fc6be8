"""The checkout: one page of four sections. Each is a form of its own; all at once is accepted too.

With htmx a section is answered by the page with the next one open; without, by a redirect to that page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.addresses import country_name, format_for
from inventory.errors import OutOfStock
from orders import actions
from orders.basket import Basket
from orders.carts import current_cart, ordered, remember, waiting_order
from orders.estimate import estimate
from orders.forms import ContactForm, DeliveryForm, PaymentForm, PlaceForm
from orders.models import Cart, Order
from orders.signals import (
    DeliveryQuote,
    PaymentOption,
    ask,
    delivery_countries_wanted,
    delivery_quotes_wanted,
    payment_options_wanted,
    payment_start_wanted,
)
from shop.errors import Refused

SECTIONS = ("contact", "delivery", "payment", "place")


@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    cart = current_cart(request)
    if cart is None:
        return _go_on(request, ordered(request) if request.method == "POST" else None)
    if not cart.is_open:
        return _go_on(request, waiting_order(cart))
    page = CheckoutPage(request, cart)
    if page.basket.is_empty:
        return _to_the_cart(request)
    if request.method == "GET":
        return page.render()
    if "change_country" in request.POST:
        return page.change_country()
    section = request.POST.get("section", "")
    wanted = [section] if section in SECTIONS else list(SECTIONS)
    return page.post(wanted)


class CheckoutPage:
    """What the checkout shows and takes, for one request."""

    def __init__(self, request: HttpRequest, cart: Cart) -> None:
        self.request, self.cart = request, cart
        self.basket = Basket.of(cart)
        self.now = timezone.now()
        self.forms: dict[str, Any] = {}
        self.notice = ""
        self._is_old = False  # the cart was changed since the basket was read
        self._is_next = False  # the section that opens follows one that was just finished

    # --- taking ----------------------------------------------------------------------------------
    def post(self, wanted: list[str]) -> HttpResponse:
        """Take the posted sections in order and stop at the first that is not right."""
        try:
            for section in wanted[: wanted.index("place")] if "place" in wanted else wanted:
                if self._is_old:
                    self._renew()
                if not getattr(self, f"_take_{section}")():
                    return self.render(status=422)
            if "place" in wanted:
                return self._place()
            self._hold()
        except OutOfStock as refusal:
            return self._refuse(self._which_is_out(refusal))
        except Refused as refusal:
            return self._refuse(str(refusal))
        if self.request.htmx:
            return self._go_on()
        response = redirect("orders:checkout")
        response.status_code = 303
        return response

    def _go_on(self) -> HttpResponse:
        """The page with the next section open, under the address that shows it after a reload too."""
        if self._is_old:
            self._renew()
        self.forms.clear()
        self._is_next = True
        response = self.render()
        response.headers["HX-Replace-Url"] = reverse("orders:checkout")
        return response

    def change_country(self) -> HttpResponse:
        """Show the address format and the ways of another country; what was written stays, unchecked."""
        country = self.request.POST.get("country", "")
        if country in self.countries:
            actions.save_answers(self.cart, {"country": country})
            self._renew()
        written = {**self.request.POST.dict(), "country": self.basket.country}
        self.forms["delivery"] = self._delivery_form(initial=written)
        return self.render(open_section="delivery")

    def _take_contact(self) -> bool:
        form = self.forms["contact"] = ContactForm(self.request.POST)
        if form.is_valid():
            actions.save_answers(self.cart, form.cleaned_data | self._usual_payment())
            seen = {line.id: line.unit.minor for line in self.basket.lines if line.unit != line.seen_unit}
            actions.see_prices(self.cart, seen)
        return form.is_valid()

    def _take_delivery(self) -> bool:
        country = self.request.POST.get("country", "")
        if country in self.countries and country != self.cart.country:
            self._quote_for(country)
        form = self.forms["delivery"] = self._delivery_form(self.request.POST)
        if not form.is_valid():
            return False
        answers = form.cleaned_data | self._usual_payment()
        quote = form.quotes[answers.pop("shipping_method")]
        goes_elsewhere = any(answers[name] != getattr(self.cart, name) for name in ("country", "region"))
        actions.save_answers(self.cart, answers, quote)
        self._is_old = goes_elsewhere  # and is taxed otherwise, perhaps
        self._forget_sums()
        return True

    def _usual_payment(self) -> dict[str, str]:
        """What most choose, chosen for them: one press less. Where scripts run, as what is paid on the spot needs."""
        usual = next((option for option in self.payment_options if not option.refusal), None)
        if self.cart.payment_method or not (self.request.htmx and usual and usual.is_online):
            return {}
        return {"payment_method": usual.code}

    def _take_payment(self) -> bool:
        form = self.forms["payment"] = PaymentForm(self.request.POST, options=self.payment_options)
        if form.is_valid():
            actions.save_answers(self.cart, form.cleaned_data)
        return form.is_valid()

    def _place(self) -> HttpResponse:
        if self._is_old:
            self._renew()
        form = self.forms["place"] = PlaceForm(self.request.POST, currency=self.cart.currency)
        if missing := self._first_missing():
            self.notice = _("Please fill in this part first.")
            return self.render(status=422, open_section=missing)
        if not form.is_valid():
            return self.render(status=422)
        delivery, payment = self.chosen_delivery, self.chosen_payment
        actions.choose_delivery(self.cart, delivery)  # the fee may have changed since: then the total says so
        order = actions.place_order(
            self.basket,
            shown_total=form.cleaned_data["shown_total"],
            version=form.cleaned_data["version"],
            delivery=delivery,
            payment=payment,
        )
        return _go_on(self.request, order)

    def _hold(self) -> None:
        """Keep the goods for this shopper from here on."""
        actions.hold_goods(self.cart, self.basket.wanted)

    def _refuse(self, message: str) -> HttpResponse:
        """Stock or price moved: show today's truth and let the shopper decide."""
        self.notice = message
        self._renew()
        return self.render(status=409)

    def _which_is_out(self, refusal: OutOfStock) -> str:
        names = {line.variant_id: line.name for line in self.basket.lines}
        if not refusal.free:
            text = _("“%(name)s” was just sold out. You have not been charged.")
        else:
            text = _("Only %(free)s of “%(name)s” left. You have not been charged.")
        return text % {"name": names.get(refusal.variant_id, ""), "free": refusal.free}

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
        usable = (option for option in self.payment_options if not option.refusal)
        return next((option for option in usable if option.code == self.cart.payment_method), None)

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
            return _to_the_cart(self.request)
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


def _go_on(request: HttpRequest, order: Order | None) -> HttpResponse:
    """From a placed order to its payment, or to its page."""
    if order is None:
        return _to_the_cart(request)
    target = "payments:pay" if order.is_payable and order.pays_online else "orders:order"
    if "application/json" in request.headers.get("Accept", ""):
        is_paid_now = target == "payments:pay"
        starts = is_paid_now and request.method == "POST"
        started = ask(payment_start_wanted, order=order, request=request) if starts else []
        return JsonResponse({
            "order_url": order.get_absolute_url(),
            "start_url": reverse("payments:start", args=[order.token]) if is_paid_now else None,
            "started": next(iter(started), None),
        })  # fmt: skip
    return _to(request, resolve_url(target, order.token))


def _to_the_cart(request: HttpRequest) -> HttpResponse:
    return _to(request, reverse("orders:cart"))


def _to(request: HttpRequest, url: str) -> HttpResponse:
    """Another page, not a piece of this one."""
    if request.htmx:
        return HttpResponseClientRedirect(url)
    response = redirect(url)
    if request.method == "POST":
        response.status_code = 303
    return response
