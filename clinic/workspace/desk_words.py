"""The words of messages, as the clinic may change them, with a preview."""

from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.forms.base import PlainErrors
from clinic.forms.text import PlainTextField
from clinic.outbox import changes, registry
from clinic.outbox.enums import Channel
from clinic.outbox.models import WordingSetting
from clinic.outbox.policy import LONGEST_TEXT, text_length
from clinic.outbox.registry import Built
from clinic.outbox.rules import BY_CODE, RULES
from clinic.outbox.words import LONGEST_PART, LONGEST_SUBJECT, Words, filled
from clinic.workspace.desk_access import for_managers, for_the_diary, me, page

TYPED = 2_000  # letters a form takes at all; what may be sent is the action's matter


@dataclass(frozen=True)
class Line:
    """A message in the list: its subject, and who changed its words."""

    code: str
    label: str
    subject: str
    changed: str


class WordsForm(PlainErrors, forms.Form):
    """The parts of one message. It asks for a text message only where the message goes by text."""

    subject = PlainTextField(
        label="Subject and heading", longest=TYPED, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    opening = PlainTextField(label="Opening, before the facts", longest=TYPED, widget=forms.Textarea(attrs={"rows": 4}))
    closing = PlainTextField(
        label="Closing, after the facts",
        longest=TYPED,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    text = PlainTextField(
        label="Text message",
        longest=TYPED,
        help_text=f"At most {LONGEST_TEXT} characters with its facts.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, words: Words, has_text: bool, **kwargs: Any) -> None:
        """``words`` are those the message has now."""
        super().__init__(*args, initial=asdict(words), **kwargs)
        self.fields["subject"].help_text = f"At most {LONGEST_SUBJECT} characters. It may be read over a shoulder."
        self.fields["opening"].help_text = f"At most {LONGEST_PART} characters."
        if not has_text:
            del self.fields["text"]

    def words(self) -> Words:
        """What was typed."""
        return Words(**{"text": ""} | self.cleaned_data)


@for_the_diary
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """List the messages whose words can be changed."""
    own = {each.code: each for each in WordingSetting.objects.visible_to(request.user).select_related("changed_by")}
    lines = [_line(rule.code, first, own.get(rule.code)) for rule in RULES if (first := registry.built(rule.code))]
    return render(request, "desk/words.html", page(request, "Message texts", lines=lines))


@for_managers
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, code: str) -> HttpResponse:
    """Change the words of one message. "Show it" shows what was typed without saving it."""
    first = registry.built(code)
    if first is None:
        raise Http404
    setting = WordingSetting.objects.visible_to(request.user).filter(code=code).first()
    now_said = _own(setting) if setting else first.words
    has_text = Channel.SMS in BY_CODE[code].channels
    form = WordsForm(request.POST if request.method == "POST" else None, words=now_said, has_text=has_text)
    if form.is_valid() and _saved(request, code, form, first, only_show="show" in request.POST):
        messages.success(request, f"{BY_CODE[code].label}: saved. Messages say so from now on.")
        return redirect("desk_words")
    shown = form.words() if form.is_valid() else now_said
    context = page(
        request,
        BY_CODE[code].label,
        form=form,
        samples=list(first.samples.items()),
        shown=filled(shown, first.samples),
        length=_length(shown, first),
        longest=LONGEST_TEXT,
        built=first.words if setting else None,
        has_text=has_text,
    )
    return render(request, "desk/words_edit.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, code: str, form: WordsForm, first: Built, *, only_show: bool) -> bool:
    """Save what was typed, unless it is only to be shown; what speaks against it stands at its field."""
    try:
        if only_show:
            changes.check_words(code, form.words())
        else:
            changes.set_words(code, form.words(), by=me(request), at=timezone.now())
    except changes.NotSet as refusal:
        for name, why in refusal.against.items():
            form.add_error(name if name in form.fields else None, why)
        return False
    return not only_show


def _length(words: Words, first: Built) -> int:
    """How long the text message becomes at most; 0 where it holds what no text message can carry."""
    length = text_length(filled(words, first.samples).text)
    return int(length) if length < TYPED else 0


def _own(setting: WordingSetting) -> Words:
    return Words(setting.subject, setting.opening, setting.closing, setting.text)


def _line(code: str, first: Built, setting: WordingSetting | None) -> Line:
    changed = f"by {setting.changed_by} on {setting.changed_at:%-d %B %Y}" if setting else ""
    return Line(code, BY_CODE[code].label, setting.subject if setting else first.words.subject, changed)
