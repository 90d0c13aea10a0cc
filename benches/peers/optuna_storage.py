"""Optuna on its SQLite storage: trials that take no time, with five parameters; prints a line of JSON."""

import json
import os
import shutil
import sys
import tempfile
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
job = json.loads(sys.argv[1])
folder = tempfile.mkdtemp(dir=job["parent"])
url = "sqlite:///" + os.path.join(folder, "study.db")
reports = job.get("reports", 0)


def objective(trial):
    trial.suggest_float("learningRate", 1e-4, 1e-1, log=True)
    trial.suggest_int("units", 16, 512)
    trial.suggest_float("decay", 0, 1)
    trial.suggest_categorical("batchSize", [32, 64, 128])
    trial.suggest_float("momentum", 0, 0.99)
    for step in range(reports):
        trial.report(1 / (step + 1), step)
    return 1 / (trial.number + 1)


try:
    study = optuna.create_study(storage=url, study_name="study", sampler=optuna.samplers.RandomSampler(seed=0))
    start = time.perf_counter()
    study.optimize(objective, n_trials=job["trials"])
    result = {"rate": job["trials"] / (time.perf_counter() - start), "version": optuna.__version__}
    if job["task"] == "open":
        start = time.perf_counter()
        count = len(optuna.load_study(storage=url, study_name="study").trials)
        assert count == job["trials"]
        result["seconds"] = time.perf_counter() - start
    print(json.dumps(result))
finally:
    shutil.rmtree(folder, ignore_errors=True)
