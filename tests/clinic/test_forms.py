"""The three-box date, and what our forms print."""

import datetime
import re
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import render_to_string

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField


class Birth(PlainErrors, forms.Form):
    born = DatePartsField(called="your date of birth", birthday=True, label="Date of birth")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["born"].earliest = datetime.date(1906, 1, 1)
        self.fields["born"].latest = datetime.date(2008, 11, 22)


class Questions(PlainErrors, forms.Form):
    born = DatePartsField(called="your date of birth", label="Date of birth")
    name = forms.CharField(label="Family name or only name", help_text="As your GP knows you")
    first = forms.CharField(label="First names", required=False)
    numb = forms.ChoiceField(label="Numbness?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect)
    tried = forms.MultipleChoiceField(
        label="Tried", choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="I agree")
    letter = forms.FileField(label="A letter")
    secret = forms.CharField(widget=forms.HiddenInput)

    helper = helper("Save and continue", cancel=("Stop here", "/care/"))


def typed(day: str, month: str, year: str) -> dict[str, str]:
    return {"born_day": day, "born_month": month, "born_year": year}


@pytest.mark.parametrize(
    "boxes",
    [
        ("27", "3", "1984"),
        ("27", "03", "1984"),
        (" 27 ", "March", "1984"),
        ("27", "mar", "1984"),
        ("27", "MAR.", "1984"),
    ],
)
def test_a_date_is_read_as_people_write_it(boxes: tuple[str, str, str]) -> None:
    form = Birth(typed(*boxes))

    assert form.is_valid()
    assert form.cleaned_data == {"born": datetime.date(1984, 3, 27)}


@pytest.mark.parametrize(
    ("boxes", "message", "target"),
    [
        (("", "", ""), "Enter your date of birth, like 27 3 1984", "id_born_0"),
        (("27", "3", ""), "Your date of birth must include a year", "id_born_2"),
        (("", "", "1984"), "Your date of birth must include a day and a month", "id_born_0"),
        (("27", "", "1984"), "Your date of birth must include a month", "id_born_1"),
        (("31", "2", "1984"), "Your date of birth must be a real date, like 27 3 1984", "id_born_0"),
        (("29", "2", "1985"), "Your date of birth must be a real date, like 27 3 1984", "id_born_0"),
        (("27", "13", "1984"), "Your date of birth must be a real date, like 27 3 1984", "id_born_1"),
        (("27", "ma", "1984"), "Your date of birth must be a real date, like 27 3 1984", "id_born_1"),
        (("2x", "3", "1984"), "Your date of birth must be a real date, like 27 3 1984", "id_born_0"),
        (("²", "3", "1984"), "Your date of birth must be a real date, like 27 3 1984", "id_born_0"),
        (("27", "3", "0000"), "Your date of birth must be a real date, like 27 3 1984", "id_born_2"),
        (("9" * 5000, "3", "1984"), "Your date of birth must be a real date, like 27 3 1984", "id_born_0"),
        (("27", "3", "84"), "Your date of birth must have a year of 4 numbers, like 1984", "id_born_2"),
        (("22", "11", "1905"), "Your date of birth must be 1 January 1906 or later", "id_born_0"),
        (("23", "11", "2008"), "Your date of birth must be 22 November 2008 or earlier", "id_born_0"),
    ],
)
def test_a_wrong_date_says_what_to_do_and_which_box(boxes: tuple[str, str, str], message: str, target: str) -> None:
    form = Birth(typed(*boxes))

    assert form.errors == {"born": [message]}
    assert form["born"].error_target == target


@pytest.mark.parametrize("boxes", [("1", "1", "1906"), ("22", "11", "2008")])
def test_the_bounds_themselves_are_allowed(boxes: tuple[str, str, str]) -> None:
    assert Birth(typed(*boxes)).errors == {}


def test_a_wrong_date_keeps_what_was_typed_and_marks_the_wrong_box_only() -> None:
    html = str(Birth(typed("27", "", "1984"))["born"])

    assert re.findall(r'value="([^"]*)"', html) == ["27", "1984"]
    assert re.findall(r'name="(\w+)"[^>]*aria-invalid', html) == ["born_month"]


@pytest.mark.parametrize("initial", [datetime.date(1984, 3, 27), "1984-03-27"])
def test_a_kept_date_fills_the_boxes(initial: datetime.date | str) -> None:
    html = str(Birth(initial={"born": initial})["born"])

    assert re.findall(r'value="([^"]*)"', html) == ["27", "3", "1984"]


@pytest.mark.parametrize("initial", [None, "", "not a date"])
def test_no_date_leaves_the_boxes_empty(initial: str | None) -> None:
    assert "value=" not in str(Birth(initial={"born": initial})["born"])


def test_a_birthday_offers_the_browsers_own() -> None:
    html = str(Birth()["born"])

    assert re.findall(r'autocomplete="([^"]*)"', html) == ["bday-day", "bday-month", "bday-year"]
    assert re.findall(r'id="(id_born_\d)"', html) == ["id_born_0", "id_born_1", "id_born_2"]


def test_the_same_date_typed_otherwise_has_not_changed() -> None:
    same = Birth(typed("27", "March", "1984"), initial={"born": datetime.date(1984, 3, 27)})
    other = Birth(typed("28", "March", "1984"), initial={"born": datetime.date(1984, 3, 27)})

    assert (same.has_changed(), other.has_changed()) == (False, True)


def test_an_optional_date_may_be_empty() -> None:
    class Optional(forms.Form):
        began = DatePartsField(called="when it began", required=False)

    form = Optional({})

    assert form.is_valid()
    assert form.cleaned_data == {"began": None}


def page(form: forms.Form) -> str:
    """Return the form under its error summary, as a page shows them."""
    summary = render_to_string("ui/error_summary.html", {"form": form})
    return (summary if form.errors else "") + render_crispy_form(form)


def test_every_line_of_the_error_summary_leads_to_an_input() -> None:
    html = page(Questions({}))

    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["id_born_0", "id_name", "id_numb_0", "id_tried_0", "id_agree", "id_letter"]
    for target in targets:
        assert re.search(rf'<(input|select|textarea)[^>]* id="{target}"', html), target


@pytest.mark.parametrize("form", [Questions(), Questions({})])
def test_ids_are_unique_and_every_description_and_label_has_its_element(form: forms.Form) -> None:
    html = page(form)

    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    described = {one for value in re.findall(r'aria-describedby="([^"]+)"', html) for one in value.split()}
    labelled = set(re.findall(r' for="([^"]+)"', html))
    assert described | labelled <= set(ids)
    assert "id_name_helptext" in described


def test_groups_have_a_fieldset_and_legend_and_single_boxes_a_label() -> None:
    html = page(Questions())

    assert html.count("<fieldset") == html.count("<legend") == 3
    assert html.count('<span class="optional">(optional)</span>') == 1
    assert "novalidate" in html


def test_a_form_of_one_question_makes_it_the_heading() -> None:
    class One(forms.Form):
        numb = forms.ChoiceField(label="Numbness?", choices=[("yes", "Yes")], widget=forms.RadioSelect)
        helper = helper(question=True)

    html = page(One())

    assert re.search(r"<legend[^>]*>\s*(<!--.*-->)?\s*<h1>Numbness\?</h1>", html)


def test_an_empty_answer_is_asked_for_by_name() -> None:
    errors = {name: str(found[0]) for name, found in Questions({}).errors.items()}

    assert errors == {
        "born": "Enter your date of birth, like 27 3 1984",
        "name": "Enter an answer for “Family name or only name”",
        "numb": "Choose an answer for “Numbness?”",
        "tried": "Choose at least one answer for “Tried”",
        "agree": "Tick “I agree” to continue",
        "letter": "Choose a file for “A letter”",
        "secret": "Enter an answer for “Secret”",
    }


def test_what_was_typed_is_escaped() -> None:
    form = Questions({"name": '"><script>alert(1)</script>', "numb": "<b>"})

    assert "<script>" not in page(form)
    assert "<b>" not in page(form)
