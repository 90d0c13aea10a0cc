"""Golden runs of networks with several outputs from PyTorch: what `model/several.spec.ts` compares downslope with.

    python __test__/golden/several.py        (PyTorch >= 2, numpy; seconds)

  heads   a tanh trunk (4-8) with a head of three classes (cross entropy) and a head of two numbers (mean squared error);
          the total is weights[0] * crossEntropy + weights[1] * meanSquaredError. `frozen` keeps the trunk's kernel.
  shared  one kernel and bias applied to two inputs, tanh, the two results through a kernel each whose outputs are the two
          outputs of the network: the gradient of the shared layer is the sum over both. Mean squared errors.

Full batches of 24 rows, 30 steps of Adam or of SGD with momentum, from given weights. All numbers are from f64 arithmetic
on weights and rows that f32 holds exactly.
"""

import json
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
ROWS, STEPS = 24, 30
f32 = lambda x: x.astype(np.float32).astype(np.float64)
digits = lambda v, n=9: [float(f"{x:.{n}g}") for x in np.ravel(v)]


def dense(rng, name, n, m):
    return {
        f"{name}/kernel": f32(rng.uniform(-1, 1, (n, m)) * np.sqrt(6 / (n + m))),
        f"{name}/bias": f32(rng.normal(0, 0.1, m)),
    }


def optimizer(name, parameters):
    if name == "adam":
        return torch.optim.Adam(parameters, lr=0.02)
    return torch.optim.SGD(parameters, lr=0.05, momentum=0.9)


def train(weights, rule, frozen, losses_of):
    w = {k: torch.tensor(v, requires_grad=k not in frozen) for k, v in weights.items()}
    opt = optimizer(rule, [v for v in w.values() if v.requires_grad])
    history = []
    for _ in range(STEPS):
        parts, factors = losses_of(w)
        total = sum(f * p for f, p in zip(factors, parts))
        opt.zero_grad()
        total.backward()
        opt.step()
        history.append([total.item(), *(p.item() for p in parts)])
    return np.array(history), {k: v.detach().numpy() for k, v in w.items()}


def case(name, rule, factors, frozen, weights, losses_of):
    history, final = train(weights, rule, frozen, losses_of)
    return {
        "name": name,
        "optimizer": rule,
        "lossWeights": factors,
        "frozen": frozen,
        "losses": [digits(row) for row in history],
        "weights": {k: digits(v, 7) for k, v in final.items()},
    }


def linear(w, name, x):
    return x @ w[f"{name}/kernel"] + w[f"{name}/bias"]


def main():
    rng = np.random.default_rng(5)
    x = f32(rng.normal(0, 1, (ROWS, 4)))
    kind = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0.5)
    size = f32(np.stack([x[:, 0] - x[:, 2], np.sin(x[:, 3])], 1))
    heads = {**dense(rng, "trunk", 4, 8), **dense(rng, "kind", 8, 3), **dense(rng, "size", 8, 2)}
    tx, tkind, tsize = torch.tensor(x), torch.tensor(kind), torch.tensor(size)

    def of_heads(factors):
        def losses(w):
            h = torch.tanh(linear(w, "trunk", tx))
            parts = torch.nn.functional.cross_entropy(linear(w, "kind", h), tkind)
            return [parts, torch.nn.functional.mse_loss(linear(w, "size", h), tsize)], factors

        return losses

    cases = [
        case(f"{rule}, weights {factors}{', frozen' if frozen else ''}", rule, factors, frozen, heads, of_heads(factors))
        for rule in ["sgd", "adam"]
        for factors in [[1, 1], [0.25, 2]]
        for frozen in [[], ["trunk/kernel", "trunk/bias"]]
    ]
    a, b = f32(rng.normal(0, 1, (ROWS, 4))), f32(rng.normal(0, 1, (ROWS, 4)))
    left, right = f32(np.tanh(a[:, :1] + a[:, 1:2])), f32(b[:, :1] * b[:, 2:3])
    twins = {**dense(rng, "both", 4, 6), **dense(rng, "left", 6, 1), **dense(rng, "right", 6, 1)}
    ta, tb, tl, tr = (torch.tensor(v) for v in (a, b, left, right))

    def of_twins(w):
        heads = [linear(w, side, torch.tanh(linear(w, "both", v))) for side, v in [("left", ta), ("right", tb)]]
        return [torch.nn.functional.mse_loss(h, t) for h, t in zip(heads, [tl, tr])], [1, 1]

    shared = [case(rule, rule, [1, 1], [], twins, of_twins) for rule in ["sgd", "adam"]]
    flat = lambda weights: {k: {"shape": list(v.shape), "values": digits(v)} for k, v in weights.items()}
    problem = {
        "heads": {"weights": flat(heads), "x": x.tolist(), "kind": kind.tolist(), "size": size.tolist(), "cases": cases},
        "shared": {
            "weights": flat(twins),
            "a": a.tolist(),
            "b": b.tolist(),
            "left": left.tolist(),
            "right": right.tolist(),
            "cases": shared,
        },
    }
    (HERE / "several.json").write_text(json.dumps(problem, separators=(",", ":")) + "\n")


main()
