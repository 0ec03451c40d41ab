"""What the demo's campaigns are about: subjects and previews of two years, as data."""

from __future__ import annotations

from typing import NamedTuple


class Topic(NamedTuple):
    """What a letter is about. `letter`: the name of the template it uses."""

    subject: str
    preview: str
    letter: str = "Newsletter: the Thursday letter"


WEEKLY: tuple[Topic, ...] = (
    Topic("Three things worth carrying", "And one to leave at home"),
    Topic("Soup, and where to carry it", "A thermos, a hill, a bench", "Newsletter: kitchen edition"),
    Topic("The quiet side of the lake", "Forty minutes by train, then nobody", "Summer: huts and lakes"),
    Topic("How we dye with onion skins", "A bucket, a fire, a jumper"),
    Topic("Your jacket has ten more years", "Wax, thread and patience", "Newsletter: the mending issue"),
    Topic("Twelve walks that end at a table", "All of them start at a station", "Spring: first warm weekend"),
    Topic("Six mushrooms to leave alone", "And four to bring home", "Autumn: mushrooms and wool"),
    Topic("Snow on the roof, kettle on the stove", "Twelve places, two nights", "Winter: hut weekend"),
    Topic("Seven kilos, everything included", "The list that hangs in our hall", "Packing list: two nights"),
    Topic("What the loom said on Tuesday", "A visit to Telemark"),
    Topic("Bread on an open fire", "Flour, water, salt, smoke", "Workshop: sourdough on fire"),
    Topic("The tent that came back", "A repair with a story"),
    Topic("How to keep a pan", "No soap? Some soap", "Care guide: cast iron"),
    Topic("A night under the first stars", "No tent needed", "Summer: huts and lakes"),
    Topic("The good jumper season", "Wool, wax and a basket", "Autumn: mushrooms and wool"),
    Topic("Candles that smell of rain", "Sixty hours of it"),
    Topic("Half an hour with wax", "It is easier than you think", "Care guide: waxed cotton"),
    Topic("What went well, what did not", "Our half-year letter", "Letter from the founders"),
    Topic("Coffee outdoors, five ways", "One of them is cold", "Newsletter: kitchen edition"),
    Topic("A map without a plan", "Where Ida walks on Sundays"),
    Topic("The first warm weekend", "What to air, what to oil", "Spring: first warm weekend"),
    Topic("Letters from the hut", "Readers write back"),
    Topic("What we would pack for rain", "Mostly humour"),
    Topic("The smallest kitchen we know", "Two burners, one window", "Newsletter: kitchen edition"),
    Topic("Mended: a year in numbers", "2,318 zips and one kettle", "Newsletter: the mending issue"),
    Topic("Where the wool comes from", "Two hundred sheep and Solveig"),
)
PROMOTIONS: tuple[Topic, ...] = (
    Topic("The Ridge 2 is back", "Three hundred of them", "Back in stock: Ridge 2 tent"),
    Topic("New: the Fieldwork jacket", "Eleven pockets and a promise", "Launch: Fieldwork jacket"),
    Topic("Up to 30 percent, until Sunday", "Last year's colours", "Winter sale"),
    Topic("A day before everybody else", "For the club", "Early access for the club"),
    Topic("One pan for the rest of your life", "Eggs slide", "Launch: the cast-iron pan"),
    Topic("The blanket everybody waits for", "It is here", "Back in stock: Moss blanket"),
    Topic("Saturday: sample sale in Berlin", "One of each", "Sample sale, Berlin"),
    Topic("Forty hours of light", "One charge", "Launch: Firefly lantern"),
    Topic("A quarter off, all of August", "Everything that smells of pine", "Summer sale"),
    Topic("Twelve things that outlive the paper", "Wrapped by hand", "Gift guide"),
    Topic("A gift card is there in a minute", "Never runs out", "Gift card"),
    Topic("What should we make next?", "Five questions", "Survey: what should we make next?"),
    Topic("Wax on: Saturday in Berlin", "Bring a jacket", "Workshop: waxing jackets"),
    Topic("On Friday we are closed", "Here is why", "Black Friday: we close the shop"),
    Topic("Was it something we wrote?", "Tell us less, more or nothing", "Win back: we miss you"),
)

# Who gets which: (included, excluded), by name.
AUDIENCES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("Newsletter",), ()),
    (("Newsletter", "Checkout opt-ins"), ("Sleeping for 180 days",)),
    (("Engaged, 90 days",), ()),
    (("Newsletter",), ("Sleeping for 180 days",)),
    (("Engaged, 60 days", "Trail Club members"), ("May not be mailed",)),
    (("Germany, Austria, Switzerland",), ("Sleeping for 180 days",)),
    (("VIP: over 400 in a year", "Trail Club members"), ()),
    (("Win back: bought, then silent",), ()),
)

# Of the past ones, these went another way: which one, counted from the newest.
TROUBLED: dict[int, str] = {
    5: "Cancelled",
    11: "Cancelled: No Recipients",
    17: "Variations Sent",
    26: "Cancelled: Smart Sending",
    38: "Cancelled",
    47: "Cancelled: Internal Error",
    61: "Cancelled: Billing Limit",
    74: "Cancelled: Misconfigured",
    90: "Cancelled: Account Disabled",
    119: "Unknown",
}


class Coming(NamedTuple):
    """A campaign that is not out yet. `days` from now for those with a time."""

    name: str
    topic: Topic
    status: str = "Draft"
    days: int = 0
    method: str = "immediate"
    whole: bool = True  # False: subject and template are still missing


COMING: tuple[Coming, ...] = (
    Coming("Thursday letter: what we would pack for rain", WEEKLY[22]),
    Coming("Winter sale, first mail", PROMOTIONS[2], "Scheduled", 6, "static"),
    Coming("Draft: founders' letter", WEEKLY[17], whole=False),
    Coming("Hut weekend: last places", WEEKLY[7], "Scheduled", 3, "smart_send_time"),
    Coming("Lantern launch, second wave", PROMOTIONS[7]),
    Coming("Gift guide for the club", PROMOTIONS[9], "Queued without Recipients", 9, "static"),
    Coming("Repair café, December", WEEKLY[4], whole=False),
    Coming("Survey reminder", PROMOTIONS[11], "Sending"),
    Coming("Blanket, north only", PROMOTIONS[5], "Adding Recipients"),
    Coming("Sample sale, neighbours first", PROMOTIONS[6], "Sending Segments"),
    Coming("Gift cards, slow lane", PROMOTIONS[10], "Scheduled", 14, "throttled"),
    Coming("Early access: spring", PROMOTIONS[3], "Preparing to schedule", 20, "static"),
    Coming("Thursday letter: bread on fire", WEEKLY[10], "Preparing to send"),
    Coming("Win back, gentle version", PROMOTIONS[14]),
)
