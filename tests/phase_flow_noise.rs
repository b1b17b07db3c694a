//! Walkers with noise: stationary moments, works and free energies.

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
        let starts = Array2::from_shape_fn((200, 2), |(_, i)| center[i]);
        let walk = objective.langevin(&starts, t).scheme(scheme).step(step).steps(2000);
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
                assert!(error < 0.02 && (gibbs[(0, 0)] / exact[(0, 0)] - 1.0).abs() < 0.5);
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
        let walk = objective.langevin(&Array2::zeros((100, 2)), t).scheme(scheme).step(step);
        let samples = walk.steps(8000).seed(5).points(2).run().unwrap();
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
    let walk = bowl.langevin(&starts, 0.3).step(0.01).steps(100).thermalization(0).points(5);
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
        let walk = bowl.langevin(&Array2::zeros((30, 1)), 1.0).step(0.3).steps(60);
        let samples = walk.thermalization(40).points(2).seed(seed).run().unwrap();
        (samples.covariance[(0, 0)], samples.covariance_err[(0, 0)])
    };
    let within = coverage(1.0, run);
    assert!((245..=292).contains(&within), "{within}");
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(run(1), one.install(|| run(1)));
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
        assert!(walk.step(bad).run().is_err());
    }
    assert!(walk.steps(0).run().is_err() && walk.thermalization(-1).run().is_err());
    assert!(walk.steps(i64::MAX).run().is_err() && walk.points(usize::MAX).run().is_err());
    assert!(walk.points(1).run().is_err() && walk.friction(f64::NAN).run().is_err());
    let quartic = Objective::exact(1, |x| x[0].powi(4)).unwrap();
    let wild = quartic.langevin(&array![[3.0], [-3.0]], 1.0).step(0.5);
    assert_says(wild.run(), &["`step`", "Mala"]);
    assert!(wild.scheme(LangevinScheme::Mala).run().is_ok());
    let cut = walk.steps(10_000_000).points(100_001).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.ensembles.len() == 2);
}

#[test]
fn the_work_on_a_dragged_trap_is_gaussian_with_exact_moments() {
    for protocol in [
        WorkProtocol::drag(2.0, 3.0).unwrap().steps(5),
        WorkProtocol::stiffening(1.0, 5.0).unwrap().steps(7),
        WorkProtocol::harmonic(4.0, 1.0, -1.5).unwrap().steps(3).time(0.4).temperature(0.5),
    ] {
        let work = protocol.samples(20_000).seed(4).run().unwrap();
        let (mean, variance) = protocol.exact_work().unwrap();
        let works = work.forward.to_vec();
        let n = works.len() as f64;
        let (m, s) = (works.iter().sum::<f64>() / n, (variance / n).sqrt());
        assert!((m - mean).abs() < 4.0 * s, "{protocol:?} {m} {mean} {s}");
        let squares: Vec<f64> = works.iter().map(|w| (w - mean).powi(2)).collect();
        let second = statmech::stats::estimate(&squares).unwrap();
        assert!((second.mean - variance).abs() < 4.0 * second.error, "{second} {variance}");
    }
    // Dragging costs σ²/2T at any number of steps, and what friction costs for many.
    let drag = WorkProtocol::drag(2.0, 3.0).unwrap().time(1.5).temperature(0.7);
    for steps in [1, 2, 10, 1000] {
        let (mean, variance) = drag.steps(steps).exact_work().unwrap();
        assert!((mean - variance / 1.4).abs() < 1e-11 * mean);
    }
    let (v, tau) = (2.0_f64, 0.5_f64);
    let friction = v * v * (1.5 - tau * (1.0 - (-1.5 / tau).exp()));
    let (mean, _) = drag.steps(3000).exact_work().unwrap();
    assert!((mean / friction - 1.0).abs() < 2e-3, "{mean} {friction}");
    // One step at once: the work is that of a sudden change.
    let (sudden, _) = WorkProtocol::stiffening(1.0, 4.0).unwrap().steps(1).exact_work().unwrap();
    assert!((sudden - 1.5).abs() < 1e-14);
}

#[test]
fn free_energies_from_work_are_exact_within_their_errors() {
    let wells = |x: f64, lambda: f64| (x * x - 1.0).powi(2) + lambda * (2.0 * x * x - 1.5 * x);
    for protocol in [
        WorkProtocol::drag(1.0, 1.5).unwrap(),
        WorkProtocol::stiffening(1.0, 4.0).unwrap().steps(4),
        WorkProtocol::from_fn(-4.0, 4.0, wells).unwrap().temperature(0.5).steps(10),
    ] {
        let work = protocol.samples(8000).seed(6).run().unwrap();
        let estimates = work.estimates().unwrap();
        let column = |name| estimates.values(name).unwrap();
        let (values, errors) = (column("free_energy"), column("free_energy_err"));
        for row in 0..3 {
            assert!(
                (values[row] - work.free_energy).abs() < 4.0 * errors[row],
                "{protocol:?} {row}"
            );
            assert!(errors[row] < 0.1);
        }
        assert!(errors[2] <= errors[0], "both directions know more than one");
        assert!(values[4] > work.free_energy + 4.0 * errors[4], "the second law");
        let (crossing, error) = work.crossing(25).unwrap();
        assert!((crossing - work.free_energy).abs() < 4.0 * error, "{crossing} {error}");
        let crooks = work.crooks(25).unwrap();
        let column = |name| crooks.values(name).unwrap();
        let (ratio, error, exact) =
            (column("ln_ratio"), column("ln_ratio_err"), column("ln_ratio_exact"));
        let chi: f64 = (0..ratio.len()).map(|k| ((ratio[k] - exact[k]) / error[k]).powi(2)).sum();
        let degrees = ratio.len() as f64;
        assert!(degrees > 5.0 && chi < degrees + 4.0 * (2.0 * degrees).sqrt(), "{chi} {degrees}");
    }
    // The Gaussian formula is exact for the dragged trap, and off for the stiffened one.
    let row = |protocol: &WorkProtocol, k: usize| {
        let work = protocol.samples(20_000).seed(8).run().unwrap();
        let estimates = work.estimates().unwrap();
        let at = |name| estimates.values(name).unwrap()[k];
        (at("free_energy") - work.free_energy) / at("free_energy_err")
    };
    assert!(row(&WorkProtocol::drag(1.0, 3.0).unwrap(), 3).abs() < 4.0);
    assert!(row(&WorkProtocol::stiffening(1.0, 10.0).unwrap().time(0.1), 3).abs() > 8.0);
}

#[test]
fn errors_of_free_energies_cover_and_few_runs_are_biased() {
    let protocol = WorkProtocol::stiffening(1.0, 4.0).unwrap().steps(3).samples(200);
    let exact = protocol.free_energy().unwrap();
    for method in [0, 2] {
        let within = coverage(exact, |seed| {
            let estimates = protocol.seed(seed).run().unwrap().estimates().unwrap();
            let at = |name| estimates.values(name).unwrap()[method];
            (at("free_energy"), at("free_energy_err"))
        });
        assert!((248..=295).contains(&within), "{method} {within}");
    }
    let work = WorkProtocol::drag(1.0, 3.0).unwrap().samples(20_000).run().unwrap();
    let bias = work.bias([1, 10, 100, 1000]).unwrap();
    let (values, errors) = (bias.values("bias").unwrap(), bias.values("free_energy_err").unwrap());
    let (mean, _) = WorkProtocol::drag(1.0, 3.0).unwrap().exact_work().unwrap();
    assert!((values[0] - mean).abs() < 4.0 * errors[0]);
    assert!(values[0] > values[1] && values[1] > values[2] && values[1] > 8.0 * errors[1]);
}

#[test]
fn works_refuse_what_has_no_meaning() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(WorkProtocol::stiffening(1.0, bad).is_err());
        let drag = WorkProtocol::drag(1.0, 1.0).unwrap();
        assert!(drag.temperature(bad).run().is_err() && drag.time(bad).run().is_err());
    }
    assert!(WorkProtocol::drag(1.0, f64::NAN).is_err());
    assert!(WorkProtocol::from_fn(1.0, -1.0, |x, _| x).is_err());
    let narrow = WorkProtocol::from_fn(-1.0, 1.0, |x, _| x * x).unwrap();
    assert_says(narrow.run(), &["`range`", "ends"]);
    let nan = WorkProtocol::from_fn(-9.0, 9.0, |x, _| if x > 0.0 { x * x } else { f64::NAN });
    assert_says(nan.unwrap().free_energy(), &["`energy`"]);
    let drag = WorkProtocol::drag(1.0, 1.0).unwrap();
    assert!(drag.samples(15).run().is_err() && drag.steps(0).run().is_err());
    assert!(drag.samples(usize::MAX).run().is_err() && drag.steps(i64::MAX).run().is_err());
    let work = drag.samples(50).run().unwrap();
    assert!(work.crooks(0).is_err() && work.bias([0]).is_err() && work.bias([26]).is_err());
    let far = WorkProtocol::drag(1.0, 30.0).unwrap().samples(50).run().unwrap();
    assert_says(far.crossing(10), &["overlap"]);
    let wells = WorkProtocol::from_fn(-4.0, 4.0, |x, _| x.powi(4)).unwrap();
    assert_says(wells.exact_work(), &["closure"]);
    let cut = drag.samples(1_000_000).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.forward.len() == 16 && cut.reverse.len() == 16);
}
