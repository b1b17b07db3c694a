//! Interaction of neurons against known Gaussians, small Ising models, null models and dense Hessians.

use statmech::Result;
use statmech::ndarray::Array2;
use statmech::prelude::*;
use statmech::rand::Rng;

/// A Gaussian of four neurons on a chain, whose inverse covariance is tridiagonal.
fn chain() -> Result<GaussianCloud> {
    let (d, r) = (1.0, 0.5_f64);
    let covariance =
        Array2::from_shape_fn((4, 4), |(i, j)| d * r.powi((i as i32 - j as i32).abs()));
    GaussianCloud::new(&array![1.0, 0.0, -3.0, 0.0], &covariance)
}

fn number(frame: &DataFrame, quantity: usize, column: &str) -> Result<f64> {
    Ok(frame.values(column)?[quantity])
}

fn independent(examples: usize, neurons: usize, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_fn((examples, neurons), |_| generator.random::<f64>().powi(3))
}

#[test]
fn a_gaussian_chain_has_its_partial_correlations_and_multi_information() -> Result<()> {
    let found =
        ConnectivityEstimation::new(&chain()?.sample(20_000, 1)?)?.groups(0).shuffles(0).run()?;
    assert!(found.shrinkage < 0.002 && found.complete);
    // Markov: only neighbours, −P_ij/√(P_ii P_jj) = r/√(1 + r²) at the ends and r/(1 + r²) inside.
    let (end, inside) = (0.5 / 1.25_f64.sqrt(), 0.4);
    for (i, j, exact) in
        [(0, 1, end), (1, 2, inside), (2, 3, end), (0, 2, 0.0), (0, 3, 0.0), (1, 3, 0.0)]
    {
        let p = found.partial_correlations[(i, j)];
        assert!((p - exact).abs() < 4.0 / 20_000_f64.sqrt(), "{i}-{j}: {p} {exact}");
        let (r, information) = (found.correlations[(i, j)], found.gaussian_information[(i, j)]);
        assert!((information + 0.5 * (1.0 - r * r).ln()).abs() < 1e-14);
        // The spins of a Gaussian pair agree with probability ½ + arcsin(r)/π (Sheppard).
        let agree = 0.5 + (0.5_f64.powi(j as i32 - i as i32)).asin() / std::f64::consts::PI;
        let exact = 2_f64.ln() - binary_entropy(agree)?;
        assert!(
            (found.information[(i, j)] - exact).abs() < 4.0 * (0.01 * exact.sqrt() + 1e-4),
            "{i}-{j}"
        );
    }
    Ok(())
}

#[test]
fn errors_of_the_numbers_cover() -> Result<()> {
    // det R = (1 − r²)³.
    let exact = -3.0 * 0.75_f64.ln() / 8.0;
    let squares: f64 = (3.0 * 0.25 + 2.0 * 0.0625 + 0.015_625) / 6.0;
    let (mut information, mut correlation) = (Vec::new(), Vec::new());
    for seed in 0..200 {
        let found =
            ConnectivityEstimation::new(&chain()?.sample(240, seed)?)?.shuffles(0).run()?.frame;
        let z = |q: usize, exact: f64| -> Result<f64> {
            Ok((number(&found, q, "value")? - exact) / number(&found, q, "value_err")?)
        };
        information.push(z(1, exact)?);
        correlation.push(z(0, squares.sqrt())?);
    }
    for (name, z) in [("multi_information", &information), ("correlation", &correlation)] {
        let inside = z.iter().filter(|z| z.abs() < 1.0).count() as f64 / 200.0;
        assert!((0.60..0.76).contains(&inside), "{name}: {inside}");
    }
    // Without bias: the mean of z is within its own error, 4/√200.
    let shift = information.iter().sum::<f64>() / 200.0;
    assert!(shift.abs() < 0.35, "{shift}");
    Ok(())
}

#[test]
fn information_of_independent_neurons_is_0_on_average() -> Result<()> {
    // Spins at the median: the plain value is 1/(2N) = 0.0025 above, and Grassberger's 0.0075 below.
    let noise = GaussianCloud::new(&Array1::zeros(4), &Array2::eye(4))?;
    let values = (0..300)
        .map(|seed| {
            let sample = noise.sample(200, seed)?;
            let settings = ConnectivityEstimation::new(&sample)?.groups(0).shuffles(0);
            number(&settings.run()?.frame, 2, "value")
        })
        .collect::<Result<Vec<f64>>>()?;
    let mean = values.iter().sum::<f64>() / 300.0;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 299.0;
    assert!(mean.abs() < 3.5 * (variance / 300.0).sqrt(), "{mean} {variance}");
    Ok(())
}

#[test]
fn multi_information_of_few_examples_has_no_bias() -> Result<()> {
    // Ten examples of four independent Gaussians: 0 on average, where the plain −½ ln det R/n is some 0.09 above.
    let noise = GaussianCloud::new(&Array1::zeros(4), &Array2::eye(4))?;
    let values = (0..300)
        .map(|seed| {
            let settings =
                ConnectivityEstimation::new(&noise.sample(10, seed)?)?.groups(0).shuffles(0);
            number(&settings.run()?.frame, 1, "value")
        })
        .collect::<Result<Vec<f64>>>()?;
    let mean = values.iter().sum::<f64>() / 300.0;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 299.0;
    assert!(mean.abs() < 3.5 * (variance / 300.0).sqrt(), "{mean} {variance}");
    Ok(())
}

#[test]
fn spins_of_a_known_ising_model_give_its_couplings() -> Result<()> {
    let truth = Ising::sherrington_kirkpatrick(6, 2)?;
    let (t, samples) = (2.0, 40_000);
    let states = truth.enumerate()?.draw(t, samples, 3)?;
    let found =
        ConnectivityEstimation::new(&states.mapv(f64::from))?.groups(0).shuffles(0).run()?;
    let couplings = truth.couplings()?;
    let moments = truth.partition_function(t)?.moments()?;
    for i in 0..6 {
        for j in 0..i {
            let gap = found.couplings[(i, j)] - couplings[(i, j)] / t;
            assert!(gap.abs() < 5.0 / (samples as f64).sqrt(), "{i} {j}: {gap}");
            // Without fields, both spins agree with probability (1 + c)/2.
            let c = moments.correlations[(i, j)];
            let exact = 2_f64.ln() - binary_entropy(0.5 * (1.0 + c))?;
            let gap = found.information[(i, j)] - exact;
            assert!(
                gap.abs() < 4.0 * (c.abs() + 0.005) / (samples as f64).sqrt(),
                "{i} {j}: {gap}"
            );
        }
    }
    Ok(())
}

#[test]
fn independent_neurons_have_nothing_beyond_the_null() -> Result<()> {
    let (mut inside, mut total) = (0_usize, 0_usize);
    for seed in 0..60 {
        let found =
            ConnectivityEstimation::new(&independent(300, 5, seed))?.seed(seed).run()?.frame;
        for q in 0..6 {
            let z = number(&found, q, "beyond")? / number(&found, q, "beyond_err")?;
            assert!(z.abs() < 4.5, "seed {seed}, number {q}: {z}");
            total += 1;
            inside += usize::from(z.abs() < 1.0);
        }
    }
    // Errors at zero are up to √2 too large, never too small.
    let inside = inside as f64 / total as f64;
    assert!((0.63..0.98).contains(&inside), "{inside}");
    // E r² = 1/(N − 1) over shuffles, exactly.
    let found =
        ConnectivityEstimation::new(&independent(50, 2, 1))?.shuffles(4_000).groups(0).run()?.frame;
    let (mean, scatter) = (number(&found, 0, "null")?, number(&found, 0, "null_err")?);
    let squares = mean * mean + scatter * scatter;
    assert!((squares * 49.0 - 1.0).abs() < 4.0 * (2.0 / 4_000_f64).sqrt(), "{squares}");
    Ok(())
}

#[test]
fn shrinkage_and_participation_by_hand() -> Result<()> {
    let sample = chain()?.sample(30, 5)?;
    let found = ConnectivityEstimation::new(&sample)?.groups(0).shuffles(0).run()?;
    // Schäfer and Strimmer's formula, loop by loop.
    let n = 30.0;
    let column = |i: usize| {
        let x = sample.column(i).to_vec();
        let mean = x.iter().sum::<f64>() / n;
        let s = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        x.iter().map(|x| (x - mean) / s).collect::<Vec<f64>>()
    };
    let (mut scatter, mut signal) = (0.0, 0.0);
    for i in 0..4 {
        for j in 0..i {
            let w: Vec<f64> = column(i).iter().zip(&column(j)).map(|(a, b)| a * b).collect();
            let mean = w.iter().sum::<f64>() / n;
            scatter +=
                n / (n - 1.0_f64).powi(3) * w.iter().map(|w| (w - mean).powi(2)).sum::<f64>();
            signal += (n / (n - 1.0) * mean).powi(2);
        }
    }
    assert!(
        (found.shrinkage - scatter / signal).abs() < 1e-10,
        "{} {}",
        found.shrinkage,
        scatter / signal
    );
    for i in 0..4 {
        for j in 0..i {
            let r: f64 = column(i).iter().zip(&column(j)).map(|(a, b)| a * b).sum();
            assert!((found.correlations[(i, j)] - r / (n - 1.0)).abs() < 1e-12);
        }
    }
    // The couplings' default penalty is one over the number of examples.
    let settings = ConnectivityEstimation::new(&sample)?.groups(0).shuffles(0);
    assert_eq!(found.couplings, settings.l2(1.0 / n).run()?.couplings);
    assert_ne!(found.couplings, settings.l2(0.0).run()?.couplings);
    let none = ConnectivityEstimation::new(&sample)?.shrinkage(1.0).groups(0).shuffles(0).run()?;
    assert!((none.partial_correlations - Array2::<f64>::eye(4)).iter().all(|p| p.abs() < 1e-12));
    // Orthogonal columns of variances in the ratio 1 : 4.
    let two = Array2::from_shape_fn((8, 2), |(k, i)| {
        if i == 0 { (-1_f64).powi(k as i32) } else { 2.0 * (-1_f64).powi(k as i32 / 2) }
    });
    let found = ConnectivityEstimation::new(&two)?.groups(0).shuffles(0).run()?;
    assert!((number(&found.frame, 5, "value")? - 25.0 / 34.0).abs() < 1e-12);
    assert!(found.correlations[(0, 1)].abs() < 1e-15);
    // The median halves an even number of values, so that a neuron and its mirror image know each other as well as two alike.
    let mirror = Array2::from_shape_fn((8, 3), |(k, i)| if i == 1 { -1.0 } else { 1.0 } * k as f64);
    let found = ConnectivityEstimation::new(&mirror)?.shrinkage(0.5).groups(0).shuffles(0).run()?;
    assert!((found.information[(0, 1)] - found.information[(0, 2)]).abs() < 1e-14);
    Ok(())
}

#[test]
fn neighbours_find_information_that_correlations_do_not() -> Result<()> {
    let mut generator = Seed::new(4).generator();
    let x = Array2::from_shape_fn((1_500, 1), |_| generator.random::<f64>() - 0.5);
    let noise = Array2::from_shape_fn((1_500, 1), |_| generator.random::<f64>());
    let free = mutual_information_of_samples(&x, &noise, 4)?;
    assert!(free.mean.abs() < 4.0 * free.error, "{free}");
    // A parabola with noise has no correlation; I = H(y) − H(y | x) with y = x² + noise/10, uniform noise.
    let y = &x.mapv(|x| x * x) + &(&noise * 0.1);
    let found = ConnectivityEstimation::new(&statmech::ndarray::concatenate![Axis(1), x, y])?
        .neighbors(4)
        .run()?;
    assert!(found.correlations[(0, 1)].abs() < 0.1);
    let information = found.neighbor_information.unwrap()[(0, 1)];
    let entropy = entropy_of_samples(&y, 4)?;
    assert!((information - (entropy.mean - 0.1_f64.ln())).abs() < 0.1, "{information} {entropy}");
    for none in [0, 1_499, usize::MAX] {
        assert!(
            ConnectivityEstimation::new(&statmech::ndarray::concatenate![Axis(1), x, y])?
                .neighbors(none)
                .run()
                .is_err()
        );
    }
    // The order of the two does not matter.
    assert!(
        (mutual_information_of_samples(&x, &y, 4)?.mean
            - mutual_information_of_samples(&y, &x, 4)?.mean)
            .abs()
            < 1e-12
    );
    Ok(())
}

#[test]
fn blocks_of_the_hessian_between_neurons() -> Result<()> {
    let x = Array2::from_shape_fn((25, 2), |(i, j)| ((i * 2 + j) as f64).sin());
    let data = Dataset::regression(&x, &x.map_axis(Axis(1), |x| x[0] * x[1]).insert_axis(Axis(1)))?;
    let network = Network::mlp([2, 3, 2, 1]);
    let mut theta = network.initial(2)?;
    let dense = network.loss(&data)?.hessian(&theta)?;
    let incoming = network.incoming(1)?;
    let blocks = network.neuron_hessian(&data, &theta, 1)?;
    for a in 0..2 {
        for b in 0..2 {
            let squares =
                incoming[a].iter().flat_map(|&i| incoming[b].iter().map(move |&j| (i, j)));
            let norm = squares.map(|place| dense[place].powi(2)).sum::<f64>().sqrt();
            assert!((blocks[(a, b)] - norm).abs() < 1e-11 * norm.max(1.0));
        }
    }
    assert!((off_block_fraction(&array![[1.0, 2.0], [2.0, 4.0]])? - 0.32).abs() < 1e-15);
    let fraction = off_block_fraction(&blocks)?;
    assert!(fraction > 0.0 && fraction < 1.0);
    // A unit that does not reach the output has no curvature and shares none.
    let outgoing = network.blocks()?[4].range();
    theta[outgoing.start + 1] = 0.0;
    let cut = network.neuron_hessian(&data, &theta, 1)?;
    assert!(cut[(0, 1)] < 1e-14 && cut[(1, 1)] < 1e-14 && off_block_fraction(&cut)? < 1e-20);
    Ok(())
}

#[test]
fn training_is_followed_from_the_same_start_on_any_number_of_threads() -> Result<()> {
    let data = Dataset::from_images(&digits()?.take(200));
    let study = Network::mlp([64, 6, 10])
        .interaction_training(&data)
        .checkpoints([0, 5, 120])
        .runs(3)
        .seed(1);
    let on = |threads: usize| {
        let pool = statmech::rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| study.run())
    };
    let (one, three) = (on(1)?, on(3)?);
    assert!(one.equals_missing(&three));
    let (correlation, accuracy) = (one.values("correlation")?, one.values("accuracy")?);
    // Random weights do not know the targets.
    assert_eq!(correlation[0], correlation[3]);
    assert_ne!(correlation[2], correlation[5]);
    assert!(accuracy[2] > 0.8 && accuracy[5] < accuracy[2] - 0.2, "{accuracy:?}");
    // The row is what the measurement of one network gives.
    let single = study.runs(2).checkpoints([0]).run()?.values("participation")?[0];
    let network = Network::mlp([64, 6, 10]);
    let both: Vec<f64> = (0..2)
        .map(|k| -> Result<f64> {
            let theta = network.initial(Seed::new(1).child(k))?;
            number(
                &network
                    .functional_connectivity(&data, &theta, 0)?
                    .groups(0)
                    .shuffles(0)
                    .run()?
                    .frame,
                5,
                "value",
            )
        })
        .collect::<Result<_>>()?;
    assert!((single - 0.5 * (both[0] + both[1])).abs() < 1e-12);
    let cut = study.runs(500).deadline(1e-6).run()?;
    assert!(cut.values("runs")?[0] == 1.0 && cut.values("complete")?[0] == 0.0);
    assert_eq!(cut.column("loss_err")?.null_count(), 6);
    Ok(())
}

#[test]
fn silent_neurons_are_named_and_left_out() -> Result<()> {
    let mut values = independent(60, 4, 3);
    values.column_mut(1).fill(7.0);
    // A saturated unit: at its largest value in most examples.
    values.column_mut(3).iter_mut().for_each(|x| *x = if *x > 0.1 { 1.0 } else { 0.2 });
    let found = ConnectivityEstimation::new(&values)?.neighbors(3).run()?;
    assert_eq!(found.neurons, [0, 2, 3]);
    assert_eq!(found.frame.values("silent")?[0], 1.0);
    assert!(found.couplings.iter().chain(&found.partial_correlations).all(|x| x.is_finite()));
    let partial = ConnectivityEstimation::new(&values)?.deadline(1e-9).run()?;
    assert!(!partial.complete && partial.frame.column("null")?.null_count() == 6);
    Ok(())
}

#[test]
fn bad_input_is_a_sentence() -> Result<()> {
    let good = independent(40, 3, 1);
    for bad in [
        Array2::zeros((0, 3)),
        Array2::zeros((40, 0)),
        Array2::zeros((40, 3)),
        independent(40, 1, 1),
        independent(7, 3, 1),
        independent(8, 513, 1),
        &good * f64::NAN,
        &good * f64::INFINITY,
    ] {
        assert!(ConnectivityEstimation::new(&bad).is_err());
    }
    let settings = ConnectivityEstimation::new(&good)?;
    for bad in [
        settings.shrinkage(-0.1),
        settings.shrinkage(f64::NAN),
        settings.groups(1),
        settings.groups(-1),
        settings.groups(11),
        settings.shuffles(1),
        settings.shuffles(i64::MAX),
        settings.l2(f64::NAN),
        settings.l2(-1.0),
        settings.deadline(f64::NAN),
    ] {
        assert!(bad.run().is_err(), "{bad:?}");
    }
    let (x, y) = (independent(40, 1, 1), independent(39, 1, 2));
    assert!(mutual_information_of_samples(&x, &y, 3).is_err());
    assert!(mutual_information_of_samples(&x, &x, 0).is_err());
    assert!(mutual_information_of_samples(&x, &x, 39).is_err());
    assert!(mutual_information_of_samples(&x, &x, usize::MAX).is_err());
    assert!(mutual_information_of_samples(&(&x * f64::NAN), &x, 3).is_err());
    assert!(
        mutual_information_of_samples(&Array2::ones((40, 1)), &Array2::ones((40, 1)), 3).is_err()
    );

    let data = Dataset::from_images(&digits()?.take(20));
    let network = Network::mlp([64, 4, 10]);
    let theta = network.initial(1)?;
    assert!(network.functional_connectivity(&data, &theta, 1).is_err());
    assert!(network.functional_connectivity(&data, &array![1.0], 0).is_err());
    assert!(network.neuron_hessian(&data, &array![1.0], 0).is_err());
    assert!(network.neuron_hessian(&data, &(&theta * f64::NAN), 0).is_err());
    assert!(Network::mlp([64, 1_000, 10]).neuron_hessian(&data, &theta, 0).is_err());
    for norms in
        [Array2::zeros((0, 0)), Array2::zeros((2, 2)), Array2::ones((2, 3)), array![[f64::NAN]]]
    {
        assert!(off_block_fraction(&norms).is_err());
    }
    // Pairs of neurons by neighbours, and networks, that a deadline leaves out.
    let many = independent(4000, 40, 1);
    let cut = ConnectivityEstimation::new(&many)?.groups(0).shuffles(0).neighbors(3).deadline(0.2);
    let start = std::time::Instant::now();
    let cut = cut.run()?;
    let left_out = cut.neighbor_information.map_or(0, |i| i.iter().filter(|x| x.is_nan()).count());
    assert!(!cut.complete && left_out > 40 && start.elapsed().as_secs_f64() < 10.0);
    let wide = ConnectivityEstimation::new(&independent(50_000, 100, 1))?.neighbors(3);
    let refused = wide.run().unwrap_err().to_string();
    assert!(
        ["`deadline`", "fewer examples"].iter().all(|part| refused.contains(part)),
        "{refused}"
    );
    let whole = Dataset::from_images(&digits()?);
    let long = Network::mlp([64, 30, 10]).interaction_training(&whole).checkpoints([0, 50_000]);
    let start = std::time::Instant::now();
    assert!(long.deadline(0.1).run().unwrap_err().to_string().contains("`deadline`"));
    assert!(start.elapsed().as_secs_f64() < 10.0);
    assert!(long.runs(1000).run().unwrap_err().to_string().contains("`deadline`"));

    let study = network.interaction_training(&data);
    for bad in [
        study.runs(1),
        study.learning_rate(0.0),
        study.learning_rate(f64::NAN),
        study.checkpoints([]),
        study.checkpoints([1, 1]),
        study.checkpoints([usize::MAX]),
        study.hidden(1),
        study.deadline(-1.0),
        Network::mlp([3, 4, 10]).interaction_training(&data),
    ] {
        assert!(bad.run().is_err(), "{bad:?}");
    }
    Ok(())
}
