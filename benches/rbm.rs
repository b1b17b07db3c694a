//! Restricted Boltzmann machines: `cargo bench --bench rbm`.
//!
//! Exact ln Z sums over all states of the hidden layer: 2²⁴ of them with 784 visible units each, on all threads.
//!
//! A PCD-1 epoch is one of 10 000 digits of 784 units with 500 hidden units in batches of 100, on all threads. `STATMECH_PEER_PYTHON=python` names an interpreter with
//! scikit-learn, whose `BernoulliRBM` is then timed at the same in the same run (`rbm_peer.py`).

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use statmech::prelude::*;

/// Weights as after training: of the order 1/√n, in fields.
fn machine(visible: &Layer, hidden: &Layer) -> Rbm {
    let wave = |k: usize| ((k as f64 * 0.7).sin() * 12_345.6).fract();
    let (n, m) = (visible.len(), hidden.len());
    let visible = visible.fields(&(0..n).map(|i| -1.0 + wave(i)).collect()).expect("fields");
    let hidden = hidden.fields(&(0..m).map(wave).collect()).expect("fields");
    let weights = Array2::from_shape_fn((n, m), |(i, mu)| 0.3 * wave(1 + i * m + mu));
    Rbm::new(visible, hidden).expect("a machine").weights(&weights).expect("weights")
}

fn exact(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exact ln Z, 784 visible units");
    group.sample_size(10);
    let binary = |n| Layer::binary(n).expect("a layer");
    for hidden in [16, 20, 24] {
        group.throughput(Throughput::Elements((1 << hidden) * 784));
        let rbm = machine(&binary(784), &binary(hidden));
        group.bench_function(format!("{hidden} hidden, binary"), |bencher| {
            bencher.iter(|| black_box(&rbm).ln_z().expect("ln Z"));
        });
    }
    group.throughput(Throughput::Elements((1 << 20) * 784));
    let layers = [
        ("20 hidden, spins", Layer::spin(784)),
        ("20 hidden, Gaussian visible", Layer::gaussian(784)),
        ("20 hidden, Potts visible (196 sites of 4)", Layer::potts(196, 4)),
    ];
    for (name, visible) in layers {
        let rbm = machine(&visible.expect("a layer"), &Layer::spin(20).expect("a layer"));
        group
            .bench_function(name, |bencher| bencher.iter(|| black_box(&rbm).ln_z().expect("ln Z")));
    }
    group.throughput(Throughput::Elements((1 << 12) * 784));
    let rbm = machine(&binary(784), &binary(12));
    group.bench_function("12 hidden, binary: averages", |bencher| {
        bencher.iter(|| black_box(&rbm).statistics().expect("averages"));
    });
}

fn training(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("PCD-1 epoch, 10 000 digits, 784 x 500");
    group.throughput(Throughput::Elements(10_000)).sample_size(10);
    let digits = mnist().expect("digits").binarized().mapv(|s| f64::from((s + 1) / 2));
    let rbm = Rbm::binary(784, 500).expect("a machine");
    let single = rbm.train(&digits).pcd(1).learning_rate(0.01).record_every(0);
    let settings = [
        ("single precision", single.clone()),
        ("single precision, centred", single.centered()),
        ("single precision, history", single.record_every(1)),
        ("double precision", single.double_precision()),
    ];
    for (name, settings) in settings {
        let mut trainer = settings.trainer().expect("a trainer");
        group.bench_function(name, |bencher| bencher.iter(|| trainer.epochs(1).expect("an epoch")));
    }
    if let Some(python) = std::env::var_os("STATMECH_PEER_PYTHON") {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/rbm_peer.py");
        std::process::Command::new(python).arg(script).status().expect("the peer runs");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(300));
    targets = exact, training
}
criterion_main!(benches);
