//! Exact values against counts from the literature, sums by hand, identities and other exact routes.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod common;
#[path = "common/ring.rs"]
mod ring;
#[path = "common/says.rs"]
mod says;

use common::column;
use proptest::prelude::*;
use says::assert_says;
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
    let energy = column(&frame, "total_energy");
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
            let (got, want) = (exact.at(t).unwrap().ln_z, ring::ln_z(n, j, h, t));
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
    assert_eq!(frustrated.ground_degeneracy() as f64, lowest);
    let odd_ring = Ising::chain(5).unwrap().coupling(-0.5_f64.sqrt()).unwrap();
    assert_eq!(odd_ring.enumerate().unwrap().ground_degeneracy(), 10);
    let mut couplings = symmetric(5, &[0.3; 10]);
    couplings *= std::f64::consts::PI;
    couplings[(0, 1)] = 1.0;
    couplings[(1, 0)] = 1.0;
    let real = Ising::from_couplings(&couplings).unwrap().enumerate().unwrap();
    assert_eq!(real.ground_degeneracy(), 2);
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

/// E = −Σ J_ijk s_i s_j s_k over all triples.
fn three_spin(n: usize) -> impl Fn(&[i8]) -> f64 + Sync {
    move |spins| {
        let mut energy = 0.0;
        for i in 0..n {
            for j in 0..i {
                for k in 0..j {
                    let coupling = ((i * j + 3 * k + j) as f64).sin();
                    energy -= coupling * f64::from(spins[i] * spins[j] * spins[k]);
                }
            }
        }
        energy
    }
}

#[test]
fn a_function_with_three_spin_couplings_agrees_with_sums_by_hand() {
    let (n, t) = (9, 1.3);
    let energy = three_spin(n);
    let exact = Enumeration::from_energy(n, &energy).unwrap();
    let (mut z, mut e, mut e2, mut abs_m, mut m4, mut lowest) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0_f64);
    let mut single = Array1::<f64>::zeros(n);
    let mut pair = Array2::<f64>::zeros((n, n));
    let mut weights = Vec::new();
    for state in 0..1_u64 << n {
        let s = spins(state, n);
        let energy = energy(s.as_slice().unwrap());
        let w = (-energy / t).exp();
        let m = s.iter().map(|&s| f64::from(s)).sum::<f64>() / n as f64;
        z += w;
        e += w * energy;
        e2 += w * energy * energy;
        abs_m += w * m.abs();
        m4 += w * m.powi(4);
        lowest = lowest.min(energy);
        weights.push(w);
        for i in 0..n {
            single[i] += w * f64::from(s[i]);
            for j in 0..n {
                pair[(i, j)] += w * f64::from(s[i] * s[j]);
            }
        }
        assert_eq!(exact.configuration(state).unwrap(), s);
        assert_eq!(exact.energies().unwrap()[state as usize], energy);
    }
    let at = exact.at(t).unwrap();
    let size = n as f64;
    assert!((at.ln_z - z.ln()).abs() < 1e-12);
    assert!((at.energy - e / z / size).abs() < 1e-12);
    assert!((at.heat_capacity - (e2 / z - e * e / z / z) / (size * t * t)).abs() < 1e-11);
    assert!((at.abs_magnetization - abs_m / z).abs() < 1e-12);
    let m2 = at.susceptibility_full * t / size + at.magnetization.powi(2);
    assert!((at.binder - (1.0 - m4 / z / (3.0 * m2 * m2))).abs() < 1e-11);
    assert!((at.magnetization - single.sum() / z / size).abs() < 1e-12);
    assert_eq!(exact.ground_energy(), lowest);
    let (given, correlations) = (exact.magnetizations(t).unwrap(), exact.correlations(t).unwrap());
    let probabilities = exact.probabilities(t).unwrap();
    for i in 0..n {
        assert!((given[i] - single[i] / z).abs() < 1e-12);
        for j in 0..n {
            assert!((correlations[(i, j)] - pair[(i, j)] / z).abs() < 1e-12);
        }
    }
    assert!(weights.iter().zip(&probabilities).all(|(w, p)| (w / z - p).abs() < 1e-14));
    assert!(exact.density_of_states().is_err() && exact.joint_histogram().is_err());
}

#[test]
fn a_function_with_whole_energies_has_an_exact_density_of_states() {
    let pairs = Ising::square(4).unwrap();
    let function = pairs.clone();
    let listed = Enumeration::from_energy(16, move |spins| {
        function.energy(&Array1::from(spins.to_vec())).unwrap()
    });
    let (listed, counted) = (listed.unwrap(), pairs.enumerate().unwrap());
    assert_eq!(listed.density_of_states().unwrap(), counted.density_of_states().unwrap());
    assert_eq!(listed.joint_histogram().unwrap(), counted.joint_histogram().unwrap());
    assert_eq!(listed.energy_histogram(7).unwrap(), counted.energy_histogram(7).unwrap());
    assert_eq!(listed.ground_configurations().unwrap(), counted.ground_configurations().unwrap());
    assert_eq!(listed.at(2.0).unwrap(), counted.at(2.0).unwrap());
    assert_eq!(listed.magnetizations(2.0).unwrap(), Array1::<f64>::zeros(16));
    let (a, b) = (listed.correlations(2.0).unwrap(), counted.correlations(2.0).unwrap());
    assert!((a - b).iter().all(|difference| difference.abs() < 1e-13));
    // The 3-spin model on a ring is free spins in disguise: levels are binomial, times four for n a multiple of three.
    let ring = Enumeration::from_energy(12, |s| {
        -(0..12).map(|i| f64::from(s[i] * s[(i + 1) % 12] * s[(i + 2) % 12])).sum::<f64>()
    });
    let levels = ring.unwrap().density_of_states().unwrap();
    assert_eq!(column(&levels, "states").iter().sum::<f64>(), 4096.0);
    assert_eq!(column(&levels, "total_energy")[..2], [-12.0, -8.0]);
    assert_eq!(column(&levels, "states")[0], 4.0);
}

#[test]
fn joint_histograms_add_up_to_both_densities() {
    let exact = Ising::square(4).unwrap().field(0.5).unwrap().enumerate().unwrap();
    let joint = exact.joint_histogram().unwrap();
    let (energy, magnetization, states) = (
        column(&joint, "total_energy"),
        column(&joint, "total_magnetization"),
        column(&joint, "states"),
    );
    // The number of states with k spins down, and the field's part of the energy taken out again.
    let mut down = [0.0; 17];
    let mut without_field = std::collections::BTreeMap::new();
    for k in 0..states.len() {
        down[((16.0 - magnetization[k]) / 2.0) as usize] += states[k];
        *without_field.entry((energy[k] + 0.5 * magnetization[k]) as i64).or_insert(0.0) +=
            states[k];
    }
    let mut binomial = 1.0;
    for (k, count) in down.iter().enumerate() {
        assert_eq!(*count, binomial);
        binomial = binomial * (16 - k) as f64 / (k + 1) as f64;
    }
    let levels: Vec<f64> = without_field.values().take(4).copied().collect();
    assert_eq!(levels, [2.0, 32.0, 64.0, 424.0]);
}

#[test]
fn ground_configurations_have_the_lowest_energy_and_are_all_there() {
    let glass: Vec<f64> = (0..66).map(|k| f64::from(k * 37 % 11) - 5.0).collect();
    for ising in [
        Ising::triangular(3).unwrap().coupling(-1.0).unwrap(),
        Ising::chain(5).unwrap().coupling(-0.5_f64.sqrt()).unwrap(),
        Ising::from_couplings(&symmetric(12, &glass)).unwrap(),
        Ising::square(4).unwrap().coupling(-1.0).unwrap().field(4.0).unwrap(),
        Ising::from_couplings(&Array2::zeros((6, 6))).unwrap(),
        Ising::on(Lattice::chain(1).open()).unwrap().field(-0.1).unwrap(),
    ] {
        let exact = ising.enumerate().unwrap();
        let ground = exact.ground_configurations().unwrap();
        let n = ising.n_spins();
        let mut expected = Vec::new();
        for state in 0..1_u64 << n {
            if ising.energy(&spins(state, n)).unwrap() < exact.ground_energy() + 1e-9 {
                expected.push(spins(state, n));
            }
        }
        assert_eq!(exact.ground_degeneracy() as usize, expected.len());
        assert_eq!(ground.outer_iter().map(|row| row.to_owned()).collect::<Vec<_>>(), expected);
    }
    // Far more than are listed.
    let free = Ising::from_couplings(&Array2::zeros((20, 20))).unwrap().enumerate().unwrap();
    assert_eq!(free.ground_degeneracy(), 1 << 20);
    assert_eq!(free.ground_configurations().unwrap().dim(), (1024, 20));
}

#[test]
fn histograms_of_real_energies_count_every_state() {
    let glass: Vec<f64> = (0..78).map(|k| f64::from(k).sin()).collect();
    let ising = Ising::from_couplings(&symmetric(13, &glass)).unwrap().field(0.1).unwrap();
    let exact = ising.enumerate().unwrap();
    let frame = exact.energy_histogram(40).unwrap();
    let (middle, states) = (column(&frame, "total_energy"), column(&frame, "states"));
    let width = middle[1] - middle[0];
    let mut expected = vec![0.0; 40];
    let energies = exact.energies().unwrap();
    for (state, &energy) in energies.iter().enumerate() {
        assert!((energy - ising.energy(&spins(state as u64, 13)).unwrap()).abs() < 1e-12);
        let bin = ((energy - (middle[0] - 0.5 * width)) / width).max(0.0) as usize;
        expected[bin.min(39)] += 1.0;
    }
    assert_eq!(states, expected);
    let highest = energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert!((middle[39] + 0.5 * width - highest).abs() < 1e-12);
    let p = exact.probabilities(0.9).unwrap();
    assert!((p.sum() - 1.0).abs() < 1e-14);
    assert!((p.dot(&energies) / 13.0 - exact.at(0.9).unwrap().energy).abs() < 1e-13);
    let m = exact.magnetizations(0.9).unwrap();
    let by_hand = |i: usize| -> f64 {
        p.iter().enumerate().map(|(s, p)| if s >> i & 1 == 1 { -p } else { *p }).sum()
    };
    assert!((0..13).all(|i| (m[i] - by_hand(i)).abs() < 1e-13));
}

#[test]
fn enumerations_refuse_what_they_cannot_do() {
    assert_says(Enumeration::from_energy(0, |_| 0.0), &["from 1 to 24"]);
    assert_says(Enumeration::from_energy(40, |_| 0.0), &["2^40 states"]);
    assert_says(Enumeration::from_energy(3, |_| f64::NAN), &["finite number"]);
    assert_says(Enumeration::from_energy(3, |s| 1e308 * f64::from(s[0])), &["1e308"]);
    let slow = |_: &[i8]| {
        std::thread::sleep(std::time::Duration::from_micros(10));
        0.0
    };
    assert_says(Enumeration::from_energy_within(20, slow, 0.1), &["2^20 states"]);
    let exact = Ising::on(Lattice::rectangle(3, 7)).unwrap().enumerate().unwrap();
    assert_says(exact.probabilities(1.0), &["those of 20 spins"]);
    assert_says(exact.energies(), &["2^21 numbers"]);
    assert_says(exact.configuration(1 << 21), &["`state` must be below 2097152"]);
    assert_says(exact.energy_histogram(0), &["`bins` must be from 1"]);
    assert_says(exact.magnetizations(-1.0), &["`temperature`"]);
    assert_says(exact.correlations(f64::NAN), &["`temperature`"]);
    assert_says(exact.deadline(1e-9).correlations(1.0), &["deadline"]);
    assert_says(exact.deadline(1e-9).energy_histogram(3), &["deadline"]);
    assert_says(exact.deadline(1e-9).ground_configurations(), &["deadline"]);
    let large = Ising::square(6).unwrap();
    assert_says(large.enumerate_within(1.0), &["2^36 states"]);
    assert_says(Ising::square(4).unwrap().enumerate_within(0.0), &["`deadline`"]);
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
