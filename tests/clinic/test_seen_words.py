"""Each kind of record that staff can open has its own words on the patient's page of who has looked."""

import re
from pathlib import Path

from clinic.care.seen import WHAT

LOGGED = re.compile(r'^LOGGED_AS = "(\w+)"$', re.MULTILINE)


def kinds():
    return {kind for path in Path("clinic/workspace").glob("*.py") for kind in LOGGED.findall(path.read_text())}


def test_no_kind_of_record_is_just_a_record():
    assert {"note", "plan", "prescription"} <= kinds()
    assert kinds() - set(WHAT) == set()
