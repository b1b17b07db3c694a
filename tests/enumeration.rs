//! Exact values against counts from the literature, sums by hand, identities and other exact routes.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod common;

use common::column;
use proptest::prelude::*;
use statmech::exact::ring_ln_z;
use statmech::ndarray::{Array1, Array2};
use statmech::prelude::*;

/// A symmetric matrix from the entries of its upper triangle.
fn symmetric(n: usize, upper: &[f64]) -> Array2<f64> {
    let mut matrix = Array2::zeros((n, n));
    let mut entries = upper.iter();
    for i in 0..n {
        for j in i + 1..n {
            let value = *entries.next().unwrap();
            matrix[(i, j)] = value;
            matrix[(j, i)] = value;
        }
    }
    matrix
}

fn spins(state: u64, n: usize) -> Array1<i8> {
    (0..n).map(|i| if state >> i & 1 == 1 { -1 } else { 1 }).collect()
}

/// All sums with one exponential a state, from the energy function alone.
fn by_hand(ising: &Ising, t: f64) -> (f64, f64, f64, f64, f64, f64) {
    let n = ising.n_spins();
    let (mut z, mut e, mut e2, mut m, mut m2, mut m4) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for state in 0..1_u64 << n {
        let spins = spins(state, n);
        let energy = ising.energy(&spins).unwrap();
        let magnetization = spins.iter().map(|&s| f64::from(s)).sum::<f64>() / n as f64;
        let w = (-energy / t).exp();
        z += w;
        e += w * energy;
        e2 += w * energy * energy;
        m += w * magnetization;
        m2 += w * magnetization.powi(2);
        m4 += w * magnetization.powi(4);
    }
    (z, e / z, e2 / z, m / z, m2 / z, m4 / z)
}

fn assert_agrees(ising: &Ising, t: f64) {
    let exact = ising.enumerate().unwrap().at(t).unwrap();
    let (z, e, e2, m, m2, m4) = by_hand(ising, t);
    let n = ising.n_spins() as f64;
    let close = |name: &str, got: f64, want: f64| {
        assert!((got - want).abs() < 1e-10 * (1.0 + want.abs()), "{name}: {got} for {want}");
    };
    close("ln_z", exact.ln_z, z.ln());
    close("free_energy", exact.free_energy, -t * z.ln() / n);
    close("energy", exact.energy, e / n);
    close("heat_capacity", exact.heat_capacity, (e2 - e * e) / (n * t * t));
    close("entropy", exact.entropy, (e / t + z.ln()) / n);
    assert!(!ising.fields().iter().all(|&h| h == 0.0) || exact.magnetization == 0.0);
    close("magnetization", exact.magnetization, m);
    close("susceptibility_full", exact.susceptibility_full, n / t * (m2 - m * m));
    close("binder", exact.binder, 1.0 - m4 / (3.0 * m2 * m2));
}

#[test]
fn density_of_states_of_the_4x4_torus() {
    let frame = Ising::square(4).unwrap().enumerate().unwrap().density_of_states().unwrap();
    let energy = column(&frame, "energy");
    let states = column(&frame, "states");
    let half = [2.0, 32.0, 64.0, 424.0, 1728.0, 6688.0, 13568.0, 20524.0];
    assert_eq!(energy[..8], [-32.0, -24.0, -20.0, -16.0, -12.0, -8.0, -4.0, 0.0]);
    assert_eq!(states[..8], half);
    assert_eq!(states[8..].iter().rev().collect::<Vec<_>>(), half[..7].iter().collect::<Vec<_>>());
    assert_eq!(states.iter().sum::<f64>(), 65536.0);
}

#[test]
fn narrow_tori_have_double_bonds() {
    let two = Ising::square(2).unwrap();
    assert_eq!(two.bonds(), [(0, 1, 2.0), (0, 2, 2.0), (1, 3, 2.0), (2, 3, 2.0)]);
    assert_eq!(two.enumerate().unwrap().ground_energy(), -8.0);
    // Two coupled rings with J = 2 between them, from a hand-made matrix.
    let mut couplings = Array2::zeros((6, 6));
    for (i, j, value) in [
        (0, 1, 1.0),
        (1, 2, 1.0),
        (0, 2, 1.0),
        (3, 4, 1.0),
        (4, 5, 1.0),
        (3, 5, 1.0),
        (0, 3, 2.0),
        (1, 4, 2.0),
        (2, 5, 2.0),
    ] {
        couplings[(i, j)] = value;
        couplings[(j, i)] = value;
    }
    let lattice = Ising::on(Lattice::rectangle(2, 3)).unwrap();
    assert_eq!(lattice.couplings().unwrap(), couplings);
}

#[test]
fn integer_and_real_couplings_agree_with_sums_by_hand() {
    let irrational = 0.5_f64.sqrt();
    for ising in [
        Ising::square(3).unwrap().field(0.1).unwrap(),
        Ising::square(3).unwrap().coupling(-irrational).unwrap().field(0.3).unwrap(),
        Ising::triangular(3).unwrap().coupling(-1.0).unwrap(),
        Ising::cubic(2).unwrap(),
        Ising::complete(9).unwrap().field(0.2).unwrap(),
        Ising::random_graph(10, 3.0, 4).unwrap(),
        Ising::on(Lattice::chain(1).open()).unwrap().field(0.7).unwrap(),
        Ising::on(Lattice::chain(2).open()).unwrap(),
    ] {
        for t in [0.5, 1.0, 2.5, 50.0] {
            assert_agrees(&ising, t);
        }
    }
}

#[test]
fn rings_agree_with_the_transfer_matrix() {
    for (n, j, h) in
        [(2, 1.0, 0.0), (3, -1.0, 0.4), (10, 1.0, 0.25), (13, 0.7, -0.1), (20, 1.0, 0.0)]
    {
        let ising = Ising::chain(n).unwrap().coupling(j).unwrap().field(h).unwrap();
        let exact = ising.enumerate().unwrap();
        for t in [0.1, 0.8, 2.0, 10.0] {
            let (got, want) = (exact.at(t).unwrap().ln_z, ring_ln_z(n, j, h, t).unwrap());
            assert!((got / want - 1.0).abs() < 1e-12, "n = {n}, T = {t}: {got} for {want}");
        }
    }
}

#[test]
fn quantities_are_derivatives_of_ln_z() {
    let ising = Ising::square(4).unwrap().field(0.2).unwrap();
    let exact = ising.enumerate().unwrap();
    for t in [1.0, 2.269, 4.0] {
        let at = |t: f64| exact.at(t).unwrap();
        let (beta, d) = (1.0 / t, 1e-4);
        let ln_z = |beta: f64| at(1.0 / beta).ln_z / 16.0;
        let slope = (ln_z(beta + d) - ln_z(beta - d)) / (2.0 * d);
        assert!((at(t).energy + slope).abs() < 1e-6);
        let slope = (at(t + d).energy - at(t - d).energy) / (2.0 * d);
        assert!((at(t).heat_capacity - slope).abs() < 1e-6);
        let free = |h: f64| {
            let ising = Ising::square(4).unwrap().field(h).unwrap();
            ising.enumerate().unwrap().at(t).unwrap().free_energy
        };
        let m = -(free(0.2 + d) - free(0.2 - d)) / (2.0 * d);
        assert!((at(t).magnetization - m).abs() < 1e-6);
        let chi = -(free(0.2 + d) - 2.0 * free(0.2) + free(0.2 - d)) / (d * d);
        assert!((at(t).susceptibility_full - chi).abs() < 1e-4);
    }
}

#[test]
fn limits_of_temperature() {
    let exact = Ising::square(4).unwrap().enumerate().unwrap();
    let cold = exact.at(0.01).unwrap();
    assert!((cold.entropy - 2_f64.ln() / 16.0).abs() < 1e-14);
    assert_eq!((cold.energy, cold.heat_capacity, cold.abs_magnetization), (-2.0, 0.0, 1.0));
    assert!((cold.binder - 2.0 / 3.0).abs() < 1e-14);
    let hot = exact.at(1e9).unwrap();
    assert!((hot.entropy - 2_f64.ln()).abs() < 1e-12);
    assert!((hot.energy + 2.0 / 1e9).abs() < 1e-14);
    assert!(exact.at(1e-300).unwrap().free_energy.is_finite());
}

#[test]
fn ground_states_are_counted() {
    let frustrated = Ising::triangular(3).unwrap().coupling(-1.0).unwrap().enumerate().unwrap();
    let lowest = column(&frustrated.density_of_states().unwrap(), "states")[0];
    assert_eq!(frustrated.ground_states() as f64, lowest);
    let odd_ring = Ising::chain(5).unwrap().coupling(-0.5_f64.sqrt()).unwrap();
    assert_eq!(odd_ring.enumerate().unwrap().ground_states(), 10);
    let mut couplings = symmetric(5, &[0.3; 10]);
    couplings *= std::f64::consts::PI;
    couplings[(0, 1)] = 1.0;
    couplings[(1, 0)] = 1.0;
    let real = Ising::from_couplings(&couplings).unwrap().enumerate().unwrap();
    assert_eq!(real.ground_states(), 2);
    assert!(real.density_of_states().is_err());
}

#[test]
fn exact_frames_have_a_row_per_temperature() {
    let frame = Ising::chain(6).unwrap().enumerate().unwrap().frame(&[1.0, 2.0]).unwrap();
    assert_eq!(frame.shape(), (2, 11));
    let onsager = onsager::frame(&linspace(1.0, 3.0, 5)).unwrap();
    assert_eq!(onsager.shape(), (5, 6));
}

#[test]
fn pairs_of_the_complete_graph_couple_with_j_over_n() {
    let ising = Ising::complete(5).unwrap();
    assert_eq!(ising.bonds().len(), 10);
    assert!(ising.bonds().iter().all(|bond| bond.2 == 0.2));
    assert!(ising.coupling(-3.0).unwrap().bonds().iter().all(|bond| bond.2 == -0.6));
}

#[test]
fn mean_field_finds_minima_far_from_all_up() {
    // Two patterns in a Hopfield network of 12 spins, the stronger one half up and half down: all spins up lie in the other's basin.
    let strong = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
    let couplings = Array2::from_shape_fn((12, 12), |(i, j)| {
        if i == j { 0.0 } else { (1.5 * strong(i) * strong(j) + 1.0) / 12.0 }
    });
    let solution = Ising::from_couplings(&couplings).unwrap().mean_field(0.2).unwrap();
    let overlap: f64 =
        solution.magnetizations.iter().enumerate().map(|(i, m)| strong(i) * m).sum::<f64>() / 12.0;
    assert!(solution.converged && overlap.abs() > 0.99, "{overlap}");
}

#[test]
fn mean_field_ends_at_its_critical_point() {
    // At T = 4 J the last digits take millions of sweeps; work is limited, and the solution says so.
    let begun = std::time::Instant::now();
    let critical = Ising::square(128).unwrap().mean_field(4.0).unwrap();
    assert!(!critical.converged && critical.residual < 1e-4, "{critical:?}");
    assert!(begun.elapsed().as_secs_f64() < 60.0);
    assert!(Ising::square(128).unwrap().mean_field(2.0).unwrap().converged);
}

#[test]
fn mean_field_bounds_the_free_energy_from_above() {
    let glass: Vec<f64> = (0..45).map(|k| f64::from(k * 37 % 11) / 5.0 - 1.0).collect();
    for ising in [
        Ising::square(4).unwrap(),
        Ising::square(4).unwrap().coupling(-1.0).unwrap().field(0.3).unwrap(),
        Ising::from_couplings(&symmetric(10, &glass)).unwrap(),
    ] {
        let exact = ising.enumerate().unwrap();
        for t in [0.3, 1.0, 3.0, 10.0, 100.0] {
            let mean_field = ising.mean_field(t).unwrap();
            let gap = mean_field.free_energy - exact.at(t).unwrap().free_energy;
            assert!(mean_field.converged, "T = {t}: {mean_field:?}");
            assert!(gap > -1e-12, "T = {t}: {gap}");
            // The gap closes as 1/T: it is Σ J²/(2 N T) to leading order.
            assert!(t < 50.0 || gap < 0.05, "T = {t}: {gap}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn energy_changes_are_differences_of_energies(
        n in 2_usize..9,
        entries in prop::collection::vec(-2.0..2.0, 28),
        fields in prop::collection::vec(-1.0..1.0, 8),
        state in 0_u64..256,
        flip in 0_usize..8,
    ) {
        let ising = Ising::from_couplings(&symmetric(n, &entries)).unwrap();
        let ising = ising.site_fields(&Array1::from(fields[..n].to_vec())).unwrap();
        let flip = flip % n;
        let before = spins(state, n);
        let mut after = before.clone();
        after[flip] = -after[flip];
        let difference = ising.energy(&after).unwrap() - ising.energy(&before).unwrap();
        let change = ising.energy_change(&before, flip).unwrap();
        prop_assert!((change - difference).abs() < 1e-12);
        // The energy itself, term by term.
        let (couplings, fields) = (ising.couplings().unwrap(), ising.fields());
        let mut energy = 0.0;
        for i in 0..n {
            energy -= fields[i] * f64::from(before[i]);
            for j in i + 1..n {
                energy -= couplings[(i, j)] * f64::from(before[i] * before[j]);
            }
        }
        prop_assert!((ising.energy(&before).unwrap() - energy).abs() < 1e-12);
    }

    #[test]
    fn random_models_agree_with_sums_by_hand(
        n in 1_usize..9,
        entries in prop::collection::vec(-2.0..2.0, 28),
        fields in prop::collection::vec(-1.0..1.0, 8),
        t in 0.4..10.0,
    ) {
        let ising = Ising::from_couplings(&symmetric(n, &entries)).unwrap();
        let ising = ising.site_fields(&Array1::from(fields[..n].to_vec())).unwrap();
        assert_agrees(&ising, t);
    }
}
