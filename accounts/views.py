"""A customer's own pages. Orders are reached through the customer: what an order is, orders knows."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import BookedAddressForm, ProfileForm
from accounts.models import Address
from shop.errors import Refused

ORDERS_PER_PAGE = 10
RECENT_ORDERS = 4
UNPROCESSABLE = 422


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """The last order with its next step, and the ways to everything else."""
    orders = list(request.user.orders.order_by("-placed_at").prefetch_related("lines")[:RECENT_ORDERS])
    context = {
        "last": orders[0] if orders else None,
        "earlier": orders[1:],
        "address": request.user.addresses.filter(is_default=True).first(),
    }
    return render(request, "accounts/overview.html", context)


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """Every order, newest first. A page number that does not exist shows the nearest one that does."""
    found = request.user.orders.order_by("-placed_at").prefetch_related("lines")
    page = Paginator(found, ORDERS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "accounts/orders.html", {"orders": page.object_list, "page": page, "pages": _pages(page)}
    )


@login_required
def addresses(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/addresses.html", {"addresses": request.user.addresses.all()})


@login_required
def address_new(request: HttpRequest) -> HttpResponse:
    return _edit_address(request, Address(user=request.user))


@login_required
def address_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit_address(request, get_object_or_404(request.user.addresses, pk=pk))


@login_required
@require_POST
def address_delete(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.addresses, pk=pk).remove()
    messages.success(request, _("The address is deleted."))
    return redirect("accounts:addresses")


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=_status(form))


def _edit_address(request: HttpRequest, address: Address) -> HttpResponse:
    """Show and save the form. «Change country» sends it back in the format of the new country, unchecked."""
    is_new = address.pk is None
    initial = {**address.address, "is_default": address.is_default}
    if is_new:
        initial = {"full_name": request.user.full_name}
    form = BookedAddressForm(initial=initial)
    if "change_country" in request.POST:
        form = BookedAddressForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = BookedAddressForm(request.POST)
        if form.is_valid():
            try:
                address.put(form.address, is_default=form.cleaned_data["is_default"])
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The address is saved."))
                return redirect("accounts:addresses")
    context = {"form": form, "address": address, "is_new": is_new}
    return render(request, "accounts/address.html", context, status=_status(form))


def _status(form: BookedAddressForm | ProfileForm) -> int:
    return UNPROCESSABLE if form.is_bound and form.errors else 200


def _pages(page) -> dict:
    """What components/pagination.html takes."""
    around = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "number": page.number,
        "pages": page.paginator.num_pages,
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else None,
        "next_url": f"?page={page.number + 1}" if page.has_next() else None,
        "numbers": [(number, f"?page={number}" if isinstance(number, int) else None) for number in around],
    }
