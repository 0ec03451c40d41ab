"""Calls every operation that Klaviyo's official SDK knows, in the SDK's own environment, and says how each one went.

`python -m tests.contract.sdk_calls`: {"url", "key", "connection", "ids"} on stdin, one JSON line an operation on
stdout. Its `outcome` is "ok", "unknown" (the SDK has no such method), "nothing" (the shop has no such thing), "http"
(an error came back), "answer" (its models complain about our answer) or "request" (about our arguments).
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import openapi_client
from klaviyo_api import KlaviyoAPI

from tests.contract.plan import THREE_PAGES, Ask, Plan


class Recorder:
    """Stands in the SDK's way out and keeps what went over the wire last; the SDK's own code does the work."""

    def __init__(self, client: Any) -> None:
        self.last: dict[str, Any] = {}
        self._call, self._read = client.call_api, client.response_deserialize
        client.call_api, client.response_deserialize = self.call, self.read

    def call(self, method: str, url: str, headers: Any = None, body: Any = None, *rest: Any, **more: Any) -> Any:
        self.last["request"] = {"method": method, "url": url, "body": body}
        return self._call(method, url, headers, body, *rest, **more)

    def read(self, response_data: Any, *rest: Any, **more: Any) -> Any:
        self.last["status"] = response_data.status
        self.last["answer"] = json.loads(response_data.data) if response_data.data else None
        return self._read(response_data, *rest, **more)


class Sdk:
    """The SDK as a client of the sandbox."""

    def __init__(self, url: str, key: str, connection: str) -> None:
        # Not a setting of the constructor's: the authorisation of Maton and the connection it stands for.
        self.api = KlaviyoAPI(api_key="", access_token=key, max_retries=1, test_host=f"{url}/klaviyo")
        self.api.api_client.default_headers["Maton-Connection"] = connection
        self.recorder = Recorder(self.api.api_client)
        families = [name for name in vars(KlaviyoAPI) if name[0].isupper() and name != "Client"]
        self.families = [getattr(self.api, name) for name in families]
        self.names = dict(pair for one in self.families for pair in _methods(type(one)))

    def perform(self, ask: Ask) -> dict[str, Any]:
        """One call: how it went and what went over the wire."""
        name = ask.operation.name
        own_name = self.names.get((ask.operation.method, ask.operation.path), name)
        method = next((getattr(one, own_name) for one in self.families if hasattr(one, own_name)), None)
        if method is None:
            return {"operation": name, "outcome": "unknown"}
        if "" in ask.ids:
            return {"operation": name, "outcome": "nothing"}
        self.recorder.last = {}
        words = {_python(word): value for word, value in ask.query.items()}
        outcome, detail = "ok", ""
        try:
            if ask.operation.form:
                method(*ask.ids, **Plan.form_of(ask), **words)
            else:
                method(*ask.ids, *([ask.body] if ask.body is not None else []), **words)
        except openapi_client.ApiException as error:
            outcome, detail = "http", f"{error.status} {error.body}"
        except (ValueError, TypeError, AttributeError) as error:  # pydantic's are ValueErrors
            outcome, detail = "answer" if "status" in self.recorder.last else "request", str(error)
        return {"operation": name, "outcome": outcome, "detail": detail, **self.recorder.last}

    def three_pages(self) -> dict[str, Any]:
        """The ids of people, page after page, by the links of our answers; the SDK finds the cursor in them."""
        ids: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            answer = self.api.Profiles.get_profiles(page_size=20, page_cursor=cursor)
            ids += [one.id for one in answer.data]
            cursor = answer.links.next
        return {"operation": THREE_PAGES, "ids": ids}


def _methods(family: type) -> Iterator[tuple[tuple[str, str], str]]:
    """Method and path of each call of a family, and the SDK's name for it; older ones are not the operation's id."""
    source = inspect.getsource(family)
    for found in re.finditer(r"def _(\w+)_serialize\(.*?method='(\w+)',\s*resource_path='([^']+)'", source, re.DOTALL):
        yield (found[2], found[3]), found[1]


def _python(word: str) -> str:
    """The SDK's name of a parameter: additional_fields_list of "additional-fields[list]"."""
    return word.replace("[", "_").replace("]", "").replace("-", "_")


def main() -> None:
    given = json.load(sys.stdin)
    sdk = Sdk(given["url"], given["key"], given["connection"])
    plan = Plan(sdk.api._REVISION, given["ids"])  # its only name for it
    for ask in plan.asks():
        found = sdk.perform(ask)
        plan.learn(ask.operation, found.get("answer"))
        sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.write(json.dumps(sdk.three_pages()) + "\n")


if __name__ == "__main__":
    main()
