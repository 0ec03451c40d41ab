"""The names of each resource type's fields, by revision. Source: Klaviyo's API descriptions of the three revisions.

A name's parts stand in braces behind it. Under "" stands what all revisions have, under a revision what is there since
then (2026-07-15: then at the latest), and under a revision with a minus what was there until then. "id" is left out.
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, Mapping[str, str]] = {
    "account": {
        "": (
            "contact_information{default_sender_email default_sender_name organization_name street_address{address1 "
            "address2 city country region zip} website_url} industry locale preferred_currency public_api_key "
            "test_account timezone"
        ),
    },
    "attribution": {},
    "campaign": {
        "": (
            "archived audiences{excluded included} created_at name scheduled_at send_options{use_smart_sending} "
            "send_strategy{method} send_time status tracking_options{add_tracking_params custom_tracking_params "
            "is_tracking_clicks is_tracking_opens} updated_at"
        ),
        "2025-01-15": (
            "send_strategy{date datetime options{is_local send_past_recipients_immediately} throttle_percentage}"
        ),
        "-2025-01-15": (
            "send_strategy{options_static{datetime is_local send_past_recipients_immediately} options_sto{date} "
            "options_throttled{datetime throttle_percentage}}"
        ),
    },
    "campaign-message": {
        "": "created_at send_times updated_at",
        "2025-01-15": (
            "definition{channel content{bcc_email body cc_email dynamic_image from_email from_label media_url "
            "preview_text reply_to_email subject title} kv_pairs label notification_type "
            "options{badge{badge_options{badge_config set_from_property value} display} on_open{android_deep_link "
            "ios_deep_link type} play_sound} render_options{add_info_link add_opt_out_language add_org_prefix "
            "shorten_links}}"
        ),
        "2026-07-15": "definition{content{action_buttons} options{on_open{web_url}}}",
        "-2025-01-15": (
            "channel content{bcc_email body cc_email from_email from_label media_url preview_text reply_to_email "
            "subject} label render_options{add_info_link add_opt_out_language add_org_prefix shorten_links}"
        ),
    },
    "campaign-recipient-estimation": {
        "": "estimated_recipient_count",
    },
    "campaign-recipient-estimation-job": {
        "": "status",
    },
    "campaign-send-job": {
        "": "status",
    },
    "campaign-values-report": {
        "2026-07-15": "results",
    },
    "catalog-category": {
        "": "external_id name updated",
    },
    "catalog-category-bulk-create-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-category-bulk-delete-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-category-bulk-update-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-item": {
        "": (
            "created custom_metadata description external_id image_full_url image_thumbnail_url images price published "
            "title updated url"
        ),
    },
    "catalog-item-bulk-create-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-item-bulk-delete-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-item-bulk-update-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-variant": {
        "": (
            "created custom_metadata description external_id image_full_url image_thumbnail_url images "
            "inventory_policy inventory_quantity price published sku title updated url"
        ),
    },
    "catalog-variant-bulk-create-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-variant-bulk-delete-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "catalog-variant-bulk-update-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "conversation": {
        "2026-07-15": "channel",
    },
    "coupon": {
        "": "description external_id",
        "2026-07-15": "monitor_configuration",
    },
    "coupon-code": {
        "": "expires_at status unique_code",
    },
    "coupon-code-bulk-create-job": {
        "": "completed_at completed_count created_at errors expires_at failed_count status total_count",
    },
    "event": {
        "": "datetime event_properties timestamp uuid",
    },
    "flow": {
        "": "archived created name status trigger_type updated",
        "2025-01-15": "definition{actions entry_action_id profile_filter{condition_groups} triggers}",
        "2026-07-15": "definition{reentry_criteria{duration unit}}",
    },
    "flow-action": {
        "": "created updated",
        "2026-07-15": (
            "definition{data{action_output_filter{condition_groups} branches current_experiment{allocations "
            "automatic_winner_selection_settings{automatic_end_date automatic_end_statistical_certainty enabled} id "
            "name started variations winner_metric} delay_until_time delay_until_weekdays experiment_status list_id "
            "main_action{data{message{action_buttons add_info_link add_opt_out_language add_org_prefix "
            "add_tracking_params additional_filters{condition_groups} android_link badge badge_options{badge_config "
            "set_from_property value} bcc_email body cc_email conversion_metric_id custom_tracking_params "
            "dynamic_image from_email from_label id image_id include_contact_card ios_link kv_pairs message_hierarchy "
            "name on_open preview_text push_type reply_to_email shorten_links smart_sending_enabled "
            "sms_quiet_hours_enabled sound subject_line template_id title transactional vendor_id video_asset_id "
            "web_url} status} id links{next} temporary_id type} message{action_buttons add_info_link "
            "add_opt_out_language add_org_prefix add_tracking_params additional_filters{condition_groups} android_link "
            "badge badge_options{badge_config set_from_property value} bcc_email body cc_email conversion_metric_id "
            "custom_tracking_params dynamic_image from_email from_label headers id image_id include_contact_card "
            "ios_link kv_pairs message_hierarchy name on_open preview_text push_type reply_to_email shorten_links "
            "smart_sending_enabled sms_quiet_hours_enabled sound subject_line template_id title to_emails "
            "transactional url vendor_id video_asset_id web_url} name on_execution profile_filter{condition_groups} "
            "profile_operations secondary_value service_configuration{event_key event_payload report_id "
            "service_method_type tracking_company_id} status target_days target_time timezone "
            "trigger_filter{condition_groups} trigger_id trigger_subtype trigger_type unit value} id links{next "
            "next_if_false next_if_true} temporary_id type}"
        ),
        "-2026-07-15": (
            "action_type render_options{add_info_link add_opt_out_language add_org_prefix shorten_links} "
            "send_options{is_transactional use_smart_sending} settings status tracking_options{add_utm "
            "is_tracking_clicks is_tracking_opens utm_params}"
        ),
    },
    "flow-message": {
        "": "channel created updated",
        "2026-07-15": (
            "definition{action_buttons add_info_link add_opt_out_language add_org_prefix add_tracking_params "
            "additional_filters{condition_groups} android_link badge badge_options{badge_config set_from_property "
            "value} bcc_email body cc_email conversion_metric_id custom_tracking_params dynamic_image from_email "
            "from_label headers id image_id include_contact_card ios_link kv_pairs message_hierarchy name on_open "
            "preview_text push_type reply_to_email shorten_links smart_sending_enabled sms_quiet_hours_enabled sound "
            "subject_line template_id title to_emails transactional url vendor_id video_asset_id web_url}"
        ),
        "-2026-07-15": (
            "content{android_link badge bcc_email body cc_email dynamic_image from_email from_label ios_link media_url "
            "on_open preview_text reply_to_email sound subject title} name"
        ),
    },
    "flow-series-report": {
        "2026-07-15": "date_times results",
    },
    "flow-values-report": {
        "2026-07-15": "results",
    },
    "form": {
        "": "ab_test created_at name status updated_at",
        "2026-07-15": "definition{versions}",
    },
    "form-series-report": {
        "2026-07-15": "date_times results",
    },
    "form-values-report": {
        "2026-07-15": "results",
    },
    "form-version": {
        "": "ab_test{variation_name} created_at form_type status updated_at",
        "2026-07-15": "variation_name",
    },
    "image": {
        "": "format hidden image_url name size updated_at",
    },
    "import-error": {
        "": "code detail original_payload source{pointer} title",
    },
    "list": {
        "": "created name opt_in_process profile_count updated",
    },
    "metric": {
        "": "created integration name updated",
    },
    "metric-aggregate": {
        "2026-07-15": "data dates",
    },
    "metric-property": {
        "": "inferred_type label property sample_values",
    },
    "profile": {
        "": (
            "created email external_id first_name image joined_group_at last_event_date last_name locale "
            "location{address1 address2 city country ip latitude longitude region timezone zip} organization "
            "phone_number predictive_analytics{average_days_between_orders average_order_value churn_probability "
            "expected_date_of_next_order historic_clv historic_number_of_orders predicted_clv "
            "predicted_number_of_orders total_clv} properties "
            "subscriptions{email{marketing{can_receive_email_marketing consent consent_timestamp custom_method_detail "
            "double_optin last_updated list_suppressions method method_detail suppression}} "
            "mobile_push{marketing{can_receive_push_marketing consent consent_timestamp}} "
            "sms{marketing{can_receive_sms_marketing consent consent_timestamp last_updated method method_detail} "
            "transactional{can_receive_sms_transactional consent consent_timestamp last_updated method "
            "method_detail}}} title updated"
        ),
        "2026-07-15": (
            "predictive_analytics{ranked_channel_affinity} subscriptions{email{open_tracking{can_receive consent "
            "consent_timestamp created_timestamp last_updated metadata valid_until}} "
            "whatsapp{conversational{can_receive consent consent_timestamp created_timestamp last_updated metadata "
            "phone_number valid_until} marketing{can_receive consent consent_timestamp created_timestamp last_updated "
            "metadata phone_number valid_until} transactional{can_receive consent consent_timestamp created_timestamp "
            "last_updated metadata phone_number valid_until}}}"
        ),
    },
    "profile-bulk-import-job": {
        "": "completed_at completed_count created_at expires_at failed_count started_at status total_count",
    },
    "profile-suppression-bulk-create-job": {
        "": "completed_at completed_count created_at skipped_count status total_count",
    },
    "profile-suppression-bulk-delete-job": {
        "": "completed_at completed_count created_at skipped_count status total_count",
    },
    "push-token": {
        "2026-07-15": (
            "background created enablement_status metadata{app_build app_id app_name app_version device_id "
            "device_model environment klaviyo_sdk manufacturer os_name os_version sdk_version} platform recorded_date "
            "token vendor"
        ),
    },
    "review": {
        "": (
            "author content created email images product{external_id image_url name url} public_reply{author content "
            "updated} rating review_type smart_quote status title updated verified"
        ),
        "2025-01-15": "status{rejection_reason{reason status_explanation} value}",
    },
    "segment": {
        "": ("created definition{condition_groups} is_active is_processing is_starred name profile_count updated"),
    },
    "segment-series-report": {
        "2026-07-15": "date_times results",
    },
    "segment-values-report": {
        "2026-07-15": "results",
    },
    "tag": {
        "": "name",
    },
    "tag-group": {
        "": "default exclusive name",
    },
    "template": {
        "": "created editor_type html name text updated",
        "2025-01-15": "amp",
        "2026-07-15": (
            "definition{body{id properties{css_class id} sections styles{background_color width}} id styles "
            "template_id}"
        ),
    },
    "template-universal-content": {
        "": (
            "created definition{content_type data{content display_options{content_repeat{item_alias repeat_for} "
            "show_on visible_check} styles{background_color block_background_color block_border_color "
            "block_border_style block_border_width block_padding_bottom block_padding_left block_padding_right "
            "block_padding_top color extra_css_class font_family font_size font_style font_weight inner_padding_bottom "
            "inner_padding_left inner_padding_right inner_padding_top letter_spacing line_height "
            "mobile_stretch_content text_align text_decoration text_table_layout}} type} name screenshot_status "
            "screenshot_url updated"
        ),
    },
    "tracking-setting": {
        "": (
            "auto_add_parameters custom_parameters utm_campaign{campaign{type value} flow{type value}} "
            "utm_id{campaign{type value} flow{type value}} utm_medium{campaign{type value} flow{type value}} "
            "utm_source{campaign{type value} flow{type value}} utm_term{campaign{type value} flow{type value}}"
        ),
    },
    "webhook": {
        "": "created_at description enabled endpoint_url name updated_at",
    },
    "webhook-topic": {},
}
