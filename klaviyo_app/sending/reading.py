"""What Klaviyo's words about a campaign and its send job prove. Pure functions; a failed read proves nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

DRAFT = "draft"
PLANNED = "planned"  # accepted, waiting for its time
MOVING = "moving"
SENT = "sent"
STOPPED = "stopped"
NOTHING = "nothing"  # no evidence at all

NO_JOB = "none"
UNREAD = ""

# klaviyo-api 3.6, 18 values at 2026-07-15; free text before 2025-01-15, so compared without case. New ones: no proof.
_KINDS = {
    "draft": DRAFT,
    "preparing to schedule": PLANNED,
    "scheduled": PLANNED,
    "preparing to send": MOVING,
    "adding recipients": MOVING,
    "queued without recipients": MOVING,
    "sending segments": MOVING,
    "sending": MOVING,
    "variations sent": MOVING,
    "sent": SENT,
    "cancelled": STOPPED,
}
_JOB_ACCEPTS = {"queued", "processing", "complete"}


def kind_of(status: str | None) -> str:
    """The meaning of a campaign's status."""
    plain = " ".join((status or "").lower().split())
    if plain.startswith("cancelled:"):
        return STOPPED
    return _KINDS.get(plain, NOTHING)


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at campaign and send job."""

    status: str = UNREAD  # the campaign's, Klaviyo's spelling; "" where the read failed
    job: str = UNREAD  # the send job's; NO_JOB where Klaviyo knows none; "" where the read failed
    gone: bool = False  # Klaviyo says 404 for the campaign itself

    @property
    def kind(self) -> str:
        """What the campaign's status means."""
        return kind_of(self.status)

    def accepts(self, job_before: str) -> bool:
        """Proof of an acceptance. A job that stood there before the attempt (after a revert) proves nothing."""
        if self.kind in {PLANNED, MOVING, SENT, STOPPED}:
            return True
        return self.job in _JOB_ACCEPTS and self.job != job_before

    def is_draft(self, job_before: str) -> bool:
        """Proof that no acceptance is visible: both were read, Draft, and no job but the old one."""
        no_new_job = self.job == NO_JOB or (self.job not in {UNREAD, "queued", "processing"} and self.job == job_before)
        return self.kind == DRAFT and no_new_job

    def evidence(self) -> dict[str, Any]:
        """For the row and the page."""
        return asdict(self)
