"""Every write about public pages: what staff change, sign and put before readers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.refusal import Refusal
from clinic.db.workdays import workdays_after
from clinic.pages import policy
from clinic.pages.content import FIRST_TEXTS, FirstText
from clinic.pages.enums import Risk, Signature
from clinic.pages.models import Page, PageAddress, PageVersion, Section, SignOff, Source
from clinic.pages.text import PageText
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind

DAYS_TO_SIGN = 5
WARN_BEFORE = timedelta(days=14)


class NotReady(Refusal):
    """The page may not go before readers yet; the words say why."""


def seed(
    texts: Iterable[FirstText] = FIRST_TEXTS, *, at: datetime, signers: tuple[User, User] | None = None
) -> list[Page]:
    """Write those of ``texts`` whose key is not there yet, as drafts, and return them.

    A page that is there is left as it stands: staff may have changed it. With ``signers`` (a clinician
    and a manager; the demonstration has them) each new page is signed and goes live.
    """
    fresh = [_write(text) for text in texts if not Page.objects.filter(key=text.key).exists()]
    if signers:
        for page in fresh:
            _sign_and_put_live(page, *signers, at=at)
    return fresh


@transaction.atomic
def save_page(
    page: Page, *, changed: Iterable[Section | Source], removed: Iterable[Section | Source], by: Any, at: datetime
) -> None:
    """Save ``page`` with the sections and sources that were ``changed``, without those ``removed``.

    Readers see nothing of it until it is put live, but for the page's place in menus and its address:
    the old address leads to the new one. Who did it and when goes into the rows' own history.
    """
    before = Page.objects.filter(pk=page.pk).values_list("slug", flat=True).first()
    page.save()
    if before and before != page.slug:
        PageAddress.objects.get_or_create(slug=before, defaults={"page": page})
    PageAddress.objects.filter(slug=page.slug).delete()
    for part in removed:
        part.delete()
    for part in changed:
        part.page = page
        part.save()


def sign(page: Page, *, by: User, at: datetime) -> SignOff:
    """Return the signature of ``by`` under the text as it stands now.

    Raises Refusal where somebody's role gives no signature, where it is there already, and NotReady
    where the text has faults of its own.
    """
    kind = policy.signature_of(by)
    if kind is None:
        raise Refusal("Only a clinician or a manager can sign a page.")
    text = page.text()
    if faults := policy.problems(text, page.key):
        raise NotReady(" ".join(faults))
    signature, is_new = SignOff.objects.get_or_create(
        page=page, fingerprint=text.fingerprint, kind=kind, defaults={"by": by, "at": at}
    )
    if not is_new:
        raise Refusal("This text has that signature already.")
    worklist.finish_about(page.pk, TaskKind.PAGE_SIGNATURE, "Signed", by=by, at=at, role=Role(by.role))
    return signature


@transaction.atomic
def put_live(page: Page, *, by: User | None, at: datetime) -> PageVersion:
    """Show readers the text as it stands now, and return that version.

    Raises NotReady with every reason against it: faults of the text, a red section, a missing signature.
    """
    Page.objects.select_for_update().get(pk=page.pk)
    text = page.text()
    signed = {sign_off.kind: sign_off for sign_off in page.sign_offs.filter(fingerprint=text.fingerprint)}
    if faults := policy.why_not_live(text, page.key, signed):
        raise NotReady(" ".join(faults))
    newest = page.versions.aggregate(newest=Max("number"))["newest"] or 0
    signatures = {kind.value: signed[kind].by for kind in Signature if kind in signed} if _is_amber(text) else {}
    page.live = PageVersion.objects.create(
        page=page, number=newest + 1, content=text.as_json(), risk=text.risk, at=at, by=by, **signatures
    )
    page.save(update_fields=["live"])
    worklist.finish_about(page.pk, TaskKind.PAGE_REVIEW, "Reviewed and put live", by=by, at=at)
    return page.live


def take_down(page: Page, *, by: User, at: datetime) -> None:
    """Take the page away from readers at once. Who did it is in the row's history."""
    page.live = None
    page.save(update_fields=["live"])


def ask_for_signatures(page: Page, *, by: User, at: datetime) -> None:
    """Give each role whose signature is missing a task. Raises NotReady where the text has faults of its own."""
    text = page.text()
    if faults := policy.problems(text, page.key):
        raise NotReady(" ".join(faults))
    signed = set(page.sign_offs.filter(fingerprint=text.fingerprint).values_list("kind", flat=True))
    for kind, role in ((Signature.CLINICAL, Role.CLINICIAN), (Signature.COMPLIANCE, Role.MANAGER)):
        if kind not in signed:
            worklist.ask(
                TaskKind.PAGE_SIGNATURE,
                f"Read and sign the page “{page.label}”",
                key=f"page_signature:{page.pk}:{kind}:{text.fingerprint[:16]}",
                about=page.pk,
                role=role,
                due_at=workdays_after(at, DAYS_TO_SIGN),
                at=at,
            )


def remind_of_reviews(*, today: date, at: datetime) -> int:
    """Give managers a task for each live page whose review is due within two weeks; return how many are."""
    due = [page for page in Page.objects.live() if _review_due(page) <= today + WARN_BEFORE]
    for page in due:
        worklist.ask(
            TaskKind.PAGE_REVIEW,
            f"Review the page “{page.label}”",
            key=f"page_review:{page.pk}:{page.live_id}",
            about=page.pk,
            role=Role.MANAGER,
            due_at=workdays_after(at, DAYS_TO_SIGN),
            at=at,
        )
    return len(due)


def _sign_and_put_live(page: Page, clinician: User, manager: User, *, at: datetime) -> None:
    page.clinical_owner, page.compliance_owner = clinician, manager
    page.save()
    for person in (clinician, manager) if _is_amber(page.text()) else ():
        sign(page, by=person, at=at)
    put_live(page, by=manager, at=at)


def _review_due(page: Page) -> date:
    """Return when what readers see is due for review."""
    return (page.live.text().review_due if page.live else None) or date.max


def _is_amber(text: PageText) -> bool:
    return text.risk == Risk.AMBER


@transaction.atomic
def _write(first: FirstText) -> Page:
    text = first.text
    page = Page.objects.create(
        key=first.key,
        slug=first.key,
        label=first.label,
        linked=first.linked,
        order=first.order,
        title=text.title,
        summary=text.summary,
        picture=text.picture,
        invites=text.invites,
        is_indexed=text.is_indexed,
        reviewed_on=text.reviewed_on,
        review_due=text.review_due,
    )
    Section.objects.bulk_create(
        Section(page=page, position=position, heading=part.heading, body=part.body, risk=part.risk, shape=part.shape)
        for position, part in enumerate(text.sections, start=1)
    )
    Source.objects.bulk_create(
        Source(page=page, name=source.name, address=source.address, read_on=source.read_on) for source in text.sources
    )
    return page
