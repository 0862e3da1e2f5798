"""The schema that a model's columns draft."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .columns import Column, Member


def quoted(text: str) -> str:
    """A text of TOML."""
    return json.dumps(text, ensure_ascii=False)


def head(columns: Sequence[Column], names: Sequence[str]) -> str:
    """The head of a schema of these columns; `names` are those of the table."""
    read = {column.field for column in columns}
    ignored = ", ".join(quoted(name) for name in names if name not in read)
    return f'schema_version = 1\nname = "imported"\nignored = [{ignored}]\n'


def fields(columns: Sequence[Column], table: Any) -> str:
    """The fields of a schema of these columns; a column of booleans of the table is a flag."""
    entries: dict[str, str] = {}
    for column in columns:
        name = quoted(column.field)
        if isinstance(column, Member):
            categories = ", ".join(quoted(text) for text in column.of.texts)
            entries[column.field] = f'{{ name = {name}, kind = "category", categories = [{categories}] }}'
        elif _is_boolean(table, column.field):
            flag = f'{{ name = {name}, kind = "flag", positive = "true", negative = "false" }}'
            entries.setdefault(column.field, flag)
        else:
            entries.setdefault(column.field, f'{{ name = {name}, kind = "number" }}')
    return "fields = [\n" + "".join(f"    {entry},\n" for entry in entries.values()) + "]\n"


def _is_boolean(table: Any, field: str) -> bool:
    try:
        return str(table[field].dtype).lower() in ("bool", "boolean")
    except (AttributeError, KeyError, IndexError, TypeError):
        return False
