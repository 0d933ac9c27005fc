"""Writes the reference pages that come from the program itself.

    python docs/generate.py

A test fails when what this writes differs from what is in the repository.
"""

import inspect
import re
import tempfile
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import typer
from measured import alignment, checks, coverage, listening_statistics, pruning
from pydantic import BaseModel
from speed import speed
from tables import table
from trainings import trainings

from triode.capture import Layout
from triode.capture.excitation.describing import picture, rows
from triode.cli.main import application
from triode.listening.plan import Plan
from triode.studio.app import make_app
from triode.studio.studio import Studio
from triode.study.config import Study, load_study, study_names
from triode.study.expansion import candidates_of
from triode.training.recipe import Recipe, load_recipe, recipe_names

__all__ = ["pages", "parameter_names"]

FOLDER = Path(__file__).resolve().parent / "reference"
VALUES = {bool: "", Path: "PATH", float: "NUMBER", int: "INTEGER", str: "TEXT"}
# "one, other: What they mean," with deeper lines that go on.
ATTRIBUTES = re.compile(r"^ {4}(\w[\w, ]*): (.*(?:\n {8}.*)*)", re.MULTILINE)
NOTICE = "<!-- Written by docs/generate.py. -->\n\n"


def pages() -> dict[Path, str]:
    """Every generated page and its text."""
    return {
        FOLDER / "alignment.md": NOTICE + "\n".join(alignment()) + "\n",
        FOLDER / "cli.md": NOTICE + "\n".join(_commands()) + "\n",
        FOLDER / "checks.md": NOTICE + "\n".join(checks()) + "\n",
        FOLDER / "coverage.md": NOTICE + "\n".join(coverage()) + "\n",
        FOLDER / "pruning.md": NOTICE + "\n".join(pruning()) + "\n",
        FOLDER / "excitation.md": NOTICE + "\n".join(_excitation()) + "\n",
        FOLDER / "listening.md": NOTICE + "\n".join(_listening()) + "\n",
        FOLDER / "listening-statistics.md": NOTICE + "\n".join(listening_statistics()) + "\n",
        FOLDER / "recipes.md": NOTICE + "\n".join(_recipes()) + "\n",
        FOLDER / "speed.md": NOTICE + "\n".join(speed()) + "\n",
        FOLDER / "studio.md": NOTICE + "\n".join(_studio()) + "\n",
        FOLDER / "studies.md": NOTICE + "\n".join(_study()) + "\n",
        FOLDER / "trainings.md": NOTICE + "\n".join(trainings()) + "\n",
    }


def parameter_names() -> dict[str, set[str]]:
    """The options of every verb."""
    return {
        name: {option for parameter in command.params for option in _options(parameter)}
        | {"--help"}
        for name, command in _verbs().items()
    }


def _verbs() -> dict[str, typing.Any]:
    """Every command by what is typed for it, those of a group such as `capture` among them."""
    group = typer.main.get_command(application)
    return dict(_flat("", group.commands))  # type: ignore[attr-defined]


def _flat(prefix: str, commands: dict[str, typing.Any]) -> Iterator[tuple[str, typing.Any]]:
    for name, command in commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            yield prefix + name, command
        else:
            yield from _flat(f"{prefix}{name} ", inner)


def _functions(prefix: str, group: typer.Typer) -> Iterator[tuple[str, typing.Any]]:
    for one in group.registered_commands:
        if one.callback is not None:
            yield prefix + (one.name or one.callback.__name__), one.callback
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from _functions(f"{prefix}{inner.name} ", inner.typer_instance)


def _options(parameter: typing.Any) -> list[str]:
    return [*parameter.opts, *parameter.secondary_opts]


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "Every command exits with 0 when all is well, with 1 when what it looked at is not"
    yield "(`lint`, `doctor`, `demo`, `batch`), with 2 and a message when it could not do what it"
    yield "was asked, and with 130 after Ctrl-C, except for the first one in `train`, which then"
    yield "writes the best so far. `triode --version` prints the version.\n"
    for name, command in _verbs().items():
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option"]
        values = _value_names(name)
        usage = " ".join(["triode", name, *(one.name.upper() for one in arguments)])
        yield f"## triode {name}\n"
        yield f"{inspect.cleandoc(command.help or '')}\n"
        yield f"```text\n{usage}{' [OPTIONS]' if options else ''}\n```\n"
        if arguments:
            yield from table(
                ("argument", "meaning"),
                [(f"`{one.name.upper()}`", one.help or "") for one in arguments],
            )
        if options:
            yield from table(
                ("option", "default", "meaning"),
                [
                    (_spelled(one, values[one.name]), _default(one), one.help or "")
                    for one in options
                ],
            )


def _value_names(verb: str) -> dict[str, str]:
    """What kind of value each parameter of `verb` takes."""
    functions = dict(_functions("", application))
    hints = typing.get_type_hints(functions[verb])
    hints.pop("return", None)
    return {name: _value_name(hint) for name, hint in hints.items()}


def _value_name(hint: typing.Any) -> str:
    """PATH for Path, Path | None and list[Path]; TEXT for whatever is spelled as a word."""
    inner = {hint, *typing.get_args(hint)}
    inner |= {deeper for one in inner for deeper in typing.get_args(one)}
    return next((text for kind, text in VALUES.items() if kind in inner), "TEXT")


def _spelled(option: typing.Any, value: str) -> str:
    names = ", ".join(f"`{name}`" for name in _options(option))
    return names if option.is_flag else f"{names} {value}"


def _default(option: typing.Any) -> str:
    if option.required:
        return "required"
    return "" if option.default is None or option.is_flag else f"`{option.default}`"


def _excitation() -> Iterator[str]:
    layout = Layout.of(3.0, 48_000.0)
    yield "# The signal, sample by sample\n"
    yield "What `triode capture signal` writes by default: 3 minutes at 48000 Hz. Other lengths"
    yield "shorten or repeat the playing; other rates keep the seconds. Samples count from 0, and a"
    yield "stretch ends before its last number. In between, everything is silent. Each click is one"
    yield "sample of 0.9. [Why it is so](../explanation/excitation.md).\n"
    yield f"```text\n{picture(layout)}\n```\n"
    yield "`R` the repeated passage, `s` sweeps, `t` tones, `n` noise, `p` playing, `d` decay, `|`"
    yield "clicks.\n"
    yield from table(("from", "to", "second", "what"), list(rows(layout)))


def _recipes() -> Iterator[str]:
    yield "# Recipes\n"
    yield "A recipe is a TOML file with everything that decides a training but the recordings."
    yield "Give `triode train --recipe` the name of one of these, or the path of your own.\n"
    rows = [
        (f"`{name}`", description, str(load_recipe(name).epochs))
        for name, description in recipe_names().items()
    ]
    yield from table(("recipe", "what it makes", "epochs"), rows)
    yield "An unknown key or an impossible value is refused with the name of the key.\n"
    yield from _model("The recipe", "", Recipe)


def _study() -> Iterator[str]:
    yield "# Study files\n"
    yield "A study is a TOML file that says what is compared, on which gear, and by what it is"
    yield "decided; [this is how to use one](../how-to/study.md). Give `triode study run` the name"
    yield "of one of these, or the path of your own. The paths in a file are relative to it, those"
    yield "of a shipped study to where you are.\n"
    rows = []
    for name in study_names():
        study, folder = load_study(name)
        counts = len(candidates_of(study, folder)), len(study.gear), len(study.questions)
        rows.append((f"`{name}`", study.description, *map(str, counts)))
    yield from table(("study", "what it asks", "candidates", "gear", "questions"), rows)
    yield "An unknown key or an impossible value is refused with the name of the key. Names have"
    yield "letters, digits and `. _ + = -`. `triode study schema` prints a JSON schema for"
    yield "editors.\n"
    yield from _model("The study", "", Study)


def _studio() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(folder)
        schema = make_app(studio).openapi()
        studio.close()
    yield "# What the studio answers\n"
    yield "The studio's page talks to these addresses, and so may a program of yours: open the"
    yield "address that `triode studio` prints to get the session's cookie, and send the server's"
    yield "own address as `Origin` with whatever changes anything. Bodies and answers are JSON, but"
    yield "for uploads, whose body is the file, and for what is a file or a page. An error is"
    yield '`{"error": {"message": …}}` with a status that says the same. `GET /api/openapi.json`'
    yield "has every field; [the explanation](../explanation/studio.md) says what is allowed.\n"
    rows = [
        (f"`{method.upper()} {path}`", operation["description"])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    yield from table(("address", "what it does"), rows)
    yield "`GET /api/events` is a stream of server-sent events: `capture` (as the list has it),"
    yield "`epoch` (id, epoch, esr, best_esr, seconds_left), `progress` (id, share, seconds_left),"
    yield "`check` (id, state), `recording` (as `GET /api/recordings/{take_id}`) and, when a page"
    yield "has missed what is no longer known, `missed`.\n"


def _listening() -> Iterator[str]:
    yield "# Plans of listening tests\n"
    yield "A plan is a TOML file that says what is listened to and how it is judged;"
    yield "[this is how to use one](../how-to/listen.md). Give it to `triode listen new`. Its paths"
    yield "are relative to it. An unknown key or an impossible value is refused with the name of"
    yield "the key. Names have letters, digits and `. _ + = -`. `triode listen schema` prints a"
    yield "JSON schema for editors.\n"
    yield from _model("The plan", "", Plan)


def _model(title: str, within: str, model: type[BaseModel]) -> Iterator[str]:
    text, _, _ = inspect.cleandoc(model.__doc__ or "").partition("\n\nAttributes:\n")
    meanings = _meanings(model)
    yield f"## {title}\n"
    yield f"{text}\n"
    rows, parts = [], []
    parent = model.__base__
    inherited = set(getattr(parent, "model_fields", ()))
    if inherited:
        yield "It has the keys of `[bases.NAME]`, and these.\n"
    for name, field in model.model_fields.items():
        inner = _inner_model(field.annotation)
        if name in inherited:
            continue
        if inner is None:
            plain = field.default is None or field.default_factory is not None
            default = "" if plain else f"`{field.default}`"
            default = "required" if field.is_required() else default
            rows.append((f"`{name}`", _type_name(field), default, meanings.get(name, "")))
        else:
            parts.append((name, inner, typing.get_origin(field.annotation)))
    yield from table(("key", "type", "default", "meaning"), rows)
    for name, inner, origin in parts:
        where = f"{within}.{name}" if within else name
        heading = {tuple: f"[[{where}]]", None: f"[{where}]"}.get(origin, f"[{where}.NAME]")
        yield from _model(heading, where, inner)


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """What the docstrings of a table and of those it extends say about its keys."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        _, _, listed = inspect.cleandoc(one.__dict__.get("__doc__") or "").partition(
            "\n\nAttributes:\n"
        )
        for names, meaning in ATTRIBUTES.findall(listed):
            found |= dict.fromkeys(names.split(", "), meaning)
    return found


def _inner_model(annotation: typing.Any) -> type[BaseModel] | None:
    candidates = (annotation, *typing.get_args(annotation))
    return next(
        (one for one in candidates if inspect.isclass(one) and issubclass(one, BaseModel)), None
    )


def _type_name(field: typing.Any) -> str:
    limits = [
        f"{sign} {getattr(rule, key):g}"
        for rule in field.metadata
        for key, sign in (("gt", ">"), ("ge", "at least"), ("lt", "<"), ("le", "at most"))
        if getattr(rule, key, None) is not None
    ]
    return ", ".join([_kind_name(field.annotation), *limits])


def _kind_name(annotation: typing.Any) -> str:
    """A type as TOML has it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind_name(arguments[0])
    if origin is typing.Literal:
        return " or ".join(f'"{one}"' for one in arguments)
    if origin is tuple:
        return f"list of {_kind_name(arguments[0])}"
    if origin in {typing.Union, types.UnionType}:
        kinds = dict.fromkeys(_kind_name(one) for one in arguments if one is not types.NoneType)
        return " or ".join(kinds)
    if annotation is typing.Any:
        return "anything"
    return "table" if origin is not None else annotation.__name__


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
