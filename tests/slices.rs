//! Directions, slices, paths and sharpness: against closed forms, other routes, and refusals.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::f64::consts::PI;

use statmech::ndarray::{ArrayView1, concatenate};
use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;

fn norm(v: ArrayView1<'_, f64>) -> f64 {
    v.dot(&v).sqrt()
}

fn largest(difference: impl IntoIterator<Item = f64>) -> f64 {
    difference.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// A network with filters, scales, biases and dense layers, and its loss.
fn image_network() -> (Network, Objective) {
    let network = Network::images(1, 8, 8)
        .conv(3, 3)
        .layer_norm()
        .nonlinearity()
        .average_pool(2)
        .dense(10)
        .relu();
    let data = Dataset::from_images(&digits().unwrap().take(30));
    let objective = network.loss(&data).unwrap();
    (network, objective)
}

fn ring() -> Objective {
    Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2)).unwrap()
}

fn quadratic(diagonal: &[f64]) -> Objective {
    let a = Array2::from_diag(&Array1::from(diagonal.to_vec()));
    Objective::quadratic(&a, &Array1::zeros(diagonal.len())).unwrap()
}

#[test]
fn each_filter_of_a_direction_is_as_long_as_that_of_the_weights() {
    let (network, objective) = image_network();
    let theta = network.initial(1).unwrap() + 0.1;
    let settings = objective.random_directions(2).filter_normalized(&theta).seed(2);
    for (biases, directions) in
        [(false, settings.run().unwrap()), (true, settings.biases(true).run().unwrap())]
    {
        for direction in directions.rows() {
            for block in objective.blocks() {
                let range = block.range();
                let own = direction.slice(s![range.clone()]);
                match block.role() {
                    ParameterRole::Weight => {
                        for filter in block.filters() {
                            let range = s![filter];
                            let error = norm(direction.slice(range)) - norm(theta.slice(range));
                            assert!(error.abs() < 1e-13);
                        }
                    }
                    _ if biases => {
                        let whole = norm(own) - norm(theta.slice(s![range]));
                        assert!(whole.abs() < 1e-13);
                    }
                    _ => assert!(own.iter().all(|x| *x == 0.0)),
                }
            }
        }
    }
    // Normalising once more changes nothing, and neither does the length of what is normalised.
    let once = settings.run().unwrap().row(0).to_owned();
    let again = objective.filter_normalized(&theta, &(7.0 * &once)).unwrap();
    assert!(largest(&again - &once) < 1e-14);
}

#[test]
fn layers_of_a_direction_are_as_long_as_those_of_the_weights() {
    let (network, objective) = image_network();
    let theta = network.initial(1).unwrap() + 0.1;
    let directions = objective.random_directions(1).layer_normalized(&theta).run().unwrap();
    let raw = objective.random_directions(1).run().unwrap();
    for block in objective.blocks().iter().filter(|block| block.role() == ParameterRole::Weight) {
        let range = block.range();
        let (a, b) = (directions.slice(s![0, range.clone()]), theta.slice(s![range.clone()]));
        assert!((norm(a) - norm(b)).abs() < 1e-13);
        // Within a block the direction is the random one.
        let c = raw.slice(s![0, range]);
        assert!((a.dot(&c) - norm(a) * norm(c)).abs() < 1e-10 * norm(c));
    }
}

#[test]
fn filter_normalised_slices_do_not_see_the_scale_of_filters() {
    let data = Dataset::from_images(&digits().unwrap().take(50));
    let network = Network::mlp([64, 12, 10]).relu();
    let objective = network.loss(&data).unwrap();
    let theta = network.initial(3).unwrap();
    let same = objective
        .scaled_blocks(
            &theta,
            [("layer.0.weight", 8.0), ("layer.0.bias", 8.0), ("layer.1.weight", 0.125)],
        )
        .unwrap();
    let slice = |theta: &Array1<f64>| {
        let directions =
            objective.random_directions(2).filter_normalized(theta).seed(4).run().unwrap();
        objective.plane(theta, &directions).over(linspace(-1.0, 1.0, 5)).run().unwrap().frame
    };
    let (a, b) = (slice(&theta).values("loss").unwrap(), slice(&same).values("loss").unwrap());
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-12 * a.abs()));
    // While the same directions without normalisation see something else.
    let plain = objective.random_directions(2).unit().run().unwrap();
    let loss = |theta| objective.plane(theta, &plain).run().unwrap().frame.values("loss").unwrap();
    assert!((loss(&theta)[0] - loss(&same)[0]).abs() > 1e-3);
}

#[test]
fn directions_have_nothing_to_do_with_initial_weights_of_the_same_seed() {
    let network = Network::mlp([64, 20, 10]);
    let objective = network.loss(&Dataset::from_images(&digits().unwrap().take(10))).unwrap();
    for seed in [0, 1, 7] {
        let theta = network.initial(seed).unwrap();
        let directions = objective.random_directions(3).seed(seed).run().unwrap();
        for direction in directions.rows() {
            for block in
                objective.blocks().iter().filter(|block| block.role() == ParameterRole::Weight)
            {
                let (a, b) = (theta.slice(s![block.range()]), direction.slice(s![block.range()]));
                let cosine = a.dot(&b) / (norm(a) * norm(b));
                // Normal with variance 1/n.
                assert!(cosine.abs() < 4.0 / (block.count() as f64).sqrt(), "{seed}: {cosine}");
            }
        }
    }
}

#[test]
fn random_directions_are_normal_and_pinned_by_their_seed() {
    let objective = Objective::saddle(1000, 900).unwrap();
    let d = objective.random_directions(50).seed(5).run().unwrap();
    let count = d.len() as f64;
    // Mean within 4σ of 0, variance within 4√(2/N) of 1, fourth moment within 4√(96/N) of 3.
    assert!(d.sum().abs() / count < 4.0 / count.sqrt());
    let variance = d.mapv(|x| x * x).sum() / count;
    assert!((variance - 1.0).abs() < 4.0 * (2.0 / count).sqrt());
    let fourth = d.mapv(|x| x.powi(4)).sum() / count;
    assert!((fourth - 3.0).abs() < 4.0 * (96.0 / count).sqrt());
    assert_eq!(d.row(0), objective.random_directions(1).seed(5).run().unwrap().row(0));
    assert_ne!(d.row(0), objective.random_directions(1).seed(6).run().unwrap().row(0));
    let orthonormal = objective.random_directions(20).orthonormal().run().unwrap();
    let error = orthonormal.dot(&orthonormal.t()) - Array2::<f64>::eye(20);
    assert!(largest(error) < 1e-13);
}

#[test]
fn hessian_gradient_and_coordinate_directions() {
    let objective = quadratic(&[5.0, 1.0, -3.0, 0.5]);
    let theta = array![1.0, 0.0, 1.0, 0.0];
    let directions = objective.hessian_directions(&theta).unwrap();
    assert!((directions[(0, 0)].abs() - 1.0).abs() < 1e-12);
    assert!((directions[(1, 2)].abs() - 1.0).abs() < 1e-12);
    let gradient = objective.gradient_direction(&theta).unwrap();
    assert!(largest(gradient - array![5.0, 0.0, -3.0, 0.0] / 34_f64.sqrt()) < 1e-15);
    assert_eq!(objective.coordinate_direction(3).unwrap(), array![0.0, 0.0, 0.0, 1.0]);
}

#[test]
fn slices_agree_with_the_loss_at_each_point_and_carry_several_sets() {
    let data = Dataset::from_images(&digits().unwrap().take(60));
    let network = Network::mlp([64, 8, 10]);
    let (train, test) =
        (network.loss(&data.take(40)).unwrap(), network.loss(&data.skip(40)).unwrap());
    let theta = network.initial(1).unwrap();
    let d = train.random_directions(2).run().unwrap();
    let slice = train
        .plane(&theta, &d)
        .over([-0.5, 0.0, 0.5])
        .beta([-0.2, 0.3])
        .beside("test", &test)
        .accuracy(true)
        .run()
        .unwrap();
    assert_eq!(slice.frame.height(), 12);
    assert!(slice.complete);
    for (set, objective) in [("training", &train), ("test", &test)] {
        let part = slice.of(set).unwrap();
        let column = |name: &str| part.frame.values(name).unwrap();
        for k in 0..6 {
            let (alpha, beta) = (column("alpha")[k], column("beta")[k]);
            let point = &theta + &(alpha * &d.row(0)) + &(beta * &d.row(1));
            let loss = objective.loss(&point).unwrap();
            assert!((column("loss")[k] - loss).abs() < 1e-12 * loss);
            assert!((column("log_loss")[k] - loss.log10()).abs() < 1e-12);
            assert_eq!(column("accuracy")[k], objective.accuracy(&point).unwrap());
        }
        assert_eq!(part.origin.values("loss").unwrap()[0], objective.loss(&theta).unwrap());
    }
    for figure in [
        slice.heatmap("loss").unwrap(),
        slice.contour("log_loss", 8).unwrap(),
        slice.surface("accuracy").unwrap(),
    ] {
        assert!(figure.svg().unwrap().contains("test"));
    }
    assert!(slice.curve("loss").is_err());
    let line = train.line(&theta, &d.row(0).to_owned()).beside("test", &test).run().unwrap();
    assert!(line.curve("loss").unwrap().svg().unwrap().contains("training"));
    assert!(line.heatmap("loss").is_err());
}

#[test]
fn a_slice_of_the_saddle_is_the_projected_form() {
    // At θ* = (0, …, 0, 1) the loss along αη + βδ is cubic in closed form.
    let n = 20;
    let saddle = Objective::saddle(n, 25).unwrap();
    let mut theta = Array1::zeros(2 * n + 1);
    theta[2 * n] = 1.0;
    let d = saddle.random_directions(2).seed(3).run().unwrap();
    let form = |a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>| {
        let product = &a * &b;
        product.slice(s![..25]).sum() - product.slice(s![25..2 * n]).sum()
    };
    let (eta, delta) = (d.row(0), d.row(1));
    let slice = saddle.plane(&theta, &d).over(linspace(-1.0, 1.0, 9)).run().unwrap();
    let (alphas, betas) =
        (slice.frame.values("alpha").unwrap(), slice.frame.values("beta").unwrap());
    for ((a, b), loss) in alphas.iter().zip(&betas).zip(slice.frame.values("loss").unwrap()) {
        let height = 1.0 + a * eta[2 * n] + b * delta[2 * n];
        let square =
            a * a * form(eta, eta) + 2.0 * a * b * form(eta, delta) + b * b * form(delta, delta);
        assert!((loss - 0.5 * height * square).abs() < 1e-11);
    }
}

#[test]
fn a_deadline_leaves_the_points_that_were_reached() {
    let slow = Objective::from_fn(1, |x| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        x[0]
    })
    .unwrap();
    let slice = slow
        .line(&array![0.0], &array![1.0])
        .over(linspace(0.0, 1.0, 1000))
        .deadline(0.3)
        .run()
        .unwrap();
    assert!(!slice.complete && slice.frame.height() > 0 && slice.frame.height() < 500);
    let (alpha, loss) = (slice.frame.values("alpha").unwrap(), slice.frame.values("loss").unwrap());
    assert_eq!(alpha, loss);
    assert_eq!(slice.frame.values("complete").unwrap()[0], 0.0);
    let line =
        slow.interpolate(&array![0.0], &array![1.0]).points(1000).deadline(0.3).run().unwrap();
    assert!(!line.complete && line.barrier.is_nan() && !line.monotone);
    let way = slow.connect(&array![0.0], &array![1.0]).deadline(0.5).run().unwrap();
    assert!(!way.complete);
    let sharpness = slow.sharpness(&array![0.0]).deadline(0.3).run().unwrap();
    assert!(!sharpness.complete && sharpness.frame.height() == 7);
}

#[test]
fn coordinates_of_projected_points_are_those_of_the_combination() {
    let d = Objective::saddle(5, 5).unwrap().random_directions(3).seed(1).run().unwrap();
    let origin = Array1::from_shape_fn(11, |i| (i as f64).sin());
    let plane = Subspace::new(&origin, &d.slice(s![..2, ..]).to_owned()).unwrap();
    // What is orthogonal to both directions is the residual.
    let mut out = d.row(2).to_owned();
    let basis =
        Subspace::through(&concatenate![Axis(0), Array2::zeros((1, 11)), d.slice(s![..2, ..])])
            .unwrap();
    for row in basis.directions.rows() {
        let along = out.dot(&row);
        out.scaled_add(-along, &row);
    }
    let points = [(0.5, -2.0, 0.0), (3.0, 1.0, 0.7)];
    let rows: Vec<f64> = points
        .iter()
        .flat_map(|(a, b, c)| (plane.point(&[*a, *b]).unwrap() + &(*c * &out)).to_vec())
        .collect();
    let seen = plane.project(&Array2::from_shape_vec((2, 11), rows).unwrap()).unwrap();
    for (k, (a, b, c)) in points.iter().enumerate() {
        assert!((seen.values("alpha").unwrap()[k] - a).abs() < 1e-12);
        assert!((seen.values("beta").unwrap()[k] - b).abs() < 1e-12);
        assert!((seen.values("residual").unwrap()[k] - c * norm(out.view())).abs() < 1e-12);
    }
}

#[test]
fn principal_components_are_those_of_the_large_matrix() {
    let objective = quadratic(&[1.0, 2.0, 0.1, 4.0, 0.5, 3.0]);
    let start = array![1.0, -1.0, 2.0, 0.5, 0.3, -0.8];
    let path = objective.descend(&start).rate(0.2).steps(30).run().unwrap().path;
    let principal = PrincipalPath::new(&path).unwrap();
    let centred = &path - &path.row(path.nrows() - 1);
    let large = centred.t().dot(&centred);
    let values = Operator::from_matrix(&large).unwrap().eigenvalues().unwrap();
    let total = values.sum();
    for k in 0..2 {
        assert!((principal.explained[k] - values[5 - k] / total).abs() < 1e-12);
        let v = principal.plane.directions.row(k).to_owned();
        assert!(largest(large.dot(&v) - values[5 - k] * &v) < 1e-10 * total);
    }
    let cumulative = principal.components.values("cumulative").unwrap();
    assert!((cumulative[cumulative.len() - 1] - 1.0).abs() < 1e-12);
    let variances = principal.components.values("variance").unwrap();
    assert!((variances.iter().sum::<f64>() * path.nrows() as f64 - total).abs() < 1e-10 * total);
    // The squared distances from the end, less the residuals', are what the plane explains.
    let residuals = principal.path.values("residual").unwrap();
    let out: f64 = residuals.iter().map(|x| x * x).sum();
    assert!((1.0 - out / total - principal.explained.sum()).abs() < 1e-10);
    assert!(principal.path.values("alpha").unwrap()[0] >= 0.0);
    assert!(largest(&principal.plane.origin - &path.row(path.nrows() - 1)) == 0.0);
}

#[test]
fn a_random_walk_explains_what_theory_says() {
    // Brownian motion seen from its end: eigenvalues of min(s, t) are 4/π²(2k − 1)², and their sum is ½.
    let (steps, n) = (300, 20_000);
    let mut generator = Seed::new(3).generator();
    let mut path = Array2::zeros((steps, n));
    let mut here = Array1::<f64>::zeros(n);
    for mut row in path.rows_mut() {
        here.iter_mut().for_each(|x| {
            let step: f64 = StandardNormal.sample(&mut generator);
            *x += step;
        });
        row.assign(&here);
    }
    let principal = PrincipalPath::new(&path).unwrap();
    for k in 0..2 {
        let share = 8.0 / (PI * (2 * k + 1) as f64).powi(2);
        assert!((principal.explained[k] - share).abs() < 0.01 * share);
    }
}

#[test]
fn barriers_of_a_double_well_in_closed_form() {
    // L = (x² − 1)² + x/4 between the points ∓1: above the line of the end losses by (x² − 1)².
    let well = Objective::exact(1, |x| (x[0] * x[0] - 1.0).powi(2) + 0.25 * x[0]).unwrap();
    let line = well.interpolate(&array![-1.0], &array![1.0]).run().unwrap();
    assert!((line.barrier - 1.0).abs() < 1e-12);
    assert!((line.summary.values("barrier_at").unwrap()[0] - 0.5).abs() < 1e-12);
    // The largest loss on 51 points, less the mean of −1/4 and 1/4.
    let top = linspace(-1.0, 1.0, 51)
        .iter()
        .map(|x| (x * x - 1.0_f64).powi(2) + 0.25 * x)
        .fold(f64::MIN, f64::max);
    assert!((line.instability - top).abs() < 1e-12 && !line.monotone);
    assert!(line.instability > 1.0);
    let down =
        quadratic(&[1.0, 2.0]).interpolate(&array![3.0, 1.0], &array![0.0, 0.0]).run().unwrap();
    assert!(down.monotone && down.barrier == 0.0 && down.instability > 0.0);
}

#[test]
fn curves_go_around_the_hill_that_the_line_crosses() {
    let (a, b) = (array![1.0, 0.0], array![-1.0, 0.0]);
    for (curve, reached) in
        [(CurveKind::Bezier, 0.06), (CurveKind::Chain(1), 0.3), (CurveKind::Chain(7), 0.01)]
    {
        let way = ring().connect(&a, &b).curve(curve).run().unwrap();
        assert!((way.barrier_before - 1.0).abs() < 1e-12);
        assert!(way.barrier_after < reached, "{curve:?} {}", way.barrier_after);
        assert_eq!(way.point(1.0).unwrap(), b);
        // The frame's losses are those at the curve's points.
        let rows = way.frame.height() / 2;
        let (t, loss) = (way.frame.values("t").unwrap(), way.frame.values("loss").unwrap());
        for k in [rows + 7, rows + 30] {
            let there = ring().loss(&way.point(t[k]).unwrap()).unwrap();
            assert!((there - loss[k]).abs() < 1e-12);
        }
        let mean = way.history.values("loss").unwrap();
        assert!(mean[mean.len() - 1] < 0.3 * mean[0], "{curve:?}");
    }
}

#[test]
fn a_bezier_curve_around_the_ring_is_the_best_of_its_family() {
    // By symmetry the bend is (0, c); the mean loss as a function of c has its minimum where a fine scan finds it.
    let way = ring().connect(&array![1.0, 0.0], &array![-1.0, 0.0]).nodes(200).run().unwrap();
    let mean = |c: f64| {
        let loss = |t: f64| {
            let (x, y) = (1.0 - 2.0 * t, 2.0 * t * (1.0 - t) * c);
            (x * x + y * y - 1.0).powi(2)
        };
        (0..2000).map(|k| loss((f64::from(k) + 0.5) / 2000.0)).sum::<f64>() / 2000.0
    };
    let best = linspace(1.5, 3.0, 3001).into_iter().min_by(|a, b| mean(*a).total_cmp(&mean(*b)));
    assert!(way.bends[(0, 0)].abs() < 1e-4);
    assert!((way.bends[(0, 1)].abs() - best.unwrap()).abs() < 2e-3);
}

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
fn the_loss_falls_along_the_most_negative_direction() {
    let network = Network::mlp([64, 8, 10]);
    let objective = network.loss(&Dataset::from_images(&digits().unwrap().take(100))).unwrap();
    // Near a critical point of high symmetry: all units alike.
    let mut theta = Array1::<f64>::zeros(objective.dimension());
    theta.iter_mut().enumerate().for_each(|(i, x)| *x = 1e-3 * (i as f64).sin());
    let directions = objective.hessian_directions(&theta).unwrap();
    let slice = objective.line(&theta, &directions.row(1).to_owned()).run().unwrap();
    let (alpha, loss) = (slice.frame.values("alpha").unwrap(), slice.frame.values("loss").unwrap());
    let origin = slice.origin.values("loss").unwrap()[0];
    assert_eq!(alpha[50], 0.0);
    assert_eq!(loss[50], origin);
    assert!(loss.iter().fold(f64::MAX, |least, x| least.min(*x)) < origin - 1e-4);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let network = Network::mlp([64, 8, 10]);
    let objective = network.loss(&Dataset::from_images(&digits().unwrap().take(300))).unwrap();
    let theta = network.initial(1).unwrap();
    let compute = || {
        let d = objective.random_directions(2).filter_normalized(&theta).run().unwrap();
        let slice = objective.plane(&theta, &d).over(linspace(-1.0, 1.0, 7)).run().unwrap();
        let way = objective.connect(&theta, &network.initial(2).unwrap()).steps(5).run().unwrap();
        (slice.frame.values("loss").unwrap(), way.bends)
    };
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let three = statmech::rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(one.install(compute), three.install(compute));
}

#[test]
fn bad_input_is_refused_in_a_sentence() {
    let bowl = quadratic(&[1.0, 2.0]);
    let (theta, x) = (array![0.0, 0.0], array![1.0, 0.0]);
    let sentence = |error: statmech::Error| {
        let text = error.to_string();
        assert!(text.ends_with('.') && text.len() > 30, "{text}");
    };
    let nan = Objective::from_fn(2, |x| if x[0] == 0.0 { f64::NAN } else { x[1] }).unwrap();
    for direction in [array![1.0], array![0.0, 0.0], array![f64::NAN, 0.0], array![f64::MAX, 1.0]] {
        sentence(bowl.line(&theta, &direction).over([-10.0, 10.0]).run().unwrap_err());
        sentence(bowl.filter_normalized(&x, &array![1.0]).unwrap_err());
    }
    sentence(nan.line(&theta, &x).run().unwrap_err());
    sentence(bowl.line(&array![0.0], &x).run().unwrap_err());
    sentence(bowl.line(&theta, &x).over([]).run().unwrap_err());
    sentence(bowl.line(&theta, &x).over([1.0, 1.0]).run().unwrap_err());
    sentence(bowl.line(&theta, &x).over([0.0, -0.0]).run().unwrap_err());
    sentence(bowl.line(&theta, &x).over([f64::INFINITY]).run().unwrap_err());
    sentence(bowl.line(&theta, &x).beta([0.0]).run().unwrap_err());
    sentence(bowl.line(&theta, &x).accuracy(true).run().unwrap_err());
    sentence(bowl.line(&theta, &x).beside("training", &bowl).run().unwrap_err());
    sentence(bowl.line(&theta, &x).beside("b", &quadratic(&[1.0])).run().unwrap_err());
    sentence(bowl.line(&theta, &x).deadline(f64::NAN).run().unwrap_err());
    sentence(bowl.plane(&theta, &array![[1.0, 0.0]]).run().unwrap_err());
    let plane = bowl.plane(&theta, &array![[1.0, 0.0], [0.0, 1.0]]);
    sentence(plane.over(linspace(0.0, 1.0, 3000)).run().unwrap_err());
    assert!(plane.over([0.0, 1.0]).run().unwrap().of("nothing").is_err());

    sentence(bowl.random_directions(0).run().unwrap_err());
    sentence(bowl.random_directions(3).orthonormal().run().unwrap_err());
    sentence(bowl.random_directions(usize::MAX).run().unwrap_err());
    sentence(bowl.random_directions(1).filter_normalized(&theta).run().unwrap_err());
    sentence(bowl.random_directions(1).layer_normalized(&array![1.0]).run().unwrap_err());
    sentence(bowl.gradient_direction(&theta).unwrap_err());
    sentence(bowl.coordinate_direction(2).unwrap_err());
    sentence(bowl.hessian_directions(&array![1.0]).unwrap_err());
    sentence(quadratic(&[1.0]).hessian_directions(&array![1.0]).unwrap_err());
    sentence(bowl.scaled_blocks(&x, [("layer", 1.0)]).unwrap_err());
    sentence(bowl.scaled_blocks(&x, [("theta", f64::NAN)]).unwrap_err());

    sentence(Subspace::through(&array![[1.0, 2.0]]).unwrap_err());
    sentence(Subspace::through(&array![[1.0, 2.0], [1.0, 2.0]]).unwrap_err());
    sentence(Subspace::through(&array![[0.0, 0.0], [1.0, 1.0], [3.0, 3.0]]).unwrap_err());
    sentence(Subspace::new(&theta, &array![[0.0, 0.0]]).unwrap_err());
    let line = Subspace::new(&theta, &array![[1.0, 0.0]]).unwrap();
    sentence(line.project(&array![[1.0]]).unwrap_err());
    sentence(line.project(&array![[1.0, f64::NAN]]).unwrap_err());
    sentence(line.point(&[1.0, 2.0]).unwrap_err());
    sentence(PrincipalPath::new(&array![[1.0, 2.0], [0.0, 1.0]]).unwrap_err());
    sentence(PrincipalPath::new(&Array2::zeros((5, 3))).unwrap_err());
    sentence(PrincipalPath::new(&Array2::from_elem((5, 3), f64::NAN)).unwrap_err());

    sentence(bowl.interpolate(&theta, &array![1.0]).run().unwrap_err());
    sentence(bowl.interpolate(&theta, &x).points(1).run().unwrap_err());
    sentence(bowl.connect(&theta, &theta).run().unwrap_err());
    sentence(bowl.connect(&theta, &x).curve(CurveKind::Chain(0)).run().unwrap_err());
    sentence(bowl.connect(&theta, &x).curve(CurveKind::Chain(usize::MAX)).run().unwrap_err());
    sentence(bowl.connect(&theta, &x).nodes(0).run().unwrap_err());
    sentence(bowl.connect(&theta, &x).noise(f64::NAN).run().unwrap_err());
    sentence(bowl.connect(&theta, &x).steps(0).run().unwrap_err());
    let way = bowl.connect(&theta, &x).run().unwrap();
    sentence(way.point(1.5).unwrap_err());

    sentence(bowl.sharpness(&x).radius(0.0).run().unwrap_err());
    sentence(bowl.sharpness(&x).box_width(f64::NAN).run().unwrap_err());
    sentence(bowl.sharpness(&x).prior(-1.0).run().unwrap_err());
    sentence(bowl.sharpness(&x).measures([]).run().unwrap_err());
    sentence(bowl.sharpness(&array![1.0]).run().unwrap_err());
    sentence(bowl.sharpness(&x).probes(1).run().unwrap_err());
}

#[test]
fn at_zero_weights_filters_have_no_curvature() {
    let found = quadratic(&[2.0, 1.0]).sharpness(&array![0.0, 0.0]).run().unwrap();
    assert_eq!(found.value(SharpnessMeasure::FilterCurvature).unwrap(), 0.0);
    assert!(found.complete);
}

#[test]
fn what_would_not_fit_into_memory_is_refused_before_the_work() {
    let bowl = Objective::exact(1, |x| x[0] * x[0]).unwrap();
    let (from, to) = (array![-1.0], array![1.0]);
    let line = bowl.line(&from, &to).over((0..i32::MAX).map(f64::from));
    assert!(line.run().unwrap_err().to_string().contains("coarser grid"));
    let chain = bowl.connect(&from, &to).curve(CurveKind::Chain(1 << 28));
    assert!(chain.run().unwrap_err().to_string().contains("fewer bends"));
}

/// Without its last point a path has no line between its ends, and without its first no row.
#[test]
fn a_deadline_leaves_out_the_line_between_the_ends() {
    let slow = |x: &[f64]| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        x[0]
    };
    let way = Objective::from_fn(1, slow).unwrap().interpolate(&array![0.0], &array![1.0]);
    let cut = way.points(1000).deadline(0.1).run().unwrap();
    assert!(!cut.complete && cut.frame.height() > 0);
    assert_eq!(cut.frame.column("linear").unwrap().null_count(), cut.frame.height());
    let none = way.deadline(1e-12).run().unwrap();
    assert!(!none.complete && none.frame.height() == 0 && none.barrier.is_nan());
}

#[test]
fn a_path_ends_where_the_loss_is_finite() {
    let wall = |x: &[f64]| if x[0] > 0.5 { f64::INFINITY } else { x[0] };
    let wall = Objective::from_fn(1, wall).unwrap();
    for refused in [
        wall.interpolate(&array![0.0], &array![1.0]).run().err(),
        wall.connect(&array![1.0], &array![0.0]).run().err(),
    ] {
        assert!(refused.unwrap().to_string().contains("where the loss is finite"));
    }
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

/// On a flat loss the bend stays where it was drawn, off the middle by the given part of the distance.
#[test]
fn a_bend_begins_a_part_of_the_distance_off_the_middle() {
    let flat = Objective::exact(400, |_| Var::constant(1.0)).unwrap();
    let (from, to) = (Array1::zeros(400), Array1::ones(400));
    let bent = flat.connect(&from, &to).noise(0.1).run().unwrap();
    let off = bent.bends.row(0).iter().map(|x| (x - 0.5).powi(2)).sum::<f64>().sqrt();
    assert!((off / (0.1 * 20.0) - 1.0).abs() < 0.2, "{off}");
}

#[test]
fn unit_directions_have_length_one_and_a_ball_around_a_peak_no_rise() {
    let hill = Objective::exact(1, |x| x[0] - 100.0 * x[0] * x[0]).unwrap();
    let ball = hill.sharpness(&array![0.0]).measures([SharpnessMeasure::Ball]).run().unwrap();
    assert_eq!(ball.value(SharpnessMeasure::Ball).unwrap(), 0.0);
    let bowl = Objective::exact(9, |x| x.iter().map(|x| x * x).sum::<Var>()).unwrap();
    for row in bowl.random_directions(4).unit().run().unwrap().rows() {
        assert!((row.dot(&row) - 1.0).abs() < 1e-12);
    }
}

/// The components of a path are turned such that it begins at positive coordinates.
#[test]
fn a_path_begins_at_positive_coordinates() {
    let bowl = Objective::exact(9, |x| x.iter().map(|x| x * x).sum::<Var>()).unwrap();
    for seed in 0..8 {
        let path = bowl.random_directions(6).seed(seed).run().unwrap();
        let seen = PrincipalPath::new(&path).unwrap().plane.directions;
        let start = &path.row(0) - &path.row(5);
        assert!(seen.rows().into_iter().all(|row| row.dot(&start) > 0.0));
    }
}

/// A loss that falls to −1 and comes back to −0.75 has risen by 0.25, though never above its start.
#[test]
fn a_rise_counts_from_the_lowest_loss_before() {
    let dip = Objective::exact(1, |x| (x[0] - 2.0) * x[0]).unwrap();
    let way = dip.interpolate(&array![0.0], &array![1.5]).points(301).run().unwrap();
    assert!((way.summary.values("rise").unwrap()[0] - 0.25).abs() < 1e-12 && !way.monotone);
}

#[test]
fn a_curve_of_one_node_is_judged_at_its_middle() {
    let way = ring().connect(&array![1.0, 0.0], &array![-1.0, 0.0]).nodes(1).run().unwrap();
    let middle = ring().loss(&way.point(0.5).unwrap()).unwrap();
    assert!(middle < 1e-6, "{middle}");
}
