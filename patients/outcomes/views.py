"""Answering the questions of a review, by the link of a message or signed in: one question a page.

A mail scanner follows every link it finds: what a GET shows here changes nothing. An answer is shown again only in
the opening it was given in, so that a link that fell into other hands tells nothing.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import patients_only
from clinic.db.clock import day_text, uk_day
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.links import opening
from patients.links.actions import DeadLink
from patients.outcomes import actions, links, policy
from patients.outcomes.enums import DoneBy, Standing
from patients.outcomes.forms import RATHER_NOT, AnswerForm, SendForm
from patients.outcomes.models import Questionnaire
from patients.outcomes.policy import Page

PAGES = "patients/outcomes"
BY_LINK = "By the link in a message, with the date of birth"
SEND = "send"
METHODS = ["GET", "HEAD", "POST"]
OVER = {
    Standing.ANSWERED: "We have your answers",
    Standing.WITHDRAWN: "There is nothing to answer",
    Standing.LATE: "The time to answer is over",
    Standing.EARLY: "These questions are not open yet",
}


@dataclass(frozen=True)
class Way:
    """How somebody came to the questions: by the link that ends in ``token``, or signed in. It knows their addresses."""

    request: HttpRequest
    asked: Questionnaire
    now: datetime
    token: str = ""

    def url(self, slug: str = "") -> str:
        """Return the address of a page, or of the first."""
        name, args = ("questions", [self.token]) if self.token else ("care_questions", [])
        return reverse(f"{name}_page", args=[*args, slug]) if slug else reverse(name, args=args)

    @property
    def mark(self) -> str:
        """The mark of this opening."""
        return opening.mark_of(self.request)

    def given_here(self, page: Page) -> str:
        """Return the answer to a page, where it was given in this opening."""
        kept = self.asked.so_far.get(page.key, {})
        return kept.get("value", "") if kept.get("opening") == self.mark else ""

    def left(self) -> tuple[Page, ...]:
        """Return the pages that have no answer yet."""
        return policy.missing(self.asked.pages, self.asked.so_far)


@login_not_required
@never_cache
@require_http_methods(METHODS)
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask who is there, then show what this is about."""
    way = Way(request, links.questionnaire_of(token), timezone.now(), token)
    return _over(way) or _to_own(way) or _ask_who(way) or _begin(way)


@login_not_required
@never_cache
@require_http_methods(METHODS)
def page_by_link(request: HttpRequest, token: str, slug: str) -> HttpResponse:
    """One question, or the last page, of a link that is open; else first who is there."""
    way = Way(request, links.questionnaire_of(token), timezone.now(), token)
    if over := _over(way) or _to_own(way):
        return over
    if not opening.is_open(request, token, way.now):
        return redirect(way.url())
    answer = _page(way, slug)
    if request.method == "POST":
        opening.stay_open(request, token, way.now)
    return answer


@require_http_methods(METHODS)
@patients_only
def own(request: HttpRequest) -> HttpResponse:
    """The same for a patient who is signed in: no date of birth."""
    way = _own_way(request)
    return _over(way) or _begin(way)


@require_http_methods(METHODS)
@patients_only
@keeps_typing
def own_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One question, or the last page."""
    way = _own_way(request)
    return _over(way) or _page(way, slug)


def _own_way(request: HttpRequest) -> Way:
    """Return the newest questions of the patient who is signed in. Raises Http404 where they were never asked any."""
    asked = Questionnaire.objects.visible_to(request.user).select_related("patient").order_by("-asked_at").first()
    if asked is None:
        raise Http404
    return Way(request, asked, timezone.now())


def _over(way: Way) -> HttpResponse | None:
    """Return the page that says why nothing can be answered now; None where it can. It shows nothing of anybody."""
    standing = way.asked.standing(way.now)
    if standing == Standing.OPEN:
        return None
    opens = day_text(uk_day(way.asked.opens_at)) if standing == Standing.EARLY else ""
    context = {"title": OVER[standing], "standing": standing, "opens": opens}
    return render(way.request, f"{PAGES}/over.html", context)


def _to_own(way: Way) -> HttpResponse | None:
    """Lead a patient who is signed in to their own pages."""
    own_user = way.asked.patient.user_id
    return redirect("care_questions") if own_user is not None and own_user == way.request.user.pk else None


def _ask_who(way: Way) -> HttpResponse | None:
    """Ask for the date of birth; None where this browser has given it."""
    if opening.is_open(way.request, way.token, way.now):
        return None
    about = (links.PURPOSE, way.asked.pk, links.ROUND)
    try:
        asked = opening.ask_who(way.request, way.token, *about, of=way.asked.patient, at=way.now)
    except DeadLink as refusal:
        return render(way.request, f"{PAGES}/dead.html", {"why": str(refusal)}, status=410)
    if asked is None:
        return redirect(way.url())
    form, status = asked
    return render(way.request, f"{PAGES}/who.html", {"form": form}, status=status)


def _begin(way: Way) -> HttpResponse:
    """What this is about, and the way to the first question that is left."""
    left = way.left()
    context = {
        "count": len(way.asked.pages),
        "is_started": len(left) < len(way.asked.pages),
        "next_url": way.url(left[0].slug if left else SEND),
        "is_own": not way.token,
    }
    return render(way.request, f"{PAGES}/begin.html", context)


def _page(way: Way, slug: str) -> HttpResponse:
    if slug == SEND:
        return _send(way)
    for number, page in enumerate(way.asked.pages):
        if page.slug == slug:
            return _question(way, page, number)
    raise Http404


def _question(way: Way, page: Page, number: int) -> HttpResponse:
    """Show a question, or keep its answer and go on to the next page."""
    wanted, given = way.asked.pages, way.given_here(page)
    is_kept = page not in way.left()
    posted = way.request.POST if way.request.method == "POST" else None
    form = fill(way.request, AnswerForm(page, posted, initial={"answer": given}), at=way.now)
    following = [each.slug for each in wanted[number + 1 :]]
    if posted is not None and is_kept and not posted.get("answer"):  # what they answered before holds
        return redirect(way.url(following[0] if following else SEND))
    if form.is_valid():
        try:
            actions.keep(way.asked, page, form.cleaned_data["answer"], opening=way.mark, at=way.now)
        except Refusal:  # closed since the page was opened: its first page says how
            return redirect(way.url())
        return redirect(way.url(following[0] if following else SEND))
    context = {
        "form": form,
        "number": number + 1,
        "count": len(wanted),
        "back_url": way.url(wanted[number - 1].slug if number else ""),
        "is_kept": is_kept and not given,
    }
    return render(way.request, f"{PAGES}/question.html", context, status=422 if form.errors else 200)


def _send(way: Way) -> HttpResponse:
    """The answers of this opening with their change links, and the button that sends all."""
    if left := way.left():
        return redirect(way.url(left[0].slug))
    form = fill(way.request, SendForm(way.request.POST if way.request.method == "POST" else None), at=way.now)
    if form.is_valid():
        by, reason = (None, BY_LINK) if way.token else (way.request.user, "")
        with suppress(Refusal):  # sent already, or closed since: the first page says how
            actions.send(way.asked, DoneBy(form.cleaned_data["done_by"]), by=by, at=way.now, reason=reason)
        return redirect(way.url())
    rows = [
        {
            "key": page.question.words,
            "value": _words(page, way.given_here(page)),
            "change_url": way.url(page.slug),
            "change_about": f"your answer about {page.question.about}",
        }
        for page in way.asked.pages
    ]
    context = {"form": form, "rows": rows, "back_url": way.url(way.asked.pages[-1].slug)}
    return render(way.request, f"{PAGES}/send.html", context, status=422 if form.errors else 200)


def _words(page: Page, value: str) -> str:
    """Return an answer in the words the person saw; of one given before, that it is kept."""
    if not value:
        return "You answered this before. We do not show it again."
    words = dict([(str(number), words) for number, words in page.question.choices] + [RATHER_NOT])[value]
    return f"{words} out of 10" if page.instrument.is_number and value != RATHER_NOT[0] else words
