"""Bulk jobs of catalogs: create, update, delete up to 100 items, variants or categories.

Source: Klaviyo's API descriptions: 100 a job, at most 500 jobs at work, states, counts, errors with pointers. That each
row stands for itself, and the texts of the errors: concluded.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours import catalogs
from klaviyo_app.sandbox.behaviours.bodies import Shape, Wrong, choice, items, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check

MOST = 100
MOST_JOBS = 500
KEPT_DAYS = 7
WORDS: Mapping[str, str] = {"item": "items", "variant": "variants", "category": "categories"}
ACTS = ("create", "update", "delete")


def kind_of_job(name: str, act: str) -> str:
    """Such as catalog-item-bulk-create-job."""
    return f"catalog-{name}-bulk-{act}-job"


def _entry(name: str, act: str) -> Shape:
    """One row of the body; what its attributes lack is an error of the row, not of the call."""
    required: dict[str, Shape] = {"type": choice(f"catalog-{name}")}
    if act != "create":
        required["id"] = text(least=1)
    return obj(required, {"attributes": _any_object, "relationships": _any_object, "id": text()})


def _any_object(value: Any, pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, Mapping):
        yield Wrong(pointer, "It must be an object.")


def _start(name: str, act: str) -> Callable[[Call], Reply]:
    word, kind = WORDS[name], kind_of_job(name, act)

    def begin(call: Call) -> Reply:
        shape = obj({word: obj({"data": items(_entry(name, act), least=1, most=MOST)})})
        check(list(shape(call.attributes, "/data/attributes")))
        if sum(present_job(call, job)["status"] != "complete" for job in call.things.all(kind)) >= MOST_JOBS:
            raise invalid(f"{MOST_JOBS} jobs are at work already.")
        done, errors = _carried_out(call, name, act, call.attributes[word]["data"])
        attributes = {"total_count": len(done) + len(errors), "created_at": call.stamp}
        hidden = {"errors": errors, "done": len(done), "seconds": call.job_seconds}
        job = Thing(kind, call.new_id(kind), attributes, hidden=hidden)
        call.things.put(job)
        if act != "delete":
            call.things.link(kind, job.id, word, dict.fromkeys(done, call.stamp))
        return Reply(202, job)

    begin.__doc__ = f"POST /api/{kind}s: 202, processing."
    return begin


def _carried_out(call: Call, name: str, act: str, rows: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    done: list[str] = []
    errors: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        pointer = f"/data/attributes/{WORDS[name]}/data/{number}"
        try:
            done.append(_row(call, name, act, row, pointer))
        except Refused as refused:
            errors += [_error(refused, detail, _within(source, pointer)) for detail, source in refused.errors]
    return done, errors


def _within(source: Mapping[str, str], pointer: str) -> Mapping[str, str]:
    """Where a row's complaint points to: into the row, or at the row itself where it spoke of the whole call."""
    return source if source.get("pointer", "").startswith(pointer) else {"pointer": pointer}


def _row(call: Call, name: str, act: str, row: dict[str, Any], pointer: str) -> str:
    kind = f"catalog-{name}"
    if act == "delete":
        catalogs.remove(call, kind, row["id"])
        return str(row["id"])
    below = f"{pointer}/attributes"
    shape = catalogs.new_shape(kind) if act == "create" else catalogs.changed_shape(kind)
    check(list(shape(row.get("attributes") or {}, below)))
    return catalogs.make(call, row, below).id if act == "create" else catalogs.alter(call, row).id


def _error(refused: Refused, detail: str, source: Mapping[str, str]) -> dict[str, Any]:
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{detail} {source}"))
    return {"id": number, "code": refused.code, "title": refused.title, "detail": detail, "source": dict(source)}


def present_job(call: Call, job: Thing) -> dict[str, Any]:
    """Status and counts by the time that has passed."""
    created = dt.datetime.fromisoformat(job.attributes["created_at"])
    seconds = job.hidden["seconds"]
    share = min((call.now - created).total_seconds() / seconds, 1.0) if seconds else 1.0
    over = share >= 1
    return {
        **job.attributes,
        "status": "complete" if over else "processing",
        "completed_count": int(job.hidden["done"] * share),
        "failed_count": job.attributes["total_count"] - job.hidden["done"] if over else 0,
        "completed_at": (created + dt.timedelta(seconds=seconds)).isoformat() if over else None,
        "expires_at": (created + dt.timedelta(days=KEPT_DAYS)).isoformat(),
        "errors": job.hidden["errors"] if over else [],
    }


def _look(name: str, act: str) -> Callable[[Call], Reply]:
    kind = kind_of_job(name, act)

    def look(call: Call) -> Reply:
        return Reply(200, needed(call, kind, call.path["job_id"]))

    look.__doc__ = f"GET /api/{kind}s/{{job_id}}."
    return look


def behaviours() -> Mapping[str, Callable[[Call], Reply]]:
    """All eighteen, by operation."""
    found: dict[str, Callable[[Call], Reply]] = {}
    for name, word in WORDS.items():
        for act in ACTS:
            found[f"bulk_{act}_catalog_{word}"] = _start(name, act)
            seen = f"catalog_{word}" if name == "item" else word
            found[f"get_bulk_{act}_{seen}_job"] = _look(name, act)
    return found
