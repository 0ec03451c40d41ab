"""What the demo's customers wrote about what they bought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.data.people import DAY, Made, written


class Opinion(NamedTuple):
    """A review in words. Without a rating it is a question."""

    rating: int | None
    title: str
    content: str
    quote: str | None = None
    reply: str | None = None


OPINIONS: tuple[Opinion, ...] = (
    Opinion(
        5, "Came back from the rain dry", "Three days of rain in Jotunheimen, and not a drop inside.", "Not a drop"
    ),
    Opinion(5, "Lives on the stove", "I meant to take it camping. It has not left the kitchen since.", "Not left"),
    Opinion(4, "Good, a little heavy", "Everything one wants, but I feel it after ten kilometres."),
    Opinion(
        4, "Smaller than I thought", "Lovely work. Look at the measures before you order.", None, "Thank you, noted!"
    ),
    Opinion(3, "Took its time", "The thing is fine, the parcel needed nine days.", None, "We are sorry about that."),
    Opinion(2, "Zip gave up", "The zip gave up in the second month.", None, "Send it in, we mend it for nothing."),
    Opinion(1, "Wrong colour", "Ordered moss, got slate. Twice."),
    Opinion(None, "Does it fit two?", "Would two tall people sleep well in it?", None, "Up to about 1.90 m, yes."),
)
STATUSES = ("published", "published", "published", "featured", "pending", "unpublished", "rejected")
_EACH = 20  # of so many buyers one writes a review


def make_reviews(random: Random, people: Sequence[Made], items: Sequence[Thing], now: float) -> Iterator[Thing]:
    """A review by some of those who bought something, about an item of the catalog."""
    buyers = [one for one in people if one.activity.get("Placed Order")]
    for person in buyers[::_EACH] if items else ():
        bought = person.activity["Placed Order"][0][0]
        at = min(bought + random.random() * 30 * DAY, now - 3600)
        yield _review(random, person, random.choice(items), random.choice(OPINIONS), at)


def _review(random: Random, person: Made, item: Thing, opinion: Opinion, at: float) -> Thing:
    attributes: dict[str, Any] = {
        "email": person.attributes["email"],
        "status": random.choice(STATUSES),
        "verified": True,
        "review_type": "review" if opinion.rating else "question",
        "created": written(at),
        "updated": written(at + 3600),
        "images": [],
        "product": {
            "url": item.attributes["url"],
            "name": item.attributes["title"],
            "image_url": item.attributes["image_full_url"],
            "external_id": item.attributes["external_id"],
        },
        "rating": opinion.rating,
        "author": f"{person.attributes['first_name']} {person.attributes['last_name'][0]}.",
        "content": opinion.content,
        "title": opinion.title,
        "smart_quote": opinion.quote,
    }
    if opinion.reply:
        attributes["public_reply"] = {"content": opinion.reply, "author": "The shop", "updated": written(at + DAY)}
    return Thing("review", f"{random.getrandbits(128):032x}", attributes, {"item": item.id})
