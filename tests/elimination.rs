//! Variable elimination against enumeration, Kaufman's solution, other orders and itself.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/ring.rs"]
mod ring;
#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::prelude::*;
use statmech::rand::Rng;
use statmech::spin::{Couplings, PairModel};
use statmech::statrs::distribution::{ChiSquared, ContinuousCDF};

/// Gaussian-like couplings and fields on a lattice.
fn glass(lattice: Lattice, seed: u64, with_fields: bool) -> Ising {
    let ising = Ising::on(lattice).unwrap();
    let mut generator = Seed::new(seed).generator();
    let mut draw = |_| generator.random_range(-1.5..1.5);
    let couplings: Array1<f64> = (0..ising.bonds().len()).map(&mut draw).collect();
    let fields: Array1<f64> = (0..ising.n_spins()).map(&mut draw).collect();
    let glass = ising.bond_couplings(&couplings).unwrap();
    if with_fields { glass.site_fields(&fields).unwrap() } else { glass }
}

fn assert_close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{what}: {a} for {b}");
}

#[test]
fn thermodynamics_agree_with_enumeration() {
    let lattices = [
        Lattice::chain(1).open(),
        Lattice::chain(2),
        Lattice::chain(9),
        Lattice::square(4),
        Lattice::square(2),
        Lattice::triangular(3),
        Lattice::cubic(2).open(),
        Lattice::complete(10),
        Lattice::random_graph(14, 3.0, 3),
        Lattice::random_graph(14, 1.0, 4),
        Lattice::random_graph(12, 0.0, 4),
        Lattice::rectangle(3, 5).open(),
    ];
    for (seed, lattice) in lattices.into_iter().enumerate() {
        for with_fields in [true, false] {
            let what = format!("{lattice:?}, fields {with_fields}");
            let ising = glass(lattice.clone(), seed as u64, with_fields);
            let (exact, enumeration) = (ising.elimination().unwrap(), ising.enumerate().unwrap());
            for t in [0.05, 0.6, 2.0, 50.0] {
                let (a, b) = (exact.at(t).unwrap(), enumeration.at(t).unwrap());
                assert_close(exact.ln_z(t).unwrap(), b.ln_z, 1e-13, &what);
                assert_close(a.ln_z, b.ln_z, 1e-13, &what);
                assert_close(a.free_energy, b.free_energy, 1e-13, &what);
                assert_close(a.energy, b.energy, 1e-12, &what);
                assert_close(a.heat_capacity, b.heat_capacity, 1e-11, &what);
                assert_close(a.entropy, b.entropy, 1e-12, &what);
                assert_close(a.magnetization, b.magnetization, 1e-12, &what);
                assert_close(a.susceptibility_full, b.susceptibility_full, 1e-11, &what);
            }
            let (energy, state) = exact.ground_state().unwrap();
            assert_close(energy, enumeration.ground_energy(), 1e-13, &what);
            assert_close(ising.energy(&state).unwrap(), energy, 1e-15, &what);
        }
    }
}

/// ⟨s_i⟩ and ⟨s_i s_j⟩ by a loop over all states.
fn averages(ising: &Ising, t: f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let (n, bonds) = (ising.n_spins(), ising.bonds());
    let ln_z = ising.enumerate().unwrap().at(t).unwrap().ln_z;
    let (mut means, mut pairs) = (vec![0.0; n], vec![0.0; bonds.len()]);
    let probabilities: Vec<f64> = (0..1_usize << n)
        .map(|index| {
            let spins: Array1<i8> = (0..n).map(|i| 1 - 2 * (index >> i & 1) as i8).collect();
            let p = (-ising.energy(&spins).unwrap() / t - ln_z).exp();
            for i in 0..n {
                means[i] += p * f64::from(spins[i]);
            }
            for (pair, &(i, j, _)) in pairs.iter_mut().zip(&bonds) {
                *pair += p * f64::from(spins[i] * spins[j]);
            }
            p
        })
        .collect();
    (means, pairs, probabilities)
}

#[test]
fn marginals_agree_with_a_loop_over_states() {
    let lattices = [
        Lattice::square(3),
        Lattice::random_graph(11, 3.0, 8),
        Lattice::complete(8),
        Lattice::rectangle(2, 5),
        Lattice::random_graph(10, 1.2, 5),
    ];
    for (seed, lattice) in lattices.into_iter().enumerate() {
        let ising = glass(lattice, 100 + seed as u64, true);
        for t in [0.1, 1.0, 5.0] {
            let (means, pairs, _) = averages(&ising, t);
            let marginals = ising.elimination().unwrap().marginals(t).unwrap();
            for (a, b) in marginals.magnetizations.iter().zip(means) {
                assert_close(*a, b, 1e-12, "⟨s⟩");
            }
            let bonds = ising.bonds();
            assert_eq!(marginals.correlations.len(), bonds.len());
            for ((a, b), bond) in marginals.correlations.iter().zip(pairs).zip(bonds) {
                assert_eq!((a.0, a.1), (bond.0, bond.1));
                assert_close(a.2, b, 1e-12, "⟨s s⟩");
            }
        }
    }
}

#[test]
fn samples_have_the_boltzmann_distribution() {
    let ising = glass(Lattice::rectangle(2, 3), 7, true);
    let exact = ising.elimination().unwrap();
    let t = 1.5;
    let (_, _, probabilities) = averages(&ising, t);
    let count = 200_000;
    let samples = exact.sample(t, count, 5).unwrap();
    let mut counts = vec![0.0; probabilities.len()];
    for state in samples.rows() {
        let index: usize = state.iter().enumerate().map(|(i, &s)| usize::from(s < 0) << i).sum();
        counts[index] += 1.0;
    }
    // States too rare for the chi-square approximation are put together.
    let (mut chi2, mut cells, mut rest) = (0.0, 0, (0.0, 0.0));
    for (&seen, p) in counts.iter().zip(probabilities) {
        let expected = p * count as f64;
        if expected < 20.0 {
            rest = (rest.0 + seen, rest.1 + expected);
        } else {
            chi2 += (seen - expected).powi(2) / expected;
            cells += 1;
        }
    }
    assert!((rest.0 - rest.1).abs() < 4.0 * rest.1.sqrt() + 1.0, "{rest:?}");
    assert!(cells > 20);
    let p_value = ChiSquared::new(f64::from(cells)).unwrap().sf(chi2);
    assert!(p_value > 6e-5, "chi² = {chi2} in {cells} cells, p = {p_value}: beyond four sigma");
    assert_eq!(samples.row(0), exact.sample(t, 1, 5).unwrap().row(0));
    assert_ne!(samples, exact.sample(t, count, 6).unwrap());
}

#[test]
fn a_torus_of_side_8_agrees_with_kaufman() {
    let ising = Ising::square(8).unwrap();
    let exact = ising.elimination().unwrap();
    assert!(exact.width() <= 17, "{exact:?}");
    for t in [0.3, 1.5, ONSAGER_TC, 4.0] {
        let (a, b) = (exact.at(t).unwrap(), ising.kaufman(t).unwrap());
        assert_close(a.ln_z, b.ln_z, 1e-13, "ln Z");
        assert_close(a.energy, b.energy, 1e-12, "e");
        assert_close(a.heat_capacity, b.heat_capacity, 1e-11, "c");
    }
    let marginals = exact.marginals(2.0).unwrap();
    let energy = -marginals.correlations.iter().map(|bond| bond.2).sum::<f64>() / 64.0;
    assert_close(energy, ising.kaufman(2.0).unwrap().energy, 1e-12, "e of bonds");
}

#[test]
fn two_orders_agree_on_a_glass_of_side_12() {
    let lattice = Lattice::square(12).open();
    let ising = glass(lattice, 3, true);
    let exact = ising.elimination().unwrap();
    assert!(exact.width() <= 12, "{exact:?}");
    let by_columns: Vec<usize> = (0..144).map(|k| k % 12 * 12 + k / 12).rev().collect();
    let other = exact.in_order(&by_columns).unwrap();
    assert_eq!(other.order(), by_columns);
    for t in [1e-3, 0.2, 1.0, 10.0] {
        let (a, b) = (exact.at(t).unwrap(), other.at(t).unwrap());
        assert_close(a.ln_z, b.ln_z, 1e-13, "ln Z");
        assert_close(a.energy, b.energy, 1e-12, "e");
        assert_close(a.heat_capacity, b.heat_capacity, 1e-11, "c");
        assert_close(a.susceptibility_full, b.susceptibility_full, 1e-11, "χ");
        let (a, b) = (exact.marginals(t).unwrap(), other.marginals(t).unwrap());
        for (a, b) in a.magnetizations.iter().zip(&b.magnetizations) {
            assert_close(*a, *b, 1e-12, "⟨s⟩");
        }
        for (a, b) in a.correlations.iter().zip(&b.correlations) {
            assert_close(a.2, b.2, 1e-12, "⟨s s⟩");
        }
    }
    let (energy, state) = exact.ground_state().unwrap();
    assert_close(other.ground_state().unwrap().0, energy, 1e-14, "E₀");
    // T → 0: the unique ground state is all that is left.
    let cold = exact.at(1e-5).unwrap();
    assert_close(cold.energy * 144.0, energy, 1e-13, "E at T → 0");
    let cold = exact.marginals(1e-5).unwrap();
    assert!(state.iter().zip(&cold.magnetizations).all(|(&s, m)| f64::from(s) * m > 0.99));
    let sampled = exact.sample(1e-5, 3, 1).unwrap();
    assert!(sampled.rows().into_iter().all(|row| row == state));
}

#[test]
fn a_glass_of_side_16_has_the_energy_of_its_bonds() {
    // ln Z by two orders, and the energy by moments going up and by marginals going down the tree.
    let ising = glass(Lattice::square(16).open(), 4, true);
    let exact = ising.elimination().unwrap();
    assert!(exact.width() <= 16, "{exact:?}");
    let t = 0.7;
    let reversed: Vec<usize> = (0..256).rev().collect();
    let (a, b) = (exact.at(t).unwrap(), exact.in_order(&reversed).unwrap().ln_z(t).unwrap());
    assert_close(a.ln_z, b, 1e-13, "ln Z");
    let marginals = exact.marginals(t).unwrap();
    let bonds = ising.bonds().into_iter().zip(&marginals.correlations);
    let fields = ising.fields().dot(&marginals.magnetizations);
    let energy = -bonds.map(|(bond, pair)| bond.2 * pair.2).sum::<f64>() - fields;
    assert_close(energy, 256.0 * a.energy, 1e-13, "E");
}

#[test]
fn energies_and_magnetizations_are_derivatives_of_ln_z() {
    let ising = glass(Lattice::rectangle(4, 30).open(), 9, true);
    let exact = ising.elimination().unwrap();
    assert_eq!(exact.width(), 4);
    let (t, d, n) = (1.2, 1e-4, 120.0);
    let ln_z = |beta: f64| exact.ln_z(1.0 / beta).unwrap();
    let slope = (ln_z(1.0 / t + d) - ln_z(1.0 / t - d)) / (2.0 * d);
    let at = exact.at(t).unwrap();
    assert_close(at.energy, -slope / n, 1e-6, "e");
    let slope = (exact.at(t + d).unwrap().energy - exact.at(t - d).unwrap().energy) / (2.0 * d);
    assert_close(at.heat_capacity, slope, 1e-6, "c");
    let shifted = |h: f64| {
        let fields = ising.fields() + h;
        ising.site_fields(&fields).unwrap().elimination().unwrap().at(t).unwrap()
    };
    let slope = t * (shifted(d).ln_z - shifted(-d).ln_z) / (2.0 * d) / n;
    assert_close(at.magnetization, slope, 1e-6, "m");
    let slope = (shifted(d).magnetization - shifted(-d).magnetization) / (2.0 * d);
    assert_close(at.susceptibility_full, slope, 1e-6, "χ");
    let marginals = exact.marginals(t).unwrap();
    assert_close(marginals.magnetizations.mean().unwrap(), at.magnetization, 1e-13, "⟨m⟩");
    // Samples: energy and magnetization within four standard errors.
    let samples = exact.sample(t, 4_000, 2).unwrap();
    let energies: Vec<f64> =
        samples.rows().into_iter().map(|row| ising.energy(&row.to_owned()).unwrap() / n).collect();
    let mean = energies.iter().sum::<f64>() / 4000.0;
    let error = (at.heat_capacity * t * t / n / 4000.0).sqrt();
    assert!((mean - at.energy).abs() < 4.0 * error, "{mean} ± {error} for {}", at.energy);
    let mean = samples.mapv(f64::from).mean().unwrap();
    let error = (at.susceptibility_full * t / n / 4000.0).sqrt();
    assert!((mean - at.magnetization).abs() < 4.0 * error, "{mean} for {}", at.magnetization);
}

/// A random recursive tree, numbered at random.
fn random_tree(n: usize, seed: u64) -> PairModel {
    let mut generator = Seed::new(seed).generator();
    let mut names: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        names.swap(i, generator.random_range(0..=i as u64) as usize);
    }
    let bonds: Vec<_> = (1..n)
        .map(|i| (names[i], names[generator.random_range(0..i as u64) as usize], 1.0))
        .collect();
    let couplings = Couplings::from_bonds(n, &bonds).unwrap();
    PairModel::new("tree", vec![n], couplings, vec![0.0; n]).unwrap()
}

#[test]
fn trees_of_a_hundred_thousand_spins_take_linear_time() {
    let n = 100_000;
    let tree = random_tree(n, 1);
    let exact = Elimination::new(&tree).unwrap();
    assert_eq!(exact.width(), 1);
    for t in [0.01, 1.0, 3.0] {
        // Without a field Z = 2ᴺ cosh(J/T)^{N−1} on any tree.
        let beta: f64 = 1.0 / t;
        let ln_cosh = beta + (-2.0 * beta).exp().ln_1p() - 2_f64.ln();
        let at = exact.at(t).unwrap();
        let bonds = (n - 1) as f64;
        assert_close(at.ln_z, n as f64 * 2_f64.ln() + bonds * ln_cosh, 1e-14, "ln Z");
        assert_close(at.energy * n as f64, -bonds * beta.tanh(), 1e-13, "E");
        let capacity = bonds * (beta / beta.cosh()).powi(2);
        assert_close(at.heat_capacity * n as f64, capacity, 1e-12, "C");
        let marginals = exact.marginals(t).unwrap();
        assert!(marginals.correlations.iter().all(|bond| (bond.2 - beta.tanh()).abs() < 1e-13));
    }
    assert_eq!(exact.ground_state().unwrap().0, -((n - 1) as f64));
    // A star: one hub with all others as leaves.
    let bonds: Vec<_> = (1..n).map(|i| (0, i, 1.0)).collect();
    let couplings = Couplings::from_bonds(n, &bonds).unwrap();
    let star = PairModel::new("star", vec![n], couplings, vec![0.0; n]).unwrap();
    assert_eq!(Elimination::new(&star).unwrap().width(), 1);
}

#[test]
fn strips_are_as_wide_as_their_shorter_side() {
    for (rows, cols) in [(10, 200), (200, 10), (5, 300)] {
        let ising = Ising::on(Lattice::rectangle(rows, cols).open()).unwrap();
        assert!(ising.elimination().unwrap().width() <= rows.min(cols));
    }
    let chain = Ising::chain(100_000).unwrap().field(0.1).unwrap();
    let exact = chain.elimination().unwrap();
    assert_eq!(exact.width(), 2);
    let ring = ring::ln_z(100_000, 1.0, 0.1, 1.7);
    assert_close(exact.ln_z(1.7).unwrap(), ring, 1e-14, "ring");
}

#[test]
fn bad_input_and_too_wide_graphs_are_refused_in_words() {
    for ising in
        [Ising::square(200).unwrap(), Ising::cubic(6).unwrap(), Ising::complete(100).unwrap()]
    {
        assert_says(ising.elimination(), &["width", "1 GiB", "scan"]);
    }
    // ln Z fits where the tables of all steps do not.
    let wide = Ising::on(Lattice::square(20).open()).unwrap().elimination().unwrap();
    assert_says(wide.marginals(1.0), &["width 20", "GiB", "ln_z(t)"]);
    assert_says(wide.sample(1.0, 1, 0), &["width 20"]);
    let exact = Ising::square(3).unwrap().elimination().unwrap();
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(exact.ln_z(t), &["`temperature`"]);
        assert_says(exact.at(t), &["`temperature`"]);
        assert_says(exact.marginals(t), &["`temperature`"]);
        assert_says(exact.sample(t, 1, 0), &["`temperature`"]);
        assert_says(exact.frame(&[1.0, t]), &["`temperature`"]);
    }
    assert_says(exact.ln_z(1e-308), &["overflow", "ground states"]);
    assert_says(exact.frame(&[]), &["`temperatures`"]);
    assert_says(exact.sample(1.0, 0, 0), &["`count`"]);
    assert_says(exact.sample(1.0, usize::MAX, 0), &["`count`"]);
    assert_says(exact.in_order(&[0, 1]), &["`order`", "permutation"]);
    assert_says(exact.in_order(&[0; 9]), &["`order`", "permutation"]);
    assert_says(exact.deadline(-1.0).frame(&[1.0]), &["`deadline`"]);
    assert_says(exact.deadline(f64::NAN).at(1.0), &["`deadline`"]);
    assert_says(exact.deadline(1e-9).ln_z(1.0), &["`deadline`", "% of the tables"]);
    assert_says(exact.deadline(1e-9).marginals(1.0), &["`deadline`", "% of the tables"]);
    assert_says(exact.frame(&[1.0, 1e-308]), &["overflow"]);
    let late = exact.deadline(1e-9).frame(&[1.0, 2.0]).unwrap().values("energy").unwrap();
    assert!(late[0].is_finite() && late[1].is_nan());
}

#[test]
fn frozen_spins_have_no_heat_capacity() {
    for (ising, t) in [
        (Ising::square(4).unwrap(), 1e-300),
        (Ising::square(4).unwrap(), 1e-5),
        (Ising::chain(5).unwrap().coupling(1e300).unwrap(), 1.0),
    ] {
        assert_eq!(ising.elimination().unwrap().at(t).unwrap().heat_capacity, 0.0, "T = {t}");
    }
    // One turned spin of 16 costs 8: c = (8/T)² e^{−8/T} per spin at low temperature.
    let t: f64 = 8.0 / 600.0;
    let c = Ising::square(4).unwrap().elimination().unwrap().at(t).unwrap().heat_capacity;
    let exact = (8.0 / t).powi(2) * (-600.0_f64).exp();
    assert!((c / exact - 1.0).abs() < 1e-9, "{c} for {exact}");
}
