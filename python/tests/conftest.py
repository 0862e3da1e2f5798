"""What the tests share: a kept model, the command, and a table of `tenure sample`."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
from typing import Any

import pytest

import tenure

ROOT = pathlib.Path(__file__).parents[2]
MODEL = ROOT / "tests" / "artifacts" / "v1.safetensors"
TELCO = ROOT.parent / "shared" / "data" / "ibm_telco.csv"
ROWS = 100_000
# Taken away, because the command reads variables of that beginning as its configuration.
COMMAND = os.environ.pop("TENURE_COMMAND", None) or shutil.which("tenure")


@pytest.fixture(scope="session")
def scorer() -> tenure.Scorer:
    return tenure.load(MODEL)


@pytest.fixture(scope="session")
def command() -> str:
    """The command `tenure`, which the check names in a variable."""
    if COMMAND is None:
        pytest.skip("TENURE_COMMAND names no command `tenure`")
    return COMMAND


@pytest.fixture(scope="session")
def sample(command: str, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A table of 100,000 rows."""
    path = tmp_path_factory.mktemp("sample") / "sample.csv"
    subprocess.run([command, "sample", "--rows", str(ROWS), "--out", path], check=True)
    return path


@pytest.fixture(scope="session")
def few(sample: pathlib.Path) -> list[dict[str, str]]:
    """The first 50 rows, as texts."""
    import csv

    with open(sample, newline="") as file:
        return [row for _, row in zip(range(50), csv.DictReader(file))]


@pytest.fixture(scope="session")
def frame(sample: pathlib.Path) -> Any:
    """The first 2,000 rows as pandas reads them."""
    import pandas

    return pandas.read_csv(sample, nrows=2000)


@pytest.fixture(scope="session")
def telco() -> Any:
    """IBM Telco as pandas reads it."""
    import pandas

    if not TELCO.exists():
        pytest.skip(f"{TELCO} is not there")
    frame = pandas.read_csv(TELCO)
    # Blank for customers of no month.
    frame["TotalCharges"] = pandas.to_numeric(frame["TotalCharges"], errors="coerce")
    return frame
