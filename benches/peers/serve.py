"""The inside of a contestant's process in Python: the same questions and answers as lib/serve.mjs."""

import json
import os
import sys
import time

import numpy as np

HELD_OUT = 2048


def job():
    return json.loads(sys.argv[1])


def load(job):
    """Inputs, targets and first kernels ([inputs, outputs]) as arrays."""
    task, folder = job["task"], job["folder"]
    sizes = task["sizes"]
    read = lambda name, kind: np.fromfile(os.path.join(folder, name), dtype=kind)
    x = read("inputs", "<f4").reshape(-1, sizes[0])
    classes = task["loss"] == "crossEntropy"
    y = read("targets", "<u4").astype(np.int64) if classes else read("targets", "<f4").reshape(-1, sizes[-1])
    kernels = [read(f"kernel_{i}", "<f4").reshape(a, b) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]
    return x, y, kernels


def say(value):
    print(json.dumps(value), flush=True)


def serve(create):
    """`create(job, x, y, kernels)` returns (version, learn(rows), train(seconds) -> rows)."""
    given = job()
    try:
        version, learn, train = create(given, *load(given))
    except Exception as error:  # a peer that does not start is reported, not raised
        say({"error": str(error).split("\n")[0]})
        return
    say({"ready": True, "version": version})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "learn":
                say({"loss": float(learn(request["rows"]))})
                continue
            begin, cpu = time.perf_counter(), time.process_time()
            rows = train(request["seconds"])
            say({"rows": rows, "seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu})
        except Exception as error:
            say({"error": str(error).split("\n")[0]})
