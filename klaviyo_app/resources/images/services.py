"""What can be done with images: at Klaviyo, then in the audit log. Klaviyo deletes none through its API."""

from __future__ import annotations

from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.wire import Form
from klaviyo_app.mirror import edits

LARGEST_FILE = 5_000_000  # bytes; Klaviyo says "5MB" and not which, so the smaller of the two
_MARKS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"))


def format_of(picture: bytes) -> str:
    """Which of the formats that Klaviyo takes a picture is, by its first bytes; "" for none of them."""
    return next((name for mark, name in _MARKS if picture.startswith(mark)), "")


def upload(account: Account, *, client: Client, by: User, source: str | bytes, name: str) -> dict[str, Any]:
    """Bring an image to Klaviyo from its address on the web or as it is; gives it. Raises GatewayError."""
    named = {"name": name} if name else {}
    if isinstance(source, bytes):
        kind = format_of(source)
        body = Form(texts=named, files={"file": (f"image.{kind}", source, f"image/{kind}")})
        made: dict[str, Any] = client.call("upload_image_from_file", body=body).data
    else:
        data = {"type": "image", "attributes": {"import_from_url": source, **named}}
        made = client.call("upload_image_from_url", body={"data": data}).data
    _record(account, by, "image.uploaded", made["attributes"]["name"])
    return made


def change(
    account: Account, image_id: str, *, client: Client, by: User, name: str, hidden: bool, seen: str
) -> dict[str, Any]:
    """Rename, hide or show an image. Raises ChangedMeanwhile, GatewayError."""
    live = client.call("get_image", path={"id": image_id}).data
    edits.check(seen, live)
    wanted = {"name": name, "hidden": hidden}
    before = {key: live["attributes"][key] for key in wanted}
    body = {"data": {"type": "image", "id": image_id, "attributes": wanted}}
    changed: dict[str, Any] = client.call("update_image", path={"id": image_id}, body=body).data
    _record(account, by, "image.changed", name, before=before, after=wanted)
    return changed


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)
