"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets

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
