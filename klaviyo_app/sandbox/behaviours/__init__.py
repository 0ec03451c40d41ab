"""What Klaviyo's operations do beyond keeping things: one file a family, one function an operation.

BEHAVIOURS: by operation. What is not there, the engine does by itself (read one, read all, delete, follow a link).
PRESENT: by kind, how attributes look now and at a revision; SHOWN_AS_KEPT: when just as they are kept. SETTINGS: what
can be set from outside, with the defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours import (
    accounts,
    campaign_shapes,
    campaigns,
    catalog_jobs,
    catalogs,
    consent_jobs,
    coupon_codes,
    coupons,
    estimations,
    events,
    flows,
    forms,
    images,
    import_jobs,
    lists,
    message_reports,
    messages,
    metric_aggregates,
    metric_properties,
    profiles,
    reviews,
    segment_reports,
    segments,
    sends,
    tags,
    templates,
    tracking_settings,
    universal_content,
    webhooks,
)
from klaviyo_app.sandbox.behaviours.call import Behaviour, Call, Present, Refused, Reply, Thing, Things
from klaviyo_app.sandbox.behaviours.campaign_states import sending_of

__all__ = [
    "BEHAVIOURS",
    "PRESENT",
    "SETTINGS",
    "SHOWN_AS_KEPT",
    "Behaviour",
    "Call",
    "Present",
    "Refused",
    "Reply",
    "Thing",
    "Things",
]

SETTINGS: Mapping[str, Any] = {
    "job_seconds": 1.0,
    "send_lag_s": 0.0,
    "second_send": "refuse",
    "limits": True,
    "report_rows": 0,
    "webhook_seconds": 60.0,
}

_NAMES = {
    accounts: ("get_accounts", "get_account"),
    campaigns: ("get_campaigns", "create_campaign", "update_campaign", "delete_campaign", "create_campaign_clone"),
    messages: ("update_campaign_message", "assign_template_to_campaign_message"),
    sends: ("send_campaign", "get_campaign_send_job", "cancel_campaign_send"),
    estimations: (
        "refresh_campaign_recipient_estimation",
        "get_campaign_recipient_estimation_job",
        "get_campaign_recipient_estimation",
    ),
    templates: (
        "get_templates",
        "create_template",
        "update_template",
        "delete_template",
        "clone_template",
        "render_template",
        "get_template_for_campaign_message",
    ),
    tags: ("create_tag", "update_tag", "create_tag_group", "update_tag_group", "delete_tag_group"),
    universal_content: ("create_universal_content", "update_universal_content"),
    tracking_settings: ("get_tracking_settings", "get_tracking_setting", "update_tracking_setting"),
    coupons: ("create_coupon", "get_coupon", "update_coupon", "delete_coupon"),
    coupon_codes: (
        "get_coupon_codes",
        "get_coupon_codes_for_coupon",
        "create_coupon_code",
        "update_coupon_code",
        "delete_coupon_code",
        "bulk_create_coupon_codes",
        "get_bulk_create_coupon_codes_job",
    ),
    lists: (
        "create_list",
        "update_list",
        "delete_list",
        "add_profiles_to_list",
        "remove_profiles_from_list",
        "get_profiles_for_list",
    ),
    segments: ("create_segment", "update_segment", "delete_segment", "get_profiles_for_segment"),
    profiles: (
        "get_profiles",
        "create_profile",
        "update_profile",
        "create_or_update_profile",
        "merge_profiles",
        "request_profile_deletion",
        "get_lists_for_profile",
        "get_segments_for_profile",
    ),
    consent_jobs: (
        "bulk_subscribe_profiles",
        "bulk_unsubscribe_profiles",
        "bulk_suppress_profiles",
        "bulk_unsuppress_profiles",
    ),
    events: (
        "get_events",
        "get_event",
        "create_event",
        "bulk_create_events",
        "get_metric_for_event",
        "get_profile_for_event",
    ),
    images: ("upload_image_from_url", "upload_image_from_file", "update_image"),
    metric_aggregates: ("query_metric_aggregates",),
    message_reports: ("query_campaign_values", "query_flow_values", "query_flow_series"),
    forms: ("get_form", "query_form_values", "query_form_series"),
    segment_reports: ("query_segment_values", "query_segment_series"),
    metric_properties: ("get_properties_for_metric", "get_metric_property"),
    flows: ("create_flow", "update_flow", "delete_flow", "get_template_for_flow_message"),
    webhooks: ("get_webhook_topics", "get_webhook_topic", "create_webhook", "update_webhook"),
    import_jobs: (
        "bulk_import_profiles",
        "get_bulk_import_profiles_jobs",
        "get_bulk_import_profiles_job",
        "get_errors_for_bulk_import_profiles_job",
        "get_profiles_for_bulk_import_profiles_job",
        "get_list_for_bulk_import_profiles_job",
    ),
}
# Relationship reads answer the same things; the engine shows only type and id.
_SAME: Mapping[str, Behaviour] = {
    "get_profile_ids_for_list": lists.get_profiles_for_list,
    "get_profile_ids_for_segment": segments.get_profiles_for_segment,
    "get_list_ids_for_profile": profiles.get_lists_for_profile,
    "get_segment_ids_for_profile": profiles.get_segments_for_profile,
    "get_coupon_code_ids_for_coupon": coupon_codes.get_coupon_codes_for_coupon,
    **{f"tag_{things}": tags.tag_things for things in tags.TAGGED},
}

_OF_CATALOGS: Mapping[str, Behaviour] = {
    f"{act}_catalog_{word}": getattr(catalogs, act)
    for act in ("create", "update", "delete")
    for word in ("item", "variant", "category")
} | dict.fromkeys(catalogs.LISTS, catalogs.listed)
BEHAVIOURS: Mapping[str, Behaviour] = {
    **_OF_CATALOGS,
    **catalog_jobs.behaviours(),
    **{name: getattr(module, name) for module, names in _NAMES.items() for name in names},
    **_SAME,
}
PRESENT: Mapping[str, Present] = {
    **{
        catalog_jobs.kind_of_job(name, act): catalog_jobs.present_job
        for name in catalog_jobs.WORDS
        for act in catalog_jobs.ACTS
    },
    "campaign": campaigns.present_campaign,
    "campaign-message": messages.present_message,
    "coupon": coupons.present_coupon,
    "coupon-code": coupon_codes.present_code,
    "coupon-code-bulk-create-job": coupon_codes.present_job,
    "form": forms.present_form,
    "form-version": forms.present_version,
    "flow": flows.present_flow,
    "flow-action": flows.present_action,
    "flow-message": flows.present_message,
    "list": lists.present_list,
    "metric-property": metric_properties.present_property,
    "profile": profiles.present_profile,
    "profile-bulk-import-job": import_jobs.present_import,
    "profile-suppression-bulk-create-job": consent_jobs.present_counting,
    "profile-suppression-bulk-delete-job": consent_jobs.present_counting,
    "review": reviews.present_review,
    "segment": segments.present_segment,
    "template": templates.present_template,
    "webhook": webhooks.present_webhook,
}
# When a kind with a PRESENT of its own is shown just as it is kept, so that nobody needs to read it.
SHOWN_AS_KEPT: Mapping[str, Callable[[Call, Thing], bool]] = {
    "campaign": lambda call, one: call.revision >= campaigns.UNSUBSCRIBES_SINCE and not sending_of(one.hidden),
    "campaign-message": lambda call, _one: campaign_shapes.is_nested(call.revision),
    "flow": lambda call, _one: not call.additional.get("flow"),
    "flow-action": lambda call, _one: call.revision >= flows.FLAT_BEFORE,
    "list": lambda call, _one: not call.additional.get("list"),
    "profile": lambda call, _one: not call.additional.get("profile"),
    "template": lambda call, _one: call.revision >= templates.AMP_SINCE,
}
