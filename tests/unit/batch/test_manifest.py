"""Manifests: what they may hold, and errors that name row and column."""

from pathlib import Path

import pytest

from triode.batch import Row, read_manifest, rows_of_files
from triode.errors import BatchError


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return tmp_path / "manifest.csv"


def test_paths_are_relative_to_the_manifest_and_empty_cells_are_left_out(manifest: Path) -> None:
    manifest.write_text(
        "dry,wet,output,name,gear_type,input_level_dbu\n"
        "dry.wav,crunch.wav,,Röhre,amp,12.5\n"
        ",,,,,\n"
        'dry.wav,sub/two.wav,second.nam,"Clean, bright",,\n',
        encoding="utf-8",
    )
    folder = manifest.parent
    assert read_manifest(manifest) == (
        Row(
            number=2,
            dry=folder / "dry.wav",
            wet=folder / "crunch.wav",
            stem="crunch",
            metadata={"name": "Röhre", "gear_type": "amp", "input_level_dbu": 12.5},
        ),
        Row(
            number=4,
            dry=folder / "dry.wav",
            wet=folder / "sub" / "two.wav",
            stem="second",
            metadata={"name": "Clean, bright"},
        ),
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("beginning", ["", "\ufeff"])
def test_what_spreadsheets_write_is_read(manifest: Path, separator: str, beginning: str) -> None:
    lines = [separator.join(cells) for cells in (("dry", "wet"), ("a.wav", "b.wav"))]
    manifest.write_text(beginning + "\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
    (row,) = read_manifest(manifest)
    assert (row.dry.name, row.wet.name, row.metadata) == ("a.wav", "b.wav", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "row 1: the column dry is missing"),
        ("dry,wet\n", "the manifest has no rows"),
        ("dry,name\na,b\n", "row 1: the column wet is missing"),
        ("dry,wet,gear_typ\na,b,c\n", r"row 1, column 3: unknown column.*mean gear_type\?"),
        ("dry,wet,dry\na,b,c\n", "row 1, column 3: a column comes twice"),
        ("dry,wet\na.wav,b.wav\na.wav,\n", "row 3, column wet: the cell is empty"),
        ("dry,wet\na.wav,b.wav,c\n", "row 2: the row has more cells.*Expected 2.*Got 3"),
        ("dry,wet,gear_type\na,b,amplifier\n", "row 2, column gear_type: .*'amp'.*'amplifier'"),
        ("dry,wet,input_level_dbu\na,b,loud\n", "row 2, column input_level_dbu: .*not a number"),
        ("dry,wet,input_level_dbu\na,b,1e9\n", "row 2, column input_level_dbu: .*Got 1e9|10000"),
        ("dry,wet,output\na,b,x/y.nam\n", "row 2, column output: .*without a folder"),
        ("dry,wet\na,x/one.wav\na,y/ONE.wav\n", "rows 2 and 3 would write the same file"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(manifest: Path, text: str, message: str) -> None:
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(BatchError, match=message):
        read_manifest(manifest)


def test_a_manifest_that_is_no_text_is_one_error(manifest: Path) -> None:
    with pytest.raises(BatchError, match="cannot be read"):
        read_manifest(manifest)
    manifest.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BatchError, match="Expected a CSV file in UTF-8"):
        read_manifest(manifest)


def test_wet_files_share_the_dry_one() -> None:
    rows = rows_of_files(Path("dry.wav"), [Path("a/one.wav"), Path("a/two.flac")])
    assert [(row.number, row.dry.name, row.stem) for row in rows] == [
        (1, "dry.wav", "one"),
        (2, "dry.wav", "two"),
    ]
    with pytest.raises(BatchError, match="rows 1 and 2 would write the same file"):
        rows_of_files(Path("dry.wav"), [Path("a/one.wav"), Path("b/one.flac")])
