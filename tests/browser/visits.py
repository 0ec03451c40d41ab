"""A page is visited once in light on a desk and once in dark on a phone; what axe and the browser say of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

STEP_MS, QUIET_MS, MOST_MS = 40, 120, 10_000
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Visit:
    """`violations`: rule and place, by axe-core. `complaints`: errors of console and policy, and what is not there."""

    violations: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.violations and not self.complaints


_CLEAN: dict[str, Visit] = {}


def visit(page: Page, path: str) -> Visit:
    """What is found on the page at `path`; a clean visit is not made twice, any other is."""
    if path not in _CLEAN:
        found = _visited(page, path)
        if not found.clean:
            return found
        _CLEAN[path] = found
    return _CLEAN[path]


def _visited(page: Page, path: str) -> Visit:
    found = Visit()
    with _overheard(page, found.complaints) as going:
        for scheme, size in (("light", DESK), ("dark", PHONE)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.goto(path, wait_until="load")
            _wait(page, going)  # axe reads colours: none may be on its way to another
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            page.wait_for_function("!document.getAnimations().some(one => one instanceof CSSTransition)")
            found.violations.extend(f"{scheme}: {one}" for one in _violations(page))
    return found


@contextmanager
def _overheard(page: Page, complaints: list[str]) -> Iterator[set[Request]]:
    """Complaints are added as they come; gives what is being asked for."""
    going: set[Request] = set()

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def answered(response: Response) -> None:
        if response.status >= 400 and response.url.rstrip("/") != page.url.rstrip("/"):
            complaints.append(f"{response.status} {response.url}")

    def failed(error: object) -> None:
        complaints.append(str(error))

    def began(request: Request) -> None:
        going.add(request)

    def ended(request: Request) -> None:
        going.discard(request)

    listeners = {"console": said, "response": answered, "pageerror": failed, "request": began}
    listeners |= dict.fromkeys(("requestfinished", "requestfailed"), ended)
    for name, listener in listeners.items():
        page.on(name, listener)  # type: ignore[call-overload]
    try:
        yield going
    finally:
        for name, listener in listeners.items():
            page.remove_listener(name, listener)


def _wait(page: Page, going: set[Request]) -> None:
    """Until nothing was asked for in QUIET_MS; Playwright's networkidle waits half a second for each page."""
    quiet = 0
    for _ in range(MOST_MS // STEP_MS):
        page.wait_for_timeout(STEP_MS)
        quiet = 0 if going else quiet + STEP_MS
        if quiet >= QUIET_MS:
            return


def _violations(page: Page) -> list[str]:
    said = []
    for one in Axe().run(page).response["violations"]:
        places = [str(node["target"][0] if len(node["target"]) == 1 else node["target"]) for node in one["nodes"][:3]]
        said.append(f"{one['id']}: {', '.join(places)}: {one['help']}: {one['nodes'][0]['failureSummary']}")
    return said
