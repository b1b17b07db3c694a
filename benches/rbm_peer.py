"""Seconds of one PCD-1 epoch of scikit-learn's BernoulliRBM, for the bench `rbm` to stand beside.

10 000 binarised digits of 784 units, 500 hidden units, batches of 100; an epoch is a fourth of the difference between fits of
five and of one, so that the first batch's set-up is not counted, and the best of three. Data in both precisions, since the machine takes over theirs.
Run by itself: `python benches/rbm_peer.py`, with scikit-learn installed.
"""

import gzip
import time
from pathlib import Path

import numpy as np
import sklearn
from sklearn.neural_network import BernoulliRBM


def digits():
    path = Path(__file__).parent.parent / "data" / "mnist-10k-images.idx3-ubyte.gz"
    levels = np.frombuffer(gzip.open(path).read(), np.uint8, offset=16).reshape(10_000, 784)
    return 2 * levels.astype(np.uint16) >= 255


def fit(data, epochs):
    begun = time.perf_counter()
    BernoulliRBM(500, learning_rate=0.01, batch_size=100, n_iter=epochs, random_state=0).fit(data)
    return time.perf_counter() - begun


if __name__ == "__main__":
    bits = digits()
    for precision in (np.float32, np.float64):
        data = bits.astype(precision)
        fit(data[:1000], 1)
        seconds = min((fit(data, 5) - fit(data, 1)) / 4 for _ in range(3))
        print(f"scikit-learn {sklearn.__version__}, {precision.__name__}: {seconds:.3f} s per epoch", flush=True)
