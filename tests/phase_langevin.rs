//! Walkers at a temperature: stationary moments, relaxation, errors.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;

use coverage::coverage;
use says::assert_says;
use statmech::prelude::*;

const SCHEMES: [LangevinScheme; 4] = [
    LangevinScheme::EulerMaruyama,
    LangevinScheme::LeimkuhlerMatthews,
    LangevinScheme::Mala,
    LangevinScheme::Baoab,
];

#[test]
fn walkers_in_a_bowl_have_the_covariance_of_their_scheme() {
    let h = array![[2.0, 0.6], [0.6, 1.0]];
    let objective = Objective::quadratic(&h, &array![1.0, 0.0]).unwrap();
    let (t, step) = (0.5, 0.4);
    // T H⁻¹, and for Euler's steps T (H (1 − h H/2))⁻¹: the variance of x' = (1 − hλ) x + √(2Th) ξ in each mode.
    let inverse = |m: &Array2<f64>| {
        let det = m[(0, 0)] * m[(1, 1)] - m[(0, 1)] * m[(1, 0)];
        array![[m[(1, 1)], -m[(0, 1)]], [-m[(1, 0)], m[(0, 0)]]] / det
    };
    let gibbs = t * inverse(&h);
    let center = inverse(&h).dot(&array![1.0, 0.0]);
    for scheme in SCHEMES {
        let starts = Array2::from_shape_fn((100, 2), |(_, i)| center[i]);
        let walk = objective.langevin(&starts, t).scheme(scheme).step_size(step).steps(2000);
        let samples = walk.friction(1.5).seed(3).run().unwrap();
        let exact = match scheme {
            LangevinScheme::EulerMaruyama => t * inverse(&(&h - &(0.5 * step * h.dot(&h)))),
            _ => gibbs.clone(),
        };
        for i in 0..2 {
            assert!((samples.mean[i] - center[i]).abs() < 4.0 * samples.mean_err[i]);
            for j in 0..2 {
                let (value, error) = (samples.covariance[(i, j)], samples.covariance_err[(i, j)]);
                assert!((value - exact[(i, j)]).abs() < 4.0 * error, "{scheme} {value} {error}");
                // The bias of Euler's steps is seen, so that the test can fail.
                assert!(error < 0.03 && (gibbs[(0, 0)] / exact[(0, 0)] - 1.0).abs() < 0.5);
            }
        }
        // ½ tr(H C) above the minimum.
        let least = objective.loss(&center).unwrap();
        let energy = 0.5 * (&h * &exact).sum();
        assert!((samples.loss - least - energy).abs() < 4.0 * samples.loss_err);
        assert_eq!(samples.acceptance < 1.0, scheme == LangevinScheme::Mala);
    }
}

/// Averages over exp(−L/T) by sums on a grid.
fn gibbs(t: f64, loss: impl Fn(f64, f64) -> f64, of: impl Fn(f64, f64) -> f64) -> f64 {
    let axis: Vec<f64> = (-400..=400).map(|k| f64::from(k) * 0.01).collect();
    let (mut sum, mut z) = (0.0, 0.0);
    for x in &axis {
        for y in &axis {
            let weight = (-loss(*x, *y) / t).exp();
            z += weight;
            sum += weight * of(*x, *y);
        }
    }
    sum / z
}

#[test]
fn walkers_in_wells_have_the_moments_of_gibbs() {
    let t = 0.6;
    let objective = Objective::exact(2, |x| {
        (x[0].powi(2) - 1.0).powi(2) + 0.5 * (x[1] - x[0]).powi(2) + 0.2 * x[0]
    })
    .unwrap();
    let loss = |x: f64, y: f64| (x * x - 1.0).powi(2) + 0.5 * (y - x).powi(2) + 0.2 * x;
    let (x, y) = (gibbs(t, loss, |x, _| x), gibbs(t, loss, |_, y| y));
    let xx = gibbs(t, loss, |x, _| x * x) - x * x;
    let yy = gibbs(t, loss, |_, y| y * y) - y * y;
    let xy = gibbs(t, loss, |x, y| x * y) - x * y;
    let mean = gibbs(t, loss, loss);
    for (scheme, step) in [
        (LangevinScheme::Mala, 0.1),
        (LangevinScheme::LeimkuhlerMatthews, 0.01),
        (LangevinScheme::Baoab, 0.05),
    ] {
        let walk = objective.langevin(&Array2::zeros((100, 2)), t).scheme(scheme).step_size(step);
        let samples = walk.steps(4000).seed(5).points(2).run().unwrap();
        let close = |value: f64, error: f64, exact: f64| {
            assert!((value - exact).abs() < 4.0 * error, "{scheme} {value} {error} {exact}");
        };
        close(samples.mean[0], samples.mean_err[0], x);
        close(samples.mean[1], samples.mean_err[1], y);
        close(samples.covariance[(0, 0)], samples.covariance_err[(0, 0)], xx);
        close(samples.covariance[(1, 1)], samples.covariance_err[(1, 1)], yy);
        close(samples.covariance[(1, 0)], samples.covariance_err[(1, 0)], xy);
        close(samples.loss, samples.loss_err, mean);
    }
}

#[test]
fn relaxation_and_errors_of_walkers() {
    // Before equilibrium: ⟨(x − x₀)²⟩ of the linear process.
    let bowl = Objective::quadratic(&array![[1.0]], &array![0.0]).unwrap();
    let starts = Array2::from_elem((4000, 1), 2.0);
    let walk = bowl.langevin(&starts, 0.3).step_size(0.01).steps(100).thermalization(0).points(5);
    let samples = walk.seed(2).run().unwrap();
    let process = OrnsteinUhlenbeck::new(&array![[1.0]], &array![[0.3]]).unwrap();
    for (row, time) in samples.frame.values("time").unwrap().iter().enumerate().skip(1) {
        let mean = process.mean_at(&array![2.0], *time).unwrap()[0];
        let variance = process.covariance_at(&array![[0.0]], *time).unwrap()[(0, 0)];
        let there = &samples.ensembles[row];
        let error = (variance / 4000.0).sqrt();
        assert!((there.mean().unwrap() - mean).abs() < 4.0 * error + 0.01 * mean);
        let second = 0.5 * (variance + mean * mean);
        let loss = samples.frame.values("loss").unwrap()[row];
        let loss_err = samples.frame.values("loss_err").unwrap()[row];
        assert!((loss - second).abs() < 4.0 * loss_err + 0.02 * second);
    }
    let run = |seed: u64| {
        let walk = bowl.langevin(&Array2::zeros((30, 1)), 1.0).step_size(0.3).steps(60);
        let samples = walk.thermalization(40).points(2).seed(seed).run().unwrap();
        (samples.covariance[(0, 0)], samples.covariance_err[(0, 0)])
    };
    let within = coverage(1.0, run);
    assert!((245..=292).contains(&within), "{within}");
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(run(1), one.install(|| run(1)));
}

#[test]
fn free_walkers_spread_and_keep_their_kinetic_energy() {
    let plain = Objective::quadratic(&Array2::zeros((2, 2)), &Array1::zeros(2)).unwrap();
    let walk = plain.langevin(&Array2::zeros((4000, 2)), 0.7).points(3);
    for scheme in [LangevinScheme::EulerMaruyama, LangevinScheme::LeimkuhlerMatthews] {
        let frame = walk.scheme(scheme).run().unwrap().frame;
        let (time, moved) = (frame.values("time").unwrap(), frame.values("displacement").unwrap());
        // 2nTt, of an exponential law; known noise leaves out half a step.
        for k in 1..3 {
            assert!((moved[k] / (2.8 * time[k]) - 1.0).abs() < 4.0 / 4000_f64.sqrt() + 0.01);
        }
    }
    let frame = walk.scheme(LangevinScheme::Baoab).friction(2.0).run().unwrap().frame;
    for kinetic in frame.values("kinetic").unwrap() {
        assert!((kinetic / 0.7 - 1.0).abs() < 4.0 / 4000_f64.sqrt(), "n T/2: {kinetic}");
    }
}

#[test]
fn langevin_refuses_what_it_cannot_do() {
    let bowl = Objective::quadratic(&array![[1.0]], &array![0.0]).unwrap();
    let walk = bowl.langevin(&Array2::zeros((3, 1)), 1.0);
    assert_says(bowl.langevin(&Array2::zeros((1, 1)), 1.0).run(), &["two walkers"]);
    assert_says(bowl.langevin(&Array2::zeros((3, 2)), 1.0).run(), &["`starts`"]);
    assert_says(bowl.langevin(&array![[1.0], [f64::NAN]], 1.0).run(), &["NaN"]);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(bowl.langevin(&Array2::zeros((3, 1)), bad).run().is_err());
        assert!(walk.step_size(bad).run().is_err());
    }
    assert!(walk.steps(0).run().is_err() && walk.thermalization(-1).run().is_err());
    assert!(walk.steps(i64::MAX).run().is_err() && walk.points(usize::MAX).run().is_err());
    assert_says(walk.thermalization(1 << 52).run(), &["`thermalization`", "4503599627370496"]);
    assert!(walk.points(1).run().is_err() && walk.friction(f64::NAN).run().is_err());
    let quartic = Objective::exact(1, |x| x[0].powi(4)).unwrap();
    let wild = quartic.langevin(&array![[3.0], [-3.0]], 1.0).step_size(0.5);
    assert_says(wild.run(), &["`step_size`", "Mala"]);
    assert!(wild.scheme(LangevinScheme::Mala).run().is_ok());
    // Squares of places overflow, or noise does.
    assert_says(bowl.langevin(&Array2::zeros((3, 1)), 1e308).run(), &["`temperature`"]);
    let hot = bowl.langevin(&Array2::zeros((3, 1)), 1e308).step_size(10.0);
    assert_says(hot.scheme(LangevinScheme::Mala).run(), &["`temperature`"]);
    // A loss that takes its time: the clock is looked at after one step of each walker.
    let slow = Objective::from_fn(1, |x| {
        std::thread::sleep(std::time::Duration::from_millis(2));
        x[0] * x[0]
    });
    let start = std::time::Instant::now();
    let cut = slow.unwrap().langevin(&Array2::zeros((2, 1)), 1.0).thermalization(0).deadline(0.01);
    assert!(!cut.run().unwrap().complete && start.elapsed().as_secs_f64() < 2.0);
    let long = walk.steps(10_000_000).points(100_001).deadline(1e-9);
    assert_says(long.run(), &["`deadline`", "of 2500000 steps of thermalization"]);
    let cut = long.thermalization(0).run().unwrap();
    assert!(!cut.complete && cut.ensembles.len() == 2);
    // One look at the walkers, and many at the clock.
    let endless = walk.steps(1 << 50).thermalization(0).points(2);
    assert_says(endless.run(), &["`deadline`"]);
    let long = endless.deadline(1e-3);
    let cut = long.run().unwrap();
    assert!(!cut.complete && cut.frame.values("step").unwrap()[1] < 1e9);
}
