"""What people read for each state and reason: what is, and what comes next. Colours never stand alone."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaviyo_app.sending import states


class Words(NamedTuple):
    """How a state is shown."""

    label: str | Promise
    sentence: str | Promise
    next_step: str | Promise
    icon: str  # a Tabler icon
    tone: str  # neutral, info, good, warning or bad


STATE: dict[str, Words] = {
    states.REQUESTED: Words(
        _("waiting for approval"),
        _("Somebody asked for this send; nothing has left."),
        _("Another publisher or an admin looks at it and approves it."),
        "user-question",
        "warning",
    ),
    states.APPROVED: Words(
        _("approved"), _("Approved; nothing has left."), _("It is made ready by itself."), "circle-check", "info"
    ),
    states.ARMED: Words(
        _("ready to leave"),
        _("Everything is ready; nothing has left."),
        _("It leaves by itself at its time. Until then you can cancel it here."),
        "clock-play",
        "info",
    ),
    states.IN_FLIGHT: Words(
        _("leaving"),
        _("The request is on its way to Klaviyo."),
        _("The answer comes within seconds."),
        "plane-departure",
        "info",
    ),
    states.UNKNOWN: Words(
        _("checking with Klaviyo"),
        _("The answer was lost. We only read now and send nothing a second time."),
        _("We compare campaign and send job for some minutes; then it goes on by itself or a person is asked."),
        "zoom-question",
        "warning",
    ),
    states.NEEDS_HUMAN: Words(
        _("needs a decision"),
        _("The machine stops here, since it cannot prove what is right."),
        _("Read the evidence and decide."),
        "alert-triangle",
        "bad",
    ),
    states.ACCEPTED: Words(
        _("accepted by Klaviyo"),
        _("Klaviyo has accepted the send."),
        _("We follow it until Klaviyo says that it is sent."),
        "checks",
        "info",
    ),
    states.SENDING: Words(
        _("sending at Klaviyo"),
        _("Klaviyo is preparing or sending the mails."),
        _("We follow it until Klaviyo says that it is sent."),
        "send",
        "info",
    ),
    states.SENT: Words(
        _("sent"), _("Klaviyo says that the campaign is sent."), _("Nothing is left to do."), "mail-check", "good"
    ),
    states.REFUSED: Words(
        _("refused by Klaviyo"),
        _("Klaviyo refused the send; nothing was sent."),
        _("Correct what Klaviyo names and ask for a new send."),
        "mail-x",
        "bad",
    ),
    states.EXPIRED: Words(
        _("too late"),
        _("The time for this send passed before it could leave; nothing was sent."),
        _("Ask for a new send if it is still wanted."),
        "clock-x",
        "warning",
    ),
    states.CANCELLED: Words(
        _("cancelled"),
        _("Cancelled by a person."),
        _("Ask for a new send if it is wanted after all."),
        "ban",
        "neutral",
    ),
    states.STOPPED_BY_REMOTE: Words(
        _("stopped by Klaviyo"),
        _("Klaviyo accepted the send and then stopped it: not everybody has got the mail."),
        _("Read Klaviyo's reason, correct it there and send a copy of the campaign."),
        "hand-stop",
        "bad",
    ),
}

# Why a send is held, stopped or alarmed: `SendIntent.reason` and `SendIntent.alarm`.
REASON: dict[str, str | Promise] = {
    "": "",
    "not_draft": _("The campaign is no longer a draft in Klaviyo."),
    "job_exists": _("Klaviyo already has a send job for this campaign."),
    "content": _("The campaign's content, audience or settings changed after the approval."),
    "gone": _("Klaviyo no longer has this campaign."),
    "account": _("The connection leads to another Klaviyo account than the one that was approved."),
    "role": _(
        "The person who asked or approved may no longer publish: give this send up, and let somebody who may ask anew."
    ),
    "alike": _("A campaign with the same subject, content and audience left within the last 24 hours or is to leave."),
    "paused": _("Sending is paused."),
    "installation": _(
        "This database belongs to another installation: it was restored or copied. An admin must confirm it."
    ),
    "clock": _("The clock of this machine has moved back."),
    "storage": _("The database does not keep what it commits (synchronous writes are off)."),
    "connection": _("The account's connection does not work; the send is held until it does."),
    "counting": _("Klaviyo counts the recipients again before it leaves."),
    "recipients": _("The number of recipients is no longer what was approved."),
    "unread": _("Klaviyo could not be read; the send waits until it can be."),
    "busy": _("Klaviyo or the gateway asked us to wait."),
    "unreachable": _("The gateway could not be reached; nothing left."),
    "not_accepted": _(
        "Klaviyo shows a draft and no send job through the whole quiet time: it seems that nothing was accepted."
    ),
    "unreadable": _("Klaviyo could not be read for a long time."),
    "not_moving": _("Klaviyo accepted the send but has not gone on with it five minutes after its time."),
    "never_moved": _("Klaviyo accepted the send but the campaign has stayed a draft."),
    "back_to_draft": _("The campaign went back to draft in Klaviyo after it had been accepted."),
    "no_recipients": _("Klaviyo says that the campaign has no recipients."),
    "stopped": _("Klaviyo stopped the campaign."),
    "beaten": _("Before the first byte left, this attempt had lost its turn; nothing left."),
}

EVENT: dict[str, str | Promise] = {
    "requested": _("asked for"),
    "approved": _("approved"),
    "armed": _("made ready"),
    "withdrawn": _("cancelled before it left"),
    "late": _("its time passed"),
    "left": _("the request was begun"),
    "differs": _("stopped: something differs from what was approved"),
    "accepted": _("Klaviyo accepted it"),
    "nothing_left": _("nothing left; it will be tried again"),
    "given_up": _("nothing left, several times"),
    "refused": _("Klaviyo refused it"),
    "unclear": _("the answer was lost"),
    "abandoned": _("the process that sent it died"),
    "acceptance_seen": _("Klaviyo shows that it has it"),
    "not_accepted": _("Klaviyo shows that it does not have it"),
    "repeat": _("to be tried once more"),
    "unreadable": _("Klaviyo could not be read"),
    "moving": _("Klaviyo is working on it"),
    "sent": _("sent"),
    "stopped": _("stopped by Klaviyo"),
    "back_to_draft": _("went back to draft in Klaviyo"),
    "never_moved": _("did not move"),
    "taken_back": _("taken back at Klaviyo"),
    "klaviyo_has_it": _("decided: Klaviyo has it"),
    "gave_up": _("decided: give up"),
    "again": _("decided: send again"),
}

UNREADABLE = _("could not be read")

# What the page of a decision shows of `SendIntent.evidence`.
EVIDENCE: dict[str, str | Promise] = {
    "read_at": _("Read at"),
    "status": _("Campaign"),
    "job": _("Send job"),
    "job_before": _("Send job before our request"),
    "account": _("Account that answered"),
    "campaign_name": _("The other campaign"),
    "approved": _("Recipients, approved"),
    "counted": _("Recipients, counted again"),
}

JOB: dict[str, str | Promise] = {
    "": UNREADABLE,
    "none": _("there is none"),
    "queued": _("waiting"),
    "processing": _("under way"),
    "complete": _("done"),
    "cancelled": _("cancelled"),
}

# What a read made now says about this send.
SHOWS: dict[str, str | Promise] = {
    "has_it": _("Klaviyo shows that it has this send."),
    "draft": _("Klaviyo shows a draft and no send job: nothing shows that it has this send."),
    "neither": _("What Klaviyo shows proves neither that it has this send nor that it has not."),
}

DECISION: dict[str, str | Promise] = {
    "klaviyo_has_it": _(
        "Right when Klaviyo shows the campaign as scheduled, sending or sent. We only follow it from then on; if it "
        "stays a draft for an hour, a person is asked again."
    ),
    "again": _(
        "Right when Klaviyo shows a draft and nobody has got the mail. One new request leaves, with the mail and the "
        "audience that this page shows. Should Klaviyo have the first one after all, people get the mail twice."
    ),
    "gave_up": _(
        "Nothing more leaves from here. What Klaviyo may already have goes on there. You can ask for a new send at "
        "any time."
    ),
}
