"""CPU time of one page of 100 profiles: our client against the official SDK, over real HTTP to the same server."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import requests
import structlog

from bench.profiles import SIZE, profile
from bench.table import show, side_by_side


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = orjson.dumps(
        {
            "data": [profile(number) for number in range(SIZE)],
            "links": {"self": "https://a.klaviyo.com/api/profiles", "next": None, "prev": None},
        }
    )

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.api+json")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _serve() -> str:
    """The server in a process of its own, so that its CPU time is not ours."""
    import os

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    if os.fork() == 0:
        threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
        server.serve_forever()
    return f"http://127.0.0.1:{server.server_port}"


def _leave_with_parent(parent: int) -> None:
    import os
    import time

    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main() -> None:
    """Print CPU milliseconds a page, ours, the SDK's and bare requests'."""
    from klaviyo_api import KlaviyoAPI

    from klaviyo_app.gateway.client import Client, Gateway

    # Without settings structlog prints every call; here the lines are made and thrown away.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    address = _serve()
    client = Client(Gateway(address, address, "key", "2026-07-15"), "connection")
    sdk = KlaviyoAPI(None, access_token="key", test_host=f"{address}/klaviyo", max_retries=1)
    session = requests.Session()

    def ours() -> object:
        return client.call("get_profiles").data

    def official() -> object:
        return sdk.Profiles.get_profiles()

    def bare() -> object:
        return orjson.loads(session.get(f"{address}/klaviyo/api/profiles").content)

    ours_ms, sdk_ms, ratio = side_by_side(ours, official, times=30)
    same_ms, bare_ms, over = side_by_side(ours, bare, times=30)
    show(
        f"CPU time of a page of {SIZE} profiles ({len(_Page.body) // 1024} kB)",
        ("client", "ms", "ours / it"),
        [
            ("ours", ours_ms, 1.0),
            ("official SDK 24.0.0", sdk_ms, ratio),
            (f"bare requests + orjson (ours in the same rounds: {same_ms:.2f} ms)", bare_ms, over),
        ],
    )
