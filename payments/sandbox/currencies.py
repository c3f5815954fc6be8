"""The currencies Stripe takes, how small an amount may be, and how an error message writes it."""

from __future__ import annotations

from .errors import BadParameter

STRIPE_TAKES = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad "
    "cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd "
    "hnl htg huf idr ils inr isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd "
    "mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd "
    "rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs vnd "
    "vuv wst xaf xcd xof xpf yer zar zmw"
)
WITHOUT_CENTS = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
WITH_THOUSANDTHS = "bhd jod kwd omr tnd"
SUPPORTED = frozenset(f"{STRIPE_TAKES} {WITH_THOUSANDTHS}".split())
THREE_DECIMAL = frozenset(WITH_THOUSANDTHS.split())
ZERO_DECIMAL = frozenset(WITHOUT_CENTS.split())
SMALLEST = {
    "usd": 50, "eur": 50, "gbp": 30, "chf": 50, "jpy": 50, "aud": 50, "cad": 50, "sek": 300, "nok": 300,
    "dkk": 250, "pln": 200, "czk": 1500, "huf": 17500, "ron": 200, "bgn": 100, "hkd": 400,
}  # fmt: skip
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
LARGEST = 99_999_999


def checked_currency(currency: str) -> str:
    if currency.lower() not in SUPPORTED:
        raise BadParameter(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: "
            + ", ".join(sorted(SUPPORTED)),
            param="currency",
        )
    return currency.lower()


def checked_amount(amount: int, currency: str) -> int:
    """`amount`, if Stripe would take it. Raises BadParameter."""
    smallest = SMALLEST.get(currency, 1)
    if amount < smallest:
        raise BadParameter(
            f"Amount must be at least {worded(smallest, currency)} {currency}",
            code="amount_too_small",
            param="amount",
        )
    if currency in THREE_DECIMAL and amount % 10:
        raise BadParameter(f"Amount must be a multiple of 10 in {currency}", param="amount")
    if amount > LARGEST:
        raise BadParameter(
            f"Amount must be no more than {worded(LARGEST, currency)}",
            code="amount_too_large",
            param="amount",
        )
    return amount


def worded(amount: int, currency: str) -> str:
    sign = SIGNS.get(currency, "")
    if currency in ZERO_DECIMAL:
        return f"{sign}{amount:,}"
    if currency in THREE_DECIMAL:
        return f"{sign}{amount // 1000:,}.{amount % 1000:03}"
    return f"{sign}{amount // 100:,}.{amount % 100:02}"


def named(amount: int, currency: str) -> str:
    """An amount for a person: €12.00, or 12.00 SEK."""
    return worded(amount, currency) + ("" if currency in SIGNS else f" {currency.upper()}")
