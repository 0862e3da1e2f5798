"""One record at a time."""

from __future__ import annotations

import copy
import datetime
import pathlib
import pickle
import threading
from decimal import Decimal
from typing import Any

import numpy
import pandas
import pytest

import tenure

from conftest import MODEL


def test_a_record_has_the_scores_of_its_row(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    table = scorer.score_table({name: [row[name] for row in few] for name in few[0]})
    for place, row in enumerate(few):
        score = scorer.score(row)
        assert numpy.float32(score.logit) == table.column("logit")[place]
        assert numpy.float32(score.probability) == table.column("probability")[place]
        assert score.tier == table.column("tier")[place]


def test_values_of_python_numpy_and_pandas_mean_the_same(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    record: dict[str, Any] = dict(few[0])
    expected = scorer.score(record).logit
    for senior in ["0", 0, False, numpy.int8(0), numpy.bool_(False)]:
        for charges in [92.95, numpy.float64(92.95), numpy.float32(92.95), Decimal("92.95"), "92.95"]:
            assert scorer.score({**record, "SeniorCitizen": senior, "MonthlyCharges": charges}).logit == expected
    missing = scorer.score({**record, "tenure": ""}).logit
    assert missing != expected
    for nothing in [None, float("nan"), numpy.nan, numpy.float32("nan"), pandas.NA, pandas.NaT]:
        assert scorer.score({**record, "tenure": nothing}).logit == missing


def test_dates_are_read_as_a_table_writes_them(tmp_path: pathlib.Path) -> None:
    schema = (
        'schema_version = 1\nname = "dates"\nreference = "2024-06-01"\n'
        'target = { field = "left", positive = "1" }\nfields = [\n'
        '  { name = "since", kind = "date" },\n  { name = "plan", kind = "category", categories = ["A", "B"] },\n]\n'
    )
    rng = numpy.random.RandomState(0)
    days = rng.randint(1, 2000, 400)
    since = [datetime.date(2024, 6, 1) - datetime.timedelta(days=int(day)) for day in days]
    plan = rng.choice(["A", "B"], 400)
    y = (rng.uniform(size=400) < 1 / (1 + days / 400)).astype(int)
    frame = pandas.DataFrame({"since": pandas.to_datetime(since), "plan": plan})
    classifier = tenure.TenureClassifier(schema=schema, model="linear", random_state=0).fit(frame, y)
    scorer = classifier.scorer_
    day = datetime.date(2023, 5, 17)
    zone = datetime.timezone(datetime.timedelta(hours=2))
    expected = scorer.score({"since": "2023-05-17", "plan": "A"}).logit
    for value in [day, datetime.datetime(2023, 5, 17), pandas.Timestamp(day), numpy.datetime64(day)]:
        assert scorer.score({"since": value, "plan": "A"}).logit == expected
    # Two in the morning, two hours east of Greenwich, is midnight there.
    moment = datetime.datetime(2023, 5, 17, 2, tzinfo=zone)
    assert scorer.score({"since": moment, "plan": "A"}).logit == expected
    later = tenure.load(scorer.to_bytes(), reference="2024-12-01")
    assert later.score({"since": day, "plan": "A"}).logit != expected
    with pytest.raises(tenure.TenureError, match="year first"):
        tenure.load(scorer.to_bytes(), reference="June")


def test_all_problems_of_a_record_come_at_once(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    record: dict[str, Any] = {**few[0], "tenure": -1, "MonthlyCharges": [1, 2], "TotalCharges": float("inf")}
    del record["Contract"]
    with pytest.raises(tenure.TenureError) as caught:
        scorer.score(record)
    assert caught.value.code == "record"
    problems = {problem.field: problem for problem in caught.value.problems}
    assert {name: problem.rule for name, problem in problems.items()} == {
        "tenure": "bounds",
        "MonthlyCharges": "type",
        "TotalCharges": "finite",
        "Contract": "absent",
    }
    assert "list" in problems["MonthlyCharges"].value and "at least 0" in str(problems["tenure"])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.code, again.problems) == (str(caught.value), "record", caught.value.problems)


def test_a_value_that_counts_as_another_is_a_warning(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    score = scorer.score({**few[0], "Contract": "Weekly", "MonthlyCharges": 900})
    assert {problem.field: problem.rule for problem in score.warnings} == {
        "Contract": "unseen_category",
        "MonthlyCharges": "clipped",
    }


@pytest.mark.parametrize("record", [[1, 2], "text", None, 3])
def test_what_is_no_record_is_refused(scorer: tenure.Scorer, record: Any) -> None:
    with pytest.raises(tenure.TenureError, match="mapping") as caught:
        scorer.score(record)
    assert caught.value.code == "record_type"


def test_an_explanation_adds_up(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    for scale, of in [("log-odds", "logit"), ("probability", "probability")]:
        explanation = scorer.explain(few[0], scale=scale)  # type: ignore[arg-type]
        total = explanation.base + sum(part.contribution for part in explanation.contributions)
        assert explanation.exact and abs(total - getattr(explanation, of)) < 1e-5
        sizes = [abs(part.contribution) for part in explanation.contributions]
        assert sizes == sorted(sizes, reverse=True) and len(sizes) == len(scorer.fields)
    with pytest.raises(tenure.TenureError) as caught:
        scorer.explain(few[0], budget=1)
    assert caught.value.code == "explain_budget"
    # A budget beyond all coalitions buys them, and no more.
    assert scorer.explain(few[0], budget=2**60) == scorer.explain(few[0])
    with pytest.raises(tenure.TenureError, match="log-odds"):
        scorer.explain(few[0], scale="points")  # type: ignore[arg-type]


def test_counterfactuals_lower_the_probability(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    risky = max(few, key=lambda row: scorer.score(row).probability)
    found = scorer.counterfactuals(risky, threshold=0.5, count=2)
    assert found.answers and found.reason is None
    for answer in found.answers:
        changed: dict[str, Any] = {**risky, **{change.field: change.after for change in answer.changes}}
        assert scorer.score(changed).probability == pytest.approx(answer.probability, abs=1e-6)
        assert answer.probability < 0.5
    assert scorer.counterfactuals(risky, threshold=0.999).reason == "already_under"
    for wrong in [{"threshold": 2.0}, {"fields": ["gender"]}, {"count": 0}]:
        with pytest.raises(tenure.TenureError):
            scorer.counterfactuals(risky, **wrong)  # type: ignore[arg-type]


def test_a_decision_is_that_of_the_command(
    scorer: tenure.Scorer, few: list[dict[str, str]], command: str, sample: pathlib.Path
) -> None:
    import json
    import subprocess

    printed = subprocess.run([command, "decide", MODEL, "--data", sample, "--row", "3"], check=True, capture_output=True)
    assert scorer.decide(few[2]) == json.loads(printed.stdout)
    with pytest.raises(tenure.TenureError, match="at least 0"):
        scorer.decide(few[2], days_since_offer=-1)


def test_a_scorer_can_be_pickled_and_copied(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    for other in [pickle.loads(pickle.dumps(scorer)), copy.deepcopy(scorer)]:
        assert other.score(few[0]) == scorer.score(few[0])
    assert scorer.to_bytes() == MODEL.read_bytes()
    assert scorer.schema["name"] == "IBM Telco" and scorer.card["name"] == "IBM Telco"
    assert [field["name"] for field in scorer.schema["fields"]] == scorer.fields
    assert [tier["name"] for tier in scorer.policy["tiers"]] == scorer.tiers


def test_files_that_are_no_model_are_refused(tmp_path: pathlib.Path) -> None:
    artifact = MODEL.read_bytes()
    newer = artifact.replace(b'format_version\\":1,', b'format_version\\":9,')
    assert newer != artifact
    for content, code, words in [
        (b"", "artifact_no_header", "empty"),
        (artifact[:1000], "artifact_header_truncated", "cut off"),
        (newer, "artifact_version", "install a newer package"),
        (b"PK\x03\x04" + bytes(2000), "artifact_other_file", "not a Tenure artifact"),
    ]:
        with pytest.raises(tenure.TenureError, match=words) as caught:
            tenure.load(content)
        assert caught.value.code == code
    with pytest.raises(tenure.TenureError, match="check the name") as caught:
        tenure.load(tmp_path / "nothing.safetensors")
    assert caught.value.code == "file"


def test_threads_score_side_by_side(scorer: tenure.Scorer, few: list[dict[str, str]]) -> None:
    expected = [scorer.score(row).logit for row in few]
    found: list[list[float]] = []

    def work() -> None:
        found.append([scorer.score(row).logit for row in few])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_ctrl_c_stops_a_single_explanation() -> None:
    import signal
    import subprocess
    import sys
    import textwrap

    # The largest budget that counts takes some seconds.
    script = """
        import signal, numpy, tenure
        from tenure import TenureClassifier
        signal.signal(signal.SIGINT, signal.default_int_handler)
        rng = numpy.random.RandomState(0)
        X = rng.normal(size=(400, 24))
        y = (X[:, 0] * X[:, 1] + rng.normal(size=400) > 0).astype(int)
        few = {"hidden": [64, 64], "epochs": 2, "ship": "student", "synthetic-rows": 1000}
        fitted = TenureClassifier(model="mlp", random_state=0, hyperparameters=few).fit(X, y)
        record = dict(zip(fitted.scorer_.fields, X[0]))
        try:
            print("ready", flush=True)
            fitted.scorer_.explain(record, scale="probability", budget=2**40)
        except KeyboardInterrupt:
            print("stopped", flush=True)
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    try:
        assert process.communicate(timeout=60)[0] == "stopped\n"
    finally:
        process.kill()


def test_a_panic_is_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    from tenure import _native

    with pytest.raises(tenure.TenureError, match="a fault of its own, please report it: oh") as caught:
        _native.panic_for_test("oh")
    assert caught.value.code == "panic"
    assert capfd.readouterr().err == ""
