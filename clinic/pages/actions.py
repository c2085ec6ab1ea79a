"""Every write about public pages: what staff change, sign and put before readers."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q

from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState
from clinic.db.workdays import workdays_after
from clinic.pages import policy
from clinic.pages.content import FIRST_TEXTS, FirstText
from clinic.pages.enums import Risk, Signature
from clinic.pages.models import Page, PageAddress, PageVersion, Section, SignOff, Source
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind

# What staff write on a page itself; what is live is written by putting live and taking down alone.
WRITTEN = [field.attname for field in Page._meta.concrete_fields if field.name not in {"id", "key", "live"}]
DAYS_TO_SIGN = 5
WARN_BEFORE = timedelta(days=14)


class NotReady(Refusal):
    """The page may not go before readers yet; the words say why."""


def seed(
    texts: Sequence[FirstText] = FIRST_TEXTS, *, at: datetime, signers: tuple[User, User] | None = None
) -> list[Page]:
    """Write those of ``texts`` whose key or address is not there yet, as drafts, and return them.

    A page that is there is left as it stands: staff may have changed it. With ``signers`` (a clinician
    and a manager; the demonstration has them) each new page is signed and goes live.
    """
    taken = Q(key__in=[text.key for text in texts]) | Q(slug__in=[text.key for text in texts])
    known = {name for pair in Page.objects.filter(taken).values_list("key", "slug") for name in pair}
    fresh = [_write(text) for text in texts if text.key not in known]
    if signers:
        for page in fresh:
            _sign_and_put_live(page, *signers, at=at)
    return fresh


@transaction.atomic
def save_page(
    page: Page,
    *,
    changed: Iterable[Section | Source],
    removed: Iterable[Section | Source],
    by: Any,
    at: datetime,
    drawn_with: str = "",
) -> None:
    """Save ``page`` with the sections and sources that were ``changed``, without those ``removed``.

    Readers see nothing of it until it is put live, but for the page's place in menus and its address:
    the old address leads to the new one. Who did it and when goes into the rows' own history.
    ``drawn_with`` is the fingerprint of the text the form was filled with: raises StaleState where
    somebody has saved another meanwhile.
    """
    before = None if page._state.adding else _locked(page)
    if before and drawn_with and before.text().fingerprint != drawn_with:
        raise StaleState
    page.save(update_fields=WRITTEN if before else None)  # never what is live: that may have changed meanwhile
    if before and before.slug != page.slug:
        PageAddress.objects.get_or_create(slug=before.slug, defaults={"page": page})
    PageAddress.objects.filter(slug=page.slug, page=page).delete()
    for part in removed:
        part.delete()
    for part in changed:
        part.page = page
        part.save()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # two sections at one place are refused here, not at the end


@transaction.atomic
def sign(page: Page, *, by: User, at: datetime) -> SignOff:
    """Return the signature of ``by`` under the text as it stands now. Where the page has no owner yet, they become it.

    Raises Refusal where somebody's role gives no signature, where the text has that signature or one of
    theirs already, and NotReady where the text has faults of its own.
    """
    kind = policy.signature_of(by)
    if kind is None:
        raise Refusal("Only a clinician or a manager can sign a page.")
    text = _locked(page).text()
    if faults := policy.problems(text, page.key):
        raise NotReady(" ".join(faults))
    given = page.sign_offs.filter(fingerprint=text.fingerprint)
    if given.filter(kind=kind).exists():
        raise Refusal("This text has that signature already.")
    if given.filter(by=by).exists():
        raise Refusal("You have signed this text already. Somebody else gives the second signature.")
    _own(page, kind, by)
    worklist.finish_about(page.pk, TaskKind.PAGE_SIGNATURE, "Signed", by=by, at=at, role=Role(by.role))
    return SignOff.objects.create(page=page, fingerprint=text.fingerprint, kind=kind, by=by, at=at)


@transaction.atomic
def put_live(page: Page, *, by: User, at: datetime) -> PageVersion:
    """Show readers the text as it stands now, and return that version.

    Raises NotReady with every reason against it: faults of the text, a red section, a missing signature;
    and Refusal where readers see this text already.
    """
    before = _locked(page)
    text = before.text()
    signed = {sign_off.kind: sign_off.by for sign_off in page.sign_offs.filter(fingerprint=text.fingerprint)}
    faults = policy.why_not_live(text, page.key, signed, today=uk_day(at))
    if faults or text.review_due is None:
        raise NotReady(" ".join(faults))
    if before.live and before.live.text() == text:
        raise Refusal("Readers see exactly this text already.")
    newest = page.versions.aggregate(newest=Max("number"))["newest"] or 0
    page.live = PageVersion.objects.create(
        page=page,
        number=newest + 1,
        content=text.as_json(),
        fingerprint=text.fingerprint,
        risk=text.risk,
        review_due=text.review_due,
        at=at,
        by=by,
        **{kind.value: signed[kind] for kind in Signature} if text.risk == Risk.AMBER else {},
    )
    page.save(update_fields=["live"])
    for kind in (TaskKind.PAGE_REVIEW, TaskKind.PAGE_SIGNATURE):
        worklist.finish_about(page.pk, kind, "Put live", by=by, at=at)
    return page.live


@transaction.atomic
def take_down(page: Page, *, by: User, at: datetime) -> None:
    """Take the page away from readers at once. Who did it is in the row's history."""
    _locked(page)
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
                again=True,
            )


def remind_of_reviews(*, today: date, at: datetime) -> int:
    """Give managers a task a month for each live page whose review is due within two weeks; return how many are."""
    due = list(Page.objects.live().filter(live__review_due__lte=today + WARN_BEFORE))
    for page in due:
        worklist.ask(
            TaskKind.PAGE_REVIEW,
            f"Review the page “{page.label}”",
            key=f"page_review:{page.live_id}:{today:%Y-%m}",
            about=page.pk,
            role=Role.MANAGER,
            due_at=workdays_after(at, DAYS_TO_SIGN),
            at=at,
        )
    return len(due)


def _sign_and_put_live(page: Page, clinician: User, manager: User, *, at: datetime) -> None:
    for person in (clinician, manager) if page.text().risk == Risk.AMBER else ():
        sign(page, by=person, at=at)
    put_live(page, by=manager, at=at)


def _locked(page: Page) -> Page:
    """Return the row of ``page`` as it stands, ours until the end of the transaction.

    Nothing is joined: a row that another has just written beside it would be missing from a join that waited.
    """
    return Page.objects.select_for_update().get(pk=page.pk)


def _own(page: Page, kind: Signature, by: User) -> None:
    owner = f"{kind.value}_owner"
    if getattr(page, owner) is None:
        setattr(page, owner, by)
        page.save(update_fields=[owner])


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
