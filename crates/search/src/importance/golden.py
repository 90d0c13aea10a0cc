"""Writes golden.json: importances by Optuna's PED-ANOVA: python golden.py"""
import json
import math
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.trial import create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
generator = np.random.default_rng(8)
distributions = {
    'x': FloatDistribution(-5, 5),
    'rate': FloatDistribution(1e-4, 1, log=True),
    'share': FloatDistribution(0, 1, step=0.1),
    'coarse': FloatDistribution(0, 1, step=0.4),
    'units': IntDistribution(1, 500, log=True),
    'odd': IntDistribution(0, 10, step=3),
    'many': IntDistribution(0, 200),
    'kind': CategoricalDistribution((0, 1, 2)),
    'inner': FloatDistribution(0, 1),
}
dimensions = [
    {'name': 'x', 'kind': 'float', 'low': -5, 'high': 5, 'log': False},
    {'name': 'rate', 'kind': 'float', 'low': 1e-4, 'high': 1, 'log': True},
    {'name': 'share', 'kind': 'float', 'low': 0, 'high': 1, 'log': False, 'step': 0.1},
    # the last value is 0.8, and 9 below
    {'name': 'coarse', 'kind': 'float', 'low': 0, 'high': 1, 'log': False, 'step': 0.4},
    {'name': 'units', 'kind': 'int', 'low': 1, 'high': 500, 'log': True, 'step': 1},
    {'name': 'odd', 'kind': 'int', 'low': 0, 'high': 10, 'log': False, 'step': 3},
    {'name': 'many', 'kind': 'int', 'low': 0, 'high': 200, 'log': False, 'step': 1},
    {'name': 'kind', 'kind': 'category', 'count': 3},
    {'name': 'inner', 'kind': 'float', 'low': 0, 'high': 1, 'log': False, 'when': {'parent': 7, 'low': 1, 'high': 1}},
]
cases = []
for trials in [12, 150, 400]:
    study = optuna.create_study()
    points, values = [], []
    for _ in range(trials):
        params = {
            'x': generator.uniform(-5, 5),
            'rate': math.exp(generator.uniform(math.log(1e-4), 0)),
            'share': int(generator.integers(0, 11)) * 0.1,
            'coarse': int(generator.integers(0, 3)) * 0.4,
            'units': int(generator.integers(1, 501)),
            'odd': int(generator.integers(0, 4)) * 3,
            'many': int(generator.integers(0, 201)),
            'kind': int(generator.integers(0, 3)),
            'inner': generator.uniform(),
        }
        value = (params['x'] - 1) ** 2 + 2 * abs(math.log10(params['rate']) + 2) + params['many'] / 100
        value += 5 * abs(params['coarse'] - 0.4) + abs(params['odd'] - 9) / 3
        value += {0: 3, 1: 4 * params['inner'], 2: 5}[params['kind']]
        if params['kind'] != 1:
            del params['inner']
        known = {name: distributions[name] for name in params}
        study.add_trial(create_trial(params=params, distributions=known, value=value))
        points.append([params.get(dimension['name']) for dimension in dimensions])
        values.append(value)
    found = PedAnovaImportanceEvaluator().evaluate(study)
    total = sum(found.values())
    importance = [found.get(dimension['name'], 0) / total for dimension in dimensions]
    cases.append({'points': points, 'values': values, 'importance': importance})
golden = {'optuna': optuna.__version__, 'space': {'dimensions': dimensions}, 'cases': cases}
(Path(__file__).parent / 'golden.json').write_text(json.dumps(golden) + '\n')
