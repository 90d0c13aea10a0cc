"""Numbers for tests/gaussian_process.rs: scikit-learn for the process, mpmath for functions of the normal distribution.

    python gaussian_process.py > gaussian_process.json
"""

import json

import mpmath
import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

mpmath.mp.dps = 60


def process(count, lengths, scale, noise, seed):
    random = np.random.RandomState(seed)
    x = random.uniform(size=(count, len(lengths)))
    y = np.sin(5 * x[:, 0]) + (x[:, -1] - 0.3) ** 2 + 0.1 * random.normal(size=count)
    # the noise as part of the kernel, so that its derivative is known too; `alpha` would only be added
    kernel = ConstantKernel(scale) * Matern(lengths, nu=2.5) + WhiteKernel(noise)
    model = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(x, y)
    at = random.uniform(size=(9, len(lengths)))
    mean, deviation = model.predict(at, return_std=True)
    likelihood, gradient = model.log_marginal_likelihood(model.kernel_.theta, eval_gradient=True)
    return {
        "lengths": lengths,
        "scale": scale,
        "noise": noise,
        "x": x.tolist(),
        "y": y.tolist(),
        "at": at.tolist(),
        "mean": mean.tolist(),
        # scikit-learn's is that of an observation
        "variance": (deviation**2 - noise).tolist(),
        "likelihood": likelihood,
        # over ln scale, ln ℓ …, ln noise
        "gradient": gradient.tolist(),
    }


def improvement(z):
    # the difference below loses some 2 log10 |z| of 60 digits
    z = mpmath.mpf(z)
    density = mpmath.exp(-z * z / 2) / mpmath.sqrt(2 * mpmath.pi)
    distribution = mpmath.erfc(-z / mpmath.sqrt(2)) / 2
    h = density + z * distribution
    return [float(z), float(mpmath.log(h)), float(distribution / h), float(mpmath.log(distribution)), float(density / distribution)]


print(
    json.dumps(
        {
            "processes": [
                process(1, [0.5], 1.0, 1e-2, 0),
                process(20, [0.3, 2.0], 1.7, 1e-3, 1),
                process(43, [0.2, 0.5, 1.0, 4.0, 9.0], 0.6, 1e-1, 2),
            ],
            # z, ln h(z), its derivative, ln Φ(z), its derivative
            "normal": [improvement(z) for z in [8, 3, 1, 0.5, 0, -0.3, -1, -2, -4, -4.999, -5.001, -6, -8, -12, -25, -38, -60, -120, -448, -1e6]],
        }
    )
)
