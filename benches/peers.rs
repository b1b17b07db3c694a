//! Speed beside published crates in the same run, one thread each: `cargo bench --bench peers`.
//!
//! spin-sim 0.2 (the core of peapods) and ferrotherm 0.41 at T_c on the 1024 × 1024 torus, from the same equilibrium, without
//! measurements; throughput in attempted updates, or in spins flipped by clusters. spin-sim flips a cluster only after a Metropolis
//! sweep, the time of which is measured and taken off.

#![allow(clippy::expect_used)] // A benchmark that cannot be set up has nothing to report.

use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spin_sim::config::{ClusterConfig, ClusterMode, SimConfig, SweepMode};
use spin_sim::{Realization, run_sweep_loop};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

const SIDE: usize = 1024;
const SITES: u64 = (SIDE * SIDE) as u64;

/// A configuration in equilibrium at T_c.
fn equilibrium() -> Simulation {
    // The global pool has one thread from here on, unless it had before.
    let _ = ThreadPoolBuilder::new().num_threads(1).build_global();
    let start = Ising::square(SIDE).and_then(|ising| ising.simulation(ONSAGER_TC));
    let mut simulation = start.expect("a valid model").update(Update::Wolff).seed(1);
    simulation.advance(50).expect("a valid rule");
    simulation
}

/// spin-sim's system with these spins.
struct Peer {
    lattice: spin_sim::Lattice,
    system: Realization,
}

impl Peer {
    fn new(spins: &Array1<i8>) -> Self {
        let lattice = spin_sim::Lattice::new(vec![SIDE, SIDE]);
        let couplings = vec![1.0; lattice.n_spins * lattice.n_neighbors];
        let mut system = Realization::new(&lattice, couplings, &[ONSAGER_TC as f32], 1, 1);
        system.spins.copy_from_slice(&spins.to_vec());
        Self { lattice, system }
    }

    /// So many sweeps, each followed by a cluster if there is a mode for it; nothing is measured.
    fn run(
        &mut self,
        sweep_mode: SweepMode,
        cluster: Option<ClusterMode>,
        sweeps: usize,
    ) -> Duration {
        let config = SimConfig {
            n_sweeps: sweeps,
            warmup_sweeps: sweeps,
            sweep_mode,
            cluster_update: cluster.map(|mode| ClusterConfig {
                interval: 1,
                mode,
                collect_stats: false,
            }),
            pt_interval: None,
            overlap_cluster: None,
            autocorrelation_max_lag: None,
            sequential: true,
            equilibration_diagnostic: false,
        };
        let (lattice, system) = (&self.lattice, &mut self.system);
        let begun = Instant::now();
        run_sweep_loop(lattice, system, 1, 1, &config, &AtomicBool::new(false), &|| {}, 0)
            .expect("a valid configuration");
        begun.elapsed()
    }
}

fn single_flips(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sweep of the 1024 x 1024 torus at T_c");
    group.throughput(Throughput::Elements(SITES)).sample_size(10);
    let equilibrium = equilibrium();
    for (name, update, order) in [
        ("statmech, metropolis, checkerboard", Update::Metropolis, SiteOrder::Checkerboard),
        ("statmech, heat bath, checkerboard", Update::HeatBath, SiteOrder::Checkerboard),
        ("statmech, metropolis, sequential", Update::Metropolis, SiteOrder::Sequential),
        ("statmech, metropolis, random", Update::Metropolis, SiteOrder::Random),
    ] {
        let mut simulation = equilibrium.update(update).order(order);
        simulation.advance(1).expect("a valid rule");
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|sweeps| {
                let begun = Instant::now();
                simulation.advance(sweeps as i64).expect("a valid rule");
                begun.elapsed()
            });
        });
    }
    let mut simulation = equilibrium.update(Update::Metropolis).order(SiteOrder::Checkerboard);
    group.bench_function("statmech, metropolis, checkerboard, each sweep measured", |bencher| {
        bencher.iter_custom(|sweeps| {
            let begun = Instant::now();
            simulation.measure(sweeps as i64).expect("a valid rule");
            begun.elapsed()
        });
    });
    let two = ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
    let mut simulation = equilibrium.update(Update::Metropolis).order(SiteOrder::Checkerboard);
    group.bench_function("statmech, metropolis, checkerboard, two threads", |bencher| {
        bencher.iter_custom(|sweeps| {
            let begun = Instant::now();
            two.install(|| simulation.advance(sweeps as i64)).expect("a valid rule");
            begun.elapsed()
        });
    });
    let mut peer = Peer::new(&equilibrium.spins());
    for (name, mode) in
        [("spin-sim, metropolis", SweepMode::Metropolis), ("spin-sim, gibbs", SweepMode::Gibbs)]
    {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|sweeps| peer.run(mode, None, sweeps as usize));
        });
    }
    let graph = ferrotherm::ising::lattice2d(SIDE, 1.0);
    let mut sampler = ferrotherm::gibbs::Sampler::new(&graph, 1.0 / ONSAGER_TC, 1);
    sampler.s.copy_from_slice(&equilibrium.spins().to_vec());
    group.bench_function("ferrotherm, gibbs", |bencher| {
        bencher.iter(|| sampler.sweeps(black_box(1), None));
    });
}

fn clusters(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clusters of the 1024 x 1024 torus at T_c");
    let equilibrium = equilibrium();
    // A sweep of clusters flips N spins and a little more.
    group.throughput(Throughput::Elements(SITES)).sample_size(10);
    for update in [Update::Wolff, Update::SwendsenWang] {
        let mut simulation = equilibrium.update(update);
        group.bench_function(format!("statmech, {}", update.name()), |bencher| {
            bencher.iter(|| simulation.advance(black_box(1)).expect("a valid rule"));
        });
    }
    let mut peer = Peer::new(&equilibrium.spins());
    // Wolff's clusters have N⟨m²⟩ spins on average; as many of them as make a sweep.
    let mut simulation = equilibrium.clone();
    let series = simulation.measure(200).expect("a valid rule");
    let squares = series.magnetization.iter().map(|m| m * m);
    let per_sweep = series.len() as f64 / squares.sum::<f64>();
    for (name, mode, clusters) in
        [("wolff", ClusterMode::Wolff, per_sweep), ("swendsen_wang", ClusterMode::Sw, 1.0)]
    {
        group.bench_function(format!("spin-sim, {name}"), |bencher| {
            bencher.iter_custom(|sweeps| {
                let count = (sweeps as f64 * clusters).ceil();
                let alone = peer.run(SweepMode::Metropolis, None, count as usize);
                let both = peer.run(SweepMode::Metropolis, Some(mode), count as usize);
                (both.saturating_sub(alone)).mul_f64(sweeps as f64 * clusters / count)
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = single_flips, clusters
}
criterion_main!(benches);
