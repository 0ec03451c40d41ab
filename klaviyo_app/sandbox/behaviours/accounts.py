"""The account behind the connection. Source: Klaviyo's API description: the collection holds exactly this one."""

from __future__ import annotations

from klaviyo_app.sandbox.behaviours.call import Call, Reply, missing


def get_accounts(call: Call) -> Reply:
    """GET /api/accounts."""
    return Reply(200, things=[call.account])


def get_account(call: Call) -> Reply:
    """GET /api/accounts/{id}: 404 for another's."""
    if call.path["id"] != call.account.id:
        raise missing("account", call.path["id"])
    return Reply(200, call.account)
