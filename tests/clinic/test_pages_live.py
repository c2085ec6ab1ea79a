"""From a draft to readers: signing, putting live, taking down, old addresses, reviews that are due."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from clinic.db.refusal import Refusal
from clinic.pages import actions, policy
from clinic.pages.content import FIRST_TEXTS
from clinic.pages.enums import Risk, Signature
from clinic.pages.models import Page, PageAddress, PageVersion, Section, SignOff
from clinic.pages.text import PageText, SectionText, SourceText
from clinic.worklist import actions as worklist
from clinic.worklist.models import Task
from tests.factories import people
from tests.factories.pages import AMBER, GREEN, NOW
from tests.factories.pages import page as page_of

TODAY = date(2026, 11, 25)
YEAR = timedelta(days=365)


def both_sign(page, okafor, manager):
    actions.sign(page, by=okafor.user, at=NOW)
    actions.sign(page, by=manager, at=NOW)


# What may go live ------------------------------------------------------------------------------------


def text(*sections, **fields):
    whole = {"title": "About us", "summary": "Who we are.", "reviewed_on": TODAY, "review_due": TODAY + YEAR}
    return PageText(sections=sections or (GREEN,), **whole | fields)


@pytest.mark.parametrize(
    ("page", "key", "said"),
    [
        (text(), None, []),
        (text(GREEN, AMBER), "faqs", []),
        (text(title="Get medical cannabis"), None, ["Title: “medical cannabis”", "Title: “medical cannabis”"]),
        (text(summary="We prescribe."), None, ["Summary: “prescribe”"]),
        (text(SectionText("Our pills", "Text.", "green")), None, ["“Our pills”: “pills”"]),
        (text(SectionText("A", "It holds THC.", "green")), None, ["“A”: “THC”"]),
        (text(SectionText("A", "A medicine may be one option.", "green")), None, []),
        (text(SectionText("A", "A medicine may be one option.", "green")), "fees", ["“A”: “medicine”"]),
        (text(AMBER), None, ["“What research says”: Sections of this page are green."]),
        (text(SectionText("A", "Anything", "red")), None, ["“A”: This section is red."]),
        (text(GREEN, SectionText("B", "[Book](/book/)", "amber")), "faqs", ["“B”: Take out the booking link"]),
        (text(AMBER, SectionText("B", "[Book](/book/)", "green")), "faqs", ["“B”: Take out the booking link"]),
        (text(AMBER, GREEN, invites=True), "faqs", ["A page that leads to booking may not begin with an amber"]),
        (text(GREEN, invites=True), "safety", ["This page may not lead to booking."]),
        (text(GREEN), "about-treatments", ["This page must stay out of search engines."]),
        (text(GREEN, GREEN), None, ["Two sections have the same heading."]),
        (text(reviewed_on=None), None, ["Enter the day this page was reviewed."]),
        (text(review_due=None), None, ["Enter when the next review is due."]),
        (text(SectionText("A", "Text", "green", "urgent")), None, ["“A”: This is drawn as a list"]),
        (text(SectionText("A", "- text", "green", "steps")), None, ["“A”: Steps are a numbered list"]),
        (text(SectionText("A", " ", "green")), None, ["“A”: Write what this section says"]),
        (text(SectionText("A", "", "green", "help")), None, []),
        (text(SectionText("A", "| a | b | c | d | e | f |", "green")), None, ["“A”: A table has at most 5 columns"]),
        (text(SectionText("A", "Text", "green", "message")), None, ["The form to write to us stands on the contact"]),
        (text(GREEN), "contact", ["The form to write to us stands on the contact"]),
        (text(SectionText("A", "Fees for THC", "amber", "fees")), "faqs", ["“A”: An amber section is plain text"]),
        (text(SectionText("A", "A medicine.", "green"), invites=True), None, ["“A”: “medicine”"]),
        (text(GREEN, SectionText("Who we are?", "x", "green")), None, ["Two sections have the same heading."]),
        (text(review_due=TODAY), None, ["The next review comes after the last one."]),
        (text(SectionText("A", "_cannabis_ and __Sativex__", "green")), None, ["“A”: “cannabis”", "“A”: “Sativex”"]),
        (
            text(SectionText("A", "pain\nrelief, can**na**bis", "green")),
            None,
            ["“A”: “pain relief”", "“A”: “cannabis”"],
        ),
        (text(SectionText("A", "[can](/fees/)nabis", "green")), None, ["“A”: “cannabis”"]),
        (text(sources=(SourceText("THC in pain", "https://example.com", TODAY),)), None, ["Source: “THC”"]),
        (text(GREEN, AMBER, sources=(SourceText("THC in pain", "https://example.com", TODAY),)), "faqs", []),
    ],
)
def test_what_stands_in_the_way_of_a_text(page, key, said):
    found = policy.problems(page, key)

    assert [len(found), *(got.startswith(want) for got, want in zip(found, said, strict=False))] == [
        len(said),
        *(True for _ in said),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "[Book](/book/)",
        "[Book]( /book/first/ )",
        "[Book][1]\n\n[1]: /book/",
        "<https://clinic.example/book/>",
        "[Book](https://clinic.example/book?day=1)",
        "[Book](/b%6Fok/)",
    ],
)
def test_a_booking_link_is_found_however_it_is_written(body):
    assert policy.leads_to_booking(body)


@pytest.mark.parametrize("body", ["A book about pain", "[Read](/booklet/)", "[Us](/contact/)", "/book/ without a link"])
def test_what_only_looks_like_a_booking_link_is_none(body):
    assert not policy.leads_to_booking(body)


@pytest.mark.parametrize(
    ("signed", "missing"),
    [
        ((), ["The clinical signature is missing.", "The compliance signature is missing."]),
        ((Signature.CLINICAL,), ["The compliance signature is missing."]),
        ((Signature.CLINICAL, Signature.COMPLIANCE), []),
    ],
)
def test_amber_needs_both_signatures(signed, missing):
    assert policy.why_not_live(text(AMBER), "faqs", signed, today=TODAY) == missing
    assert policy.why_not_live(text(GREEN), "faqs", (), today=TODAY) == []


# Signing and putting live ------------------------------------------------------------------------------


def test_green_goes_live_with_one_person(db, manager):
    page = page_of()

    version = actions.put_live(page, by=manager, at=NOW)

    assert (version.number, version.risk, version.by, version.clinical) == (1, Risk.GREEN, manager, None)
    assert Page.objects.live().get() == page
    assert version.text() == page.text()


def test_amber_goes_live_with_two(db, okafor, manager):
    page = page_of("faqs", GREEN, AMBER)

    with pytest.raises(actions.NotReady, match=r"clinical signature is missing.*compliance signature is missing"):
        actions.put_live(page, by=manager, at=NOW)
    both_sign(page, okafor, manager)
    version = actions.put_live(page, by=manager, at=NOW)

    assert (version.risk, version.clinical, version.compliance) == (Risk.AMBER, okafor.user, manager)


def test_a_signature_is_for_exactly_one_text(db, okafor, manager):
    page = page_of("faqs", GREEN, AMBER)
    both_sign(page, okafor, manager)
    part = page.sections.last()
    part.body += " And more."

    actions.save_page(page, changed=[part], removed=[], by=manager, at=NOW)

    with pytest.raises(actions.NotReady, match="signature is missing"):
        actions.put_live(page, by=manager, at=NOW)


def test_nobody_signs_twice_or_without_the_right(db, okafor, lind, manager, rosa):
    page = page_of("faqs", GREEN, AMBER)
    actions.sign(page, by=okafor.user, at=NOW)

    for person in (okafor.user, lind.user):
        with pytest.raises(Refusal, match="has that signature already"):
            actions.sign(page, by=person, at=NOW)
    with pytest.raises(Refusal, match="Only a clinician or a manager"):
        actions.sign(page, by=rosa, at=NOW)
    assert page.sign_offs.count() == 1


def test_somebody_who_changed_roles_cannot_give_both_signatures(db, okafor):
    page = page_of("faqs", GREEN, AMBER)
    actions.sign(page, by=okafor.user, at=NOW)
    okafor.user.role = "manager"

    with pytest.raises(Refusal, match="Somebody else gives the second signature"):
        actions.sign(page, by=okafor.user, at=NOW)
    with pytest.raises(IntegrityError, match="one_signature_a_person"), transaction.atomic():
        SignOff.objects.create(
            page=page, fingerprint=page.text().fingerprint, kind="compliance", by=okafor.user, at=NOW
        )


def test_who_signs_a_page_without_an_owner_becomes_it(db, okafor, lind, manager):
    page = page_of("faqs", GREEN, AMBER, clinical_owner=lind.user)

    both_sign(page, okafor, manager)

    page.refresh_from_db()
    assert (page.clinical_owner, page.compliance_owner) == (lind.user, manager)


def test_a_faulty_text_is_not_signed(db, okafor):
    page = page_of("faqs", SectionText("A", "It is guaranteed.", "green"))

    with pytest.raises(actions.NotReady, match="guaranteed"):
        actions.sign(page, by=okafor.user, at=NOW)


def test_red_never_goes_live(db, okafor, manager):
    page = page_of("faqs", GREEN, SectionText("Notes", "Anything.", "red"))

    with pytest.raises(actions.NotReady, match="This section is red"):
        actions.put_live(page, by=manager, at=NOW)
    assert Page.objects.live().count() == 0


def version_of(page, manager, **fields):
    """A version written past the actions."""
    written = page.text()
    values = {"content": written.as_json(), "fingerprint": written.fingerprint, "risk": written.risk} | fields
    with transaction.atomic():
        return PageVersion.objects.create(page=page, number=1, at=NOW, by=manager, review_due=TODAY + YEAR, **values)


RED = SectionText("Notes", "Anything.", "red")


@pytest.mark.parametrize(
    ("sections", "risk", "constraint"),
    [
        ([GREEN, RED], "green", "red_is_never_live"),
        ([GREEN, AMBER], "green", "risk_is_the_contents"),
        ([GREEN], "amber", "risk_is_the_contents"),
        ([GREEN], "red", "risk_is_the_contents"),
    ],
)
def test_the_database_reads_the_risk_out_of_the_text_itself(db, okafor, manager, sections, risk, constraint):
    page = page_of("faqs", *sections)
    signed = {}
    if risk == "amber":
        both_sign(page, okafor, manager)
        signed = {"clinical": okafor.user, "compliance": manager}

    with pytest.raises(IntegrityError, match=constraint):
        version_of(page, manager, risk=risk, **signed)


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"clinical": "okafor"},
        {"clinical": "okafor", "compliance": "okafor"},
        {"clinical": "lind", "compliance": "manager"},
    ],
)
def test_the_database_wants_two_signatures_under_exactly_an_amber_text(db, okafor, lind, manager, named):
    page = page_of("faqs", GREEN, AMBER)
    both_sign(page, okafor, manager)
    known = {"okafor": okafor.user, "lind": lind.user, "manager": manager}

    with pytest.raises(InternalError, match="amber_is_signed"):
        version_of(page, manager, **{name: known[who] for name, who in named.items()})
    with pytest.raises(InternalError, match="amber_is_signed"):
        version_of(page, manager, fingerprint="another text", clinical=okafor.user, compliance=manager)
    version_of(page, manager, clinical=okafor.user, compliance=manager)


def test_what_was_live_never_changes(db, manager):
    version = actions.put_live(page_of(), by=manager, at=NOW)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        PageVersion.objects.filter(pk=version.pk).update(risk="amber")


def test_each_version_is_kept(db, manager):
    page = page_of()
    actions.put_live(page, by=manager, at=NOW)
    page.title = "New title"
    actions.save_page(page, changed=[], removed=[], by=manager, at=NOW)

    actions.put_live(page, by=manager, at=NOW + timedelta(hours=1))

    assert [(each.number, each.text().title) for each in page.versions.all()] == [
        (2, "New title"),
        (1, "Questions and answers"),
    ]


def test_what_readers_see_already_is_not_put_live_again(db, manager):
    page = page_of()
    actions.put_live(page, by=manager, at=NOW)

    with pytest.raises(Refusal, match="see exactly this text already"):
        actions.put_live(page, by=manager, at=NOW)


def test_a_review_still_to_come_is_no_review(db, manager):
    page = page_of(reviewed_on=TODAY + timedelta(days=1))

    with pytest.raises(actions.NotReady, match="still to come"):
        actions.put_live(page, by=manager, at=NOW)


def test_a_save_begun_before_a_page_was_taken_down_does_not_bring_it_back(db, manager):
    page = page_of(live_by=manager)
    opened_before = Page.objects.get(pk=page.pk)
    actions.take_down(page, by=manager, at=NOW)

    actions.save_page(opened_before, changed=[], removed=[], by=manager, at=NOW)

    assert Page.objects.live().count() == 0


def test_two_sections_at_one_place_are_refused_at_once(db, manager):
    page = page_of()

    with pytest.raises(IntegrityError, match="one_section_a_position"), transaction.atomic():
        actions.save_page(
            page, changed=[Section(position=1, heading="Again", body="x")], removed=[], by=manager, at=NOW
        )


def test_taking_down_hides_a_page_at_once(db, manager):
    page = page_of()
    actions.put_live(page, by=manager, at=NOW)

    actions.take_down(page, by=manager, at=NOW)

    assert Page.objects.live().count() == 0
    assert page.versions.count() == 1


# Tasks -------------------------------------------------------------------------------------------------


def test_asking_for_signatures_gives_each_missing_role_one_task(db, okafor, manager):
    page = page_of("faqs", GREEN, AMBER)
    for _ in range(2):
        actions.ask_for_signatures(page, by=manager, at=NOW)
    assert sorted(Task.objects.waiting().values_list("role", flat=True)) == ["clinician", "manager"]
    worklist.finish(Task.objects.get(role="clinician"), "Needs a change", by=okafor.user, at=NOW)
    actions.ask_for_signatures(page, by=manager, at=NOW)
    assert sorted(Task.objects.waiting().values_list("role", flat=True)) == ["clinician", "manager"]

    actions.sign(page, by=okafor.user, at=NOW)

    assert list(Task.objects.waiting().values_list("role", flat=True)) == ["manager"]


@pytest.mark.parametrize(("days", "asked"), [(-1, 1), (0, 1), (14, 1), (15, 0)])
def test_a_review_that_is_due_makes_one_task(db, manager, days, asked):
    page = page_of(reviewed_on=TODAY - YEAR, review_due=TODAY + timedelta(days=days))
    actions.put_live(page, by=manager, at=NOW)

    for _ in range(2):
        actions.remind_of_reviews(today=TODAY, at=NOW)

    assert [(task.title, task.role) for task in Task.objects.all()] == [
        ("Review the page “Answers”", "manager")
    ] * asked


def test_putting_the_reviewed_text_live_finishes_the_task(db, manager):
    page = page_of(review_due=TODAY)
    actions.put_live(page, by=manager, at=NOW)
    actions.remind_of_reviews(today=TODAY, at=NOW)
    page.review_due = TODAY + timedelta(days=365)
    actions.save_page(page, changed=[], removed=[], by=manager, at=NOW)

    actions.put_live(page, by=manager, at=NOW)

    assert Task.objects.waiting().count() == 0
    assert actions.remind_of_reviews(today=TODAY, at=NOW) == 0


# Addresses ---------------------------------------------------------------------------------------------


def rename(page, slug, by):
    page.slug = slug
    actions.save_page(page, changed=[], removed=[], by=by, at=NOW)


def test_an_old_address_leads_to_the_page_wherever_it_moves(db, manager):
    page = page_of()

    rename(page, "answers", manager)
    rename(page, "questions", manager)

    assert {each.slug: each.page for each in PageAddress.objects.all()} == {"faqs": page, "answers": page}


def test_a_page_that_goes_back_to_its_old_address_is_there(db, manager):
    page = page_of()
    rename(page, "answers", manager)

    rename(page, "faqs", manager)

    assert list(PageAddress.objects.values_list("slug", flat=True)) == ["answers"]


# Seeding -----------------------------------------------------------------------------------------------


def test_seeding_writes_what_is_missing_as_drafts_and_leaves_the_rest(db):
    Page.objects.create(key="ms-pain", slug="pain-in-ms", label="MS", title="Changed by staff", summary="Text.")
    Page.objects.create(slug="cookies", label="Biscuits", title="A page of staff's own", summary="Text.")

    written = actions.seed(at=NOW)

    assert len(written) == len(FIRST_TEXTS) - 2
    assert Page.objects.get(key="ms-pain").title == "Changed by staff"
    assert Page.objects.live().count() == 0
    assert actions.seed(at=NOW) == []


def test_with_two_people_to_sign_all_pages_go_live(db):
    signers = people.clinician().user, people.user("boss@example.com", role="manager")

    actions.seed(at=NOW, signers=signers)

    assert Page.objects.live().count() == len(FIRST_TEXTS)
    amber = PageVersion.objects.filter(risk="amber")
    assert {(each.clinical, each.compliance) for each in amber} == {signers}
    for page in Page.objects.in_full():
        page.full_clean()
        for part in (*page.sections.all(), *page.sources.all()):
            part.full_clean()
