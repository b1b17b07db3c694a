//! Operators and their spectra: Lanczos and probes against spectra that are known by construction, errors against their coverage.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::f64::consts::PI;
use std::time::Duration;

use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::operator::Operator;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

fn normal(n: usize, seed: u64) -> Vec<f64> {
    let mut generator = Seed::new(seed).generator();
    (0..n).map(|_| StandardNormal.sample(&mut generator)).collect()
}

/// A full matrix with this spectrum: turned by eight random reflections 1 − 2uuᵀ.
fn with_spectrum(spectrum: &[f64], seed: u64) -> Array2<f64> {
    let n = spectrum.len();
    let mut matrix = Array2::from_diag(&Array1::from(spectrum.to_vec()));
    for k in 0..8 {
        let u = Array1::from(normal(n, 1000 * seed + k));
        let u = &u / u.dot(&u).sqrt();
        let au = matrix.dot(&u);
        let uau = u.dot(&au);
        for i in 0..n {
            for j in 0..n {
                matrix[(i, j)] += 4.0 * uau * u[i] * u[j] - 2.0 * (u[i] * au[j] + au[i] * u[j]);
            }
        }
    }
    0.5 * (&matrix + &matrix.t())
}

fn uniform(n: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n).map(|k| low + (high - low) * (k as f64 + 0.5) / n as f64).collect()
}

fn symmetric(n: usize, seed: u64) -> Array2<f64> {
    let a = Array2::from_shape_vec((n, n), normal(n * n, seed)).unwrap();
    (&a + &a.t()) / (2.0 * n as f64).sqrt()
}

/// Whether so many of so many trials lie within one error.
fn assert_coverage(what: &str, inside: usize, trials: usize) {
    let fraction = inside as f64 / trials as f64;
    assert!((0.63..=0.73).contains(&fraction), "{what}: {inside} of {trials} within one error");
}

#[test]
fn lanczos_finds_both_ends_of_spectra_known_by_construction() {
    let n = 200;
    let with = |ends: &[f64]| [uniform(n - ends.len(), -1.0, 1.0), ends.to_vec()].concat();
    let spectra = [
        ("random", normal(n, 5)),
        ("isolated", with(&[10.0, 7.0, 3.0, -2.0, -5.0])),
        ("degenerate", with(&[4.0, 4.0, 4.0, -3.0, -3.0])),
        ("clustered", with(&[4.0, 4.0 - 1e-7, 4.0 - 3e-5, 3.999, -3.0, -3.0 + 1e-6])),
        ("low rank", [vec![0.0; n - 3], vec![1.0, 1.0, -2.0]].concat()),
        ("positive", (1..=n).map(|k| 1.0 / (k * k) as f64).collect()),
        ("tiny", normal(n, 6).iter().map(|x| 1e-100 * x).collect()),
        ("huge", normal(n, 7).iter().map(|x| 1e100 * x).collect()),
    ];
    for (name, spectrum) in spectra {
        let matrix = with_spectrum(&spectrum, 1);
        let operator = Operator::from_matrix(&matrix).unwrap();
        let mut sorted = spectrum.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let size = sorted[0].abs().max(sorted[n - 1].abs());
        for (block, single) in [(1, false), (3, false), (1, true)] {
            for seed in 0..3 {
                // An eigenvalue is within the residual; isolated ones are far closer.
                let tolerance = if single { 1e-4 } else { 1e-9 };
                let run = operator.lanczos(4).block(block).single_precision(single).basis(60);
                let pairs = run.tolerance(tolerance).seed(seed).run().unwrap();
                let what =
                    format!("{name}, block {block}, single {single}, seed {seed}: {pairs:?}");
                assert!(pairs.complete, "{what}");
                // The smallest of 1/k² lie within 10⁻⁶ of each other, and take longest.
                assert!(pairs.products < 5000, "{what}");
                for k in 0..8 {
                    let exact = sorted[if k < 4 { k } else { n - 8 + k }];
                    assert!(
                        (pairs.eigenvalues[k] - exact).abs() < tolerance * size,
                        "{what}, {k}: {exact}"
                    );
                    let v = pairs.vector(k).unwrap();
                    let excess = matrix.dot(&v) - pairs.eigenvalues[k] * &v;
                    let residual = excess.dot(&excess).sqrt();
                    assert!(residual <= 1.01 * pairs.residuals[k] + 1e-13 * size, "{what}, {k}");
                    assert!(residual <= 1.01 * tolerance * size, "{what}, {k}: {residual}");
                    for l in 0..=k {
                        let product = v.dot(&pairs.vector(l).unwrap());
                        let expected = if k == l { 1.0 } else { 0.0 };
                        let allowed = if single { 1e-5 } else { 1e-12 };
                        assert!((product - expected).abs() < allowed, "{what}: {k}, {l}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_multiple_eigenvalue_shows_all_its_copies_only_after_fresh_vectors() {
    let isolated = vec![2.0, 2.0, 2.0, 2.0, 1.7, 1.5, 1.3];
    let spectrum = [uniform(493, -0.1, 0.1), isolated].concat();
    let operator = Operator::from_diagonal(&Array1::from(spectrum)).unwrap();
    let copies = |find: bool, seed: u64| {
        let run = operator.lanczos(3).bottom(0).multiplicities(find).tolerance(1e-3);
        let pairs = run.seed(seed).run().unwrap();
        pairs.eigenvalues.iter().filter(|&&x| (x - 2.0).abs() < 1e-6).count()
    };
    assert!((0..20).all(|seed| copies(true, seed) == 3));
    assert!((0..20).all(|seed| copies(false, seed) == 1));
}

#[test]
fn the_saddle_of_a_thousand_and_one_dimensions() {
    // L = ½ θ_n (Σ_{i ≤ 800} θ_i² − Σ_{i > 800} θ_i²) at (0, …, 0, 1).
    let entry = |i: usize| [1.0, -1.0, 0.0][usize::from(i >= 800) + usize::from(i >= 1000)];
    let saddle = Operator::from_diagonal(&Array1::from_shape_fn(1001, entry)).unwrap();
    let pairs = saddle.lanczos(5).run().unwrap();
    assert!(pairs.complete && pairs.eigenvalues.iter().all(|x| (x.abs() - 1.0).abs() < 1e-12));
    let inertia = saddle.inertia().run().unwrap();
    assert_eq!((inertia.negative, inertia.zero, inertia.positive), (200.0, 1.0, 800.0));
    let probed = saddle.inertia().dense_up_to(0).run().unwrap();
    assert!((probed.negative - 200.0).abs() < 4.0 * probed.negative_err && !probed.exact);
    assert!((probed.zero - 1.0).abs() < 4.0 * probed.zero_err);
    let trace = saddle.trace().products(3).run().unwrap();
    assert!((trace.value - 600.0).abs() < 1e-9 && trace.error < 1e-9);
}

#[test]
fn signs_are_exact_for_diagonal_operators() {
    let entries = Array1::from(normal(300, 3));
    let operator = Operator::from_diagonal(&entries).unwrap();
    let trace = operator.trace().products(5).run().unwrap();
    assert!((trace.value - entries.sum()).abs() < 1e-11 && trace.error < 1e-12);
    let diagonal = operator.diagonal().products(2).run().unwrap();
    assert!(diagonal.values.iter().zip(&entries).all(|(a, b)| (a - b).abs() < 1e-15));
    assert!(diagonal.errors.iter().all(|&e| e < 1e-15));
    let gaussian = operator.trace().estimator(TraceEstimator::Gaussian).products(5).run().unwrap();
    assert!(gaussian.error > 1.0);
}

#[test]
fn the_spread_of_probes_is_that_of_theory() {
    let n = 40;
    let matrix = symmetric(n, 8) + Array2::<f64>::eye(n);
    let operator = Operator::from_matrix(&matrix).unwrap();
    let square = matrix.iter().map(|a| a * a).sum::<f64>();
    let on_diagonal = matrix.diag().iter().map(|a| a * a).sum::<f64>();
    let estimators = [
        (TraceEstimator::Gaussian, 2.0 * square),
        (TraceEstimator::Rademacher, 2.0 * (square - on_diagonal)),
    ];
    for (estimator, variance) in estimators {
        let estimate = operator.trace().estimator(estimator).products(40_000).run().unwrap();
        let (m, mean) = (estimate.samples.len() as f64, estimate.value);
        let central = |k: i32| estimate.samples.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / m;
        let error = ((central(4) - central(2).powi(2)) / m).sqrt();
        assert!(
            (central(2) - variance).abs() < 4.0 * error,
            "{estimator:?}: {} ± {error} for {variance}",
            central(2)
        );
        assert!((estimate.error - (variance / m).sqrt()).abs() < 0.05 * estimate.error);
        let course = estimate.course().unwrap();
        let last = course.values("trace_err").unwrap()[course.height() - 1];
        assert!((last / estimate.error - 1.0).abs() < 1e-9);
        assert!((mean - matrix.diag().sum()).abs() < 4.0 * estimate.error);
    }
    let norm = operator.squared_norm().products(5_000).run().unwrap();
    assert!((norm.value - square).abs() < 4.0 * norm.error);
    // The diagonal's variance is Σ_{j≠i} a_ij²/m.
    let diagonal = operator.diagonal().products(20_000).run().unwrap();
    for i in 0..n {
        let others = matrix.row(i).iter().map(|a| a * a).sum::<f64>() - matrix[(i, i)].powi(2);
        assert!((diagonal.errors[i].powi(2) * 20_000.0 / others - 1.0).abs() < 0.06);
    }
}

#[test]
fn errors_of_traces_cover_the_truth_two_times_of_three() {
    let n = 150;
    let power: Vec<f64> = (1..=n).map(|k| 1.0 / f64::from(k)).collect();
    let indefinite: Vec<f64> =
        (1..=n).map(|k| 0.93_f64.powi(k) * if k % 3 == 0 { -1.0 } else { 1.0 }).collect();
    let flat = uniform(n as usize, -1.0, 3.0);
    for (name, spectrum) in [("1/k", power), ("0.93^k", indefinite), ("flat", flat)] {
        let operator = Operator::from_matrix(&with_spectrum(&spectrum, 2)).unwrap();
        let exact: f64 = spectrum.iter().sum();
        let estimators = [
            (TraceEstimator::Gaussian, 40),
            (TraceEstimator::Rademacher, 40),
            (TraceEstimator::HutchPlusPlus, 72),
            (TraceEstimator::XTrace, 60),
        ];
        for (estimator, products) in estimators {
            let run = operator.trace().estimator(estimator).products(products);
            let trials = 400;
            let inside = |seed: &u64| {
                let estimate = run.seed(*seed).run().unwrap();
                assert_eq!(estimate.products, products);
                (estimate.value - exact).abs() < estimate.error
            };
            let count = (0..trials).filter(inside).count();
            assert_coverage(&format!("{name}, {estimator:?}"), count, trials as usize);
        }
    }
}

#[test]
fn errors_cover_the_truth_where_a_target_ends_the_run() {
    let matrix = with_spectrum(&uniform(80, -1.0, 2.0), 3);
    let operator = Operator::from_matrix(&matrix).unwrap();
    let exact = 40.0;
    for (estimator, most) in [
        (TraceEstimator::Gaussian, 5_000),
        (TraceEstimator::HutchPlusPlus, 90),
        (TraceEstimator::XTrace, 400),
    ] {
        let run = operator.trace().estimator(estimator).products(most).target_error(1.5);
        let mut inside = 0;
        for seed in 0..400 {
            let estimate = run.seed(seed).run().unwrap();
            assert!(estimate.products <= most);
            assert_eq!(estimate.complete, estimate.error <= 1.5);
            inside += usize::from((estimate.value - exact).abs() < estimate.error);
        }
        assert_coverage(&format!("{estimator:?}"), inside, 400);
    }
    // A standard error of 1.5 with a spread of √(2 · 80) takes about 71 probes, and one that is looked at now and then a few more.
    let plain = operator.trace().estimator(TraceEstimator::Gaussian).products(5_000);
    let products = plain.target_error(1.5).run().unwrap().products;
    assert!((40..200).contains(&products), "{products}");
    let relative = plain.target_relative(0.05).run().unwrap();
    assert!(relative.complete && relative.error <= 0.05 * relative.value);
}

#[test]
fn errors_of_other_estimates_cover_the_truth() {
    let n = 90;
    let spectrum = uniform(n, 0.5, 3.5);
    let matrix = with_spectrum(&spectrum, 4);
    let operator = Operator::from_matrix(&matrix).unwrap();
    let square: f64 = spectrum.iter().map(|x| x * x).sum();
    let log: f64 = spectrum.iter().map(|x| x.ln()).sum();
    let trials = 300;
    let mut inside = [0; 5];
    for seed in 0..trials {
        let norm = operator.squared_norm().products(30).seed(seed).run().unwrap();
        inside[0] += usize::from((norm.value - square).abs() < norm.error);
        let ln_det = operator.log_determinant().probes(30).steps(30).seed(seed).run().unwrap();
        inside[1] += usize::from((ln_det.value - log).abs() < ln_det.error);
        assert!(ln_det.quadrature_err < 1e-2 * ln_det.error);
        let density = operator.density().probes(25).steps(40).width(0.3).seed(seed).run().unwrap();
        let exact = SpectralDensity::exact(&Array1::from(spectrum.clone()), 0.3).unwrap();
        let (moment, error) = density.moment(3).unwrap();
        inside[2] += usize::from((moment - exact.moment(3).unwrap().0).abs() < error);
        let (at, error) = density.at(1.2).unwrap();
        inside[3] += usize::from((at - exact.at(1.2).unwrap().0).abs() < error);
        let diagonal = operator.diagonal().products(30).blocks([20, 70]).seed(seed).run().unwrap();
        let frame = diagonal.block_frame().unwrap();
        let trace: f64 = matrix.diag().iter().take(20).sum();
        let (value, error) =
            (frame.values("trace").unwrap()[0], frame.values("trace_err").unwrap()[0]);
        inside[4] += usize::from((value - trace).abs() < error);
    }
    for (what, inside) in ["norm", "ln det", "moment", "density", "block"].iter().zip(inside) {
        assert_coverage(what, inside, trials as usize);
    }
    let diagonal = operator.diagonal().products(60).run().unwrap();
    let near = (0..n).filter(|&i| (diagonal.values[i] - matrix[(i, i)]).abs() < diagonal.errors[i]);
    assert!((50..75).contains(&near.count()));
}

#[test]
fn low_rank_estimators_are_exact_where_their_range_holds_all() {
    let spectrum = [vec![0.0; 95], vec![3.0, 2.0, 1.0, -1.0, -4.0]].concat();
    let operator = Operator::from_matrix(&with_spectrum(&spectrum, 5)).unwrap();
    for estimator in [TraceEstimator::HutchPlusPlus, TraceEstimator::XTrace] {
        let estimate = operator.trace().estimator(estimator).products(60).run().unwrap();
        assert!((estimate.value - 1.0).abs() < 1e-10 && estimate.error < 1e-9, "{estimate:?}");
        let small = Operator::from_diagonal(&array![1.0, 2.0]).unwrap().trace();
        let all = small.estimator(estimator).products(60).run().unwrap();
        assert!((all.value - 3.0).abs() < 1e-12);
    }
}

#[test]
fn moments_of_the_density_are_traces_of_powers() {
    let spectrum = [uniform(300, -1.0, 1.0), vec![4.0; 10], vec![-2.0; 5]].concat();
    let operator = Operator::from_matrix(&with_spectrum(&spectrum, 6)).unwrap();
    for probe in [Probe::Gaussian, Probe::Rademacher] {
        let density = operator.density().probes(60).steps(30).probe(probe).seed(2).run().unwrap();
        assert_eq!(density.products, 1800);
        assert!((density.moment(0).unwrap().0 - 1.0).abs() < 1e-14);
        for k in 1..=8 {
            let exact = spectrum.iter().map(|x| x.powi(k)).sum::<f64>() / spectrum.len() as f64;
            let (moment, error) = density.moment(k as usize).unwrap();
            assert!(
                (moment - exact).abs() < 4.0 * error,
                "{probe:?} {k}: {moment} ± {error}, {exact}"
            );
        }
        let frame = density.frame().unwrap();
        let (x, y) = (frame.values("eigenvalue").unwrap(), frame.values("density").unwrap());
        let integral = y.iter().sum::<f64>() * (x[1] - x[0]);
        // 4 widths beyond the last node a Gaussian has lost 3·10⁻⁵.
        assert!((integral - 1.0).abs() < 1e-4, "{integral}");
        // Degenerate outliers are peaks of their weights.
        let (fraction, error) = density.fraction(3.0, 5.0).unwrap();
        assert!((fraction - 10.0 / 315.0).abs() < 4.0 * error);
    }
}

#[test]
fn the_density_is_that_of_the_dense_spectrum() {
    let operator = Operator::from_matrix(&symmetric(400, 9)).unwrap();
    let estimated = operator.density().probes(40).seed(3).run().unwrap();
    let exact =
        SpectralDensity::exact(&operator.eigenvalues().unwrap(), estimated.width()).unwrap();
    let frame = estimated.frame().unwrap();
    let (x, y) = (frame.values("eigenvalue").unwrap(), frame.values("density").unwrap());
    let errors = frame.values("density_err").unwrap();
    let peak = 1.0 / PI;
    let mut near = 0;
    for ((&x, &y), &error) in x.iter().zip(&y).zip(&errors) {
        let (value, none) = exact.at(x).unwrap();
        assert!(
            (y - value).abs() < 4.5 * error + 0.01 * peak && none == 0.0,
            "at {x}: {y} ± {error} for {value}"
        );
        near += usize::from((y - value).abs() < error + 1e-4);
    }
    // Neighbouring points share their probes, so that this is no test of coverage.
    assert!(near > x.len() / 2, "{near}");
}

#[test]
fn without_reorthogonalisation_moments_stay_right() {
    // More numbers than are kept: the walks remember two vectors only.
    let n = 450_000;
    let operator = Operator::from_diagonal(&Array1::from(uniform(n, -1.0, 3.0))).unwrap();
    let density = operator.density().probes(4).steps(80).run().unwrap();
    for (k, exact) in [(1, 1.0), (2, 7.0 / 3.0), (3, 5.0), (4, 61.0 / 5.0)] {
        let (moment, error) = density.moment(k).unwrap();
        assert!((moment - exact).abs() < 5.0 * error && error < 0.05, "{k}: {moment} ± {error}");
    }
    let (at, _) = density.at(1.0).unwrap();
    assert!((at - 0.25).abs() < 0.02, "{at}");
    let inertia = operator.inertia().probes(4).run().unwrap();
    let doubt = inertia.negative_most - inertia.negative_least;
    assert!((inertia.negative / n as f64 - 0.25).abs() < doubt && doubt < 0.1 * n as f64);
    assert!(inertia.negative_least < 0.25 * n as f64 && inertia.negative_most > 0.25 * n as f64);
}

#[test]
fn couplings_of_a_spin_glass_have_a_semicircle() {
    let n = 1000;
    let matrix = symmetric(n, 10);
    let operator = Operator::from_matrix(&matrix).unwrap();
    let law = Semicircle::new(1.0).unwrap();
    let spectrum = operator.eigenvalues().unwrap();
    let distance = spectrum
        .iter()
        .enumerate()
        .map(|(k, &x)| (law.cdf(x) - (k as f64 + 0.5) / n as f64).abs())
        .fold(0.0, f64::max);
    assert!(distance < 0.01, "{distance}");
    let width = law.edge_width(n).unwrap();
    assert!((-5.0..3.0).contains(&((spectrum[n - 1] - 2.0) / width)));
    for k in 1..=6 {
        let moment = spectrum.iter().map(|x| x.powi(k)).sum::<f64>() / n as f64;
        assert!((moment - law.moment(k as usize).unwrap()).abs() < 0.1);
    }
    // A ferromagnetic part J_0 = 2 adds the eigenvalue J_0 + 1/J_0 beyond the edge.
    let with_mean = &matrix + 2.0 / n as f64;
    let pairs =
        Operator::from_matrix(&with_mean).unwrap().lanczos(2).tolerance(1e-4).run().unwrap();
    let outliers = pairs.outliers(-2.0, 2.0, 3.0 * width).unwrap();
    assert_eq!(outliers.height(), 1);
    assert!((outliers.values("eigenvalue").unwrap()[0] - 2.5).abs() < 0.15);
    assert_eq!(outliers.values("index").unwrap(), [0.0]);
}

#[test]
fn covariances_have_the_spectrum_of_marchenko_and_pastur() {
    for (n, p) in [(300, 900), (400, 400), (600, 300)] {
        let x = Array2::from_shape_vec((p, n), normal(n * p, 11)).unwrap();
        let covariance = x.t().dot(&x) * (2.0 / p as f64);
        let spectrum = Operator::from_matrix(&covariance).unwrap().eigenvalues().unwrap();
        let law = MarchenkoPastur::new(n as f64 / p as f64, 2.0).unwrap();
        for (k, &x) in spectrum.iter().enumerate() {
            let rank = (k as f64 + 0.5) / n as f64;
            if x > 1e-9 {
                assert!((law.cdf(x) - rank).abs() < 0.012, "{n} {p}: {x}");
            } else {
                assert!(rank < law.zeros());
            }
        }
        let above = (spectrum[n - 1] - law.edges().1) / law.edge_width(n).unwrap();
        assert!((-5.0..3.0).contains(&above), "{above}");
        for k in 1..=4 {
            let moment = spectrum.iter().map(|x| x.powi(k)).sum::<f64>() / n as f64;
            assert!((moment / law.moment(k as usize).unwrap() - 1.0).abs() < 0.05);
        }
    }
}

#[test]
fn laws_are_consistent_with_themselves() {
    let catalan = [1.0, 1.0, 2.0, 5.0, 14.0, 42.0, 132.0];
    let circle = Semicircle::new(1.0).unwrap();
    let square = MarchenkoPastur::new(1.0, 1.0).unwrap();
    for (k, number) in catalan.into_iter().enumerate() {
        assert!((circle.moment(2 * k).unwrap() / number - 1.0).abs() < 1e-14);
        assert!((square.moment(k).unwrap() / number - 1.0).abs() < 1e-14);
    }
    // The distribution against the density, by the midpoint rule in the angle, where both are smooth.
    let midpoint = |edges: (f64, f64), to: f64, density: &dyn Fn(f64) -> f64| {
        let (c, r) = (0.5 * (edges.0 + edges.1), 0.5 * (edges.1 - edges.0));
        let (start, end) = (-0.5 * PI, ((to - c) / r).min(1.0).asin());
        let m = 20_000;
        let step = (end - start) / f64::from(m);
        let at = |k: i32| start + (f64::from(k) + 0.5) * step;
        (0..m).map(|k| density(c + r * at(k).sin()) * r * at(k).cos() * step).sum::<f64>()
    };
    for law in [circle, Semicircle::new(0.3).unwrap().around(-2.0).unwrap()] {
        for part in [0.1, 0.5, 0.77] {
            let x = law.edges().0 + part * (law.edges().1 - law.edges().0);
            assert!((midpoint(law.edges(), x, &|x| law.density(x)) - law.cdf(x)).abs() < 1e-8);
        }
        for k in 0..7 {
            let moment = midpoint(law.edges(), law.edges().1, &|x| x.powi(k) * law.density(x));
            let exact = law.moment(k as usize).unwrap();
            assert!((moment - exact).abs() < 1e-6 * exact.abs().max(1.0));
        }
    }
    for (ratio, variance) in [(0.2, 1.0), (0.999, 0.5), (1.0, 2.0), (3.0, 1.0)] {
        let law = MarchenkoPastur::new(ratio, variance).unwrap();
        for part in [0.02, 0.3, 0.9] {
            let x = law.edges().0 + part * (law.edges().1 - law.edges().0);
            let inside = midpoint(law.edges(), x, &|x| law.density(x));
            assert!((law.zeros() + inside - law.cdf(x)).abs() < 1e-6, "{ratio} {part}");
        }
        for k in 1..6 {
            let moment = midpoint(law.edges(), law.edges().1, &|x| x.powi(k) * law.density(x));
            assert!((moment / law.moment(k as usize).unwrap() - 1.0).abs() < 1e-6);
        }
    }
}

#[test]
fn hebbs_couplings_are_a_spiked_null_space() {
    let (n, p) = (400, 40);
    let net = Hopfield::hebb(&random_patterns(p, n, 4).unwrap()).unwrap();
    let operator = net.operator().unwrap();
    let load = p as f64 / n as f64;
    let law = MarchenkoPastur::new(n as f64 / p as f64, load).unwrap();
    let pairs = operator.lanczos(3).run().unwrap();
    // ΞᵀΞ/N less its diagonal P/N: at the bottom the directions orthogonal to all patterns.
    assert!((pairs.eigenvalues[0] - (law.edges().1 - load)).abs() < 0.15);
    assert!(pairs.eigenvalues.iter().skip(3).all(|x| (x + load).abs() < 1e-9));
    let inertia = operator.inertia().run().unwrap();
    assert_eq!((inertia.negative, inertia.positive), (360.0, 40.0));
}

#[test]
fn parts_and_sums_of_operators_are_those_of_matrices() {
    let matrix = symmetric(30, 12);
    let operator = Operator::from_matrix(&matrix).unwrap();
    let same =
        |a: &Array2<f64>, b: &Array2<f64>| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
    assert!(same(&operator.matrix().unwrap(), &matrix));
    let part = operator.restricted([3, 17, 5]).unwrap().matrix().unwrap();
    assert!(
        (part[(0, 1)] - matrix[(3, 17)]).abs() < 1e-14
            && (part[(2, 2)] - matrix[(5, 5)]).abs() < 1e-14
    );
    let eye = Array2::<f64>::eye(30);
    assert!(same(&operator.shifted(2.0).unwrap().matrix().unwrap(), &(&matrix + &(2.0 * eye))));
    assert!(same(&operator.scaled(-3.0).unwrap().matrix().unwrap(), &(-3.0 * &matrix)));
    assert!(same(&operator.plus(&operator).unwrap().matrix().unwrap(), &(2.0 * &matrix)));
    let before = operator.products();
    let run = operator.lanczos(2).basis(12).run().unwrap();
    assert_eq!(operator.products() - before, run.products);
    let ising = Ising::square(6).unwrap().random_couplings();
    assert!(same(&ising.operator().unwrap().matrix().unwrap(), &ising.couplings().unwrap()));
}

trait Random {
    fn random_couplings(&self) -> Ising;
}

impl Random for Ising {
    fn random_couplings(&self) -> Ising {
        self.bond_couplings(&Array1::from(normal(self.bonds().len(), 13))).unwrap()
    }
}

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    let operator = Operator::from_diagonal(&Array1::from(normal(50_000, 14))).unwrap();
    let results = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let pairs = operator.lanczos(2).tolerance(1e-2).products(60).run().unwrap();
            let trace =
                operator.trace().estimator(TraceEstimator::XTrace).products(24).run().unwrap();
            let plain =
                operator.trace().estimator(TraceEstimator::Gaussian).products(20).run().unwrap();
            let density = operator.density().probes(3).steps(12).run().unwrap();
            let diagonal = operator.diagonal().probe(Probe::Gaussian).products(4).run().unwrap();
            let numbers = [
                pairs.eigenvalues.to_vec(),
                pairs.vector(1).unwrap().to_vec(),
                diagonal.errors.to_vec(),
            ];
            let mut bits: Vec<u64> = numbers.concat().iter().map(|x| x.to_bits()).collect();
            let values = [trace.value, trace.error, plain.value, density.moment(3).unwrap().0];
            bits.extend(values.map(f64::to_bits));
            bits
        })
    };
    assert_eq!(results(1), results(4));
}

#[test]
fn deadlines_leave_valid_partial_results() {
    let n = 400;
    let slow = Operator::from_block_fn(n, move |x, y| {
        std::thread::sleep(Duration::from_millis(4 * (x.len() / n) as u64));
        for (y, x) in y.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
            for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
                *y = i as f64 * x;
            }
        }
        Ok(())
    })
    .unwrap();
    let pairs = slow.lanczos(2).deadline(0.1).run().unwrap();
    assert!(!pairs.complete && pairs.eigenvalues.len() == 4 && pairs.products < 60);
    assert!(pairs.eigenvalues[0] > 300.0 && pairs.eigenvalues[0] < 399.0 + 1e-9);
    let residual = |k: usize| {
        let v = pairs.vector(k).unwrap();
        let excess = slow.apply(&v).unwrap() - pairs.eigenvalues[k] * &v;
        excess.dot(&excess).sqrt()
    };
    // Without products of their own, residuals are what the recursion says.
    assert!((0..4).all(|k| (pairs.residuals[k] / residual(k) - 1.0).abs() < 1e-6));
    let early = slow.lanczos(2).deadline(1e-6).run().unwrap();
    assert!(!early.complete && early.eigenvalues.len() == 1);
    for estimator in
        [TraceEstimator::Gaussian, TraceEstimator::HutchPlusPlus, TraceEstimator::XTrace]
    {
        let run = slow.trace().estimator(estimator).products(3000).deadline(0.3);
        let trace = run.run().unwrap();
        assert!(!trace.complete && trace.products >= 2 && trace.error.is_finite());
        assert!((trace.value - 79_800.0).abs() < 6.0 * trace.error, "{trace:?}");
    }
    let density = slow.density().probes(100).deadline(0.3).run().unwrap();
    assert!(!density.complete && (density.moment(0).unwrap().0 - 1.0).abs() < 1e-12);
    let diagonal = slow.diagonal().products(10_000).deadline(0.3).run().unwrap();
    assert!(
        !diagonal.complete
            && diagonal.values.iter().enumerate().all(|(i, &x)| (x - i as f64).abs() < 1e-9)
    );
}

/// The sentence of an error.
fn sentence<T: std::fmt::Debug>(result: statmech::Result<T>) -> String {
    let sentence = result.unwrap_err().to_string();
    assert!(sentence.ends_with('.'), "{sentence}");
    sentence
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let ok = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 100)).unwrap();
    assert!(sentence(Operator::from_matrix(&Array2::zeros((0, 0)))).contains("n × n"));
    assert!(sentence(Operator::from_matrix(&Array2::zeros((2, 3)))).contains("2 × 3"));
    assert!(sentence(Operator::from_matrix(&array![[1.0, 2.0], [3.0, 1.0]])).contains("symmetric"));
    assert!(sentence(Operator::from_matrix(&array![[f64::NAN]])).contains("NaN"));
    assert!(sentence(Operator::from_fn(0, |_, _| Ok(()))).contains("at least 1"));
    assert!(sentence(Operator::from_diagonal(&Array1::zeros(0))).contains("at least 1"));
    assert!(sentence(ok.apply(&Array1::zeros(3))).contains("[100]"));
    assert!(sentence(ok.restricted([1, 1])).contains("different"));
    assert!(sentence(ok.restricted([100])).contains("below 100"));
    assert!(sentence(ok.restricted([])).contains("at least one"));
    assert!(ok.shifted(f64::NAN).is_err() && ok.scaled(f64::INFINITY).is_err());
    assert!(ok.plus(&Operator::from_diagonal(&array![1.0]).unwrap()).is_err());

    assert!(sentence(ok.lanczos(0).run()).contains("from 1 to 100"));
    assert!(sentence(ok.lanczos(101).run()).contains("from 1 to 100"));
    assert!(sentence(ok.lanczos(2).basis(6).run()).contains("at least 10"));
    for tolerance in [0.0, 1e-15, 0.5, f64::NAN] {
        assert!(sentence(ok.lanczos(1).tolerance(tolerance).run()).contains("tolerance"));
    }
    assert!(ok.lanczos(1).single_precision(true).tolerance(1e-8).run().is_err());
    assert!(ok.lanczos(1).block(0).run().is_err() && ok.lanczos(1).products(0).run().is_err());
    assert!(ok.lanczos(1).deadline(f64::NAN).run().is_err());
    assert!(sentence(ok.lanczos(1).run().unwrap().vector(2)).contains("below 2"));
    let pairs = ok.lanczos(1).run().unwrap();
    assert!(pairs.outliers(1.0, 0.0, 0.0).is_err() && pairs.outliers(0.0, 1.0, -1.0).is_err());

    for estimator in
        [TraceEstimator::Gaussian, TraceEstimator::HutchPlusPlus, TraceEstimator::XTrace]
    {
        assert!(sentence(ok.trace().estimator(estimator).products(1).run()).contains("at least"));
    }
    assert!(
        ok.trace().target_error(0.0).run().is_err()
            && ok.trace().target_relative(f64::NAN).run().is_err()
    );
    assert!(sentence(ok.squared_norm().estimator(TraceEstimator::XTrace).run()).contains("traces"));
    assert!(ok.trace().estimator(TraceEstimator::XTrace).run().unwrap().course().is_err());
    assert!(ok.density().width(-1.0).run().is_err() && ok.density().probes(1).run().is_err());
    assert!(ok.density().steps(0).run().is_err() && ok.density().deadline(0.0).run().is_err());
    let density = ok.density().run().unwrap();
    assert!(density.fraction(1.0, 0.0).is_err() && density.at(f64::NAN).is_err());
    assert!(density.moment(1001).is_err() && density.with_width(0.0).is_err());
    assert!(SpectralDensity::exact(&Array1::zeros(0), 1.0).is_err());
    assert!(
        sentence(ok.shifted(-0.5).unwrap().log_determinant().run()).contains("positive definite")
    );
    assert!(sentence(ok.spectral_sum(|_| f64::NAN).run()).contains("NaN"));
    assert!(
        ok.inertia().zero_within(f64::NAN).run().is_err() && ok.inertia().probes(0).run().is_err()
    );
    assert!(sentence(ok.diagonal().blocks([1, 2]).run()).contains("sum 100"));
    assert!(
        ok.diagonal().blocks([100, 0]).run().is_err() && ok.diagonal().products(0).run().is_err()
    );

    assert!(
        Semicircle::new(f64::NAN).is_err()
            && Semicircle::new(1.0).unwrap().around(f64::NAN).is_err()
    );
    assert!(MarchenkoPastur::new(-1.0, 1.0).is_err() && MarchenkoPastur::new(1.0, 0.0).is_err());
    assert!(Semicircle::new(1e3).unwrap().moment(200).is_err());
    assert!(MarchenkoPastur::new(1.0, 1.0).unwrap().moment(201).is_err());
    assert!(Semicircle::new(1.0).unwrap().edge_width(0).is_err());
}

#[test]
fn products_that_are_wrong_are_refused() {
    // NaN, an error of the closure's own, and an operator that is not symmetric, in every run.
    let nan = Operator::from_fn(200, |_, y| {
        y.fill(f64::NAN);
        Ok(())
    })
    .unwrap();
    let failing = Operator::from_fn(200, |_, _| {
        Err(statmech::Error::argument("theta", "nothing", "set before"))
    })
    .unwrap();
    let shift = Operator::from_fn(200, |x, y| {
        for i in 0..200 {
            y[i] = x[(i + 1) % 200];
        }
        Ok(())
    })
    .unwrap();
    let runs = |operator: &Operator| {
        vec![
            operator.lanczos(2).run().map(|_| ()),
            operator.density().run().map(|_| ()),
            operator.log_determinant().run().map(|_| ()),
            operator.inertia().run().map(|_| ()),
            operator.inertia().dense_up_to(0).run().map(|_| ()),
            operator.eigenpairs().map(|_| ()),
        ]
    };
    let probes = |operator: &Operator| {
        vec![
            operator.trace().run().map(|_| ()),
            operator.trace().estimator(TraceEstimator::XTrace).run().map(|_| ()),
            operator.trace().estimator(TraceEstimator::HutchPlusPlus).run().map(|_| ()),
            operator.diagonal().run().map(|_| ()),
            operator.asymmetry(1).map(|_| ()),
        ]
    };
    for result in runs(&nan).into_iter().chain(probes(&nan)) {
        assert!(sentence(result).contains("finite numbers"));
    }
    for result in runs(&failing).into_iter().chain(probes(&failing)) {
        assert!(sentence(result).contains("theta"));
    }
    for result in runs(&shift) {
        assert!(sentence(result).contains("symmetric"));
    }
    assert!(shift.asymmetry(1).unwrap() > 1e-3);
    // Sizes whose squares are 0 or infinite.
    for size in [1e-200, 1e200] {
        let extreme = Operator::from_diagonal(&Array1::linspace(0.5 * size, size, 200)).unwrap();
        let low_rank = [TraceEstimator::XTrace, TraceEstimator::HutchPlusPlus];
        let traces =
            low_rank.map(|estimator| extreme.trace().estimator(estimator).run().map(|_| ()));
        let spectra = [extreme.lanczos(2).run().map(|_| ()), extreme.density().run().map(|_| ())];
        for result in traces.into_iter().chain(spectra) {
            assert!(sentence(result).contains("1e-140"));
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_before_a_product_is_done() {
    let huge = Operator::from_fn(1 << 44, |_, _| Ok(())).unwrap();
    let results = [
        huge.lanczos(3).run().map(|_| ()),
        huge.lanczos(3).single_precision(true).run().map(|_| ()),
        huge.density().run().map(|_| ()),
        huge.log_determinant().run().map(|_| ()),
        huge.inertia().run().map(|_| ()),
        huge.trace().run().map(|_| ()),
        huge.trace().estimator(TraceEstimator::HutchPlusPlus).run().map(|_| ()),
        huge.trace().estimator(TraceEstimator::XTrace).run().map(|_| ()),
        huge.diagonal().run().map(|_| ()),
        huge.asymmetry(0).map(|_| ()),
        huge.eigenvalues().map(|_| ()),
    ];
    for result in results {
        let text = sentence(result);
        assert!(text.contains("GiB") || text.contains("rows"), "{text}");
    }
    assert_eq!(huge.products(), 0);
    let wide = Operator::from_fn(200_000, |_, _| Ok(())).unwrap();
    assert!(sentence(wide.lanczos(20_000).run()).contains("GiB"));
}

/// `cargo test --release --test operator -- --ignored --nocapture seven_million`
#[test]
#[ignore = "half a minute and 3 GiB"]
fn seven_million_parameters_fit_into_four_gibibytes() {
    let n = 7_000_000;
    let spectrum = |i: usize| match i {
        0..3 => 10.0 - i as f64,
        3 => -2.0,
        _ => (i as f64 * 0.618).fract() - 0.5,
    };
    let operator = Operator::from_diagonal(&Array1::from_shape_fn(n, spectrum)).unwrap();
    let started = std::time::Instant::now();
    let run = operator.lanczos(3).bottom(1).basis(40).tolerance(1e-3);
    let pairs = run.run().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kibibytes: f64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    println!("{pairs:?} in {:.1} s, {peak}", started.elapsed().as_secs_f64());
    for (value, exact) in pairs.eigenvalues.iter().zip([10.0, 9.0, 8.0, -2.0]) {
        assert!((value - exact).abs() < 1e-4);
    }
    assert!(pairs.complete && kibibytes < 4.0 * 1024.0 * 1024.0);
}

#[test]
fn numbers_beyond_memory_and_beyond_a_word_are_refused() {
    let huge = Operator::from_fn(1 << 50, |_, _| Ok(())).unwrap();
    assert!(huge.restricted([0]).unwrap_err().to_string().contains("memory"));
    let small = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 200)).unwrap();
    assert_eq!(small.lanczos(1).block(usize::MAX).run().unwrap().eigenvalues.len(), 2);
    let cut = small.density().probes(usize::MAX).deadline(0.05).run().unwrap();
    assert!(!cut.complete && cut.at(0.5).unwrap().0 > 0.0);
}

/// A single node tells nothing of how many eigenvalues are negative, so that none need be.
#[test]
fn the_least_number_of_negatives_leaves_out_the_last_node() {
    let diagonal = Operator::from_diagonal(&Array1::linspace(-3.0, 1.0, 200)).unwrap();
    let signs = diagonal.inertia().dense_up_to(0).steps(1).run().unwrap();
    assert!(signs.negative_least == 0.0 && signs.negative_most >= 150.0);
}

#[test]
fn the_root_of_an_estimate_has_the_error_of_its_ends() -> statmech::Result<()> {
    let squares = Operator::from_matrix(&symmetric(60, 3))?.squared_norm().products(200).run()?;
    let (value, error) = (squares.value, squares.error);
    let (norm, norm_err) = squares.root()?;
    let half = 0.5 * ((value + error).sqrt() - (value - error).sqrt());
    assert!((norm * norm - value).abs() < 1e-10 * value && error < 0.2 * value);
    assert!((norm_err / half - 1.0).abs() < 0.01, "{norm_err} {half}");
    Ok(())
}

#[test]
fn fractions_count_their_lower_bound_and_not_the_upper_one() -> statmech::Result<()> {
    let density = SpectralDensity::exact(&array![-1.0, 2.0, 3.0, 4.0], 1.0)?;
    for (from, to, fraction) in
        [(-1.0, 2.0, 0.25), (2.0, 3.0, 0.25), (2.0, 2.0, 0.0), (-9.0, 9.0, 1.0)]
    {
        assert_eq!(density.fraction(from, to)?.0, fraction, "{from} to {to}");
    }
    Ok(())
}

#[test]
fn several_vectors_at_once_have_the_products_of_each() -> statmech::Result<()> {
    // Across the sizes at which blocks of rows and of vectors begin.
    for (n, vectors) in [(1, 1), (5, 3), (127, 4), (128, 5), (129, 9), (300, 40)] {
        let (a, x) = (symmetric(n, 1), symmetric(n.max(vectors), 2));
        let x = x.slice(s![..vectors, ..n]).to_owned();
        let products = Operator::from_matrix(&a)?.apply_all(&x)?;
        let difference = &products - &x.dot(&a);
        assert!(difference.iter().all(|e| e.abs() < 1e-12 * n as f64), "{n} {vectors}");
    }
    Ok(())
}
