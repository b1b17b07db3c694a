//! Small glasses, and what parallel tempering is compared with.

use statmech::polars::prelude::DataFrame;
use statmech::prelude::*;

pub const LADDER: [f64; 4] = [0.5, 0.8, 1.3, 2.2];

pub fn values(frame: &DataFrame, name: &str) -> Vec<f64> {
    frame.values(name).unwrap()
}

pub fn glass(lattice: Lattice, disorder: Disorder, seed: u64) -> Ising {
    Ising::edwards_anderson(lattice, disorder, seed).unwrap()
}

/// Within 4 errors of the exact value, or within `rounding` where nothing fluctuated.
pub fn assert_close(what: &str, mean: f64, error: f64, exact: f64) {
    assert_within(4.0, what, mean, error, exact);
}

pub fn assert_within(sigmas: f64, what: &str, mean: f64, error: f64, exact: f64) {
    let rounding = if error == 0.0 { 1e-3 } else { 1e-12 };
    assert!(
        (mean - exact).abs() <= sigmas * error + rounding,
        "{what}: {mean} ± {error} for {exact}"
    );
}

pub fn assert_thermodynamics(frame: &DataFrame, what: &str) {
    for name in [
        "energy",
        "heat_capacity",
        "magnetization",
        "abs_magnetization",
        "susceptibility",
        "susceptibility_full",
        "binder",
    ] {
        let (mean, error) = (values(frame, name), values(frame, &format!("{name}_err")));
        for (k, exact) in values(frame, &format!("{name}_exact")).into_iter().enumerate() {
            assert_close(&format!("{what}, T{k}, {name}"), mean[k], error[k], exact);
        }
    }
}

/// Weights and energies of all states; bit i set is spin i down.
pub fn states(ising: &Ising, t: f64) -> (Vec<f64>, Vec<f64>) {
    let n = ising.n_spins();
    let energies: Vec<f64> = (0..1_u32 << n)
        .map(|state| {
            let spins = (0..n).map(|i| if state >> i & 1 == 1 { -1 } else { 1 }).collect();
            ising.energy(&spins).unwrap()
        })
        .collect();
    let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let weights: Vec<f64> = energies.iter().map(|e| ((lowest - e) / t).exp()).collect();
    let z: f64 = weights.iter().sum();
    (weights.into_iter().map(|w| w / z).collect(), energies)
}
