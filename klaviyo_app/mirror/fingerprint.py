"""What a state of a resource is compared by."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

# Times and counters that move without anybody's change.
RESTLESS = frozenset({"updated", "updated_at", "created", "created_at", "profile_count", "is_processing"})

GONE = "gone"  # a version's fingerprint where the resource is not there any more


def fingerprint(attributes: Mapping[str, Any]) -> str:
    """64 hexadecimal digits of the attributes, whatever their order; the restless ones left out."""
    kept = {name: value for name, value in attributes.items() if name not in RESTLESS}
    return sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()
