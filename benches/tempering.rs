//! Parallel tempering of a ±J glass, 10 × 10 × 10 spins at 32 temperatures in two replicas, one thread, beside spin-sim:
//! `cargo bench --bench tempering`.

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spin_sim::config::{SimConfig, SweepMode};
use spin_sim::{Lattice as PeerLattice, Realization, run_sweep_loop};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

const L: usize = 10;
const SPINS: u64 = 1000;
const TEMPERATURES: usize = 32;
const REPLICAS: usize = 2;
/// Updates per sweep of all systems.
const UPDATES: u64 = SPINS * (TEMPERATURES * REPLICAS) as u64;

/// Sweeps with an exchange after each, energies and overlaps measured; throughput in attempted updates of a spin.
fn glass(criterion: &mut Criterion) {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut group = criterion.benchmark_group("tempering of the 10 x 10 x 10 glass");
    let ladder = geomspace(0.5, 2.0, TEMPERATURES);
    let ising = Ising::edwards_anderson(Lattice::cubic(L), Disorder::PlusMinus, 1);
    let ising = ising.expect("a valid lattice");

    let sweeps = 1_000;
    group.throughput(Throughput::Elements(sweeps * UPDATES));
    for (name, update) in [("heat bath", Update::HeatBath), ("metropolis", Update::Metropolis)] {
        let run = ising.tempering(ladder.clone()).update(update).thermalization(0);
        let run = run.sweeps(sweeps as i64).seed(1);
        group.bench_function(format!("statmech, {name}"), |bencher| {
            bencher.iter(|| pool.install(|| black_box(&run).run().expect("valid settings")));
        });
    }

    let sweeps = 50;
    group.throughput(Throughput::Elements(sweeps * UPDATES));
    let run = ising.tempering(ladder.clone()).order(SiteOrder::Sequential).thermalization(0);
    let run = run.sweeps(sweeps as i64).seed(1);
    group.bench_function("statmech, one system after the other", |bencher| {
        bencher.iter(|| pool.install(|| black_box(&run).run().expect("valid settings")));
    });

    let lattice = PeerLattice::new(vec![L; 3]);
    let bonds = ising.bonds();
    let couplings: Vec<f32> = bonds.iter().map(|bond| bond.2 as f32).collect();
    let temperatures: Vec<f32> = ladder.iter().map(|&t| t as f32).collect();
    let mut realization = Realization::new(&lattice, couplings, &temperatures, REPLICAS, 1);
    for (name, sweep_mode) in [("metropolis", SweepMode::Metropolis), ("gibbs", SweepMode::Gibbs)] {
        let config = SimConfig {
            n_sweeps: sweeps as usize,
            warmup_sweeps: 0,
            sweep_mode,
            cluster_update: None,
            pt_interval: Some(1),
            overlap_cluster: None,
            autocorrelation_max_lag: None,
            sequential: true,
            equilibration_diagnostic: false,
        };
        let never = AtomicBool::new(false);
        group.bench_function(format!("spin-sim, {name}"), |bencher| {
            bencher.iter(|| {
                pool.install(|| {
                    run_sweep_loop(
                        &lattice,
                        &mut realization,
                        REPLICAS,
                        TEMPERATURES,
                        &config,
                        &never,
                        &|| {},
                        0,
                    )
                    .expect("valid settings")
                })
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = glass
}
criterion_main!(benches);
