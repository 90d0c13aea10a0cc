"""Golden values of metrics from scikit-learn: what `crates/engine/src/metric/tests/golden.rs` compares downslope with.

    python __test__/golden/metrics.py        (scikit-learn >= 1.4, numpy, scipy)

Random and degenerate inputs: ties, a class without rows, a class that is never predicted, one class only, weights, targets that do not
vary. Where scikit-learn refuses (auc of a class without rows), the value is made of its binary form for the classes that have both kinds.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from scipy.special import expit, softmax
from sklearn import metrics as m

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)
f32 = lambda x: np.asarray(x, dtype=np.float32).astype(np.float64)
cases = []


def add(name, metric, options, meaning, prediction, target, value, weights=None):
    """One value; those of the same rows stand together."""
    prediction, target = np.asarray(prediction), np.asarray(target)
    if not cases or (cases[-1]["name"], cases[-1]["meaning"]) != (name, meaning):
        key = "ids" if target.dtype.kind in "iu" else "values"
        case = {"name": name, "meaning": meaning, "width": 1 if prediction.ndim == 1 else prediction.shape[1]}
        case["prediction"] = [float(f"{v:.9g}") for v in prediction.ravel()]
        case[key] = [int(v) if key == "ids" else float(f"{v:.9g}") for v in target.ravel()]
        if weights is not None:
            case["weights"] = [float(f"{v:.9g}") for v in weights]
        cases.append({**case, "golden": []})
    value = None if np.isnan(value) else float(f"{value:.12g}")
    cases[-1]["golden"].append({"metric": metric, "options": options, "value": value})


def area(y, p, average, weights):
    """Each class against the rest, of those that have both kinds of rows."""
    areas, present = [], []
    for c in range(p.shape[1]):
        w = np.ones(len(y)) if weights is None else weights
        if 0 < (w * (y == c)).sum() < w.sum():
            areas.append(m.roc_auc_score(y == c, p[:, c], sample_weight=weights))
            present.append((w * (y == c)).sum())
    if not areas:
        return np.nan
    return np.average(areas, weights=present if average == "weighted" else None)


def exclusive(name, z, y, weights=None):
    z = f32(z)
    k = z.shape[1]
    p, guess, w = softmax(z, axis=1), z.argmax(1), {"sample_weight": weights}
    put = lambda metric, value, **options: add(name, metric, options, "logits", z, y, value, weights)
    put("accuracy", m.accuracy_score(y, guess, **w))
    put("balancedAccuracy", m.balanced_accuracy_score(y, guess, **w))
    put("matthewsCorrelation", m.matthews_corrcoef(y, guess, **w))
    put("logLoss", m.log_loss(y, p, labels=range(k), **w))
    for average in ["macro", "micro", "weighted"]:
        for metric, of in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
            # None and not range(k): classes that occur nowhere take no part
            put(metric, of(y, guess, average=average, zero_division=0, **w), average=average)
        # equal logits do not give equal probabilities, up to the last digit: ties are a matter of the binary cases
        if average != "micro" and name != "ties":
            put("auc", area(y, p, average, weights), average=average)
    if name != "ties" and k > 2:
        for top in [1, 2, 3]:
            put("topKAccuracy", m.top_k_accuracy_score(y, z, k=top, labels=range(k), **w), k=top)


def binary(name, z, y, weights=None):
    z = f32(z)
    p, guess, w = expit(z), (z > 0).astype(int), {"sample_weight": weights}
    put = lambda metric, value, **options: add(name, metric, options, "binaryLogits", z, y, value, weights)
    put("accuracy", m.accuracy_score(y, guess, **w))
    put("balancedAccuracy", m.balanced_accuracy_score(y, guess, **w))
    put("matthewsCorrelation", m.matthews_corrcoef(y, guess, **w))
    put("logLoss", m.log_loss(y, p, labels=[0, 1], **w))
    both = len(set(y)) == 2
    put("auc", m.roc_auc_score(y, z, **w) if both else np.nan)
    for average in ["macro", "micro", "weighted", "binary"]:
        for metric, of in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
            put(metric, of(y, guess, average=average, zero_division=0, **w), average=average)


def decisions(name, z, y):
    z = f32(z)
    guess = (z > 0).astype(int)
    put = lambda metric, value, **options: add(name, metric, options, "binaryLogits", z, y.astype(float), value)
    put("accuracy", (guess == y).mean())
    put("auc", m.roc_auc_score(y, z, average="macro"))
    put("logLoss", np.mean([m.log_loss(y[:, c], expit(z[:, c])) for c in range(z.shape[1])]))
    for average in ["macro", "micro", "weighted"]:
        for metric, of in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
            put(metric, of(y, guess, average=average, zero_division=0), average=average)


def numbers(name, p, t, weights=None):
    p, t, w = f32(p), f32(t), {"sample_weight": weights}
    put = lambda metric, value: add(name, metric, {}, "values", p, t, value, weights)
    put("meanSquaredError", m.mean_squared_error(t, p, **w))
    put("meanAbsoluteError", m.mean_absolute_error(t, p, **w))
    put("meanAbsolutePercentageError", m.mean_absolute_percentage_error(t, p, **w))
    put("rootMeanSquaredError", np.sqrt(m.mean_squared_error(t, p, **w)))
    put("r2", m.r2_score(t, p, **w))


n = 60
z, y, w = rng.normal(0, 1.5, (n, 4)), rng.integers(0, 4, n), f32(rng.uniform(0, 2, n))
z[np.arange(n), y] += 1
exclusive("random", z, y)
exclusive("weights", z, y, w)
exclusive("ties", np.round(z), y)
exclusive("a class without rows", z, np.where(y == 3, 0, y))
exclusive("a class that is never predicted", np.where(np.arange(4) == 2, -9, z), y)
exclusive("a class that occurs nowhere", np.where(np.arange(4) == 2, -9, z), np.where(y == 2, 1, y))
exclusive("one class", z, np.full(n, 1))
exclusive("all right", np.eye(4)[y] * 8, y)
exclusive("two outputs", z[:, :2], y % 2)
b = z[:, 0] * 2
binary("two classes", b, y % 2)
binary("two classes, weights", b, y % 2, w)
binary("two classes, ties", np.round(b), y % 2)
binary("two classes, one of them", b, np.zeros(n, dtype=int))
binary("two classes, one prediction", np.full(n, 0.5), y % 2)
decisions("decisions", z[:, :3], (rng.uniform(0, 1, (n, 3)) < 0.4).astype(int))
t = rng.normal(3, 2, n)
numbers("numbers", t + rng.normal(0, 1, n), t)
numbers("numbers, weights", t + rng.normal(0, 1, n), t, w)
numbers("numbers, three outputs", rng.normal(0, 1, (n, 3)), rng.normal(1, 1, (n, 3)))
numbers("numbers around a million", 1e6 + t, 1e6 + t + rng.normal(0, 1, n))
numbers("targets that do not vary", t, np.full(n, 2.0))
numbers("targets that do not vary, met", np.full(n, 2.0), np.full(n, 2.0))
numbers("a target of zero", t, np.where(np.arange(n) == 5, 0, t))
text = ",\n".join(json.dumps(case) for case in cases)
path = Path(__file__).parent / "metrics.json"
path.write_text(f'{{"made": "metrics.py, scikit-learn {sklearn.__version__}", "cases": [\n{text}\n]}}\n')
print(sum(len(case["golden"]) for case in cases), "values,", path.stat().st_size, "bytes")
