"""Names from outside are shown, never used as paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triode.web import display_name, is_id, new_id, shown_text


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Big Muff.wav", "Big Muff.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\amp.wav", "amp.wav"),
        ("a\0b\x1b[31m.wav", "ab[31m.wav"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("..", "untitled"),
        ("", "untitled"),
        ("\ud800", "untitled"),
        ("a" * 300, "a" * 120),
        ("  two\n lines ", "two lines"),
        ("Вокс・アンプ", "Вокс・アンプ"),
    ],
)
def test_a_name_is_made_fit_to_be_shown(given_name: str, shown: str) -> None:
    assert display_name(given_name) == shown


@given(st.text())
def test_any_name_becomes_short_printable_text_without_a_folder(text: str) -> None:
    name = display_name(text)
    assert 1 <= len(name) <= 120
    assert name.isprintable()
    assert not set(name) & set("/\\\0")
    assert display_name(name) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AC/DC \\ live", "AC/DC \\ live"),
        ("one\ntwo\tthree", "one two three"),
        ("\u202eevil\0", "evil"),
        ("...", "..."),
        (" \n", "default"),
    ],
)
def test_a_line_keeps_its_slashes(text: str, shown: str) -> None:
    assert shown_text(text, "default") == shown


def test_ids_are_random_and_nothing_else_is_one() -> None:
    assert len({new_id() for _ in range(100)}) == 100
    assert is_id(new_id())
    for text in ("", "..", "a" * 20 + "\n", "A" * 20, "a" * 19, "../" + "a" * 17, "٣" * 20):
        assert not is_id(text)
