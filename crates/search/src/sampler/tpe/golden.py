"""Writes golden.json: kernels from scipy, the order of trials from Optuna's split, volumes from Optuna: python golden.py"""
import json
from pathlib import Path

import numpy as np
import optuna
import scipy
from optuna._hypervolume import compute_hypervolume
from optuna.samplers._tpe.sampler import _split_trials
from optuna.trial import TrialState, create_trial
from scipy.stats import truncnorm

optuna.logging.set_verbosity(optuna.logging.ERROR)
generator = np.random.default_rng(6)


def kernel(unit, bandwidth, edges):
    distribution = truncnorm(-unit / bandwidth, (1 - unit) / bandwidth, loc=unit, scale=bandwidth)
    at = [0.0, 0.01, 0.3, unit, 0.77, 1.0]
    log_densities = distribution.logpdf(at).tolist()
    # differences of one tail, so that small masses are exact
    masses = [
        distribution.cdf(b) - distribution.cdf(a) if b < unit else distribution.sf(a) - distribution.sf(b)
        for a, b in zip(edges[:-1], edges[1:])
    ]
    return {'unit': unit, 'bandwidth': bandwidth, 'at': at, 'logDensities': log_densities, 'edges': edges, 'masses': masses}


def split():
    """Trials of all kinds; which numbers are good for each number of good ones."""
    study = optuna.create_study()
    rows, trials = [], []
    for number in range(40):
        status = ['completed', 'completed', 'pruned'][generator.integers(3)]
        value, step = float(generator.integers(-4, 9)), int(generator.integers(0, 4))
        violation = float(generator.integers(1, 5)) if number % 6 == 5 else 0.0
        steps = {} if number % 9 == 8 else {0: 1.0, step: value}
        trial = create_trial(
            state=TrialState.COMPLETE if status == 'completed' else TrialState.PRUNED,
            value=value if status == 'completed' else None,
            intermediate_values=steps if status == 'pruned' else {},
            constraints={'c': violation},
        )
        trial.number = number
        rows.append({'status': status, 'value': value, 'step': step if steps else None, 'violation': violation})
        trials.append(trial)
    good = [[t.number for t in _split_trials(study, trials, count)[0]] for count in range(41)]
    return {'trials': rows, 'good': good}


def volumes():
    result = []
    for objectives in [2, 3, 4]:
        points = generator.random((12, objectives)).round(3)
        result.append({'points': points.tolist(), 'volume': float(compute_hypervolume(points, np.full(objectives, 1.1)))})
    return result


thirds = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]
cases = [(0.5, 1.0), (0.5, 0.03), (0.0, 0.2), (1.0, 0.05), (0.2, 0.4), (0.93, 0.03)]
golden = {
    'scipy': scipy.__version__,
    'optuna': optuna.__version__,
    'kernels': [kernel(unit, bandwidth, thirds) for unit, bandwidth in cases],
    'split': split(),
    'volumes': volumes(),
}
(Path(__file__).parent / 'golden.json').write_text(json.dumps(golden) + '\n')
