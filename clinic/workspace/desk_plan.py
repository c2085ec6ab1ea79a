"""The plan of messages as one table, and the times and switches the clinic sets."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.availability.models import clock_text
from clinic.forms.base import PlainErrors
from clinic.forms.clock import ClockMinutes
from clinic.outbox import changes, policy
from clinic.outbox.models import RuleSetting
from clinic.outbox.rules import (
    BY_CODE,
    RULES,
    AtOnce,
    DaysAfter,
    DaysBefore,
    HoursAfterDue,
    HoursAfterFact,
    HoursBefore,
    Rule,
    Useful,
    When,
)
from clinic.workspace.desk_access import for_managers, for_the_diary, me, page

ANCHORS = {  # what a rule's hours and days are counted from, by its first fact
    "appointment_booked": "the visit",
    "appointment_moved": "the visit",
    "appointment_cancelled": "the visit",
    "move_asked": "the visit",
    "time_offered": "the end of the offer",
    "review_set": "the review",
    "supplied": "the last day of a supply",
}


@dataclass(frozen=True)
class Line:
    """A rule as the table shows it: in words, with what the clinic changed."""

    code: str
    label: str
    reader: str
    when: str
    until: str
    asks: str
    channels: str
    stops_for: str
    is_on: bool
    can_change: bool
    changed: str


@for_the_diary
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Show every message of the plan: what, when, to whom, and what stops it."""
    settings = {each.code: each for each in RuleSetting.objects.visible_to(request.user).select_related("changed_by")}
    lines = [_line(rule, settings.get(rule.code)) for rule in RULES]
    return render(request, "desk/plan.html", page(request, "Message plan", lines=lines))


@for_managers
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Change when one message goes, or whether it does."""
    found = BY_CODE.get(code)
    setting = RuleSetting.objects.visible_to(request.user).filter(code=code).first()
    if found is None or not _line(found, setting).can_change:
        raise Http404
    form = RuleForm(request.POST if request.method == "POST" else None, rule=found, setting=setting)
    if form.is_valid():
        try:
            changes.set_rule(code, by=me(request), at=timezone.now(), **form.values())
        except changes.NotSet as refusal:
            for name, why in refusal.against.items():
                form.add_error(name if name in form.fields else None, why)
        else:
            messages.success(request, f"{found.label}: saved. What waits to be sent has its new time.")
            return redirect("desk_plan")
    context = page(request, found.label, form=form, line=_line(found, setting), built=_when(found.when, found))
    return render(request, "desk/plan_rule.html", context, status=422 if form.errors else 200)


class RuleForm(PlainErrors, forms.Form):
    """The settings of one rule. It asks only for what the rule has: one that goes at once has no time."""

    is_on = forms.BooleanField(label="Send this message", required=False)
    amount = forms.IntegerField(min_value=0, error_messages={"required": "Enter a number", "invalid": "Enter a number"})
    minute = ClockMinutes(label="At this time of day", help_text="UK time, like 10:00.")

    def __init__(self, *args: Any, rule: Rule, setting: RuleSetting | None, **kwargs: Any) -> None:
        """``rule`` as it is built, ``setting`` what the clinic has changed of it."""
        when = _as_set(rule, setting).when
        super().__init__(*args, initial=_initial(when, setting is None or setting.is_on), **kwargs)
        if rule.fixed:
            del self.fields["is_on"]
        if isinstance(when, AtOnce):
            del self.fields["amount"]
        else:
            self.fields["amount"].label = _amount_label(when, rule)
        if not isinstance(when, DaysBefore | DaysAfter):
            del self.fields["minute"]

    def values(self) -> dict[str, Any]:
        """What was typed, as ``changes.set_rule`` takes it."""
        cleaned = self.cleaned_data
        return {
            "is_on": cleaned.get("is_on", True),
            "amount": cleaned.get("amount"),
            "minute": cleaned.get("minute"),
        }


def _initial(when: When, is_on: bool) -> dict[str, Any]:
    match when:
        case HoursBefore(hours):
            return {"is_on": is_on, "amount": hours}
        case DaysBefore(days, minute) | DaysAfter(days, minute):
            return {"is_on": is_on, "amount": days, "minute": minute}
    return {"is_on": is_on}


def _line(rule: Rule, setting: RuleSetting | None) -> Line:
    changed = f"by {setting.changed_by} on {setting.changed_at:%-d %B %Y}" if setting else ""
    return Line(
        code=rule.code,
        label=rule.label,
        reader=rule.reader.label,
        when=_when(_as_set(rule, setting).when, rule),
        until=_until(rule.useful, rule),
        asks=rule.asks,
        channels=", ".join(channel.label for channel in rule.channels),
        stops_for=", ".join(sorted(stop.value.replace("_", " ") for stop in rule.stops_for)),
        is_on=setting is None or setting.is_on,
        can_change=not (rule.fixed and isinstance(rule.when, AtOnce)),
        changed=changed,
    )


def _as_set(rule: Rule, setting: RuleSetting | None) -> Rule:
    return policy.as_set(rule, setting.amount, setting.minute) if setting else rule


def _anchor(rule: Rule) -> str:
    return ANCHORS.get(rule.facts[0], "it")


def _when(when: When, rule: Rule) -> str:
    anchor = _anchor(rule)
    match when:
        case HoursBefore(hours):
            return f"{hours} hours before {anchor}"
        case DaysBefore(0, minute):
            return f"The day of {anchor}, at {clock_text(minute)}"
        case DaysBefore(days, minute):
            return f"{days} days before {anchor}, at {clock_text(minute)}"
        case DaysAfter(days, minute):
            return f"{days} days after {anchor}, at {clock_text(minute)}"
    return "At once" if rule.at_any_hour else "At once, from 8:00 to 20:00"


def _until(useful: Useful, rule: Rule) -> str:
    match useful:
        case HoursBefore(0):
            return f"Until {_anchor(rule)}" if rule.facts[0] == "time_offered" else f"Until {_anchor(rule)} begins"
        case HoursBefore(hours):
            return f"Until {policy.length_text(hours)} before {_anchor(rule)}"
        case HoursAfterDue(hours) | HoursAfterFact(hours):
            return f"For {policy.length_text(hours)}"


def _amount_label(when: When, rule: Rule) -> str:
    unit = "Hours" if isinstance(when, HoursBefore) else "Days"
    return f"{unit} {'after' if isinstance(when, DaysAfter) else 'before'} {_anchor(rule)}"
