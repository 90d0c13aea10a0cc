"""Golden values of reduceOnPlateau: Keras's ReduceLROnPlateau, its definition in plain f64. Writes plateau.json beside it.

Keras computes with the f32 of its optimizer; the definition is the same.
"""

import json
import pathlib
import random

class ReduceLROnPlateau:
    """keras.callbacks.ReduceLROnPlateau.on_epoch_end, with its names."""

    def __init__(self, rate, mode, factor, patience, min_delta, cooldown, min_lr):
        self.rate, self.mode, self.factor, self.patience = rate, mode, factor, patience
        self.min_delta, self.cooldown, self.min_lr = min_delta, cooldown, min_lr
        self.cooldown_counter = self.wait = 0
        self.best = float("inf") if mode == "min" else -float("inf")

    def improved(self, a):
        return a < self.best - self.min_delta if self.mode == "min" else a > self.best + self.min_delta

    def on_epoch_end(self, current):
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improved(current):
            self.best = current
            self.wait = 0
        elif not self.cooldown_counter > 0:
            self.wait += 1
            if self.wait >= self.patience:
                if self.rate > self.min_lr:
                    self.rate = max(self.rate * self.factor, self.min_lr)
                    self.cooldown_counter = self.cooldown
                    self.wait = 0


def main():
    draw = random.Random(1)
    cases = []
    for number in range(24):
        mode = draw.choice(["min", "max"])
        options = {
            "initial": 0.1,
            "monitor": "loss" if mode == "min" else "validation.accuracy",
            "factor": draw.choice([0.1, 0.5, 0.9]),
            "patience": draw.choice([0, 1, 2, 5]),
            "minDelta": draw.choice([0, 1e-4, 0.05]),
            "cooldown": draw.choice([0, 0, 1, 4]),
            "min": draw.choice([0, 1e-3, 0.03]),
        }
        sign = 1 if mode == "min" else -1
        level, values = 1.0, []
        for _ in range(60):
            level *= draw.choice([0.9, 0.99, 1.0])
            values.append(sign * (level + draw.choice([0, 0, 0.02, 0.2]) * draw.random()))
        names = ["factor", "patience", "minDelta", "cooldown", "min"]
        keras = ReduceLROnPlateau(options["initial"], mode, *(options[name] for name in names))
        rates = []
        for value in values:
            keras.on_epoch_end(value)
            rates.append(keras.rate)
        cases.append({"options": options, "values": values, "rates": rates})
    path = pathlib.Path(__file__).with_name("plateau.json")
    path.write_text(json.dumps(cases) + "\n")


main()
