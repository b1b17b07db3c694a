//! Packed checkerboard sweeps against enumeration, closed forms and unpacked sweeps.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;
use statmech::rayon::prelude::*;
use statmech::sample::Observables;

const RULES: [Update; 2] = [Update::Metropolis, Update::HeatBath];

fn sampled(ising: &Ising, t: f64, update: Update, order: SiteOrder, sweeps: i64) -> Observables {
    let mut simulation = ising.simulation(t).unwrap().update(update).order(order).seed(3);
    simulation.advance(sweeps / 10).unwrap();
    simulation.measure(sweeps).unwrap().observables().unwrap()
}

#[test]
fn small_tori_agree_with_enumeration_for_either_sign_of_the_coupling() {
    for (rows, cols) in [(4, 4), (4, 6), (6, 4)] {
        for j in [1.0, -0.7] {
            let lattice = Lattice::rectangle(rows, cols);
            let ising = Ising::on(lattice).unwrap().coupling(j).unwrap();
            let exact = ising.enumerate().unwrap();
            for t in [1.5, 2.269, 4.0] {
                let exact = exact.at(t).unwrap();
                for update in RULES {
                    let mc = sampled(&ising, t, update, SiteOrder::Checkerboard, 100_000);
                    for (what, estimate, value) in [
                        ("e", mc.energy, exact.energy),
                        ("c", mc.heat_capacity, exact.heat_capacity),
                        ("|m|", mc.abs_magnetization, exact.abs_magnetization),
                        ("chi", mc.susceptibility_full, exact.susceptibility_full),
                        ("U", mc.binder, exact.binder),
                    ] {
                        // 3 lattices × 2 signs × 3 temperatures × 2 rules × 5 quantities = 180 values.
                        let off = (estimate.mean - value).abs();
                        assert!(
                            off < 4.0 * estimate.error,
                            "{rows} × {cols}, J = {j}, T = {t}, {update:?}: {what} = {estimate:?} for {value}"
                        );
                    }
                }
            }
        }
    }
}

/// Sizes whose words, bits and blocks are full and not, even and odd segments, and a prime number of rows in a segment.
fn odd_sizes() -> Vec<Ising> {
    let rectangles = [(4, 34), (6, 20), (10, 16), (22, 18), (134, 4), (128, 48)];
    let rectangles = rectangles.map(|(rows, cols)| Ising::on(Lattice::rectangle(rows, cols)));
    let cubes = [4, 6, 10, 18].map(Ising::cubic);
    rectangles.into_iter().chain(cubes).map(Result::unwrap).collect()
}

#[test]
fn all_sizes_agree_with_sequential_sweeps() {
    for ising in odd_sizes() {
        let t = if ising.shape().len() == 3 { 4.8 } else { 2.5 };
        let sweeps = 3_000_000 / ising.n_spins() as i64;
        let plain = sampled(&ising, t, Update::HeatBath, SiteOrder::Sequential, sweeps);
        for update in RULES {
            let packed = sampled(&ising, t, update, SiteOrder::Checkerboard, 4 * sweeps);
            for (what, a, b) in [
                ("e", packed.energy, plain.energy),
                ("c", packed.heat_capacity, plain.heat_capacity),
                ("|m|", packed.abs_magnetization, plain.abs_magnetization),
            ] {
                let sigma = a.error.hypot(b.error);
                assert!(
                    (a.mean - b.mean).abs() < 4.0 * sigma,
                    "{ising:?} {update:?}: {what} {a:?} {b:?}"
                );
            }
        }
    }
}

#[test]
fn what_is_measured_belongs_to_the_spins() {
    // Four tiles of unequal width, the last block partly in use.
    let tiled = Ising::on(Lattice::rectangle(74, 1042)).unwrap();
    for ising in odd_sizes().into_iter().chain([tiled]) {
        for j in [1.0, -0.5] {
            let ising = ising.coupling(j).unwrap();
            let t = 2.0;
            for update in RULES {
                let mut simulation =
                    ising.simulation(t).unwrap().update(update).order(SiteOrder::Checkerboard);
                simulation = simulation.start(Start::Random).seed(4);
                let begun = simulation.spins();
                simulation.advance(1).unwrap();
                assert_ne!(begun, simulation.spins());
                for _ in 0..3 {
                    let series = simulation.measure(1).unwrap();
                    let spins = simulation.spins();
                    let n = spins.len() as f64;
                    let energy = ising.energy(&spins).unwrap() / n;
                    assert!((series.energy[0] - energy).abs() < 1e-12, "{ising:?}");
                    let up = spins.iter().map(|&s| f64::from(s)).sum::<f64>();
                    assert!((series.magnetization[0] - up / n).abs() < 1e-15, "{ising:?}");
                }
            }
        }
    }
}

#[test]
fn l128_agrees_with_onsager_and_yang() {
    let ising = Ising::square(128).unwrap();
    for update in RULES {
        for t in [2.0, 3.0] {
            let mc = sampled(&ising, t, update, SiteOrder::Checkerboard, 20_000);
            let exact = onsager::energy(t).unwrap();
            assert!((mc.energy.mean - exact).abs() < 4.0 * mc.energy.error, "{t}: {:?}", mc.energy);
            assert!(mc.energy.error < 4e-4);
            let capacity = onsager::heat_capacity(t).unwrap();
            let c = mc.heat_capacity;
            assert!((c.mean - capacity).abs() < 4.0 * c.error && c.error < 0.05, "{t}: {c:?}");
            if t == 2.0 {
                let m = mc.abs_magnetization;
                let yang = onsager::magnetization(t).unwrap();
                assert!((m.mean - yang).abs() < 4.0 * m.error && m.error < 3e-4, "{m:?}");
            }
        }
    }
}

#[test]
fn lattices_of_several_tiles_agree_with_onsager() {
    let ising = Ising::square(1024).unwrap();
    for update in RULES {
        let mc = sampled(&ising, 3.0, update, SiteOrder::Checkerboard, 2_000);
        let exact = onsager::energy(3.0).unwrap();
        assert!((mc.energy.mean - exact).abs() < 4.0 * mc.energy.error, "{:?}", mc.energy);
        assert!(mc.energy.error < 1e-4, "{:?}", mc.energy);
    }
}

#[test]
fn numbers_do_not_depend_on_threads_and_settings_keep_the_spins() {
    let ising = Ising::square(1024).unwrap();
    let run = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut simulation =
                ising.simulation(ONSAGER_TC).unwrap().order(SiteOrder::Checkerboard).seed(2);
            simulation.advance(20).unwrap();
            let series = simulation.measure(5).unwrap();
            (series, simulation)
        })
    };
    let (one, simulation) = run(1);
    // More threads than tiles, and than the machine has cores.
    for threads in [2, 3, 40] {
        let (same, spins) = run(threads);
        assert_eq!(one, same);
        assert_eq!(simulation.spins(), spins.spins());
    }
    // The spins outlast a change of settings.
    for changed in [
        simulation.temperature(3.0).unwrap(),
        simulation.update(Update::HeatBath),
        simulation.order(SiteOrder::Sequential),
        simulation.deadline(1.0),
    ] {
        assert_eq!(changed.spins(), simulation.spins());
        assert_eq!(changed.snapshot().unwrap().len(), 1 << 20);
    }
    let mut outside = ising.simulation(ONSAGER_TC).unwrap().order(SiteOrder::Checkerboard).seed(2);
    outside.advance(20).unwrap();
    assert_eq!(outside.measure(5).unwrap(), one);
}

#[test]
fn threads_that_are_busy_with_other_systems_change_nothing() {
    let ising = Ising::square(512).unwrap();
    let simulation = ising.simulation(2.5).unwrap().order(SiteOrder::Checkerboard);
    let run = |seed: u64| {
        let mut simulation = simulation.seed(seed);
        simulation.advance(30 + 20 * seed as i64).unwrap();
        simulation.measure(10).unwrap()
    };
    let scan = ising.scan([2.5]).order(SiteOrder::Checkerboard).sweeps(40).seed(1);
    let pool = |threads: usize| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let alone = pool(1).install(|| ((0..5).map(run).collect(), scan.run_series().unwrap()));
    let together = pool(3).install(|| {
        let series: Vec<_> = (0..5).into_par_iter().map(run).collect();
        (series, scan.run_series().unwrap())
    });
    assert_eq!(alone, together);
}
