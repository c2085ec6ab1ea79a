"""Two ways to use the same pages: by keyboard alone, and by pointer (also where scripts are off).

Both know the same few words: ``follow`` a link or press a button and arrive on the next page, ``write``, ``date``,
``pick`` from a list, ``choose`` an answer, ``tick``, ``open``. Every page that is arrived at is looked at (look.py).
"""

import re

MOST_STOPS = 250  # Tab presses before we say that a control cannot be reached
TAGS = {
    "link": {"a"},
    "button": {"button", "input"},
    "textbox": {"input", "textarea"},
    "searchbox": {"input"},
    "combobox": {"input", "select"},
    "checkbox": {"input"},
}
FOCUS = """() => {
  const box = document.activeElement;
  if (!box || box === document.body) return {nowhere: true};
  const marked = e => {
    const style = getComputedStyle(e);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  };
  // What shows the focus of a radio or a checkbox may be its label.
  const shows = [box, ...(box.labels || [])].filter(e => e.checkVisibility());
  const seen = shows.find(marked) || box;
  const place = seen.getBoundingClientRect();
  const x = Math.min(Math.max(place.left + place.width / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max(place.top + Math.min(place.height, innerHeight) / 2, 1), innerHeight - 1);
  const on = document.elementFromPoint(x, y);
  const set = box.closest('fieldset');
  return {
    tag: box.localName,
    type: box.type || '',
    html: box.outerHTML.slice(0, 160),
    group: set && set.querySelector('legend') ? set.querySelector('legend').innerText : '',
    marked: shows.some(marked),
    inView: place.bottom > 0 && place.top < innerHeight && place.right > 0 && place.left < innerWidth
      && (place.height > innerHeight || box.localName === 'textarea'  // there the browser shows the line of the caret
        || (place.top >= -1 && place.bottom <= innerHeight + 1)),
    covered: !(on && shows.some(e => e.contains(on) || on.contains(e))) ? (on ? on.outerHTML.slice(0, 100) : 'nothing') : '',
    tabIndex: box.tabIndex,
  };
}"""


def words(hand):
    """What the page says, but for its head and foot."""
    return hand.page.get_by_role("main").inner_text()


class Keyboard:
    """A person without a pointer: Tab, Shift+Tab, Enter, Space, arrows and typing; nothing else."""

    def __init__(self, page, look):
        self.page = page
        self.look = look
        self.browser = page.context.new_cdp_session(page)

    def arrive(self, address):
        """Type an address, as the start of a visit."""
        self.page.goto(address)
        self.look(self.page)

    def follow(self, name):
        """Press the link or button called ``name`` and arrive on the page it leads to."""
        self.to(name, roles=("link", "button"))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look(self.page)

    def write(self, name, text, group=""):
        """Write ``text`` into the box called ``name``, over whatever is there; of the question that begins ``group``."""
        self.to(name, roles=("textbox", "searchbox", "combobox"), group=group)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def date(self, group, day):
        """Write ``day`` into the three boxes of the question that begins with ``group``."""
        for part in ("day", "month", "year"):
            self.write(part.capitalize(), str(getattr(day, part)), group)

    def pick(self, name, answer):
        """Pick ``answer`` from the list called ``name``, by its first letters."""
        self.to(name, roles=("combobox",))
        self.page.keyboard.type(answer)
        shown = self.page.evaluate("document.activeElement.selectedOptions[0].innerText")
        assert shown == answer, f"{name!r} shows {shown!r}, not {answer!r}"

    def open(self, summary):
        """Open what is folded under ``summary``."""
        self._tab(lambda at: at["tag"] == "summary" and self.name().startswith(summary), f"to unfold {summary!r}")
        self.page.keyboard.press("Enter")

    def choose(self, group, answer):
        """Choose ``answer`` among the radio buttons of the question that begins with ``group``."""
        self._tab(lambda at: at["type"] == "radio" and at["group"].startswith(group), f"the question {group!r}")
        self.page.keyboard.press("Space")
        for _ in range(20):
            if self.name() == answer:
                return
            self.page.keyboard.press("ArrowDown")
            self.focus()
        raise AssertionError(f"No answer {answer!r} to {group!r}")

    def tick(self, name):
        """Tick the box called ``name``."""
        self.to(name, roles=("checkbox",))
        self.page.keyboard.press("Space")

    def mark(self, group, answers):
        """Tick ``answers``, and no others of the list of checkboxes that begins with ``group``, in the order they stand."""
        for _ in answers:
            self._tab(
                lambda at: at["type"] == "checkbox" and at["group"].startswith(group) and self.name() in answers,
                f"one of {answers} in {group!r}",
            )
            if not self.page.evaluate("document.activeElement.checked"):
                self.page.keyboard.press("Space")

    def to(self, name, roles, group=""):
        """Tab to the control that is called ``name`` (or begins so), of the question that begins with ``group``."""
        self._tab(
            lambda at: at["group"].startswith(group) and self._is_called(name, roles, at["tag"]),
            f"{' or '.join(roles)} {name!r} of {group!r}",
        )

    def tab(self, keys="Tab"):
        """One step on."""
        self.page.keyboard.press(keys)
        return self.focus()

    def back(self):
        """One step back."""
        return self.tab("Shift+Tab")

    def focus(self):
        """Where the focus is; fails where a person could not see it."""
        at = self.page.evaluate(FOCUS)
        if not at.get("nowhere"):
            assert at["marked"], f"Focus cannot be seen at {self.page.url}: {at}"
            assert at["inView"], f"Focus is outside the window at {self.page.url}: {at}"
            assert not at["covered"], f"Focus is covered at {self.page.url}: {at}"
        return at

    def name(self):
        """The accessible name of what has the focus, as the browser tells a screen reader."""
        return self._tree().get("name", {}).get("value", "")

    def _is_called(self, name, roles, tag):
        if not any(tag in TAGS[role] for role in roles):
            return False  # to ask for its name takes longer than the step there
        told = self._tree()
        return told.get("role", {}).get("value") in roles and told.get("name", {}).get("value", "").startswith(name)

    def _tree(self):
        box = self.browser.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        return self.browser.send("Accessibility.getPartialAXTree", {"objectId": box, "fetchRelatives": False})["nodes"][
            0
        ]

    def _tab(self, is_it, what):
        passed = []
        for _ in range(MOST_STOPS):
            at = self.tab()
            if not at.get("nowhere"):
                if is_it(at):
                    return
                passed.append(at["html"][:60])
        raise AssertionError(f"Tab never reached {what} at {self.page.url}; it passed {passed[:40]}")


class Pointer:
    """A person with a mouse or a finger. Works with scripts off: nothing is awaited but pages."""

    def __init__(self, page, look):
        self.page = page
        self.look = look

    def arrive(self, address):
        """Type an address, as the start of a visit."""
        self.page.goto(address)
        self.look(self.page)

    def follow(self, name):
        """Press the link or button called ``name`` and arrive on the page it leads to."""
        in_main = self._called(self.page.get_by_role("main"), name)
        wanted = in_main if in_main.count() else self._called(self.page, name)
        with self.page.expect_navigation():
            wanted.first.click()
        self.look(self.page)

    def write(self, name, text, group=""):
        """Write ``text`` into the box called ``name``; of the question that begins with ``group``."""
        begins = re.compile(rf"^{re.escape(name)}")
        place = self._question(group) if group else self.page
        place.get_by_role("textbox", name=begins).or_(place.get_by_role("combobox", name=begins)).first.fill(text)

    def date(self, group, day):
        """Write ``day`` into the three boxes of the question that begins with ``group``."""
        for part in ("day", "month", "year"):
            self.write(part.capitalize(), str(getattr(day, part)), group)

    def pick(self, name, answer):
        """Pick ``answer`` from the list called ``name``."""
        self.page.get_by_role("combobox", name=re.compile(rf"^{re.escape(name)}")).select_option(label=answer)

    def open(self, summary):
        """Open what is folded under ``summary``."""
        self.page.locator("summary", has_text=re.compile(rf"^\s*{re.escape(summary)}")).click()

    def choose(self, group, answer):
        """Choose ``answer`` to the question that begins with ``group``."""
        self._question(group).get_by_role("radio", name=answer, exact=True).check()

    def tick(self, name):
        """Tick the box called ``name``."""
        self.page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(name)}")).first.click()

    def mark(self, group, answers):
        """Tick ``answers`` in the list of checkboxes that begins with ``group``."""
        for answer in answers:
            self._question(group).get_by_role("checkbox", name=answer, exact=True).check()

    def _question(self, group):
        return self.page.get_by_role("group", name=re.compile(rf"^{re.escape(group)}"))

    @staticmethod
    def _called(place, name):
        begins = re.compile(rf"^{re.escape(name)}")
        return place.get_by_role("link", name=begins).or_(place.get_by_role("button", name=begins))
