"""Images: taken in from an address or written into the body, renamed, hidden.

Source: Klaviyo's API descriptions: jpeg, png and gif of at most 5 MB, an address, a base-64 data-uri or a file of a
form; the name is the file's where none is given, and gets a suffix where it is taken. Refusing an address that gives no
picture, with a pointer to it: recorded; the pointer of a refused file: concluded. The form of ids (small numbers:
described) and suffixes: concluded. Nothing is fetched: the picture at an address is made up from it.
"""

from __future__ import annotations

import base64
import binascii
import uuid
import zlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from klaviyo_app.sandbox.behaviours.bodies import flag, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check

LARGEST = 5 * 1024 * 1024
POINTER = "/data/attributes/import_from_url"
FILE_POINTER = "/data/attributes/file"
_MARKS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"))
_ENDINGS: Mapping[str, str] = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "gif": "gif"}
_HOST = "https://d3k81ch9hvuctc.cloudfront.net"


def upload_image_from_url(call: Call) -> Reply:
    """POST /api/images: 201."""
    shape = obj({"import_from_url": text(least=1)}, {"name": nullable(text(least=1)), "hidden": nullable(flag)})
    check(list(shape(call.attributes, "/data/attributes")))
    address = call.attributes["import_from_url"]
    if address.startswith("data:"):
        picture = _decoded(address)
        kind, size, default = _kind_of(picture, POINTER), len(picture), "image"
    else:
        kind, size, default = _at(address)
    hidden = bool(call.attributes.get("hidden"))
    return Reply(201, _kept(call, kind, size, call.attributes.get("name") or default, hidden))


def upload_image_from_file(call: Call) -> Reply:
    """POST /api/image-upload: 201; the body is a form."""
    if "file" not in call.body["files"]:
        raise invalid("'file' must be a file.", FILE_POINTER)
    file_name, picture = call.body["files"]["file"]
    hidden = call.attributes.get("hidden", "false").lower()
    if hidden not in ("true", "false"):
        raise invalid("'hidden' must be a boolean.", "/data/attributes/hidden")
    name = call.attributes.get("name") or file_name.rpartition(".")[0] or file_name or "image"
    return Reply(201, _kept(call, _kind_of(picture, FILE_POINTER), len(picture), name, hidden == "true"))


def update_image(call: Call) -> Reply:
    """PATCH /api/images/{id}: 200; null leaves a part as it is."""
    one = needed(call, "image", call.path["id"])
    shape = obj({}, {"name": nullable(text(least=1)), "hidden": nullable(flag)})
    check(list(shape(call.attributes, "/data/attributes")))
    changed = {name: value for name, value in call.attributes.items() if value is not None}
    if "name" in changed:
        changed["name"] = _free(call, changed["name"], one.id)
    one.attributes = {**one.attributes, **changed, "updated_at": call.stamp}
    call.things.put(one)
    return Reply(200, one)


def _refused(detail: str) -> Refused:
    return invalid(detail, POINTER)


def _decoded(address: str) -> bytes:
    head, _, rest = address.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise _refused("'import_from_url' must be an image address or a base-64 data-uri of an image.")
    try:
        return base64.b64decode(rest, validate=True)
    except binascii.Error:
        raise _refused("The data-uri is not valid base-64.") from None


def _kind_of(picture: bytes, pointer: str) -> str:
    if len(picture) > LARGEST:
        raise invalid("The image is larger than 5MB.", pointer)
    kind = next((name for mark, name in _MARKS if picture.startswith(mark)), None)
    if kind is None:
        raise invalid("The image format is not supported. Supported image formats: jpeg,png,gif.", pointer)
    return kind


def _at(address: str) -> tuple[str, int, str]:
    """Format, size and name of what an address would give: by its ending."""
    parts = urlsplit(address)
    name, _, ending = parts.path.rpartition("/")[2].rpartition(".")
    kind = _ENDINGS.get(ending.lower())
    if parts.scheme not in ("http", "https") or not parts.hostname or kind is None:
        raise _refused("The image could not be fetched from this address, or is no jpeg, png or gif.")
    return kind, 20_000 + zlib.crc32(address.encode()) % 400_000, name or "image"


def _kept(call: Call, kind: str, size: int, name: str, hidden: bool) -> Thing:
    numbers = [int(one.id) for one in call.things.all("image")]
    file = f"{uuid.uuid4()}.{kind}"
    attributes = {
        "name": _free(call, name),
        "image_url": f"{_HOST}/company/{call.account.id}/images/{file}",
        "format": kind,
        "size": size,
        "hidden": hidden,
        "updated_at": call.stamp,
    }
    one = Thing("image", str(max(numbers, default=0) + 1), attributes)
    call.things.put(one)
    return one


def _free(call: Call, name: str, own: str = "") -> str:
    """The name, with a suffix where another image has it."""
    taken = {one.attributes["name"] for one in call.things.all("image") if one.id != own}
    number, found = 1, name
    while found in taken:
        number, found = number + 1, f"{name}_{number}"
    return found
