"""The catalogue: every operation that the product calls, by Klaviyo's own operationId.

One file a family. The same name is the log field, the sandbox's handler and the row in the docs.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from klaviyo_app.gateway.catalogue.accounts import ACCOUNTS
from klaviyo_app.gateway.catalogue.campaigns import CAMPAIGNS
from klaviyo_app.gateway.catalogue.catalog_categories import CATALOG_CATEGORIES
from klaviyo_app.gateway.catalogue.catalog_items import CATALOG_ITEMS
from klaviyo_app.gateway.catalogue.catalog_jobs import CATALOG_JOBS
from klaviyo_app.gateway.catalogue.catalog_variants import CATALOG_VARIANTS
from klaviyo_app.gateway.catalogue.coupon_codes import COUPON_CODES
from klaviyo_app.gateway.catalogue.coupons import COUPONS
from klaviyo_app.gateway.catalogue.events import EVENTS
from klaviyo_app.gateway.catalogue.flows import FLOWS
from klaviyo_app.gateway.catalogue.forms import FORMS
from klaviyo_app.gateway.catalogue.images import IMAGES
from klaviyo_app.gateway.catalogue.lists import LISTS
from klaviyo_app.gateway.catalogue.maton import MATON
from klaviyo_app.gateway.catalogue.metrics import METRICS
from klaviyo_app.gateway.catalogue.operation import Limit, Operation, PageRule, Repeat
from klaviyo_app.gateway.catalogue.profile_jobs import PROFILE_JOBS
from klaviyo_app.gateway.catalogue.profiles import PROFILES
from klaviyo_app.gateway.catalogue.reporting import REPORTING
from klaviyo_app.gateway.catalogue.reviews import REVIEWS
from klaviyo_app.gateway.catalogue.segments import SEGMENTS
from klaviyo_app.gateway.catalogue.tags import TAGS
from klaviyo_app.gateway.catalogue.templates import TEMPLATES
from klaviyo_app.gateway.catalogue.tracking_settings import TRACKING_SETTINGS
from klaviyo_app.gateway.catalogue.universal_content import UNIVERSAL_CONTENT
from klaviyo_app.gateway.catalogue.webhooks import WEBHOOKS

__all__ = ["OPERATIONS", "Limit", "Operation", "PageRule", "Repeat"]

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        operation.name: operation
        for operation in chain(
            ACCOUNTS,
            CAMPAIGNS,
            CATALOG_CATEGORIES,
            CATALOG_ITEMS,
            CATALOG_JOBS,
            CATALOG_VARIANTS,
            COUPON_CODES,
            COUPONS,
            EVENTS,
            FLOWS,
            FORMS,
            IMAGES,
            LISTS,
            MATON,
            METRICS,
            PROFILE_JOBS,
            PROFILES,
            REPORTING,
            REVIEWS,
            SEGMENTS,
            TAGS,
            TEMPLATES,
            TRACKING_SETTINGS,
            UNIVERSAL_CONTENT,
            WEBHOOKS,
        )
    }
)
