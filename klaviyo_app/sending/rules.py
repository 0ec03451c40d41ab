"""The pause switch, the team's rules, and the confirmation after a restore."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.pages.once import new_token, once
from klaviyo_app.pages.showing import show
from klaviyo_app.sending import installation, taking_back
from klaviyo_app.sending.forms import PauseForm, RulesForm
from klaviyo_app.sending.locks import unsafe_storage
from klaviyo_app.sending.models import SendPolicy
from klaviyo_app.sending.policy import policy_of


def _back(account: Account) -> str:
    return reverse("send-rules", kwargs={"account_id": account.pk})


@account_page
def rules(request: HttpRequest, account: Account) -> HttpResponse:
    """What holds now. POST pauses or resumes."""
    if request.method == "POST":
        if request.POST.get("act") == "resume":
            taking_back.resume(account.team, by=request.user)  # type: ignore[arg-type]
        else:  # whatever is wrong with the reason, nothing leaves any more
            taking_back.pause(account.team, reason=request.POST.get("reason", "").strip(), by=request.user)  # type: ignore[arg-type]
        return once(request, lambda: _back(account), fall_back=_back(account))
    row = SendPolicy.objects.filter(team=account.team).first()
    context = {
        "policy": policy_of(account.team_id),
        "pause_form": PauseForm(),
        "rules_form": RulesForm(
            initial={
                "second_person_above": row.second_person_above if row else None,
                "machine_may_repeat": bool(row and row.machine_may_repeat),
            }
        ),
        "at_home": installation.matches(timezone.now()),
        "storage": unsafe_storage(),
        "form_token": new_token(),
    }
    return show(request, "sending/rules.html", context)


@account_page
@require_POST
def edit(request: HttpRequest, account: Account) -> HttpResponse:
    """An admin's change of the rules."""
    form = RulesForm(request.POST)
    if form.is_valid():
        taking_back.set_rules(account.team, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    else:
        messages.error(request, _("Not saved: the number is not valid."))
    return once(request, lambda: _back(account), fall_back=_back(account))


@account_page
@require_POST
def confirm_installation(request: HttpRequest, account: Account) -> HttpResponse:
    """This database is the true one."""
    taking_back.confirm_installation(account.team, by=request.user)  # type: ignore[arg-type]
    return once(request, lambda: _back(account), fall_back=_back(account))
