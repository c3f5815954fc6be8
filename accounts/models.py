"""People who sign in, and the addresses they keep."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.addresses import address_lines
from shop.errors import Refused


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Whoever can run this on the host needs no letter to prove the address: they can sign in at once."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.trust_address()
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractUser):
    """Someone who can sign in, known by e-mail. Staff are users with rights."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=200, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    def __str__(self) -> str:
        return self.email

    def trust_address(self) -> None:
        """Take the e-mail as proven, without a code. For staff and demo accounts made on the host."""
        EmailAddress.objects.update_or_create(
            user=self, email=self.email, defaults={"verified": True, "primary": True}
        )

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] or self.email


class AddressFields(models.Model):
    """A postal address and who receives there; every part as the person wrote it."""

    full_name = models.CharField(_("full name"), max_length=200, blank=True)
    line1 = models.CharField(_("address"), max_length=200, blank=True)
    line2 = models.CharField(_("flat, floor, company"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    postal_code = models.CharField(_("postcode"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    ADDRESS_FIELDS = ("full_name", "line1", "line2", "city", "region", "postal_code", "country", "phone")

    class Meta:
        abstract = True

    @property
    def address(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.ADDRESS_FIELDS}


class Address(AddressFields):
    """An address in a customer's book. One of them is where parcels go unless the customer says otherwise."""

    LIMIT = 20  # of one customer

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("customer")
    )
    is_default = models.BooleanField(default=False, verbose_name=_("used first"))

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["-is_default", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_default_address_per_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line1}, {self.city}"

    @property
    def lines(self) -> list[str]:
        """As on an envelope."""
        return address_lines(self.address)

    def put(self, address: dict[str, str], *, is_default: bool) -> None:
        """Write the address down in its owner's book. The first one is the default without being asked.

        Raises Refused when the book is full.
        """
        with transaction.atomic():
            User.objects.select_for_update().get(pk=self.user_id)  # one change of a book at a time
            others = Address.objects.filter(user=self.user_id).exclude(pk=self.pk)
            if self.pk is None and others.count() >= self.LIMIT:
                raise Refused(
                    _("Your address book is full. Please delete an address that you no longer use.")
                )
            for name, value in address.items():
                setattr(self, name, value)
            self.is_default = is_default or self.is_default or not others.exists()
            if self.is_default:
                others.update(is_default=False)
            self.save()

    def remove(self) -> None:
        """Take it out of the book; the oldest of the others takes its place as the default."""
        with transaction.atomic():
            User.objects.select_for_update().get(pk=self.user_id)
            self.delete()
            rest = Address.objects.filter(user=self.user_id)
            if not rest.filter(is_default=True).exists() and (heir := rest.order_by("id").first()):
                Address.objects.filter(pk=heir.pk).update(is_default=True)
