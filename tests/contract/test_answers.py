"""Every operation of the catalogue, asked of the sandbox by Klaviyo's official SDK and held against its descriptions.

One run for each revision: the SDK's own client where it has one of that revision, plain HTTP otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from klaviyo_app.gateway.catalogue import Operation
from tests.contract.accepted import DIFFERENCES, unexplained
from tests.contract.plan import OF_KLAVIYO, THREE_PAGES
from tests.contract.runs import REVISIONS, SDKS, Found, run
from tests.sandbox.described import FOLDER, Described
from tests.sandbox_server import Sandbox, World

described = pytest.mark.skipif(not FOLDER.is_dir(), reason="Klaviyo's descriptions are not beside the checkout")
every_operation = pytest.mark.parametrize("operation", OF_KLAVIYO.values(), ids=lambda one: one.name)

Refusal = Callable[[World], Any]
Runs = Callable[[str], Found]


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """Each revision once, also where the run itself fails."""
    sandbox = Sandbox()

    @cache
    def ran(revision: str) -> Found | BaseException:
        try:
            return run(sandbox, revision)
        except Exception as error:  # noqa: BLE001 - raised by every test that needs the run
            return error

    def found(revision: str) -> Found:
        done = ran(revision)
        if isinstance(done, BaseException):
            raise done
        return done

    yield found
    sandbox.stop()


def not_played(found: Found, operation: Operation) -> list[str]:
    one = found[operation.name]
    return ["not played"] if one["outcome"] == "nothing" or one.get("status") == 501 else []


def complaints_of_the_sdk(found: Found, operation: Operation) -> list[str]:
    one = found[operation.name]
    return (
        []
        if one["outcome"] == "ok" or not_played(found, operation)
        else [f"{one['outcome']}: {' '.join(one.get('detail', '').split())}".strip()]
    )


def differences_from_the_description(found: Found, operation: Operation, revision: str) -> list[str]:
    one = found[operation.name]
    if "status" not in one or not_played(found, operation):
        return []
    described = Described(revision)
    answers = described.of(operation)["responses"]
    status = str(one["status"])
    if not status.startswith("2"):
        return [f"status {status}"]
    wrong = [] if status in answers else [f"status {status} is not described"]
    answer = answers.get(status) or next(one for code, one in answers.items() if code.startswith("2"))
    if "content" not in answer:
        return wrong if one["answer"] is None else [*wrong, "a body where none is described"]
    if one["answer"] is None:
        return [*wrong, "no body where one is described"]
    return wrong + described.wrong(one["answer"], next(iter(answer["content"].values()))["schema"])


@every_operation
@pytest.mark.parametrize("revision", REVISIONS)
def test_the_sandbox_plays_the_operation(runs: Runs, revision: str, operation: Operation) -> None:
    if operation.served_at(revision):
        assert unexplained("played", operation.name, revision, not_played(runs(revision), operation)) == []


@every_operation
@pytest.mark.parametrize("revision", SDKS)
def test_the_official_sdk_reads_our_answer(runs: Runs, revision: str, operation: Operation) -> None:
    found = runs(revision)
    if not operation.served_at(revision):
        assert operation.name not in found
        return
    assert unexplained("sdk", operation.name, revision, complaints_of_the_sdk(found, operation)) == []


@described
@every_operation
@pytest.mark.parametrize("revision", REVISIONS)
def test_our_answer_is_as_klaviyo_describes_it(runs: Runs, revision: str, operation: Operation) -> None:
    if operation.served_at(revision):
        wrong = differences_from_the_description(runs(revision), operation, revision)
        assert unexplained("answer", operation.name, revision, wrong) == []


@pytest.mark.parametrize("revision", SDKS)
def test_the_official_sdk_finds_the_next_page_in_our_links(runs: Runs, revision: str) -> None:
    ids = runs(revision)[THREE_PAGES]["ids"]
    assert len(set(ids)) == len(ids) == 60


def refusals() -> Iterator[tuple[int, Refusal]]:
    """What the sandbox refuses by itself, and on demand."""
    coupon = {"data": {"type": "coupon", "attributes": {"external_id": "TWICE"}}}
    yield 400, lambda world: world.ask("GET", "lists?filter=equals(colour,'red')")
    yield 400, lambda world: world.ask("POST", "lists", {"data": {"type": "list", "attributes": {}}})
    yield 404, lambda world: world.ask("GET", "lists/NoSuch")
    yield 409, lambda world: [world.ask("POST", "coupons", coupon) for _ in range(2)][-1]
    yield 415, lambda world: world.ask("POST", "lists", coupon, headers={"Content-Type": "text/plain"})
    yield 400, lambda world: world.ask("GET", "lists", headers={"revision": "1999-01-01"})
    for status in (401, 403, 410, 429):
        yield status, lambda world, fault=status: [world.fault("*", str(fault)), world.ask("GET", "lists")][-1]


@described
@pytest.mark.parametrize(("status", "refusal"), refusals())
def test_our_refusal_is_as_klaviyo_describes_errors(world: World, status: int, refusal: Refusal) -> None:
    answer = refusal(world)
    told = Described(REVISIONS[-1])
    wrong = told.wrong(answer.json(), told.errors)
    assert answer.status_code == status
    assert unexplained("error", "", REVISIONS[-1], wrong) == []


@described
def test_every_difference_that_is_listed_occurs(runs: Runs) -> None:
    met = [
        (about, operation.name, revision, what)
        for revision in REVISIONS
        for operation in OF_KLAVIYO.values()
        if operation.served_at(revision)
        for about, wrong in (
            ("played", not_played(runs(revision), operation)),
            ("sdk", complaints_of_the_sdk(runs(revision), operation) if revision in SDKS else []),
            ("answer", differences_from_the_description(runs(revision), operation, revision)),
        )
        for what in wrong
    ]
    idle = [
        one
        for one in DIFFERENCES
        if one.about in {"played", "sdk", "answer"}
        and not any(one.about == about and one.covers(*what) for about, *what in met)
    ]
    assert idle == []
