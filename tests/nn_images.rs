//! Networks of images: filters, pools, normalisations and residual blocks against the same layers written out.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/networks.rs"]
mod networks;
use networks::{ACTIVATIONS, example_loss, largest, random, unit, vector};

use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

/// An image network's outputs for one example, written out pixel by pixel.
struct Pixels {
    values: Vec<Var>,
    sides: (usize, usize, usize),
}

impl Pixels {
    fn conv(&self, w: &[Var], b: &[Var], side: usize, stride: usize) -> Self {
        let (channels, height, width) = self.sides;
        let border = (side / 2) as isize;
        let (h, l) = (height.div_ceil(stride), width.div_ceil(stride));
        let mut values = Vec::new();
        for k in 0..b.len() {
            for (y, x) in (0..h).flat_map(|y| (0..l).map(move |x| (y, x))) {
                let mut sum = b[k];
                for c in 0..channels {
                    for (dy, dx) in (0..side).flat_map(|dy| (0..side).map(move |dx| (dy, dx))) {
                        let py = (y * stride + dy) as isize - border;
                        let px = (x * stride + dx) as isize - border;
                        if py >= 0 && px >= 0 && (py as usize) < height && (px as usize) < width {
                            let pixel = (c * height + py as usize) * width + px as usize;
                            sum += w[((k * channels + c) * side + dy) * side + dx]
                                * self.values[pixel];
                        }
                    }
                }
                values.push(sum);
            }
        }
        Self { values, sides: (b.len(), h, l) }
    }

    fn unit(&self, activation: Activation) -> Self {
        let values = self.values.iter().map(|z| unit(activation, *z)).collect();
        Self { values, sides: self.sides }
    }

    fn plus(&self, other: &Self) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(a, b)| a + b).collect();
        Self { values, sides: self.sides }
    }

    fn pool(&self, side: usize) -> Self {
        let (channels, height, width) = self.sides;
        let (h, l) = (height / side, width / side);
        let mut values = Vec::new();
        for (c, y, x) in
            (0..channels).flat_map(|c| (0..h).flat_map(move |y| (0..l).map(move |x| (c, y, x))))
        {
            let pixels = (0..side * side).map(|k| {
                self.values[(c * height + y * side + k / side) * width + x * side + k % side]
            });
            values.push(pixels.sum::<Var>() / (side * side) as f64);
        }
        Self { values, sides: (channels, h, l) }
    }

    fn norm(&self, scale: &[Var], shift: &[Var]) -> Self {
        let n = self.values.len() as f64;
        let mean = self.values.iter().sum::<Var>() / n;
        let variance = self.values.iter().map(|x| (*x - mean).powi(2)).sum::<Var>() / n;
        let s = (variance + 1e-5).sqrt().recip();
        let area = self.sides.1 * self.sides.2;
        let one = |(i, x): (usize, &Var)| (*x - mean) * s * scale[i / area] + shift[i / area];
        Self { values: self.values.iter().enumerate().map(one).collect(), sides: self.sides }
    }
}

/// Splits off the parameters of the next block.
fn next<'a>(theta: &mut &'a [Var], count: usize) -> &'a [Var] {
    let (head, tail) = theta.split_at(count);
    *theta = tail;
    head
}

fn image_outputs(mut theta: &[Var], x: &[f64], activation: Activation, skip: bool) -> Vec<Var> {
    let t = &mut theta;
    let values = x.iter().map(|x| Var::constant(*x)).collect();
    let image = Pixels { values, sides: (2, 5, 4) };
    let a = image.conv(next(t, 2 * 2 * 9), next(t, 2), 3, 1).unit(activation);
    // A block that keeps the shape, then one that halves it.
    let b = a.conv(next(t, 2 * 2 * 9), next(t, 2), 3, 1);
    let b = b.norm(next(t, 2), next(t, 2)).unit(activation);
    let c = if skip { a.plus(&b) } else { b };
    let d = c.conv(next(t, 3 * 2 * 9), next(t, 3), 3, 2).unit(activation);
    let e = if skip {
        let past = c.conv(next(t, 3 * 2), &[Var::constant(0.0); 3], 1, 2);
        d.plus(&past)
    } else {
        d
    };
    let f = e.pool(2);
    let flat = Pixels { sides: (f.values.len(), 1, 1), values: f.values };
    let m = flat.values.len();
    let (w, b) = (next(t, 2 * m), next(t, 2));
    assert!(t.is_empty());
    (0..2).map(|j| (0..m).map(|i| w[j * m + i] * flat.values[i]).sum::<Var>() + b[j]).collect()
}

#[test]
fn derivatives_of_filters_pools_norms_and_residuals_are_those_written_out() {
    for (activation, skip) in ACTIVATIONS.into_iter().flat_map(|a| [(a, true), (a, false)]) {
        let network = Network::images(2, 5, 4)
            .activation(activation)
            .conv(2, 3)
            .nonlinearity()
            .residual(skip, |body| body.conv(2, 3).layer_norm().nonlinearity())
            .residual(skip, |body| body.strided_conv(3, 3, 2).nonlinearity())
            .average_pool(2)
            .dense(2);
        let x = random((3, 40), 1);
        let labels = array![1, 0, 1];
        let objective = network.loss(&Dataset::classes(&x, &labels).unwrap()).unwrap();
        let n = objective.dimension();
        let reference = Objective::exact(n, move |theta| {
            let losses = x.rows().into_iter().zip(&labels).map(|(x, label)| {
                let y = image_outputs(theta, &x.to_vec(), activation, skip);
                let target = [f64::from(u8::from(*label == 0)), f64::from(u8::from(*label == 1))];
                example_loss(&y, &target, true)
            });
            losses.sum::<Var>() / 3.0
        })
        .unwrap();
        let theta = vector(n, 3);
        let what = format!("{activation}, skip {skip}");
        let (a, b) = (objective.loss(&theta).unwrap(), reference.loss(&theta).unwrap());
        assert!((a - b).abs() < 1e-14, "{what}");
        let (a, b) = (objective.gradient(&theta).unwrap(), reference.gradient(&theta).unwrap());
        assert!(largest(&(&a - &b)) < 1e-13, "{what}: {:e}", largest(&(&a - &b)));
        let h = objective.hessian_vectors(&theta, &Array2::eye(n)).unwrap();
        let exact = reference.hessian(&theta).unwrap();
        let size = largest(&exact).max(1.0);
        assert!(largest(&(&h - &exact)) < 1e-13 * size, "{what}: {:e}", largest(&(&h - &exact)));
        assert!(largest(&(&h - &h.t())) < 1e-13 * size, "{what}");
        let v = vector(n, 5);
        let several = objective.gauss_newton_vector(&theta, &v).unwrap();
        assert!(v.dot(&several) >= 0.0, "{what}");
    }
}

#[test]
fn image_networks_do_not_depend_on_batches_or_threads() {
    let data = Dataset::from_images(&digits().unwrap().take(65));
    let network = Network::images(1, 8, 8)
        .relu()
        .residual(true, |body| body.conv(4, 3).layer_norm().nonlinearity().conv(1, 3))
        .layer_norm()
        .conv(6, 3)
        .softplus()
        .nonlinearity()
        .global_average()
        .dense(10);
    let theta = network.initial(2).unwrap();
    let v = vector(theta.len(), 3);
    let results = |network: &Network| {
        let objective = network.loss(&data).unwrap();
        let (loss, gradient) = objective.loss_and_gradient(&theta).unwrap();
        (loss, gradient, objective.hessian_vector(&theta, &v).unwrap())
    };
    let whole = results(&network);
    for batch in [1, 22, 64] {
        let split = results(&network.batch(batch));
        assert!((whole.0 - split.0).abs() < 1e-14);
        assert!(largest(&(&whole.1 - &split.1)) < 1e-13);
        assert!(largest(&(&whole.2 - &split.2)) < 1e-12);
    }
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| results(&network))
    };
    assert_eq!(on(1), on(3));
}

/// Outputs of conv(2, 1), batch normalisation, tanh and a dense layer on images of 1 × 2 pixels, all examples at once.
fn batch_normalized(theta: &[Var], x: &Array2<f64>) -> Vec<Vec<Var>> {
    let (w, b, scale, shift) = (&theta[..2], &theta[2..4], &theta[4..6], &theta[6..8]);
    let (weights, biases) = (&theta[8..16], &theta[16..18]);
    let z: Vec<Vec<Var>> = (0..2).map(|k| x.iter().map(|x| w[k] * *x + b[k]).collect()).collect();
    let n = x.len() as f64;
    let a: Vec<Vec<Var>> = z
        .iter()
        .enumerate()
        .map(|(k, z)| {
            let mean = z.iter().copied().sum::<Var>() / n;
            let squares: Var = z.iter().map(|z| (*z - mean).powi(2)).sum();
            let s = (squares / n + 1e-5).sqrt();
            z.iter().map(|z| (scale[k] * (*z - mean) / s + shift[k]).tanh()).collect()
        })
        .collect();
    let example = |i: usize| {
        let input = [a[0][2 * i], a[0][2 * i + 1], a[1][2 * i], a[1][2 * i + 1]];
        let output = |j: usize| {
            let terms = weights[4 * j..4 * j + 4].iter().zip(&input).map(|(w, a)| w * a);
            terms.sum::<Var>() + biases[j]
        };
        vec![output(0), output(1)]
    };
    (0..x.nrows()).map(example).collect()
}

#[test]
fn derivatives_of_batch_normalisation_are_those_written_out() {
    let network =
        Network::images(1, 1, 2).conv(2, 1).batch_norm().nonlinearity().dense(2).mse().tanh();
    let (x, y) = (random((5, 2), 1), random((5, 2), 2));
    let objective = network.loss(&Dataset::regression(&x, &y).unwrap()).unwrap();
    let n = objective.dimension();
    assert_eq!(n, 18);
    let reference = Objective::exact(n, move |theta| {
        let outputs = batch_normalized(theta, &x);
        let pairs = outputs.iter().zip(y.rows());
        let squares = pairs.map(|(a, y)| (a[0] - y[0]).powi(2) + (a[1] - y[1]).powi(2));
        squares.sum::<Var>() / 10.0
    })
    .unwrap();
    let theta = vector(n, 3);
    let (a, b) = (objective.loss(&theta).unwrap(), reference.loss(&theta).unwrap());
    assert!((a - b).abs() < 1e-14);
    let (a, b) = (objective.gradient(&theta).unwrap(), reference.gradient(&theta).unwrap());
    assert!(largest(&(&a - &b)) < 1e-13, "{:e}", largest(&(&a - &b)));
    let h = objective.hessian_vectors(&theta, &Array2::eye(n)).unwrap();
    let exact = reference.hessian(&theta).unwrap();
    let size = largest(&exact).max(1.0);
    assert!(largest(&(&h - &exact)) < 1e-12 * size, "{:e}", largest(&(&h - &exact)));
    let single = network.precision(Precision::Single);
    let (x, y) = (random((5, 2), 1), random((5, 2), 2));
    let single = single.loss(&Dataset::regression(&x, &y).unwrap()).unwrap();
    assert!(largest(&(single.gradient(&theta).unwrap() - &b)) < 1e-4);
}

#[test]
fn batch_normalisation_forgets_the_size_of_weights_and_couples_examples() {
    let digits = Dataset::from_images(&digits().unwrap().take(60));
    let tower = |body: Network| body.conv(3, 3).batch_norm().nonlinearity();
    let network = Network::images(1, 8, 8).gelu().residual(true, tower).dense(10);
    let objective = network.loss(&digits).unwrap();
    let theta = network.initial(1).unwrap();
    let block = network.blocks().unwrap()[0].range();
    let mut scaled = theta.clone();
    scaled.iter_mut().take(block.end).for_each(|w| *w *= 3.0);
    let (a, b) = (objective.loss(&theta).unwrap(), objective.loss(&scaled).unwrap());
    // But for ε.
    assert!((a - b).abs() < 1e-3 && a != b);
    // A product with the Hessian is a difference of gradients; also of the curvature that goes through the averages.
    let v = vector(theta.len(), 7);
    let at = |t: f64| objective.gradient(&(&theta + &(t * &v))).unwrap();
    let h = 1e-4;
    let difference = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
    let product = objective.hessian_vector(&theta, &v).unwrap();
    assert!(largest(&(&product - &difference)) < 1e-6 * largest(&product));
    // The loss of the halves is another function than that of the whole.
    let half = |data: &Dataset| network.loss(data).unwrap().loss(&theta).unwrap();
    let mean = 0.5 * (half(&digits.take(30)) + half(&digits.skip(30)));
    assert!((mean - a).abs() > 1e-6);
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| objective.hessian_vector(&theta, &v).unwrap())
    };
    assert_eq!(on(1), on(3));
    let refused = network.batch(7).loss(&digits).unwrap_err().to_string();
    assert!(refused.contains("batch normalisation"), "{refused}");
    let descended =
        objective.descend(&theta).adam().learning_rate(0.01).batch(20).steps(60).run().unwrap();
    assert!(descended.loss < 0.5 * a);
}

#[test]
fn filters_are_the_rows_of_weights() {
    let blocks = Network::images(2, 4, 4).conv(3, 3).layer_norm().dense(2).blocks().unwrap();
    let names: Vec<&str> = blocks.iter().map(ParameterBlock::name).collect();
    let expected = [
        "layer.0.weight",
        "layer.0.bias",
        "layer.1.scale",
        "layer.1.shift",
        "layer.2.weight",
        "layer.2.bias",
    ];
    assert_eq!(names, expected);
    assert_eq!(blocks[0].shape(), [3, 2, 3, 3]);
    assert_eq!(blocks[0].filters(), [0..18, 18..36, 36..54]);
    assert_eq!(blocks[2].role(), ParameterRole::Scale);
    assert_eq!(blocks[4].shape(), [2, 48]);
}

#[test]
fn layers_that_do_not_fit_are_refused() {
    let refused = |network: Network| network.blocks().unwrap_err().to_string();
    assert!(refused(Network::images(1, 4, 4).conv(2, 2)).contains("odd"));
    assert!(refused(Network::images(1, 4, 4).strided_conv(2, 3, 0)).contains("stride"));
    assert!(refused(Network::images(1, 2, 2).conv(2, 7)).contains("twice"));
    assert!(refused(Network::images(1, 2, 2).average_pool(3).dense(1)).contains("average_pool"));
    assert!(refused(Network::images(1, 2, 2).average_pool(0).dense(1)).contains("average_pool"));
    assert!(refused(Network::images(usize::MAX, 2, 2).dense(1)).contains("inputs"));
    assert!(refused(Network::images(1, 0, 2).dense(1)).contains("inputs"));
    assert!(refused(Network::inputs(1).layer_norm()).contains("two numbers"));
    assert!(refused(Network::images(1, 4, 4).conv(0, 3)).contains("without units"));
    let uneven = Network::images(1, 6, 4).residual(true, |body| body.average_pool(3));
    assert!(refused(uneven.dense(1)).contains("residual"));
}
