"""The carriers whose parcels can be followed on their own pages."""

from __future__ import annotations

from urllib.parse import quote

# Name as staff and shoppers read it: the carrier's page for a tracking number.
TRACKING_PAGES = {
    "CTT": "https://appserver.ctt.pt/CustomerArea/PublicArea_Detail?ObjectCodeInput={}&SearchInput={}",
    "Correos": "https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={}",
    "DHL": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    "DPD": "https://tracking.dpd.de/status/en_US/parcel/{}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "GLS": "https://gls-group.com/EU/en/parcel-tracking/?match={}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "Почта России": "https://www.pochta.ru/tracking?barcode={}",
    "СДЭК": "https://www.cdek.ru/ru/tracking/?order_id={}",
}


def tracking_url(carrier: str, number: str) -> str:
    """Where the parcel can be followed; "" for a carrier we do not know or a parcel without a number."""
    page = TRACKING_PAGES.get(_known_as(carrier))
    return page.replace("{}", quote(number, safe="")) if page and number else ""


def _known_as(carrier: str) -> str:
    """ "ctt expresso" is CTT: the name's first words decide, whatever the letter case."""
    written = carrier.strip().casefold()
    fitting = (name for name in TRACKING_PAGES if f"{written} ".startswith(f"{name.casefold()} "))
    return next(fitting, "")
