"""Optuna on the same problems and by the same protocol as `search.mjs`.

    python optuna_peer.py regret SAMPLER PROBLEM,… FIRST LAST FOLDER     best value of 100 trials, as regret
    python optuna_peer.py curves SAMPLER PRUNER FIRST LAST FOLDER        8 tasks at a budget of 20 full curves
    python optuna_peer.py latency                                        seconds an ask takes
    python optuna_peer.py version

Seeds run from FIRST up to LAST, which is left out. One line of JSON for each run. FOLDER holds the tables.
"""

import gzip
import json
import math
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
TRIALS = 100
BUDGET = 20


def read_table(file):
    raw = gzip.open(file).read()
    start = raw.index(b"\n") + 1
    header = json.loads(raw[:start])
    header["data"] = np.frombuffer(raw[start:], dtype="<f4").reshape(header["shape"])
    return header


def branin(x):
    a, b = x
    t = b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6
    return t * t + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


HARTMANN_A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
HARTMANN_P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]


def hartmann6(x):
    return -sum(
        alpha * math.exp(-sum(a * (v - p / 10000) ** 2 for a, p, v in zip(row, where, x)))
        for alpha, row, where in zip([1, 1.2, 3, 3.2], HARTMANN_A, HARTMANN_P)
    )


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def ackley(x):
    n = len(x)
    return (
        -20 * math.exp(-0.2 * math.sqrt(sum(v * v for v in x) / n))
        - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / n)
        + 20
        + math.e
    )


def levy(x):
    w = [1 + (v - 1) / 4 for v in x]
    middle = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
    return math.sin(math.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


FUNCTIONS = {
    "branin": (branin, [(-5, 10), (0, 15)], 0.39788735772973816),
    "hartmann6": (hartmann6, [(0, 1)] * 6, -3.322368011415515),
    "rosenbrock5": (rosenbrock, [(-2, 2)] * 5, 0),
    "ackley5": (ackley, [(-32.768, 32.768)] * 5, 0),
    "levy8": (levy, [(-10, 10)] * 8, 0),
}


def problem(name, folder):
    """An objective for Optuna, its direction, and what makes regret of a value."""
    if name in FUNCTIONS:
        function, bounds, optimum = FUNCTIONS[name]

        def objective(trial):
            return function([trial.suggest_float(f"x{i}", *bound) for i, bound in enumerate(bounds)])

        return objective, "minimize", lambda value: value - optimum
    table = read_table(os.path.join(folder, f"{name}.bin.gz"))

    def objective(trial):
        index = []
        for p in table["space"]:
            count = len(p["values"])
            if p["type"] == "categorical":
                index.append(trial.suggest_categorical(p["name"], list(range(count))))
            else:
                index.append(trial.suggest_int(p["name"], 0, count - 1))
        total = 0.0
        for value in table["data"][tuple(index)]:
            total += float(value)
        return total / table["seeds"]

    best, median = table["best"], table["median"]
    direction = "maximize" if table["direction"].startswith("max") else "minimize"
    return objective, direction, lambda value: (value - best) / (median - best)


def sampler(name, seed):
    if name == "gp":
        return optuna.samplers.GPSampler(seed=seed)
    if name == "tpe":
        return optuna.samplers.TPESampler(seed=seed)
    if name == "univariate":
        return optuna.samplers.TPESampler(seed=seed, multivariate=False)
    if name == "cmaes":
        return optuna.samplers.CmaEsSampler(seed=seed)
    return optuna.samplers.RandomSampler(seed=seed)


def regret(name, problems, first, last, folder):
    for where in problems.split(","):
        objective, direction, of = problem(where, folder)
        for seed in range(int(first), int(last)):
            study = optuna.create_study(sampler=sampler(name, seed), direction=direction)
            begin = time.perf_counter()
            study.optimize(objective, n_trials=TRIALS)
            values = [trial.value for trial in study.trials]
            seconds = time.perf_counter() - begin
            print(
                json.dumps(
                    {
                        "sampler": f"optuna {name}",
                        "problem": where,
                        "seed": seed,
                        "regret": of(study.best_value),
                        "at50": of(min(values[:50]) if direction == "minimize" else max(values[:50])),
                        "seconds": seconds,
                    }
                ),
                flush=True,
            )


def pruner(name, steps):
    if name == "asha":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=2, reduction_factor=3)
    if name == "asha4":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=2, reduction_factor=4)
    if name == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=2, max_resource=steps, reduction_factor=3)
    if name == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)
    return optuna.pruners.NopPruner()


def scaled(parameter, value):
    """A parameter's coordinate in [0, 1]."""
    low, high = parameter["low"], parameter["high"]
    if parameter.get("log_one_minus"):
        return (math.log(1 - value) - math.log(1 - low)) / (math.log(1 - high) - math.log(1 - low))
    if parameter["log"]:
        return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
    return (value - low) / (high - low)


def curves(name, pruning, first, last, folder):
    names = sorted(file[:-7] for file in os.listdir(folder) if file.startswith("taskset-"))
    for where in names:
        table = read_table(os.path.join(folder, f"{where}.bin.gz"))
        space, steps = table["space"], table["shape"][1]
        points = np.array([[scaled(p, v) for p, v in zip(space, point)] for point in table["points"]])
        for seed in range(int(first), int(last)):
            paid, best = 0, math.inf
            study = optuna.create_study(sampler=sampler(name, seed), pruner=pruner(pruning, steps), direction="minimize")
            while paid < BUDGET * steps:
                trial = study.ask()
                # in coordinates where each parameter is uniform: what `log` would do, and 1 - x besides
                at = [trial.suggest_float(p["name"], 0, 1) for p in space]
                curve = table["data"][int(np.argmin(((points - np.array(at)) ** 2).sum(axis=1)))]
                last_value, pruned = math.inf, False
                for step in range(steps):
                    if paid >= BUDGET * steps:
                        pruned = True
                        break
                    paid += 1
                    value = float(curve[step])
                    if math.isnan(value):
                        value = math.inf
                    best = min(best, value)
                    last_value = value
                    # steps count from 1, as in curves.mjs: after this one, so much has been spent
                    trial.report(value, step + 1)
                    if trial.should_prune():
                        pruned = True
                        break
                if pruned:
                    study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                else:
                    study.tell(trial, last_value if math.isfinite(last_value) else 1e30)
            print(
                json.dumps(
                    {
                        "sampler": f"optuna {name}",
                        "pruner": pruning,
                        "problem": where,
                        "seed": seed,
                        "regret": (best - table["best"]) / (table["median"] - table["best"]),
                        "trials": len(study.trials),
                    }
                ),
                flush=True,
            )


def latency():
    """Medians of asks with 10 floats; history filled with random points and the sphere's values."""
    distributions = {f"x{i}": optuna.distributions.FloatDistribution(0, 1) for i in range(10)}
    random = np.random.RandomState(0)

    def filled(chosen, count):
        study = optuna.create_study(sampler=chosen)
        points = random.uniform(size=(count, 10))
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params={f"x{i}": v for i, v in enumerate(x)},
                    distributions=distributions,
                    value=float(((x - 0.3) ** 2).sum()),
                )
                for x in points
            ]
        )
        return study

    for name, count, asks in [("tpe", 1000, 21), ("tpe", 10000, 11), ("gp", 100, 11), ("gp", 500, 5)]:
        study = filled(sampler(name, 0), count)
        times = []
        for _ in range(asks):
            begin = time.perf_counter()
            trial = study.ask(distributions)
            times.append(time.perf_counter() - begin)
            study.tell(trial, float(sum((trial.params[f"x{i}"] - 0.3) ** 2 for i in range(10))))
        times.sort()
        print(json.dumps({"sampler": name, "trials": count, "milliseconds": 1000 * times[len(times) // 2]}), flush=True)


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "version":
        print(json.dumps({"version": optuna.__version__}))
    else:
        {"regret": regret, "curves": curves, "latency": latency}[what](*rest)
