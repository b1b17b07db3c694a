//! Gradients and Hessian–vector products of perceptrons on 1,000 digits, on all threads: `cargo bench --bench nn`.
//!
//! `STATMECH_PEER_PYTHON=python` names an interpreter with JAX, whose compiled versions (`jax.grad`, and `jax.jvp` of it) of the same networks are then timed
//! in the same run (`nn_peer.py`); the machine should do nothing else.

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use statmech::prelude::*;

fn perceptrons(criterion: &mut Criterion) {
    let data = Dataset::from_images(&mnist().expect("digits").take(1000));
    for widths in [vec![784, 1024, 1024, 10], vec![784, 2048, 2048, 512, 10]] {
        for (bits, precision) in [(32, Precision::Single), (64, Precision::Double)] {
            let network = Network::mlp(widths.clone()).precision(precision);
            let objective = network.loss(&data).expect("a loss");
            let (theta, v) = (network.initial(0).expect("weights"), network.initial(1));
            let v = v.expect("weights");
            let mut group = criterion.benchmark_group(format!("{widths:?}, f{bits}"));
            group.sample_size(10);
            group.bench_function("gradient", |bencher| {
                bencher.iter(|| objective.gradient(black_box(&theta)).expect("a gradient"));
            });
            group.bench_function("Hessian-vector product", |bencher| {
                bencher
                    .iter(|| objective.hessian_vector(black_box(&theta), &v).expect("a product"));
            });
        }
    }
    if let Some(python) = std::env::var_os("STATMECH_PEER_PYTHON") {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/nn_peer.py");
        std::process::Command::new(python).arg(script).status().expect("the peer runs");
    }
}

criterion_group!(benches, perceptrons);
criterion_main!(benches);
