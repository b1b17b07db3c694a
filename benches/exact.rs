//! Speed of exact sums over all states: `cargo bench --bench exact`. On all threads unless `RAYON_NUM_THREADS` says otherwise.

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use statmech::prelude::*;
use statmech::rand::Rng;

/// The Sherrington–Kirkpatrick model in a field.
fn glass(n: usize) -> Ising {
    let mut random = Seed::new(1).generator();
    let mut couplings = Array2::zeros((n, n));
    for i in 0..n {
        for j in 0..i {
            // Uniform with variance 1/n.
            let value = (random.random::<f64>() - 0.5) * (12.0 / n as f64).sqrt();
            couplings[(i, j)] = value;
            couplings[(j, i)] = value;
        }
    }
    Ising::from_couplings(&couplings).and_then(|ising| ising.field(0.2)).expect("a valid model")
}

/// ln Z state by state in Gray-code order, with an exponential for each: the plain way, on one thread.
fn gray_code(ising: &Ising, t: f64) -> f64 {
    let n = ising.n_spins();
    let couplings = ising.couplings().expect("a small model");
    let rows: Vec<Vec<f64>> = couplings.outer_iter().map(|row| row.to_vec()).collect();
    let mut spins = vec![1.0; n];
    let mut local: Vec<f64> =
        rows.iter().zip(&ising.fields()).map(|(row, h)| row.iter().sum::<f64>() + h).collect();
    let mut energy = ising.energy(&Array1::from(vec![1; n])).expect("a configuration");
    let mut sum = (-energy / t).exp();
    for step in 1..1_u64 << n {
        let i = step.trailing_zeros() as usize;
        let twice: f64 = 2.0 * spins[i];
        energy += twice * local[i];
        spins[i] = -spins[i];
        for (local, coupling) in local.iter_mut().zip(&rows[i]) {
            *local -= twice * coupling;
        }
        sum += (-energy / t).exp();
    }
    sum.ln()
}

/// The same sum by the plain way and by contraction; throughput in states.
fn contraction(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ln Z of 24 spins in a field");
    group.throughput(Throughput::Elements(1 << 24));
    let glass = glass(24);
    let z = glass.partition_function(1.0).expect("a small system");
    let difference = gray_code(&glass, 1.0) - z.ln_z().expect("no deadline");
    assert!(difference.abs() < 1e-9, "the sums differ by {difference}");
    group.bench_function("Gray code, one exponential a state, one thread", |bencher| {
        bencher.iter(|| gray_code(black_box(&glass), 1.0));
    });
    group.bench_function("contraction", |bencher| {
        bencher.iter(|| black_box(&z).ln_z().expect("no deadline"));
    });
}

/// 30 spins: ln Z alone, and with all moments.
fn large(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("30 spins in a field");
    group.throughput(Throughput::Elements(1 << 30));
    let z = glass(30).partition_function(1.0).expect("a small system");
    group.bench_function("ln Z", |bencher| {
        bencher.iter(|| black_box(&z).ln_z().expect("no deadline"));
    });
    group.bench_function("energy, heat capacity, magnetizations, correlations", |bencher| {
        bencher.iter(|| black_box(&z).moments().expect("no deadline"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(5)).warm_up_time(Duration::from_secs(1));
    targets = contraction, large
}
criterion_main!(benches);
