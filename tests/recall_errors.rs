//! Error bars of fractions in experiments on recall.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;

/// The fraction recalled and its error in 300 runs of eighty recalls.
fn runs(load: f64, noise: f64) -> Vec<(f64, f64)> {
    let scan = RetrievalScan::new().sizes([100]).loads([load]).noise([noise]).samples(20);
    let run = |seed: u64| {
        let frame = scan.seed(seed).run().unwrap();
        (frame.values("success").unwrap()[0], frame.values("success_err").unwrap()[0])
    };
    (0..300).map(run).collect()
}

#[test]
fn errors_of_the_fraction_recalled_cover() {
    let often = runs(0.13, 0.1);
    let truth = often.iter().map(|(success, _)| success).sum::<f64>() / 300.0;
    let covered = often.iter().filter(|(m, e)| (m - truth).abs() <= *e).count();
    assert!((189..=234).contains(&covered), "{covered} of 300 at {truth}");
}

#[test]
fn rare_failures_are_not_excluded_by_none() {
    let rare = runs(0.1, 0.0);
    let mean = rare.iter().map(|(success, _)| success).sum::<f64>() / 300.0;
    let variance = rare.iter().map(|(success, _)| (success - mean).powi(2)).sum::<f64>() / 299.0;
    let square = rare.iter().map(|(_, e)| e * e).sum::<f64>() / 300.0;
    assert!(square > variance, "{square} {variance}");
    // The posterior Beta(81, 1) of eighty out of eighty.
    let least = (81.0 / (82.0_f64.powi(2) * 83.0)).sqrt();
    let all: Vec<f64> = rare.iter().filter(|(m, _)| *m == 1.0).map(|(_, e)| *e).collect();
    assert!(all.len() > 30 && all.iter().all(|e| (e - least).abs() < 1e-15), "{all:?}");
}

#[test]
fn mixtures_that_are_all_stable_may_still_fail() {
    let scan = MixtureScan::new().orders([1]).sizes([200]).loads([0.01]).samples(20);
    let frame = scan.run().unwrap();
    assert_eq!(frame.values("stable").unwrap(), [1.0]);
    // The posterior Beta(21, 1).
    let error = (21.0 / (22.0_f64.powi(2) * 23.0)).sqrt();
    assert!((frame.values("stable_err").unwrap()[0] - error).abs() < 1e-15);
}
