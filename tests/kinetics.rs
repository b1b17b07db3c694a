//! Autocorrelations and relaxation times against Glauber's exact solution.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;
use statmech::stats::r_hat;

/// On a ring the magnetization decays as one exponential (R. J. Glauber, J. Math. Phys. 4, 294 (1963)): a visit turns ⟨s_i⟩ into γ times the mean
/// of its neighbours', γ = tanh(2J/T), so that the M of all N spins shrinks by 1 − (1 − γ)/(N + 1) with each of a sweep's N + 1 draws.
fn decay(n: f64, t: f64) -> f64 {
    (1.0 - (1.0 - (2.0 / t).tanh()) / (n + 1.0)).powf(n + 1.0)
}

#[test]
fn the_magnetization_of_a_ring_relaxes_as_glauber_says() {
    for (n, t) in [(16, 1.2), (10, 2.0)] {
        let mut ring = Ising::chain(n).unwrap().simulation(t).unwrap().update(Update::HeatBath);
        ring.advance(500).unwrap();
        let series = ring.measure(100_000).unwrap();
        let per_sweep = decay(n as f64, t);
        let exact = -1.0 / per_sweep.ln();
        let time = series.relaxation_time("magnetization").unwrap();
        assert!((time.mean - exact).abs() < 3.5 * time.error, "T = {t}: {time} for {exact}");
        assert!(time.error < 0.1 * exact, "{time}");
        // A pure exponential: the integrated time belongs to the same decay.
        let integrated = 0.5 + per_sweep / (1.0 - per_sweep);
        assert!((time.tau - integrated).abs() < 4.0 * time.tau_err, "{time:?}, {integrated}");
        let frame = series.autocorrelation("magnetization", 30).unwrap();
        let (rho, errors) = (frame.values("rho").unwrap(), frame.values("rho_err").unwrap());
        for lag in [1, 3, 10, 30] {
            let gap = rho[lag] - per_sweep.powi(lag as i32);
            assert!(gap.abs() < 4.0 * errors[lag], "T = {t}, lag {lag}: {gap} ± {}", errors[lag]);
        }
    }
}

#[test]
fn a_start_far_from_equilibrium_is_left_out() {
    let ising = Ising::square(16).unwrap();
    let mut simulation = ising.simulation(3.0).unwrap().seed(1);
    let series = simulation.measure(3_000).unwrap();
    let found = series.equilibration("energy").unwrap();
    assert!(found.equilibrated && found.start > 0 && found.start < 1_000, "{found:?}");
    let later = simulation.measure(20_000).unwrap().observables().unwrap().energy;
    let gap = found.rest.mean - later.mean;
    assert!(gap.abs() < 4.0 * found.rest.error.hypot(later.error), "{gap}");
    // Runs from order and from disorder agree at T = 3, and not within ten sweeps of a large lattice below T_c.
    let chains = |l: usize, t: f64, sweeps: i64| -> Vec<Vec<f64>> {
        [(Start::Up, 1_u64), (Start::Random, 2), (Start::Random, 3)]
            .iter()
            .map(|&(start, seed)| {
                let simulation = Ising::square(l).unwrap().simulation(t).unwrap();
                simulation.start(start).seed(seed).measure(sweeps).unwrap().energy
            })
            .collect()
    };
    assert!(r_hat(&chains(16, 3.0, 4_000)).unwrap() < 1.02);
    assert!(r_hat(&chains(64, 1.5, 40)).unwrap() > 1.5);
}

#[test]
fn observables_that_a_series_has_not_are_named() {
    let series = Ising::square(4).unwrap().simulation(2.0).unwrap().measure(100).unwrap();
    let absolute = series.values("abs_magnetization").unwrap();
    assert!(absolute.iter().zip(&series.magnetization).all(|(a, m)| *a == m.abs()));
    for message in [
        series.values("heat").unwrap_err().to_string(),
        series.relaxation_time("heat").unwrap_err().to_string(),
        series.equilibration("heat").unwrap_err().to_string(),
        series.autocorrelation("heat", 3).unwrap_err().to_string(),
        series.observables().unwrap().named("heat").unwrap_err().to_string(),
    ] {
        assert!(message.contains("energy, ") && message.contains("heat"), "{message}");
    }
    assert!(series.autocorrelation("energy", 100).is_err());
}
