//! Noise: stationary moments, works and free energies, densities on grids, stochastic descent.

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
    assert!(walk.points(1).run().is_err() && walk.friction(f64::NAN).run().is_err());
    let quartic = Objective::exact(1, |x| x[0].powi(4)).unwrap();
    let wild = quartic.langevin(&array![[3.0], [-3.0]], 1.0).step_size(0.5);
    assert_says(wild.run(), &["`step_size`", "Mala"]);
    assert!(wild.scheme(LangevinScheme::Mala).run().is_ok());
    let long = walk.steps(10_000_000).points(100_001).deadline(1e-9);
    assert_says(long.run(), &["`deadline`", "of 2500000 steps of thermalization"]);
    let cut = long.thermalization(0).run().unwrap();
    assert!(!cut.complete && cut.ensembles.len() == 2);
    // One look at the walkers, and many at the clock.
    let long = walk.steps(1 << 50).thermalization(0).points(2).deadline(1e-3);
    let cut = long.run().unwrap();
    assert!(!cut.complete && cut.frame.values("step").unwrap()[1] < 1e9);
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
    let within = coverage(exact, |seed| protocol.seed(seed).run().unwrap().crossing(10).unwrap());
    assert!((240..=295).contains(&within), "{within}");
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
    assert_says(drag.steps(1_000_000).exact_work(), &["`steps`"]);
    let cut = drag.samples(1_000_000).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.forward.len() == 16 && cut.reverse.len() == 16);
}

fn double_well() -> Objective {
    Objective::exact(1, |x| (x[0].powi(2) - 1.0).powi(2) + 0.3 * x[0]).unwrap()
}

#[test]
fn densities_relax_to_gibbs_with_falling_free_energy() {
    let t = 0.5;
    let settings = double_well().fokker_planck(t).interval(-2.6, 2.6).start(&array![1.0], 0.2);
    let solution = settings.time(40.0).points(201).run().unwrap();
    let column = |name| solution.frame.values(name).unwrap();
    let (free_energy, time) = (column("free_energy"), column("time"));
    assert!(free_energy.windows(2).all(|pair| pair[1] <= pair[0] + 1e-13));
    assert!(column("probability").iter().all(|p| (p - 1.0).abs() < 1e-11));
    assert!(solution.densities.iter().flatten().all(|p| *p >= 0.0));
    // ln Z by an independent sum, and the end at −T ln Z.
    let z: f64 = (-30_000..=30_000)
        .map(|k| f64::from(k) * 1e-4)
        .map(|x| (-((x * x - 1.0).powi(2) + 0.3 * x) / t).exp() * 1e-4)
        .sum();
    assert!((solution.ln_z - z.ln()).abs() < 1e-6, "{} {}", solution.ln_z, z.ln());
    assert!((free_energy[200] + t * z.ln()).abs() < 1e-5);
    // dF/dt = −T σ, by central differences.
    let production = column("entropy_production");
    for k in [20, 50, 100] {
        let slope = (free_energy[k + 1] - free_energy[k - 1]) / (time[k + 1] - time[k - 1]);
        assert!((slope / (-t * production[k]) - 1.0).abs() < 0.02, "{k} {slope}");
    }
    // F − F_∞ = T times the relative entropy, which decays at twice the gap in the end.
    let relative = column("relative_entropy");
    assert!((free_energy[50] - free_energy[200] - t * relative[50]).abs() < 1e-5);
    let gap = settings.relaxation_rate().unwrap();
    let decay = (relative[60] / relative[100]).ln() / (time[100] - time[60]);
    assert!((decay / (2.0 * gap) - 1.0).abs() < 0.02, "{decay} {gap}");
    assert!(solution.entropy_production.abs() < 1e-20);
    let currents = solution.stationary_currents().unwrap();
    assert!(currents.values("current_x").unwrap().iter().all(|j| j.abs() < 1e-12));
}

#[test]
fn a_gaussian_on_the_grid_follows_the_linear_process() {
    let bowl = Objective::quadratic(&array![[1.5]], &array![0.0]).unwrap();
    let process = OrnsteinUhlenbeck::new(&array![[1.5]], &array![[0.4]]).unwrap();
    let errors: Vec<f64> = [100, 200]
        .into_iter()
        .map(|cells| {
            let settings = bowl.fokker_planck(0.4).interval(-4.0, 5.0).start(&array![1.5], 0.5);
            let solution = settings.cells(cells).time(1.0).points(3).run().unwrap();
            let density = solution.density(2).unwrap();
            let (x, rho) = (density.values("x").unwrap(), density.values("density").unwrap());
            let cloud = GaussianCloud::new(&array![1.5], &array![[0.25]]).unwrap();
            let later = process.cloud_at(&cloud, 1.0).unwrap();
            let exact = |x: f64| later.ln_density(&array![[x]]).unwrap()[0].exp();
            x.iter().zip(&rho).map(|(x, rho)| (rho - exact(*x)).abs()).fold(0.0, f64::max)
        })
        .collect();
    // Off by the square of the width.
    assert!(errors[1] < 1e-3 && (errors[0] / errors[1] - 4.0).abs() < 0.4, "{errors:?}");
    // All rates of a bowl are multiples of its curvature.
    let rate = bowl.fokker_planck(0.4).interval(-5.0, 5.0).cells(400).relaxation_rate().unwrap();
    assert!((rate / 1.5 - 1.0).abs() < 1e-3, "{rate}");
    // A closed box: π² D/ℓ².
    let flat = Objective::exact(1, |x| 0.0 * x[0]).unwrap().fokker_planck(0.7).interval(0.0, 2.0);
    let exact = 0.7 * (std::f64::consts::PI / 2.0).powi(2);
    assert!((flat.relaxation_rate().unwrap() / exact - 1.0).abs() < 1e-4);
}

#[test]
fn a_whirl_keeps_its_currents_and_produces_entropy() {
    // Anisotropic noise in a bowl: stationary covariance, currents and entropy production in closed form.
    let a = array![[1.0, 0.3], [0.3, 1.5]];
    let d = array![0.8, 0.2];
    let process = OrnsteinUhlenbeck::new(&a, &Array2::from_diag(&d)).unwrap();
    let drift = FokkerPlanck::of_drift(&d, |x| vec![-x[0] - 0.3 * x[1], -0.3 * x[0] - 1.5 * x[1]]);
    let settings = drift.unwrap().intervals([(-4.5, 4.5), (-2.5, 2.5)]).time(0.5).points(2);
    let measure = |cells: usize| {
        let solution = settings.cells(cells).run().unwrap();
        let (density, currents) =
            (solution.density(0).unwrap(), solution.stationary_currents().unwrap());
        let column = |frame: &DataFrame, name| frame.values(name).unwrap();
        let (x, y) = (column(&density, "x"), column(&density, "y"));
        let (jx, jy) = (column(&currents, "current_x"), column(&currents, "current_y"));
        let area = 9.0 * 5.0 / (cells * cells) as f64;
        let rho = solution.stationary.to_vec();
        let sum = |f: &dyn Fn(usize) -> f64| (0..rho.len()).map(f).sum::<f64>() * area;
        let covariance = sum(&|k| rho[k] * x[k] * y[k]);
        // ½⟨x ẏ − y ẋ⟩ = ½∫(x j_y − y j_x).
        let turned = 0.5 * sum(&|k| x[k] * jy[k] - y[k] * jx[k]);
        [sum(&|k| rho[k]), covariance, turned, solution.entropy_production]
    };
    let exact = [
        1.0,
        process.stationary().unwrap()[(0, 1)],
        process.areas().unwrap()[(0, 1)],
        process.entropy_production().unwrap(),
    ];
    let (coarse, fine) = (measure(40), measure(80));
    assert!((fine[0] - 1.0).abs() < 1e-10);
    for k in 1..4 {
        // Extrapolated by the square of the width.
        let limit = fine[k] + (fine[k] - coarse[k]) / 3.0;
        assert!((limit / exact[k] - 1.0).abs() < 2e-2, "{k} {coarse:?} {fine:?} {exact:?}");
        assert!(exact[k].abs() > 1e-3);
    }
    // Elimination finds what detailed balance gives where it holds.
    let bowl = Objective::exact(2, |x| 0.5 * x[0].powi(2) + 0.7 * x[1].powi(4)).unwrap();
    let direct = bowl.fokker_planck(0.5).interval(-3.0, 3.0).cells(20).run().unwrap();
    let drift = FokkerPlanck::of_drift(&array![0.5, 0.5], |x| vec![-x[0], -2.8 * x[1].powi(3)]);
    let solved = drift.unwrap().interval(-3.0, 3.0).cells(20).run().unwrap();
    // Forces at the middle of sides differ from differences of the loss by the width's square in y.
    let apart = direct.stationary.iter().zip(&solved.stationary).map(|(a, b)| (a - b).abs());
    let most = apart.fold(0.0, f64::max);
    assert!(most < 0.02, "{most}");
    assert!(solved.entropy_production.abs() < 1e-20);
}

#[test]
fn fokker_planck_refuses_what_it_cannot_do() {
    let settings = double_well().fokker_planck(0.5);
    assert_says(Objective::saddle(1, 1).unwrap().fokker_planck(1.0).run(), &["dimensions"]);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(double_well().fokker_planck(bad).run().is_err());
        assert!(settings.time(bad).run().is_err());
        assert!(settings.start(&array![0.0], bad).run().is_err());
        assert!(FokkerPlanck::of_drift(&array![bad], <[f64]>::to_vec).is_err());
    }
    assert_says(settings.interval(1.0, 1.0).run(), &["`intervals`"]);
    assert!(
        settings.interval(f64::NAN, 1.0).run().is_err() && settings.intervals([]).run().is_err()
    );
    assert_says(settings.intervals([(-1.0, 1.0); 2]).run(), &["`intervals`", "[1]"]);
    assert!(settings.cells(2).run().is_err() && settings.cells(usize::MAX).run().is_err());
    assert!(settings.points(1).run().is_err());
    assert_says(settings.start(&array![99.0], 0.1).run(), &["inside the box"]);
    assert!(settings.start(&array![], 0.1).run().is_err());
    assert_says(settings.time(1e12).run(), &["jumps"]);
    assert!(FokkerPlanck::of_drift(&array![1.0, 1.0, 1.0], <[f64]>::to_vec).is_err());
    let short = FokkerPlanck::of_drift(&array![1.0, 1.0], |_| vec![]).unwrap();
    assert_says(short.run(), &["`drift`"]);
    assert_says(short.relaxation_rate(), &["complex"]);
    assert_says(settings.cells(2001).relaxation_rate(), &["2000"]);
    let solution = settings.points(3).run().unwrap();
    assert!(solution.density(3).is_err() && solution.currents(99).is_err());
    let cut = settings.time(1000.0).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.frame.height() == 1);
}

fn input(i: usize, j: usize) -> f64 {
    (i as f64 * (7.0 - 4.7 * j as f64)).sin() + 0.3 * j as f64
}

/// A plane through 30 points with noise whose size depends on x, so that H and S do not commute.
fn regression() -> (Objective, Array1<f64>) {
    let x = Array2::from_shape_fn((30, 2), |(i, j)| input(i, j));
    let noise = |i: usize| (1.0 + x[(i, 0)]) * ((5 * i * i) as f64).cos();
    let y = Array2::from_shape_fn((30, 1), |(i, _)| x[(i, 0)] - 0.5 * x[(i, 1)] + noise(i));
    let objective = Network::mlp([2, 1]).loss(&Dataset::regression(&x, &y).unwrap()).unwrap();
    let descended = objective.descend(&Array1::zeros(3)).lbfgs().tolerance(1e-12).run().unwrap();
    (objective, descended.theta)
}

#[test]
fn stochastic_descent_has_the_predicted_covariance_and_currents() {
    let (objective, minimum) = regression();
    let settings = objective.stochastic_descent(&minimum).learning_rate(0.01).batch(4).walkers(40);
    let sgd = settings.steps(8000).thermalization(1000).seed(2).run().unwrap();
    // S by hand at the minimum: residuals times inputs.
    let gradients: Vec<Array1<f64>> = (0..30)
        .map(|i| {
            let x = |j: usize| input(i, j);
            let inputs = array![x(0), x(1), 1.0];
            let y = x(0) - 0.5 * x(1) + (1.0 + x(0)) * ((5 * i * i) as f64).cos();
            2.0 * (minimum.dot(&inputs) - y) * inputs
        })
        .collect();
    let s = |a: usize, b: usize| gradients.iter().map(|g| g[a] * g[b]).sum::<f64>() / 30.0;
    for a in 0..3 {
        for b in 0..3 {
            assert!((sgd.noise[(a, b)] - s(a, b)).abs() < 1e-9 * s(0, 0));
            let (measured, error) = (sgd.covariance[(a, b)], sgd.covariance_err[(a, b)]);
            let predicted = sgd.covariance_predicted[(a, b)];
            let size = sgd.covariance_predicted.diag().sum();
            assert!(
                (measured - predicted).abs() < 4.0 * error + 0.02 * size,
                "{measured} {predicted}"
            );
        }
        assert!(sgd.mean[a].abs() < 4.0 * sgd.mean_err[a]);
    }
    // The prediction solves its equation.
    let (h, c) = (&sgd.hessian, &sgd.covariance_predicted);
    let rest = h.dot(c) + c.dot(h) - 0.01 * h.dot(c).dot(h) - &(0.01 / 4.0 * &sgd.noise);
    assert!(rest.iter().all(|x| x.abs() < 1e-13 * sgd.noise[(0, 0)]));
    for name in ["excess_loss", "variance_sharp", "variance_flat", "area", "entropy_production"] {
        let (measured, error, predicted) = sgd.quantity(name).unwrap();
        assert!(
            (measured - predicted).abs() < 4.0 * error + 0.05 * predicted.abs(),
            "{name} {measured} {error} {predicted}"
        );
        assert!(error < 0.5 * predicted.abs(), "{name} {error} {predicted}");
    }
    // For small rates the linear process in continuous time.
    let (predicted, limit) =
        (sgd.frame.values("predicted").unwrap(), sgd.frame.values("continuous").unwrap());
    for (a, b) in predicted.iter().zip(&limit) {
        assert!((a / b - 1.0).abs() < 0.1, "{a} {b}");
    }
    assert!(sgd.process.imbalance() > 0.01);
}

#[test]
fn stochastic_descent_refuses_what_it_cannot_do() {
    let (objective, minimum) = regression();
    let settings = objective.stochastic_descent(&minimum);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(settings.learning_rate(bad).run().is_err());
    }
    assert_says(settings.learning_rate(10.0).run(), &["settle"]);
    assert!(settings.batch(0).run().is_err() && settings.walkers(1).run().is_err());
    assert!(settings.steps(0).run().is_err() && settings.thermalization(-1).run().is_err());
    assert_says(objective.stochastic_descent(&(&minimum + 1.0)).run(), &["descend"]);
    assert!(objective.stochastic_descent(&array![1.0]).run().is_err());
    let cut = settings.steps(50_000_000).deadline(1e-9);
    assert_says(cut.run(), &["`deadline`", "of 25000000 steps of thermalization"]);
    assert!(!cut.thermalization(0).run().unwrap().complete);
    let bowl = Objective::quadratic(&array![[1.0]], &array![0.0]).unwrap();
    assert_says(bowl.stochastic_descent(&array![0.0]).run(), &["no average"]);
    let sgd = settings.steps(10).run().unwrap();
    assert_says(sgd.quantity("speed"), &["excess_loss"]);
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let run = || settings.steps(50).run().unwrap().covariance;
    assert_eq!(run(), one.install(run));
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
fn errors_of_the_dissipation_along_a_path_cover() {
    // A whirl in an anisotropic bowl, whose conservative force moves much heat to and fro.
    let (drift, noise) = (array![[1.0, -0.5], [0.5, 2.0]], array![[1.0, 0.2], [0.2, 0.5]]);
    let process = OrnsteinUhlenbeck::new(&drift, &noise).unwrap();
    // ⟨F·D⁻¹∘Δx⟩ of an interval τ is −Σ W_ij G_ij with W the antisymmetric half of D⁻¹A and G = ⟨x(τ) x(0)ᵀ⟩ = e^{−Aτ} C.
    let force = (array![[0.5, -0.2], [-0.2, 1.0]] / 0.46).dot(&drift);
    let whirl = 0.5 * (&force - &force.t());
    let covariance = process.stationary().unwrap();
    let later: f64 = (0..2)
        .map(|j| process.mean_at(&covariance.column(j).to_owned(), 0.01).unwrap())
        .zip(whirl.columns())
        .map(|(mean, column)| mean.dot(&column))
        .sum();
    let exact = -later / 0.01;
    assert!((exact / process.entropy_production().unwrap() - 1.0).abs() < 0.03);
    let inside = (0..300).filter(|seed| {
        let path = process.path(6000, 0.01, *seed).unwrap();
        let found = process.dissipation(&path, 0.01).unwrap();
        (found.mean - exact).abs() < found.error
    });
    let inside = inside.count();
    assert!((189..=219).contains(&inside), "{inside} of 300 within one error");
}
