//! Networks: every derivative against the same network written for `Var`, closed forms of linear and logistic regression, high-precision
//! values, and independence of batches and threads.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/networks.rs"]
mod networks;
use networks::{ACTIVATIONS, example_loss, largest, random, unit, vector};

use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

/// The outputs of a perceptron for one example.
fn outputs(widths: &[usize], activation: Activation, theta: &[Var], x: &[f64]) -> Vec<Var> {
    let mut a: Vec<Var> = x.iter().map(|x| Var::constant(*x)).collect();
    let mut start = 0;
    for (layer, pair) in widths.windows(2).enumerate() {
        let (n, m) = (pair[0], pair[1]);
        let weights = &theta[start..start + n * m];
        let biases = &theta[start + n * m..start + n * m + m];
        start += n * m + m;
        let sum = |j: usize| weights[j * n..(j + 1) * n].iter().zip(&a).map(|(w, a)| w * a).sum();
        let z: Vec<Var> = (0..m)
            .map(|j| {
                let s: Var = sum(j);
                s + biases[j]
            })
            .collect();
        let last = layer + 2 == widths.len();
        a = if last { z } else { z.into_iter().map(|z| unit(activation, z)).collect() };
    }
    a
}

fn classes(count: usize, k: usize) -> Array1<usize> {
    (0..count).map(|i| (i * 7 + i / 3) % k).collect()
}

/// A perceptron's loss, written out for `Var`.
fn written_out(
    widths: &[usize],
    activation: Activation,
    x: &Array2<f64>,
    targets: &Array2<f64>,
    cross_entropy: bool,
    n: usize,
) -> Objective {
    let (widths, x, targets) = (widths.to_vec(), x.clone(), targets.clone());
    Objective::exact(n, move |theta| {
        let losses = x.rows().into_iter().zip(targets.rows()).map(|(x, target)| {
            let y = outputs(&widths, activation, theta, &x.to_vec());
            example_loss(&y, &target.to_vec(), cross_entropy)
        });
        losses.sum::<Var>() / x.nrows() as f64
    })
    .unwrap()
}

fn one_hot(labels: &Array1<usize>, k: usize) -> Array2<f64> {
    Array2::from_shape_fn((labels.len(), k), |(i, j)| if labels[i] == j { 1.0 } else { 0.0 })
}

#[test]
fn derivatives_are_those_of_the_written_out_network() {
    for widths in [vec![3, 4, 2], vec![2, 5, 3, 2]] {
        for activation in ACTIVATIONS {
            for cross_entropy in [true, false] {
                let x = random((6, widths[0]), 1);
                let labels = classes(6, 2);
                let values = random((6, 2), 2);
                let (data, targets) = if cross_entropy {
                    (Dataset::classes(&x, &labels).unwrap(), one_hot(&labels, 2))
                } else {
                    (Dataset::regression(&x, &values).unwrap(), values)
                };
                let network = Network::mlp(widths.clone()).activation(activation);
                let objective = network.loss(&data).unwrap();
                let n = objective.dimension();
                let reference = written_out(&widths, activation, &x, &targets, cross_entropy, n);
                let theta = vector(n, 3);
                let what = format!("{widths:?} {activation} {cross_entropy}");
                let (a, b) = (objective.loss(&theta).unwrap(), reference.loss(&theta).unwrap());
                assert!((a - b).abs() < 1e-14, "{what}");
                let (a, b) = (objective.gradient(&theta), reference.gradient(&theta));
                assert!(largest(&(a.unwrap() - b.unwrap())) < 1e-14, "{what}");
                let h = objective.hessian(&theta).unwrap();
                assert!(largest(&(&h - &reference.hessian(&theta).unwrap())) < 1e-13, "{what}");
                // Before it is made symmetric, the matrix is so to rounding.
                let raw = objective.hessian_vectors(&theta, &Array2::eye(n)).unwrap();
                assert!(largest(&(&raw - &raw.t())) < 1e-14, "{what}");
            }
        }
    }
}

#[test]
fn values_of_a_small_network_with_many_digits() {
    // mpmath with 60 digits: a 2-3-2 network, two examples, cross-entropy; θ_i = sin(1 + i).
    let x = array![[0.3, -0.8], [-0.5, 0.6]];
    let data = Dataset::classes(&x, &array![1, 0]).unwrap();
    let theta: Array1<f64> = (0..17).map(|i| (1.0 + f64::from(i)).sin()).collect();
    let v: Array1<f64> = (0..17).map(|i| (2.0 * f64::from(i)).cos()).collect();
    for (activation, loss, slope, bend) in MANY_DIGITS {
        let objective = Network::mlp([2, 3, 2]).activation(activation).loss(&data).unwrap();
        let error = objective.loss(&theta).unwrap() / loss - 1.0;
        assert!(error.abs() < 1e-14, "{activation}: {error:e}");
        let error = objective.gradient(&theta).unwrap().dot(&v) / slope - 1.0;
        assert!(error.abs() < 1e-13, "{activation}: {error:e}");
        let error = objective.hessian_vector(&theta, &v).unwrap().dot(&v) / bend - 1.0;
        assert!(error.abs() < 1e-13, "{activation}: {error:e}");
    }
}

const MANY_DIGITS: [(Activation, f64, f64, f64); 4] = [
    (Activation::Tanh, 0.95424427494459067164, 0.44062726092418853808, -0.76579547726984836691),
    (Activation::Gelu, 0.76256124892885903641, 0.33071511029769909572, 1.0770159659400844424),
    (Activation::Softplus, 1.8507141228997209971, 0.43783244890812658319, 0.60436109417451731536),
    (Activation::Relu, 1.0248299684286094576, 0.48754539395361358505, 0.25304764086284517583),
];

#[test]
fn linear_regression_has_its_hessian() {
    let (x, y) = (random((20, 3), 1), random((20, 2), 2));
    let objective = Network::mlp([3, 2]).loss(&Dataset::regression(&x, &y).unwrap()).unwrap();
    let h = objective.hessian(&vector(8, 3)).unwrap();
    // Per output: 2/(k N) (X, 1)ᵀ (X, 1).
    let wide = Array2::from_shape_fn((20, 4), |(i, j)| if j < 3 { x[(i, j)] } else { 1.0 });
    let gram = wide.t().dot(&wide) / 20.0;
    let place = |output: usize, j: usize| if j < 3 { output * 3 + j } else { 6 + output };
    for (o, p) in [(0, 0), (0, 1), (1, 1)] {
        for i in 0..4 {
            for j in 0..4 {
                let expected = if o == p { gram[(i, j)] } else { 0.0 };
                assert!((h[(place(o, i), place(p, j))] - expected).abs() < 1e-15);
            }
        }
    }
}

#[test]
fn softmax_and_logistic_regression_have_their_hessians() {
    for k in [2, 4] {
        let (n, count) = (3, 25);
        let x = random((count, n), 1);
        let data = Dataset::classes(&x, &classes(count, k)).unwrap();
        let network = Network::mlp([n, k]);
        let objective = network.loss(&data).unwrap();
        let theta = vector(k * (n + 1), 5);
        let h = objective.hessian(&theta).unwrap();
        let y = network.outputs(&theta, &x).unwrap();
        // ⟨(diag p − p pᵀ) ⊗ x xᵀ⟩; for two classes p(1 − p) x xᵀ with signs.
        let mut expected = Array2::<f64>::zeros(h.dim());
        let entry = |i: usize, j: usize| if j < n { x[(i, j)] } else { 1.0 };
        let place = |class: usize, j: usize| if j < n { class * n + j } else { k * n + class };
        for i in 0..count {
            let z: f64 = y.row(i).iter().map(|y| y.exp()).sum();
            let p: Vec<f64> = y.row(i).iter().map(|y| y.exp() / z).collect();
            for (a, b) in (0..k).flat_map(|a| (0..k).map(move |b| (a, b))) {
                let factor = if a == b { p[a] - p[a] * p[a] } else { -p[a] * p[b] };
                for (l, m) in (0..=n).flat_map(|l| (0..=n).map(move |m| (l, m))) {
                    expected[(place(a, l), place(b, m))] +=
                        factor * entry(i, l) * entry(i, m) / count as f64;
                }
            }
        }
        assert!(largest(&(&h - &expected)) < 1e-15);
        // The model is linear in θ: Gauss–Newton is the Hessian.
        let v = vector(theta.len(), 6);
        let (g, hv) = (objective.gauss_newton_vector(&theta, &v), expected.dot(&v));
        assert!(largest(&(g.unwrap() - hv)) < 1e-15);
    }
}

#[test]
fn products_agree_with_differences_of_the_gradient() {
    for activation in [Activation::Tanh, Activation::Gelu, Activation::Softplus] {
        let data = Dataset::from_images(&digits().unwrap().take(40));
        let network = Network::mlp([64, 20, 15, 10]).activation(activation).weight_decay(0.01);
        let objective = network.loss(&data).unwrap();
        let (theta, v) = (network.initial(3).unwrap(), vector(objective.dimension(), 4));
        let product = objective.hessian_vector(&theta, &v).unwrap();
        let difference = |h: f64| {
            let ahead = objective.gradient(&(&theta + h * &v)).unwrap();
            (ahead - objective.gradient(&(&theta - h * &v)).unwrap()) / (2.0 * h)
        };
        let extrapolated = (4.0 * difference(1e-3) - difference(2e-3)) / 3.0;
        let error = largest(&(&product - &extrapolated)) / largest(&product);
        assert!(error < 1e-7, "{activation}: {error:e}");
    }
}

#[test]
fn gauss_newton_and_fisher_matrices_are_the_sums_that_define_them() {
    let (widths, k) = ([2, 4, 3], 3);
    for cross_entropy in [true, false] {
        let x = random((7, 2), 1);
        let labels = classes(7, k);
        let data = Dataset::classes(&x, &labels).unwrap();
        let network = Network::mlp(widths).softplus();
        let network = if cross_entropy { network } else { network.mse() };
        let objective = network.loss(&data).unwrap();
        let n = objective.dimension();
        let (theta, v) = (vector(n, 2), vector(n, 3));
        let y = network.outputs(&theta, &x).unwrap();
        let (mut newton, mut fisher) = (Array1::<f64>::zeros(n), Array1::<f64>::zeros(n));
        for i in 0..7 {
            // Rows of the Jacobian: gradients of each output.
            let row = |j: usize| {
                let point = x.row(i).to_vec();
                let output = Objective::exact(n, move |theta| {
                    outputs(&widths, Activation::Softplus, theta, &point)[j]
                });
                output.unwrap().gradient(&theta).unwrap()
            };
            let jacobian: Vec<Array1<f64>> = (0..k).map(row).collect();
            let z: f64 = y.row(i).iter().map(|y| y.exp()).sum();
            let p: Vec<f64> = y.row(i).iter().map(|y| y.exp() / z).collect();
            let along: Vec<f64> = jacobian.iter().map(|row| row.dot(&v)).collect();
            let mean: f64 = p.iter().zip(&along).map(|(p, t)| p * t).sum();
            let mut gradient = Array1::<f64>::zeros(n);
            for j in 0..k {
                let target = if labels[i] == j { 1.0 } else { 0.0 };
                let (slope, bend) = if cross_entropy {
                    (p[j] - target, p[j] * (along[j] - mean))
                } else {
                    (2.0 * (y[(i, j)] - target) / 3.0, 2.0 * along[j] / 3.0)
                };
                gradient = gradient + slope * &jacobian[j];
                newton = newton + bend / 7.0 * &jacobian[j];
            }
            fisher = fisher + gradient.dot(&v) / 7.0 * &gradient;
        }
        let g = objective.gauss_newton_vector(&theta, &v).unwrap();
        assert!(largest(&(g - newton)) < 1e-14);
        let f = objective.empirical_fisher_vector(&theta, &v).unwrap();
        assert!(largest(&(f - fisher)) < 1e-14);
    }
}

#[test]
fn results_do_not_depend_on_batches_or_threads() {
    let data = Dataset::from_images(&digits().unwrap().take(301));
    let network = Network::mlp([64, 300, 30, 10]).gelu().weight_decay(1e-3);
    let theta = network.initial(1).unwrap();
    let v = vector(theta.len(), 2);
    let results = |network: &Network| {
        let objective = network.loss(&data).unwrap();
        let (loss, gradient) = objective.loss_and_gradient(&theta).unwrap();
        let product = objective.hessian_vector(&theta, &v).unwrap();
        (loss, gradient, product, objective.accuracy(&theta).unwrap())
    };
    let whole = results(&network);
    for batch in [1, 101, 300, 1000] {
        let split = results(&network.batch(batch));
        assert!((whole.0 - split.0).abs() < 1e-14);
        assert!(largest(&(&whole.1 - &split.1)) < 1e-14);
        assert!(largest(&(&whole.2 - &split.2)) < 1e-13);
        assert_eq!(whole.3, split.3);
    }
    for precision in [Precision::Double, Precision::Single] {
        let network = network.precision(precision);
        let on = |threads: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| results(&network))
        };
        let one = on(1);
        for threads in [2, 3] {
            assert_eq!(one, on(threads), "{precision:?} on {threads} threads");
        }
    }
}

#[test]
fn single_precision_is_close_to_double() {
    let data = Dataset::from_images(&digits().unwrap().take(100));
    for activation in ACTIVATIONS {
        let network = Network::mlp([64, 50, 10]).activation(activation);
        let theta = network.initial(1).unwrap();
        let v = vector(theta.len(), 2);
        let double = network.loss(&data).unwrap();
        let single = network.precision(Precision::Single).loss(&data).unwrap();
        let (a, b) = (double.gradient(&theta).unwrap(), single.gradient(&theta).unwrap());
        assert!(largest(&(&a - &b)) < 2e-6 * largest(&a), "{activation}");
        let (a, b) = (double.hessian_vector(&theta, &v), single.hessian_vector(&theta, &v));
        let (a, b) = (a.unwrap(), b.unwrap());
        assert!(largest(&(&a - &b)) < 5e-6 * largest(&a) && a != b, "{activation}");
    }
}

#[test]
fn initial_weights_have_their_variances() {
    let network = Network::mlp([200, 300, 100]);
    for (rule, variance) in [
        (Initialization::LeCun, 1.0 / 200.0),
        (Initialization::Glorot, 2.0 / 500.0),
        (Initialization::He, 2.0 / 200.0),
    ] {
        let theta = network.initialization(rule).initial(5).unwrap();
        let blocks = network.blocks().unwrap();
        let weights = theta.slice(s![blocks[0].range()]);
        let mean_square = weights.dot(&weights) / weights.len() as f64;
        // 60 000 squares of Gaussians: a relative error of √(2/60 000) = 0.006.
        assert!((mean_square / variance - 1.0).abs() < 4.0 * 0.006);
        assert!(theta.slice(s![blocks[1].range()]).iter().all(|b| *b == 0.0));
        assert_ne!(theta, network.initialization(rule).initial(6).unwrap());
    }
    assert_eq!(
        network.initial(1).unwrap(),
        network.initialization(Initialization::LeCun).initial(1).unwrap()
    );
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let x = random((4, 2), 1);
    let data = Dataset::classes(&x, &array![0, 1, 1, 0]).unwrap();
    let refused = |network: Network| network.loss(&data).unwrap_err().to_string();
    assert!(refused(Network::mlp([3, 2])).contains("inputs of the data"));
    assert!(refused(Network::mlp([2, 1])).contains("targets of the data"));
    assert!(refused(Network::mlp([2, 0, 2])).contains("without units"));
    assert!(refused(Network::mlp([])).contains("inputs"));
    assert!(refused(Network::mlp([2])).contains("parameters"));
    assert!(refused(Network::mlp([2, usize::MAX, 2])).contains("GiB"));
    assert!(refused(Network::mlp([2, 2]).weight_decay(-1.0)).contains("weight_decay"));
    assert!(refused(Network::mlp([2, 2]).weight_decay(f64::NAN)).contains("weight_decay"));
    assert!(refused(Network::mlp([2, 2]).batch(0)).contains("batch"));
    assert!(Dataset::classes(&x, &array![0, 1]).is_err());
    assert!(Dataset::classes(&x, &array![0, 1, 1, usize::MAX]).is_err());
    assert!(Dataset::classes(&(&x * f64::NAN), &array![0, 1, 1, 0]).is_err());
    assert!(Dataset::regression(&Array2::zeros((0, 2)), &Array2::zeros((0, 1))).is_err());
    assert!(Dataset::regression(&x, &Array2::zeros((4, 0))).is_err());
    assert!(Dataset::regression(&x, &Array2::from_elem((4, 1), f64::NAN)).is_err());
    assert!(data.select(&[]).is_err() && data.select(&[4]).is_err());
    let values = Dataset::regression(&x, &x).unwrap();
    assert!(Network::mlp([2, 2]).cross_entropy().loss(&values).is_err());
    assert!(Network::mlp([2, 3]).loss(&values).is_err());
    let network = Network::mlp([2, 2]);
    assert!(network.outputs(&vector(5, 1), &x).is_err());
    assert!(network.outputs(&vector(6, 1), &random((2, 3), 1)).is_err());
    assert!(network.loss(&values).unwrap().accuracy(&vector(6, 1)).is_err());
}

#[test]
fn parameters_are_saved_whole_and_read_from_other_programs() {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("statmech-nn-{}.safetensors", std::process::id()));
    let network = Network::images(1, 4, 4).conv(2, 3).layer_norm().dense(3);
    let theta = network.initial(4).unwrap();
    network.save(&path, &theta).unwrap();
    assert_eq!(network.load(&path).unwrap(), theta);
    let whole = std::fs::read(&path).unwrap();
    for end in (0..whole.len()).step_by(7) {
        std::fs::write(&path, &whole[..end]).unwrap();
        assert!(network.load(&path).is_err(), "cut at {end}");
    }
    let mut changed = whole.clone();
    changed[whole.len() - 3] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    assert!(network.load(&path).unwrap_err().to_string().contains("checksum"));
    assert!(network.save(&path, &vector(3, 1)).is_err());
    assert!(network.save(&path, &(&theta * f64::NAN)).is_err());

    // The bytes that Python's safetensors 0.6 and NumPy write for
    // save({"fc.weight": float32 [[1.5, -0.25]], "fc.bias": float64 [3], "steps": int64 [7]}).
    let mut file = 184_u64.to_le_bytes().to_vec();
    file.extend_from_slice(br#"{"steps":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"fc.bias":{"dtype":"F64","shape":[1],"data_offsets":[8,16]},"fc.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[16,24]}} "#);
    file.extend_from_slice(b"\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\x08@\0\0\xc0?\0\0\x80\xbe");
    std::fs::write(&path, &file).unwrap();
    let line = Network::mlp([2, 1]);
    let names = [("layer.0.weight", "fc.weight"), ("layer.0.bias", "fc.bias")];
    assert_eq!(line.load_as(&path, names).unwrap(), array![1.5, -0.25, 3.0]);
    let wrong = line.load_as(&path, [("layer.0.bias", "steps"), names[0]]).unwrap_err().to_string();
    assert!(wrong.contains("I64"), "{wrong}");

    // A file as PyTorch's `save_file({"fc.weight": float32, "fc.bias": bfloat16})` has it.
    let header = br#"{"fc.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"fc.bias":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]}}"#;
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header);
    file.extend_from_slice(&1.5_f32.to_le_bytes());
    file.extend_from_slice(&(-0.25_f32).to_le_bytes());
    file.extend_from_slice(&0x4040_u16.to_le_bytes());
    std::fs::write(&path, &file).unwrap();
    assert_eq!(line.load_as(&path, names).unwrap(), array![1.5, -0.25, 3.0]);
    let lacking = line.load(&path).unwrap_err().to_string();
    assert!(lacking.contains("fc.weight"), "{lacking}");
    assert!(Network::mlp([3, 1]).load_as(&path, names).unwrap_err().to_string().contains("shape"));
    assert!(line.load_as(&path, [("weight", "fc.weight")]).is_err());
    std::fs::remove_file(&path).unwrap();
    assert!(line.load(&path).unwrap_err().to_string().contains("could not be read"));
}

#[test]
fn what_would_not_fit_into_memory_is_refused_before_the_work() {
    let windows = Network::images(1, 512, 512).conv(1, 1023).global_average().dense(2);
    assert!(windows.n_parameters().unwrap_err().to_string().contains("windows of the filters"));
    let pixels = Dataset::classes(&Array2::ones((1, 64 * 64)), &array![1]).unwrap();
    let wide = Network::images(1, 64, 64).conv(65_535, 1).nonlinearity().global_average().dense(2);
    assert!(wide.loss(&pixels).unwrap_err().to_string().contains("A pass of 1 examples"));
    let many = Dataset::classes(&Array2::ones((3, 2)), &array![0, 1, 0]).unwrap();
    assert!(Network::mlp([2, 3, 2]).batch(usize::MAX).loss(&many).is_ok());
    let nan =
        Network::mlp([2, 3, 2]).outputs(&Array1::from_elem(17, f64::NAN), &Array2::ones((1, 2)));
    assert!(nan.unwrap_err().to_string().contains("finite"));
}

#[test]
fn the_slope_at_a_kink_is_zero_and_nan_passes_through_it() {
    let data = Dataset::regression(&array![[1.0]], &array![[1.0]]).unwrap();
    let net = Network::mlp([1, 1, 1]).relu().weight_decay(0.5);
    let (loss, theta) = (net.loss(&data).unwrap(), array![0.0, 0.0, 1.0, 0.0]);
    let (value, gradient) = loss.loss_and_gradient(&theta).unwrap();
    assert_eq!(gradient[1], 0.0);
    assert_eq!(value, loss.loss(&theta).unwrap());
    let far = Dataset::regression(&array![[1e200, 1e200]], &array![[1.0]]).unwrap();
    let loss = Network::mlp([2, 1, 1]).relu().loss(&far).unwrap();
    assert!(loss.loss(&array![1e200, -1e200, 0.0, 1.0, 0.0]).is_err());
}

#[test]
fn weight_decay_adds_half_of_the_squared_weights() {
    let data = Dataset::regression(&array![[1.0]], &array![[1.0]]).unwrap();
    let (net, theta) = (Network::mlp([1, 1]), array![3.0, 2.0]);
    let (plain, decayed) = (net.loss(&data).unwrap(), net.weight_decay(0.1).loss(&data).unwrap());
    let added = decayed.loss(&theta).unwrap() - plain.loss(&theta).unwrap();
    assert!((added - 0.5 * 0.1 * 9.0).abs() < 1e-12);
}

#[test]
fn equal_outputs_count_as_the_first_class() {
    let data = Dataset::classes(&random((9, 2), 5), &array![0, 1, 2, 0, 0, 1, 2, 2, 0]).unwrap();
    let objective = Network::mlp([2, 3, 3]).loss(&data).unwrap();
    let zero = Array1::zeros(objective.dimension());
    assert_eq!(objective.accuracy(&zero).unwrap(), 4.0 / 9.0);
}
