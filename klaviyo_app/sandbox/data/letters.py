"""The templates of a shop: layouts that put parts together, and the plain text beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from klaviyo_app.sandbox.data.letter_parts import (
    Look,
    banner,
    basket,
    button,
    coupon,
    document,
    footer,
    grid,
    hero,
    masthead,
    paragraphs,
    quote,
    scale,
    steps,
)
from klaviyo_app.sandbox.data.letter_plans import HUES, PLANS, LetterPlan
from klaviyo_app.sandbox.data.shops import Product, Shop

Layout = Callable[[Look, LetterPlan, Sequence[Product]], list[str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A template before it is stored."""

    name: str
    html: str
    text: str
    subject: str
    preview: str


GREETING = "Hello {{ first_name|default:'there' }},"
SIGNED = "Warmly,<br>Ida and Magnus"


def _top(look: Look, plan: LetterPlan) -> str:
    return hero(look, plan.kicker, plan.title, plan.words, plan.scene)


def _news(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    return [
        _top(look, plan),
        button(look, plan.button, "/journal"),
        grid(look, products[:4]),
        quote(look, "I have had mine for nine years and it has outlived two cars.", "Ruth, Graz"),
    ]


def _launch(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    reasons = steps(
        look,
        ("Made in small numbers", "Three hundred a month, by eleven people."),
        ("Mended for life", "Whatever breaks, send it back to us."),
        ("A hundred days", "Try it outside. If it is not right, we take it back."),
    )
    return [_top(look, plan), grid(look, products[:1]), reasons, button(look, plan.button)]


def _sale(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    return [banner(look, plan.title, plan.words), grid(look, products[:6]), button(look, plan.button, "/sale")]


def _offer(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    return [
        _top(look, plan),
        coupon(look, "WELCOME10", "Your own code"),
        button(look, plan.button),
        grid(look, products[:2]),
    ]


def _letter(look: Look, plan: LetterPlan, _products: Sequence[Product]) -> list[str]:
    more = (
        "We started with one tent and a borrowed sewing machine. What has not changed: we would rather sell you one "
        "good thing than five cheap ones, and we answer every mail ourselves."
    )
    return [_top(look, plan), paragraphs(GREETING, plan.words, more, SIGNED), button(look, plan.button, "/letter")]


def _welcome(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    ways = steps(
        look,
        ("Thursdays", "One letter a week, never two."),
        ("No tricks", "No countdowns, no invented scarcity."),
        ("Your say", "Choose below what you want to hear about."),
    )
    return [_top(look, plan), ways, button(look, plan.button), grid(look, products[:4])]


def _guide(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    how = steps(
        look,
        ("Begin dry", "Brush it off, hang it up, wait a night."),
        ("Warm it", "Lukewarm is enough. Patience does the rest."),
        ("Little and often", "A thin layer twice is better than a thick one once."),
        ("Leave it alone", "A day of rest, and it is ready for ten more years."),
    )
    return [_top(look, plan), how, grid(look, products[:2]), button(look, plan.button, "/care")]


def _cart(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    return [_top(look, plan), basket(look), button(look, plan.button, "/basket"), grid(look, products[:2])]


def _receipt(look: Look, plan: LetterPlan, _products: Sequence[Product]) -> list[str]:
    number = "Order {{ event.OrderId|default:'F-20418' }}, {% today '%d.%m.%Y' %}"
    return [_top(look, plan), paragraphs(GREETING, number), basket(look), button(look, plan.button, "/orders")]


def _restock(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    return [_top(look, plan), grid(look, products[:1]), button(look, plan.button)]


def _survey(look: Look, plan: LetterPlan, _products: Sequence[Product]) -> list[str]:
    return [_top(look, plan), scale(look), button(look, plan.button, "/survey")]


def _vip(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    points = "You have {{ person|lookup:'Loyalty points'|default:'0' }} points."
    return [
        banner(look, plan.title, plan.words),
        paragraphs(GREETING, points),
        grid(look, products[:4]),
        button(look, plan.button, "/club"),
    ]


def _event(look: Look, plan: LetterPlan, products: Sequence[Product]) -> list[str]:
    where = steps(
        look,
        ("When", "Saturday, ten o'clock, until the soup is gone."),
        ("Where", f"{look.shop.address['address1']}, {look.shop.address['city']}. Ring twice."),
        ("What to bring", "Old clothes and something to carry it home in."),
    )
    return [_top(look, plan), where, button(look, plan.button, "/workshops"), grid(look, products[:2])]


LAYOUTS: Mapping[str, Layout] = {
    "cart": _cart,
    "event": _event,
    "guide": _guide,
    "launch": _launch,
    "letter": _letter,
    "news": _news,
    "offer": _offer,
    "receipt": _receipt,
    "restock": _restock,
    "sale": _sale,
    "survey": _survey,
    "vip": _vip,
    "welcome": _welcome,
}


def make_letters(shop: Shop, count: int) -> list[Letter]:
    """The first templates of a shop; forty at most. Built once a process: nothing in them is random."""
    return list(_letters(shop.account_id, count, shop=_Hidden(shop)))


@dataclass(frozen=True, slots=True, eq=False)
class _Hidden:
    """Keeps a shop out of the cache's key, which its account id already is."""

    shop: Shop

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hidden)


@lru_cache(maxsize=16)
def _letters(_account_id: str, count: int, *, shop: _Hidden) -> tuple[Letter, ...]:
    return tuple(_letter_of(shop.shop, plan) for plan in PLANS[:count])


def _letter_of(shop: Shop, plan: LetterPlan) -> Letter:
    look = Look(shop, HUES[plan.hue])
    shelf = [*shop.products, *shop.products]
    start = plan.first % len(shop.products)
    parts = LAYOUTS[plan.layout](look, plan, shelf[start:])
    html = document(look, plan.name, plan.words, [masthead(look), *parts, footer(look)])
    plain = (
        f"{plan.kicker}\n\n{plan.title}\n\n{plan.words}\n\n{plan.button}: {shop.website}\n\n--\n"
        "Unsubscribe: {% unsubscribe_link %}\n"
    )
    subject = re.sub(r"\{\{[^}]*\}\}", "friend", plan.title)
    return Letter(plan.name, html, plain, subject, plan.words)
