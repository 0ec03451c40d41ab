"""What can be done with images: at Klaviyo, then in the audit log. Klaviyo deletes none through its API."""

from __future__ import annotations

import base64
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.mirror import edits

LARGEST_FILE = 3_500_000  # Klaviyo takes bodies of 5 MB, and a file grows by a third when it is written into one
_MARKS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"))


def format_of(picture: bytes) -> str:
    """Which of the formats that Klaviyo takes a picture is, by its first bytes; "" for none of them."""
    return next((name for mark, name in _MARKS if picture.startswith(mark)), "")


def written(picture: bytes) -> str:
    """A picture as a data address, which Klaviyo takes in place of one of the web."""
    return f"data:image/{format_of(picture)};base64,{base64.b64encode(picture).decode()}"


def upload(account: Account, *, client: Client, by: User, source: str, name: str) -> dict[str, Any]:
    """Bring an image to Klaviyo from an address of the web or of written(); gives it. Raises GatewayError."""
    attributes: dict[str, Any] = {"import_from_url": source, **({"name": name} if name else {})}
    made: dict[str, Any] = client.call(
        "upload_image_from_url", body={"data": {"type": "image", "attributes": attributes}}
    ).data
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
