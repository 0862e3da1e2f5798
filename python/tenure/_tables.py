"""Anything that is a table, as something that the native module reads: a path, or an object with
`__arrow_c_stream__`.

Tables of pyarrow, Polars, DuckDB, nanoarrow, and of pandas with pyarrow, go through as they are. Arrays of
numpy, mappings of columns, and frames of pandas without pyarrow are copied once, column by column.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Union, runtime_checkable

from . import _native
from ._errors import TenureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@runtime_checkable
class ArrowStream(Protocol):
    """An object of the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule with a stream of record batches."""
        ...


TableLike = Union[ArrowStream, "os.PathLike[str]", str, Mapping[str, Sequence[Any]], "NDArray[Any]"]
"""A table: a path, an Arrow stream, or columns by name."""


class Table:
    """A table in memory. `pyarrow.table(t)`, `polars.DataFrame(t)` and `pandas.DataFrame.from_arrow(t)` take it
    without copying its columns."""

    def __init__(self, native: _native.Table) -> None:
        self._native = native

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return self._native.num_rows

    @property
    def column_names(self) -> list[str]:
        """Names of the columns."""
        return self._native.column_names

    def column(self, name: str) -> NDArray[np.float32] | list[str | None]:
        """A column that Tenure added: numbers as an array of singles, NaN where a row has none; texts as a list."""
        import numpy

        column = self._native.column(name)
        return column if isinstance(column, list) else numpy.frombuffer(column, dtype=numpy.float32)

    def __repr__(self) -> str:
        return f"<tenure.Table: {self.num_rows} rows, columns {', '.join(self.column_names)}>"


def as_table(table: object, names: Sequence[str] | None = None) -> object:
    """What the native module reads. `names` are those of the columns of an array."""
    if isinstance(table, (str, os.PathLike)):
        return table
    if hasattr(table, "__arrow_c_stream__"):
        if not _is_pandas(table) or _has_pyarrow():
            return table
        columns = {str(name): table[name] for name in table.columns}  # type: ignore[index, attr-defined]
        return of_columns(columns, len(table))  # type: ignore[arg-type]
    if isinstance(table, Mapping):
        return of_columns(table)
    if hasattr(table, "__array__"):
        import numpy

        array = numpy.asarray(table)
        if array.ndim != 2:
            raise TenureError(f"an array must have two dimensions, rows and columns (got {array.ndim})", "table_type")
        if names is None or len(names) != array.shape[1]:
            raise TenureError("an array has no names of columns: pass a frame, or a mapping of columns", "table_type")
        return of_columns({name: array[:, place] for place, name in enumerate(names)}, array.shape[0])
    return table


def of_columns(columns: Mapping[str, Any], rows: int | None = None) -> _native.Table:
    """A table of arrays, series and lists."""
    given = [_column(str(name), values) for name, values in columns.items()]
    if rows is None:
        rows = len(next(iter(columns.values()))) if columns else 0
    return _native.table_of_columns([str(name) for name in columns], given, rows)


def _is_pandas(table: object) -> bool:
    return type(table).__module__.split(".")[0] == "pandas"


def _has_pyarrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def _column(name: str, values: Any) -> _native.GivenColumn:
    """A column as its kind, its bytes or texts, and which rows have no value."""
    import numpy

    if _is_pandas(values):
        is_plain = isinstance(values.dtype, numpy.dtype)
        values = values.to_numpy() if is_plain else values.to_numpy(dtype=object, na_value=None)
    array = values if isinstance(values, numpy.ndarray) else None
    if array is None:
        listed = list(values)
        array = numpy.empty(len(listed), dtype=object)
        array[:] = listed
    kind = array.dtype.kind
    if kind == "f":
        single = array.dtype.itemsize <= 4
        numbers = numpy.ascontiguousarray(array, dtype=numpy.float32 if single else numpy.float64)
        missing = numpy.isnan(numbers)
        return ("f4" if single else "f8", numbers.tobytes(), missing.astype(numpy.uint8).tobytes())
    if kind == "i":
        return ("i8", numpy.ascontiguousarray(array, dtype=numpy.int64).tobytes(), None)
    if kind == "u":
        return ("u8", numpy.ascontiguousarray(array, dtype=numpy.uint64).tobytes(), None)
    if kind == "b":
        return ("b1", numpy.ascontiguousarray(array, dtype=numpy.uint8).tobytes(), None)
    if kind == "M":
        missing = numpy.isnat(array)
        moments = array.astype("datetime64[us]").astype(numpy.int64)
        return ("us", moments.tobytes(), missing.astype(numpy.uint8).tobytes())
    if kind in "US":
        return ("text", [str(text) for text in array.tolist()], None)
    return _objects(name, array.tolist())


def _objects(name: str, values: list[Any]) -> _native.GivenColumn:
    """A column of Python's own objects: flags, integers, numbers, or texts."""
    import numpy

    known = [value for value in values if not _is_missing(value)]
    kinds = {type(value) for value in known}
    missing = numpy.fromiter((_is_missing(value) for value in values), dtype=numpy.uint8, count=len(values)).tobytes()

    def filled(kind: Any, empty: Any) -> bytes:
        return numpy.array([empty if _is_missing(value) else value for value in values], dtype=kind).tobytes()

    if kinds and all(issubclass(kind, (bool, numpy.bool_)) for kind in kinds):
        return ("b1", filled(numpy.uint8, 0), missing)
    is_number = {issubclass(kind, (int, float, numpy.integer, numpy.floating)) for kind in kinds}
    is_flag = {issubclass(kind, (bool, numpy.bool_)) for kind in kinds}
    if kinds and is_number == {True} and is_flag == {False}:
        is_integer = all(issubclass(kind, (int, numpy.integer)) for kind in kinds)
        if is_integer and all(-(2**63) <= value < 2**63 for value in known):
            return ("i8", filled(numpy.int64, 0), missing)
        if not is_integer:
            return ("f8", filled(numpy.float64, 0.0), missing)
    return ("text", [None if _is_missing(value) else _text(name, value) for value in values], None)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def _text(name: str, value: Any) -> str:
    """A value as a text file has it."""
    from datetime import date, datetime, time
    from decimal import Decimal
    from numbers import Number

    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (bool, Number, Decimal)):
        return str(value)
    raise TenureError(
        f"column `{name}` has a value of type {type(value).__name__}; it must hold texts, numbers, booleans or dates",
        "table_columns",
    )
