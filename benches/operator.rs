//! Spectra and traces of symmetric operators: `cargo bench --bench operator`.
//!
//! `STATMECH_PEER_PYTHON=python` names a Python with scipy, whose `eigsh` (ARPACK) and dense solver are timed on the same operators at the end.

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use statmech::prelude::*;

/// Couplings of a glass of 2000 spins, as a dense matrix.
fn glass() -> Operator {
    let couplings = Ising::sherrington_kirkpatrick(2000, 1).expect("a glass").operator();
    let dense = couplings.expect("couplings").matrix().expect("a matrix");
    Operator::from_matrix(&dense).expect("an operator")
}

fn extremes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("5 largest and 5 smallest eigenvalues");
    group.sample_size(10);
    let glass = glass();
    let torus = Ising::square(512).expect("a torus").operator().expect("an operator");
    // Residuals of 1e-6 of the norm at most, from one start vector, as ARPACK has it.
    for (name, operator) in [("dense, n = 2000", &glass), ("square lattice, n = 262144", &torus)] {
        let lanczos = operator.lanczos(5).tolerance(1e-6);
        if name.starts_with("dense") {
            let once = lanczos.multiplicities(false);
            group.bench_function(name, |bencher| bencher.iter(|| once.run().expect("pairs")));
            group.bench_function(format!("{name}, multiplicities sought"), |bencher| {
                bencher.iter(|| lanczos.run().expect("pairs"));
            });
        } else {
            let few = lanczos.multiplicities(false).products(300);
            group.bench_function(format!("{name}, 300 products"), |bencher| {
                bencher.iter(|| few.run().expect("pairs"));
            });
        }
    }
    group.bench_function("dense, n = 2000, all eigenvalues (faer)", |bencher| {
        bencher.iter(|| black_box(&glass).eigenvalues().expect("eigenvalues"));
    });
}

fn traces(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("60 products, dense, n = 2000");
    group.sample_size(10).throughput(Throughput::Elements(60));
    let trace = glass().trace().products(60);
    for estimator in [
        TraceEstimator::Gaussian,
        TraceEstimator::Rademacher,
        TraceEstimator::HutchPlusPlus,
        TraceEstimator::XTrace,
    ] {
        let settings = trace.estimator(estimator);
        group.bench_function(estimator.name(), |bencher| {
            bencher.iter(|| settings.run().expect("a trace"));
        });
    }
}

fn slices(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trace of 64-32-10 network's Hessian, 1797 digits");
    group.sample_size(10);
    let network = Network::mlp([64, 32, 10]);
    let objective = network.loss(&Dataset::from_images(&digits().expect("digits")));
    let (objective, theta) = (objective.expect("a loss"), network.initial(1).expect("weights"));
    let slices = objective.slice_trace(&theta).samples(100);
    group.bench_function("100 slices, step chosen", |bencher| {
        bencher.iter(|| slices.run().expect("a trace"));
    });
    let given = slices.step_size(1e-3);
    group.bench_function("100 slices, step given", |bencher| {
        bencher.iter(|| given.run().expect("a trace"));
    });
    let products = objective.hessian_at(&theta).expect("an operator").trace().products(100);
    group.bench_function("100 products", |bencher| {
        bencher.iter(|| products.run().expect("a trace"));
    });
}

fn peer(_: &mut Criterion) {
    if let Some(python) = std::env::var_os("STATMECH_PEER_PYTHON") {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/operator_peer.py");
        std::process::Command::new(python).arg(script).status().expect("the peer runs");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(300));
    targets = extremes, traces, slices, peer
}
criterion_main!(benches);
