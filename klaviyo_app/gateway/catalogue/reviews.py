"""Review operations. Source: Klaviyo's API description, revision 2026-07-15."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import ANY_EQUALS, UP_TO_100, M, Operation, Repeat

REVIEWS: tuple[Operation, ...] = (
    Operation(
        name="get_reviews",
        method="GET",
        path="/api/reviews",
        repeat=Repeat.READ,
        limit=M,
        success=(200,),
        scopes=("reviews:read",),
        page=UP_TO_100,
        filters={
            "created": ("greater-or-equal", "less-or-equal"),
            "rating": ("any", "equals", "greater-or-equal", "less-or-equal"),
            "id": ANY_EQUALS,
            "item.id": ANY_EQUALS,
            "content": ("contains",),
            "status": ("equals",),
            "review_type": ("equals",),
            "verified": ("equals",),
        },
        sorts=("created", "rating", "updated"),
        includes=("events",),
        fields=("event", "review"),
    ),
    Operation(
        name="get_review",
        method="GET",
        path="/api/reviews/{id}",
        repeat=Repeat.READ,
        limit=M,
        success=(200,),
        scopes=("reviews:read",),
        includes=("events",),
        fields=("event", "review"),
    ),
)
