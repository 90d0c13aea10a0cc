"""scikit-learn's RandomizedSearchCV over MLPClassifier, on the candidates and folds of benches/tune.mjs. Reads JSON, writes JSON."""

import json
import os
import resource
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import sklearn
from joblib.externals.loky import get_reusable_executor
from sklearn.model_selection import KFold, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")
os.environ["PYTHONWARNINGS"] = "ignore"

job = json.load(sys.stdin)
inputs = np.array(job["inputs"], dtype=np.float32).reshape(-1, 64) / 16
labels = np.array(job["labels"])
# each candidate is a list of its own, so that all nine are tried once
space = [{"learning_rate_init": [c["learningRate"]], "batch_size": [c["batchSize"]]} for c in job["candidates"]]
network = MLPClassifier((100,), solver="adam", alpha=0, max_iter=30, tol=0, n_iter_no_change=31, random_state=0)
search = RandomizedSearchCV(network, space, n_iter=len(space), cv=KFold(5), n_jobs=-1, refit=False, random_state=0)


def processor():
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


begin, used = time.perf_counter(), processor()
search.fit(inputs, labels)
seconds = time.perf_counter() - begin
get_reusable_executor().shutdown(wait=True)  # children count when they have ended
used = processor() - used
found = {
    (p["learning_rate_init"], p["batch_size"]): score
    for p, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"])
}
scores = [float(found[(c["learningRate"], c["batchSize"])]) for c in job["candidates"]]
print(json.dumps({"version": sklearn.__version__, "seconds": seconds, "processor": used, "scores": scores}))
