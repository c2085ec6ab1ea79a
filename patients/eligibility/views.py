"""The pre-check: a page of questions and a page of what to do next. Nothing is stored unless the person goes on."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from patients.eligibility import policy
from patients.eligibility.forms import PrecheckForm
from patients.intake import carried


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def precheck(request: HttpRequest) -> HttpResponse:
    """Ask, and tell what to do next. Signs of something urgent stop everything else."""
    if request.method != "POST":
        return _ask(request, PrecheckForm())
    form = PrecheckForm(request.POST)
    if "change" in request.POST:
        return _ask(request, form.again())
    if signs := form.signs_chosen:
        context = {"points": policy.urgent(signs), "crisis": policy.is_crisis(signs), "sent": form.pairs}
        return render(request, "patients/eligibility/urgent.html", context)
    if not form.is_valid():
        return _ask(request, form, status=422)
    if "go_on" in request.POST:
        return _go_on(request, form)
    found = policy.next_step(form.answers)
    return render(request, "patients/eligibility/next.html", {"found": found, "sent": form.pairs})


def _ask(request: HttpRequest, form: PrecheckForm, status: int = 200) -> HttpResponse:
    return render(request, "patients/eligibility/questions.html", {"form": form}, status=status)


def _go_on(request: HttpRequest, form: PrecheckForm) -> HttpResponse:
    """Keep the answers for the form, and lead to it; somebody without an account makes one first."""
    if request.user.is_staff:
        return redirect("home_after_sign_in")
    carried.keep(request.session, policy.carried(form.answers), at=timezone.now())
    if request.user.is_authenticated:
        return redirect("intake")
    return redirect(f"{reverse('account_signup')}?{urlencode({'next': reverse('intake')})}")
