"""Scores a table on a Spark cluster of two workers, of which one is killed in the middle, and holds the result against
`tenure score`.

    python scores.py TENURE MODEL ROWS

The cluster is a standalone master with two workers on loopback, each with one executor. Once a third of the partitions is done,
one worker and its executor get SIGKILL. The output must have every row once, with the bits of the command. This is done for
`score` and for `score_files`, each on a cluster of its own.
"""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet
import pyspark

PARTITIONS = 24


def spark_class(*arguments: str, log: pathlib.Path) -> subprocess.Popen[bytes]:
    home = pathlib.Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    command = [str(home / "bin" / "spark-class"), *arguments]
    return subprocess.Popen(command, env=environment, stdout=log.open("wb"), stderr=subprocess.STDOUT)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


def descendants(process: int) -> list[int]:
    """A process and all that it started, by /proc."""
    parents: dict[int, int] = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    found = [process]
    for one in found:
        found.extend(child for child, parent in parents.items() if parent == one)
    return found


def main() -> None:
    tenure_command, model, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="tenure-spark-") as temporary:
        folder = pathlib.Path(temporary)
        sample, scored = folder / "sample.csv", folder / "scored.parquet"
        subprocess.run([tenure_command, "sample", "--rows", str(rows), "--out", sample], check=True)
        start = time.perf_counter()
        subprocess.run([tenure_command, "score", model, "--data", sample, "--out", scored], check=True)
        print(f"tenure score: {rows / (time.perf_counter() - start):.0f} rows a second", flush=True)
        table = pyarrow.csv.read_csv(sample)
        table = table.append_column("place", pyarrow.array(range(rows), pyarrow.int64()))
        source = folder / "source"
        source.mkdir()
        size = -(-rows // PARTITIONS)
        for part in range(PARTITIONS):
            pyarrow.parquet.write_table(table.slice(part * size, size), source / f"part-{part:03}.parquet")
        for way in ("score", "score_files"):
            run(folder, model, way)
            compare(folder / way, scored, rows)


def run(folder: pathlib.Path, model: str, way: str) -> None:
    master_port, ui = free_port(), free_port()
    master_url = f"spark://127.0.0.1:{master_port}"
    master = spark_class(
        "org.apache.spark.deploy.master.Master",
        *("--host", "127.0.0.1", "--port", str(master_port), "--webui-port", str(ui)),
        log=folder / "master.log",
    )
    workers = []
    try:
        wait_for(master_port)
        for number in range(2):
            (folder / f"work-{number}").mkdir(exist_ok=True)
            workers.append(
                spark_class(
                    "org.apache.spark.deploy.worker.Worker",
                    *("--host", "127.0.0.1", "--cores", "1", "--memory", "1500m"),
                    *("--webui-port", str(free_port()), "--work-dir", str(folder / f"work-{number}"), master_url),
                    log=folder / f"worker-{number}.log",
                )
            )
        score_and_kill(folder, model, way, master_url, workers[0])
    finally:
        for process in [*workers, master]:
            for one in reversed(descendants(process.pid)):
                try:
                    os.kill(one, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.wait()


def score_and_kill(
    folder: pathlib.Path, model: str, way: str, master_url: str, worker: subprocess.Popen[bytes]
) -> None:
    from pyspark.sql import SparkSession

    import tenure.spark

    os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable)
    session = (
        SparkSession.builder.master(master_url)
        .appName("tenure")
        .config("spark.executor.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.files.maxPartitionBytes", "64m")
        .config("spark.sql.files.openCostInBytes", "64m")
        # A lost executor is noticed by its closed socket at once.
        .config("spark.network.timeout", "30s")
        .config("spark.network.timeoutInterval", "10s")
        .config("spark.executor.heartbeatInterval", "2s")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    status = session.sparkContext.statusTracker()
    # The driver is one of them.
    while session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() < 3:
        time.sleep(0.2)
    killed = threading.Event()
    over = threading.Event()

    def kill() -> None:
        while not over.is_set():
            for stage in status.getActiveStageIds():
                about = status.getStageInfo(stage)
                if about is not None and about.numCompletedTasks >= PARTITIONS // 3:
                    # The worker, its executor, and the Python that scores.
                    for process in descendants(worker.pid):
                        try:
                            os.kill(process, signal.SIGKILL)
                        except ProcessLookupError:
                            pass
                    print(f"killed a worker after {about.numCompletedTasks} of {about.numTasks} tasks", flush=True)
                    killed.set()
                    return
            time.sleep(0.02)

    watcher = threading.Thread(target=kill)
    watcher.start()
    start = time.perf_counter()
    if way == "score":
        frame = session.read.parquet(str(folder / "source"))
        tenure.spark.score(frame, model).write.parquet(str(folder / way))
    else:
        tenure.spark.score_files(session, folder / "source", folder / way, model)
    over.set()
    watcher.join()
    print(f"{way}: done in {time.perf_counter() - start:.1f} s, a worker lost on the way", flush=True)
    session.stop()
    assert killed.is_set(), "the job ended before a worker could be killed"


def compare(out: pathlib.Path, scored: pathlib.Path, rows: int) -> None:
    found = pyarrow.parquet.read_table(out).sort_by("place")
    expected = pyarrow.parquet.read_table(scored)
    assert found.num_rows == rows, f"{found.num_rows} rows of {rows}"
    assert found["place"].to_pylist() == list(range(rows)), "a row is there twice, or not at all"
    for name in ["probability", "logit"]:
        bits = [table[name].combine_chunks().view(pyarrow.int32()) for table in (found, expected)]
        assert bits[0].equals(bits[1]), f"{name} differs"
    for name in ["tier", "problems"]:
        assert found[name].combine_chunks().equals(expected[name].combine_chunks()), f"{name} differs"
    print(f"{rows} rows, each once, with the bits of `tenure score`", flush=True)


if __name__ == "__main__":
    main()
