"""Who may open which page: the one table. A URL that is not named here is refused (fail closed).

Enforced by dashboard.middleware.access (public, signed in) and by `team_page` and `account_page`, which find the team
through the signed-in member first; walked by tests/site/test_access.py with every role and a stranger.
"""

from __future__ import annotations

import enum


class Right(enum.IntEnum):
    """What a page asks for. The four above SIGNED_IN are also the roles of a member, each including those below."""

    PUBLIC = 0
    SIGNED_IN = 1
    VIEW = 10
    EDIT = 20
    PUBLISH = 30
    ADMIN = 40


# URL name -> right. A dictionary: GET and the other methods ask for different rights.
ACCESS: dict[str, Right | dict[str, Right]] = {
    # the site
    "home": Right.SIGNED_IN,
    "me": Right.SIGNED_IN,
    "setup": Right.PUBLIC,
    "invitation": Right.PUBLIC,
    "health-live": Right.PUBLIC,
    "health-ready": Right.PUBLIC,
    "account_login": Right.PUBLIC,
    "account_logout": Right.PUBLIC,
    "account_inactive": Right.PUBLIC,
    "account_reset_password": Right.PUBLIC,
    "account_reset_password_done": Right.PUBLIC,
    "account_reset_password_from_key": Right.PUBLIC,
    "account_reset_password_from_key_done": Right.PUBLIC,
    "account_change_password": Right.SIGNED_IN,
    # a team
    "team": Right.VIEW,
    "team-edit": Right.ADMIN,
    "team-switch": Right.VIEW,
    "team-leave": Right.VIEW,
    "members": Right.VIEW,
    "member-role": Right.ADMIN,
    "member-remove": Right.ADMIN,
    "invitation-create": Right.ADMIN,
    "invitation-revoke": Right.ADMIN,
    "audit": Right.ADMIN,
    # an account: the mirror and jobs
    "mirror-age": Right.VIEW,
    "mirror-refresh": Right.VIEW,
    "jobs": Right.VIEW,
    "job": Right.VIEW,
    "job-cancel": Right.EDIT,
    "job-refused": Right.VIEW,
    "job-rows": Right.VIEW,
    # lists
    "lists": Right.VIEW,
    "list": Right.VIEW,
    "list-count": Right.VIEW,
    "list-people": Right.VIEW,
    "list-create": Right.EDIT,
    "list-edit": Right.EDIT,
    "list-delete": Right.EDIT,
    "list-people-add": Right.EDIT,
    "list-people-remove": Right.EDIT,
    "lists-bulk": Right.EDIT,
    "lists-bulk-delete": Right.EDIT,
    # segments
    "segments": Right.VIEW,
    "segment": Right.VIEW,
    "segment-state": Right.VIEW,
    "segment-people": Right.VIEW,
    "segment-count": Right.VIEW,
    "segment-create": Right.EDIT,
    "segment-edit": Right.EDIT,
    "segment-words": Right.EDIT,
    "segment-delete": Right.EDIT,
    "segment-star": Right.EDIT,
    "segments-bulk": Right.EDIT,
    "segments-bulk-delete": Right.EDIT,
    # campaigns
    "campaigns": Right.VIEW,
    "campaign": Right.VIEW,
    "campaign-preview": Right.VIEW,
    "campaign-estimate": Right.VIEW,
    "campaign-count": Right.EDIT,
    "campaign-create": Right.EDIT,
    "campaign-edit": Right.EDIT,
    "campaign-clone": Right.EDIT,
    "campaign-delete": Right.EDIT,
    # results
    "results": Right.VIEW,
    "results-read": Right.VIEW,
    "campaign-results": Right.VIEW,
    "segment-growth": Right.VIEW,
    # flows
    "flows": Right.VIEW,
    "flow": Right.VIEW,
    "flow-steps": Right.VIEW,
    "flow-action-messages": Right.VIEW,
    "flow-message": Right.VIEW,
    "flow-mail": Right.VIEW,
    "flow-create": Right.EDIT,
    "flow-copy": Right.EDIT,
    "flow-delete": Right.EDIT,
    "flow-switch": Right.PUBLISH,
    # templates
    "templates": Right.VIEW,
    "template": Right.VIEW,
    "template-rendered": Right.VIEW,
    "template-draft": Right.EDIT,
    "template-create": Right.EDIT,
    "template-edit": Right.EDIT,
    "template-clone": Right.EDIT,
    "template-delete": Right.EDIT,
    # coupons
    "coupons": Right.VIEW,
    "coupon": Right.VIEW,
    "coupon-codes": Right.VIEW,
    "coupon-create": Right.EDIT,
    "coupon-edit": Right.EDIT,
    "coupon-delete": Right.EDIT,
    "coupon-codes-make": Right.EDIT,
    "coupon-code-create": Right.EDIT,
    "coupon-code-edit": Right.EDIT,
    "coupon-code-delete": Right.EDIT,
    # profiles
    "profiles": Right.VIEW,
    "profile": Right.VIEW,
    "profile-groups": Right.VIEW,
    "profile-create": Right.EDIT,
    "profile-edit": Right.EDIT,
    "profile-import": Right.EDIT,
    "profile-import-columns": Right.EDIT,
    "profile-import-look": Right.EDIT,
    "profile-import-wrong": Right.EDIT,
    "profile-import-jobs": Right.VIEW,
    "profile-import-job": Right.VIEW,
    "profile-consent": Right.EDIT,
    "profile-merge": Right.ADMIN,
    "profile-delete": Right.ADMIN,
    "profile-forget": Right.ADMIN,
    # events
    "events": Right.VIEW,
    "event": Right.VIEW,
    "profile-events": Right.VIEW,
    "event-create": Right.EDIT,
    "event-file": Right.EDIT,
    "event-file-columns": Right.EDIT,
    "event-file-look": Right.EDIT,
    "event-file-wrong": Right.EDIT,
    # catalogs
    "catalog-items": Right.VIEW,
    "catalog-item": Right.VIEW,
    "catalog-variants": Right.VIEW,
    "catalog-variant": Right.VIEW,
    "catalog-categories": Right.VIEW,
    "catalog-category": Right.VIEW,
    "catalog-item-create": Right.EDIT,
    "catalog-item-edit": Right.EDIT,
    "catalog-item-delete": Right.EDIT,
    "catalog-item-sort": Right.EDIT,
    "catalog-variant-create": Right.EDIT,
    "catalog-variant-edit": Right.EDIT,
    "catalog-variant-delete": Right.EDIT,
    "catalog-category-create": Right.EDIT,
    "catalog-category-edit": Right.EDIT,
    "catalog-category-delete": Right.EDIT,
    "catalog-category-add": Right.EDIT,
    "catalog-category-items": Right.EDIT,
    "catalog-category-items-ask": Right.EDIT,
    "catalog-item-picture": Right.VIEW,
    "catalog-variant-picture": Right.VIEW,
    "catalog-items-bulk": Right.EDIT,
    "catalog-items-bulk-ask": Right.EDIT,
    "catalog-variants-bulk": Right.EDIT,
    "catalog-variants-bulk-ask": Right.EDIT,
    # metrics
    "metrics": Right.VIEW,
    "metric": Right.VIEW,
    "metric-numbers": Right.VIEW,
    "metric-file": Right.VIEW,
    "metric-uses": Right.VIEW,
    # images
    "images": Right.VIEW,
    "image": Right.VIEW,
    "image-picture": Right.VIEW,
    "image-upload": Right.EDIT,
    "image-edit": Right.EDIT,
    # tags
    "tags": Right.VIEW,
    "tags-many": Right.EDIT,
    "tags-many-ask": Right.EDIT,
    "tags-of": Right.VIEW,
    "tags-of-change": Right.EDIT,
    "tag-create": Right.EDIT,
    "tag-edit": Right.EDIT,
    "tag-delete": Right.EDIT,
    "tag-group-create": Right.EDIT,
    "tag-group-edit": Right.EDIT,
    "tag-group-delete": Right.EDIT,
    # webhooks: what they tell are people's data, so only an admin says to whom
    "webhooks": Right.VIEW,
    "webhook": Right.VIEW,
    "webhook-create": Right.ADMIN,
    "webhook-own": Right.ADMIN,
    "webhook-edit": Right.ADMIN,
    "webhook-switch": Right.ADMIN,
    "webhook-delete": Right.ADMIN,
    "webhook-test": Right.ADMIN,
    "webhook-receive": Right.PUBLIC,
    # connecting
    "connect": Right.ADMIN,
    "connect-latest": Right.ADMIN,
    "connect-adopt": Right.ADMIN,
    "connect-attempt": Right.ADMIN,
    "connect-open": Right.ADMIN,
    "connect-link": Right.ADMIN,
    "connect-look": Right.ADMIN,
    "connect-confirm": Right.ADMIN,
    "connect-cancel": Right.ADMIN,
    "maton-key": Right.ADMIN,
    "maton-key-remove": Right.ADMIN,
    "account": Right.VIEW,
    "account-limits": Right.VIEW,
    "account-calls": Right.ADMIN,
    "account-reconnect": Right.ADMIN,
    "account-disconnect": Right.ADMIN,
    # sending
    "sends": Right.VIEW,
    "send": Right.PUBLISH,
    "send-panel": Right.VIEW,
    "send-mail": Right.VIEW,
    "send-mail-images": Right.VIEW,
    "send-status": Right.VIEW,
    "send-approve": Right.PUBLISH,
    "send-cancel": Right.PUBLISH,
    "send-take-back": Right.PUBLISH,
    "send-decide": Right.PUBLISH,
    "send-rules": {"GET": Right.VIEW, "POST": Right.PUBLISH},
    "send-rules-edit": Right.ADMIN,
    "send-installation": Right.ADMIN,
}


def needed(url_name: str | None, method: str) -> Right | None:
    """The right that a request needs, or None where the table does not name the URL."""
    entry = ACCESS.get(url_name or "")
    if isinstance(entry, dict):
        return entry["GET"] if method in {"GET", "HEAD", "OPTIONS"} else entry["POST"]
    return entry
