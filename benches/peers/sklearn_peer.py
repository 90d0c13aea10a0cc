"""scikit-learn: one epoch of MLPClassifier or MLPRegressor. Its first weights are its own, so its loss is not compared."""

import os
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import sklearn
from serve import HELD_OUT, serve
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")


def create(job, x, y, kernels):
    task, batch = job["task"], job["batch"]
    rule, classes = task["optimizer"], task["loss"] == "crossEntropy"
    kind = MLPClassifier if classes else MLPRegressor
    # its penalty is alpha / rows of the batch · Σ w² / 2
    options = dict(
        hidden_layer_sizes=task["sizes"][1:-1],
        solver="sgd" if rule["kind"] == "sgd" else "adam",
        alpha=rule.get("weightDecay", 0) * batch,
        batch_size=batch,
        learning_rate_init=rule["learningRate"],
        momentum=0,
        n_iter_no_change=10**6,
        random_state=0,
    )
    usable = len(x) - HELD_OUT
    y = y if classes else y.ravel()

    def learn(count):
        net = kind(max_iter=1, shuffle=False, **options).fit(x[:count], y[:count])
        if classes:
            import numpy as np

            p = net.predict_proba(x[usable:])
            return -np.mean(np.log(p[range(HELD_OUT), y[usable:]] + 1e-30))
        return ((net.predict(x[usable:]) - y[usable:]) ** 2).mean()

    net = kind(max_iter=1, warm_start=True, **options)

    def train(seconds):
        begin, done = time.perf_counter(), 0
        part = slice(0, usable)
        if "rate" in state:
            part = slice(0, max(batch, min(usable, int(state["rate"] * seconds))))
        net.fit(x[part], y[part])
        done = part.stop
        state["rate"] = done / (time.perf_counter() - begin)
        return done

    state = {}
    return f"scikit-learn {sklearn.__version__}", learn, train


serve(create)
