"""The progress of a training on standard error, as the command shows it."""

from __future__ import annotations

import sys


class Progress:
    """A line that is written over where standard error is a terminal, otherwise a line for every tenth epoch."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()

    def __call__(
        self, stage: str, epoch: int, most: int, train_loss: float, validation_loss: float, best_epoch: int
    ) -> None:
        line = f"epoch {epoch}: {stage}: train {train_loss:.4f}, validation {validation_loss:.4f}, best at {best_epoch}"
        if self._is_terminal:
            print(f"\r\x1b[2K{line} of at most {most}", end="", file=sys.stderr, flush=True)
        elif epoch % 10 == 0 or epoch == 1:
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Clears the line."""
        if self._is_terminal:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
