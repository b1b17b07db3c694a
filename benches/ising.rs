//! Speed of the Ising engine, one thread: `cargo bench`, or `make bench`.

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use statmech::prelude::*;

/// One sweep of each update rule on the critical 64 × 64 torus; throughput in attempted updates of a spin.
fn sweeps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sweep of the 64 x 64 torus at T_c");
    group.throughput(Throughput::Elements(64 * 64));
    let rules = [
        ("metropolis, random sites", Update::Metropolis, SiteOrder::Random),
        ("metropolis, sequential sites", Update::Metropolis, SiteOrder::Sequential),
        ("metropolis, checkerboard", Update::Metropolis, SiteOrder::Checkerboard),
        ("heat bath, sequential sites", Update::HeatBath, SiteOrder::Sequential),
        ("wolff", Update::Wolff, SiteOrder::Random),
        ("swendsen-wang", Update::SwendsenWang, SiteOrder::Random),
    ];
    for (name, update, order) in rules {
        let start = Ising::square(64).and_then(|ising| ising.simulation(ONSAGER_TC));
        let mut simulation = start.expect("a valid model").update(update).order(order).seed(1);
        simulation.advance(200).expect("a valid rule");
        group.bench_function(name, |bencher| {
            bencher.iter(|| simulation.advance(black_box(1)).expect("a valid rule"));
        });
    }
}

/// Packed checkerboard sweeps of other sizes and of the cubic lattice near its critical temperature, 100 sweeps each.
fn packed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("100 packed metropolis sweeps near T_c");
    let square = |l: usize| (format!("square, L = {l}"), Ising::square(l), ONSAGER_TC);
    let cubic = |l: usize| (format!("cubic, L = {l}"), Ising::cubic(l), 4.5115);
    for (name, ising, t) in
        [square(10), square(16), square(32), square(100), square(256), cubic(10), cubic(64)]
    {
        let ising = ising.expect("a valid lattice");
        let simulation = ising.simulation(t).expect("a valid temperature");
        let mut simulation = simulation.order(SiteOrder::Checkerboard).seed(1);
        group.throughput(Throughput::Elements(100 * ising.n_spins() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| simulation.advance(black_box(100)).expect("a valid rule"));
        });
    }
}

/// Enumeration of 20 spins: integer energies are counted once, real ones walked for each temperature.
fn enumeration(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("enumeration of 20 spins");
    group.throughput(Throughput::Elements(1 << 20));
    let torus = Ising::on(Lattice::rectangle(4, 5)).expect("a valid lattice");
    group.bench_function("4 x 5 torus, joint histogram", |bencher| {
        bencher.iter(|| black_box(&torus).enumerate().expect("a small system"));
    });
    let couplings = Array2::from_shape_fn((20, 20), |(i, j)| {
        if i == j { 0.0 } else { (1.0 + (i * j) as f64 + (i + j) as f64).sin() }
    });
    let glass = Ising::from_couplings(&couplings).and_then(|ising| ising.enumerate());
    let glass = glass.expect("a small system");
    group.bench_function("real couplings, one temperature", |bencher| {
        bencher.iter(|| black_box(&glass).at(1.0).expect("a valid temperature"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = sweeps, packed, enumeration
}
criterion_main!(benches);
