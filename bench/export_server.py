"""A small server of cursor pages of profiles, a process of its own that prints its port. Argument: number of pages.

Every page has its own ids and properties, so that a reader that keeps anything grows.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import orjson

from bench.profiles import SIZE, profile

_LAST = int(sys.argv[1]) if len(sys.argv) > 1 else 1
_NUMBER = 987_654_321  # stands in the template where the number of a profile goes
_TEMPLATE = orjson.dumps(profile(_NUMBER)).split(str(_NUMBER).encode())


class _Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        cursor = parse_qs(urlsplit(self.path).query).get("page[cursor]", ["0"])[0]
        body = _page(int(cursor))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _page(number: int) -> bytes:
    first = 100_000_000 + number * SIZE
    people = b",".join(str(first + at).encode().join(_TEMPLATE) for at in range(SIZE))
    following = f'"https://a.klaviyo.com/api/profiles?page%5Bcursor%5D={number + 1}"' if number + 1 < _LAST else "null"
    return b'{"data":[' + people + b'],"links":{"next":' + following.encode() + b"}}"


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), _Pages)
    print(server.server_port, flush=True)
    server.serve_forever()
