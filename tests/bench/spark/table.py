"""A text table as Parquet files of about as many rows, in bounded memory: python table.py TABLE FOLDER FILES"""

from __future__ import annotations

import pathlib
import sys

import pyarrow
import pyarrow.csv
import pyarrow.parquet


def main(path: str, folder: str, files: str) -> None:
    lines = sum(block.count(b"\n") for block in iter(lambda file=open(path, "rb"): file.read(1 << 24), b"")) - 1
    size = -(-lines // int(files))
    reader = pyarrow.csv.open_csv(path, read_options=pyarrow.csv.ReadOptions(block_size=1 << 24))
    held: list[pyarrow.RecordBatch] = []
    rows, part = 0, 0

    def write() -> None:
        nonlocal held, rows, part
        table = pyarrow.Table.from_batches(held)
        pyarrow.parquet.write_table(table.slice(0, size), pathlib.Path(folder) / f"part-{part:03}.parquet")
        rest = table.slice(size)
        held, rows, part = rest.combine_chunks().to_batches() if rest.num_rows else [], rest.num_rows, part + 1

    for batch in reader:
        held.append(batch)
        rows += batch.num_rows
        while rows >= size:
            write()
    if rows:
        write()


if __name__ == "__main__":
    main(*sys.argv[1:])
