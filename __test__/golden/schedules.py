"""Golden schedules: the first 1,000 values of PyTorch's and Keras' learning rate schedules, for `schedule.spec.ts`.

    python __test__/golden/schedules.py        (PyTorch >= 2, numpy; seconds)

PyTorch's numbers come from running its schedulers (f64, without training). Keras' come from the formulas that its
documentation publishes for `keras.optimizers.schedules`, written out here in numpy, so Keras need not be installed.
Values have 9 significant digits; the test compares with a relative tolerance of 1e-6.

Where the libraries differ from downslope by definition: Keras' PiecewiseConstantDecay keeps a value *up to and including*
its boundary, PyTorch's MultiStepLR and downslope's `piecewise` change at it, so PyTorch is the reference there. PyTorch's
CyclicLR(step_size_up) is `halfCycle`; momentum is not cycled.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch.optim import lr_scheduler as lr

HERE = Path(__file__).parent
STEPS, STEPS_PER_EPOCH = 1000, 50
s = np.arange(STEPS, dtype=np.float64)


def epochs(n):
    return {"kind": "epochs", "epochs": n}


def run(initial, make):
    """The rates that an optimizer has at each step under a scheduler of PyTorch."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=initial)
    scheduler = make(optimizer)
    values = []
    for _ in range(STEPS):
        values.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if len(values) < STEPS:  # OneCycleLR counts, and complains about one step too many
            scheduler.step()
    return values


def keras_restarts(initial, first, t_mul, m_mul, alpha):
    """CosineDecayRestarts, with the cycle found by counting rather than by logarithms."""
    values = []
    for step in s:
        start, length, cycle = 0.0, float(first), 0
        while step >= start + length - 1e-9:
            start, length, cycle = start + length, length * t_mul, cycle + 1
        cosine = 0.5 * m_mul**cycle * (1 + math.cos(math.pi * (step - start) / length))
        values.append(initial * ((1 - alpha) * cosine + alpha))
    return values


CASES = []


def case(schedule, options, against, values):
    values = [float(f"{value:.9g}") for value in np.broadcast_to(values, STEPS)]
    CASES.append({"schedule": schedule, "options": options, "against": against, "values": values})


case("constant", 0.25, "torch ConstantLR", run(0.25, lambda o: lr.ConstantLR(o, factor=1.0)))

case("exponentialDecay", {"initial": 0.1, "decayRate": 0.995, "decaySteps": 1}, "torch ExponentialLR",
     run(0.1, lambda o: lr.ExponentialLR(o, gamma=0.995)))
case("exponentialDecay", {"initial": 0.1, "decayRate": 0.5, "decaySteps": 130}, "keras ExponentialDecay",
     0.1 * 0.5 ** (s / 130))
case("exponentialDecay", {"initial": 0.1, "decayRate": 0.5, "decaySteps": 130, "staircase": True}, "keras ExponentialDecay",
     0.1 * 0.5 ** np.floor(s / 130))

case("stepDecay", {"initial": 0.1, "every": 130}, "torch StepLR", run(0.1, lambda o: lr.StepLR(o, 130)))
case("stepDecay", {"initial": 0.3, "factor": 0.7, "every": epochs(2)}, "torch StepLR",
     run(0.3, lambda o: lr.StepLR(o, 2 * STEPS_PER_EPOCH, gamma=0.7)))

case("piecewise", {"boundaries": [100, 250, 700], "values": [0.1, 0.05, 0.025, 0.0125]}, "torch MultiStepLR",
     run(0.1, lambda o: lr.MultiStepLR(o, [100, 250, 700], gamma=0.5)))
case("piecewise", {"boundaries": [100, epochs(5), 700], "values": [0.1, 0.05, 0.025, 0.0125]}, "torch MultiStepLR",
     run(0.1, lambda o: lr.MultiStepLR(o, [100, 250, 700], gamma=0.5)))

case("polynomialDecay", {"initial": 0.1}, "torch PolynomialLR",
     run(0.1, lambda o: lr.PolynomialLR(o, total_iters=STEPS)))
case("polynomialDecay", {"initial": 0.2, "power": 2, "decaySteps": 700}, "torch PolynomialLR",
     run(0.2, lambda o: lr.PolynomialLR(o, total_iters=700, power=2.0)))
case("polynomialDecay", {"initial": 0.2, "end": 0.01, "power": 0.5, "decaySteps": 600}, "keras PolynomialDecay",
     (0.2 - 0.01) * (1 - np.minimum(s, 600) / 600) ** 0.5 + 0.01)

case("inverseTimeDecay", {"initial": 0.1, "decayRate": 0.5, "decaySteps": 70}, "keras InverseTimeDecay",
     0.1 / (1 + 0.5 * s / 70))
case("inverseTimeDecay", {"initial": 0.1, "decayRate": 0.5, "decaySteps": 70, "staircase": True}, "keras InverseTimeDecay",
     0.1 / (1 + 0.5 * np.floor(s / 70)))

case("cosineDecay", {"initial": 0.1, "end": 0.001}, "torch CosineAnnealingLR",
     run(0.1, lambda o: lr.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.001)))
case("cosineDecay", {"initial": 0.2, "end": 0.02, "decaySteps": 600}, "keras CosineDecay (alpha 0.1)",
     0.2 * (0.9 * 0.5 * (1 + np.cos(np.pi * np.minimum(s, 600) / 600)) + 0.1))

case("cosineRestarts", {"initial": 0.1, "firstCycle": 50, "end": 0.001}, "torch CosineAnnealingWarmRestarts",
     run(0.1, lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=50, T_mult=2, eta_min=0.001)))
case("cosineRestarts", {"initial": 0.1, "firstCycle": epochs(1.4), "multiplier": 1}, "torch CosineAnnealingWarmRestarts",
     run(0.1, lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=70)))
case("cosineRestarts", {"initial": 0.1, "firstCycle": 10, "multiplier": 3}, "torch CosineAnnealingWarmRestarts",
     run(0.1, lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=10, T_mult=3)))
case("cosineRestarts", {"initial": 0.1, "end": 0.005, "firstCycle": 64, "multiplier": 1.5, "decay": 0.8},
     "keras CosineDecayRestarts (alpha 0.05)", keras_restarts(0.1, 64, 1.5, 0.8, 0.05))

case("warmup", {"steps": 200, "from": 0.01, "then": 0.1}, "torch LinearLR",
     run(0.1, lambda o: lr.LinearLR(o, start_factor=0.1, total_iters=200)))
case("warmup",
     {"steps": epochs(2), "from": 0.001, "then": {"schedule": "exponentialDecay", "options": {"initial": 0.1, "decayRate": 0.99, "decaySteps": 1}}},
     "torch SequentialLR(LinearLR, ExponentialLR)",
     run(0.1, lambda o: lr.SequentialLR(o, [lr.LinearLR(o, start_factor=0.01, total_iters=100), lr.ExponentialLR(o, 0.99)], [100])))

case("oneCycle", {"max": 0.1}, "torch OneCycleLR",
     run(0.1, lambda o: lr.OneCycleLR(o, max_lr=0.1, total_steps=STEPS, cycle_momentum=False)))
case("oneCycle", {"max": 0.4, "startFraction": 0.45, "divide": 10, "finalDivide": 100, "totalSteps": epochs(20)}, "torch OneCycleLR",
     run(0.1, lambda o: lr.OneCycleLR(o, max_lr=0.4, total_steps=STEPS, pct_start=0.45, div_factor=10, final_div_factor=100, cycle_momentum=False)))

for mode, theirs in [("triangular", "triangular"), ("triangular2", "triangular2"), ("exponential", "exp_range")]:
    gamma = {"gamma": 0.998} if mode == "exponential" else {}
    case("cyclic", {"min": 0.001, "max": 0.1, "halfCycle": 60, "mode": mode, **gamma}, f"torch CyclicLR {theirs}",
         run(0.1, lambda o: lr.CyclicLR(o, 0.001, 0.1, step_size_up=60, mode=theirs, cycle_momentum=False, **gamma)))

text = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in CASES)
header = json.dumps({"torch": torch.__version__.split("+")[0], "stepsPerEpoch": STEPS_PER_EPOCH, "totalSteps": STEPS})
(HERE / "schedules.json").write_text(f"{header[:-1]},\"cases\":[\n{text}\n]}}\n")
