//! Kaufman's finite torus against enumeration, the infinite lattice, duality and its own derivatives.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::exact::kaufman::Torus;
use statmech::prelude::*;

fn assert_agrees(torus: &Torus, ising: &Ising, temperatures: &[f64], what: &str) {
    let enumeration = ising.enumerate().unwrap();
    for &t in temperatures {
        let (exact, enumerated) = (torus.at(t).unwrap(), enumeration.at(t).unwrap());
        for (name, a, b) in [
            ("ln Z", exact.ln_z, enumerated.ln_z),
            ("f", exact.free_energy, enumerated.free_energy),
            ("e", exact.energy, enumerated.energy),
            ("c", exact.heat_capacity, enumerated.heat_capacity),
            ("s", exact.entropy, enumerated.entropy),
        ] {
            assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{what}, T = {t}, {name}: {a}, {b}");
        }
    }
}

const TEMPERATURES: [f64; 8] = [0.05, 0.4, 1.0, 2.0, ONSAGER_TC, 2.5, 10.0, 1e4];

#[test]
fn small_tori_agree_with_enumeration() {
    for rows in 2..=4 {
        for cols in 2..=5 {
            let ising = Ising::on(Lattice::rectangle(rows, cols)).unwrap();
            let torus = Torus::new(rows, cols).unwrap();
            assert_agrees(&torus, &ising, &TEMPERATURES, &format!("{rows} × {cols}"));
        }
    }
    let torus = Torus::new(5, 5).unwrap();
    assert_agrees(&torus, &Ising::square(5).unwrap(), &TEMPERATURES, "5 × 5");
}

#[test]
fn couplings_of_any_strength_and_sign_agree_with_enumeration() {
    for (rows, cols, along_rows, along_columns) in [
        (3, 4, 1.0, 0.3),
        (4, 3, 0.3, 1.0),
        (3, 4, -1.0, 0.7),
        (2, 3, 0.5, -1.5),
        (4, 4, -1.0, -1.0),
        (2, 4, -0.2, -1.0),
        (3, 4, 0.0, 1.0),
        (3, 5, 1.0, 0.0),
        (3, 3, 0.0, 0.0),
    ] {
        let (s, t) = (rows, cols);
        let ising = Ising::on(Lattice::rectangle(rows, cols)).unwrap();
        let double = |j: f64, side: usize| if side == 2 { 2.0 * j } else { j };
        let values = ising.bonds().into_iter().map(|(i, j, _)| {
            if i / t == j / t { double(along_rows, t) } else { double(along_columns, s) }
        });
        let ising = ising.bond_couplings(&values.collect()).unwrap();
        let torus = Torus::new(rows, cols).unwrap().couplings(along_rows, along_columns).unwrap();
        let what = format!("{rows} × {cols}, J = {along_rows}, {along_columns}");
        assert_agrees(&torus, &ising, &TEMPERATURES, &what);
        let by_model = ising.kaufman(1.3).unwrap();
        assert_eq!(by_model, torus.at(1.3).unwrap(), "{what}");
    }
}

#[test]
fn large_tori_tend_to_the_infinite_lattice() {
    let torus = Torus::new(1024, 1024).unwrap();
    for t in [0.01, 0.5, 1.0, 2.0, 2.2, 2.35, 3.0, 30.0, 1e6] {
        let exact = torus.at(t).unwrap();
        // The two ground states of a finite torus add ln 2 to ln Z below T_c.
        let twofold = if t < ONSAGER_TC { 2_f64.ln() / 1048576.0 } else { 0.0 };
        let free_energy = onsager::free_energy(t).unwrap() - t * twofold;
        let scale = 1.0 + t;
        assert!((exact.free_energy - free_energy).abs() < 1e-12 * scale, "f at {t}");
        assert!((exact.energy - onsager::energy(t).unwrap()).abs() < 1e-12, "e at {t}");
        assert!((exact.heat_capacity - onsager::heat_capacity(t).unwrap()).abs() < 1e-10, "c {t}");
        let entropy = onsager::entropy(t).unwrap() + twofold;
        assert!((exact.entropy - entropy).abs() < 1e-12, "s at {t}");
    }
}

#[test]
fn at_the_critical_temperature_sizes_scale_as_ferdinand_and_fisher_say() {
    // A. Ferdinand and M. Fisher, Phys. Rev. 185, 832 (1969): at T_c of an L × L torus, with θ the theta functions at nome e^{−π},
    // ln Z = N (ln 2/2 + 2G/π) + ln[(θ₂ + θ₃ + θ₄)/(2η)] + O(1/L²), e = −√2 − 2Θ/L + O(1/L³), with Θ = θ₂θ₃θ₄/(θ₂ + θ₃ + θ₄).
    let nome = (-std::f64::consts::PI).exp();
    let sum = |term: fn(i32) -> (f64, f64)| {
        (-20..=20).map(term).map(|(sign, power)| sign * nome.powf(power)).sum::<f64>()
    };
    let theta2 = sum(|n| (1.0, (f64::from(n) + 0.5).powi(2)));
    let theta3 = sum(|n| (1.0, f64::from(n * n)));
    let theta4 = sum(|n| (if n % 2 == 0 { 1.0 } else { -1.0 }, f64::from(n * n)));
    // 2η³ = θ₂θ₃θ₄.
    let eta = (0.5 * theta2 * theta3 * theta4).cbrt();
    let constant = ((theta2 + theta3 + theta4) / (2.0 * eta)).ln();
    let amplitude = theta2 * theta3 * theta4 / (theta2 + theta3 + theta4);
    let bulk = 0.9296953983416103;
    for l in [64_usize, 256, 1024] {
        let exact = Torus::new(l, l).unwrap().at(ONSAGER_TC).unwrap();
        let side = l as f64;
        let remainder = exact.ln_z - bulk * side * side - constant;
        assert!(remainder.abs() < 1.0 / (side * side) + 1e-9, "L = {l}: {remainder}");
        let remainder = exact.energy + 2_f64.sqrt() + 2.0 * amplitude / side;
        assert!(remainder.abs() < 2.0 / side.powi(3) + 1e-12, "L = {l}: {remainder}");
    }
}

#[test]
fn rows_and_columns_may_be_swapped() {
    for t in [0.3, 1.7, ONSAGER_TC, 6.0] {
        let (a, b) =
            (Torus::new(7, 12).unwrap().at(t).unwrap(), Torus::new(12, 7).unwrap().at(t).unwrap());
        assert!((a.ln_z - b.ln_z).abs() < 1e-11, "{t}");
        assert!((a.energy - b.energy).abs() < 1e-12, "{t}");
        assert!((a.heat_capacity - b.heat_capacity).abs() < 1e-11, "{t}");
    }
}

#[test]
fn quantities_are_derivatives_of_ln_z() {
    for (rows, cols) in [(5, 6), (33, 20), (128, 128)] {
        let torus = Torus::new(rows, cols).unwrap().couplings(1.0, 0.8).unwrap();
        let n = (rows * cols) as f64;
        for t in [0.9, 2.0, 2.1, 4.0] {
            let (beta, d) = (1.0 / t, 1e-4);
            let at = |beta: f64| torus.at(1.0 / beta).unwrap();
            let slope = (8.0 * (at(beta + d).ln_z - at(beta - d).ln_z)
                - (at(beta + 2.0 * d).ln_z - at(beta - 2.0 * d).ln_z))
                / (12.0 * d);
            assert!((at(beta).energy + slope / n).abs() < 1e-8, "e, {rows} × {cols} at {t}");
            let slope = (8.0 * (at(beta + d).energy - at(beta - d).energy)
                - (at(beta + 2.0 * d).energy - at(beta - 2.0 * d).energy))
                / (12.0 * d);
            let capacity = -slope * beta * beta;
            assert!((at(beta).heat_capacity - capacity).abs() < 1e-7, "c, {rows} × {cols} at {t}");
        }
    }
}

#[test]
fn extreme_temperatures_stay_finite() {
    for (rows, cols) in [(2, 2), (3, 2), (2048, 2048), (2, 1 << 20)] {
        for t in [1e-200, 1e-6, 0.05, ONSAGER_TC, 1e6, 1e100, 1e170, 1e300] {
            let exact = Torus::new(rows, cols).unwrap().at(t).unwrap();
            for x in
                [exact.ln_z, exact.free_energy, exact.energy, exact.heat_capacity, exact.entropy]
            {
                assert!(x.is_finite(), "{rows} × {cols} at {t}: {exact:?}");
            }
        }
        let cold = Torus::new(rows, cols).unwrap().at(0.05).unwrap();
        let n = (rows * cols) as f64;
        assert!((cold.ln_z - 40.0 * n - 2_f64.ln()).abs() < 1e-14 * cold.ln_z, "{cold:?}");
    }
}

#[test]
fn what_is_not_solved_is_refused_in_words() {
    assert_says(Ising::triangular(4).unwrap().kaufman(1.0), &["periodic square"]);
    assert_says(Ising::on(Lattice::square(4).open()).unwrap().kaufman(1.0), &["periodic square"]);
    assert_says(Ising::cubic(4).unwrap().kaufman(1.0), &["periodic square"]);
    assert_says(
        Ising::from_couplings(&Array2::zeros((4, 4))).unwrap().kaufman(1.0),
        &["periodic square"],
    );
    assert_says(Ising::square(4).unwrap().field(0.1).unwrap().kaufman(1.0), &["field"]);
    assert_says(Ising::square(3).unwrap().coupling(-1.0).unwrap().kaufman(1.0), &["frustrated"]);
    let mixed = Ising::square(4).unwrap();
    let signs: Array1<f64> = (0..32).map(|k| if k == 5 { -1.0 } else { 1.0 }).collect();
    assert_says(mixed.bond_couplings(&signs).unwrap().kaufman(1.0), &["differ"]);
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(mixed.kaufman(t), &["`temperature`"]);
    }
    assert_says(mixed.kaufman(1e-308), &["overflow"]);
    assert!(Torus::new(1, 4).is_err() && Torus::new(0, 4).is_err());
    assert!(Torus::new(1 << 40, 1 << 40).is_err());
    assert!(Torus::new(4, 4).unwrap().couplings(f64::NAN, 1.0).is_err());
    assert!(Torus::new(4, 4).unwrap().couplings(1e308, 1.0).is_err());
    assert!(kaufman::frame(4, 4, &[]).is_err() && kaufman::frame(4, 4, &[1.0, -1.0]).is_err());
}
