//! Traces, norms and diagonals of operators by random vectors: what the probes spread, against theory; errors, against their coverage.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/matrices.rs"]
mod matrices;
use matrices::{symmetric, uniform, with_spectrum};

use statmech::operator::Operator;
use statmech::prelude::*;

/// Whether so many of so many trials lie within one error.
fn assert_coverage(what: &str, inside: usize, trials: usize) {
    let fraction = inside as f64 / trials as f64;
    assert!((0.63..=0.73).contains(&fraction), "{what}: {inside} of {trials} within one error");
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
fn the_root_of_an_estimate_has_the_error_of_its_ends() -> statmech::Result<()> {
    let squares = Operator::from_matrix(&symmetric(60, 3))?.squared_norm().products(200).run()?;
    let (value, error) = (squares.value, squares.error);
    let (norm, norm_err) = squares.root()?;
    let half = 0.5 * ((value + error).sqrt() - (value - error).sqrt());
    assert!((norm * norm - value).abs() < 1e-10 * value && error < 0.2 * value);
    assert!((norm_err / half - 1.0).abs() < 0.01, "{norm_err} {half}");
    Ok(())
}
