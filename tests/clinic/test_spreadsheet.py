"""CSV files that run nothing in a spreadsheet."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.db.spreadsheet import csv_file, guarded

LEADS = "=+-@＝＋－＠"
DROPPED = "".join(map(chr, [*range(33), *range(0x7F, 0xA1), 0xAD, 0x200B, 0x202E, 0x2060, 0xFEFF])) + '"`'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("https://evil.example","Open")', '\'=HYPERLINK("https://evil.example","Open")'),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+44 7700 900123", "'+44 7700 900123"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t'=1"),
        ("\tname", "'\tname"),
        ("\rname", "'\rname"),
        ("\x00\x0b=1", "'\x00\x0b=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("'=1", "''=1"),
        ('"=1', "'\"'=1"),
        ("＝1", "'＝1"),
        ('x","=1', "'x\",\"'=1"),
        ("x;=1", "'x;'=1"),
        ("x\n=1", "'x\n'=1"),
    ],
)
def test_what_could_run_is_guarded(text, written):
    assert guarded(text) == written


@pytest.mark.parametrize(
    "text", ["Dr Ada Okafor", "O'Neill", "Smith-Jones", "a = b", "a@example.com", "", "Łukasz", "1;2", "💊"]
)
def test_what_cannot_run_stays_as_it_is(text):
    assert guarded(text) == text


@given(st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(f'{LEADS},;|\t\r\n"'))))
def test_no_cell_starts_a_formula_however_it_is_read(text):
    written = guarded(text)

    for separator in ",;|\t\n\r":
        for cell in written.split(separator):
            assert not cell.lstrip(DROPPED).startswith(tuple(LEADS))
    assert written.replace("'", "") == text.replace("'", "")


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=4))
def test_a_file_reads_back_as_what_was_written(rows):
    read = csv.reader(io.StringIO(csv_file(["a", "b"], rows).decode("utf-8-sig"), newline=""))

    assert list(read) == [["a", "b"], *([guarded(cell) for cell in row] for row in rows)]


def test_numbers_stay_numbers_and_text_is_quoted():
    made = csv_file(["Week", "Who", "Share"], [[date(2026, 11, 23), '=x "y"', -2.5], ["a,b", None, 3]])

    assert made == (b'\xef\xbb\xbf"Week","Who","Share"\r\n"2026-11-23","\'=x ""y""",-2.5\r\n"a,b","",3\r\n')
