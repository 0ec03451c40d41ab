"""Account operations. Source: Klaviyo's API description, revision 2026-07-15."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import XS, Operation, Repeat

ACCOUNTS: tuple[Operation, ...] = (
    Operation(
        name="get_accounts",
        method="GET",
        path="/api/accounts",
        repeat=Repeat.READ,
        limit=XS,
        success=(200,),
        scopes=("accounts:read",),
        fields=("account",),
    ),
    Operation(
        name="get_account",
        method="GET",
        path="/api/accounts/{id}",
        repeat=Repeat.READ,
        limit=XS,
        success=(200,),
        scopes=("accounts:read",),
        fields=("account",),
    ),
)
