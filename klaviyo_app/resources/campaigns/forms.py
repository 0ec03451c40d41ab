"""The form of a campaign: audiences, message, template, options, schedule. Klaviyo decides; this catches the plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaviyo_app.gateway import shapes
from klaviyo_app.gateway.shapes import Audiences, Strategy
from klaviyo_app.resources.campaigns.composition import CONTENT, Composition

MOST_AUDIENCES = 15  # included and excluded, each; Klaviyo's help centre
LONGEST_SUBJECT = 998  # RFC 5322: a header line
METHODS = [
    (shapes.IMMEDIATE, _("As soon as it is sent off")),
    (shapes.STATIC, _("At a fixed time")),
    (shapes.THROTTLED, _("Gradually, some percent an hour")),
    (shapes.SMART, _("Smart send time: Klaviyo chooses the hour for each person")),
]
Choices = Sequence[tuple[str, str]]


class WallClockField(forms.Field):
    """A date and time without a zone; Django's own field would read it in the person's zone, not in the account's."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """A naive datetime; None where nothing was typed."""
        if not value:
            return None
        try:
            typed = datetime.fromisoformat(str(value))
        except ValueError:
            raise ValidationError(_("Enter a date and time.")) from None
        return typed.replace(tzinfo=None)


class CampaignForm(forms.Form):
    """Compose a campaign. `audiences` and `templates` are (id, name) pairs from the mirror; times are the account's."""

    name = forms.CharField(label=_("Name"), max_length=500, help_text=_("Only your team sees it."))
    included = forms.MultipleChoiceField(label=_("Send to"), widget=forms.CheckboxSelectMultiple)
    excluded = forms.MultipleChoiceField(label=_("Do not send to"), required=False, widget=forms.CheckboxSelectMultiple)
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    preview_text = forms.CharField(
        label=_("Preview text"), max_length=500, required=False, help_text=_("Shown after the subject in the inbox.")
    )
    from_label = forms.CharField(label=_("Sender name"), max_length=300)
    from_email = forms.EmailField(label=_("Sender address"), help_text=_("It must be verified in Klaviyo."))
    reply_to_email = forms.EmailField(label=_("Reply to"), required=False)
    template = forms.ChoiceField(
        label=_("Template"),
        required=False,
        help_text=_("The campaign gets a copy; later changes in the library do not reach it."),
    )
    smart_sending = forms.BooleanField(
        label=_("Smart sending: skip people who got a mail lately"), required=False, initial=True
    )
    add_tracking_params = forms.BooleanField(label=_("Add UTM parameters to links"), required=False, initial=True)
    is_tracking_clicks = forms.BooleanField(label=_("Track clicks"), required=False, initial=True)
    is_tracking_opens = forms.BooleanField(label=_("Track opens"), required=False, initial=True)
    method = forms.ChoiceField(label=_("When"), choices=METHODS, widget=forms.RadioSelect, initial=shapes.IMMEDIATE)
    at = WallClockField(label=_("Date and time"), required=False)
    is_local = forms.BooleanField(label=_("At this hour in each person's own time zone"), required=False)
    past_immediately = forms.BooleanField(label=_("Send at once to those whose hour is over"), required=False)
    percent = forms.TypedChoiceField(label=_("Percent an hour"), required=False, coerce=int, empty_value=None)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(
        self,
        *args: Any,
        audiences: Choices,
        templates: Choices,
        revision: str,
        zone: str,
        now: datetime,
        new: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        self.now = now
        for side in ("included", "excluded"):
            had, chosen = self.initial.get(side) or (), self[side].value() or ()
            self.fields[side].choices = _chosen_first(audiences, had, chosen)  # type: ignore[attr-defined]
        none_chosen = _("None yet: choose it later") if new else _("Keep the one it has")
        self.fields["template"].choices = [("", none_chosen), *templates]  # type: ignore[attr-defined]
        self.fields["percent"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((str(percent), f"{percent} %") for percent in shapes.throttles_at(revision)),
        ]
        self.fields["at"].help_text = _("In the account's time zone, %(zone)s.") % {"zone": zone}

    def clean(self) -> dict[str, Any]:
        """What one field cannot know of another."""
        cleaned = super().clean() or {}
        self._check_audiences(set(cleaned.get("included") or ()), set(cleaned.get("excluded") or ()))
        method = cleaned.get("method")
        if method in {shapes.STATIC, shapes.THROTTLED}:
            self._check_time(cleaned.get("at"))
        if method == shapes.THROTTLED and not cleaned.get("percent"):
            self.add_error("percent", _("Choose how many percent an hour."))
        if method == shapes.SMART:
            self._check_day(cleaned.get("day"))
        return cleaned

    def _check_audiences(self, included: set[str], excluded: set[str]) -> None:
        for field, chosen in (("included", included), ("excluded", excluded)):
            if len(chosen) > MOST_AUDIENCES:
                self.add_error(field, _("Klaviyo allows at most %(most)s.") % {"most": MOST_AUDIENCES})
        if included & excluded:
            self.add_error("excluded", _("The same list or segment cannot be on both sides."))

    def _check_time(self, at: datetime | None) -> None:
        if "at" in self.errors:
            return
        if at is None:
            self.add_error("at", _("Choose a date and time."))
        elif at.replace(tzinfo=self.zone) <= self.now:
            self.add_error("at", _("This time is over."))
        elif at.replace(tzinfo=self.zone).astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != at:
            self.add_error("at", _("This hour does not exist on that day: clocks are put forward."))

    def _check_day(self, day: date | None) -> None:
        if "day" in self.errors:
            return
        if day is None:
            self.add_error("day", _("Choose a day."))
        elif day <= self.now.astimezone(self.zone).date():
            self.add_error("day", _("Smart send time needs a day from tomorrow on."))

    def strategy(self) -> Strategy:
        """The schedule of a valid form. A local hour is written as if it were UTC (Klaviyo's description)."""
        values = self.cleaned_data
        method = values["method"]
        local = method == shapes.STATIC and values["is_local"]
        at = values["at"].replace(tzinfo=UTC if local else self.zone) if values.get("at") else None
        return Strategy(
            method=method,
            at=at if method in {shapes.STATIC, shapes.THROTTLED} else None,
            day=values["day"] if method == shapes.SMART else None,
            is_local=local,
            past_immediately=local and values["past_immediately"],
            percent=values["percent"] if method == shapes.THROTTLED else None,
        )

    def composition(self) -> Composition:
        """The campaign of a valid form."""
        values = self.cleaned_data
        return Composition(
            name=values["name"],
            audiences=Audiences(tuple(values["included"]), tuple(values["excluded"])),
            content={name: values[name] for name in CONTENT},
            strategy=self.strategy(),
            template_id=values["template"],
            smart_sending=values["smart_sending"],
            tracking={
                name: values[name] for name in ("add_tracking_params", "is_tracking_clicks", "is_tracking_opens")
            },
        )


def _chosen_first(choices: Choices, had: Iterable[str], chosen: Iterable[str]) -> list[tuple[str, str]]:
    """What is chosen stands on top; what the campaign has and the account no more can stay or be taken out."""
    known = dict(choices)
    gone = [(key, str(_("%(id)s (no longer there)") % {"id": key})) for key in had if key not in known]
    wanted = set(chosen)
    return sorted([*gone, *choices], key=lambda one: one[0] not in wanted)


def initial_of(attributes: dict[str, Any], content: dict[str, Any], zone: str) -> dict[str, Any]:
    """What the form shows of a campaign and of its message's content."""
    strategy = shapes.read_strategy(attributes)
    audiences = shapes.read_audiences(attributes)
    tracking = attributes.get("tracking_options") or {}
    at = strategy.at
    if at is not None:
        at = at.astimezone(UTC if strategy.is_local else ZoneInfo(zone)).replace(tzinfo=None)
    return {
        "name": attributes.get("name") or "",
        "included": list(audiences.included),
        "excluded": list(audiences.excluded),
        **{name: content.get(name) or "" for name in CONTENT},
        "smart_sending": (attributes.get("send_options") or {}).get("use_smart_sending") is not False,
        "add_tracking_params": bool(tracking.get("add_tracking_params")),
        "is_tracking_clicks": tracking.get("is_tracking_clicks") is not False,
        "is_tracking_opens": tracking.get("is_tracking_opens") is not False,
        "method": strategy.method if strategy.writable else shapes.IMMEDIATE,
        "at": at,
        "is_local": strategy.is_local,
        "past_immediately": strategy.past_immediately,
        "percent": strategy.percent,
        "day": strategy.day,
    }


class CloneForm(forms.Form):
    """The name of a clone."""

    name = forms.CharField(label=_("Name"), max_length=500)
