//! Measures of sharpness: closed forms of quadratics, and what rescaling does to them.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/landscapes.rs"]
mod landscapes;
use landscapes::{norm, quadratic};

use statmech::prelude::*;

#[test]
fn sharpness_of_quadratics_in_closed_form() {
    let curvatures = [6.0, 3.0, 1.0, 0.5];
    let bowl = quadratic(&curvatures);
    let sharpness = bowl.sharpness(&Array1::zeros(4)).measures(
        SharpnessMeasure::ALL.into_iter().filter(|m| *m != SharpnessMeasure::FilterCurvature),
    );
    let found = sharpness.radius(0.2).box_width(0.01).prior(2.0).steps(60).run().unwrap();
    let value = |measure| found.value(measure).unwrap();
    assert!((value(SharpnessMeasure::LargestEigenvalue) - 6.0).abs() < 1e-10);
    assert!((value(SharpnessMeasure::Trace) - 10.5).abs() < 1e-12); // exact on a diagonal
    assert_eq!(value(SharpnessMeasure::Sam), 0.0);
    assert!((value(SharpnessMeasure::Ball) - 0.5 * 6.0 * 0.04).abs() < 1e-12);
    // All corners of the box |z_i| ≤ 0.01 have ½ Σ h z², and L = 0.
    assert!((value(SharpnessMeasure::Box) - 100.0 * 0.5 * 10.5 * 1e-4).abs() < 1e-12);
    let volume: f64 = curvatures.iter().map(|h| (1.0 + h / 2.0_f64).ln()).sum();
    let row = found.frame.lookup("prior", 2.0, "value").unwrap();
    assert_eq!(row, value(SharpnessMeasure::LargestEigenvalue));
    let error = found.frame.values("value_err").unwrap()[5];
    assert!((value(SharpnessMeasure::LogDeterminant) - volume).abs() < 4.0 * error + 1e-12);

    // Away from the minimum: one step rises by ρ|g| + ½ ρ² gᵀHg/g².
    let theta = array![1.0, -1.0, 0.5, 2.0];
    let g = bowl.gradient(&theta).unwrap();
    let bend: f64 = g.iter().zip(curvatures).map(|(g, h)| h * g * g).sum();
    let rise = 0.1 * norm(g.view()) + 0.005 * bend / g.dot(&g);
    let measures =
        [SharpnessMeasure::Sam, SharpnessMeasure::Ball, SharpnessMeasure::FilterCurvature];
    let found = bowl.sharpness(&theta).measures(measures).radius(0.1).steps(100).run().unwrap();
    assert!((found.value(SharpnessMeasure::Sam).unwrap() - rise).abs() < 1e-12);
    // The exact maximum over the ball is found by Lagrange's multiplier: (H − μ)ε = −g, |ε| = ρ, μ > λ_max.
    let step = |mu: f64| -> f64 {
        g.iter().zip(curvatures).map(|(g, h)| (g / (mu - h)).powi(2)).sum::<f64>().sqrt()
    };
    let (mut low, mut high) = (6.0 + 1e-9, 1e6);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if step(middle) > 0.1 { low = middle } else { high = middle }
    }
    let most: f64 = g
        .iter()
        .zip(curvatures)
        .map(|(g, h)| {
            let e = g / (low - h);
            g * e + 0.5 * h * e * e
        })
        .sum();
    assert!((found.value(SharpnessMeasure::Ball).unwrap() - most).abs() < 1e-9);
    // One block of four parameters is one filter: d is uniform on the sphere of radius |θ|.
    let mean = theta.dot(&theta) * 10.5 / 4.0;
    let error = found.frame.values("value_err").unwrap()[2];
    let curvature = found.value(SharpnessMeasure::FilterCurvature).unwrap();
    assert!((curvature - mean).abs() < 4.0 * error);
}

#[test]
fn rescaled_rectified_layers_are_sharper_by_all_but_the_filter_measure() {
    let data = Dataset::from_images(&digits().unwrap().take(100));
    let network = Network::mlp([64, 10, 10]).relu();
    let objective = network.loss(&data).unwrap();
    let theta = network.initial(2).unwrap() + 0.01;
    let scaled = |c: f64| {
        let factors = [("layer.0.weight", c), ("layer.0.bias", c), ("layer.1.weight", 1.0 / c)];
        objective.scaled_blocks(&theta, factors).unwrap()
    };
    let same = scaled(8.0);
    assert!((objective.loss(&same).unwrap() - objective.loss(&theta).unwrap()).abs() < 1e-13);
    let (before, after) =
        (objective.sharpness(&theta).run().unwrap(), objective.sharpness(&same).run().unwrap());
    let value = |table: &Sharpness, measure| table.value(measure).unwrap();
    let eigenvalue = SharpnessMeasure::LargestEigenvalue;
    assert!(value(&after, eigenvalue) > 3.0 * value(&before, eigenvalue));
    let filter = SharpnessMeasure::FilterCurvature;
    let change = value(&after, filter) / value(&before, filter) - 1.0;
    assert!(change.abs() < 1e-10, "{change}");
}

#[test]
fn the_filter_measure_changes_if_one_filter_alone_is_rescaled() {
    let x = Array2::from_shape_fn((12, 3), |(i, j)| (0.9 * (3 * i + j) as f64).sin() * 1.5);
    let labels = Array1::from_shape_fn(12, |i| (i * 5 + i / 3) % 2);
    let network = Network::mlp([3, 5, 2]).relu();
    let objective = network.loss(&Dataset::classes(&x, &labels).unwrap()).unwrap();
    let theta = Array1::from_shape_fn(32, |i| 1.2 * (1.0 + i as f64).sin());
    // The first hidden unit four times as steep, and a quarter of its outgoing weights.
    let mut same = theta.clone();
    for (i, factor) in [(0, 4.0), (1, 4.0), (2, 4.0), (15, 4.0), (20, 0.25), (25, 0.25)] {
        same[i] *= factor;
    }
    assert!((objective.loss(&same).unwrap() - objective.loss(&theta).unwrap()).abs() < 1e-13);
    // Σ_f |θ_f|² tr H_ff / n_f over seven filters; JAX has the Hessian's blocks as well.
    for (theta, jax) in [(theta, 3.14949746728449), (same, 7.703846820825703)] {
        let hessian = objective.hessian(&theta).unwrap();
        let exact: f64 = objective
            .blocks()
            .iter()
            .filter(|block| block.role() == ParameterRole::Weight)
            .flat_map(ParameterBlock::filters)
            .map(|filter| {
                let trace: f64 = filter.clone().map(|i| hessian[(i, i)]).sum();
                let weights = theta.slice(s![filter.clone()]);
                weights.iter().map(|w| w * w).sum::<f64>() * trace / filter.len() as f64
            })
            .sum();
        assert!((exact - jax).abs() < 1e-12, "{exact}");
        let sharpness = objective.sharpness(&theta).probes(2000);
        let found = sharpness.measures([SharpnessMeasure::FilterCurvature]).run().unwrap().frame;
        let (value, error) =
            (found.values("value").unwrap()[0], found.values("value_err").unwrap()[0]);
        assert!((value - exact).abs() < 4.0 * error && error < 0.1 * exact, "{value} ± {error}");
    }
}

#[test]
fn the_box_is_that_of_the_paper() {
    // L = g·θ with θ ≠ 0: the corner gives Σ |g_i| ε (|θ_i| + 1).
    let slope = Objective::exact(2, |x| 3.0 * x[0] - 2.0 * x[1]).unwrap();
    let found =
        slope.sharpness(&array![4.0, -1.0]).measures([SharpnessMeasure::Box]).run().unwrap();
    let expected = 100.0 * 1e-3 * (3.0 * 5.0 + 2.0 * 2.0) / (1.0 + 14.0);
    assert!((found.value(SharpnessMeasure::Box).unwrap() - expected).abs() < 1e-12);
    assert_eq!(found.frame.values("gradients").unwrap()[0], 21.0);
}

#[test]
fn standard_errors_of_the_filter_curvature_cover() {
    let bowl = quadratic(&[5.0, 1.0, 0.3, 2.0, 0.7, 4.0]);
    let theta = array![1.0, 1.0, -1.0, 0.5, 2.0, 0.1];
    let exact = theta.dot(&theta) * 13.0 / 6.0;
    let mut covered = 0;
    for seed in 0..400 {
        let found = bowl
            .sharpness(&theta)
            .measures([SharpnessMeasure::FilterCurvature])
            .probes(40)
            .seed(seed)
            .run()
            .unwrap();
        let error = found.frame.values("value_err").unwrap()[0];
        let value = found.value(SharpnessMeasure::FilterCurvature).unwrap();
        covered += i32::from((value - exact).abs() < error);
    }
    assert!((252..=292).contains(&covered), "{covered}");
}

#[test]
fn at_zero_weights_filters_have_no_curvature() {
    let found = quadratic(&[2.0, 1.0]).sharpness(&array![0.0, 0.0]).run().unwrap();
    assert_eq!(found.value(SharpnessMeasure::FilterCurvature).unwrap(), 0.0);
    assert!(found.complete);
}

/// On a bowl the first step reaches the highest point of the ball, after which nothing rises.
#[test]
fn the_error_of_a_rise_is_that_of_its_last_step() {
    let bowl = Objective::exact(1, |x| x[0] * x[0]).unwrap();
    let sharpness = bowl.sharpness(&array![0.5]).radius(0.1).measures([SharpnessMeasure::Ball]);
    let frame = sharpness.run().unwrap().frame;
    assert!((frame.values("value").unwrap()[0] - 0.11).abs() < 1e-12);
    assert_eq!(frame.values("value_err").unwrap()[0], 0.0);
}
