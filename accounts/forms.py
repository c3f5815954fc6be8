"""What people may tell us about themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.addresses import AddressFormat, clean_phone, country_choices, format_for
from accounts.models import AddressFields, User

AUTOCOMPLETE = {
    "country": "country",
    "full_name": "name",
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
    "phone": "tel",
}
MISSING = {
    "full_name": _("Write who receives it."),
    "line1": _("Write the street and the house number."),
    "city": _("Write the town or city."),
    "region": _("Write the region."),
    "postal_code": _("Write the postcode."),
}


def plain_text(value: str) -> None:
    """No control characters: they are never meant, and a database may refuse them."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise forms.ValidationError(_("Please remove the invisible characters from this field."))


def _text(label: Any, length: int, *, required: bool = True, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=length,
        required=required,
        validators=[plain_text],
        widget=forms.TextInput(attrs),
    )


class AddressForm(forms.Form):
    """An address in the format of its country: the country is asked first and decides about the rest.

    `countries` limits the choice (where the shop delivers to). Parts that the country does not use are
    not asked for and come out empty. `address_rows` gives them in the country's order.
    """

    autocomplete_section = ""  # "shipping" puts it before every token

    country = forms.ChoiceField(label=_("Country"))
    full_name = _text(_("Full name"), 200)
    line1 = _text(_("Street and house number"), 200)
    line2 = _text(_("Flat, floor, company"), 200, required=False)
    city = _text(_("City"), 120)
    region = _text(_("Region"), 120)
    postal_code = _text(_("Postcode"), 20)
    phone = _text(_("Phone"), 40, required=False, type="tel", inputmode="tel")

    def __init__(self, *args: Any, countries: Iterable[str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(countries)
        self.fields["phone"].help_text = _("For the courier only, if something is unclear.")
        self._follow(self.format)
        for name, field in self.fields.items():
            if token := AUTOCOMPLETE.get(name):
                field.widget.attrs["autocomplete"] = f"{self.autocomplete_section} {token}".strip()
            if missing := MISSING.get(name):
                field.error_messages["required"] = missing

    @cached_property
    def format(self) -> AddressFormat:
        """The format of the country that was chosen, or of the one it starts with."""
        codes = [code for code, _name in self.fields["country"].choices]
        asked = self.data.get(self.add_prefix("country")) if self.is_bound else self.initial.get("country")
        if asked not in codes:
            asked = settings.COUNTRY if settings.COUNTRY in codes else codes[0]
        self.initial.setdefault("country", asked)
        return format_for(asked)

    @property
    def address_rows(self) -> list[list[BoundField]]:
        """The parts between name and phone, by row. Only a postcode and a city that are neighbours share one."""
        rows: list[list[BoundField]] = []
        for name in self.format.order:
            if rows and {rows[-1][-1].name, name} == {"city", "postal_code"}:
                rows[-1].append(self[name])
            else:
                rows.append([self[name]])
        return rows

    def clean_postal_code(self) -> str:
        try:
            return self.format.clean_postal_code(self.cleaned_data["postal_code"])
        except ValueError:
            message = _("Check the postcode. In this country it looks like %(example)s.")
            raise forms.ValidationError(message % {"example": self.format.postal_example}) from None

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        try:
            return clean_phone(phone, self.format.country) if phone else ""
        except ValueError:
            raise forms.ValidationError(
                _("This does not look like a phone number. Add the country code, such as +351.")
            ) from None

    def clean(self) -> dict[str, Any]:
        for name in ("line1", "line2", "city", "region", "postal_code"):
            if name not in self.fields:
                self.cleaned_data[name] = ""
        return self.cleaned_data

    def _follow(self, rules: AddressFormat) -> None:
        """Name, require and drop parts as the country does."""
        for name in ("line1", "line2", "city", "region", "postal_code"):
            if name not in rules.order:
                del self.fields[name]
                continue
            self.fields[name].required = name in rules.required
            if label := rules.labels.get(name):
                self.fields[name].label = label


class BookedAddressForm(AddressForm):
    """An address of a customer's book."""

    is_default = forms.BooleanField(label=_("Deliver here unless I say otherwise"), required=False)

    @property
    def address(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in AddressFields.ADDRESS_FIELDS}


class ProfileForm(forms.ModelForm):
    """What a customer is called. E-mail and password have pages of their own, with their own checks."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        required=False,
        validators=[plain_text],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    class Meta:
        model = User
        fields = ["full_name"]
