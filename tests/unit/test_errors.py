"""Every deliberate error says what is wrong, where, what was expected, what came, what to do."""

import inspect

import pytest

from triode import errors
from triode.errors import TriodeError


def test_a_message_holds_every_part_in_order() -> None:
    error = TriodeError(
        "the weights are too few",
        where="amp.nam: weights",
        expected="13802 numbers",
        got="13801",
        hint="Download the file again.",
    )
    order = [
        "amp.nam: weights: the weights are too few",
        " Expected 13802 numbers.",
        " Got 13801.",
        " Download the file again.",
    ]
    places = [str(error).index(part) for part in order]
    assert places == sorted(places)
    assert str(error).endswith(order[-1])


def test_parts_that_are_not_known_leave_no_trace() -> None:
    assert str(TriodeError("the disk is full")).rstrip(".") == "the disk is full"


def test_parts_may_be_anything_that_has_a_text() -> None:
    error = TriodeError("wrong shape", expected=(1, 2), got=0)
    assert (error.expected, error.got) == ("(1, 2)", "0")
    assert str(error).endswith("Expected (1, 2). Got 0.")


@pytest.mark.parametrize("name", errors.__all__)
def test_the_family_has_one_base_and_says_what_each_member_is_for(name: str) -> None:
    member = getattr(errors, name)
    assert issubclass(member, TriodeError)
    assert inspect.getdoc(member)


def test_all_names_every_error_of_the_module() -> None:
    classes = {name for name, value in vars(errors).items() if inspect.isclass(value)}
    assert classes == set(errors.__all__)
