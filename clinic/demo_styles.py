"""The demo's style page: every part of the site drawn once, with invented data and when to use it."""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.kinds.enums import Mode
from bookings.kinds.models import AppointmentKind
from clinic.charts.drawing import Line, chart
from clinic.forms.base import PlainErrors, helper
from clinic.forms.clock import ClockMinutes
from clinic.forms.dates import MONTHS, DatePartsField
from clinic.forms.text import PlainTextField
from clinic.pages.enums import Picture
from clinic.pages.markdown import render_markdown
from clinic.staff.models import Clinician
from patients.profile.needs import flag


@dataclass(frozen=True)
class Part:
    """One part of the page. ``name`` is its anchor, and its template's name in templates/demo/styles/."""

    name: str
    title: str
    use: str

    @property
    def template(self) -> str:
        """Return what draws it."""
        return f"demo/styles/{self.name}.html"


PARTS = (
    Part("colours", "Colours", "Use a token's name in a style sheet, never a raw colour: it knows light and dark."),
    Part("type", "Type scale", "Use one size for one rank, and let the element choose it."),
    Part("buttons", "Buttons", "Use one primary button on a page, for the step that comes next."),
    Part("links", "Links", "Use a link to go somewhere, and a button to do something."),
    Part("icons", "Icons", "Use an icon beside a word that says the same, never alone."),
    Part("drawings", "Drawings", "Use one at most on a public page, beside its title."),
    Part("care-cards", "Care cards", "Use one where a reader may need help now, with the level that fits."),
    Part("notifications", "Notifications", "Use one to say what has just happened, on top of the page."),
    Part("error-summary", "Error summary", "Use it first in the page when a form comes back, and lead to each answer."),
    Part("form-fields", "Form fields", "Use a field for each thing we ask, with its hint above and no placeholder."),
    Part("task-list", "Task list", "Use it for work that takes several sittings, to show what is left."),
    Part(
        "summary-list", "Summary list", "Use it to check answers before they are sent, each with its way to change it."
    ),
    Part("status-tags", "Status tags", "Use a tag for a state that can change, with words that stand without colour."),
    Part("timeline", "Timeline", "Use it for what happened and what comes next, in order."),
    Part("chart", "Chart", "Use it for numbers over time, above a table with the same numbers."),
    Part("empty-state", "Empty state", "Use it where a list has no entries yet, and say what to do."),
    Part("pagination", "Pagination", "Use it under a list that is too long for one page."),
    Part("chosen-time", "Chosen time", "Use it on each page that speaks of one visit, above what can be done with it."),
    Part("back-link", "Back link", "Use it above the title of a page that is one step of several."),
    Part("staff-bar", "Staff bar", "Use it on staff pages, to keep in sight who or which day they are about."),
    Part("needs", "Needs of a person", "Use it beside a person's name, wherever staff see one."),
    Part("panels", "Panels, insets and details", "Use one to set a few lines apart from the text around them."),
    Part("cards", "Cards", "Use cards for a few things of one kind to choose from."),
    Part("glance", "At a glance", "Use it once, on the front page, for the facts a new reader looks for."),
    Part("doors", "Doors", "Use them to lead to 2 to 4 main pages."),
    Part("steps", "Steps", "Use them for what happens one thing after the other."),
    Part("fees", "Table of fees", "Use it wherever fees are told: it reads them from the kinds of visit."),
    Part("pairs", "List of pairs", "Use it for short facts, each with its name."),
    Part("specialist", "Specialist panel", "Use it for each doctor a reader can book."),
)

# The tokens of static/css/tokens.css that are colours, and what each is for.
COLOURS = (
    ("paper", "The page"),
    ("surface", "What lies on the page: cards, inputs"),
    ("sunken", "What lies below it: footer, bands"),
    ("ink", "Text"),
    ("muted", "Hints and captions"),
    ("brand", "Primary buttons, marks"),
    ("brand-strong", "The same under the pointer"),
    ("on-brand", "Text on brand"),
    ("link", "Links"),
    ("warm", "Icons beside facts"),
    ("danger", "Errors and urgent"),
    ("warning", "Take care"),
    ("done", "Done"),
    ("info", "To know"),
    ("danger-solid", "Head of an urgent card"),
    ("info-solid", "Head of a care card"),
    ("on-solid", "Text on the solid colours"),
    ("danger-tint", "Behind an error"),
    ("warning-tint", "Behind a warning"),
    ("done-tint", "Behind what is done"),
    ("info-tint", "Behind a notice"),
    ("line", "Thin lines"),
    ("control", "Borders of controls"),
    ("focus-ring", "Outline of the focus"),
    ("focus-back", "Behind focused text"),
    ("focus-text", "Focused text"),
    ("alarm", "Body of an emergency card"),
    ("on-alarm", "Text on alarm"),
)
TEXT_ON = ("on-brand", "on-solid", "on-alarm", "focus-text", "danger", "warning", "done", "info", "muted", "link")
SIZES = ("3xl", "2xl", "xl", "l", "m", "s")
ICONS = (
    "done warning error info clock calendar video person phone letter back forward dot lock list".split()  # noqa: SIM905
)


class BookForm(PlainErrors, forms.Form):
    """Every kind of field that the form pack draws. Nothing is kept: the page reads no answers."""

    book = PlainTextField(label="Title of the book", longest=60, help_text="As it stands on the cover")
    writer = PlainTextField(label="Writer", longest=60, required=False)
    email = forms.EmailField(
        label="Email address",
        help_text="We write to you when the book is back",
        error_messages={"invalid": "Enter an email address in the correct format, like name@example.com"},
    )
    borrowed = DatePartsField(label="When did you borrow it?", called="the day you borrowed it", example="27 3 2026")
    opens = ClockMinutes(label="When does the library open?")
    month = forms.ChoiceField(
        label="When will you bring it back?",
        choices=[("", "Choose a month"), *((name, name.capitalize()) for name in MONTHS)],
    )
    way = forms.ChoiceField(
        label="How do you like to read?",
        choices=[("paper", "On paper"), ("screen", "On a screen"), ("aloud", "Somebody reads to me")],
        widget=forms.RadioSelect,
    )
    again = forms.ChoiceField(
        label="Would you read it again?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect(attrs={"class": "inline"}),
    )
    clear = forms.ChoiceField(
        label="How clear was it?",
        help_text="0 is not clear at all, 10 is as clear as can be",
        choices=[(number, str(number)) for number in range(11)],
        widget=forms.RadioSelect(attrs={"class": "scale"}),
    )
    chapters = forms.MultipleChoiceField(
        label="Which parts have you read?",
        help_text="Tick all that apply",
        choices=[("start", "The beginning"), ("middle", "The middle"), ("end", "The end")],
        widget=forms.CheckboxSelectMultiple,
    )
    about = PlainTextField(label="What is it about?", longest=400, widget=forms.Textarea(attrs={"rows": 4}))
    cover = forms.FileField(label="A picture of the cover")
    agree = forms.BooleanField(label="I bring it back in time")

    helper = helper("Reserve this book", action="#form-fields", method="get", cancel=("Back to the top", "#main"))

    def clean(self) -> dict[str, Any]:
        """Refuse the form as a whole, to show how that looks."""
        raise forms.ValidationError("This book is lent out until 30 November. Choose another one.")


@login_not_required
@never_cache
@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """Show every part of the site."""
    wrong = {"wrong-borrowed_day": "31", "wrong-borrowed_month": "2", "wrong-borrowed_year": "2026"}
    return render(
        request,
        "demo/styleguide.html",
        {
            "parts": PARTS,
            "colours": COLOURS,
            "text_on": TEXT_ON,
            "sizes": SIZES,
            "icons": ICONS,
            "pictures": [(picture.value, picture.label) for picture in Picture if picture],
            "empty_form": BookForm(),
            "wrong_form": BookForm(wrong | {"wrong-opens": "25:00", "wrong-email": "demo.example.com"}, prefix="wrong"),
            "chart": chart(
                "demo", "Numbers over time", DAYS, [Line("Reading", [7, 6, None, 4])], marks=range(0, 11, 2)
            ),
            "pages": Paginator(range(30), 10).page(2),
            "shapes": _shapes(),
            "person": {"full_name": "Demo Reader", "flag": flag(["bsl"], "Polish", "A room without steps")},
        }
        | LISTS,
    )


DAYS = ["2 Nov", "9 Nov", "16 Nov", "23 Nov"]
LISTS: dict[str, list[dict[str, Any]]] = {
    "tasks": [
        {"label": "Your details", "url": "#task-list", "status": "Done", "tone": "done"},
        {
            "label": "Your questions",
            "url": "#task-list",
            "hint": "About 10 minutes",
            "status": "In progress",
            "tone": "info",
        },
        {"label": "Check and send", "hint": "Opens when the others are done", "status": "Cannot start yet"},
    ],
    "answers": [
        {"key": "Name", "value": "Demo Reader", "change_url": "#summary-list"},
        {"key": "Address", "value": "1 Example Street\nExampleton", "change_url": "#summary-list"},
        {"key": "Phone number", "value": "", "change_url": "#summary-list", "change_about": "your phone number"},
    ],
    "events": [
        {"title": "You sent your form", "when": "Monday 2 November 2026"},
        {
            "title": "Dr Demo One reads your form",
            "text": "This takes up to 2 working days.",
            "url": "#timeline",
            "link": "Read what you sent",
            "now": True,
        },
        {"title": "You have our answer"},
    ],
}


def _shapes() -> dict[str, dict[str, Any]]:
    """Return sections of an invented page, as templates/pages/shapes/ reads them. Nothing of it is in the database."""
    kinds = [
        AppointmentKind(
            name="First visit", summary="You meet Dr Demo One.", minutes=50, fee_pence=15000, modes=["video", "phone"]
        ),
        AppointmentKind(
            name="Second visit", summary="You talk about what came of it.", minutes=20, fee_pence=6250, modes=["phone"]
        ),
    ]
    doctor = Clinician(
        name="Dr Demo One",
        role="Invented specialist",
        specialty="Demonstration",
        gmc_number="0000000",
        languages="English, Welsh",
        verified_on=datetime.date(2026, 11, 2),
    )
    ways = ", ".join(str(mode.label) for mode in (Mode.VIDEO, Mode.PHONE))
    return {
        "glance": _section(
            "- **For whom:** adults who read style pages\n"
            "- **Who sees you:** Dr Demo One\n"
            "- **What happens next:** you choose a time",
            kinds=kinds,
        ),
        "doors": _section(
            "- [The first door](#doors) One sentence on what stands behind it.\n"
            "- [The second door](#doors) The whole card answers a click."
        ),
        "steps": _section(
            "1. **You choose a time.** It takes about 5 minutes.\n2. **You meet Dr Demo One.** By video or phone."
        ),
        "fees": _section("Each fee is the total for the visit.", kinds=kinds),
        "specialists": _section("", specialists=[{"person": doctor, "modes": ways}]),
    }


def _section(markdown: str, **more: Any) -> dict[str, Any]:
    return {"html": render_markdown(markdown), "more": more}
