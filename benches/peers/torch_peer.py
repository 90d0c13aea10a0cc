"""PyTorch on the CPU: eager, with the fused optimizer. Decay is on kernels only, as everywhere here: two parameter groups."""

import time

import torch
from serve import HELD_OUT, serve


def create(job, x, y, kernels):
    torch.set_num_threads(job["threads"])
    torch.set_num_interop_threads(1)
    task, batch = job["task"], job["batch"]
    sizes, rule = task["sizes"], task["optimizer"]
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    rows = len(x)
    loss_of = torch.nn.functional.cross_entropy if task["loss"] == "crossEntropy" else torch.nn.functional.mse_loss

    def start():
        layers = []
        for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
            layer = torch.nn.Linear(a, b)
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(kernels[i]).T)
                layer.bias.zero_()
            layers += [layer, torch.nn.ReLU()]
        net = torch.nn.Sequential(*layers[:-1])
        decay = rule.get("weightDecay", 0)
        if rule["kind"] == "sgd":
            kernel = [p for p in net.parameters() if p.ndim == 2]
            bias = [p for p in net.parameters() if p.ndim == 1]
            groups = [{"params": kernel, "weight_decay": decay}, {"params": bias}] if decay else net.parameters()
            optimizer = torch.optim.SGD(groups, lr=rule["learningRate"], momentum=rule.get("momentum", 0), fused=True)
        else:
            kind = torch.optim.AdamW if rule["kind"] == "adamw" else torch.optim.Adam
            optimizer = kind(net.parameters(), lr=rule["learningRate"], weight_decay=decay, fused=True)
        return net, optimizer

    def step(net, optimizer, inputs, targets):
        optimizer.zero_grad(set_to_none=True)
        loss_of(net(inputs), targets).backward()
        optimizer.step()

    def learn(count):
        net, optimizer = start()
        for at in range(0, count, batch):
            step(net, optimizer, x[at : at + batch], y[at : at + batch])
        with torch.no_grad():
            return loss_of(net(x[rows - HELD_OUT :]), y[rows - HELD_OUT :])

    net, optimizer = start()
    usable = rows - HELD_OUT
    state = {"order": torch.randperm(usable), "at": 0}

    def train(seconds):
        begin, steps = time.perf_counter(), 0
        while time.perf_counter() - begin < seconds:
            if state["at"] + batch > usable:
                state["order"], state["at"] = torch.randperm(usable), 0
            index = state["order"][state["at"] : state["at"] + batch]
            state["at"] += batch
            step(net, optimizer, x[index], y[index])
            steps += 1
        return steps * batch

    return f"PyTorch {torch.__version__}, fused optimizer", learn, train


serve(create)
