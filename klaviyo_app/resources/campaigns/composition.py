"""A campaign as a person wrote it: what the form makes and the services take."""

from __future__ import annotations

from dataclasses import dataclass

from klaviyo_app.gateway.shapes import Audiences, Strategy

# The parts of a message's content that the form shows; the others stay as Klaviyo has them.
CONTENT = ("subject", "preview_text", "from_label", "from_email", "reply_to_email")


@dataclass(frozen=True, slots=True)
class Composition:
    """A campaign as a person wrote it."""

    name: str
    audiences: Audiences
    content: dict[str, str]
    strategy: Strategy
    template_id: str  # "" leaves the copy that the campaign has
    smart_sending: bool
    tracking: dict[str, bool]
