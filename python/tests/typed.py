"""A program as a user writes it: mypy and pyright check what it may do. It is never run."""

from __future__ import annotations

import pathlib

import tenure


def use(record: dict[str, object], columns: dict[str, list[object]]) -> float:
    scorer: tenure.Scorer = tenure.load(pathlib.Path("model.safetensors"), reference="2024-01-31")
    score: tenure.Score = scorer.score(record)
    words: list[str] = [part.sentence for part in scorer.explain(record, scale="probability").contributions]
    answers: tuple[tenure.Counterfactual, ...] = scorer.counterfactuals(record, threshold=0.5).answers
    table: tenure.Table = scorer.score_table(columns, reasons=len(words), decide=bool(answers))
    again: tenure.Table = scorer.decide_table(table, identifier="id")
    explanations: tenure.Explanations = scorer.explain_table(again)
    inputs: list[dict[str, object]] = [{"field": "tenure", "transform": "number"}]
    layers = [("0", "Linear")]
    imported: tenure.Scorer = tenure.import_model({}, columns, [], inputs=inputs, layers=layers, schema="schema.toml")
    imported.to_bytes()
    try:
        scorer.decide(record)
    except tenure.TenureError as error:
        problems: tuple[tenure.Problem, ...] = error.problems
        print(error.code, [problem.row for problem in problems])
    return score.probability + float(explanations.values.sum())


def wrong(scorer: tenure.Scorer) -> None:
    scorer.score(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    scorer.explain({}, scale="points")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    scorer.score_table("customers.csv", reason=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
