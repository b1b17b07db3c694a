"""JAX beside `cargo bench --bench nn`: seconds of the gradient and of the Hessian-vector product (jvp of grad), compiled, on the CPU.

Needs `pip install jax`. The networks, the number of examples and the loss are those of nn.rs; medians of twenty runs are shown.
"""

import statistics
import time

import jax
import jax.numpy as jnp
import numpy as np

NETWORKS = [[784, 1024, 1024, 10], [784, 2048, 2048, 512, 10]]


def loss(parameters, inputs, labels):
    for weight, bias in parameters[:-1]:
        inputs = jnp.tanh(inputs @ weight.T + bias)
    weight, bias = parameters[-1]
    scores = jax.nn.log_softmax(inputs @ weight.T + bias)
    return -jnp.mean(jnp.take_along_axis(scores, labels[:, None], 1))


gradient = jax.jit(jax.grad(loss))


@jax.jit
def product(parameters, direction, inputs, labels):
    return jax.jvp(lambda p: jax.grad(loss)(p, inputs, labels), (parameters,), (direction,))[1]


def median(call):
    jax.block_until_ready(call())
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        jax.block_until_ready(call())
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def main():
    for widths in NETWORKS:
        for bits in (32, 64):
            jax.config.update("jax_enable_x64", bits == 64)
            random = np.random.default_rng(0)
            draw = lambda *shape: jnp.asarray(random.normal(size=shape), f"float{bits}")
            layer = lambda n, m: (draw(m, n) / np.sqrt(n).astype(f"float{bits}"), draw(m) * 0)
            parameters, direction = ([layer(n, m) for n, m in zip(widths, widths[1:])] for _ in range(2))
            inputs, labels = abs(draw(1000, widths[0])), jnp.asarray(random.integers(0, 10, 1000))
            seconds = median(lambda: gradient(parameters, inputs, labels))
            twice = median(lambda: product(parameters, direction, inputs, labels))
            print(f"{widths}, f{bits}: gradient {seconds:.4f} s, product {twice:.4f} s", flush=True)


if __name__ == "__main__":
    main()
