"""Golden training runs from PyTorch: what `golden.spec.ts` compares downslope with.

    python __test__/golden/make.py        (PyTorch >= 2, numpy; about a minute)

A 5-8-6-3 tanh network takes 50 steps from given weights on given rows, without shuffling:
  single  one batch of 30 rows, 50 epochs of one step, so that every epoch's loss is the loss of one step
  several 150 rows in batches of 30, 10 epochs of five steps
with cross entropy over three classes, and with the mean squared error of three outputs (`several` only).

All numbers are from f64 arithmetic on weights and rows that f32 holds exactly. `noise` is how far the same run in f32
is from that (largest relative difference over losses and norm): the floor that any f32 engine sees.

Decay: `weightDecay` is decoupled for adamw (torch.optim.AdamW) and lion (Chen et al. 2023, written out below) and added to the
gradient for all others (torch.optim). `decay: "kernels"` puts the biases into a parameter group without decay, which is downslope's
default; `decay: "all"` has one group, which is `decayAll: true`. `l2` adds l2/2 * sum(kernel**2) to the loss, kernels only.
An epoch's loss is the mean of its batches' losses, each before its step and without the penalty; the penalty is recorded beside
it, of the weights at the end of the epoch.
"""

import json
from pathlib import Path

import numpy as np
import torch

torch.set_num_threads(1)
HERE = Path(__file__).parent
WIDTHS = [5, 8, 6, 3]
BATCH, STEPS, DECAY, L2 = 30, 50, 0.05, 0.02

RULES = {
    "sgd": ("sgd", {"learningRate": 0.1}),
    "sgd momentum": ("sgd", {"learningRate": 0.05, "momentum": 0.9}),
    "sgd nesterov": ("sgd", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True}),
    "sgd dampening": ("sgd", {"learningRate": 0.1, "momentum": 0.8, "dampening": 0.5}),
    "adam": ("adam", {"learningRate": 0.01}),
    "adam betas": ("adam", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6}),
    "adam amsgrad": ("adam", {"learningRate": 0.02, "beta2": 0.9, "amsgrad": True}),
    "adamw": ("adamw", {"learningRate": 0.01}),
    "adamw betas": ("adamw", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6}),
    "adamw amsgrad": ("adamw", {"learningRate": 0.02, "beta2": 0.9, "amsgrad": True}),
    "nadam": ("nadam", {"learningRate": 0.01}),
    "nadam betas": ("nadam", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "momentumDecay": 0.1}),
    "adamax": ("adamax", {"learningRate": 0.01}),
    "adamax betas": ("adamax", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3}),
    "radam": ("radam", {"learningRate": 0.02}),
    "radam betas": ("radam", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}),
    "rmsprop": ("rmsprop", {"learningRate": 0.005}),
    "rmsprop momentum": ("rmsprop", {"learningRate": 0.002, "rho": 0.9, "momentum": 0.9, "epsilon": 1e-3}),
    "rmsprop centered": ("rmsprop", {"learningRate": 0.005, "centered": True, "epsilon": 1e-2}),
    "rmsprop centered momentum": ("rmsprop", {"learningRate": 0.002, "centered": True, "momentum": 0.5, "epsilon": 1e-2}),
    "adagrad": ("adagrad", {"learningRate": 0.05}),
    "adagrad options": (
        "adagrad",
        {"learningRate": 0.1, "learningRateDecay": 0.05, "initialAccumulator": 0.1, "epsilon": 1e-3},
    ),
    "adadelta": ("adadelta", {"learningRate": 1.0}),
    "adadelta options": ("adadelta", {"learningRate": 2.0, "rho": 0.8, "epsilon": 1e-3}),
    "lion": ("lion", {"learningRate": 0.003}),
    "lion betas": ("lion", {"learningRate": 0.002, "beta1": 0.8, "beta2": 0.95}),
}
# gradients are clipped with what the penalty adds to them, before coupled decay is added by the optimizer
CLIPPED = {
    "clip norm, plain": {"clipNorm": 0.1},
    "clip norm, decay and l2": {"clipNorm": 0.1, "weightDecay": DECAY, "decay": "kernels", "l2": L2},
    "clip value, decay and l2": {"clipValue": 0.02, "weightDecay": DECAY, "decay": "all", "l2": L2},
    "clip norm and value, decay": {"clipNorm": 0.3, "clipValue": 0.03, "weightDecay": DECAY, "decay": "kernels"},
    "max norm": {"maxNorm": 0.8},
}
CLIPPED_RULES = ["sgd", "sgd momentum", "adam", "adamw", "rmsprop", "lion"]
REGIMES = {
    "plain": {},
    "decay": {"weightDecay": DECAY, "decay": "kernels"},
    "decay all": {"weightDecay": DECAY, "decay": "all"},
    "l2": {"l2": L2},
    "decay and l2": {"weightDecay": DECAY, "decay": "kernels", "l2": L2},
}


def problem(rng):
    """Weights, rows and targets; everything is exactly representable in f32."""
    f32 = lambda x: x.astype(np.float32).astype(np.float64)
    weights = {}
    for i, (n, m) in enumerate(zip(WIDTHS, WIDTHS[1:]), 1):
        weights[f"dense_{i}/kernel"] = f32(rng.uniform(-1, 1, (n, m)) * np.sqrt(6 / (n + m)))
        weights[f"dense_{i}/bias"] = f32(rng.normal(0, 0.1, m))  # not zero, so that decay of biases shows
    x = f32(rng.normal(0, 1, (150, WIDTHS[0])))
    mixed = np.sin(x @ rng.normal(0, 1, (5, 3))) + 0.5 * x @ rng.normal(0, 1, (5, 3)) + rng.normal(0, 0.3, (150, 3))
    return weights, x, mixed.argmax(1), f32(mixed)


class Lion:
    """Algorithm 2 of Chen et al. 2023, which PyTorch lacks; the interface of a torch optimizer."""

    def __init__(self, groups, lr, betas):
        self.groups, self.lr, self.betas = groups, lr, betas
        self.momentum = {}

    def zero_grad(self):
        for w in (w for group in self.groups for w in group["params"]):
            w.grad = None

    def step(self):
        beta1, beta2 = self.betas
        for group in self.groups:
            for w in group["params"]:
                g = w.grad.numpy()
                m = self.momentum.get(id(w), np.zeros_like(g))
                update = np.sign(beta1 * m + (1 - beta1) * g) + group["weight_decay"] * w.detach().numpy()
                w.data -= torch.from_numpy(self.lr * update).to(w.dtype)
                self.momentum[id(w)] = (beta2 * m + (1 - beta2) * g).astype(g.dtype)


# downslope's names of PyTorch's options; beta1 and beta2 are one tuple there
NAMES = {
    "learningRate": "lr",
    "momentum": "momentum",
    "dampening": "dampening",
    "nesterov": "nesterov",
    "epsilon": "eps",
    "amsgrad": "amsgrad",
    "momentumDecay": "momentum_decay",
    "learningRateDecay": "lr_decay",
    "initialAccumulator": "initial_accumulator_value",
    "centered": "centered",
}
MAKE = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "adamax": torch.optim.Adamax,
    "radam": torch.optim.RAdam,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "adadelta": torch.optim.Adadelta,
    "lion": Lion,
}


def optimizer(kind, options, regime, kernels, biases):
    """The torch optimizer with one parameter group, or two where decay spares the biases."""
    decay = regime.get("weightDecay", 0.0)
    groups = [
        {"params": kernels, "weight_decay": decay},
        {"params": biases, "weight_decay": decay if regime.get("decay") == "all" else 0.0},
    ]
    named = {NAMES[name]: value for name, value in options.items() if name in NAMES}
    if "rho" in options:
        named["alpha" if kind == "rmsprop" else "rho"] = options["rho"]
    if "beta1" in options or "beta2" in options:
        named["betas"] = (options.get("beta1", 0.9), options.get("beta2", 0.999))
    if kind == "lion":
        named["betas"] = (options.get("beta1", 0.9), options.get("beta2", 0.99))
    return MAKE[kind](groups, **named)


def train(data, loss, rows, rule, regime, dtype):
    """50 steps; loss before and penalty after each, weights at the end."""
    weights, x, classes, numbers = data
    kind, options = rule
    w = {name: torch.tensor(v, dtype=dtype, requires_grad=True) for name, v in weights.items()}
    kernels = [v for name, v in w.items() if name.endswith("kernel")]
    biases = [v for name, v in w.items() if name.endswith("bias")]
    x = torch.tensor(x, dtype=dtype)
    target = torch.tensor(classes) if loss == "crossEntropy" else torch.tensor(numbers, dtype=dtype)
    criterion = torch.nn.CrossEntropyLoss() if loss == "crossEntropy" else torch.nn.MSELoss()
    opt = optimizer(kind, options, regime, kernels, biases)
    losses, penalties = [], []
    for step in range(STEPS):
        begin = step * BATCH % rows
        h = x[begin : begin + BATCH]
        for i in range(1, len(WIDTHS)):
            h = h @ w[f"dense_{i}/kernel"] + w[f"dense_{i}/bias"]
            if i < len(WIDTHS) - 1:
                h = torch.tanh(h)
        value = criterion(h, target[begin : begin + BATCH])
        penalty = regime.get("l2", 0.0) / 2 * sum((k**2).sum() for k in kernels)
        opt.zero_grad()
        (value + penalty).backward()
        if "clipNorm" in regime:
            torch.nn.utils.clip_grad_norm_(list(w.values()), regime["clipNorm"])
        if "clipValue" in regime:
            torch.nn.utils.clip_grad_value_(list(w.values()), regime["clipValue"])
        opt.step()
        if "maxNorm" in regime:
            with torch.no_grad():
                for k in kernels:
                    k.copy_(torch.renorm(k, p=2, dim=1, maxnorm=regime["maxNorm"]))
        losses.append(value.item())
        with torch.no_grad():
            penalties.append(float(regime.get("l2", 0.0) / 2 * sum((k**2).sum() for k in kernels)))
    final = {name: v.detach().to(torch.float64).numpy() for name, v in w.items()}
    return np.array(losses), np.array(penalties), final


def norm(weights):
    return float(np.sqrt(sum((v**2).sum() for v in weights.values())))


def digits(values, n=9):
    return [float(f"{v:.{n}g}") for v in np.ravel(values)]


def run(data, loss, rows, name, regime_name):
    rule, regime = RULES[name], (REGIMES | CLIPPED)[regime_name]
    losses, penalties, final = train(data, loss, rows, rule, regime, torch.float64)
    rough, _, rough_final = train(data, loss, rows, rule, regime, torch.float32)
    per_epoch = rows // BATCH
    mean = lambda v: v.reshape(-1, per_epoch).mean(1)
    noise = max(
        float(np.max(np.abs(mean(rough) - mean(losses)) / mean(losses))), abs(norm(rough_final) / norm(final) - 1)
    )
    case = {
        "name": f"{name}, {regime_name}, {'one batch' if per_epoch == 1 else 'several batches'}",
        "optimizer": rule[0],
        "options": rule[1],
        **regime,
        "rows": rows,
        "epochs": STEPS // per_epoch,
        "losses": digits(mean(losses)),
        "norm": digits([norm(final)])[0],
        "noise": float(f"{noise:.1e}"),
    }
    if regime.get("l2"):
        case["penalties"] = digits(penalties[per_epoch - 1 :: per_epoch])
    if rows > BATCH:
        case["weights"] = {k: digits(v, 7) for k, v in final.items()}
    return case


def main():
    rng = np.random.default_rng(20)
    data = problem(rng)
    weights, x, classes, numbers = data
    start = {
        "made": f"make.py, torch {torch.__version__.split('+')[0]}, numpy {np.__version__}",
        "widths": WIDTHS,
        "batchSize": BATCH,
        "weights": {k: {"shape": list(v.shape), "data": digits(v)} for k, v in weights.items()},
        "inputs": digits(x),
        "classes": classes.tolist(),
        "numbers": digits(numbers),
    }
    files = {"problem": start}
    names = [(rule, regime) for rule in RULES for regime in REGIMES]
    files["cross-entropy"] = [run(data, "crossEntropy", rows, *n) for rows in (BATCH, 150) for n in names]
    files["squared-error"] = [run(data, "meanSquaredError", 150, *n) for n in names]
    files["clipping"] = [run(data, "crossEntropy", 150, name, regime) for name in CLIPPED_RULES for regime in CLIPPED]
    for name, value in files.items():
        # one case a line: small, and a change shows as a line
        text = "[\n" + ",\n".join(json.dumps(v) for v in value) + "\n]" if isinstance(value, list) else json.dumps(value)
        (HERE / f"{name}.json").write_text(text + "\n")
        if isinstance(value, list):
            worst = max(value, key=lambda c: c["noise"])
            print(f"{name}: {len(value)} runs, worst f32 noise {worst['noise']} ({worst['name']})")


main()
