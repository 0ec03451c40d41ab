"""The three shops of the demo: what their Klaviyo accounts say, and what they sell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Product(NamedTuple):
    """Something in the shop. `picture` is a name in pictures.PICTURES."""

    name: str
    price: float
    picture: str
    words: str


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything a shop has. `codes`: of the biggest coupon; `lists`... of those there are, the first."""

    people: int
    lists: int
    segments: int
    campaigns: int
    templates: int
    coupons: int
    codes: int


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop and its account."""

    account_id: str
    name: str
    sender: str
    email: str
    website: str
    industry: str
    timezone: str
    currency: str
    locale: str
    address: dict[str, str]
    seed: int
    test_account: bool = False
    products: tuple[Product, ...] = ()
    # Brand: ink, accent, wash and paper of its mails.
    palette: tuple[str, str, str, str] = ("#1f2a24", "#2f6f4f", "#e4efe7", "#f6f4ef")

    def attributes(self) -> dict[str, Any]:
        """The account resource's attributes."""
        return {
            "test_account": self.test_account,
            "contact_information": {
                "default_sender_name": self.sender,
                "default_sender_email": self.email,
                "website_url": self.website,
                "organization_name": self.name,
                "street_address": self.address,
            },
            "industry": self.industry,
            "timezone": self.timezone,
            "preferred_currency": self.currency,
            "public_api_key": self.account_id,
            "locale": self.locale,
        }


def _address(street: str, city: str, region: str, country: str, code: str) -> dict[str, str]:
    return {"address1": street, "address2": "", "city": city, "region": region, "country": country, "zip": code}


OUTDOOR = (
    Product("Ridge 2 tent", 349.0, "tent", "Two people, three seasons, 2.1 kg"),
    Product("Tarn sleeping bag", 229.0, "bag", "Down from one valley, warm to -6 °C"),
    Product("Moss wool blanket", 119.0, "blanket", "Woven in Telemark, washable"),
    Product("Enamel mug, pair", 28.0, "mug", "Falls off rocks, keeps going"),
    Product("Firefly lantern", 54.0, "lantern", "Forty hours on one charge"),
    Product("Cairn daypack 22", 98.0, "pack", "Recycled canvas, one big pocket"),
    Product("Kettle for two", 46.0, "kettle", "Boils on gas, wood and patience"),
    Product("Larch candle", 24.0, "candle", "Sixty hours of a walk in the rain"),
    Product("Fieldwork jacket", 189.0, "jacket", "Waxed cotton, mended free for life"),
    Product("Trail boots", 210.0, "boot", "Resoled, never thrown away"),
    Product("Linen tablecloth", 89.0, "cloth", "Softer every Sunday"),
    Product("Cast-iron pan", 72.0, "pan", "Seasoned three times before it leaves us"),
)
HOME = (
    Product("Harbor armchair", 640.0, "chair", "Oak and wool, built in Maine"),
    Product("Driftwood lamp", 148.0, "lantern", "No two alike"),
    Product("Stoneware set", 96.0, "mug", "Four mugs, four bowls"),
    Product("Tide throw", 88.0, "blanket", "Merino, in three blues"),
    Product("Beeswax tapers", 18.0, "candle", "A dozen, nine inches"),
    Product("Galley skillet", 79.0, "pan", "Cast iron, ten inch"),
)

FJELL = Shop(
    account_id="Fj3LLd",
    name="Fjell & Field",
    sender="Fjell & Field",
    email="hello@fjellandfield.example.com",
    website="https://www.fjellandfield.example.com",
    industry="Sporting Goods, Home & Garden",
    timezone="Europe/Berlin",
    currency="EUR",
    locale="en-DE",
    address=_address("Uferstrasse 12", "Berlin", "Berlin", "Germany", "13357"),
    seed=20240907,
    products=OUTDOOR,
)
HEARTH = Shop(
    account_id="HrtHb8",
    name="Hearth & Harbor",
    sender="Hearth & Harbor",
    email="crew@hearthandharbor.example.com",
    website="https://hearthandharbor.example.com",
    industry="Home & Garden",
    timezone="America/Los_Angeles",
    currency="USD",
    locale="en-US",
    address=_address("88 Pier Street", "Portland", "Oregon", "United States", "97209"),
    seed=20250311,
    products=HOME,
    palette=("#1c2733", "#21618c", "#dfeaf2", "#f5f6f8"),
)
STAGING = Shop(
    account_id="TsTfjL",
    name="Fjell & Field (staging)",
    sender="Fjell & Field staging",
    email="staging@fjellandfield.example.com",
    website="https://staging.fjellandfield.example.com",
    industry="Sporting Goods, Home & Garden",
    timezone="UTC",
    currency="GBP",
    locale="en-GB",
    address=_address("Uferstrasse 12", "Berlin", "Berlin", "Germany", "13357"),
    seed=20260105,
    test_account=True,
    products=OUTDOOR[:6],
    palette=("#2b2233", "#6b4a8e", "#ece5f3", "#f7f5f9"),
)

WHOLE = Size(people=5000, lists=30, segments=30, campaigns=180, templates=40, coupons=12, codes=2500)
SMALLER = Size(people=600, lists=9, segments=8, campaigns=40, templates=14, coupons=5, codes=300)
TEST_SIZE = Size(people=80, lists=4, segments=4, campaigns=10, templates=6, coupons=2, codes=40)
TRIAL = Size(people=60, lists=5, segments=5, campaigns=8, templates=5, coupons=3, codes=20)
