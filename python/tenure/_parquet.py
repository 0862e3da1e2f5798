"""Files of Parquet → files of Parquet with scores, piece by piece, each by one task of an engine.

`plan` runs where the job starts, `run` in the tasks, `finish` after all of them.
"""

from __future__ import annotations

import os
import pickle
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._errors import TenureError
from ._remote import appended, scorer_of

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.fs

PIECE = 128 << 20
"""Bytes of a file beyond which its row groups are parted."""

BATCH = 65_536
"""Rows that a task holds at once."""

UNFINISHED = "_unfinished-"
"""What the name of a file begins with while it is written. Readers pass over names with an underscore."""


@dataclass(frozen=True)
class Written:
    """What `score_files` wrote."""

    files: int
    """Files, one for each piece of the source."""
    rows: int
    """Rows in all of them."""
    problems: int
    """Rows without a score."""


@dataclass(frozen=True)
class Piece:
    """A file, or some of its row groups."""

    path: str
    groups: tuple[int, ...] | None


@dataclass(frozen=True)
class Plan:
    """What the tasks need to know."""

    pieces: tuple[Piece, ...]
    source: pyarrow.fs.FileSystem
    out: pyarrow.fs.FileSystem
    folder: str
    keep: tuple[str, ...] | None
    options: dict[str, Any]


def plan(
    artifact: bytes,
    source: Sequence[str],
    out: str,
    keep: Sequence[str] | None,
    options: dict[str, Any],
    filesystem: pyarrow.fs.FileSystem | None,
) -> Plan:
    """Finds the pieces. What is wrong with the first file's columns, or with `out`, is refused here."""
    import pyarrow.fs

    found: list[tuple[str, int]] = []
    reads = filesystem
    for place in source:
        own, path = _place(place, filesystem)
        if reads is not None and not own.equals(reads):
            raise TenureError("all of `source` must lie on one filesystem", "file")
        reads = own
        found += _files(own, path, place)
    if reads is None or not found:
        raise TenureError(f"{', '.join(source) or 'source'}: there are no files of Parquet; check the names", "file")
    writes, folder = _place(out, filesystem)
    for path, _ in found:
        if path.startswith(folder.rstrip("/") + "/"):
            raise TenureError(f"{out} holds files of the source; name another folder", "file")
    there = writes.get_file_info(folder)
    if there.type == pyarrow.fs.FileType.File or there.type == pyarrow.fs.FileType.Directory and _listed(writes, folder):
        raise TenureError(f"{out} is there and is not an empty folder; name another, or empty it", "file")
    # A file that two of the places hold is scored once.
    pieces = [piece for path, size in dict.fromkeys(found) for piece in _pieces(reads, path, size)]
    made = Plan(tuple(pieces), reads, writes, folder, None if keep is None else tuple(keep), options)
    _kept(artifact, made, _opened(reads, found[0][0]).schema_arrow, found[0][0])
    writes.create_dir(folder, recursive=True)
    return made


def run(artifact: bytes, numbers: Iterator[Any], pickled: bytes) -> Iterator[Any]:
    """Scores the pieces of these numbers, and yields for each its number, its rows, and how many have no score. The plan
    comes pickled, so that an executor without this package reads the function that calls it."""
    import pyarrow

    plan: Plan = pickle.loads(pickled)
    for batch in numbers:
        for number in batch.column(0).to_pylist():
            rows, problems = _score(artifact, plan, number)
            yield pyarrow.RecordBatch.from_pydict({"piece": [number], "rows": [rows], "problems": [problems]})


def finish(plan: Plan) -> None:
    """Removes what tasks left that were stopped, and says that all is there."""
    for path in _listed(plan.out, plan.folder):
        if os.path.basename(path).startswith(UNFINISHED):
            plan.out.delete_file(path)
    plan.out.open_output_stream(f"{plan.folder}/_SUCCESS").close()


def _score(artifact: bytes, plan: Plan, number: int) -> tuple[int, int]:
    import pyarrow
    import pyarrow.parquet

    piece = plan.pieces[number]
    scorer = scorer_of(artifact)
    file = _opened(plan.source, piece.path)
    kept, adds = _kept(artifact, plan, file.schema_arrow, piece.path)
    categories = [field["name"] for field in scorer.schema["fields"] if field["kind"] in ("category", "flag")]
    # A text of a dictionary is matched once, not in every row.
    file = _opened(plan.source, piece.path, [name for name in categories if name not in kept])
    columns = list(dict.fromkeys([*kept, *(name for name in file.schema_arrow.names if name in _read(scorer, plan))]))
    unfinished = f"{plan.folder}/{UNFINISHED}{number:05}-{secrets.token_hex(8)}"
    schema = pyarrow.schema([*(file.schema_arrow.field(name) for name in kept), *adds])
    # A dictionary of numbers or identifiers, which hardly repeat, costs more than it saves.
    identifiers = scorer.schema.get("identifiers", [])
    repeated: Any = [field.name for field in schema if pyarrow.types.is_string(field.type) and field.name not in identifiers]
    rows, problems = 0, 0
    try:
        with (
            plan.out.open_output_stream(unfinished) as stream,
            pyarrow.parquet.ParquetWriter(stream, schema, use_dictionary=repeated) as writer,
        ):
            groups = range(file.num_row_groups) if piece.groups is None else piece.groups
            for batch in file.iter_batches(BATCH, list(groups), columns, use_threads=False):
                table = pyarrow.Table.from_batches([batch])
                scored = pyarrow.table(scorer.score_table(table, **plan.options, keep=False))
                columns_out = [*(table.column(name) for name in kept), *scored.columns]
                writer.write_table(pyarrow.table(columns_out, schema=schema))
                rows += batch.num_rows
                problems += scored.column("logit").null_count
        # In place of the same file, if a task of this piece ended before.
        plan.out.move(unfinished, f"{plan.folder}/part-{number:05}.parquet")
    except (TenureError, OSError, pyarrow.ArrowException) as error:
        _dropped(plan.out, unfinished)
        found = error if isinstance(error, TenureError) else TenureError(str(error), "file")
        raise TenureError(f"{piece.path} → {plan.folder}: {found}", found.code, found.problems) from error
    except BaseException:
        _dropped(plan.out, unfinished)
        raise
    return rows, problems


def _dropped(filesystem: pyarrow.fs.FileSystem, path: str) -> None:
    try:
        filesystem.delete_file(path)
    except OSError:
        # It was not begun, or is gone.
        pass


def _read(scorer: Any, plan: Plan) -> set[str]:
    """Columns that the scores may need."""
    named = [name for name in (plan.options["identifier"], plan.options["days"]) if name is not None]
    return {*scorer.fields, *(scorer.schema.get("identifiers", []) if plan.options["decide"] else []), *named}


def _kept(artifact: bytes, plan: Plan, schema: pyarrow.Schema, path: str) -> tuple[list[str], pyarrow.Schema]:
    """The columns to keep of a file, and those that are added; what is wrong with its columns is refused."""
    import pyarrow

    kept = schema.names if plan.keep is None else list(plan.keep)
    absent = [name for name in kept if name not in schema.names]
    if absent:
        raise TenureError(f"{path}: there is no column {', '.join(absent)}, which `keep` names", "table_columns")
    needed = {*kept, *_read(scorer_of(artifact), plan)}
    try:
        adds = appended(artifact, pyarrow.schema([field for field in schema if field.name in needed]), plan.options)
    except TenureError as error:
        raise TenureError(f"{path}: {error}", error.code, error.problems) from error
    return kept, adds


def _place(place: str, filesystem: pyarrow.fs.FileSystem | None) -> tuple[pyarrow.fs.FileSystem, str]:
    import pyarrow
    import pyarrow.fs

    if filesystem is not None:
        return filesystem, place
    try:
        if "://" in place:
            named: tuple[pyarrow.fs.FileSystem, str] = pyarrow.fs.FileSystem.from_uri(place)
            return named
        return pyarrow.fs.LocalFileSystem(), os.path.abspath(place)
    except (OSError, pyarrow.ArrowException) as error:
        raise TenureError(f"{place}: {error}", "file") from error


def _files(filesystem: pyarrow.fs.FileSystem, path: str, given: str) -> list[tuple[str, int]]:
    """The files of a place with their sizes, in the order of their names."""
    import pyarrow.fs

    info = filesystem.get_file_info(path)
    if info.type == pyarrow.fs.FileType.NotFound:
        raise TenureError(f"{given}: no such file or folder; check the name", "file")
    if info.type == pyarrow.fs.FileType.File:
        return [(info.path, info.size)]
    below = filesystem.get_file_info(pyarrow.fs.FileSelector(path, recursive=True))

    def is_hidden(inside: str) -> bool:
        return any(part.startswith(("_", ".")) for part in inside.split("/") if part)

    return sorted(
        (file.path, file.size) for file in below if file.is_file and not is_hidden(file.path.removeprefix(info.path))
    )


def _listed(filesystem: pyarrow.fs.FileSystem, folder: str) -> list[str]:
    import pyarrow.fs

    return [info.path for info in filesystem.get_file_info(pyarrow.fs.FileSelector(folder))]


def _opened(filesystem: pyarrow.fs.FileSystem, path: str, dictionaries: Sequence[str] = ()) -> Any:
    import pyarrow
    import pyarrow.parquet

    try:
        file = filesystem.open_input_file(path)
        return pyarrow.parquet.ParquetFile(file, read_dictionary=list(dictionaries))
    except (OSError, pyarrow.ArrowException) as error:
        raise TenureError(f"{path} is not a file of Parquet: {error}", "table_undamaged") from error


def _pieces(filesystem: pyarrow.fs.FileSystem, path: str, size: int) -> list[Piece]:
    """A file in pieces of about the same size: whole row groups."""
    if size <= PIECE:
        return [Piece(path, None)]
    about = _opened(filesystem, path).metadata
    pieces: list[Piece] = []
    groups: list[int] = []
    held = 0
    for group in range(about.num_row_groups):
        row_group = about.row_group(group)
        own = sum(row_group.column(column).total_compressed_size for column in range(row_group.num_columns))
        if groups and held + own > PIECE:
            pieces.append(Piece(path, tuple(groups)))
            groups, held = [], 0
        groups.append(group)
        held += own
    return [*pieces, Piece(path, tuple(groups))]
