"""Files: written whole or not at all, and schemas read."""

from __future__ import annotations

import os
import secrets
from typing import Union

from ._errors import TenureError


def write_whole(path: str, content: bytes) -> None:
    """Writes a file, in place of one that is there."""
    # With the permissions that any new file of this user has.
    beside = os.path.join(os.path.dirname(path), f".tenure-{secrets.token_hex(8)}.tmp")
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise TenureError(f"{path} cannot be written: {error.strerror}", "file") from error
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def schema_text(schema: Union[str, os.PathLike[str], None]) -> str | None:
    """The text of a schema file that is there; otherwise the text or the name of a preset as it is."""
    if schema is None:
        return None
    text = os.fspath(schema)
    if "\n" not in text and os.path.exists(text):
        with open(text, encoding="utf-8") as file:
            return file.read()
    return text
