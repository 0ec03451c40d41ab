"""A sentence and a next step for every state of an attempt."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaviyo_app.connecting import states

WORDS: dict[str, tuple[Promise, Promise]] = {
    states.INTENDED: (_("Asking Maton for a link."), _("This takes a second.")),
    states.ASKED: (_("Asking Maton for a link."), _("The answer is late; we look whether the link was made.")),
    states.WAITING: (
        _("Waiting for you at Klaviyo."),
        _("Log in there as an owner or admin of the account, and allow the access. This page goes on by itself."),
    ),
    states.AUTHORISED: (_("Klaviyo said yes. Checking which account answers."), _("This takes a second.")),
    states.CHECKED: (_("An account answers. Is it the right one?"), _("Look at the name, then use it or leave it.")),
    states.IN_USE: (_("Connected."), _("Its lists, campaigns and templates are being read now.")),
    states.FAILED: (
        _("The connection was not made."),
        _("The access was refused at Klaviyo, or the login there may not connect apps. Begin again."),
    ),
    states.TIMED_OUT: (
        _("Nobody has allowed the access for half an hour."),
        _("If you have, press “I have finished”. Else open the link again, or begin again."),
    ),
    states.CANCELLED: (_("Cancelled."), _("Nothing was connected.")),
    states.WRONG_ACCOUNT: (
        _("Another Klaviyo account answered."),
        _("Nothing was changed. Log out at Klaviyo, begin again, and log in to the right account."),
    ),
    states.RIGHTS_MISSING: (
        _("The connection may not even read the account."),
        _("Begin again with an owner or admin login of the Klaviyo account."),
    ),
    states.GATEWAY_DOWN: (_("Maton does not answer."), _("Try again in some minutes; nothing is lost.")),
    states.KEY_REFUSED: (_("Maton refuses the key."), _("Enter a valid Maton key for the team, then try again.")),
}
