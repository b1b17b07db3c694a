//! Large square lattices against the infinite one.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod common;

use common::column;
use statmech::prelude::*;

#[test]
fn energy_and_magnetization_of_l64_agree_with_onsager_and_yang() {
    let ising = Ising::square(64).unwrap();
    let scan = ising.scan([2.0, 3.0]).update(Update::Wolff).sweeps(2_000).seed(1).run().unwrap();
    let (energy, energy_err) = (column(&scan, "energy"), column(&scan, "energy_err"));
    for (row, t) in [2.0, 3.0].into_iter().enumerate() {
        // The correlation length is below 4 sites at both: a torus of 64 differs by exp(−64/ξ) or less, below 1e-6.
        let exact = onsager::energy(t).unwrap();
        assert!((energy[row] - exact).abs() < 4.0 * energy_err[row], "e at {t}: {}", energy[row]);
        assert!(energy_err[row] < 2e-3);
    }
    let (m, m_err) = (column(&scan, "abs_magnetization"), column(&scan, "abs_magnetization_err"));
    let yang = onsager::magnetization(2.0).unwrap();
    assert!((m[0] - yang).abs() < 4.0 * m_err[0], "|m| at 2: {} ± {} for {yang}", m[0], m_err[0]);
    assert!(m_err[0] < 1e-3);
    // Above T_c m is Gaussian with variance χT/N, so ⟨|m|⟩ = √(2χT/(πN)), which tends to Yang's 0 only as 1/L.
    let chi = column(&scan, "susceptibility_full")[1];
    let gaussian = (2.0 * chi * 3.0 / (std::f64::consts::PI * 4096.0)).sqrt();
    assert!((m[1] / gaussian - 1.0).abs() < 0.05 && m[1] < 0.06, "|m| at 3: {}", m[1]);
}

/// Where two lines through points (x, y), fitted by weighted least squares, cross; and the error of it.
fn crossing(x: &[f64], a: &[(f64, f64)], b: &[(f64, f64)]) -> (f64, f64) {
    let center = x.iter().sum::<f64>() / x.len() as f64;
    // So near T_c the curves are straight, and so is their difference: one fit.
    let (mut s, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((x, a), b) in x.iter().zip(a).zip(b) {
        let (x, y, w) = (x - center, a.0 - b.0, 1.0 / (a.1 * a.1 + b.1 * b.1));
        s += w;
        sx += w * x;
        sy += w * y;
        sxx += w * x * x;
        sxy += w * x * y;
    }
    let determinant = s * sxx - sx * sx;
    let (intercept, slope) =
        ((sxx * sy - sx * sxy) / determinant, (s * sxy - sx * sy) / determinant);
    (center - intercept / slope, (sxx / determinant).sqrt() / slope.abs())
}

#[test]
fn binder_cumulants_cross_at_the_critical_temperature() {
    let temperatures = linspace(2.26, 2.28, 5);
    let binder = |l: usize| -> Vec<(f64, f64)> {
        let ising = Ising::square(l).unwrap();
        let scan =
            ising.scan(temperatures.clone()).update(Update::Wolff).sweeps(6_000).seed(l as u64);
        let scan = scan.run().unwrap();
        column(&scan, "binder").into_iter().zip(column(&scan, "binder_err")).collect()
    };
    let (small, middle, large) = (binder(16), binder(32), binder(64));
    for (what, a, b) in
        [("16, 32", &small, &middle), ("32, 64", &middle, &large), ("16, 64", &small, &large)]
    {
        let (t, error) = crossing(&temperatures, a, b);
        println!("L = {what}: T_c = {t} ± {error}");
        assert!((t / ONSAGER_TC - 1.0).abs() < 0.003, "L = {what}: {t} ± {error}");
        assert!(error / ONSAGER_TC < 0.001, "L = {what}: {t} ± {error}");
    }
    // The universal value at T_c on a periodic square, 0.61069 (G. Kamieniarz and H. Blöte, J. Phys. A 26, 201 (1993)).
    let (at_tc, error) = large[2];
    assert!((at_tc - 0.6107).abs() < 4.0 * error + 0.01, "U(2.27, 64) = {at_tc} ± {error}");
}
