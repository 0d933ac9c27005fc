"""Files that are the same in every build but for a few names between @ signs."""

import re
from importlib import resources

__all__ = ["filled"]


def filled(template: str, values: dict[str, object]) -> str:
    """The text of `templates/<template>` with every @KEY@ replaced.

    Raises:
        KeyError: The template names something that `values` does not hold.
    """
    text = resources.files(__package__).joinpath("templates", template).read_text("utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda match: str(values[match[1]]), text)
