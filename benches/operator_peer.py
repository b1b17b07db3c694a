"""scipy beside `cargo bench --bench operator`: seconds of ARPACK's eigsh, of the dense solver, and of Hutchinson's estimate in numpy.

Needs `pip install scipy`. Matrices are of the same size and law as those of operator.rs; medians of five runs are shown.
"""

import statistics
import time

import numpy as np
import scipy.linalg
from scipy.sparse import diags_array, eye_array, kron
from scipy.sparse.linalg import LinearOperator, eigsh


def median(name, work, runs=5):
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        extra = work()
        seconds.append(time.perf_counter() - start)
    print(f"scipy, {name}: {statistics.median(seconds) * 1e3:.1f} ms {extra or ''}", flush=True)


def main():
    generator = np.random.default_rng(1)
    n = 2000
    glass = np.triu(generator.standard_normal((n, n)) / np.sqrt(n), 1)
    glass = glass + glass.T
    norm = 2.0

    def pairs(matrix, size, k, tolerance, which):
        count = [0]

        def product(x):
            count[0] += 1
            return matrix @ x

        operator = LinearOperator((size, size), matvec=product, dtype=float)
        ncv = max(2 * k + 20, 40)
        values, vectors = eigsh(operator, k=k, which=which, tol=tolerance, ncv=ncv)
        residual = np.linalg.norm(matrix @ vectors - vectors * values, axis=0).max()
        return f"({count[0]} products, residual {residual / norm:.1e} of the norm)"

    median("eigsh, 5 + 5 eigenpairs, dense n = 2000", lambda: pairs(glass, n, 10, 1e-6, "BE"))
    median("eigvalsh, n = 2000", lambda: scipy.linalg.eigvalsh(glass) is None, 3)

    side = 512
    ring = diags_array([np.ones(side - 1), np.ones(side - 1)], offsets=[-1, 1]).tolil()
    ring[0, side - 1] = ring[side - 1, 0] = 1.0
    torus = (kron(ring, eye_array(side)) + kron(eye_array(side), ring)).tocsr()
    x = generator.standard_normal(side * side)
    median("one product of the 512 × 512 lattice", lambda: (torus @ x) is None)

    signs = generator.choice([-1.0, 1.0], size=(60, n))
    median("60 products of signs, dense n = 2000", lambda: f"trace {np.mean(np.sum((signs @ glass) * signs, axis=1)):.3f}")


main()
