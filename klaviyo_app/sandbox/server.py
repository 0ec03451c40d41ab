"""The HTTP server: a thread a connection, keep-alive, and the socket at hand, so that a line can be cut anywhere."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import socket
import sys
import threading
import time
import traceback
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

from klaviyo_app.sandbox import consent, control, data, faults, maton, problems, routes, wire
from klaviyo_app.sandbox.faults import Order
from klaviyo_app.sandbox.store import Store
from klaviyo_app.sandbox.wire import Cut, Request, Response
from klaviyo_app.sandbox.worlds import LONGEST_BODY, Worlds

IDLE_S = 120
STACK = 512 * 1024  # of a thread; the default of 8 MB adds up with many connections
_LOGIN = "<!DOCTYPE html><html><head><title>Log in</title></head><body><h1>Log in to Klaviyo</h1></body></html>"


class Server:
    """Answers on a socket that listens."""

    def __init__(self, listening: socket.socket, worlds: Worlds) -> None:
        self.worlds = worlds
        self.socket = listening
        self.port = int(listening.getsockname()[1])

    def serve(self) -> None:
        """Until the socket is closed."""
        threading.Thread(target=self.worlds.deliveries.serve, daemon=True, name="webhooks").start()
        self.worlds.resume()
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Stop listening; serve() returns."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _talk(self, connection: socket.socket) -> None:
        """One connection, request after request."""
        connection.settimeout(IDLE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as stream:
            while True:
                try:
                    request = wire.read_request(stream)
                except wire.Unreadable:
                    connection.sendall(Response(400).written(close=True))
                    return
                if request is None:
                    return
                found = self.answer(request)
                if isinstance(found, Cut):
                    _cut(connection, found)
                    return
                close = request.headers.get("connection", "").lower() == "close"
                connection.sendall(found.written(close=close, head=request.method == "HEAD"))
                if close:
                    return

    def answer(self, request: Request) -> Response | Cut:
        """What to write for a request."""
        try:
            match request.parts[0]:
                case "_sandbox":
                    return control.answer(self.worlds, request)
                case "connect":
                    return consent.answer(self.worlds, request)
                case "login":
                    return wire.html_response(200, _LOGIN)
                case "connections" | "klaviyo":
                    return self._keyed(request)
                case _:
                    return problems.unknown_route()
        except Exception:  # noqa: BLE001 - a fault of ours must reach whoever runs the tests, and not end the server
            traceback.print_exc()
            return problems.route(500, "The sandbox failed; its output says how.")

    def _keyed(self, request: Request) -> Response | Cut:
        """A call with a key, on either plane: counted, struck by the faults that were ordered, answered."""
        control_plane = request.parts[0] == "connections"
        match = routes.match(request.method, request.parts if control_plane else request.parts[1:])
        operation = match.operation.name if match else ""
        entry = self.worlds.log.note(request.key, operation, _told(request))
        orders = self.worlds.faults.take(request.key, operation)
        entry["fault"] = ", ".join(one.fault for one in orders) or None
        for order in orders:
            if order.fault == "latency":
                time.sleep(order.seconds or 0.0)
        struck = next((one for one in orders if one.fault != "latency"), None)
        found = faults.before(struck) if struck else None
        if struck and struck.fault == "late":
            self._later(request, match, struck)
        if found is None:
            response = maton.answer(self.worlds, request, match)
            found = faults.after(struck, response) if struck else response
        if isinstance(found, Response):
            found.headers["X-Request-Id"] = str(uuid.uuid4())
            entry["status"] = found.status
        return found

    def _later(self, request: Request, match: routes.Match | None, order: Order) -> None:
        """Carry the call out when its line is long cut."""
        late = threading.Timer(order.seconds or 1.0, maton.answer, (self.worlds, request, match))
        late.daemon = True
        late.start()


def _told(request: Request) -> dict[str, object]:
    """What the log keeps of a request; never the key."""
    headers = request.headers
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "connection": headers.get("maton-connection", ""),
        "revision": headers.get("revision", ""),
        "user_agent": headers.get("user-agent", ""),
        "content_type": headers.get("content-type", ""),
        "length": len(request.body),
        "body": request.body[:LONGEST_BODY].decode("utf-8", "replace"),
    }


def _cut(connection: socket.socket, cut: Cut) -> None:
    if cut.sent:
        connection.sendall(cut.sent)
    if cut.hold_s:
        time.sleep(cut.hold_s)
    if cut.reset:
        wire.reset(connection)


def listen(port: int) -> socket.socket:
    """A socket on the loopback. Raises OSError for a port that is taken."""
    return socket.create_server(("127.0.0.1", port), backlog=256)


def _fill(path: Path, kind: str) -> None:
    """Make the world of the key `sandbox` where the store does not have it, in a process that gives its memory back."""

    def build() -> None:
        # A new file gets its name when it is whole: what breaks off before is made anew the next time.
        made = path if path.exists() else path.with_name(f"{path.name}.unfinished")
        if made != path:
            made.unlink(missing_ok=True)
        worlds = Worlds(Store(made))
        if not worlds.knows(data.DEMO_KEY):
            with worlds.store.loading(), worlds.store.writing():
                data.build(worlds.store, kind, data.DEMO_KEY, now=worlds.clock.now(data.DEMO_KEY))
                worlds.set(data.DEMO_KEY, {})
        worlds.store.close()
        made.replace(path)

    child = multiprocessing.get_context("fork").Process(target=build)
    child.start()
    child.join()
    if child.exitcode:
        sys.exit("sandbox: its data could not be made")


def run(port: int, kind: str, path: Path | None) -> None:
    """Serve until SIGTERM or SIGINT. `kind`: demo, empty or large, for the key `sandbox`; a store that has it keeps it.

    Without a path the store is a temporary file. Raises OSError for a port that is taken.
    """
    threading.stack_size(STACK)
    with contextlib.ExitStack() as ending:
        folder = path.parent if path else Path(ending.enter_context(TemporaryDirectory(prefix="sandbox-")))
        folder.mkdir(parents=True, exist_ok=True)
        kept = path or folder / "sandbox.sqlite3"
        listening = listen(port)
        _fill(kept, kind)
        server = Server(listening, Worlds(Store(kept)))
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: server.close())
        sys.stdout.write(f"sandbox: http://127.0.0.1:{server.port} ({kind})\n")
        sys.stdout.flush()
        server.serve()
