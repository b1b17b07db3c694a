//! Directions, slices, paths and sharpness: against closed forms, other routes, and refusals.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/landscapes.rs"]
mod landscapes;
use landscapes::{largest, norm, quadratic};

use statmech::ndarray::{ArrayView1, concatenate};
use statmech::prelude::*;

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
    // Two directions along one line span no plane.
    for beside in [array![-2.0, 0.0], array![1.0, 1e-12]] {
        sentence(bowl.slice_check(&theta, &x, &beside).run().unwrap_err());
        sentence(
            bowl.plane(&theta, &statmech::ndarray::stack![Axis(0), x, beside]).run().unwrap_err(),
        );
    }
    assert!(bowl.slice_check(&theta, &x, &array![1.0, 1e-6]).run().is_ok());
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
fn what_would_not_fit_into_memory_is_refused_before_the_work() {
    let bowl = Objective::exact(1, |x| x[0] * x[0]).unwrap();
    let (from, to) = (array![-1.0], array![1.0]);
    let line = bowl.line(&from, &to).over((0..i32::MAX).map(f64::from));
    assert!(line.run().unwrap_err().to_string().contains("coarser grid"));
    let chain = bowl.connect(&from, &to).curve(CurveKind::Chain(1 << 28));
    assert!(chain.run().unwrap_err().to_string().contains("fewer bends"));
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
