"""The page behind the authorisation link: choose a pretend Klaviyo account, allow or refuse. Works without script.

What the real page shows, how long its link lives and what stands at its end are documented nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import parse_qs

from klaviyo_app.sandbox import maton
from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.wire import Request, Response, html_response
from klaviyo_app.sandbox.worlds import Worlds

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE = """
:root{color-scheme:light dark;--ground:#f3f5f4;--card:#fff;--ink:#1d2723;--soft:#55625c;--line:#d5dcd8;--go:#17634a;
--on-go:#fff}
@media (prefers-color-scheme:dark){:root{--ground:#141917;--card:#1e2522;--ink:#e8efeb;--soft:#a9b8b1;--line:#3a4540;
--go:#7fd1b0;--on-go:#10201a}}
*{box-sizing:border-box}
body{font:16px/1.55 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;
background:var(--ground);color:var(--ink)}
main{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:2rem;width:min(28rem,100%);
box-shadow:0 8px 30px #0000000f}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 .75rem}
.note{font-size:.85rem;color:var(--soft);margin:0 0 1.25rem;padding-bottom:1rem;border-bottom:1px solid var(--line)}
ul{padding-left:1.2rem;color:var(--soft);margin:.5rem 0 1.25rem}
fieldset{border:0;padding:0;margin:0}legend{font-weight:600;padding:0;margin-bottom:.5rem}
label{display:flex;gap:.65rem;align-items:center;border:1px solid var(--line);border-radius:10px;padding:.65rem .85rem;
margin-bottom:.5rem;cursor:pointer}
label small{color:var(--soft);margin-left:auto;font-family:ui-monospace,monospace}
label:has(:checked){border-color:var(--go);box-shadow:inset 0 0 0 1px var(--go)}
input{accent-color:var(--go)}
.row{display:flex;gap:.75rem;margin-top:1.25rem}
button{font:inherit;font-weight:600;padding:.6rem 1.2rem;border-radius:10px;border:1px solid var(--line);
background:transparent;color:var(--ink);cursor:pointer}
button.go{background:var(--go);border-color:var(--go);color:var(--on-go)}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
"""
_NOTE = "Sandbox: this page plays the one on which Klaviyo asks you. Nothing leaves this machine."
_RIGHTS = (
    "Read and change profiles, lists and segments",
    "Read, change and send campaigns",
    "Read and change templates, coupons, catalogs and tags",
    "Read events, metrics and reports",
)


def answer(worlds: Worlds, request: Request) -> Response:
    """GET shows the question, POST takes the answer."""
    token = dict(request.pairs).get("session_token", "")
    owner, connection = _of_token(worlds, token)
    if connection is None or connection.hidden["token_until"] < worlds.clock.seconds(owner):
        return _end("This link is too old", "Go back to the dashboard and ask for a new link.", 410)
    if connection.attributes["status"] != maton.PENDING:
        return _end("This was settled before", "The connection has been authorised or refused already.")
    accounts = [(one.id, _name(one)) for one in worlds.store.accounts(owner)]
    if request.method == "GET":
        return _question(token, accounts)
    if request.method != "POST":
        return html_response(405, "", {"Allow": "GET, POST"})
    form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    return _settle(worlds, owner, connection, form, dict(accounts))


def _of_token(worlds: Worlds, token: str) -> tuple[str, Thing | None]:
    """(key, connection) of a link."""
    for key in worlds.store.every_key() if token else ():
        for one in maton.every(worlds, key):
            if one.hidden["token"] == token:
                return key, one
    return "", None


def _name(account: Thing) -> str:
    contact = account.attributes.get("contact_information") or {}
    return str(contact.get("organization_name") or account.id)


def _settle(worlds: Worlds, owner: str, connection: Thing, form: dict[str, str], accounts: dict[str, str]) -> Response:
    mode, _, other = str(connection.hidden.get("mode") or "").partition(":")
    chosen = other if mode == "as-account" else form.get("account", "")
    if form.get("answer") != "allow" or mode == "fail":
        maton.keep(worlds, owner, connection, status=maton.FAILED)
        return _end("Not connected", "Access was refused. Nothing was connected.")
    if chosen not in accounts:
        return _end("No account chosen", "Go back and choose one of the accounts.", 422)
    if mode != "stuck":
        maton.keep(worlds, owner, connection, status=maton.ACTIVE, account=chosen)
    return _end("Connected", f"Maton may now work with {accounts[form.get('account', chosen)]}.")


def _page(title: str, inner: str, status: int = 200) -> Response:
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{_STYLE}</style></head><body><main><p class="note">{_NOTE}</p>'
        f"<h1>{escape(title)}</h1>{inner}</main></body></html>"
    )
    return html_response(status, page, _HEADERS)


def _end(title: str, words: str, status: int = 200) -> Response:
    return _page(title, f"<p>{escape(words)}</p><p>You may close this tab.</p>", status)


def _question(token: str, accounts: Sequence[tuple[str, str]]) -> Response:
    choices = "".join(
        f'<label><input type="radio" name="account" value="{escape(id_)}"{"" if number else " checked"}>'
        f" {escape(name)} <small>{escape(id_)}</small></label>"
        for number, (id_, name) in enumerate(accounts)
    )
    rights = "".join(f"<li>{one}</li>" for one in _RIGHTS)
    inner = (
        f"<p>Maton asks for access to a Klaviyo account:</p><ul>{rights}</ul>"
        f'<form method="post" action="/connect/?session_token={escape(token)}">'
        f"<fieldset><legend>Which account?</legend>{choices}</fieldset>"
        '<div class="row"><button class="go" name="answer" value="allow">Allow</button>'
        '<button name="answer" value="refuse">Refuse</button></div></form>'
    )
    return _page("Connect Klaviyo to Maton?", inner)
