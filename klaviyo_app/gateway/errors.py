"""What can go wrong on a call: one class for each thing that a caller would do differently.

Each error knows, in plain words, what happened (`sentence`) and what the person can do (`next_step`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One complaint of Klaviyo's about a value that was sent."""

    pointer: str  # JSON pointer into our body, "/data/attributes/name", or "" where none was given
    parameter: str  # query parameter, or ""
    code: str
    detail: str  # Klaviyo's words; shown, never matched


class GatewayError(Exception):
    """A call that did not succeed. Never carries the key, a request body or personal data."""

    sentence = "Klaviyo could not be asked."
    next_step = "Try again in a minute."

    def __init__(
        self,
        detail: str = "",
        *,
        operation: str = "",
        status: int | None = None,
        request_id: str = "",
        speaker: str = "",
    ) -> None:
        super().__init__(detail or self.sentence)
        self.detail = detail  # the other side's words, to be shown escaped
        self.operation = operation
        self.status = status
        self.request_id = request_id
        self.speaker = speaker  # "klaviyo", "maton", "neither" or "us"


class NotConnected(GatewayError):
    """Maton knows no such connection (its 400 or 404, or 412)."""

    sentence = "This account is not connected any more."
    next_step = "Ask an admin to reconnect it."


class KeyRefused(GatewayError):
    """Maton refuses our key (its 401)."""

    sentence = "Maton refuses the key of this installation."
    next_step = "Ask an admin to enter a new Maton key."


class GrantRefused(GatewayError):
    """Klaviyo itself refuses the connection's authorisation (Klaviyo's 401)."""

    sentence = "Klaviyo no longer accepts this connection."
    next_step = "Reconnect the account."


class Forbidden(GatewayError):
    """403: the connection lacks a right (scope), or the account lacks a product."""

    sentence = "The connection is not allowed to do this."
    next_step = "Reconnect with an owner or admin login of the Klaviyo account."


class NotFound(GatewayError):
    """404: the thing is gone, or was never there."""

    sentence = "Klaviyo does not have this any more."
    next_step = "It may have been deleted in Klaviyo; go back to the list."


class Conflict(GatewayError):
    """409: something else has this name, or it is in use."""

    sentence = "Klaviyo refuses this because of something that is already there."
    next_step = "Read Klaviyo's words and change the one or the other."

    def __init__(
        self, detail: str = "", *, duplicate_id: str = "", fields: tuple[FieldError, ...] = (), **facts: object
    ) -> None:
        super().__init__(detail, **facts)  # type: ignore[arg-type]
        self.duplicate_id = duplicate_id  # the profile that is already there, where Klaviyo says it
        self.fields = fields


class Invalid(GatewayError):
    """400, 405, 415, 422: Klaviyo says which field; from Maton (`speaker`) it is our own fault."""

    sentence = "Klaviyo does not accept these values."
    next_step = "Correct the fields that are marked."

    def __init__(self, detail: str = "", *, fields: tuple[FieldError, ...] = (), **facts: object) -> None:
        super().__init__(detail, **facts)  # type: ignore[arg-type]
        self.fields = fields


class TooMany(GatewayError):
    """429, or our own budget says wait (`speaker` is then "us"). `wait_s`: seconds until the next try makes sense."""

    sentence = "Too many requests at the moment."
    next_step = "It goes on by itself after a short wait."

    def __init__(self, detail: str = "", *, wait_s: float = 1.0, **facts: object) -> None:
        super().__init__(detail, **facts)  # type: ignore[arg-type]
        self.wait_s = wait_s


class RevisionRetired(GatewayError):
    """410: Klaviyo no longer serves this revision of its API."""

    sentence = "Klaviyo no longer serves the API revision that this installation uses."
    next_step = "Ask the person who runs it to set KLAVIYO_REVISION to a newer date."


class NotOffered(GatewayError):
    """The operation does not exist at the revision that is served; found before anything was sent."""

    sentence = "Klaviyo does not offer this at the API revision that this installation uses."
    next_step = "Ask the person who runs it to set KLAVIYO_REVISION to a newer date."


class Upstream(GatewayError):
    """5xx, HTML or another answer that cannot be read: the other side failed.

    `passing`: asking the same again may help (a 503), or will not (a redirect, an answer that is too large).
    """

    sentence = "The gateway or Klaviyo has trouble answering."
    next_step = "Try again in a few minutes."

    def __init__(self, detail: str = "", *, passing: bool = True, **facts: object) -> None:
        super().__init__(detail, **facts)  # type: ignore[arg-type]
        self.passing = passing


class Unreachable(GatewayError):
    """Nothing left us: the name did not resolve, or nobody accepted the connection."""

    sentence = "The gateway cannot be reached."
    next_step = "Check the network and MATON_GATEWAY_URL; nothing was sent."


class OutcomeUnknown(GatewayError):
    """It was sent and no answer came: it may have happened. Read back before anything is repeated."""

    sentence = "The answer was lost; the change may or may not have been made."
    next_step = "Look at the current state before trying again."


class WrongAccount(GatewayError):
    """The answer came from another Klaviyo account than the one that was meant (its `cid`)."""

    sentence = "Another Klaviyo account answered than the one that was asked."
    next_step = "Stop, and reconnect the account; nothing of this answer was used."

    def __init__(self, detail: str = "", *, expected: str = "", answered: str = "", **facts: object) -> None:
        super().__init__(detail, **facts)  # type: ignore[arg-type]
        self.expected = expected
        self.answered = answered


def field_errors(error: GatewayError) -> dict[str, list[str]]:
    """Klaviyo's complaints by the last name of their pointer, for the form field of that name.

    "/data/attributes/definition/content/subject" stands under "subject", the parameter "filter" under "filter"; what
    points nowhere in particular (or at the whole) stands under "". The words are Klaviyo's: show them escaped.
    """
    complaints: dict[str, list[str]] = {}
    for item in getattr(error, "fields", ()):
        complaints.setdefault(field_name(item), []).append(item.detail)
    if not complaints and error.detail:
        complaints[""] = [error.detail]
    return complaints


_WHOLE = frozenset({"", "data", "attributes", "relationships", "definition", "content"})


def field_name(item: FieldError) -> str:
    """The form field that a complaint speaks of, or "" where it speaks of the whole."""
    names = [part for part in item.pointer.split("/") if part and not part.isdigit()]
    if "relationships" in names[:-1]:  # /data/relationships/template/data/id speaks of "template"
        return names[names.index("relationships") + 1]
    name = names[-1] if names else item.parameter
    return "" if name in _WHOLE else name
