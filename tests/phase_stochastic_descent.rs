//! Stochastic descent at a minimum against its prediction.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::prelude::*;

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
    assert_says(settings.steps(1 << 50).run(), &["`deadline`"]);
    // The Hessian of a large network is given up in time.
    let network = Network::mlp([64, 30, 10]);
    let large = network.loss(&Dataset::from_images(&digits().unwrap())).unwrap();
    let start = std::time::Instant::now();
    let cut = large.stochastic_descent(&network.initial(1).unwrap()).walkers(2).deadline(0.1);
    assert_says(cut.run(), &["`deadline`", "Hessian"]);
    assert!(start.elapsed().as_secs_f64() < 10.0);
    let bowl = Objective::quadratic(&array![[1.0]], &array![0.0]).unwrap();
    assert_says(bowl.stochastic_descent(&array![0.0]).run(), &["no average"]);
    let sgd = settings.steps(10).run().unwrap();
    assert_says(sgd.quantity("speed"), &["excess_loss"]);
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let run = || settings.steps(50).run().unwrap().covariance;
    assert_eq!(run(), one.install(run));
}
