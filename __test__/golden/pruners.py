"""Decisions of Optuna's pruners on random curves, and p-values of SciPy's signed-rank test: pruners.json.

Trials run one after the other, each reports until it is pruned or its curve ends.

    python pruners.py      (optuna 5.0, scipy 1.17, numpy)
"""

import json
import pathlib
import warnings

import numpy as np
import optuna
from optuna.pruners import MedianPruner, PatientPruner, PercentilePruner, SuccessiveHalvingPruner, ThresholdPruner, WilcoxonPruner
from scipy.stats import wilcoxon

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
random = np.random.default_rng(1)

PRUNERS = [
    ({"kind": "median"}, lambda: MedianPruner()),
    ({"kind": "median", "startupTrials": 2, "warmupSteps": 3, "interval": 2}, lambda: MedianPruner(2, 3, 2)),
    ({"kind": "percentile", "percentile": 25, "startupTrials": 1, "minTrials": 3}, lambda: PercentilePruner(25.0, 1, n_min_trials=3)),
    ({"kind": "percentile", "percentile": 80, "startupTrials": 0}, lambda: PercentilePruner(80.0, 0)),
    ({"kind": "successiveHalving"}, lambda: SuccessiveHalvingPruner(1, 3)),
    ({"kind": "successiveHalving", "minResource": 2, "reductionFactor": 2, "skipRungs": 1}, lambda: SuccessiveHalvingPruner(2, 2, 1)),
    ({"kind": "threshold", "lower": 0.2, "upper": 1.6, "warmupSteps": 2, "interval": 3}, lambda: ThresholdPruner(0.2, 1.6, 2, 3)),
    ({"kind": "patient", "patience": 2, "minDelta": 0.05}, lambda: PatientPruner(None, 2, 0.05)),
    (
        {"kind": "patient", "pruner": {"kind": "median", "startupTrials": 2}, "patience": 1},
        lambda: PatientPruner(MedianPruner(2), 1),
    ),
    ({"kind": "wilcoxon"}, lambda: WilcoxonPruner()),
    ({"kind": "wilcoxon", "level": 0.2, "startupFolds": 4}, lambda: WilcoxonPruner(p_threshold=0.2, n_startup_steps=4)),
]
STEPS = 10


def curves(kind):
    """Curves that fall towards a level of their own, with ties and, for pruners of steps, NaN."""
    result = []
    for _ in range(36):
        level, rate, noise = random.uniform(0, 1), random.uniform(0.2, 1.2), random.uniform(0, 0.3)
        curve = level + np.exp(-rate * np.arange(STEPS)) + noise * random.normal(size=STEPS)
        if kind == "wilcoxon":
            curve = level * 0.3 + 0.3 * random.normal(size=STEPS)
        curve = np.round(curve, 2 if random.random() < 0.5 else 1).tolist()
        if kind not in ("wilcoxon", "patient") and random.random() < 0.2:
            for place in range(int(random.integers(0, STEPS)), STEPS):
                curve[place] = None
        result.append(curve)
    return result


def decisions(make, direction, runs):
    study = optuna.create_study(direction=direction, pruner=make(), sampler=optuna.samplers.RandomSampler(seed=0))
    ends = []
    for curve in runs:
        trial, end = study.ask(), None
        for step, value in enumerate(curve):
            trial.report(float("nan") if value is None else value, step)
            if trial.should_prune():
                end = step
                break
        if end is not None:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            known = [value for value in curve if value is not None]
            # of folds the mean counts, as in cross-validation
            last = sum(known) / len(known) if len(known) == STEPS else None
            if last is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, last)
        ends.append(end)
    return ends


def brackets(low, high, factor):
    pruner = optuna.pruners.HyperbandPruner(low, high, factor)
    pruner._try_initialization(None)
    return {"minResource": low, "maxResource": high, "reductionFactor": factor, "shares": pruner._trial_allocation_budgets}


scenarios = []
for config, make in PRUNERS:
    for direction in ("minimize", "maximize"):
        runs = curves(config["kind"])
        scenarios.append({"pruner": config, "direction": direction, "curves": runs, "ends": decisions(make, direction, runs)})

tails = []
for count, digits in ((2, 3), (5, 3), (8, 1), (13, 1), (20, 9), (50, 9), (120, 1), (150, 2)):
    for shift in (-0.2, 0.0, 0.3):
        differences = np.round(random.normal(shift, 1, count), digits).tolist()
        p = wilcoxon(differences, alternative="greater", zero_method="zsplit").pvalue
        tails.append({"differences": differences, "p": float(p)})

out = {"scenarios": scenarios, "tails": tails, "brackets": [brackets(1, 81, 3), brackets(2, 100, 4), brackets(5, 5, 2)]}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
