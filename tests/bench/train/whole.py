"""Whole trainings for `cargo xtask bench train --end-to-end`: their CPU time, memory and quality.

    python whole.py command COMMAND...
    python whole.py peers SEEDS TABLE.csv TABLE.folds.csv TABLE.inner.csv TARGET POSITIVE [IDENTIFIER ...]

`command` runs a command and prints its CPU time and peak memory. `peers` fits CatBoost, LightGBM and the reference TabM on
a fold's rows 0, stops them early on its rows 1 and measures them on its rows -1, two threads each. Each figure has a value
a fold, the mean over that many seeds. CPU time is that of a fold, from the table in memory to the test rows' probabilities.
TabM is fitted on the first fold alone, with one seed: it takes minutes.
"""

import itertools
import json
import pathlib
import resource
import subprocess
import sys
import time

THREADS = 2
FOLDS_OF_TABM = 1
CATBOOST = {"iterations": 4000, "learning_rate": 0.03, "l2_leaf_reg": 5, "thread_count": THREADS, "patience": 75}
LIGHTGBM = {"n_estimators": 4000, "n_jobs": THREADS, "patience": 75}


def run(command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}


def fit_tabm(folds, fit, validation, seed):
    """The package's TabM (k = 32) with its piecewise-linear embeddings, AdamW, 16 epochs of patience."""
    import numpy
    import torch
    from rtdl_num_embeddings import PiecewiseLinearEmbeddings, compute_bins
    from tabm import TabM

    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    table, labels, categories = folds.table, folds.labels, folds.categories
    names = [column for column in table.columns if column not in categories]
    numbers = table[names].to_numpy("float32")
    middle = numpy.nanmedian(numbers[fit], 0)
    numbers = numpy.where(numpy.isnan(numbers), middle, numbers)
    mean, deviation = numbers[fit].mean(0), numbers[fit].std(0)
    numbers = torch.tensor((numbers - mean) / numpy.where(deviation > 0, deviation, 1))
    known = {column: sorted(set(table[column].iloc[fit])) for column in categories}
    # A category that the fold does not know counts as the last one.
    codes = [
        [{name: at for at, name in enumerate(known[column])}.get(name, len(known[column])) for name in table[column]]
        for column in categories
    ]
    codes = torch.tensor(numpy.array(codes).T.reshape(len(table), -1))
    varies = (numbers[fit].amax(0) > numbers[fit].amin(0)).tolist()
    numbers = numbers[:, varies]
    embeddings = None
    if numbers.shape[1]:
        bins = compute_bins(numbers[fit], n_bins=16)
        embeddings = PiecewiseLinearEmbeddings(bins, 16, activation=False, version="B")
    model = TabM.make(
        n_num_features=numbers.shape[1],
        cat_cardinalities=[len(known[column]) + 1 for column in categories],
        d_out=1,
        num_embeddings=embeddings,
        k=32,
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=3e-4)
    target = torch.tensor(labels, dtype=torch.float32)
    loss_function = torch.nn.functional.binary_cross_entropy_with_logits

    def logits(rows):
        parts = [part[rows] if part.shape[1] else None for part in (numbers, codes)]
        return model(*parts).squeeze(-1)

    def predict(rows):
        model.eval()
        with torch.inference_mode():
            chunks = [torch.sigmoid(logits(rows[at : at + 1024])).mean(1) for at in range(0, len(rows), 1024)]
        return torch.cat(chunks).numpy().astype(float)

    rows, best, state, since = torch.tensor(fit), numpy.inf, None, 0
    while since < 16:
        model.train()
        for batch in rows[torch.randperm(len(rows))].split(256):
            loss = loss_function(logits(batch), target[batch][:, None].expand(-1, model.k))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        probabilities = torch.tensor(predict(validation)).clamp(1e-7, 1 - 1e-7)
        seen = torch.nn.functional.binary_cross_entropy(probabilities, target[validation].double()).item()
        since = 0 if seen < best else since + 1
        if seen < best:
            best, state = seen, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(state)
    return predict


def peers(seeds, *arguments):
    from sklearn.metrics import log_loss, roc_auc_score

    sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
    from boosted import Folds, fit_catboost, fit_lightgbm

    folds, seeds = Folds(*arguments), range(int(seeds))
    figures = {}
    for name, method, settings, count, own_seeds in [
        ("catboost", fit_catboost, CATBOOST, None, seeds),
        ("lightgbm", fit_lightgbm, LIGHTGBM, None, seeds),
        ("tabm", fit_tabm, {}, FOLDS_OF_TABM, seeds[:1]),
    ]:
        measured = {"roc_auc": [], "log_loss": [], "cpu_s": []}
        for fit, validation, test in itertools.islice(folds, count):
            of_fold = {key: [] for key in measured}
            for seed in own_seeds:
                started = time.process_time()
                probabilities = method(folds, fit, validation, seed=seed, **settings)(test)
                of_fold["cpu_s"].append(time.process_time() - started)
                of_fold["roc_auc"].append(roc_auc_score(folds.labels[test], probabilities))
                of_fold["log_loss"].append(log_loss(folds.labels[test], probabilities))
            for key, values in of_fold.items():
                measured[key].append(sum(values) / len(values))
        figures[name] = measured
    return figures


mode, *arguments = sys.argv[1:]
print(json.dumps(run(arguments) if mode == "command" else peers(*arguments)))
