"""What may come in from cart and checkout. Forms check shape, never stock or state."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressForm, plain_text
from orders.signals import DeliveryQuote, PaymentOption
from shop.money import Money


class QuantityField(forms.IntegerField):
    """A whole number of things, as people type it: " 2 " and "２" are 2; "1.5", "0x1" and "+1" are refused."""

    default_error_messages = {
        "invalid": _("Enter a whole number, such as 1 or 2."),
        "required": _("Enter how many you want."),
        "max_value": _("Enter %(limit_value)s at most."),
        "min_value": _("Enter %(limit_value)s at least."),
    }

    def to_python(self, value: Any) -> int | None:
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        if not text.isdecimal() or len(text) > 9:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


class AddForm(forms.Form):
    sku = forms.CharField(max_length=64, validators=[plain_text])
    quantity = QuantityField(min_value=1, required=False)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class QuantityForm(forms.Form):
    quantity = QuantityField(min_value=0)


class ContactForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,  # as orders hold it; no mail server takes a longer one
        help_text=_("For the confirmation and news about this order, nothing else."),
        error_messages={
            "required": _("Enter your e-mail address, so that we can send the confirmation."),
            "invalid": _("Enter an e-mail address in the form name@example.com."),
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "inputmode": "email", "enterkeyhint": "next"}
        ),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip()


class DeliveryForm(AddressForm):
    """Where to and how. What is collected in the shop or sent by mail needs no address."""

    autocomplete_section = "shipping"

    shipping_method = forms.ChoiceField(label=_("Delivery"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, countries: list[str], quotes: list[DeliveryQuote], **kwargs: Any) -> None:
        super().__init__(*args, countries=countries, **kwargs)
        self.quotes = {quote.code: quote for quote in quotes}
        self.fields["shipping_method"].choices = [(quote.code, quote.label) for quote in quotes]
        if not self._needs_address():
            for name in self.format.order:
                self.fields[name].required = False

    def _needs_address(self) -> bool:
        quote = (
            self.quotes.get(self.data.get(self.add_prefix("shipping_method"), "")) if self.is_bound else None
        )
        return not quote or not (quote.is_pickup or quote.code == "none")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.quotes and "country" in cleaned:
            self.add_error("country", _("We do not deliver to this country yet."))
        elif not cleaned.get("shipping_method") and "shipping_method" not in self.errors:
            self.add_error("shipping_method", _("Choose how you want to receive the order."))
        return cleaned


class PaymentForm(forms.Form):
    payment_method = forms.ChoiceField(
        label=_("Payment"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how you want to pay."),
            "invalid_choice": _("This way to pay is not available for this order. Choose another one."),
        },
    )

    def __init__(self, *args: Any, options: list[PaymentOption], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment_method"].choices = [
            (option.code, option.label) for option in options if not option.refusal
        ]


class PlaceForm(forms.Form):
    """The last step: what the page showed, and that the terms are accepted."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    shown_total = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**53)
    accept_terms = forms.BooleanField(
        label=_("I accept the terms of sale and have read the privacy notice"),
        error_messages={"required": _("Please accept the terms to place the order.")},
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_shown_total(self) -> Money:
        return Money(self.cleaned_data["shown_total"], self.currency)


class TrackForm(forms.Form):
    number = forms.CharField(
        label=_("Order number"),
        error_messages={"required": _("Write the number of the order.")},
        max_length=20,
        validators=[plain_text],
        help_text=_("Eight digits, in the subject of our mail."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        error_messages={"required": _("Write your e-mail.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
