"""Golden numbers for rules of validation and paired comparisons, from scikit-learn and SciPy.

python __test__/golden/validation.py   # writes validation.json beside it
"""
import json
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit

random = np.random.default_rng(7)


def pairs(splits):
    return [{"train": train.tolist(), "validation": test.tolist()} for train, test in splits]


groups = []
for rows, count, k in [(30, 6, 3), (97, 17, 5), (40, 40, 4), (24, 6, 6)]:
    ids = random.integers(0, count, rows)
    if rows == count:
        ids = random.permutation(count)
    if rows == 24:
        ids = np.repeat(np.arange(6), 4)
    groups.append({"groups": ids.tolist(), "k": k, "folds": pairs(GroupKFold(k).split(np.zeros(rows), groups=ids))})

series = []
for rows, options in [
    (6, {"n_splits": 5}),
    (23, {"n_splits": 3}),
    (23, {"n_splits": 3, "gap": 2, "test_size": 4}),
    (50, {"n_splits": 4, "max_train_size": 7}),
    (50, {"n_splits": 4, "max_train_size": 7, "gap": 3, "test_size": 5}),
]:
    series.append({"rows": rows, "options": options, "folds": pairs(TimeSeriesSplit(**options).split(np.zeros(rows)))})

kfold = [{"rows": rows, "k": k, "folds": pairs(KFold(k).split(np.zeros(rows)))} for rows, k in [(10, 3), (11, 11), (25, 4)]]

quantiles = [
    {"level": level, "freedom": freedom, "t": float(stats.t.ppf(level, freedom))}
    for level in [0.5001, 0.6, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995, 0.999999]
    for freedom in [1, 2, 3, 4, 9, 14, 29, 49, 99, 999, 100000]
]
tails = [
    {"t": t, "freedom": freedom, "p": float(stats.t.sf(t, freedom))}
    for t in [-3.0, 0.0, 1e-6, 0.1, 1.0, 2.5, 7.0, 40.0]
    for freedom in [1, 2, 5, 9, 30, 1000]
]

# Nadeau & Bengio as in scikit-learn's example "Statistical comparison of models using grid search"
paired = []
for count, train, test, level in [(10, 90, 10, 0.95), (5, 120, 30, 0.9), (15, 100, 50, 0.99)]:
    first = np.round(random.uniform(0.8, 0.95, count), 4)
    second = np.round(first - random.normal(0.01, 0.02, count), 4)
    differences = first - second
    error = np.sqrt(np.var(differences, ddof=1) * (1 / count + test / train))
    t = differences.mean() / error
    far = stats.t.ppf((1 + level) / 2, count - 1) * error
    paired.append(
        {
            "first": first.tolist(),
            "second": second.tolist(),
            "ratio": test / train,
            "level": level,
            "mean": float(differences.mean()),
            "deviation": float(differences.std(ddof=1)),
            "interval": [float(differences.mean() - far), float(differences.mean() + far)],
            "p": float(2 * stats.t.sf(abs(t), count - 1)),
        }
    )

numbers = {
    "groups": groups,
    "series": series,
    "kFold": kfold,
    "quantiles": quantiles,
    "tails": tails,
    "paired": paired,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(numbers, separators=(",", ":")) + "\n")
