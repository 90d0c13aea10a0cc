"""Golden functions and losses from PyTorch: what `golden.rs` compares the kernels with.

    python crates/kernels/tests/golden/make.py        (PyTorch >= 2, numpy; seconds)

Inputs are numbers that f32 holds exactly; values and derivatives are PyTorch's, in f64, by its own functions and autograd.
log cosh and the hinge loss with targets of +-1 are not in PyTorch: they are written out here, the derivatives are autograd's.

functions.txt   name parameter x f(x) f'(x)
losses.txt      name parameter | outputs z | targets t | loss | gradient; targets "id 3" are class ids
softmax.txt     name | x | dy | y | dx
"""

import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent
rng = np.random.default_rng(5)


def f32(x):
    return np.asarray(x, np.float32).astype(np.float64)


def show(values):
    return " ".join(f"{float(v):.10g}" for v in np.ravel(values))


FUNCTIONS = {
    "relu": torch.relu,
    "leakyRelu": lambda x, p=0.01: F.leaky_relu(x, p),
    "relu6": F.relu6,
    "elu": lambda x, p=1.0: F.elu(x, p),
    "selu": F.selu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "hardSigmoid": F.hardsigmoid,
    # PyTorch's softplus is linear from 20 on; the definition is not
    "softplus": lambda x: F.softplus(x, threshold=700),
    "softsign": F.softsign,
    "silu": F.silu,
    "hardSilu": F.hardswish,
    "mish": F.mish,
    "gelu": F.gelu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "negate": torch.neg,
    "abs": torch.abs,
    "sign": torch.sign,
    "square": torch.square,
    "sqrt": torch.sqrt,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "sin": torch.sin,
    "cos": torch.cos,
}
PARAMETERS = {"leakyRelu": [0.01, 0.0, 0.2, 1.5], "elu": [1.0, 0.0, 0.5, 2.0]}
SMALL = [0.0, -0.0, 1e-45, -1e-45, 1e-40, -1e-40, 1.17549435e-38, 1e-30, -1e-30, 1e-12, -1e-12, 1e-5, -1e-5]
LARGE = [5.0, -5.0, 9.5, -9.5, 15.0, -15.0, 40.0, -40.0, 80.0, -80.0, 100.0, -100.0, 1e3, -1e3, 12345.678, -1e6, 1e9]


def points(name):
    x = np.concatenate([SMALL, LARGE, rng.normal(0, 1, 24), rng.normal(0, 4, 24)])
    if name in ("log", "sqrt"):
        x = np.abs(x)
        x = x[x > 0] if name == "log" else x
    if name == "log1p":
        x = x[x > -1]
    if name in ("exp", "expm1"):
        x = x[x < 88]
    if name == "square":
        x = x[np.abs(x) < 1e18]
    return f32(x)


def functions():
    for name, f in FUNCTIONS.items():
        for p in PARAMETERS.get(name, [0.0]):
            x = torch.tensor(points(name), requires_grad=True)
            y = f(x, float(f32(p))) if name in PARAMETERS else f(x)
            (d,) = torch.autograd.grad(y.sum(), x)
            for row in zip(x.tolist(), y.tolist(), d.tolist()):
                yield f"{name} {p} {show(row)}"


def mean(f):
    return lambda z, t, p: f(z, t, p).mean()


LOSSES = {
    "crossEntropy": lambda z, t, p: F.cross_entropy(z[None], t[None]),
    "binaryCrossEntropy": lambda z, t, p: F.binary_cross_entropy_with_logits(z, t),
    "kullbackLeibler": lambda z, t, p: F.kl_div(torch.log_softmax(z, 0), t, reduction="sum"),
    "squaredError": lambda z, t, p: F.mse_loss(z, t),
    "absoluteError": lambda z, t, p: F.l1_loss(z, t),
    "huber": lambda z, t, p: F.huber_loss(z, t, delta=p),
    "logCosh": mean(lambda z, t, p: F.softplus(-2 * (z - t).abs(), threshold=700) + (z - t).abs() - math.log(2)),
    "hinge": mean(lambda z, t, p: torch.relu(1 - t * z)),
    "poisson": lambda z, t, p: F.poisson_nll_loss(z, t, log_input=True, full=False),
}
DELTAS = [1.0, 0.25, 3.0]


def probabilities(n):
    t = f32(rng.random(n))
    if n > 2:
        t[1] = 0.0
    t /= t.sum()
    return f32(t)


def targets(name, n):
    if name in ("crossEntropy", "kullbackLeibler"):
        return probabilities(n)
    if name == "binaryCrossEntropy":
        return f32(np.where(rng.random(n) < 0.5, rng.random(n), rng.integers(0, 2, n)))
    if name == "hinge":
        return rng.integers(0, 2, n) * 2.0 - 1.0
    if name == "poisson":
        return f32(rng.poisson(3, n))
    return f32(rng.normal(0, 2, n))


def line(name, p, z, t, ids=None):
    x = torch.tensor(z, requires_grad=True)
    loss = LOSSES[name](x, torch.tensor(t) if ids is None else torch.tensor(ids), p)
    (d,) = torch.autograd.grad(loss, x)
    wanted = show(t) if ids is None else f"id {ids}"
    return f"{name} {p} | {show(z)} | {wanted} | {show([loss.item()])} | {show(d.tolist())}"


def losses():
    for name in LOSSES:
        largest = 60.0 if name == "poisson" else 1e4
        for p in DELTAS if name == "huber" else [0.0]:
            for n in (1, 2, 3, 10, 16, 17, 50):
                for kind in range(4):
                    z = rng.normal(0, (2, 10, 0.01, 4)[kind], n)
                    if kind == 3:  # extreme
                        z[0] = largest
                        z[-1] = -largest
                    if kind == 1 and n > 1:  # much alike
                        z[:] = z[0]
                    z, t = f32(z), targets(name, n)
                    yield line(name, p, z, t)
                    if name == "crossEntropy":
                        yield line(name, p, z, t, int(rng.integers(0, n)))
            if name not in ("crossEntropy", "kullbackLeibler", "binaryCrossEntropy", "hinge", "poisson"):
                # small errors, and none
                t = targets(name, 8)
                yield line(name, p, t + f32(t * 2.0**-12), t)
                yield line(name, p, t, t)


def rows():
    for name, f in (("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)):
        for n in (1, 2, 10, 16, 17, 40):
            for scale in (1, 30, 1e4):
                z, dy = f32(rng.normal(0, scale, n)), f32(rng.normal(0, 1, n))
                x = torch.tensor(z, requires_grad=True)
                y = f(x, 0)
                (d,) = torch.autograd.grad(y, x, torch.tensor(dy))
                yield f"{name} | {show(z)} | {show(dy)} | {show(y.tolist())} | {show(d.tolist())}"


for file, lines in (("functions", functions()), ("losses", losses()), ("softmax", rows())):
    lines = list(lines)
    (HERE / f"{file}.txt").write_text("\n".join(lines) + "\n")
    print(file, len(lines), f"torch {torch.__version__.split('+')[0]}")
