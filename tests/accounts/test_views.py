"""The customer's own pages."""

import pytest
from django.urls import reverse

from accounts.models import Address, User
from orders.models import Order
from tests.factories import ProductFactory
from tests.shopper import Shopper, open_delivery

HOME = {
    "country": "PT",
    "full_name": "Anna Weber",
    "line1": "Rua do Norte 12",
    "city": "Lisboa",
    "postal_code": "1200-284",
}
PAGES = ["overview", "orders", "addresses", "address_new", "profile"]


@pytest.fixture
def shop(db):
    open_delivery()
    ProductFactory(name={"en": "Mug"}, slug="mug", variant__sku="MUG", variant__level__on_hand=50)


def buy(user: User, times: int = 1) -> None:
    for _ in range(times):
        order = Shopper(email=user.email).buy("MUG", method="bank_transfer")
        Order.objects.filter(pk=order.pk).update(user=user)


@pytest.mark.parametrize("page", PAGES)
def test_the_account_is_for_those_who_signed_in(client, db, page):
    path = reverse(f"accounts:{page}")
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_the_account_is_kept_by_anybody(signed_in, page):
    assert "no-store" in signed_in.get(reverse(f"accounts:{page}")).headers["Cache-Control"]


def test_the_overview_leads_to_the_next_step_of_the_last_order(signed_in, anna, shop):
    buy(anna)
    page = signed_in.get(reverse("accounts:overview")).content.decode()
    order = Order.objects.get()
    assert order.number in page
    assert reverse("payments:pay", args=[order.token]) in page


def test_a_new_customer_sees_where_orders_will_be(signed_in):
    assert "No orders yet" in signed_in.get(reverse("accounts:overview")).content.decode()
    assert "No orders yet" in signed_in.get(reverse("accounts:orders")).content.decode()


def test_one_customer_never_sees_the_orders_of_another(signed_in, anna, boris, shop):
    buy(boris)
    number = Order.objects.get().number
    for page in ("overview", "orders"):
        assert number not in signed_in.get(reverse(f"accounts:{page}")).content.decode()


@pytest.mark.parametrize("page", ["overview", "orders"])
def test_more_orders_cost_no_more_queries(signed_in, anna, shop, count_queries, page):
    buy(anna, 2)
    few = count_queries(signed_in, reverse(f"accounts:{page}"))
    buy(anna, 4)
    assert count_queries(signed_in, reverse(f"accounts:{page}")) == few


@pytest.mark.parametrize("number", ["0", "-1", "999", "a", "1e5", "%00"])
def test_a_page_that_does_not_exist_shows_the_nearest(signed_in, number):
    assert signed_in.get(f"{reverse('accounts:orders')}?page={number}").status_code == 200


# --- The address book ----------------------------------------------------------------------------
def keep(client, **changes):
    return client.post(reverse("accounts:address_new"), {**HOME, **changes})


def test_the_first_address_is_where_parcels_go(signed_in, anna):
    assert keep(signed_in).status_code == 302
    assert anna.addresses.get().is_default


def test_another_address_takes_the_place_when_asked_to(signed_in, anna):
    keep(signed_in)
    keep(signed_in, line1="Rua do Sul 1", is_default="on")
    assert [address.line1 for address in anna.addresses.filter(is_default=True)] == ["Rua do Sul 1"]
    assert anna.addresses.count() == 2


def test_when_the_default_goes_another_takes_its_place(signed_in, anna):
    keep(signed_in)
    keep(signed_in, line1="Rua do Sul 1")
    first = anna.addresses.get(is_default=True)
    signed_in.post(reverse("accounts:address_delete", args=[first.pk]))
    assert anna.addresses.get().is_default


def test_a_wrong_address_comes_back_with_everything_written(signed_in, anna):
    response = keep(signed_in, postal_code="12", line1="Rua Comprida 99")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Rua Comprida 99" in page
    assert "<title>Error:" in page
    assert not anna.addresses.exists()


def test_another_country_shows_its_format_and_checks_nothing_yet(signed_in):
    response = signed_in.post(
        reverse("accounts:address_new"), {**HOME, "country": "US", "change_country": "1"}
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "ZIP code" in page
    assert "Rua do Norte 12" in page
    assert 'aria-invalid="true"' not in page


def test_the_address_of_another_customer_does_not_exist(signed_in, boris):  # reliability 36
    foreign = Address(user=boris)
    foreign.put({"line1": "Secret 1", "country": "PT"}, is_default=True)
    edit, delete = (reverse(f"accounts:address_{verb}", args=[foreign.pk]) for verb in ("edit", "delete"))
    assert signed_in.get(edit).status_code == signed_in.post(edit, HOME).status_code == 404
    assert signed_in.post(delete).status_code == 404
    foreign.refresh_from_db()
    assert foreign.line1 == "Secret 1"


def test_looking_never_deletes(signed_in, anna):
    keep(signed_in)
    assert (
        signed_in.get(reverse("accounts:address_delete", args=[anna.addresses.get().pk])).status_code == 405
    )
    assert anna.addresses.exists()


def test_a_full_book_says_so(signed_in, anna):
    for number in range(Address.LIMIT):
        Address(user=anna).put({"line1": str(number), "country": "PT"}, is_default=False)
    response = keep(signed_in)
    assert response.status_code == 422
    assert "address book is full" in response.content.decode()


def test_many_at_once_make_one_default(run_together, transactional_db):
    user = User.objects.create_user("many@example.org", "quiet-lamp-on-the-table")
    run_together(
        lambda n: Address(user_id=user.pk).put({"line1": str(n), "country": "PT"}, is_default=True), times=6
    )
    assert user.addresses.count() == 6
    assert user.addresses.filter(is_default=True).count() == 1


def test_a_name_is_saved(signed_in, anna):
    assert signed_in.post(reverse("accounts:profile"), {"full_name": "Anna W. Weber"}).status_code == 302
    assert signed_in.post(reverse("accounts:profile"), {"full_name": "Anna\r\nBcc: x"}).status_code == 422
    anna.refresh_from_db()
    assert anna.full_name == "Anna W. Weber"
