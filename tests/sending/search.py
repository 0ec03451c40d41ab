"""Explicit-state search over the product's own transition table (klaviyo_app.sending.states.TABLE).

What is searched: workers that take any step at any time (so a pause between two steps is a freeze), are rung for any
number of times, and die anywhere; requests whose answer is lost and that land late; reads that lag; a lock cut from a
living process; colleagues, pauses, the clock, and people who decide. A guard is evaluated here by its own meaning; the
table decides which edge asks for which guard. Removing one there removes it here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from klaviyo_app.sending import states as st
from tests.sending.worlds import (
    ASKS,
    BY_PEOPLE,
    OUTCOMES,
    Edge,
    Table,
    Worker,
    World,
    accept,
    arrive,
    may,
    put,
    reading,
    rest_of,
    taken_back,
    wrong,
)


class Search:
    """All worlds that can be reached from one, by the edges of one table."""

    def __init__(self, table: Table) -> None:
        self.edges: dict[str, list[Edge]] = {}
        for edge in table:
            self.edges.setdefault(edge.state, []).append(edge)
        locked = (("left", st.ARMED), ("abandoned", st.IN_FLIGHT), ("not_accepted", st.UNKNOWN), ("repeat", st.UNKNOWN))
        self.lockless = {
            state for event, state in locked if (one := self.edge(state, event)) and "lock_held" not in one.guards
        }

    def edge(self, state: str, event: str) -> Edge | None:
        return next((one for one in self.edges.get(state, ()) if one.event == event), None)

    # --- workers -------------------------------------------------------------------------------------------------
    def work(self, w: World, i: int) -> Iterator[tuple[str, World]]:
        me = w.workers[i]
        if me.pc == "idle":
            if w.state in st.SWEPT:
                if w.lock == -1:
                    yield f"{i} locks", put(w, i, Worker("ready"), lock=i)
                if w.state in self.lockless:  # the product never does; a table without the guard would let it
                    yield f"{i} begins without the lock", put(w, i, Worker("ready"))
            return
        if w.crashes:
            yield f"{i} dies", rest_of(w, i)._replace(crashes=w.crashes - 1)
        if w.cuts and w.lock == i and me.pc in {"claimed", "outcome"}:
            yield f"{i} loses its session", w._replace(lock=-1, cuts=w.cuts - 1)
        if w.freezes and me.pc == "claimed" and not me.stale:
            yield f"{i} freezes", put(w, i, me._replace(stale=True), freezes=w.freezes - 1)
        yield from getattr(self, f"_{me.pc}")(w, i, me)

    def _ready(self, w: World, i: int, me: Worker) -> Iterator[tuple[str, World]]:
        """Reads what the step needs."""
        if w.state not in st.SWEPT:
            yield f"{i} goes home", rest_of(w, i)
            return
        reads = ["none"]
        if w.state == st.ARMED:
            clean = reading(w) == "draft" and w.version == w.frozen_version and not w.other_account
            reads = ["clean" if clean else "differs"]
        elif w.state in {st.UNKNOWN, st.ACCEPTED, st.SENDING}:
            reads = [reading(w), "failed"]
        for read in reads:
            yield (
                f"{i} reads {read}",
                put(w, i, me._replace(pc="read", saw=(w.state, w.fence, w.gen, read), quiet_then=w.quiet)),
            )

    def _read(self, w: World, i: int, me: Worker) -> Iterator[tuple[str, World]]:
        """Fires one edge whose guards hold, by a conditional update on what it saw; else goes home."""
        state, fence, gen, read = me.saw
        fired = False
        for edge in self.edges.get(state, ()) if (w.state, w.fence, w.gen) == (state, fence, gen) else ():
            if edge.event in BY_PEOPLE | OUTCOMES | {"first_byte"} or not may(edge, w, i, read):
                continue
            fired = True
            after = wrong(edge, w, i, read)
            if edge.event == "left":
                worker = Worker("claimed", fence=w.fence + 1, gen=w.gen)
                yield f"{i} claims", put(after, i, worker, state=st.IN_FLIGHT, fence=w.fence + 1, quiet=False)
            else:
                yield f"{i}: {edge.event}", rest_of(arrive(after, edge, read), i)
        if not fired:
            yield f"{i} goes home", rest_of(w, i)

    def _claimed(self, w: World, i: int, me: Worker) -> Iterator[tuple[str, World]]:
        """Connects; looks once more immediately before the first byte."""
        nothing = me._replace(pc="outcome", outcome="nothing", stale=False)
        yield f"{i} cannot connect", put(w, i, nothing)
        edge = self.edge(st.IN_FLIGHT, "first_byte")
        if edge and may(edge, w, i, "none"):
            bad = w.bad or ("first byte while paused" if w.paused else "") or ("woke and sent" if me.stale else "")
            yield f"{i} clears the first byte", put(w, i, me._replace(pc="cleared", stale=False), bad=bad)
        else:
            yield f"{i} is beaten", put(w, i, nothing)

    def _cleared(self, w: World, i: int, me: Worker) -> Iterator[tuple[str, World]]:
        """The one request, and every way it can go."""

        def comes(outcome: str, world: World) -> World:
            return put(world, i, me._replace(pc="outcome", outcome=outcome))

        yield f"{i} posts: accepted", comes("accepted", accept(w, me.gen))
        yield f"{i} posts: accepted, answer lost", comes("lost", accept(w, me.gen))
        yield f"{i} posts: lost", comes("lost", w)
        yield f"{i} posts: refused", comes("refused", w)
        yield f"{i} posts: told to wait", comes("nothing", w)
        yield f"{i} posts: it will land late", comes("lost", w._replace(late=(*w.late, me.gen)))

    def _outcome(self, w: World, i: int, me: Worker) -> Iterator[tuple[str, World]]:
        """Writes down what came back."""
        recorded = False
        if w.state == st.IN_FLIGHT:
            for edge in self.edges.get(st.IN_FLIGHT, ()):
                if edge.event not in OUTCOMES or not may(edge, w, i, "none"):
                    continue
                if edge.event == "unclear" and me.outcome != "lost":
                    continue
                recorded = True
                after = wrong(edge, w, i, "none")
                if edge.event in {"nothing_left", "given_up"}:
                    after = after._replace(tries=w.tries + 1)
                yield f"{i} records {edge.event}", rest_of(arrive(after, edge, "none"), i)
        if not recorded:
            yield f"{i} closes its attempt only", rest_of(w, i)

    # --- the rest of the world -----------------------------------------------------------------------------------
    def world(self, w: World) -> Iterator[tuple[str, World]]:
        for gen in set(w.late):
            rest = list(w.late)
            rest.remove(gen)
            gone = w._replace(late=tuple(rest))
            yield "a late request dies", gone
            if not w.quiet or not w.bounded:
                yield "a late request lands", accept(gone, gen)
        if not w.visible:
            yield "the acceptance shows", w._replace(visible=True)
        if w.state == st.UNKNOWN and not w.quiet and (not w.late or not w.bounded) and (w.visible or not w.bounded):
            yield "the quiet time passes", w._replace(quiet=True)
        yield from self._klaviyo(w)
        yield from self._circumstances(w)

    @staticmethod
    def _klaviyo(w: World) -> Iterator[tuple[str, World]]:
        onward = {"planned": ("moving", "stopped"), "moving": ("sent", "stopped")}
        for truth in onward.get(w.truth, ()):
            yield f"Klaviyo: {truth}", w._replace(truth=truth)
        # While an answer is lost, a colleague's revert looks like a send that never was: outside our power, said on the
        # page; a person is asked then. The search has it where the acceptance is already known.
        if w.truth in {"planned", "moving"} and w.colleague and w.visible and w.state in {st.ACCEPTED, st.SENDING}:
            yield "a colleague reverts", w._replace(truth="draft", colleague=w.colleague - 1)
        nobody_out = all(one.pc in {"idle", "ready"} for one in w.workers)
        if w.truth == "draft" and w.colleague and w.state in {st.REQUESTED, st.ARMED} and nobody_out and not w.late:
            yield "a colleague sends", w._replace(truth="moving", foreign_send=True, colleague=w.colleague - 1)
        if w.edits and nobody_out and w.truth == "draft" and not w.late:
            yield "a colleague edits", w._replace(version=w.version + 1, edits=w.edits - 1)
            yield "the connection is replaced", w._replace(other_account=True, edits=w.edits - 1)

    @staticmethod
    def _circumstances(w: World) -> Iterator[tuple[str, World]]:
        if not w.due:
            yield "it is due", w._replace(due=True)
        if not w.window_over and w.state in {st.REQUESTED, st.ARMED}:
            yield "the window closes", w._replace(window_over=True)
        if w.pauses:
            yield "somebody pauses", w._replace(paused=True, pauses=w.pauses - 1)
        if w.state in {st.UNKNOWN, st.ACCEPTED, st.SENDING} and not w.silent:
            yield "reads fail for long", w._replace(silent=True)
        if w.state == st.ACCEPTED and not w.still and w.truth == "draft" and not w.late:
            yield "it stands still for long", w._replace(still=True)

    # --- people --------------------------------------------------------------------------------------------------
    def people(self, w: World) -> Iterator[tuple[str, World]]:
        if w.page_version != w.version and w.state in {st.REQUESTED, st.NEEDS_HUMAN} and w.humans:
            yield "the page is opened", w._replace(page_version=w.version)
        if w.twin == "maybe" and w.state == st.APPROVED:
            yield "a second click", w._replace(twin="armed")
        if w.twin == "armed" and w.state == st.APPROVED:
            yield "the second click is refused", w._replace(twin="")
        for edge in self.edges.get(w.state, ()):
            if edge.event not in BY_PEOPLE or (w.state == st.NEEDS_HUMAN and not w.humans):
                continue
            if edge.event == "taken_back":
                yield from taken_back(w, edge)
                continue
            for who in ("asker", "other", "blind"):
                if who == "blind" and "evidence_shown" not in ASKS.get(edge.event, ()):
                    continue
                if may(edge, w, -2, who):
                    yield f"{who}: {edge.event}", self._decide(w, edge, who)

    @staticmethod
    def _decide(w: World, edge: Edge, who: str) -> World:
        after = w._replace(state=edge.to, humans=w.humans - (w.state == st.NEEDS_HUMAN))
        if edge.event in {"approved", "again"}:
            after = after._replace(frozen_version=w.version, approved_version=w.page_version)
            if w.large and who != "other":
                after = after._replace(bad="nobody else looked at it")
        if who == "blind":
            after = after._replace(bad="decided without the evidence")
        if edge.event == "again":
            gen = w.gen + 1 if "new_generation" in edge.guards else w.gen
            after = after._replace(gen=gen, tries=0, repeats=0, seen_remote=False, quiet=False, silent=False)
        if edge.event == "armed" and w.twin == "armed":
            after = after._replace(bad="two live intents")
        return after

    def steps(self, w: World) -> Iterator[tuple[str, World]]:
        for i in range(len(w.workers)):
            yield from self.work(w, i)
        yield from self.world(w)
        yield from self.people(w)


class Result(NamedTuple):
    """What a search found: how many worlds, and the path to the first bad one."""

    states: int
    bad: str = ""
    path: tuple[str, ...] = ()


def search(table: Table, start: World, *, most: int = 200_000, ends: bool = True) -> Result:
    """Breadth first to the first bad world; the whole space, or at most `most` worlds (a broken table may have no end).

    With `ends`, every world must be able to come to rest, and the whole space must be small enough.
    """
    machine = Search(table)
    came: dict[World, tuple[World | None, str]] = {start: (None, "")}
    back: dict[World, list[World]] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for name, reached in machine.steps(here):
            there = _canonical(reached)
            if ends and not name.startswith(_DECIDING):
                back.setdefault(there, []).append(here)
            if there in came:
                continue
            came[there] = (here, name)
            if there.bad:
                return Result(len(came), there.bad, _path(came, there))
            queue.append(there)
        if len(came) > most:
            if ends:
                raise AssertionError(f"more than {most} worlds")
            break
    stuck = _stuck(came, back) if ends else None
    return Result(len(came), "stuck", _path(came, stuck)) if stuck else Result(len(came))


def _canonical(w: World) -> World:
    """Workers are alike: one order of them stands for all."""
    if len(w.workers) == 1:
        return w
    order = sorted(range(len(w.workers)), key=lambda i: (i != w.lock, w.workers[i]))
    if order == list(range(len(order))):
        return w
    return w._replace(workers=tuple(w.workers[i] for i in order), lock=0 if w.lock >= 0 else -1)


# Nothing may depend on a person who happens to come by; who must come is in NEEDS_HUMAN.
_DECIDING = ("asker: withdrawn", "other: withdrawn", "a person takes it back")
_AT_REST = {*st.FINAL, st.NEEDS_HUMAN}


def _stuck(came: dict, back: dict[World, list[World]]) -> World | None:
    """A world from which neither an end nor a person who is asked can be reached."""
    queue = deque(one for one in came if one.state in _AT_REST)
    good = set(queue)
    while queue:
        for before in back.get(queue.popleft(), ()):
            if before not in good:
                good.add(before)
                queue.append(before)
    return next((one for one in came if one not in good), None)


def _path(came: dict, there: World | None) -> tuple[str, ...]:
    steps = []
    while there is not None and came[there][0] is not None:
        there, name = came[there]
        steps.append(name)
    return tuple(reversed(steps))
