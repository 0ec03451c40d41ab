"""Parts of an e-mail: tables that stack on a phone, in a shop's colours, with nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from klaviyo_app.sandbox.data.pictures import picture, scene
from klaviyo_app.sandbox.data.shops import Product, Shop

Palette = tuple[str, str, str, str]
SERIF = "Georgia,'Times New Roman',serif"
SANS = "-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"

_STYLE = """
body { margin: 0; padding: 0; }
a { color: inherit; }
.wrap { width: 600px; max-width: 100%; }
.cell { display: inline-block; width: 264px; vertical-align: top; }
@media (max-width: 620px) {
  .wrap { width: 100% !important; }
  .cell { width: 100% !important; }
  .pad { padding-left: 20px !important; padding-right: 20px !important; }
  .title { font-size: 30px !important; }
}
"""


@dataclass(frozen=True, slots=True)
class Look:
    """A shop and the colours of one mail: ink, accent, wash, paper."""

    shop: Shop
    palette: Palette

    @property
    def ink(self) -> str:
        """The colour of words."""
        return self.palette[0]

    @property
    def accent(self) -> str:
        """The colour of buttons."""
        return self.palette[1]

    @property
    def wash(self) -> str:
        """The colour behind pictures."""
        return self.palette[2]

    @property
    def paper(self) -> str:
        """The colour around the mail."""
        return self.palette[3]


def document(look: Look, title: str, preview: str, parts: Sequence[str]) -> str:
    """The whole mail."""
    rows = "\n".join(parts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body style="background:{look.paper};font-family:{SANS};color:{look.ink}">
<div style="display:none;max-height:0;overflow:hidden">{escape(preview)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:{look.paper}">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="wrap" cellpadding="0" cellspacing="0" border="0" style="background:#ffffff;\
border-radius:12px;overflow:hidden">
{rows}
</table>
</td></tr>
</table>
</body>
</html>"""


def row(inner: str, *, padding: str = "0 44px 24px", background: str = "#ffffff", align: str = "left") -> str:
    """One row of the mail."""
    return (
        f'<tr><td class="pad" align="{align}" style="padding:{padding};background:{background};'
        f'font-size:16px;line-height:1.6">{inner}</td></tr>'
    )


def masthead(look: Look) -> str:
    """The shop's name, and the way to the web version."""
    name = escape(look.shop.name)
    return row(
        f'<a href="{look.shop.website}" style="text-decoration:none;font-family:{SERIF};font-size:22px;'
        f'letter-spacing:.04em;color:{look.ink}">{name}</a>'
        '<div style="font-size:12px;padding-top:6px">{% web_view "View in browser" %}</div>',
        padding="26px 44px 20px",
        align="center",
    )


def hero(look: Look, kicker: str, title: str, words: str, name: str) -> str:
    """A landscape and under it the headline."""
    return f'<tr><td style="padding:0">{scene(name, look.palette)}</td></tr>' + row(
        f'<div style="font-size:13px;letter-spacing:.12em;text-transform:uppercase;color:{look.accent}">{kicker}</div>'
        f'<h1 class="title" style="margin:10px 0 14px;font-family:{SERIF};font-weight:normal;font-size:38px;'
        f'line-height:1.15;color:{look.ink}">{title}</h1><p style="margin:0">{words}</p>',
        padding="34px 44px 24px",
        align="center",
    )


def banner(look: Look, title: str, words: str) -> str:
    """A headline on the accent colour."""
    return row(
        f'<h1 class="title" style="margin:0 0 10px;font-family:{SERIF};font-weight:normal;font-size:44px;'
        f'line-height:1.1;color:#ffffff">{title}</h1><p style="margin:0;color:#ffffff">{words}</p>',
        padding="54px 44px",
        background=look.ink,
        align="center",
    )


def paragraphs(*words: str) -> str:
    """Running text."""
    return row("".join(f'<p style="margin:0 0 16px">{one}</p>' for one in words), padding="28px 44px 8px")


def button(look: Look, words: str, path: str = "/new") -> str:
    """One thing to do."""
    return row(
        f'<a href="{look.shop.website}{path}" style="display:inline-block;padding:14px 30px;border-radius:999px;'
        f'background:{look.accent};color:#ffffff;text-decoration:none;font-weight:600">{words}</a>',
        padding="4px 44px 34px",
        align="center",
    )


def price(look: Look, value: float) -> str:
    """A price in the shop's currency."""
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}[look.shop.currency]
    return f"{sign}{value:,.2f}".removesuffix(".00")


def grid(look: Look, products: Sequence[Product]) -> str:
    """Products two by two, one below the other on a phone."""
    cells = "".join(
        f'<div class="cell" style="padding:0 0 22px"><a href="{look.shop.website}/p/{number}" '
        f'style="text-decoration:none;color:{look.ink}"><div style="padding:0 10px">'
        f"{picture(one.picture, look.palette, one.name)}"
        f'<div style="padding-top:10px;font-weight:600">{one.name}</div>'
        f'<div style="font-size:14px;line-height:1.45">{one.words}</div>'
        f'<div style="padding-top:4px;color:{look.accent};font-weight:600">{price(look, one.price)}</div>'
        "</div></a></div>"
        for number, one in enumerate(products, start=1)
    )
    return row(cells, padding="22px 30px 10px", align="center")


def steps(look: Look, *words: tuple[str, str]) -> str:
    """Numbered lines."""
    lines = "".join(
        f'<tr><td width="44" valign="top" style="padding:0 0 18px"><div style="width:32px;height:32px;line-height:32px;'
        f'border-radius:16px;background:{look.wash};color:{look.ink};text-align:center;font-weight:600">{number}</div></td>'
        f'<td style="padding:2px 0 18px;font-size:16px;line-height:1.5"><strong>{title}</strong><br>{text}</td></tr>'
        for number, (title, text) in enumerate(words, start=1)
    )
    return row(f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">{lines}</table>')


def coupon(look: Look, name: str, words: str) -> str:
    """A code of one's own, from a Klaviyo coupon."""
    return row(
        f'<div style="border:2px dashed {look.accent};border-radius:10px;padding:22px;background:{look.wash}">'
        f'<div style="font-size:14px">{words}</div><div style="font-family:monospace;font-size:26px'
        f";letter-spacing:.08em;padding-top:6px\">{{% coupon_code '{name}' %}}</div></div>",
        align="center",
    )


def quote(look: Look, words: str, who: str) -> str:
    """What somebody said."""
    return row(
        f'<p style="margin:0 0 8px;font-family:{SERIF};font-size:22px;line-height:1.4">“{words}”</p>'
        f'<p style="margin:0;font-size:14px">{who}</p>',
        padding="30px 44px",
        background=look.wash,
        align="center",
    )


def basket(look: Look) -> str:
    """What the event says was in the basket."""
    line = (
        '<tr><td style="padding:10px 0;border-bottom:1px solid #dddddd">{{ item.name|default:"Your find" }}'
        '{% if item.quantity > 1 %} × {{ item.quantity }}{% endif %}</td><td align="right" style="padding:10px 0;'
        'border-bottom:1px solid #dddddd">{% currency_format item.price %}</td></tr>'
    )
    loop = (
        "{% for item in event.items %}" + line + '{% empty %}<tr><td style="padding:10px 0">Your basket is '
        "waiting as you left it.</td></tr>{% endfor %}"
    )
    return row(
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="font-size:16px;color:{look.ink}">{loop}</table>'
    )


def scale(look: Look) -> str:
    """Five answers side by side."""
    cells = "".join(
        f'<a href="{look.shop.website}/survey?score={number}" style="display:inline-block;width:46px;height:46px;'
        f"line-height:46px;margin:4px;border-radius:8px;background:{look.wash};color:{look.ink};"
        f'text-decoration:none;font-weight:600">{number}</a>'
        for number in range(1, 6)
    )
    return row(cells + '<div style="font-size:14px;padding-top:8px">1: not at all. 5: very much.</div>', align="center")


def footer(look: Look) -> str:
    """Who writes, why, and how to make it stop."""
    address = look.shop.address
    where = escape(f"{look.shop.name}, {address['address1']}, {address['zip']} {address['city']}, {address['country']}")
    return row(
        f'<p style="margin:0 0 8px">{where}</p><p style="margin:0 0 8px">You get this because you asked for our '
        "letters{% if person.city %} in {{ person.city }}{% endif %}.</p>"
        "<p style=\"margin:0\">{% unsubscribe 'Unsubscribe' %} · {% manage_preferences 'Choose what you get' %}</p>",
        padding="26px 44px 30px",
        background=look.paper,
        align="center",
    ).replace("font-size:16px;line-height:1.6", "font-size:13px;line-height:1.6", 1)
