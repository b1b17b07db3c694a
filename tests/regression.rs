//! Softmax regression against closed forms, finite differences and another implementation.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::ndarray::Array1;
use statmech::prelude::*;
use statmech::rand::Rng;
use statmech::rayon::ThreadPoolBuilder;

fn random(n: usize, seed: u64) -> Array1<f64> {
    let mut generator = Seed::new(seed).generator();
    (0..n).map(|_| generator.random_range(-1.0..1.0)).collect()
}

fn largest(values: &Array1<f64>) -> f64 {
    values.iter().map(|v| v.abs()).fold(0.0, f64::max)
}

/// 300 examples of five inputs and four classes.
fn example(l2: f64) -> statmech::Result<SoftmaxRegression> {
    let inputs = random(1_500, 1).into_shape_with_order((300, 5)).unwrap();
    let mut generator = Seed::new(2).generator();
    let labels: Array1<usize> = (0..300).map(|_| generator.random_range(0..4)).collect();
    Ok(SoftmaxRegression::new(&inputs, &labels)?.l2(l2))
}

#[test]
fn digits_are_fitted_as_scikit_learn_does() -> statmech::Result<()> {
    // sklearn 1.9.1: LogisticRegression(C=1/(l2·1200), solver="newton-cg", tol=1e-12, max_iter=20000) on load_digits().data/16, the first 1200 of which
    // train: the loss, Σw², the test images that are right, w[3, 20], and the first bias less the mean of all.
    let known = [
        (1e-2, 0.7100068279337335, 64.20557178759091, 539.0, 0.46196604652465967, 0.380_408_537),
        (1e-3, 0.2307377716462201, 237.71162515087025, 550.0, 0.5449724522733647, 1.303_270_667),
    ];
    let (training, test) = (digits()?.take(1_200), digits()?.skip(1_200));
    for (l2, loss, squares, right, weight, bias) in known {
        let settings = SoftmaxRegression::new(&training.pixels(), training.labels())?.l2(l2);
        let fit = settings.tolerance(1e-9).run()?;
        assert!(fit.converged && fit.complete && fit.largest_gradient <= 1e-9);
        assert!((fit.loss - loss).abs() < 1e-10, "{fit:?}");
        assert!((fit.weights.mapv(|w| w * w).sum() / squares - 1.0).abs() < 1e-6);
        assert!((fit.weights[(3, 20)] - weight).abs() < 1e-5);
        let found = fit.biases[0] - fit.biases.mean().unwrap();
        assert!((found - bias).abs() < 1e-5, "{found} for {bias}");
        let accuracy = fit.accuracy(&test.pixels(), test.labels())?;
        assert!((accuracy.mean - right / 597.0).abs() < 1e-12, "{accuracy}");
        assert!((accuracy.error - 0.011).abs() < 0.003);
    }
    Ok(())
}

#[test]
fn what_one_input_tells_is_the_frequency_of_each_class() -> statmech::Result<()> {
    // One input 0 or 1: without a penalty the model can hold any conditional distribution, and the likeliest is that of the examples.
    let counts = [[4, 1], [2, 6], [3, 9]];
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    for (class, of_class) in counts.iter().enumerate() {
        for (x, &count) in of_class.iter().enumerate() {
            inputs.extend(vec![x as f64; count]);
            labels.extend(vec![class; count]);
        }
    }
    let inputs = Array2::from_shape_vec((inputs.len(), 1), inputs).unwrap();
    let labels = Array1::from(labels);
    let fit = SoftmaxRegression::new(&inputs, &labels)?.l2(0.0).tolerance(1e-11).run()?;
    let p = fit.probabilities(&array![[0.0], [1.0]])?;
    for (class, of_class) in counts.iter().enumerate() {
        assert!((p[(0, class)] - of_class[0] as f64 / 9.0).abs() < 1e-9, "{p}");
        assert!((p[(1, class)] - of_class[1] as f64 / 16.0).abs() < 1e-9, "{p}");
    }
    // The loss is then the conditional entropy of the classes.
    let entropy = |of_class: &[usize; 2], x: usize, total: f64| {
        let k = of_class[x] as f64;
        -k * (k / total).ln()
    };
    let sum: f64 = counts.iter().map(|of| entropy(of, 0, 9.0) + entropy(of, 1, 16.0)).sum();
    assert!((fit.loss - sum / 25.0).abs() < 1e-12);
    Ok(())
}

#[test]
fn gradient_and_hessian_are_the_derivatives_of_the_loss() -> statmech::Result<()> {
    let settings = example(0.3)?;
    let n = settings.n_parameters();
    let theta = random(n, 3) * 2.0;
    let h = 1e-5;
    let gradient = settings.gradient(&theta)?;
    let hessian = settings.hessian(&theta)?;
    assert_eq!(hessian.dim(), (24, 24));
    for k in 0..n {
        let moved = |by: f64| {
            let mut theta = theta.clone();
            theta[k] += by;
            theta
        };
        let slope = (settings.loss(&moved(h))? - settings.loss(&moved(-h))?) / (2.0 * h);
        assert!((slope - gradient[k]).abs() < 1e-9, "{k}: {slope} {}", gradient[k]);
        let bend = (settings.gradient(&moved(h))? - settings.gradient(&moved(-h))?) / (2.0 * h);
        assert!(largest(&(bend - hessian.row(k))) < 1e-9, "{k}");
    }
    let vector = random(n, 4);
    let product = settings.hessian_vector(&theta, &vector)?;
    assert!(largest(&(product - hessian.dot(&vector))) < 1e-12);
    assert!((&hessian - &hessian.t()).iter().all(|difference| difference.abs() < 1e-15));
    Ok(())
}

#[test]
fn the_fit_is_the_minimum() -> statmech::Result<()> {
    let settings = example(0.05)?.tolerance(1e-10);
    let fit = settings.run()?;
    let theta = fit.parameters();
    assert!(fit.converged && largest(&settings.gradient(&theta)?) < 1e-9);
    assert_eq!((theta.len(), theta[5], theta[6]), (24, fit.biases[0], fit.weights[(1, 0)]));
    for seed in 0..20 {
        let beside = &theta + &(random(24, seed) * 0.01);
        assert!(settings.loss(&beside)? > fit.loss);
    }
    // No single class is special, so weights and biases of all classes cancel.
    assert!(largest(&fit.weights.sum_axis(Axis(0))) < 1e-7);
    Ok(())
}

#[test]
fn threads_change_nothing() -> statmech::Result<()> {
    let images = digits()?.take(600);
    let settings = SoftmaxRegression::new(&images.pixels(), images.labels())?.iterations(20);
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| settings.run())
    };
    assert_eq!(on(1)?, on(3)?);
    Ok(())
}

#[test]
fn extreme_inputs_end() -> statmech::Result<()> {
    for scale in [1e-100, 1e-3, 1e3, 3e99] {
        let inputs = array![[0.0], [scale], [2.0 * scale], [3.0 * scale]];
        let fit = SoftmaxRegression::new(&inputs, &array![0, 0, 1, 1])?.run()?;
        assert!(fit.loss.is_finite() && fit.loss <= 2_f64.ln() + 1e-9, "{scale}: {fit:?}");
        assert!(fit.probabilities(&inputs)?.iter().all(|p| (0.0..=1.0).contains(p)));
    }
    // Separable without a penalty: on the way to infinity.
    let line = array![[0.0], [1.0]];
    let fit = SoftmaxRegression::new(&line, &array![0, 1])?.l2(0.0).tolerance(0.0).run()?;
    assert!(fit.loss < 1e-6 && fit.loss >= 0.0, "{fit:?}");
    Ok(())
}

#[test]
fn a_deadline_leaves_a_valid_fit() -> statmech::Result<()> {
    let images = digits()?;
    let settings = SoftmaxRegression::new(&images.pixels(), images.labels())?.tolerance(0.0);
    let fit = settings.iterations(10_000_000).deadline(0.05).run()?;
    assert!(!fit.complete && !fit.converged && fit.loss <= 10_f64.ln());
    Ok(())
}

#[test]
fn bad_input_is_a_sentence() -> statmech::Result<()> {
    let inputs = array![[0.0, 1.0], [1.0, 0.0]];
    let new = |inputs: &Array2<f64>, labels: &[usize]| {
        SoftmaxRegression::new(inputs, &Array1::from(labels.to_vec()))
    };
    assert_says(new(&Array2::zeros((0, 2)), &[]), &["`inputs`", "0 × 2"]);
    assert_says(new(&Array2::zeros((2, 0)), &[0, 1]), &["`inputs`", "2 × 0"]);
    assert_says(new(&inputs, &[0]), &["labels", "(2,)", "(1,)"]);
    assert_says(new(&inputs, &[0, 0]), &["two classes"]);
    assert_says(new(&inputs, &[0, usize::MAX]), &["below 10000"]);
    assert_says(new(&array![[0.0], [f64::NAN]], &[0, 1]), &["`inputs`", "NaN"]);
    assert_says(new(&array![[0.0], [1e101]], &[0, 1]), &["`inputs`", "1e100"]);
    let settings = new(&inputs, &[0, 1])?;
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_says(settings.l2(bad).run(), &["`l2`", "at least 0"]);
        assert_says(settings.l2(bad).loss(&Array1::zeros(6)), &["`l2`"]);
        assert_says(settings.tolerance(bad).run(), &["`tolerance`", "at least 0"]);
        assert_says(settings.deadline(bad).run(), &["`deadline`"]);
    }
    assert_says(settings.iterations(0).run(), &["`iterations`", "at least 1"]);
    assert_says(settings.loss(&Array1::zeros(5)), &["parameters", "(6,)", "(5,)"]);
    assert_says(settings.gradient(&(Array1::zeros(6) + f64::NAN)), &["NaN"]);
    assert_says(settings.hessian_vector(&Array1::zeros(6), &Array1::zeros(7)), &["vector", "(7,)"]);
    let wide = SoftmaxRegression::new(&Array2::zeros((2, 2_600)), &array![0, 1])?;
    assert_says(wide.hessian(&Array1::zeros(5_202)), &["5202 rows", "hessian_vector"]);
    let fit = settings.run()?;
    assert_says(fit.classify(&array![[1.0]]), &["inputs", "2", "(1, 1)"]);
    assert_says(fit.probabilities(&array![[1.0, f64::NAN]]), &["NaN"]);
    assert_says(fit.accuracy(&Array2::zeros((0, 2)), &array![]), &["at least one"]);
    assert_says(fit.accuracy(&inputs, &array![0]), &["labels"]);
    Ok(())
}
