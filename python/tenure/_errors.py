"""What Tenure refuses: one exception with a stable code, and the single values that break a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Sequence


@dataclass(frozen=True)
class Problem:
    """A value that breaks a rule."""

    field: str
    """The field's name."""
    rule: str
    """The rule: `absent`, `type`, `finite`, `bounds`, or a warning (`unseen_category`, `clipped`)."""
    value: str
    """The value, as text."""
    message: str
    """What the rule demands."""
    row: int | None = None
    """The row of the table, counted from 0; none for a record."""

    def __str__(self) -> str:
        where = "" if self.row is None else f"row {self.row}: "
        return f"{where}{self.field}: {self.message} (got {self.value})"


class TenureError(ValueError):
    """What Tenure refuses. `code` is stable; docs/python.md lists the codes."""

    code: str
    problems: tuple[Problem, ...]

    def __init__(self, message: str, code: str = "option", problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.code, self.problems))


class TenureWarning(UserWarning):
    """What a person should know about a table or a model, and what is no error."""


Found = tuple[str, str, str, str, "int | None"]


def problems_of(found: Sequence[Found]) -> tuple[Problem, ...]:
    """Problems as the native module hands them over."""
    return tuple(Problem(*problem) for problem in found)


def refused(message: str, code: str, found: Sequence[Found]) -> TenureError:
    """The exception of a native failure."""
    return TenureError(message, code, problems_of(found))


def refuse_rows(problems: Sequence[Problem], rows: int) -> None:
    """Raises if rows have no score, naming the first of them."""
    if not problems:
        return
    shown = 10
    bad = len({problem.row for problem in problems})
    lines = [f"  {problem}" for problem in problems[:shown]]
    if len(problems) > shown:
        lines.append(f"  … and {len(problems) - shown} more, in `problems` of this error")
    message = f"{bad} of {rows} rows cannot be scored; correct these values:\n" + "\n".join(lines)
    raise TenureError(message, "rows", problems)
