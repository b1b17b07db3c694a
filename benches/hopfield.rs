//! Hopfield networks, beside ferrotherm 0.41 in the same run, one thread each: `cargo bench --bench hopfield`.
//!
//! Hebb's couplings of random patterns. A sweep updates each unit once from a pattern with a tenth of its units flipped, at a temperature low enough for recall; ferrotherm has the
//! heat bath only, so that both have it here, and its couplings are built before the clock starts. At 10 000 units its graph would take gigabytes.

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

const TEMPERATURE: f64 = 0.1;

fn beside_ferrotherm(criterion: &mut Criterion) {
    // The global pool has one thread from here on, unless it had before.
    let _ = ThreadPoolBuilder::new().num_threads(1).build_global();
    for (size, count) in [(500, 25), (2000, 100), (2000, 270)] {
        let name = format!("sweep of {size} units with {count} patterns");
        let mut group = criterion.benchmark_group(name);
        let updates = |sweeps: usize| Throughput::Elements((sweeps * size) as u64);
        group.sample_size(20);
        let patterns = random_patterns(count, size, 1).expect("patterns");
        let start = corrupted(&patterns.row(0).to_owned(), 0.1, 2).expect("a pattern");
        let hebb = Hopfield::hebb(&patterns).expect("a network");
        let dense = Hopfield::from_couplings(&hebb.couplings().expect("a matrix"));
        for (name, net) in [("patterns", hebb), ("matrix", dense.expect("a network"))] {
            // One sweep from the start, with all that a call does before and after it.
            let warm = net.recall(&start).temperature(TEMPERATURE).sweeps(1);
            group.throughput(updates(1));
            group.bench_function(format!("statmech, {name}, one call"), |bencher| {
                bencher.iter(|| black_box(&warm).run().expect("a run"));
            });
            let many = warm.sweeps(20);
            group.throughput(updates(20));
            group.bench_function(format!("statmech, {name}, 20 sweeps"), |bencher| {
                bencher.iter(|| black_box(&many).run().expect("a run"));
            });
        }
        let rows: Vec<Vec<i8>> = patterns.rows().into_iter().map(|row| row.to_vec()).collect();
        let graph = ferrotherm::hopfield::hebbian(&rows);
        let mut sampler = ferrotherm::gibbs::Sampler::new(&graph, 1.0 / TEMPERATURE, 1);
        let start = start.to_vec();
        for (name, sweeps) in [("one sweep", 1), ("20 sweeps", 20)] {
            group.throughput(updates(sweeps));
            group.bench_function(format!("ferrotherm, {name}"), |bencher| {
                bencher.iter(|| {
                    sampler.s.copy_from_slice(black_box(&start));
                    sampler.sweeps(sweeps, None);
                });
            });
        }
    }
}

fn large(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("10 000 units with 1000 patterns");
    group.sample_size(10);
    let patterns = random_patterns(1000, 10_000, 1).expect("patterns");
    group.bench_function("building by Hebb's rule", |bencher| {
        bencher.iter(|| Hopfield::hebb(black_box(&patterns)).expect("a network"));
    });
    let net = Hopfield::hebb(&patterns).expect("a network");
    let recall = net.recall(&patterns.row(0).to_owned());
    group.bench_function("one sweep from a pattern", |bencher| {
        let one = recall.sweeps(1);
        bencher.iter(|| black_box(&one).run().expect("a run"));
    });
    group.bench_function("recall from a pattern to the fixed point", |bencher| {
        bencher.iter(|| black_box(&recall).run().expect("a run"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(300));
    targets = beside_ferrotherm, large
}
criterion_main!(benches);
