//! Mean field, TAP and Bethe against all states.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;
#[path = "common/sk.rs"]
mod sk;

use says::assert_says;
use statmech::prelude::*;
use statmech::rand::Rng;

const ALL: [Approximation; 3] =
    [Approximation::MeanField, Approximation::Tap, Approximation::Bethe];

fn free_energy(ising: &Ising, t: f64) -> f64 {
    ising.enumerate().unwrap().at(t).unwrap().free_energy
}

/// A random tree with couplings of either sign and fields.
fn tree(n: usize, seed: u64) -> Ising {
    let mut generator = Seed::new(seed).generator();
    let mut couplings = Array2::zeros((n, n));
    for i in 1..n {
        let (j, value) = (generator.random_range(0..i), generator.random_range(-1.5..1.5));
        couplings[(i, j)] = value;
        couplings[(j, i)] = value;
    }
    let fields: Array1<f64> = (0..n).map(|_| generator.random_range(-0.5..0.5)).collect();
    Ising::from_couplings(&couplings).unwrap().site_fields(&fields).unwrap()
}

/// ⟨s_i⟩ and ⟨s_i s_j⟩ of all bonds by summing all states.
fn averages(ising: &Ising, t: f64) -> (Vec<f64>, Vec<f64>) {
    let (n, bonds) = (ising.n_spins(), ising.bonds());
    let (mut sum, mut m, mut c) = (0.0, vec![0.0; n], vec![0.0; bonds.len()]);
    for state in 0..1_u32 << n {
        let spins: Array1<i8> = (0..n).map(|i| if state >> i & 1 == 1 { -1 } else { 1 }).collect();
        let weight = (-ising.energy(&spins).unwrap() / t).exp();
        sum += weight;
        (0..n).for_each(|i| m[i] += weight * f64::from(spins[i]));
        for (c, (i, j, _)) in c.iter_mut().zip(&bonds) {
            *c += weight * f64::from(spins[*i] * spins[*j]);
        }
    }
    (m.iter().map(|x| x / sum).collect(), c.iter().map(|x| x / sum).collect())
}

#[test]
fn bethe_is_exact_on_trees() {
    for (seed, t) in [(1, 3.0), (2, 1.0), (3, 0.3), (4, 0.1)] {
        let ising = tree(11, seed);
        let solution = ising.bethe(t).unwrap();
        let exact = ising.enumerate().unwrap().at(t).unwrap();
        assert!(solution.converged && solution.complete, "{solution:?}");
        assert!((solution.free_energy - exact.free_energy).abs() < 1e-10, "T = {t}");
        assert!((solution.energy - exact.energy).abs() < 1e-9, "T = {t}");
        assert!((solution.entropy - exact.entropy).abs() < 1e-9, "T = {t}");
        let (m, c) = averages(&ising, t);
        let close = |a: &Array1<f64>, b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(close(&solution.magnetizations, &m) && close(&solution.pair_correlations, &c));
    }
}

#[test]
fn free_energies_are_stationary() {
    // −∂F/∂h_i = m_i and −∂F/∂J_ij = ⟨s_i s_j⟩, to the order h² of a symmetric difference.
    let ising = sk::instance(10, 0.3, 4);
    let h = 1e-4;
    for approximation in ALL {
        let total = |ising: &Ising| {
            10.0 * ising.approximation(1.5, approximation).run().unwrap().free_energy
        };
        let solution = ising.approximation(1.5, approximation).run().unwrap();
        assert!(solution.converged && solution.valid, "{solution:?}");
        let fielded = |step: f64| {
            let mut fields = ising.fields();
            fields[3] += step;
            total(&ising.site_fields(&fields).unwrap())
        };
        let slope = (fielded(h) - fielded(-h)) / (2.0 * h);
        assert!((slope + solution.magnetizations[3]).abs() < 1e-7, "{approximation:?}: {slope}");
        let coupled = |step: f64| {
            let mut values: Array1<f64> = ising.bonds().iter().map(|bond| bond.2).collect();
            values[7] += step;
            total(&ising.bond_couplings(&values).unwrap())
        };
        let slope = (coupled(h) - coupled(-h)) / (2.0 * h);
        assert!((slope + solution.pair_correlations[7]).abs() < 1e-7, "{approximation:?}: {slope}");
    }
}

#[test]
fn tap_and_bethe_come_closer_than_mean_field_which_is_a_bound() {
    for seed in 0..10 {
        for field in [0.0, 0.5] {
            let ising = sk::instance(12, field, seed);
            for t in [1.5, 3.0] {
                let exact = free_energy(&ising, t);
                let [naive, tap, bethe] =
                    ALL.map(|method| ising.approximation(t, method).run().unwrap());
                assert!(naive.free_energy > exact, "seed {seed}, T = {t}: {naive:?}");
                let error = |x: &SelfConsistentSolution| (x.free_energy - exact).abs();
                for better in [&tap, &bethe] {
                    assert!(better.converged && better.valid, "seed {seed}, T = {t}: {better:?}");
                    assert!(
                        error(better) < 0.5 * error(&naive),
                        "seed {seed}, T = {t}: {better:?}"
                    );
                }
                // Plefka's expansion goes on with triangles, J³/T² each.
                assert!(error(&tap) < 0.2 / t.powi(2), "seed {seed}, T = {t}: {}", error(&tap));
            }
        }
    }
}

#[test]
fn paramagnets_have_closed_forms() {
    // m = 0: Plefka's second order is −ln 2 T − Σ J²/(2 N T), Bethe's −T ln 2 − (T/N) Σ ln cosh(J/T).
    let ising = sk::instance(30, 0.0, 2);
    let t: f64 = 2.0;
    let squares: f64 = ising.bonds().iter().map(|bond| bond.2 * bond.2).sum();
    let tap = ising.tap(t).unwrap();
    assert!((tap.free_energy + t * 2_f64.ln() + squares / (60.0 * t)).abs() < 1e-12);
    assert!(tap.magnetizations.iter().all(|m| m.abs() < 1e-9));
    let cosh: f64 = ising.bonds().iter().map(|bond| (bond.2 / t).cosh().ln()).sum();
    let bethe = ising.bethe(t).unwrap();
    assert!((bethe.free_energy + t * (2_f64.ln() + cosh / 30.0)).abs() < 1e-12);
}

#[test]
fn bethe_has_the_transition_of_the_bethe_lattice() {
    // Four neighbours each: T_c = 2/ln 2 = 2.885.
    let square = Ising::square(6).unwrap();
    let tc = 2.0 / 2_f64.ln();
    let above = square.bethe(1.02 * tc).unwrap();
    assert!(above.converged && above.magnetization.abs() < 1e-6, "{above:?}");
    let below = square.bethe(0.98 * tc).unwrap();
    assert!(below.converged && below.magnetization.abs() > 0.1, "{below:?}");
    // The paramagnet is a solution below T_c as well, of higher free energy.
    let paramagnet = -0.98 * tc * (2_f64.ln() + 2.0 * (1.0 / (0.98 * tc)).cosh().ln());
    assert!(below.free_energy < paramagnet - 1e-6);
}

#[test]
fn bethe_is_good_on_sparse_random_graphs() {
    let ising = Ising::random_graph(24, 2.0, 3).unwrap().field(0.1).unwrap();
    for t in [1.0, 2.0] {
        let exact = free_energy(&ising, t);
        let (bethe, naive) = (ising.bethe(t).unwrap(), ising.mean_field(t).unwrap());
        let (error, other) = (bethe.free_energy - exact, naive.free_energy - exact);
        assert!(error.abs() < 0.03 && error.abs() < 0.25 * other, "{error} and {other} at {t}");
    }
}

#[test]
fn what_cannot_be_described_says_so() {
    // Deep in the glass the paramagnet is a minimum of the TAP free energy, below the true one; Plefka's condition rules it out.
    let ising = sk::instance(20, 0.0, 1);
    let paramagnet = ising.approximation(0.3, Approximation::Tap).iterations(1).random_starts(0);
    let solution = paramagnet.run().unwrap();
    assert!(solution.magnetizations.iter().all(|&m| m == 0.0) && !solution.valid);
    assert!(solution.free_energy < free_energy(&ising, 0.3));
    // Frustrated loops at low temperature: messages without damping need not settle, and an answer is given all the same.
    let bethe = ising.approximation(0.05, Approximation::Bethe).damping(0.0).iterations(50);
    let solution = bethe.run().unwrap();
    assert!(solution.free_energy.is_finite() && solution.iterations <= 50);
    assert_eq!(solution.converged, solution.residual <= 1e-12);
}

#[test]
fn deadlines_leave_the_best_so_far() {
    let slow = Ising::square(256).unwrap();
    for approximation in ALL {
        let begun = std::time::Instant::now();
        let solution = slow.approximation(2.885, approximation).deadline(0.2).run().unwrap();
        assert!(!solution.complete && solution.free_energy.is_finite(), "{approximation:?}");
        assert!(begun.elapsed().as_secs_f64() < 2.0);
    }
}

#[test]
fn bad_settings_are_refused_in_a_sentence() {
    let ising = Ising::square(4).unwrap();
    for approximation in ALL {
        let settings = ising.approximation(2.0, approximation);
        for (result, part) in [
            (ising.approximation(0.0, approximation).run(), "`temperature`"),
            (ising.approximation(f64::NAN, approximation).run(), "`temperature`"),
            (settings.damping(1.0).run(), "`damping`"),
            (settings.damping(f64::NAN).run(), "`damping`"),
            (settings.iterations(0).run(), "`iterations`"),
            (settings.random_starts(-1).run(), "`random_starts`"),
            (settings.deadline(0.0).run(), "`deadline`"),
        ] {
            assert_says(result, &[part]);
        }
        // Anything else is a solution or a sentence.
        for t in [1e-300, 1e-200, 1e-5, 1e300] {
            match ising.approximation(t, approximation).run() {
                Ok(solution) => assert!(solution.free_energy.is_finite()),
                Err(error) => assert!(error.to_string().contains("overflow")),
            }
        }
        let alone = Ising::on(Lattice::chain(1).open()).unwrap().field(0.5).unwrap();
        let solution = alone.approximation(1.0, approximation).run().unwrap();
        assert!((solution.magnetization - 0.5_f64.tanh()).abs() < 1e-12);
        assert!((solution.free_energy - free_energy(&alone, 1.0)).abs() < 1e-12);
    }
    assert!(ising.tap(-1.0).is_err() && ising.bethe(f64::INFINITY).is_err());
}
