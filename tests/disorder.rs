//! Disordered couplings and fields: their distributions, normalisations and seeds.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;

/// Mean, mean square and mean fourth power.
fn moments(values: &[f64]) -> [f64; 3] {
    [1, 2, 4].map(|power| values.iter().map(|x| x.powi(power)).sum::<f64>() / values.len() as f64)
}

fn values(ising: &Ising) -> Vec<f64> {
    ising.bonds().into_iter().map(|bond| bond.2).collect()
}

/// Within four standard deviations of the exact moments 0, 1, 1 of ±1 and 0, 1, 3 of N(0, 1).
fn assert_standard(values: &[f64], disorder: Disorder) {
    let root = (values.len() as f64).sqrt();
    let [mean, square, fourth] = moments(values);
    assert!(mean.abs() < 4.0 / root, "{mean}");
    match disorder {
        Disorder::PlusMinus => {
            assert!((square - 1.0).abs() < 1e-12 && (fourth - 1.0).abs() < 1e-12);
        }
        Disorder::Gaussian => {
            // Var x² = 2, Var x⁴ = 105 − 9.
            assert!((square - 1.0).abs() < 4.0 * 2_f64.sqrt() / root, "{square}");
            assert!((fourth - 3.0).abs() < 4.0 * 96_f64.sqrt() / root, "{fourth}");
        }
    }
}

const KINDS: [Disorder; 2] = [Disorder::PlusMinus, Disorder::Gaussian];

#[test]
fn edwards_anderson_couplings_have_mean_0_and_variance_1() {
    for disorder in KINDS {
        let lattices = [Lattice::cubic(12), Lattice::square(40).open(), Lattice::triangular(30)];
        for (seed, lattice) in lattices.into_iter().enumerate() {
            let bonds = lattice.bonds().unwrap().len();
            let glass = Ising::edwards_anderson(lattice, disorder, seed as u64).unwrap();
            assert_eq!(values(&glass).len(), bonds);
            assert_standard(&values(&glass), disorder);
            assert!(glass.fields().iter().all(|&h| h == 0.0));
        }
    }
}

#[test]
fn sherrington_kirkpatrick_couplings_have_variance_1_over_n() {
    for disorder in KINDS {
        for n in [50, 200] {
            let glass = Ising::sherrington_kirkpatrick_with(n, disorder, 3).unwrap();
            let scaled: Vec<f64> = values(&glass).iter().map(|j| j * (n as f64).sqrt()).collect();
            assert_eq!(scaled.len(), n * (n - 1) / 2);
            assert_standard(&scaled, disorder);
        }
    }
    let default = Ising::sherrington_kirkpatrick(50, 3).unwrap();
    let gaussian = Ising::sherrington_kirkpatrick_with(50, Disorder::Gaussian, 3).unwrap();
    assert_eq!(default.bonds(), gaussian.bonds());
}

#[test]
fn random_fields_have_the_strength_asked_for() {
    for disorder in KINDS {
        let ising = Ising::square(50).unwrap().random_fields(disorder, 2.5, 1).unwrap();
        let scaled: Vec<f64> = ising.fields().iter().map(|h| h / 2.5).collect();
        assert_standard(&scaled, disorder);
        assert_eq!(ising.bonds(), Ising::square(50).unwrap().bonds());
    }
    let none = Ising::square(4).unwrap().random_fields(Disorder::Gaussian, 0.0, 1).unwrap();
    assert!(none.fields().iter().all(|&h| h == 0.0));
}

#[test]
fn the_seed_fixes_the_disorder() {
    let make = |disorder, seed: u64| {
        let lattice = Lattice::cubic(3);
        let glass = Ising::edwards_anderson(lattice, disorder, seed).unwrap();
        (glass.bonds(), glass.random_fields(disorder, 1.0, seed).unwrap().fields())
    };
    for disorder in KINDS {
        assert_eq!(make(disorder, 4), make(disorder, 4));
        assert_ne!(make(disorder, 4).0, make(disorder, 5).0);
        assert_ne!(make(disorder, 4).1, make(disorder, 5).1);
    }
}

#[test]
fn double_bonds_couple_with_the_sum_of_two() {
    let glass = Ising::edwards_anderson(Lattice::cubic(2), Disorder::PlusMinus, 1).unwrap();
    let values = values(&glass);
    assert_eq!(values.len(), 12);
    assert!(values.iter().all(|j| [-2.0, 0.0, 2.0].contains(j)), "{values:?}");
    assert!(values.contains(&0.0) && values.contains(&2.0));
}

#[test]
fn models_say_what_they_are() {
    let glass = Ising::edwards_anderson(Lattice::cubic(3), Disorder::PlusMinus, 1).unwrap();
    assert_eq!(glass.model().name(), "cubic plus_minus glass");
    assert_eq!(glass.shape(), [3, 3, 3]);
    let glass = Ising::sherrington_kirkpatrick(5, 1).unwrap();
    assert_eq!(glass.model().name(), "sherrington-kirkpatrick gaussian");
}

#[test]
fn the_high_temperature_energy_is_that_of_the_theory() {
    // −Σ J²/(NT) to first order in 1/T, for any couplings.
    for glass in [
        Ising::edwards_anderson(Lattice::square(4), Disorder::Gaussian, 2).unwrap(),
        Ising::sherrington_kirkpatrick(16, 2).unwrap(),
    ] {
        let squares: f64 = values(&glass).iter().map(|j| j * j).sum();
        let exact = glass.enumerate().unwrap().at(1e4).unwrap().energy;
        assert!((exact / (-squares / 16.0 / 1e4) - 1.0).abs() < 2e-3);
    }
}

#[test]
fn bad_input_is_refused() {
    assert!(Ising::edwards_anderson(Lattice::square(1), Disorder::PlusMinus, 1).is_err());
    assert!(Ising::sherrington_kirkpatrick(0, 1).is_err());
    assert!(Ising::sherrington_kirkpatrick(usize::MAX, 1).is_err());
    assert!(Ising::sherrington_kirkpatrick(10_000, 1).is_err());
    let ising = Ising::square(4).unwrap();
    for strength in [-1.0, f64::NAN, f64::INFINITY] {
        let message =
            ising.random_fields(Disorder::PlusMinus, strength, 1).unwrap_err().to_string();
        assert!(message.contains("`strength`") && message.ends_with('.'), "{message}");
    }
    assert!(ising.random_fields(Disorder::Gaussian, 1e308, 1).is_err());
}
