"""The checkout: one page of four sections. Each is a form of its own; all at once is accepted too.

With htmx a section is answered by the page with the next one open; without, by a redirect to that page.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inventory.errors import OutOfStock
from orders import actions
from orders.carts import current_cart, ordered, waiting_order
from orders.forms import ContactForm, PaymentForm, PlaceForm
from orders.models import Cart, Order
from orders.signals import ask, payment_start_wanted
from orders.views.checkout_page import SECTIONS, CheckoutPage, to_page, to_the_cart
from shop.errors import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    cart = current_cart(request)
    if cart is None:
        return _go_on(request, ordered(request) if request.method == "POST" else None)
    if not cart.is_open:
        return _go_on(request, waiting_order(cart))
    page = Checkout(request, cart)
    if page.basket.is_empty:
        return to_the_cart(request)
    if request.method != "POST":
        return page.render()
    try:
        return page.change_country() if "change_country" in request.POST else page.post()
    except Cart.DoesNotExist:  # a sign-in in another tab made it part of another
        return to_page(request, reverse("orders:checkout"))


class Checkout(CheckoutPage):
    """What the checkout takes, section by section."""

    def post(self) -> HttpResponse:
        """Take the posted sections in order and stop at the first that is not right."""
        section = self.request.POST.get("section", "")
        wanted = [section] if section in SECTIONS else list(SECTIONS)
        try:
            for section in wanted[: wanted.index("place")] if "place" in wanted else wanted:
                if self._is_old:
                    self._renew()
                if not getattr(self, f"_take_{section}")():
                    return self.render(status=422)
            if "place" in wanted:
                return self._place()
            is_held = actions.hold_goods(self.cart, self.basket.wanted)
        except OutOfStock as refusal:
            return self._refuse(self._which_is_out(refusal))
        except Refused as refusal:
            return self._refuse(str(refusal))
        if self.request.htmx and is_held:
            return self._go_on()
        return to_page(self.request, reverse("orders:checkout"))

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
        usual = next(iter(self.usable_options), None)
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


def _go_on(request: HttpRequest, order: Order | None) -> HttpResponse:
    """From a placed order to its payment, or to its page."""
    if order is None:
        return to_the_cart(request)
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
    return to_page(request, resolve_url(target, order.token))
