"""The send protocol as data: who may go where, on what event, and what must hold for it.

`moves.move` lets nothing happen that this table does not name; tests/sending/search.py searches the same table for a
double send. A guard is a name; its caller proves it, and says so by passing the name.
"""

from __future__ import annotations

from typing import NamedTuple

REQUESTED = "requested"
APPROVED = "approved"
ARMED = "armed"
IN_FLIGHT = "in_flight"
UNKNOWN = "unknown"
NEEDS_HUMAN = "needs_human"
ACCEPTED = "accepted"
SENDING = "sending"
SENT = "sent"
REFUSED = "refused"
EXPIRED = "expired"
CANCELLED = "cancelled"
STOPPED_BY_REMOTE = "stopped_by_remote"

# Live: the campaign is spoken for; a second intent for it is refused by a partial unique index.
LIVE = (REQUESTED, APPROVED, ARMED, IN_FLIGHT, UNKNOWN, NEEDS_HUMAN, ACCEPTED, SENDING)
FINAL = (SENT, REFUSED, EXPIRED, CANCELLED, STOPPED_BY_REMOTE)
# States that the sweeper looks at: time alone brings each of them further.
SWEPT = (REQUESTED, ARMED, IN_FLIGHT, UNKNOWN, ACCEPTED, SENDING)
# Before the first byte of this generation can have left.
CANCELLABLE = (REQUESTED, APPROVED, ARMED)

# What must hold. The text says how it is proven.
GUARDS = {
    "content_frozen": "what was shown to the person, read again, is unchanged, and its digest is in the row",
    "second_person": "above the team's threshold somebody else than the person who asked",
    "only_live_one": "no other live intent for this campaign: the partial unique index",
    "lock_held": "the campaign's session lock is ours, proven alive on its own connection",
    "due": "not_before has come, by the database's clock",
    "in_window": "not_after has not passed",
    "window_over": "not_after has passed",
    "preflight_clean": "read now: Draft, no job, content as approved, the approved account, roles still held",
    "preflight_differs": "read now, and one of these differs; a read that failed is no difference",
    "not_paused": "neither the site's nor the team's pause switch is on, read in the same transaction",
    "same_installation": "the identity outside the database matches the row in it",
    "still_ours": "immediately before the first byte: lock alive, fence equal, state still in flight",
    "deadline_ahead": "the attempt is younger than its limit: a process that froze must not wake and send",
    "same_fence": "the row still carries the fence of this attempt: one conditional update",
    "answer_accepts": "2xx of the right type, for this campaign's id",
    "nothing_left": "proof that no byte left us, or an exact, documented 429",
    "tries_left": "fewer than the most attempts of which nothing left",
    "tries_spent": "as many attempts as allowed, and nothing ever left",
    "refused_in_form": "400, 401, 403, 415 or 422 in the remote's own error form",
    "acceptance_read": "campaign or send job, read now, show an acceptance",
    "draft_read": "campaign and send job, read now: Draft and no job",
    "quiet_over": "the quiet time since the attempt ended, or since its lock was found free, has passed",
    "policy_grants": "the team's policy lets the machine repeat, and the audience is below the threshold",
    "first_repeat": "the machine has not repeated this generation before",
    "reads_failed_long": "no read could be made for the whole bound",
    "moving_read": "the campaign, read now, is on its way",
    "sent_read": "the campaign, read now, is Sent",
    "stopped_read": "the campaign, read now, is Cancelled in one of its kinds",
    "taken_back_read": "after Klaviyo took our revert or cancel, the campaign was read: Draft or Cancelled",
    "acceptance_was_seen": "an earlier read showed the acceptance: Draft now is a step back, not a lag",
    "still_for_long": "accepted, and Draft in every read for the whole bound",
    "evidence_shown": "the person saw the evidence and typed the campaign's name",
    "new_generation": "generation + 1, in the same update",
}


class Transition(NamedTuple):
    """One edge."""

    state: str
    event: str
    to: str
    guards: tuple[str, ...] = ()


TABLE: tuple[Transition, ...] = (
    Transition(REQUESTED, "approved", APPROVED, ("content_frozen", "second_person")),
    Transition(REQUESTED, "withdrawn", CANCELLED),
    Transition(REQUESTED, "late", EXPIRED, ("window_over",)),
    Transition(APPROVED, "armed", ARMED, ("only_live_one",)),
    Transition(APPROVED, "withdrawn", CANCELLED),
    # Before anything leaves.
    Transition(
        ARMED,
        "left",
        IN_FLIGHT,
        ("lock_held", "due", "in_window", "preflight_clean", "not_paused", "same_installation"),
    ),
    Transition(ARMED, "late", EXPIRED, ("window_over",)),
    Transition(ARMED, "differs", NEEDS_HUMAN, ("preflight_differs",)),
    Transition(ARMED, "withdrawn", CANCELLED),
    # The one request. "first_byte" moves nothing: it is what must hold when the socket is written.
    Transition(IN_FLIGHT, "first_byte", IN_FLIGHT, ("still_ours", "deadline_ahead", "not_paused")),
    Transition(IN_FLIGHT, "accepted", ACCEPTED, ("same_fence", "answer_accepts")),
    Transition(IN_FLIGHT, "nothing_left", ARMED, ("same_fence", "nothing_left", "tries_left")),
    Transition(IN_FLIGHT, "given_up", NEEDS_HUMAN, ("same_fence", "nothing_left", "tries_spent")),
    Transition(IN_FLIGHT, "refused", REFUSED, ("same_fence", "refused_in_form")),
    Transition(IN_FLIGHT, "unclear", UNKNOWN, ("same_fence",)),
    Transition(IN_FLIGHT, "abandoned", UNKNOWN, ("lock_held",)),
    # Only reading from here; nothing is posted by time alone.
    Transition(UNKNOWN, "acceptance_seen", ACCEPTED, ("acceptance_read",)),
    Transition(UNKNOWN, "not_accepted", NEEDS_HUMAN, ("lock_held", "quiet_over", "draft_read")),
    Transition(UNKNOWN, "repeat", ARMED, ("lock_held", "quiet_over", "draft_read", "policy_grants", "first_repeat")),
    Transition(UNKNOWN, "unreadable", NEEDS_HUMAN, ("reads_failed_long",)),
    # Followed to the end.
    Transition(ACCEPTED, "moving", SENDING, ("moving_read",)),
    Transition(ACCEPTED, "sent", SENT, ("sent_read",)),
    Transition(ACCEPTED, "stopped", STOPPED_BY_REMOTE, ("stopped_read",)),
    Transition(ACCEPTED, "back_to_draft", NEEDS_HUMAN, ("acceptance_was_seen", "draft_read")),
    Transition(ACCEPTED, "never_moved", NEEDS_HUMAN, ("still_for_long", "draft_read")),
    Transition(ACCEPTED, "unreadable", NEEDS_HUMAN, ("reads_failed_long",)),
    Transition(ACCEPTED, "taken_back", CANCELLED, ("taken_back_read",)),
    Transition(SENDING, "sent", SENT, ("sent_read",)),
    Transition(SENDING, "stopped", STOPPED_BY_REMOTE, ("stopped_read",)),
    Transition(SENDING, "back_to_draft", NEEDS_HUMAN, ("draft_read",)),
    Transition(SENDING, "unreadable", NEEDS_HUMAN, ("reads_failed_long",)),
    Transition(SENDING, "taken_back", CANCELLED, ("taken_back_read",)),
    # A person decides, with the evidence in view.
    Transition(NEEDS_HUMAN, "klaviyo_has_it", ACCEPTED, ("evidence_shown",)),
    Transition(NEEDS_HUMAN, "gave_up", CANCELLED),
    Transition(NEEDS_HUMAN, "again", ARMED, ("content_frozen", "second_person", "evidence_shown", "new_generation")),
)

_BY_EVENT = {(row.state, row.event): row for row in TABLE}


def transition(state: str, event: str) -> Transition | None:
    """The edge for an event in a state, or None where the table has none."""
    return _BY_EVENT.get((state, event))
