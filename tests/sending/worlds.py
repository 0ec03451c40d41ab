"""What the search knows of the world: its state, what each guard means, and what would be a lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from klaviyo_app.sending import states as st
from klaviyo_app.sending.states import Transition

MOST_TRIES = 2


class Worker(NamedTuple):
    """A process. `saw` is what it read: (state, fence, gen, reading); it acts on that, not on what is true now."""

    pc: str = "idle"
    saw: tuple = ()
    fence: int = 0
    gen: int = 0
    outcome: str = ""
    quiet_then: bool = False  # the quiet time was over when the read began
    stale: bool = False  # it froze for longer than an attempt may last


class World(NamedTuple):
    """Our row, Klaviyo, and the rest of the world. Budgets bound the search."""

    state: str = st.ARMED
    gen: int = 1
    fence: int = 0
    tries: int = 0
    repeats: int = 0
    seen_remote: bool = False
    quiet: bool = False
    silent: bool = False  # reads have failed for the whole bound
    still: bool = False  # accepted and unmoved for the whole bound
    said_no: int = 0  # the generation of which we told a person that Klaviyo does not have it
    workers: tuple[Worker, ...] = (Worker(), Worker())
    lock: int = -1
    twin: str = ""  # a second intent for the same campaign
    # people
    first_asked_by_two: bool = False
    large: bool = False
    approved_version: int = 0
    frozen_version: int = 0
    page_version: int = 0  # what the person who approves has on the screen
    # Klaviyo
    accepted: tuple[int, int, int] = (0, 0, 0)  # ours, by generation
    foreign_send: bool = False
    late: tuple[int, ...] = ()  # generations of requests that may still land
    truth: str = "draft"  # draft, planned, moving, sent, stopped
    visible: bool = True
    version: int = 0
    other_account: bool = False
    # circumstances
    due: bool = True
    window_over: bool = False
    paused: bool = False
    foreign_home: bool = False
    policy: bool = False
    bounded: bool = True  # a request cannot land after the quiet time (A4)
    # budgets
    crashes: int = 0
    cuts: int = 0
    edits: int = 0
    pauses: int = 0
    humans: int = 0
    colleague: int = 0
    freezes: int = 0
    bad: str = ""


Edge = Transition
Table = Sequence[Edge]


def reading(w: World) -> str:
    """What a read made now would show."""
    return w.truth if w.visible else "draft"


def holds(w: World, i: int) -> bool:
    return w.lock == i


# Guards of workers: (world, worker's index, what it read) -> bool.
GUARD: dict[str, Callable[[World, int, str], bool]] = {
    "lock_held": lambda w, i, _r: holds(w, i),
    "due": lambda w, _i, _r: w.due,
    "in_window": lambda w, _i, _r: not w.window_over,
    "window_over": lambda w, _i, _r: w.window_over,
    "preflight_clean": lambda _w, _i, r: r == "clean",
    "preflight_differs": lambda _w, _i, r: r == "differs",
    "not_paused": lambda w, _i, _r: not w.paused,
    "same_installation": lambda w, _i, _r: not w.foreign_home,
    "still_ours": lambda w, i, _r: holds(w, i) and w.fence == w.workers[i].fence and w.state == st.IN_FLIGHT,
    "deadline_ahead": lambda w, i, _r: not w.workers[i].stale,
    "same_fence": lambda w, i, _r: w.fence == w.workers[i].fence,
    "answer_accepts": lambda w, i, _r: w.workers[i].outcome == "accepted",
    "nothing_left": lambda w, i, _r: w.workers[i].outcome == "nothing",
    "tries_left": lambda w, _i, _r: w.tries + 1 < MOST_TRIES,
    "tries_spent": lambda w, _i, _r: w.tries + 1 >= MOST_TRIES,
    "refused_in_form": lambda w, i, _r: w.workers[i].outcome == "refused",
    "acceptance_read": lambda _w, _i, r: r in {"planned", "moving", "sent", "stopped"},
    "draft_read": lambda _w, _i, r: r == "draft",
    "quiet_over": lambda w, i, _r: w.workers[i].quiet_then,
    "policy_grants": lambda w, _i, _r: w.policy,
    "first_repeat": lambda w, _i, _r: w.repeats == 0,
    "reads_failed_long": lambda w, _i, r: r == "failed" and w.silent,
    "moving_read": lambda _w, _i, r: r == "moving",
    "sent_read": lambda _w, _i, r: r == "sent",
    "taken_back_read": lambda _w, _i, r: r == "draft",
    "stopped_read": lambda _w, _i, r: r == "stopped",
    "acceptance_was_seen": lambda w, _i, _r: w.seen_remote,
    "still_for_long": lambda w, _i, _r: w.still,
    "second_person": lambda w, _i, r: not w.large or r == "other",
    "content_frozen": lambda w, _i, _r: w.version == w.page_version,
    "only_live_one": lambda w, _i, _r: not w.twin,
    "evidence_shown": lambda _w, _i, r: r != "blind",
    "new_generation": lambda _w, _i, _r: True,
}


def put(w: World, i: int, worker: Worker, **more: object) -> World:
    return w._replace(workers=(*w.workers[:i], worker, *w.workers[i + 1 :]), **more)


def rest_of(w: World, i: int) -> World:
    """The worker goes home and gives back the lock."""
    return put(w, i, Worker(), lock=-1 if w.lock == i else w.lock)


def may(edge: Edge, w: World, i: int, read: str) -> bool:
    return all(GUARD[name](w, i, read) for name in edge.guards)


BY_PEOPLE = {"approved", "armed", "withdrawn", "klaviyo_has_it", "gave_up", "again", "taken_back"}
OUTCOMES = {"accepted", "nothing_left", "given_up", "refused", "unclear"}
ASKS = {"klaviyo_has_it": ("evidence_shown",), "again": ("evidence_shown",)}


def taken_back(w: World, edge: Edge) -> Iterator[tuple[str, World]]:
    """A person asks Klaviyo to revert, under the lock; it works before the mails are out. Then it is read."""
    if w.lock != -1 or not w.humans:
        return
    for truth in ("draft", w.truth) if w.truth in {"planned", "moving"} and w.visible else (w.truth,):
        if all(GUARD[name](w, -2, truth) for name in edge.guards):
            lie = "recorded as taken back, was not" if truth != "draft" else ""
            yield (
                "a person takes it back",
                w._replace(state=edge.to, truth=truth, humans=w.humans - 1, bad=w.bad or lie),
            )


def accept(w: World, gen: int) -> World:
    """Klaviyo takes a request, a second one too (the worse of its possible natures)."""
    counts = list(w.accepted)
    counts[gen - 1] += 1
    bad = w.bad
    if counts[gen - 1] > 1:
        bad = bad or "double send"
    if w.bounded and gen <= w.said_no:
        bad = bad or "recorded as not accepted, was"
    if w.version != w.approved_version:
        bad = bad or "sent what nobody approved"
    if w.other_account:
        bad = bad or "sent from another account"
    if w.foreign_send:
        bad = bad or "sent though a colleague had sent it"
    truth = "planned" if w.truth == "draft" else w.truth
    return w._replace(accepted=tuple(counts), truth=truth, visible=w.visible and w.truth != "draft", bad=bad)


def arrive(w: World, edge: Edge, read: str) -> World:
    after = w._replace(state=edge.to)
    if edge.event == "not_accepted":
        after = after._replace(said_no=w.gen)
    if edge.to == st.UNKNOWN:
        after = after._replace(quiet=False, silent=False)
    if edge.event == "acceptance_seen" or read in {"planned", "moving"}:
        after = after._replace(seen_remote=True)
    if edge.event == "repeat":
        after = after._replace(repeats=w.repeats + 1, quiet=False)
    if edge.to == st.ACCEPTED:
        after = after._replace(silent=False, still=False)
    return after


def wrong(edge: Edge, w: World, i: int, read: str) -> World:
    """What would be a lie, or a breach, if this edge were taken now."""
    ours = w.accepted[w.gen - 1] > 0
    others = (one for j, one in enumerate(w.workers) if j != i and (one.fence, one.gen) == (w.fence, w.gen))
    gone = any(one.pc == "cleared" for one in others)  # somebody alive may still send this one
    lies = {
        "left": (w.paused and "claimed while paused")
        or (w.foreign_home and "claimed by another installation")
        or (not w.due and "claimed too early")
        or (w.window_over and "claimed too late"),
        "late": not w.window_over and "expired though in time",
        "differs": read != "differs" and "stopped though nothing differs",
        "accepted": not ours and "recorded as accepted, was not",
        "acceptance_seen": not (any(w.accepted) or w.foreign_send) and "recorded as accepted, was not",
        "refused": (ours or w.gen in w.late or gone) and "recorded as refused, was not",
        "nothing_left": w.tries >= MOST_TRIES - 1 and "tried without end",
        "given_up": (w.tries + 1 < MOST_TRIES and "given up too early") or (ours and "recorded as unsent, was sent"),
        "not_accepted": w.bounded and (ours or gone) and "recorded as not accepted, was",
        "repeat": (w.bounded and ours and "to be repeated though accepted")
        or (not w.policy and "repeated without leave")
        or (w.repeats > 0 and "repeated without end"),
        "unreadable": not (read == "failed" and w.silent) and "called unreadable though it can be read",
        "moving": read != "moving" and "recorded as moving, was not",
        "sent": w.truth != "sent" and "recorded as sent, was not",
        "stopped": w.truth != "stopped" and "recorded as stopped, was not",
        "back_to_draft": (read != "draft" or not w.seen_remote) and "recorded as reverted, was not",
        "never_moved": (not w.still or read != "draft") and "called unmoved, was not",
    }
    lie = lies.get(edge.event)
    return w._replace(bad=w.bad or str(lie)) if lie else w
