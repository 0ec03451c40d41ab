"""The states of a connect attempt and every way between them, as data. No imports: the tests search this table."""

INTENDED = "intended"  # the row is there, nothing was called
ASKED = "asked"  # the POST has left or is about to; its answer is not stored
WAITING = "waiting"  # Maton has a connection; the person is at Klaviyo
AUTHORISED = "authorised"  # Maton says ACTIVE, which does not mean that it works
CHECKED = "checked"  # the account behind it answered; a person has to say yes
IN_USE = "in_use"
FAILED = "failed"
TIMED_OUT = "timed_out"
CANCELLED = "cancelled"
WRONG_ACCOUNT = "wrong_account"
RIGHTS_MISSING = "rights_missing"
GATEWAY_DOWN = "gateway_down"
KEY_REFUSED = "key_refused"

# (state, event) -> state
TABLE = {
    (INTENDED, "asking"): ASKED,
    (ASKED, "made"): WAITING,
    (ASKED, "found"): WAITING,
    (ASKED, "nothing_made"): INTENDED,
    (WAITING, "active"): AUTHORISED,
    (WAITING, "refused"): FAILED,
    (WAITING, "gone"): FAILED,
    (WAITING, "late"): TIMED_OUT,
    (TIMED_OUT, "active"): AUTHORISED,
    (TIMED_OUT, "refused"): FAILED,
    (TIMED_OUT, "gone"): FAILED,
    (AUTHORISED, "answered"): CHECKED,
    (AUTHORISED, "other_account"): WRONG_ACCOUNT,
    (AUTHORISED, "forbidden"): RIGHTS_MISSING,
    (AUTHORISED, "dead"): FAILED,
    (CHECKED, "confirmed"): IN_USE,
    (CHECKED, "declined"): CANCELLED,
    (INTENDED, "cancelled"): CANCELLED,
    (ASKED, "cancelled"): CANCELLED,
    (WAITING, "cancelled"): CANCELLED,
    (AUTHORISED, "cancelled"): CANCELLED,
    (TIMED_OUT, "cancelled"): CANCELLED,
    (TIMED_OUT, "opened"): WAITING,
    (GATEWAY_DOWN, "cancelled"): CANCELLED,
    (KEY_REFUSED, "cancelled"): CANCELLED,
    (INTENDED, "key_refused"): KEY_REFUSED,
    (ASKED, "key_refused"): KEY_REFUSED,
    (WAITING, "key_refused"): KEY_REFUSED,
    (AUTHORISED, "key_refused"): KEY_REFUSED,
    (TIMED_OUT, "key_refused"): KEY_REFUSED,
    (INTENDED, "gateway_down"): GATEWAY_DOWN,
    (ASKED, "gateway_down"): GATEWAY_DOWN,
    (WAITING, "gateway_down"): GATEWAY_DOWN,
    (AUTHORISED, "gateway_down"): GATEWAY_DOWN,
    (GATEWAY_DOWN, "again_asking"): INTENDED,
    (GATEWAY_DOWN, "again_waiting"): WAITING,
    (KEY_REFUSED, "again_asking"): INTENDED,
    (KEY_REFUSED, "again_waiting"): WAITING,
}
# Celery goes on with these by itself; CHECKED waits for a person, TIMED_OUT for somebody who comes back.
MOVING = (INTENDED, ASKED, WAITING, AUTHORISED)
OPEN = (*MOVING, CHECKED, TIMED_OUT, GATEWAY_DOWN, KEY_REFUSED)
ENDS = (IN_USE, FAILED, CANCELLED, WRONG_ACCOUNT, RIGHTS_MISSING)


def after(state: str, event: str) -> str:
    """The state that an event leads to. KeyError where it cannot happen."""
    return TABLE[state, event]
