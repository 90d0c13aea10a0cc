"""Values and gradients of every operation of `downslope/ops` from PyTorch: what `minimize/ops.spec.ts` compares with.

    python __test__/golden/ops.py        (PyTorch >= 2, numpy; seconds)

Each case is a call `ops.OP(...operands, ...extra)`. Operands are f32 numbers; those that are not `trained` are constants.
`output` is the value, `gradients` are those of sum(output * weights) for every trained operand. All arithmetic is f64.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).parent
rng = np.random.default_rng(5)
cases = []


def normal(*shape):
    return rng.normal(0, 1.3, shape).astype(np.float32)


def positive(*shape):
    return rng.uniform(0.2, 3, shape).astype(np.float32)


def numbers(values):
    return [float(f"{v:.9g}") for v in np.ravel(values)]


def add(op, function, operands, extra=(), fixed=(), listed=False, tolerance=None):
    """`function` takes torch tensors; `fixed` are the operands without gradient; `tolerance` is for large operands."""
    tensors = [torch.tensor(v.astype(np.float64), requires_grad=i not in fixed) for i, v in enumerate(operands)]
    output = function(*tensors)
    weights = rng.normal(0, 1, output.shape).astype(np.float32)
    gradients = [None if i in fixed else np.zeros(v.shape) for i, v in enumerate(operands)]
    if output.requires_grad:
        (output * torch.tensor(weights.astype(np.float64))).sum().backward()
        for i, t in enumerate(tensors):
            if i not in fixed and t.grad is not None:
                gradients[i] = t.grad.numpy()
    cases.append(
        {
            "op": op,
            "operands": [
                {"shape": list(v.shape), "data": numbers(v), "trained": i not in fixed} for i, v in enumerate(operands)
            ],
            **({"listed": True} if listed else {}),
            **({"tolerance": tolerance} if tolerance else {}),
            "extra": list(extra),
            "weights": numbers(weights),
            "shape": list(output.shape),
            "output": numbers(output.detach().to(torch.float64).numpy()),
            "gradients": [None if g is None else numbers(g) for g in gradients],
        }
    )


def elementwise():
    functions = {
        "negate": torch.neg,
        "exp": torch.exp,
        "expm1": torch.expm1,
        "square": torch.square,
        "abs": torch.abs,
        "sin": torch.sin,
        "cos": torch.cos,
        "sign": torch.sign,
        "linear": lambda x: x * 1,
        "relu": torch.relu,
        "selu": torch.selu,
        "gelu": F.gelu,
        "silu": F.silu,
        "mish": F.mish,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softplus": F.softplus,
        "softsign": F.softsign,
        "hardSigmoid": F.hardsigmoid,
        "leakyRelu": F.leaky_relu,
        "elu": F.elu,
    }
    for name, function in functions.items():
        add(name, function, [np.append(normal(2, 9), np.float32([[-6, 5], [0.01, -0.01]]), axis=1)])
        add(name, function, [np.float32(0.7)])
    add("leakyRelu", lambda x: F.leaky_relu(x, 0.2), [normal(5)], [{"negativeSlope": float(np.float32(0.2))}])
    add("elu", lambda x: F.elu(x, 1.5), [normal(5)], [{"alpha": 1.5}])
    for name, function in {"log": torch.log, "sqrt": torch.sqrt}.items():
        add(name, function, [positive(3, 5)])
    add("log1p", torch.log1p, [np.append(positive(7) - np.float32(0.9), np.float32([1e-6]))])
    add("clip", lambda x: x.clamp(-0.5, 1), [normal(3, 4)], [{"min": -0.5, "max": 1}])
    add("clip", lambda x: x.clamp(min=0.25), [normal(6)], [{"min": 0.25}])
    add("clip", lambda x: x.clamp(max=0.25), [normal(6)], [{"max": 0.25}])
    add("stopGradient", lambda x: x.detach(), [normal(4)])


def two():
    arithmetic = {
        "add": torch.add,
        "subtract": torch.subtract,
        "multiply": torch.multiply,
        "divide": torch.divide,
        "maximum": torch.maximum,
        "minimum": torch.minimum,
    }
    shapes = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (4,)), ((), (2, 3)), ((2, 1, 3), (4, 1)), ((5,), ())]
    for name, function in arithmetic.items():
        for a, b in shapes:
            second = positive(*b) if name == "divide" else normal(*b)
            add(name, function, [normal(*a), np.float32(second)])
    ties = np.float32([1, 2, 3])
    add("maximum", torch.maximum, [ties, np.float32([1, 5, 0])])
    add("minimum", torch.minimum, [ties, np.float32([1, 5, 0])])
    for a, b in shapes:
        add("pow", torch.pow, [np.float32(positive(*a)), np.float32(normal(*b))])
    add("pow", torch.pow, [np.float32([-2, -1.5, 3, 0.5]), np.float32([2, 3, 2, -1])], fixed=[1])
    same = np.float32([[1, 2], [3, 4]])
    for name, function in {"greater": torch.gt, "less": torch.lt, "equal": torch.eq}.items():
        add(name, lambda a, b, f=function: f(a, b).double(), [same, np.float32([1, 5])])
    choose = lambda c, a, b: torch.where(c != 0, a, b)
    condition = np.float32([[1, 0, -2], [0, 0, 1]])
    add("where", choose, [condition, normal(2, 3), normal(2, 3)], fixed=[0])
    add("where", choose, [condition, normal(3), np.float32(normal())], fixed=[0])


def reductions():
    functions = {
        "sum": torch.sum,
        "mean": torch.mean,
        "max": torch.amax,
        "min": torch.amin,
        "logSumExp": torch.logsumexp,
    }
    for name, function in functions.items():
        add(name, lambda x, f=function: f(x, dim=(0, 1, 2)), [normal(2, 3, 4)])
        add(name, lambda x, f=function: f(x, dim=(0, 1), keepdim=True), [normal(3, 4)], [{"keepDims": True}])
        for axis in (0, 1, -1):
            add(name, lambda x, f=function, a=axis: f(x, dim=(a,)), [normal(2, 3, 4)], [{"axis": axis}])
        add(name, lambda x, f=function: f(x, dim=(0, 2)), [normal(2, 3, 4)], [{"axis": [0, -1]}])
        keep = {"axis": [1], "keepDims": True}
        add(name, lambda x, f=function: f(x, dim=(1,), keepdim=True), [normal(2, 20, 3)], [keep])
    # e^(x - result), and the result has a spacing of 6e-5 at 1000
    add("logSumExp", lambda x: torch.logsumexp(x, 0), [np.float32([1000, 1001, -1000])], tolerance=6e-5)
    for extra in ({}, {"axis": 0}, {"axis": -1}, {"axis": 1, "keepDims": True}):
        function = lambda x: torch.argmax(x, extra.get("axis"), extra.get("keepDims", False)).double()
        add("argmax", function, [normal(3, 5)], [extra])
    add("argmax", lambda x: torch.tensor([1.0, 0.0]), [np.float32([[1, 4, 4], [2, 2, 1]])], [{"axis": 1}])
    for axis in (None, 0, 1, -1):
        options = [] if axis is None else [{"axis": axis}]
        dim = -1 if axis is None else axis
        add("softmax", lambda x: torch.softmax(x, dim), [normal(3, 4, 2)], options)
        add("logSoftmax", lambda x: torch.log_softmax(x, dim), [normal(3, 4, 2)], options)
    add("softmax", lambda x: torch.softmax(x.flatten(), 0).reshape(2, 3), [normal(2, 3)], [{"axis": [0, 1]}])
    add("softmax", lambda x: torch.softmax(x, 0), [np.float32([[1000, 1], [1001, 2]])], [{"axis": 0}])


def arrangement():
    for a, b in (
        ((3, 4), (4, 2)),
        ((4,), (4,)),
        ((4,), (4, 3)),
        ((3, 4), (4,)),
        ((2, 3, 4), (4, 5)),
        ((2, 1, 3, 4), (5, 4, 2)),
        ((2, 3, 4), (2, 4, 2)),
        ((4,), (2, 4, 3)),
        ((17, 33), (33, 19)),
    ):
        add("matmul", torch.matmul, [normal(*a), normal(*b)])
    add("transpose", lambda x: x.permute(2, 1, 0) * 1, [normal(2, 3, 4)])
    add("transpose", lambda x: x.permute(1, 0, 2) * 1, [normal(2, 3, 4)], [[1, 0, -1]])
    add("transpose", lambda x: x.T * 1, [normal(5, 3)])
    add("reshape", lambda x: x.reshape(3, 4), [normal(2, 6)], [[3, -1]])
    add("reshape", lambda x: x.reshape(()), [normal(1, 1)], [[]])
    cat = lambda dim: lambda *x: torch.cat(x, dim)
    add("concatenate", cat(0), [normal(2, 3), normal(1, 3)], [{"axis": 0}], listed=True)
    add("concatenate", cat(-1), [normal(2, 3), normal(2, 1), normal(2, 2)], [{"axis": -1}], listed=True)
    add("concatenate", cat(1), [normal(2, 3, 2), normal(2, 2, 2)], [{"axis": 1}], listed=True)
    add("slice", lambda x: x[1:3] * 1, [normal(5, 2)], [{"axis": 0, "begin": 1, "end": 3}])
    add("slice", lambda x: x[:, -2:] * 1, [normal(3, 5)], [{"axis": -1, "begin": -2}])
    add("slice", lambda x: x[:, :2] * 1, [normal(3, 5, 2)], [{"axis": 1, "end": -3}])
    for indices, axis in (([2, 0, 2], 0), ([[1, 1], [0, 2]], 0), ([1, 0, 0, 1], 1), (2, 0)):
        place = torch.tensor(indices)
        shape = lambda x: tuple(x.shape[:axis]) + tuple(place.shape) + tuple(x.shape[axis + 1 :])
        pick = lambda x: x.index_select(axis, place.flatten()).reshape(shape(x))
        add("gather", pick, [normal(4, 3)], [indices, {"axis": axis}])


def losses():
    rows = lambda x: x if x.dim() < 2 else x.flatten(1).mean(1)
    each = {
        "meanSquaredError": lambda p, t: (p - t) ** 2,
        "meanAbsoluteError": lambda p, t: (p - t).abs(),
        "logCosh": lambda p, t: torch.log(torch.cosh(p - t)),
        "hinge": lambda p, t: torch.relu(1 - t * p),
        "poisson": lambda p, t: F.poisson_nll_loss(p, t, log_input=True, reduction="none"),
        "huber": lambda p, t: F.huber_loss(p, t, reduction="none"),
        "binaryCrossEntropy": lambda p, t: F.binary_cross_entropy_with_logits(p, t, reduction="none"),
    }
    for name, function in each.items():
        for shape in ((), (5,), (4, 3), (4, 1), (3, 2, 2)):
            target = {"hinge": lambda *s: np.sign(normal(*s)), "poisson": positive}.get(name, normal)(*shape)
            if name == "binaryCrossEntropy":
                target = rng.uniform(0, 1, shape)
            operands = [np.float32(normal(*shape)), np.float32(target)]
            add(name, lambda p, t: rows(function(p, t)), operands, fixed=[1])
    huber = lambda p, t: rows(F.huber_loss(p, t, reduction="none", delta=0.5))
    add("huber", huber, [normal(4, 3), normal(4, 3)], [{"delta": 0.5}], fixed=[1])
    share = lambda *shape: np.float32(rng.dirichlet(np.ones(shape[1]), shape[0]))
    soft = lambda p, t: -(t * torch.log_softmax(p, 1)).sum(1)
    add("crossEntropy", soft, [normal(4, 3), share(4, 3)], fixed=[1])
    ids = lambda p, t: F.cross_entropy(p, t.long(), reduction="none")
    add("crossEntropy", ids, [normal(4, 3), np.float32([2, 0, 1, 1])], fixed=[1])
    divergence = lambda p, t: F.kl_div(torch.log_softmax(p, 1), t, reduction="none").sum(1)
    add("kullbackLeibler", divergence, [normal(4, 3), share(4, 3)], fixed=[1])
    add("kullbackLeibler", divergence, [normal(2, 3), np.float32([[0, 1, 0], [0.5, 0, 0.5]])], fixed=[1])


elementwise()
two()
reductions()
arrangement()
losses()
(HERE / "ops.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(f"{len(cases)} cases, torch {torch.__version__.split('+')[0]}, numpy {np.__version__}")
