"""What may come in from cart and checkout. Forms check shape, never stock or state."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders import addresses
from orders.signals import DeliveryQuote, PaymentOption
from shop.money import Money


def plain_text(value: str) -> None:
    """No control characters: they are never meant, and a database may refuse them."""
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValidationError(_("Please remove the invisible characters from this field."))


class QuantityField(forms.IntegerField):
    """A whole number of things, as people type it: " 2 " and "２" are 2; "1.5", "0x1" and "+1" are refused."""

    default_error_messages = {
        "invalid": _("Enter a whole number, such as 1 or 2."),
        "required": _("Enter how many you want."),
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


def _text(
    label: Any, autocomplete: str, *, max_length: int, required: bool = True, **attrs: str
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=max_length,
        required=required,
        validators=[plain_text],
        widget=forms.TextInput(attrs={"autocomplete": autocomplete, **attrs}),
    )


class DeliveryForm(forms.Form):
    """Where to and how. Labels and which parts are required follow the country's own address format."""

    country = forms.ChoiceField(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "shipping country"})
    )
    full_name = _text(_("Full name"), "shipping name", max_length=200)
    line1 = _text(_("Street and house number"), "shipping address-line1", max_length=200)
    line2 = _text(_("Flat, floor, company"), "shipping address-line2", max_length=200, required=False)
    postal_code = _text(_("Postcode"), "shipping postal-code", max_length=20)
    city = _text(pgettext_lazy("address", "City"), "shipping address-level2", max_length=120)
    region = _text(
        pgettext_lazy("address", "Region"), "shipping address-level1", max_length=120, required=False
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        validators=[plain_text],
        help_text=_("Only for the courier, if something is unclear."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "shipping tel", "inputmode": "tel"}),
    )
    shipping_method = forms.ChoiceField(label=_("Delivery"), required=False, widget=forms.RadioSelect)

    def __init__(
        self,
        *args: Any,
        countries: list[tuple[str, str]],
        quotes: list[DeliveryQuote],
        country: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.quotes = {quote.code: quote for quote in quotes}
        self.fields["country"].choices = countries
        self.fields["shipping_method"].choices = [(quote.code, quote.label) for quote in quotes]
        self.format = addresses.address_format(country)
        self._follow_format()

    def _follow_format(self) -> None:
        for name, label in self.format.labels.items():
            self.fields[name].label = label
        for name in addresses.POSTAL_FIELDS:
            self.fields[name].required = name in self.format.required and not self._is_pickup()
        if not self.format.uses_region:
            self.fields["region"].widget = forms.HiddenInput()

    def _is_pickup(self) -> bool:
        quote = (
            self.quotes.get(self.data.get(self.add_prefix("shipping_method"), "")) if self.is_bound else None
        )
        return bool(quote and (quote.is_pickup or quote.code == "none"))

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"], self.data.get("country", ""))

    def clean_postal_code(self) -> str:
        value = self.cleaned_data["postal_code"].strip()
        if value and not self.format.fits_postal_code(value):
            raise ValidationError(
                _("This does not look like a postcode of this country. An example: %(example)s."),
                params={"example": self.format.postal_example},
            )
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.quotes and "country" in cleaned:
            self.add_error("country", _("We do not deliver to this country yet."))
        elif not cleaned.get("shipping_method") and "shipping_method" not in self.errors:
            self.add_error("shipping_method", _("Choose how you want to receive the order."))
        return cleaned


def clean_phone(text: str, country: str) -> str:
    """As the world writes it, +351 912 345 678; what is not a number is refused with an example."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, country or settings.COUNTRY)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError(_("Enter a phone number with its area code, such as +351 912 345 678."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


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
        max_length=20,
        validators=[plain_text],
        help_text=_("Eight digits, in the subject of our mail."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    )
