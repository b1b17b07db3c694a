//! Learning of restricted Boltzmann machines against exact gradients, entropy bounds and itself.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "common/machines.rs"]
#[allow(dead_code)]
mod machines;

use machines::{layer, machine, normal};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

/// Examples with every state of four units, some oftener.
fn soft() -> Array2<f64> {
    let mut rows = Vec::new();
    for state in 0..16_usize {
        let times = 1 + [9, 2, 0, 1, 3, 0, 1, 6, 5, 1, 0, 4, 2, 0, 1, 8][state];
        rows.extend(std::iter::repeat_n(state, times));
    }
    Array2::from_shape_fn((rows.len(), 4), |(k, i)| (rows[k] >> i & 1) as f64)
}

/// Bars and stripes: rows all alike, or columns all alike; 2ᵃ + 2ᵇ − 2 pictures of a × b.
fn bars_and_stripes(a: usize, b: usize) -> Array2<f64> {
    let mut pictures: Vec<Vec<f64>> = Vec::new();
    let mut add = |of: &dyn Fn(usize, usize) -> usize| {
        let picture = (0..a * b).map(|k| of(k / b, k % b) as f64).collect();
        if !pictures.contains(&picture) {
            pictures.push(picture);
        }
    };
    (0..1_usize << a).for_each(|bits| add(&|i, _| bits >> i & 1));
    (0..1_usize << b).for_each(|bits| add(&|_, j| bits >> j & 1));
    Array2::from_shape_fn((pictures.len(), a * b), |(k, i)| pictures[k][i])
}

/// All parameters that are learnt, in one list.
fn parameters(rbm: &Rbm) -> Vec<f64> {
    let (visible, hidden) = (rbm.visible(), rbm.hidden());
    let all = rbm.w().into_iter().chain(visible.b()).chain(hidden.b());
    all.chain(visible.gamma()).collect()
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

fn distance(a: &Rbm, b: &Rbm) -> f64 {
    let both = parameters(a).into_iter().zip(parameters(b));
    both.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// ⟨h⟩ of the examples.
fn hidden_average(rbm: &Rbm, data: &Array2<f64>) -> Array1<f64> {
    rbm.hidden_means(data).unwrap().mean_axis(Axis(0)).unwrap()
}

fn outer(a: &Array1<f64>, b: &Array1<f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.len(), b.len()), |(i, j)| a[i] * b[j])
}

#[test]
fn one_exact_step_is_the_formula_in_all_coordinates() {
    let rbm = machine(&layer("binary", 4, 3), &layer("binary", 3, 5), 1.0, 7);
    let (data, eta) = (soft(), 0.2);
    let gradient = rbm.gradient(&data).unwrap();
    let (dv, dh) = (&gradient.visible_fields, &gradient.hidden_fields);
    let mu = data.mean_axis(Axis(0)).unwrap();
    let lambda = hidden_average(&rbm, &data);
    let base = rbm.train(&data).exact().double_precision().learning_rate(eta).record_every(0);
    let after = |training: &RbmTraining| training.epochs(1).run().unwrap().rbm;
    let check = |after: &Rbm, dw: &Array2<f64>, db: &Array1<f64>, dc: &Array1<f64>| {
        let near = |x: f64, y: f64| assert!(close(x, y, 1e-12), "{x} {y}");
        let moved = after.w() - rbm.w();
        moved.iter().zip(dw).for_each(|(x, y)| near(*x, *y));
        let moved = after.visible().b() - rbm.visible().b();
        moved.iter().zip(db).for_each(|(x, y)| near(*x, *y));
        let moved = after.hidden().b() - rbm.hidden().b();
        moved.iter().zip(dc).for_each(|(x, y)| near(*x, *y));
    };
    check(&after(&base.plain()), &(eta * &gradient.weights), &(eta * dv), &(eta * dh));
    // In v − μ and h − λ; the fields take over what the weights do to the means.
    let centred = &gradient.weights - &outer(&mu, dh) - &outer(dv, &lambda);
    let dw = eta * &centred;
    check(
        &after(&base.centered()),
        &dw,
        &(eta * dv - dw.dot(&lambda)),
        &(eta * dh - dw.t().dot(&mu)),
    );
    // And in units of the standard deviations, none smaller than from a tenth of the mean variance.
    let scale = |mean: &Array1<f64>| {
        let variance = mean.mapv(|p| p * (1.0 - p));
        let least = 0.1 * variance.mean().unwrap();
        variance.mapv(|x| 1.0 / x.max(least))
    };
    let (s, t) = (scale(&mu), scale(&lambda));
    let dw = eta * &centred * &outer(&s, &t);
    check(
        &after(&base.standardized()),
        &dw,
        &(eta * &s * dv - dw.dot(&lambda)),
        &(eta * &t * dh - dw.t().dot(&mu)),
    );
    // L2 as a gradient, L1 as a step that stops at 0.
    let decayed = after(&base.weight_decay(0.5)).w();
    let expected = rbm.w() + eta * (&gradient.weights - 0.5 * &rbm.w());
    assert!(decayed.iter().zip(&expected).all(|(x, y)| close(*x, *y, 1e-12)));
    let sparse = after(&base.sparsity(1.0)).w();
    let moved = rbm.w() + eta * &gradient.weights;
    let expected = moved.mapv(|w| w.signum() * (w.abs() - eta).max(0.0));
    assert!(sparse.iter().zip(&expected).all(|(x, y)| close(*x, *y, 1e-12)));
    assert!(sparse.iter().any(|&w| w == 0.0) && sparse.iter().any(|&w| w != 0.0));
    // Momentum repeats a part of the step before.
    let first = after(&base.plain());
    let second = base.momentum(0.7).epochs(2).run().unwrap().rbm;
    let expected =
        first.w() + eta * first.gradient(&data).unwrap().weights + 0.7 * (first.w() - rbm.w());
    assert!(second.w().iter().zip(&expected).all(|(x, y)| close(*x, *y, 1e-12)));
}

#[test]
fn all_coordinates_share_their_stationary_points() {
    let rbm = machine(&layer("binary", 4, 3), &layer("spin", 1, 5), 0.3, 7);
    let data = soft();
    let base = rbm
        .train(&data)
        .exact()
        .double_precision()
        .learning_rate(0.3)
        .momentum(0.9)
        .record_every(0);
    let plain = base.epochs(6000).run().unwrap().rbm;
    let norm = plain.gradient(&data).unwrap().norm();
    assert!(norm < 1e-5, "{norm}");
    let likelihood = plain.log_likelihood(&data).unwrap();
    assert!(likelihood > rbm.log_likelihood(&data).unwrap() + 0.1);
    for (name, coordinates) in [("centred", base.centered()), ("standardized", base.standardized())]
    {
        // From the common start to a point as good, where the plain gradient vanishes, too;
        let there = coordinates.learning_rate(0.05).epochs(6000).run().unwrap().rbm;
        assert!(there.gradient(&data).unwrap().norm() < 1e-4, "{name}");
        assert!(close(there.log_likelihood(&data).unwrap(), likelihood, 1e-4), "{name}");
        // and a point that is stationary in one stays where it is in the other.
        let training = plain.train(&data).exact().double_precision().learning_rate(0.05);
        let training =
            if name == "centred" { training.centered() } else { training.standardized() };
        assert!(distance(&training.epochs(30).run().unwrap().rbm, &plain) < 2e-4, "{name}");
    }
}

/// The gradient that an update takes, per unit of learning rate, once chains are in equilibrium at nearly fixed parameters.
fn sampled_gradient(training: &RbmTraining, seed: u64) -> Vec<f64> {
    let rate = 1e-7;
    let training = training.seed(seed).learning_rate(rate).double_precision().record_every(0);
    let mut trainer = training.trainer().unwrap();
    trainer.epochs(30).unwrap();
    let before = parameters(&trainer.rbm().unwrap());
    trainer.epochs(1).unwrap();
    let after = parameters(&trainer.rbm().unwrap());
    after.iter().zip(before).map(|(a, b)| (a - b) / rate).collect()
}

/// The mean over seeds against the exact gradient, by its own error.
fn agrees(training: &RbmTraining, rbm: &Rbm, data: &Array2<f64>, name: &str) {
    let seeds = 24;
    let runs: Vec<Vec<f64>> = (0..seeds).map(|seed| sampled_gradient(training, seed)).collect();
    let gradient = rbm.gradient(data).unwrap();
    let fields = gradient.visible_fields.iter().chain(&gradient.hidden_fields);
    let gamma = rbm.visible().gamma();
    // Precisions move by their logarithms: γ² times the gradient.
    let precisions =
        gradient.visible_precisions.iter().zip(&gamma).map(|(g, gamma)| g * gamma * gamma);
    let expected: Vec<f64> =
        gradient.weights.iter().chain(fields).copied().chain(precisions).collect();
    assert_eq!(expected.len(), runs[0].len());
    for (k, expected) in expected.iter().enumerate() {
        let n = seeds as f64;
        let mean = runs.iter().map(|run| run[k]).sum::<f64>() / n;
        let variance = runs.iter().map(|run| (run[k] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let error = (variance / n).sqrt();
        // Rounding of parameters over the tiny rate.
        assert!(
            (mean - expected).abs() < 4.0 * error + 1e-7,
            "{name} {k}: {mean} ± {error}, {expected}"
        );
        assert!(error < 0.03 * (1.0 + expected.abs()), "{name} {k}: ± {error}");
    }
}

#[test]
fn sampled_gradients_have_the_exact_one_as_mean() {
    let kinds = [
        ("binary", "binary"),
        ("spin", "potts"),
        ("potts", "binary"),
        ("gaussian", "spin"),
        ("relu", "binary"),
        ("binary", "gaussian"),
        ("spin", "relu"),
    ];
    for (k, (visible, hidden)) in kinds.into_iter().enumerate() {
        let seed = 10 * k as u64;
        let rbm = machine(&layer(visible, 3, seed), &layer(hidden, 2, seed + 2), 0.4, seed + 5);
        let v = rbm.visible();
        let data = match visible {
            "gaussian" => normal(6, 3, 1),
            "relu" => normal(6, 3, 1).mapv(f64::abs),
            _ => {
                let states = machines::states(&v);
                machines::rows(&states[..5.min(states.len())])
            }
        };
        let training = rbm.train(&data).chains(400);
        agrees(&training.pcd(2), &rbm, &data, &format!("PCD, {visible} {hidden}"));
        if k < 4 {
            agrees(
                &training.tempered(1, 3).chains(300),
                &rbm,
                &data,
                &format!("tempered, {visible} {hidden}"),
            );
        }
    }
    // Long contrastive divergence forgets where it started.
    let rbm = machine(&layer("binary", 4, 3), &layer("binary", 3, 5), 0.8, 7);
    let many = Array2::from_shape_fn((400, 4), |(k, i)| ((k % 5) >> (i % 3) & 1) as f64);
    agrees(&rbm.train(&many).cd(30).batch(400), &rbm, &many, "CD-30");
}

#[test]
fn contrastive_divergence_has_no_mean_at_the_machine_that_made_the_data() {
    let rbm = machine(&layer("binary", 3, 3), &layer("spin", 2, 5), 1.0, 7);
    let (states, distribution) = rbm.visible_distribution().unwrap();
    // Numbers of each state as near to their probabilities as 4000 examples allow.
    let mut rows = Vec::new();
    for (state, p) in states.rows().into_iter().zip(distribution.probabilities()) {
        rows.extend(std::iter::repeat_n(state.to_vec(), (4000.0 * p).round() as usize));
    }
    let data = machines::rows(&rows);
    let training = rbm.train(&data).cd(1).batch(data.nrows());
    let runs: Vec<Vec<f64>> = (0..20).map(|seed| sampled_gradient(&training, seed)).collect();
    for k in 0..runs[0].len() {
        let mean = runs.iter().map(|run| run[k]).sum::<f64>() / 20.0;
        let square = runs.iter().map(|run| (run[k] - mean).powi(2)).sum::<f64>() / 19.0;
        // Rounding to whole examples shifts averages by up to 8 · ½/4000.
        assert!(mean.abs() < 4.0 * (square / 20.0).sqrt() + 1e-3, "{k}: {mean}");
    }
}

#[test]
fn bars_and_stripes_are_learnt_to_the_entropy_bound() {
    let data = bars_and_stripes(3, 3);
    assert_eq!(data.nrows(), 14);
    let bound = -14_f64.ln();
    let rbm = Rbm::binary(9, 8).unwrap();
    let exact = rbm.train(&data).exact().centered().learning_rate(0.3).momentum(0.9);
    let trained = exact.epochs(600).seed(2).record_every(200).likelihood_every(200).run().unwrap();
    let reached = trained.rbm.log_likelihood(&data).unwrap();
    assert!(reached < bound && reached > 1.05 * bound, "{reached} {bound}");
    let history = trained.history.values("log_likelihood").unwrap();
    assert!(close(history[3], reached, 1e-12) && history[0] < -5.0 && history.len() == 4);
    let pcd = rbm.train(&data).pcd(5).centered().chains(500).batch(14);
    let rate = LearningRate::Linear { start: 0.6, end: 0.01, epochs: 3000.0 };
    let trained = pcd.learning_rate(rate).epochs(3000).seed(3).record_every(0).run().unwrap();
    let reached = trained.rbm.log_likelihood(&data).unwrap();
    assert!(reached < bound && reached > 1.05 * bound, "{reached} {bound}");
}

/// Both units of data and chain are as good as certain, so that the step is known to the last digit: μ = 1 and λ = ⟨h⟩ are the data's, not the chain's.
#[test]
fn offsets_are_averages_of_the_data_alone() {
    let (w, c) = (0.4, 0.1);
    let visible = Layer::spin(1).unwrap().fields(&array![-60.0]).unwrap();
    let hidden = Layer::binary(1).unwrap().fields(&array![c]).unwrap();
    let rbm = Rbm::new(visible, hidden).unwrap().weights(&array![[w]]).unwrap();
    let training = rbm.train(&array![[1.0]]).centered().double_precision().learning_rate(0.1);
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let (of_data, of_model) = (sigmoid(c + w), sigmoid(c - w));
    for one in [training.pcd(1), training.cd(1)] {
        let moved = one.epochs(1).run().unwrap().rbm.w()[(0, 0)] - w;
        // (h + h') − μ (h − h') − 2 λ with λ = h.
        let slope = (of_data + of_model) - (of_data - of_model) - 2.0 * of_data;
        assert!(close(moved, 0.1 * slope, 1e-13), "{moved}, {}", 0.1 * slope);
    }
}

#[test]
fn an_exact_step_of_precisions_is_about_the_mean_of_the_data() {
    let visible = Layer::gaussian(1).unwrap().fields(&array![0.3]).unwrap();
    let rbm = Rbm::new(visible, Layer::spin(1).unwrap()).unwrap();
    let rbm = rbm.weights(&array![[0.7]]).unwrap();
    let data = array![[2.0], [3.5], [2.5]];
    let (seen, own) = (rbm.data_statistics(&data).unwrap(), rbm.statistics().unwrap());
    let mean = seen.visible[0];
    let about = |square: f64, average: f64, m: f64| square - 2.0 * m * average + m * m;
    let training = rbm.train(&data).exact().double_precision().learning_rate(0.02).epochs(1);
    for (one, m) in [(training.plain(), 0.0), (training.centered(), mean)] {
        let gamma = one.run().unwrap().rbm.visible().gamma()[0];
        let difference = about(seen.visible_squares[0], mean, m)
            - about(own.visible_squares[0], own.visible[0], m);
        assert!(close(gamma, (-0.5 * 0.02 * difference).exp(), 1e-13), "{gamma}, {difference}");
    }
}

/// With the exact gradient nothing but the order of the batches is random: two rows have four courses over two epochs.
#[test]
fn each_epoch_has_an_order_of_its_own() {
    let rbm = Rbm::binary(2, 1).unwrap().weights(&array![[0.5], [-0.3]]).unwrap();
    let training = rbm.train(&array![[1.0, 0.0], [0.0, 0.0]]).exact().batch(1).double_precision();
    for (epochs, courses) in [(1, 2), (2, 4)] {
        let mut found: Vec<Vec<u64>> = (0..40)
            .map(|seed| training.epochs(epochs).learning_rate(0.5).seed(seed).run().unwrap().rbm)
            .map(|rbm| parameters(&rbm).iter().map(|x| x.to_bits()).collect())
            .collect();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), courses);
    }
}

/// Uncoupled units of many chains: neither units nor chains know of each other.
#[test]
fn draws_are_independent_of_each_other() {
    let (chains, n) = (2_000, 130);
    let mut weights = Array2::zeros((n, 2));
    weights[(0, 0)] = 1e-9;
    for layer in [Layer::binary(n), Layer::spin(n), Layer::gaussian(n)] {
        let rbm = Rbm::new(layer.unwrap(), Layer::binary(2).unwrap()).unwrap();
        let data = Array2::ones((3, n));
        let training = rbm.weights(&weights).unwrap().train(&data).learning_rate(1e-9);
        let training = training.chains(chains).epochs(1).record_every(0).seed(8);
        for run in [training.single_precision(), training.double_precision()] {
            let mut x = run.run().unwrap().chains;
            for mut column in x.columns_mut() {
                let mean = column.sum() / chains as f64;
                let deviation = (column.mapv(|x| (x - mean).powi(2)).sum() / chains as f64).sqrt();
                column.mapv_inplace(|x| (x - mean) / deviation);
            }
            let units = x.t().dot(&x) / chains as f64;
            for ((i, j), correlation) in units.indexed_iter().filter(|((i, j), _)| i < j) {
                // More than five standard errors.
                assert!(correlation.abs() < 0.12, "{rbm:?}: units {i} and {j}: {correlation}");
            }
            let (first, next) = (x.slice(s![..-1, ..]), x.slice(s![1.., ..]));
            let following = (&first * &next).mean().unwrap();
            assert!(following.abs() < 0.018, "{rbm:?}: chains one after the other: {following}");
        }
    }
}

/// Equal batches have equal gradients, whose root mean square over an epoch is that of one.
#[test]
fn the_gradient_norm_is_that_of_an_update() {
    let rbm = Rbm::binary(3, 2).unwrap().weights(&Array2::from_elem((3, 2), 0.4)).unwrap();
    let data = array![[1.0, 0.0, 1.0], [1.0, 0.0, 1.0], [1.0, 0.0, 1.0]];
    let training = rbm.train(&data).exact().batch(1).double_precision().learning_rate(1e-13);
    let history = training.epochs(1).run().unwrap().history;
    let norm = history.values("gradient_norm").unwrap()[1];
    assert!(close(norm, rbm.gradient(&data).unwrap().norm(), 1e-9), "{norm}");
}

#[test]
fn limits_of_norms_only_shrink() {
    let data = bars_and_stripes(2, 2);
    let training = Rbm::binary(4, 3).unwrap().train(&data).epochs(5).seed(3);
    let free = training.run().unwrap().rbm;
    assert_eq!(training.max_unit_norm(100.0).run().unwrap().rbm, free);
    assert_eq!(training.max_norm(100.0).run().unwrap().rbm, free);
}

#[test]
fn constant_columns_train() {
    let binary = Array2::from_shape_fn((40, 4), |(k, i)| match i {
        0 => 0.0,
        1 => 1.0,
        _ => (k >> (i - 2) & 1) as f64,
    });
    let spins = binary.mapv(|x| 2.0 * x - 1.0);
    let colours = Array2::from_shape_fn((40, 6), |(k, i)| {
        let colour = if i < 3 { 1 } else { k % 2 };
        f64::from(u8::from(i % 3 == colour))
    });
    let hidden = || Layer::binary(3).unwrap();
    for (visible, data) in [
        (Layer::binary(4).unwrap(), &binary),
        (Layer::spin(4).unwrap(), &spins),
        (Layer::gaussian(4).unwrap(), &spins),
        (Layer::relu(4).unwrap(), &binary),
        (Layer::potts(2, 3).unwrap(), &colours),
    ] {
        let rbm = Rbm::new(visible, hidden()).unwrap();
        for method in
            [rbm.train(data).cd(1), rbm.train(data).pcd(1), rbm.train(data).tempered(1, 3)]
        {
            for training in [method.plain(), method.centered(), method.standardized()] {
                let training = training.batch(10).epochs(30).learning_rate(0.01);
                let trained =
                    training.run().unwrap_or_else(|error| panic!("{training:?}: {error}"));
                assert!(parameters(&trained.rbm).iter().all(|x| x.is_finite()), "{training:?}");
                let errors = trained.history.values("reconstruction_error").unwrap();
                assert!(errors.iter().all(|x| x.is_finite()), "{training:?}");
            }
        }
    }
}

#[test]
fn gaussian_units_learn_means_and_variances() {
    let noise = normal(2000, 2, 3);
    let data =
        Array2::from_shape_fn((2000, 2), |(k, i)| [3.0, -1.0][i] + [0.5, 2.0][i] * noise[(k, i)]);
    // A start far from the data: the weights are not 0, so it is kept.
    let start = Rbm::new(Layer::gaussian(2).unwrap(), Layer::binary(1).unwrap()).unwrap();
    let start = start.weights(&array![[1e-3], [1e-3]]).unwrap();
    let training = start.train(&data).pcd(1).centered().batch(200).chains(1000).seed(1);
    let rate = LearningRate::Linear { start: 0.1, end: 0.002, epochs: 100.0 };
    let trained = training.learning_rate(rate).epochs(100).run().unwrap();
    let model = trained.rbm.statistics().unwrap();
    for i in 0..2 {
        let column = data.column(i);
        let mean = column.mean().unwrap();
        let square = column.mapv(|x| x * x).mean().unwrap();
        let variance = model.visible_squares[i] - model.visible[i].powi(2);
        assert!(close(model.visible[i], mean, 0.05), "{} {mean}", model.visible[i]);
        assert!(close(variance / (square - mean * mean), 1.0, 0.05), "{variance}");
    }
    // Two clouds, which one hidden unit tells apart; without other temperatures no chain would go from one to the other.
    let clouds = Array2::from_shape_fn((2000, 2), |(k, i)| {
        0.5 * noise[(k, i)] + if k % 2 == 0 { 2.0 } else { -2.0 }
    });
    let rbm = Rbm::new(Layer::gaussian(2).unwrap(), Layer::spin(1).unwrap()).unwrap();
    let trained = rbm
        .train(&clouds)
        .tempered(1, 10)
        .standardized()
        .batch(200)
        .learning_rate(LearningRate::Linear { start: 0.5, end: 0.002, epochs: 800.0 })
        .epochs(800)
        .run()
        .unwrap();
    let model = trained.rbm.statistics().unwrap();
    assert!(close(model.visible_squares[0] - model.visible[0].powi(2), 4.25, 0.4), "{model:?}");
    let seen = trained.rbm.hidden_means(&clouds).unwrap();
    assert!(seen.iter().all(|h| h.abs() > 0.99));
    let gamma = trained.rbm.visible().gamma();
    assert!(gamma.iter().all(|&g| close(g, 4.0, 0.6)), "{gamma}");
}

#[test]
fn every_pair_of_layers_learns() {
    let bits = Array2::from_shape_fn((64, 6), |(k, i)| ((k * 37 % 64) >> (i / 2) & 1) as f64);
    let colours =
        Array2::from_shape_fn((64, 9), |(k, i)| f64::from(u8::from(i % 3 == (k + i / 3) % 3)));
    let visible = [
        (Layer::binary(6).unwrap(), bits.clone()),
        (Layer::spin(6).unwrap(), bits.mapv(|x| 2.0 * x - 1.0)),
        (Layer::potts(3, 3).unwrap(), colours),
        (Layer::gaussian(6).unwrap(), &bits * 2.0 + 0.3 * normal(64, 6, 1)),
        (Layer::relu(6).unwrap(), (&bits + 0.1 * normal(64, 6, 1)).mapv(f64::abs)),
    ];
    for (visible, data) in visible {
        for hidden in [
            Layer::binary(4),
            Layer::spin(4),
            Layer::potts(2, 3),
            Layer::gaussian(2),
            Layer::relu(2),
        ] {
            let rbm = Rbm::new(visible.clone(), hidden.unwrap()).unwrap();
            let rate = if rbm.hidden().units().is_discrete() { 0.3 } else { 0.1 };
            let training = rbm.train(&data).pcd(1).centered().batch(16).chains(64).seed(4);
            let trained = training.learning_rate(rate).epochs(150).record_every(150).run();
            let trained = trained.unwrap_or_else(|error| panic!("{rbm:?}: {error}"));
            let errors = trained.history.values("reconstruction_error").unwrap();
            // Two ReLU layers stay normalisable only with weak weights, which can say less.
            let most = if rbm.ln_z().is_err() { 0.98 } else { 0.95 };
            assert!(errors[1] < most * errors[0], "{rbm:?}: {errors:?}");
        }
    }
}

#[test]
fn early_stopping_keeps_the_best_machine() {
    // Eight examples of independent units: all there is to learn by heart is noise.
    let noise = normal(208, 12, 8).mapv(|x| f64::from(u8::from(x > 0.0)));
    let (data, held_out) =
        (noise.slice(s![..8, ..]).to_owned(), noise.slice(s![8.., ..]).to_owned());
    let rbm = Rbm::binary(12, 30).unwrap();
    let training = rbm.train(&data).held_out(&held_out).pcd(1).learning_rate(0.1).epochs(2000);
    let stop = EarlyStopping::PseudoLikelihood { patience: 20 };
    let trained = training.early_stopping(stop).run().unwrap();
    assert!(trained.stopped_early && trained.complete);
    let scores = trained.history.values("pseudo_likelihood_held_out").unwrap();
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert!(close(trained.rbm.pseudo_likelihood(&held_out).unwrap(), best, 1e-12));
    assert_eq!(scores.iter().position(|&x| x == best), Some(scores.len() - 21));
    let stop = EarlyStopping::FreeEnergyGap { patience: 3 };
    let trained = training.early_stopping(stop).run().unwrap();
    assert!(trained.stopped_early);
    let gap = trained.history.values("free_energy_gap").unwrap();
    let error = trained.history.values("free_energy_gap_err").unwrap();
    let last = gap.len() - 1;
    assert!(
        (last - 2..=last).all(|k| gap[k] > 3.0 * error[k])
            && gap[last - 3] <= 3.0 * error[last - 3]
    );
    let before = trained.rbm.free_energies(&held_out).unwrap().mean().unwrap()
        - trained.rbm.free_energies(&data).unwrap().mean().unwrap();
    assert!(close(before, gap[last - 3], 1e-10));
}

fn digits_of(count: usize) -> Array2<f64> {
    digits().unwrap().take(count).binarized().mapv(|s| f64::from((s + 1) / 2))
}

#[test]
fn parts_are_one_long_run_and_so_are_files_and_threads() {
    let data = digits_of(130);
    let file = std::env::temp_dir().join(format!("rbm-training-{}.statmech", std::process::id()));
    let rbm = Rbm::binary(64, 40).unwrap();
    let potts = Rbm::new(Layer::binary(64).unwrap(), Layer::potts(9, 3).unwrap()).unwrap();
    let base = rbm.train(&data).batch(50).momentum(0.5).centered().seed(9).held_out(&data);
    for training in [
        base.pcd(2),
        base.cd(1).double_precision(),
        base.tempered(1, 3).chains(20),
        base.pcd(1).early_stopping(EarlyStopping::PseudoLikelihood { patience: 100 }),
        potts.train(&data).batch(50).standardized().learning_rate(0.01),
    ] {
        let whole = training.epochs(6).run().unwrap();
        let mut trainer = training.trainer().unwrap();
        trainer.epochs(2).unwrap();
        trainer.save(&file).unwrap();
        let mut later = training.resume(&file).unwrap();
        assert_eq!(later.chains(), trainer.chains());
        let mut history = Vec::new();
        for trainer in [&mut trainer, &mut later] {
            trainer.epochs(1).unwrap();
            history.push(trainer.epochs(3).unwrap());
            assert_eq!(trainer.best().unwrap(), whole.rbm, "{training:?}");
            assert_eq!(trainer.chains(), whole.chains);
        }
        for column in
            ["pseudo_likelihood", "gradient_norm", "free_energy_gap", "swap_rate", "updates"]
        {
            let bits = |frame: &DataFrame| -> Vec<u64> {
                frame.values(column).unwrap().iter().map(|x| x.to_bits()).collect()
            };
            let expected = bits(&whole.history);
            assert!(history.iter().all(|frame| bits(frame) == expected), "{training:?} {column}");
        }
        for threads in [1, 2, 5] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let there = pool.install(|| training.epochs(6).run().unwrap());
            assert_eq!(there.rbm, whole.rbm, "{threads} threads: {training:?}");
        }
        let other = training.seed(10).resume(&file).unwrap_err().to_string();
        assert!(other.contains("another training"), "{other}");
        assert!(training.batch(49).resume(&file).is_err());
        std::fs::write(&file, &std::fs::read(&file).unwrap()[..2000]).unwrap();
        assert!(training.resume(&file).unwrap_err().to_string().contains("not complete"));
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn precisions_agree() {
    let data = soft();
    let rbm = machine(&layer("binary", 4, 3), &layer("spin", 2, 5), 0.3, 7);
    let training = rbm.train(&data).exact().learning_rate(0.1).epochs(200).record_every(0);
    let (single, double) = (training.run().unwrap(), training.double_precision().run().unwrap());
    assert!(distance(&single.rbm, &double.rbm) < 1e-4);
    assert!(distance(&single.rbm, &double.rbm) > 0.0);
}

#[test]
fn the_history_says_what_was_done() {
    let data = digits_of(100);
    let held_out =
        digits().unwrap().skip(100).take(50).binarized().mapv(|s| f64::from((s + 1) / 2));
    let rbm = Rbm::binary(64, 12).unwrap();
    let rate = LearningRate::Inverse { start: 0.2, epochs: 2.0 };
    let training =
        rbm.train(&data).held_out(&held_out).tempered(1, 4).batch(30).learning_rate(rate);
    let trained =
        training.max_unit_norm(0.8).epochs(5).record_every(2).likelihood_every(5).run().unwrap();
    let history = &trained.history;
    let column = |name: &str| history.values(name).unwrap();
    assert_eq!(column("epoch"), [0.0, 2.0, 4.0, 5.0]);
    assert_eq!(column("updates"), [0.0, 8.0, 16.0, 20.0]);
    assert!(
        column("learning_rate")
            .iter()
            .zip([0.2, 0.1, 0.2 / 3.0, 0.4 / 7.0])
            .all(|(a, b)| close(*a, b, 1e-12))
    );
    let last = |name: &str| *column(name).last().unwrap();
    let machine = &trained.rbm;
    let norm = machine.w().mapv(|w| w * w).sum().sqrt();
    assert!(close(last("weight_norm"), norm, 1e-12));
    let values = machine.singular_values().unwrap();
    assert!(close(last("largest_singular_value"), values[0], 1e-9 * values[0]));
    assert!(close(last("stable_rank"), values.dot(&values) / values[0].powi(2), 1e-6));
    assert!(close(
        last("free_energy"),
        machine.free_energies(&data).unwrap().mean().unwrap(),
        1e-10
    ));
    let gap = machine.free_energies(&held_out).unwrap().mean().unwrap() - last("free_energy");
    assert!(close(last("free_energy_gap"), gap, 1e-10));
    assert!(close(last("pseudo_likelihood"), machine.pseudo_likelihood(&data).unwrap(), 1e-12));
    let inputs = machine.hidden_means(&data).unwrap().dot(&machine.w().t()) + machine.visible().b();
    let squares = (inputs.mapv(|x| 1.0 / (1.0 + (-x).exp())) - &data).mapv(|x| x * x);
    assert!(close(last("reconstruction_error"), squares.mean().unwrap(), 1e-12));
    let likelihood = column("log_likelihood");
    assert!(likelihood[0].is_finite() && likelihood[1].is_nan() && likelihood[2].is_nan());
    assert!(close(likelihood[3], machine.log_likelihood(&data).unwrap(), 1e-10));
    let swaps = column("swap_rate");
    assert!(swaps[0].is_nan() && swaps[1..].iter().all(|&r| r > 0.0 && r <= 1.0), "{swaps:?}");
    for unit in machine.w().columns() {
        assert!(unit.dot(&unit).sqrt() < 0.8 * (1.0 + 1e-6));
    }
    let limited = training.max_norm(0.5).epochs(2).run().unwrap().rbm.w();
    assert!(limited.mapv(|w| w * w).sum().sqrt() < 0.5 * (1.0 + 1e-6));
    // Hidden units that are always on have learnt nothing.
    let stuck = rbm.with_hidden(rbm.hidden().fields(&Array1::from_elem(12, 9.0)).unwrap()).unwrap();
    let history = stuck.train(&data).epochs(1).learning_rate(1e-6).run().unwrap().history;
    assert_eq!(history.values("saturated").unwrap(), [1.0, 1.0]);
    assert_eq!(column("saturated")[0], 0.0);
}

#[test]
fn deadlines_return_what_there_is_and_learning_goes_on_from_there() {
    let data = digits_of(1700);
    let training = Rbm::binary(64, 30).unwrap().train(&data).batch(10).record_every(0).seed(3);
    let begun = std::time::Instant::now();
    let cut = training.epochs(100_000).deadline(0.2).run().unwrap();
    assert!(begun.elapsed().as_secs_f64() < 2.0);
    assert!(!cut.complete && !cut.stopped_early && cut.rbm.w().iter().all(|w| w.is_finite()));
    // Interrupted within epochs, again and again, the numbers are those of one run.
    let mut trainer = training.deadline(0.003).trainer().unwrap();
    while trainer.epochs(1).is_ok() && !format!("{trainer:?}").contains(" 3 epochs") {}
    let whole = training.epochs(3).run().unwrap();
    assert_eq!(trainer.rbm().unwrap(), whole.rbm);
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let rbm = Rbm::binary(3, 2).unwrap();
    let data = array![[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]];
    let training = rbm.train(&data);
    let says = |training: &RbmTraining, words: &str| {
        let error = training.run().unwrap_err().to_string();
        assert!(error.contains(words) && error.ends_with('.'), "{error}");
    };
    says(&rbm.train(&array![[0.0, 1.5, 1.0]]), "1.5 (row 0, column 1)");
    says(&rbm.train(&array![[0.0, 0.5, 1.0]]), "by `.binary()`");
    says(&rbm.train(&array![[0.0, f64::NAN, 1.0]]), "NaN");
    says(&rbm.train(&array![[0.0, 1.0]]), "(1, 2)");
    says(&rbm.train(&Array2::zeros((0, 3))), "at least one example");
    says(&training.held_out(&array![[0.0, -1.0, 1.0]]), "`held_out`");
    says(&training.held_out(&Array2::zeros((0, 3))), "`held_out`");
    says(&training.batch(3), "`batch` must be from 1 to the number of examples, 2, but 3");
    says(&training.batch(0), "`batch`");
    says(&training.cd(0), "`k` must be the number of Gibbs steps");
    says(&training.pcd(usize::MAX), "`k`");
    says(&training.tempered(1, 1), "`rungs`");
    says(&training.chains(0), "`chains`");
    says(&training.chains(i64::MAX), "numbers in memory");
    says(&training.epochs(0), "`epochs`");
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        says(&training.learning_rate(rate), "`learning_rate`");
    }
    says(&training.learning_rate(LearningRate::Exponential { start: 0.1, epochs: 0.0 }), "epochs");
    says(
        &training.learning_rate(LearningRate::Linear { start: 0.1, end: f64::NAN, epochs: 3.0 }),
        "`learning_rate`",
    );
    says(&training.momentum(1.0), "`momentum`");
    says(&training.momentum(f64::NAN), "`momentum`");
    says(&training.weight_decay(-0.1), "`weight_decay`");
    says(&training.sparsity(f64::NAN), "`sparsity`");
    says(&training.max_norm(0.0), "`max_norm`");
    says(&training.max_unit_norm(f64::NAN), "`max_unit_norm`");
    says(&training.deadline(0.0), "`deadline`");
    says(&training.monitor_examples(0), "`monitor_examples`");
    let stop = EarlyStopping::PseudoLikelihood { patience: 3 };
    says(&training.early_stopping(stop), "held-out");
    let held = training.held_out(&data);
    says(&held.early_stopping(EarlyStopping::FreeEnergyGap { patience: 0 }), "`patience`");
    says(&held.early_stopping(stop).record_every(0), "nothing is measured");
    let real = Rbm::new(Layer::gaussian(3).unwrap(), Layer::binary(2).unwrap()).unwrap();
    says(&real.train(&data).held_out(&data).early_stopping(stop), "discrete visible units");
    says(&Rbm::binary(100, 90).unwrap().train(&Array2::zeros((4, 100))).exact(), "pcd(1)");
    // Parameters that leave all bounds are noticed, and cured by less speed.
    let wild = Rbm::new(Layer::gaussian(3).unwrap(), Layer::gaussian(2).unwrap()).unwrap();
    let wild = wild.weights(&Array2::from_elem((3, 2), 0.5)).unwrap();
    says(
        &wild.train(&normal(50, 3, 1)).pcd(1).learning_rate(5.0).epochs(2000).record_every(0),
        "smaller `learning_rate`",
    );
}

/// Text of a column's values that are missing.
fn missing(history: &DataFrame, name: &str) -> usize {
    history.column(name).unwrap().null_count()
}

#[test]
fn deadlines_cut_sums_over_all_states_and_estimates_of_ln_z() {
    // 2²⁴ states take far longer than the deadline: no update is made, and nothing else has changed.
    let data = Array2::from_shape_fn((5, 24), |(k, i)| ((k + i) % 3 / 2) as f64);
    let rbm = Rbm::binary(24, 24).unwrap().weights(&Array2::from_elem((24, 24), 0.1)).unwrap();
    let begun = std::time::Instant::now();
    let mut trainer = rbm.train(&data).exact().centered().deadline(0.3).trainer().unwrap();
    for _ in 0..2 {
        assert_eq!(trainer.epochs(10).unwrap().height(), 1);
        assert_eq!(trainer.rbm().unwrap(), rbm);
    }
    assert!(!rbm.train(&data).exact().deadline(0.1).run().unwrap().complete);
    // ln Z of each epoch would take seconds.
    let training = Rbm::binary(784, 200).unwrap().train(&Array2::ones((5, 784)));
    let cut = training.likelihood_every(1).deadline(0.2).run().unwrap();
    assert!(!cut.complete && missing(&cut.history, "log_likelihood") == cut.history.height());
    assert_eq!(missing(&cut.history, "pseudo_likelihood"), 0);
    assert!(begun.elapsed().as_secs_f64() < 8.0, "{:?}", begun.elapsed());
}

#[test]
fn divergence_is_reported_in_the_epoch_that_it_came_to_light() {
    let wild = Rbm::new(Layer::gaussian(3).unwrap(), Layer::gaussian(2).unwrap()).unwrap();
    let wild = wild.weights(&Array2::from_elem((3, 2), 0.5)).unwrap();
    let training = wild.train(&normal(50, 3, 1)).batch(50).learning_rate(5.0).record_every(0);
    let failed = |epochs: usize| training.epochs(epochs).run().err().map(|e| (epochs, e));
    let (epochs, error) = (1..2000).find_map(failed).unwrap();
    assert!(error.to_string().contains(&format!("in epoch {epochs} of")), "{epochs}: {error}");
}

#[test]
fn likelihoods_of_large_machines_are_annealed() {
    let data = digits_of(60);
    let training = Rbm::binary(64, 17).unwrap().train(&data).learning_rate(0.2).batch(20);
    let trained = training.epochs(20).record_every(20).likelihood_every(20).run().unwrap();
    let estimate = trained.history.values("log_likelihood").unwrap()[1];
    let error = trained.history.values("log_likelihood_err").unwrap()[1];
    let exact = trained.rbm.log_likelihood(&data).unwrap();
    assert!(
        error > 0.0 && error < 0.2 && close(estimate, exact, 4.0 * error),
        "{estimate} ± {error}: {exact}"
    );
    let held = training.held_out(&data).epochs(1).likelihood_every(1).run().unwrap().history;
    let column = |name: &str| held.values(name).unwrap()[1];
    assert_eq!(column("log_likelihood"), column("log_likelihood_held_out"));
}
