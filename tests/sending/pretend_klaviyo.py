"""A Klaviyo of the worse nature, over real HTTP: accepts a second send, lags, loses, hangs, lands late.

What a POST meets is drawn from the campaign's id and its number, so that a run can be repeated. Counted at the socket.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCOUNT = "ACCT01"
KINDS = (
    ("accepted", 0.40),
    ("accepted, hangs", 0.15),
    ("accepted, reset", 0.10),
    ("accepted, says 504", 0.10),
    ("refused with 503", 0.07),
    ("accepted late", 0.08),
    ("dropped", 0.05),
    ("told to wait", 0.05),
)
ALL_KINDS = (
    *(name for name, _share in KINDS),
    "refused",
    "accepted, truncated",
    "accepted, html",
    "wrong id",
    "redirect",
)


class Shop:
    """What is there, and what was done."""

    def __init__(
        self, *, seed: int = 1, kind: str = "", read_failures: float = 0.05, lag: tuple[float, float] = (0.2, 1.5)
    ):
        self.seed, self.kind, self.read_failures, self.lag = seed, kind, read_failures, lag
        self.hang_s, self.late_s, self.sending_s = 2.5, 1.5, 0.3
        self.mutex = threading.Lock()
        self.posts: dict[str, int] = {}
        self.accepted: dict[str, list[float]] = {}
        self.status: dict[str, str] = {}  # set by hand: a colleague
        self.versions: dict[str, int] = {}
        self.strategies: dict[str, dict[str, object]] = {}
        self.patches_fail = False
        self.account = ACCOUNT
        self.estimate: int | None = 120
        self.counted = 0
        self.dice = random.Random(seed)

    def accept(self, campaign: str) -> None:
        with self.mutex:
            self.accepted.setdefault(campaign, []).append(time.monotonic())

    def shown(self, campaign: str) -> tuple[str, str | None]:
        """Status and job as a read shows them now: an acceptance shows after a lag."""
        if campaign in self.status:
            return self.status[campaign], None
        times = self.accepted.get(campaign)
        if not times:
            return "Draft", None
        lag = random.Random(f"{self.seed}{campaign}").uniform(*self.lag)
        age = time.monotonic() - times[0] - lag
        if age < 0:
            return "Draft", None
        return ("Sending", "processing") if age < self.sending_s else ("Sent", "complete")

    def draw(self, campaign: str) -> str:
        with self.mutex:
            number = self.posts[campaign] = self.posts.get(campaign, 0) + 1
        if self.kind:
            return self.kind if number == 1 or self.kind in {"refused", "refused with 503", "dropped"} else "accepted"
        names, shares = zip(*KINDS, strict=True)
        return random.Random(f"{self.seed}/{campaign}/{number}").choices(names, shares)[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one segment: no delayed acknowledgements
    shop: Shop

    def log_message(self, *_args):
        pass

    def answer(
        self, status: int, document: object, *, media: str = "application/vnd.api+json", cut: int = 0, **headers
    ):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Klaviyo-API-Revision", "2026-07-15")
        self.send_header("cid", self.shop.account)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body[: len(body) - cut])
        if cut:
            self.close_connection = True

    def problem(self, status: int, code: str, **headers):
        error = {
            "id": "e1",
            "status": status,
            "code": code,
            "title": code,
            "detail": f"{code}.",
            "source": {},
            "meta": {},
        }
        self.answer(status, {"errors": [error]}, **headers)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True
        self.connection.close()

    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts == ["counts"]:
            counts = {
                key: {"posts": n, "accepted": len(self.shop.accepted.get(key, ()))}
                for key, n in self.shop.posts.items()
            }
            self.answer(200, counts)
            return
        kind, rest = parts[2], parts[3:]
        if kind != "accounts" and self.shop.dice.random() < self.shop.read_failures:
            self.problem(503, "upstream")
            return
        if kind == "accounts":
            self.answer(200, {"data": [{"type": "account", "id": self.shop.account, "attributes": {}}], "links": {}})
        elif kind == "campaigns":
            self.campaign(rest[0])
        elif kind == "campaign-messages":
            attributes = {"name": "t", "editor_type": "CODE", "html": f"<p>{rest[0]}</p>", "text": "t"}
            self.answer(200, {"data": {"type": "template", "id": "T1", "attributes": attributes}})
        elif kind == "campaign-send-jobs":
            _status, job = self.shop.shown(rest[0])
            if job is None:
                self.problem(404, "not_found")
            else:
                self.answer(200, {"data": {"type": "campaign-send-job", "id": rest[0], "attributes": {"status": job}}})
        elif kind == "campaign-recipient-estimation-jobs" and self.shop.estimate is not None:
            attributes = {"status": "complete"}
            self.answer(
                200, {"data": {"type": "campaign-recipient-estimation-job", "id": rest[0], "attributes": attributes}}
            )
        elif kind == "campaign-recipient-estimations" and self.shop.estimate is not None:
            attributes = {"estimated_recipient_count": self.shop.estimate}
            self.answer(
                200, {"data": {"type": "campaign-recipient-estimation", "id": rest[0], "attributes": attributes}}
            )
        else:
            self.problem(404, "not_found")

    def campaign(self, campaign: str):
        status, _job = self.shop.shown(campaign)
        version = self.shop.versions.get(campaign, 0)
        attributes = {
            "name": f"Campaign {campaign}",
            "status": status,
            "archived": False,
            "audiences": {"included": ["L1"], "excluded": []},
            "send_options": {"use_smart_sending": True},
            "tracking_options": {},
            "send_strategy": self.shop.strategies.get(campaign, {"method": "immediate"}),
            "updated_at": f"2026-01-01T00:00:{int(time.monotonic()) % 60:02}+00:00",
        }
        content = {"subject": f"Subject {campaign} {version}", "preview_text": "", "from_email": "a@example.com"}
        message = {"definition": {"channel": "email", "label": "m", "content": content}, "send_times": []}
        self.answer(
            200,
            {
                "data": {"type": "campaign", "id": campaign, "attributes": attributes, "relationships": {}},
                "included": [{"type": "campaign-message", "id": f"M{campaign}", "attributes": message}],
            },
        )

    def do_PATCH(self):
        length = int(self.headers.get("Content-Length") or 0)
        data = json.loads(self.rfile.read(length))["data"]
        if data["type"] == "campaign-send-job":
            self.shop.status[data["id"]] = "Draft" if data["attributes"]["action"] == "revert" else "Cancelled"
            self.answer(204, b"")
        elif self.shop.patches_fail:
            self.problem(503, "unavailable")
        else:
            if strategy := data["attributes"].get("send_strategy"):
                self.shop.strategies[data["id"]] = strategy
            self.campaign(data["id"])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        campaign = body["data"]["id"]
        if self.path.endswith("template-render"):
            attributes = {"html": "<p>Hello <script>alert(1)</script></p>", "text": "Hello"}
            self.answer(201, {"data": {"type": "template", "id": campaign, "attributes": attributes}})
            return
        if self.path.endswith("recipient-estimation-jobs"):
            self.shop.counted += 1
            job = {"type": "campaign-recipient-estimation-job", "id": campaign, "attributes": {"status": "queued"}}
            self.answer(202, {"data": job})
            return
        kind = self.shop.draw(campaign)
        good = {"data": {"type": "campaign-send-job", "id": campaign, "attributes": {"status": "queued"}, "links": {}}}
        if kind.startswith("accepted") and kind != "accepted late":
            self.shop.accept(campaign)
        act = {
            "accepted": lambda: self.answer(202, good),
            "accepted, reset": self.reset,
            "accepted, says 504": lambda: self.problem(504, "timeout"),
            "refused with 503": lambda: self.problem(503, "unavailable"),
            "dropped": self.reset,
            "told to wait": lambda: self.problem(429, "throttled", Retry_After="1"),
            "refused": lambda: self.problem(400, "invalid"),
            "accepted, truncated": lambda: self.answer(202, good, cut=5),
            "accepted, html": lambda: self.answer(202, b"<html>hello</html>", media="text/html"),
            "wrong id": lambda: self.answer(202, {"data": {**good["data"], "id": "another"}}),
            "redirect": lambda: self.answer(307, b"", Location="/klaviyo/api/campaign-send-jobs"),
        }.get(kind)
        if act is not None:
            act()
        elif kind == "accepted late":
            threading.Timer(self.shop.late_s, self.shop.accept, [campaign]).start()
            time.sleep(self.shop.hang_s)
            self.reset()
        else:
            time.sleep(self.shop.hang_s)
            self.reset()


def serve(shop: Shop) -> ThreadingHTTPServer:
    """A server on a free port, its threads running; `server.server_address[1]` is the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OurHandler", (Handler,), {"shop": shop}))
    server.daemon_threads = True
    server.handle_error = lambda *_args: None  # a client that was killed hangs up: that is the point
    server.socket.listen(128)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
