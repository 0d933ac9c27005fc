"""Tables that a spreadsheet opens as what they are: no text in them becomes a formula."""

__all__ = ["plain_cell"]

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(value: object) -> object:
    """The value of a CSV cell; a text that a spreadsheet would compute gets an apostrophe before.

    Names and paths come from other people's files, and spreadsheets run a text as a formula when
    it begins with =, +, - or @. A number stays as it is, written as text or not.
    """
    if not isinstance(value, str) or not value.startswith(_BEGINNINGS) or _is_number(value):
        return value
    return f"'{value}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
