//! Contracted sums over all states against sums state by state, finite differences and closed forms.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/ring.rs"]
mod ring;
#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::ndarray::{Array1, Array2};
use statmech::prelude::*;
use statmech::rand::Rng;

/// Sherrington–Kirkpatrick couplings of variance 1/N, some of them missing, with fields of this strength.
fn glass(n: usize, density: f64, field: f64, seed: u64) -> Ising {
    let mut random = Seed::new(seed).generator();
    let mut couplings = Array2::zeros((n, n));
    let gaussian = |random: &mut statmech::random::Generator| {
        (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
    };
    for i in 0..n {
        for j in 0..i {
            if random.random::<f64>() < density {
                let value = gaussian(&mut random) / (n as f64).sqrt();
                couplings[(i, j)] = value;
                couplings[(j, i)] = value;
            }
        }
    }
    let fields: Array1<f64> = (0..n).map(|_| field * gaussian(&mut random)).collect();
    Ising::from_couplings(&couplings).unwrap().site_fields(&fields).unwrap()
}

/// Every state by itself, relative to the lowest energy.
struct ByHand {
    ln_z: f64,
    energy: f64,
    heat_capacity: f64,
    entropy: f64,
    magnetizations: Array1<f64>,
    correlations: Array2<f64>,
}

fn by_hand(ising: &Ising, t: f64) -> ByHand {
    let n = ising.n_spins();
    let states: Vec<Vec<f64>> = (0..1_u32 << n)
        .map(|state| (0..n).map(|i| if state >> i & 1 == 1 { -1.0 } else { 1.0 }).collect())
        .collect();
    let (bonds, fields) = (ising.bonds(), ising.fields());
    let energies: Vec<f64> = states
        .iter()
        .map(|s| {
            let pairs: f64 = bonds.iter().map(|&(i, j, value)| value * s[i] * s[j]).sum();
            -pairs - s.iter().zip(&fields).map(|(s, h)| s * h).sum::<f64>()
        })
        .collect();
    let ground = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let weights: Vec<f64> = energies.iter().map(|energy| ((ground - energy) / t).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let mean = |value: &dyn Fn(usize) -> f64| {
        weights.iter().enumerate().map(|(k, w)| w * value(k)).sum::<f64>() / sum
    };
    let excitation = mean(&|k| energies[k] - ground);
    let variance = mean(&|k| (energies[k] - ground - excitation).powi(2));
    ByHand {
        ln_z: sum.ln() - ground / t,
        energy: (ground + excitation) / n as f64,
        heat_capacity: variance / t / t / n as f64,
        entropy: (excitation / t + sum.ln()) / n as f64,
        magnetizations: (0..n).map(|i| mean(&|k| states[k][i])).collect(),
        correlations: Array2::from_shape_fn((n, n), |(i, j)| {
            mean(&|k| states[k][i] * states[k][j])
        }),
    }
}

fn close(name: &str, got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance * (1.0 + want.abs()), "{name}: {got} for {want}");
}

fn assert_agrees(ising: &Ising, t: f64) {
    let (n, want) = (ising.n_spins(), by_hand(ising, t));
    let z = ising.partition_function(t).unwrap();
    let got = z.moments().unwrap();
    let name = |what: &str| format!("{what} of {ising:?} at T = {t}");
    for ln_z in [z.ln_z().unwrap(), got.ln_z, z.thermodynamics().unwrap().ln_z] {
        assert!((ln_z - want.ln_z).abs() <= 1e-13 * (1.0 + want.ln_z.abs()), "{}", name("ln Z"));
    }
    close(&name("energy"), got.energy, want.energy, 1e-12);
    // What is left of energies over T after the difference of two.
    let rounding = 1e-14 * (1.0 + want.ln_z.abs());
    close(&name("heat capacity"), got.heat_capacity, want.heat_capacity, 10.0 * rounding);
    close(&name("entropy"), got.entropy, want.entropy, rounding);
    close(&name("free energy"), got.free_energy, -t * want.ln_z / n as f64, 1e-13);
    for i in 0..n {
        let given = got.magnetizations[i];
        let symmetric = ising.fields().iter().all(|&h| h == 0.0);
        assert!(!symmetric || given == 0.0);
        close(&name("magnetization"), given, want.magnetizations[i], 10.0 * rounding);
        for j in 0..n {
            let (given, wanted) = (got.correlations[(i, j)], want.correlations[(i, j)]);
            close(&name("correlation"), given, wanted, 10.0 * rounding);
        }
    }
}

#[test]
fn random_models_agree_with_sums_state_by_state() {
    let temperatures = [0.01, 0.03, 0.1, 0.4, 1.0, 3.0, 100.0];
    for n in [1, 2, 3, 4, 5, 7, 8, 11, 13] {
        for (k, (density, field)) in
            [(1.0, 0.0), (1.0, 0.5), (0.3, 0.0), (0.3, 0.2), (0.0, 0.0), (0.0, 1.0)]
                .iter()
                .enumerate()
        {
            let ising = glass(n, *density, *field, (10 * n + k) as u64);
            for t in if n < 12 { &temperatures[..] } else { &temperatures[..3] } {
                assert_agrees(&ising, *t);
            }
        }
    }
}

#[test]
fn larger_models_agree_with_sums_state_by_state() {
    for (n, t, field) in [(16, 0.05, 0.0), (17, 0.3, 0.3), (18, 0.6, 0.0)] {
        assert_agrees(&glass(n, 1.0, field, n as u64), t);
    }
    // Ferromagnets whose couplings leave no inner block to speak of, and antiferromagnets.
    for t in [0.001, 0.02, 0.2, 1.0] {
        assert_agrees(&Ising::complete(14).unwrap().coupling(14.0).unwrap(), t);
        assert_agrees(
            &Ising::complete(13).unwrap().coupling(-7.3).unwrap().field(0.01).unwrap(),
            t,
        );
    }
}

#[test]
fn moments_of_the_magnetization_agree_with_counted_states() {
    for ising in [
        Ising::square(4).unwrap(),
        Ising::square(4).unwrap().field(0.25).unwrap(),
        Ising::triangular(3).unwrap().coupling(-1.0).unwrap().field(0.5).unwrap(),
        Ising::chain(2).unwrap(),
        Ising::chain(19).unwrap(),
    ] {
        let counted = ising.enumerate().unwrap();
        for t in [0.1, 1.0, 2.3, 30.0] {
            let (want, got) = (counted.at(t).unwrap(), ising.partition_function(t).unwrap());
            let got = got.thermodynamics().unwrap();
            for (name, got, want) in [
                ("ln_z", got.ln_z, want.ln_z),
                ("energy", got.energy, want.energy),
                ("heat_capacity", got.heat_capacity, want.heat_capacity),
                ("entropy", got.entropy, want.entropy),
                ("magnetization", got.magnetization, want.magnetization),
                ("abs_magnetization", got.abs_magnetization, want.abs_magnetization),
                ("susceptibility", got.susceptibility, want.susceptibility),
                ("susceptibility_full", got.susceptibility_full, want.susceptibility_full),
                ("binder", got.binder, want.binder),
            ] {
                close(&format!("{name} of {ising:?} at T = {t}"), got, want, 1e-11);
            }
        }
    }
}

#[test]
fn the_distribution_of_the_magnetization_without_couplings_is_binomial() {
    let n = 21;
    let free = Ising::from_couplings(&Array2::zeros((n, n))).unwrap().field(0.3).unwrap();
    let frame = free.partition_function(0.7).unwrap().magnetization_distribution().unwrap();
    let (magnetization, probability) =
        (frame.values("total_magnetization").unwrap(), frame.values("probability").unwrap());
    let up = 1.0 / (1.0 + (-2.0 * 0.3_f64 / 0.7).exp());
    let mut binomial = (1.0 - up).powi(n as i32);
    for k in 0..=n {
        assert_eq!(magnetization[k], 2.0 * k as f64 - n as f64);
        assert!((probability[k] - binomial).abs() < 1e-14, "{k}");
        binomial *= (n - k) as f64 / (k + 1) as f64 * up / (1.0 - up);
    }
}

#[test]
fn moments_are_derivatives_of_ln_z() {
    let (n, t, d) = (20, 0.8, 1e-4);
    let ising = glass(n, 0.6, 0.4, 5);
    let moments = ising.partition_function(t).unwrap().moments().unwrap();
    let ln_z = |ising: &Ising, t: f64| ising.partition_function(t).unwrap().ln_z().unwrap();
    for i in [0, 7, 19] {
        let shifted = |step: f64| {
            let mut fields = ising.fields();
            fields[i] += step;
            ln_z(&ising.site_fields(&fields).unwrap(), t)
        };
        let slope = t * (shifted(d) - shifted(-d)) / (2.0 * d);
        assert!((moments.magnetizations[i] - slope).abs() < 1e-7, "spin {i}");
        let curvature = t * t * (shifted(d) - 2.0 * shifted(0.0) + shifted(-d)) / (d * d);
        assert!((moments.connected_correlations()[(i, i)] - curvature).abs() < 1e-4, "spin {i}");
    }
    for (i, j) in [(0, 1), (3, 12), (18, 19), (2, 17)] {
        let shifted = |step: f64| {
            let mut couplings = ising.couplings().unwrap();
            couplings[(i, j)] += step;
            couplings[(j, i)] += step;
            let changed = Ising::from_couplings(&couplings).unwrap();
            ln_z(&changed.site_fields(&ising.fields()).unwrap(), t)
        };
        let slope = t * (shifted(d) - shifted(-d)) / (2.0 * d);
        assert!((moments.correlations[(i, j)] - slope).abs() < 1e-7, "pair {i}, {j}");
    }
    let energy = |t: f64| {
        let beta = |t: f64| ln_z(&ising, t);
        let b = 1.0 / t;
        -(beta(1.0 / (b + d)) - beta(1.0 / (b - d))) / (2.0 * d) / n as f64
    };
    assert!((moments.energy - energy(t)).abs() < 1e-7);
    let heat = (energy(t + 1e-3) - energy(t - 1e-3)) / 2e-3;
    assert!((moments.heat_capacity - heat).abs() < 1e-4);
}

#[test]
fn long_rings_agree_with_the_transfer_matrix() {
    for (n, j, h) in [(27, 1.0, 0.3), (28, -0.7, 0.0), (29, 1.0, 0.0)] {
        let ising = Ising::chain(n).unwrap().coupling(j).unwrap().field(h).unwrap();
        for t in [0.01, 0.5, 2.0] {
            let (got, want) =
                (ising.partition_function(t).unwrap().ln_z().unwrap(), ring::ln_z(n, j, h, t));
            assert!((got / want - 1.0).abs() < 1e-13, "n = {n}, T = {t}: {got} for {want}");
        }
    }
}

#[test]
fn sums_do_not_depend_on_the_number_of_threads() {
    let ising = glass(23, 1.0, 0.3, 9);
    let on = |threads: usize| -> (Moments, statmech::exact::Thermodynamics) {
        let pool = statmech::rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let z = ising.partition_function(0.7).unwrap();
            (z.moments().unwrap(), z.thermodynamics().unwrap())
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(5));
}

#[test]
fn a_deadline_gives_a_bound_and_an_estimate() {
    let ising = glass(38, 1.0, 0.2, 3);
    let begun = std::time::Instant::now();
    let message =
        ising.partition_function(1.0).unwrap().deadline(0.3).ln_z().unwrap_err().to_string();
    assert!(begun.elapsed().as_secs_f64() < 2.0);
    for part in ["2^38 states", "% of the states", "ln Z is at least"] {
        assert!(message.contains(part), "{message}");
    }
    let bound = message.split("at least ").nth(1).unwrap().split(';').next().unwrap();
    // Between one state and all of them.
    let bound: f64 = bound.parse().unwrap();
    assert!(bound > 0.0 && bound < 60.0, "{message}");
    for limited in [1e-9, 0.2] {
        let z = ising.partition_function(1.0).unwrap().deadline(limited);
        assert!(z.moments().is_err() && z.thermodynamics().is_err());
        assert!(z.magnetization_distribution().is_err());
    }
    assert!(ising.partition_function(1.0).unwrap().deadline(f64::NAN).ln_z().is_err());
}

#[test]
fn bad_input_is_refused_with_a_sentence() {
    let ising = Ising::square(4).unwrap();
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(ising.partition_function(t), &["`temperature` must be"]);
    }
    assert_says(ising.partition_function(1e-308), &["energies over T"]);
    assert_says(Ising::square(8).unwrap().partition_function(1.0), &["2^64 states (some 58 years"]);
    let free = Ising::from_couplings(&Array2::zeros((3, 3))).unwrap();
    assert!((free.partition_function(1e-308).unwrap().ln_z().unwrap() - 8_f64.ln()).abs() < 1e-15);
}
