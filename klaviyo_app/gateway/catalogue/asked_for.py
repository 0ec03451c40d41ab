"""The 73 calls of Klaviyo's and 4 of Maton's that the product was asked for, in the form that exists."""

from __future__ import annotations

ASKED_FOR = frozenset(
    """
    list_connections create_connection get_connection delete_connection get_profiles get_profile create_profile
    update_profile merge_profiles get_lists_for_profile get_segments_for_profile get_lists get_list create_list
    update_list delete_list add_profiles_to_list remove_profiles_from_list get_profiles_for_list get_segments
    get_segment create_segment update_segment delete_segment get_profiles_for_segment get_campaigns get_campaign
    create_campaign update_campaign delete_campaign send_campaign refresh_campaign_recipient_estimation get_flows
    get_flow create_flow update_flow delete_flow get_actions_for_flow get_flow_action_messages get_events get_event
    create_event bulk_create_events get_metrics get_metric query_metric_aggregates get_templates get_template
    create_template update_template delete_template render_template clone_template get_catalog_items
    get_catalog_item create_catalog_item update_catalog_item delete_catalog_item get_catalog_variants
    get_catalog_categories get_tags create_tag update_tag delete_tag tag_campaigns tag_flows get_coupons
    create_coupon get_coupon_codes create_coupon_code get_webhooks create_webhook get_webhook update_webhook
    delete_webhook get_webhook_topics get_accounts
    """.split()  # noqa: SIM905 - a list of words
)
