"""Tracking setting operations. Source: Klaviyo's API description, revision 2026-07-15."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import M, Operation, PageRule, Repeat

TRACKING_SETTINGS: tuple[Operation, ...] = (
    Operation(
        name="get_tracking_settings",
        method="GET",
        path="/api/tracking-settings",
        repeat=Repeat.READ,
        limit=M,
        success=(200,),
        scopes=("tracking-settings:read",),
        page=PageRule(1, 1),
        fields=("tracking-setting",),
    ),
    Operation(
        name="get_tracking_setting",
        method="GET",
        path="/api/tracking-settings/{id}",
        repeat=Repeat.READ,
        limit=M,
        success=(200,),
        scopes=("tracking-settings:read",),
        fields=("tracking-setting",),
    ),
    Operation(
        name="update_tracking_setting",
        method="PATCH",
        path="/api/tracking-settings/{id}",
        repeat=Repeat.IDEMPOTENT,
        limit=M,
        success=(200,),
        scopes=("tracking-settings:write",),
        body="tracking-setting",
        required=("id", "attributes"),
    ),
)
