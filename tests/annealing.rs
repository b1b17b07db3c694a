//! Simulated and population annealing and Wang–Landau sampling against enumeration.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;
#[path = "common/sk.rs"]
mod sk;

use coverage::coverage;
use says::assert_says;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

/// A ±J square lattice with open boundaries.
fn plus_minus(l: usize, seed: u64) -> Ising {
    use statmech::rand::Rng;
    let mut generator = Seed::new(seed).generator();
    let ising = Ising::on(Lattice::square(l).open()).unwrap();
    let bonds = ising.bonds().len();
    let signs: Array1<f64> =
        (0..bonds).map(|_| if generator.random() { 1.0 } else { -1.0 }).collect();
    ising.bond_couplings(&signs).unwrap()
}

#[test]
fn annealing_finds_the_ground_states_of_small_systems() {
    let mut instances: Vec<Ising> = (0..8).map(|seed| sk::instance(14, 0.3, seed)).collect();
    instances.extend((0..8).map(|seed| plus_minus(4, seed)));
    instances.push(Ising::triangular(4).unwrap().coupling(-1.0).unwrap().field(0.5).unwrap());
    for (index, ising) in instances.iter().enumerate() {
        let ground = ising.enumerate().unwrap().ground_energy() / ising.n_spins() as f64;
        for schedule in [Schedule::Geometric, Schedule::Linear, Schedule::LinearBeta] {
            let best = ising.annealing().schedule(schedule).sweeps(200).seed(3).run().unwrap();
            assert!((best.energy - ground).abs() < 1e-12, "{index} {schedule:?}: {best:?}");
            let energy = ising.energy(&best.spins).unwrap() / ising.n_spins() as f64;
            assert!((energy - best.energy).abs() < 1e-12);
            assert!(best.complete && best.found >= 1 && best.energies.len() == 16);
            let lowest = best.trace.values("lowest_energy").unwrap();
            assert!(
                lowest.is_sorted_by(|a, b| a >= b) && *lowest.last().unwrap() > best.energy - 1e-12
            );
        }
    }
}

#[test]
fn slow_annealing_follows_the_equilibrium_energy() {
    // 4000 sweeps for 16 spins: the trace at T is the thermal energy there.
    let ising = plus_minus(4, 1);
    let settings = ising.annealing().temperatures(4.0, 1.0).sweeps(4_000).restarts(400);
    let trace = settings.run().unwrap().trace;
    let exact = ising.enumerate().unwrap();
    let (energies, errors) = (trace.values("energy").unwrap(), trace.values("energy_err").unwrap());
    let temperatures = trace.values("temperature").unwrap();
    for row in [200, 500, 900] {
        let expected = exact.at(temperatures[row]).unwrap().energy;
        assert!((energies[row] - expected).abs() < 4.0 * errors[row], "row {row}");
    }
    assert_eq!(trace.values("sweeps").unwrap()[999], 4000.0);
}

/// Columns of a frame that have an exact counterpart.
fn quantity(exact: &Thermodynamics, name: &str) -> f64 {
    match name {
        "ln_z" => exact.ln_z,
        "free_energy" => exact.free_energy,
        "energy" => exact.energy,
        "heat_capacity" => exact.heat_capacity,
        "entropy" => exact.entropy,
        "magnetization" => exact.magnetization,
        "abs_magnetization" => exact.abs_magnetization,
        "susceptibility" => exact.susceptibility,
        "binder" => exact.binder,
        _ => unreachable!(),
    }
}

#[test]
fn population_annealing_agrees_with_enumeration() {
    let temperatures = [3.0, 1.0, 0.5];
    for (index, field) in [0.0, 0.4].into_iter().enumerate() {
        let ising = sk::instance(12, field, 5);
        let exact = ising.enumerate().unwrap();
        for update in [Update::HeatBath, Update::Metropolis] {
            let settings = ising.population_annealing(temperatures).population(500).sweeps(4);
            let frame = settings.update(update).seed(index as u64).run().unwrap();
            for name in [
                "ln_z",
                "free_energy",
                "energy",
                "heat_capacity",
                "magnetization",
                "abs_magnetization",
                "susceptibility",
                "binder",
            ] {
                let values = frame.values(name).unwrap();
                let errors = frame.values(&format!("{name}_err")).unwrap();
                for (row, t) in temperatures.into_iter().enumerate() {
                    let expected = quantity(&exact.at(t).unwrap(), name);
                    let (value, error) = (values[row], errors[row]);
                    assert!(
                        (value - expected).abs() < 4.0 * error
                            && error < 0.05 * (1.0 + expected.abs()),
                        "{name} at {t}, h = {field}, {update:?}: {value} ± {error} for {expected}"
                    );
                }
            }
            let lowest = frame.values("lowest_energy").unwrap()[2];
            assert!((lowest - exact.ground_energy() / 12.0).abs() < 1e-12);
            // Families only merge on the way down.
            assert!(frame.values("family_entropy").unwrap().is_sorted_by(|a, b| a >= b));
            assert!(frame.values("family_size").unwrap().is_sorted_by(|a, b| a <= b));
        }
    }
}

#[test]
fn families_are_the_descendants_of_one_replica() {
    // Four spins in a field, cooled in one step without sweeps: only the replicas that began with all spins up have descendants, one in 2⁴ of R, so
    // that R Σ ν² = 2⁴ and −Σ ν ln ν = ln(R/2⁴). Their number is binomial: 4 % of scatter in each of 16 runs, and a bias of 1/600.
    let free = Ising::from_couplings(&statmech::ndarray::Array2::zeros((4, 4))).unwrap();
    let settings = free.field(1.0).unwrap().population_annealing([0.05]).population(9_600).runs(16);
    let frame = settings.steps(1).sweeps(0).seed(3).run().unwrap();
    let (size, entropy) =
        (frame.values("family_size").unwrap()[0], frame.values("family_entropy").unwrap()[0]);
    assert!((size / 16.0 - 1.0).abs() < 4.0 * 0.01 + 0.002, "{size}");
    assert!((entropy - 600_f64.ln()).abs() < 4.0 * 0.01 + 0.002, "{entropy}");
}

#[test]
fn population_annealing_has_the_same_numbers_on_any_number_of_threads() {
    let settings = sk::instance(12, 0.1, 1).population_annealing([1.0]).population(64).runs(3);
    let run = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| settings.run().unwrap())
    };
    assert!(run(1).equals(&run(3)));
    assert!(!settings.seed(1).run().unwrap().equals(&run(1)));
}

#[test]
fn wang_landau_agrees_with_enumeration() {
    // Integer energies: every level of the 4 × 4 torus, and a field that breaks the symmetry.
    for (seed, field) in [(1, 0.0), (2, 0.5)] {
        let ising = Ising::square(4).unwrap().field(field).unwrap();
        let density = ising.wang_landau().sweeps(50_000).seed(seed).run().unwrap();
        let counted = ising.enumerate().unwrap().density_of_states().unwrap();
        assert_eq!(density.energies, counted.values("total_energy").unwrap());
        let frame = density.density_of_states().unwrap();
        let (ln_g, errors) = (frame.values("ln_g").unwrap(), frame.values("ln_g_err").unwrap());
        for (level, states) in counted.values("states").unwrap().into_iter().enumerate() {
            let deviation = (ln_g[level] - states.ln()).abs();
            assert!(deviation < 4.5 * errors[level] && errors[level] < 0.1, "level {level}");
        }
    }
    // Real energies share bins.
    let ising = sk::instance(12, 0.3, 2);
    let density = ising.wang_landau().bins(400).sweeps(20_000).seed(4).run().unwrap();
    let exact = ising.enumerate().unwrap();
    let temperatures = [4.0, 1.0, 0.4];
    let frame = density.frame(&temperatures).unwrap();
    for name in ["ln_z", "free_energy", "energy", "heat_capacity", "entropy"] {
        let values = frame.values(name).unwrap();
        let errors = frame.values(&format!("{name}_err")).unwrap();
        for (row, t) in temperatures.into_iter().enumerate() {
            let expected = quantity(&exact.at(t).unwrap(), name);
            // Bins of width w = 0.07 make their own error, (w/T)²/24 of ln Z.
            let tolerance = 4.0 * errors[row] + 2e-3;
            assert!((values[row] - expected).abs() < tolerance, "{name} at {t}: {}", values[row]);
        }
    }
}

#[test]
fn wang_landau_improves_as_one_over_root_time() {
    let ising = Ising::square(4).unwrap();
    let error = |sweeps| {
        let density = ising.wang_landau().runs(64).sweeps(sweeps).seed(1).run().unwrap();
        density.ln_z(1.5).unwrap().error
    };
    // 64 runs know an error to 9 %: the ratio 4 of √16 to 13 %.
    let ratio = error(4_000) / error(64_000);
    assert!((2.6..5.8).contains(&ratio), "{ratio}");
}

#[test]
fn error_bars_cover_the_exact_ln_z() {
    // Student's law for sixteen runs expects 66.7 %. Over 3000 other seeds: population annealing 65.4 ± 0.8 %, Wang–Landau 66.6 ± 0.8 %.
    let ising = sk::instance(12, 0.2, 9);
    let exact = ising.enumerate().unwrap().at(0.7).unwrap().ln_z;
    let population = coverage(exact, |seed| {
        let settings = ising.population_annealing([0.7]).population(40).sweeps(1).steps(8);
        let frame = settings.seed(seed).run().unwrap();
        (frame.values("ln_z").unwrap()[0], frame.values("ln_z_err").unwrap()[0])
    });
    assert!((252..=292).contains(&population), "population annealing: {population} of 400");
    let ring = Ising::chain(6).unwrap().field(1.0).unwrap();
    let exact = ring.enumerate().unwrap().at(2.0).unwrap().ln_z;
    let wang_landau = coverage(exact, |seed| {
        let estimate =
            ring.wang_landau().sweeps(4_000).seed(seed).run().unwrap().ln_z(2.0).unwrap();
        (estimate.mean, estimate.error)
    });
    assert!((252..=292).contains(&wang_landau), "Wang–Landau: {wang_landau} of 400");
}

#[test]
fn bad_settings_are_refused_in_a_sentence() {
    let ising = Ising::square(4).unwrap();
    let annealing = ising.annealing();
    assert_says(annealing.sweeps(0).run(), &["`sweeps`"]);
    assert_says(annealing.restarts(-1).run(), &["`restarts`"]);
    assert_says(annealing.restarts(i64::MAX).run(), &["GiB"]);
    assert_says(annealing.temperatures(1.0, 2.0).run(), &["falling"]);
    assert_says(annealing.temperatures(1.0, f64::NAN).run(), &["`temperature`"]);
    assert_says(annealing.temperatures(1.0, 1e-310).run(), &["finite"]);
    assert_says(annealing.update(Update::Wolff).run(), &["cluster"]);
    assert_says(annealing.update(Update::SwendsenWang).run(), &["cluster"]);
    assert_says(annealing.deadline(0.0).run(), &["`deadline`"]);
    let population = ising.population_annealing([2.0]);
    assert_says(ising.population_annealing([]).run(), &["empty"]);
    assert_says(ising.population_annealing([f64::NAN]).run(), &["`temperature`"]);
    assert_says(population.population(1).run(), &["`population`"]);
    assert_says(population.population(i64::MAX).run(), &["GiB"]);
    assert_says(population.runs(1).run(), &["`runs`"]);
    assert_says(population.sweeps(-1).run(), &["`sweeps`"]);
    assert_says(population.steps(0).run(), &["`steps`"]);
    assert_says(population.update(Update::Wolff).run(), &["cluster"]);
    assert_says(population.update(Update::SwendsenWang).run(), &["cluster"]);
    assert_says(population.deadline(f64::NAN).run(), &["`deadline`"]);
    let walk = ising.wang_landau();
    assert_says(walk.sweeps(0).run(), &["`sweeps`"]);
    assert_says(walk.runs(1).run(), &["`runs`"]);
    assert_says(walk.runs(i64::MAX).run(), &["levels"]);
    assert_says(walk.bins(0).run(), &["`bins`"]);
    assert_says(sk::instance(6, 0.0, 1).wang_landau().bins(i64::MAX).run(), &["levels"]);
    assert_says(walk.deadline(-1.0).run(), &["`deadline`"]);
    let density = walk.sweeps(10).run().unwrap();
    assert_says(density.ln_z(0.0), &["`temperature`"]);
    assert_says(density.frame(&[]), &["empty"]);
    // A spin alone, and spins without couplings.
    for alone in [Ising::on(Lattice::chain(1).open()).unwrap(), ising.coupling(0.0).unwrap()] {
        assert_eq!(alone.annealing().run().unwrap().energy, 0.0);
        let frame = alone.population_annealing([1.0]).population(10).run().unwrap();
        let exact = alone.n_spins() as f64 * 2_f64.ln();
        assert!((frame.values("ln_z").unwrap()[0] - exact).abs() < 1e-12);
        let density = alone.wang_landau().sweeps(10).run().unwrap();
        assert!((density.ln_z(1.0).unwrap().mean - exact).abs() < 1e-12);
    }
}

#[test]
fn wang_landau_on_the_8_by_8_torus_agrees_with_kaufman() {
    let temperatures = [1.0, 1.3, 1.6, 2.0, 2.3, 3.0];
    for seed in 1..5 {
        let walk = Ising::square(8).unwrap().wang_landau().sweeps(20_000).seed(seed);
        let frame = walk.run().unwrap().frame(&temperatures).unwrap();
        let (c, errors) =
            (frame.values("heat_capacity").unwrap(), frame.values("heat_capacity_err").unwrap());
        let (ln_z, ln_z_errors) =
            (frame.values("ln_z").unwrap(), frame.values("ln_z_err").unwrap());
        for (row, &t) in temperatures.iter().enumerate() {
            let exact = kaufman::heat_capacity(8, 8, t).unwrap();
            let what =
                format!("seed {seed}, T = {t}: c = {} ± {} for {exact}", c[row], errors[row]);
            // Errors of 16 runs follow Student's law: 4.5 of them are one in 2000. Small ones say that the walk had converged.
            assert!(
                (c[row] - exact).abs() < 4.5 * errors[row] && errors[row] < 0.05 * exact,
                "{what}"
            );
            let deviation = ln_z[row] - kaufman::ln_z(8, 8, t).unwrap();
            assert!(deviation.abs() < 4.5 * ln_z_errors[row], "{what}, ln Z off by {deviation}");
        }
    }
}
