//! Information against closed forms, published numbers and identities.

use statmech::prelude::*;

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

#[test]
fn jaynes_die_has_its_printed_digits() -> statmech::Result<()> {
    // E. T. Jaynes, "Where do we stand on maximum entropy?" (1978): the die whose average is 4.5.
    let printed = [0.05435, 0.07877, 0.11416, 0.16545, 0.23977, 0.34749];
    let faces = array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]];
    let die = maximum_entropy(&faces, &array![4.5]).run()?;
    for (p, printed) in die.distribution.probabilities().iter().zip(printed) {
        close(*p, printed, 5e-6);
    }
    close(die.entropy, 1.61358, 5e-6);
    close(die.multipliers[0], 0.371_048_938_081, 1e-11);
    close(die.distribution.average(&faces.row(0).to_owned())?, 4.5, 1e-11);
    // ln Z, the entropy and the multiplier hang together, S = ln Z − λ c, with the prior 1/6 taken off.
    close(die.entropy, die.ln_z + 6.0_f64.ln() - die.multipliers[0] * 4.5, 1e-11);
    Ok(())
}

#[test]
fn means_and_correlations_of_an_ising_model_give_it_back() -> statmech::Result<()> {
    // Three spins with different couplings and fields: the least biased distribution is the model itself.
    let (couplings, fields) = ([0.4, -0.7, 0.2], [0.3, 0.0, -0.5]);
    let spin = |state: usize, i: usize| if state >> i & 1 == 1 { 1.0 } else { -1.0 };
    let feature = |k: usize, state: usize| match k {
        0 => spin(state, 0) * spin(state, 1),
        1 => spin(state, 1) * spin(state, 2),
        2 => spin(state, 0) * spin(state, 2),
        _ => spin(state, k - 3),
    };
    let truth: Vec<f64> = couplings.iter().chain(&fields).copied().collect();
    let features = Array2::from_shape_fn((6, 8), |(k, state)| feature(k, state));
    let weights = (0..8).map(|s| (0..6).map(|k| truth[k] * feature(k, s)).sum::<f64>().exp());
    let model = Distribution::from_weights(weights)?;
    let averages = features.dot(model.probabilities());
    let found = maximum_entropy(&features, &averages).run()?;
    for (m, t) in found.multipliers.iter().zip(&truth) {
        close(*m, *t, 1e-9);
    }
    close(found.distribution.kl(&model)?, 0.0, 1e-14);
    Ok(())
}

#[test]
fn features_that_say_the_same_do_no_harm_and_contradictions_are_named() -> statmech::Result<()> {
    let twice = array![[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]];
    let found = maximum_entropy(&twice, &array![3.0, 6.0]).run()?;
    let once = maximum_entropy(&array![[1.0, 2.0, 3.0, 4.0]], &array![3.0]).run()?;
    close(found.distribution.kl(&once.distribution)?, 0.0, 1e-13);
    let says = |features, averages, what: &str| {
        let error = maximum_entropy(&features, &averages).run().unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    says(twice, array![3.0, 7.0], "contradict each other");
    // A mean of 0 with a mean square of 0.1 on −1, 1 has no distribution, nor has ⟨x²⟩ < ⟨x⟩².
    says(array![[0.0, 1.0, 2.0], [0.0, 1.0, 4.0]], array![1.0, 0.9], "contradict each other");
    says(array![[1.0, 6.0]], array![6.5], "1 to 6");
    says(array![[1.0, 6.0]], array![6.0], "ends excluded");
    says(array![[1.0, f64::NAN]], array![6.0], "finite");
    says(array![[1.0, 2.0]], array![1.5, 1.5], "averages");
    Ok(())
}

#[test]
fn capacities_have_their_closed_forms() -> statmech::Result<()> {
    for q in [0.0, 0.01, 0.11, 0.3, 0.5, 1.0] {
        let symmetric = Channel::binary_symmetric(q)?.capacity()?;
        close(symmetric.nats, BIT - binary_entropy(q)?, 2e-12);
        close(Channel::binary_erasure(q)?.capacity()?.nats, (1.0 - q) * BIT, 2e-12);
    }
    // The Z channel: ln(1 + (1 − q) q^{q/(1−q)}).
    for q in [0.1_f64, 0.5, 0.9] {
        let z = Channel::new(&array![[1.0, 0.0], [q, 1.0 - q]])?.capacity()?;
        assert!(z.converged);
        close(z.nats, (1.0 + (1.0 - q) * q.powf(q / (1.0 - q))).ln(), 2e-12);
        // The input it names carries that much.
        let carried = Channel::new(&array![[1.0, 0.0], [q, 1.0 - q]])?.joint(&z.input)?;
        close(carried.mutual_information(), z.nats, 1e-11);
    }
    // A useless letter gets no weight in the noisy typewriter of five letters: ln 2.5.
    let typewriter =
        Array2::from_shape_fn((5, 5), |(x, y)| if y == x || y == (x + 1) % 5 { 0.5 } else { 0.0 });
    close(Channel::new(&typewriter)?.capacity()?.nats, 2.5_f64.ln(), 1e-12);
    Ok(())
}

#[test]
fn entropies_of_pairs_obey_their_identities() -> statmech::Result<()> {
    let joint = Joint::from_weights(array![[3.0, 1.0, 0.0], [0.5, 2.0, 4.0]])?;
    let (x, y) = (joint.x()?, joint.y()?);
    close(joint.mutual_information(), x.entropy() + y.entropy() - joint.entropy(), 1e-15);
    close(joint.equivocation(), x.entropy() - joint.mutual_information(), 1e-15);
    // The chain rule I(x; y, z) = I(x; z) + I(x; y|z) on eight unequal probabilities of three bits.
    let p = |x: usize, y: usize, z: usize| (1 + (5 * x + 3 * y + 7 * z + x * y * z) % 6) as f64;
    let table = |z: usize| Joint::from_weights(Array2::from_shape_fn((2, 2), |(x, y)| p(x, y, z)));
    let weight = |z: usize| p(0, 0, z) + p(0, 1, z) + p(1, 0, z) + p(1, 1, z);
    let conditional = conditional_information(
        &Distribution::from_weights([weight(0), weight(1)])?,
        &[table(0)?, table(1)?],
    )?;
    let with_both =
        Joint::from_weights(Array2::from_shape_fn((2, 4), |(x, k)| p(x, k / 2, k % 2)))?;
    let with_z =
        Joint::from_weights(Array2::from_shape_fn((2, 2), |(x, z)| p(x, 0, z) + p(x, 1, z)))?;
    let rule = with_both.mutual_information() - with_z.mutual_information();
    close(conditional, rule, 1e-15);
    assert!(conditional > 0.001);
    assert!(conditional_information(&Distribution::uniform(3)?, &[table(0)?]).is_err());
    let (p, q) = (Distribution::new([0.2, 0.5, 0.3])?, Distribution::new([0.6, 0.1, 0.3])?);
    close(p.jensen_shannon(&q)?, q.jensen_shannon(&p)?, 1e-16);
    let middle = Distribution::new([0.4, 0.3, 0.3])?;
    close(p.jensen_shannon(&q)?, middle.entropy() - 0.5 * (p.entropy() + q.entropy()), 1e-15);
    close(p.cross_entropy(&q)?, p.entropy() + p.kl(&q)?, 1e-15);
    Ok(())
}

/// Draws from eight outcomes of unequal probability.
fn sampled_counts(p: &Distribution, n: usize, seed: u64) -> Vec<u64> {
    use statmech::rand::Rng;
    let mut generator = Seed::new(seed).generator();
    let mut counts = vec![0; p.outcomes()];
    for _ in 0..n {
        let mut u: f64 = generator.random();
        let mut outcome = 0;
        while outcome + 1 < p.outcomes() && u >= p.probabilities()[outcome] {
            u -= p.probabilities()[outcome];
            outcome += 1;
        }
        counts[outcome] += 1;
    }
    counts
}

#[test]
fn estimators_lose_their_bias_in_order_and_cover_the_truth() -> statmech::Result<()> {
    let p = Distribution::from_weights((1..=8).map(|k| 1.0 / f64::from(k)))?;
    let (truth, runs) = (p.entropy(), 400);
    let mut bias = [0.0; 3];
    let mut covered = 0;
    for seed in 0..runs {
        let counts = sampled_counts(&p, 40, seed);
        let estimators = [Estimator::PlugIn, Estimator::MillerMadow, Estimator::Grassberger];
        for (sum, estimator) in bias.iter_mut().zip(estimators) {
            *sum += (entropy_of_counts(&counts, estimator)?.mean - truth) / runs as f64;
        }
        let estimate =
            entropy_of_counts(&sampled_counts(&p, 500, 10_000 + seed), Estimator::Grassberger)?;
        covered += i32::from((estimate.mean - truth).abs() <= estimate.error);
    }
    // At 40 draws: −7/80 to leading order without correction. The standard error of each mean is 0.1/20.
    close(bias[0], -7.0 / 80.0, 0.02);
    assert!(bias[1].abs() < 0.02 && bias[2].abs() < 0.02, "{bias:?}");
    assert!((250..=294).contains(&covered), "{covered} of 400 within one standard error");
    Ok(())
}

#[test]
fn information_of_counts_is_right_on_average_and_in_its_errors() -> statmech::Result<()> {
    let p = Distribution::from_weights([4.0, 1.0, 1.0, 2.0])?;
    let truth = Joint::from_weights(array![[4.0, 1.0], [1.0, 2.0]])?.mutual_information();
    let (mut mean, mut covered) = (0.0, 0);
    for seed in 0..400 {
        let counts: Vec<u64> = sampled_counts(&p, 400, seed);
        let table = array![[counts[0], counts[1]], [counts[2], counts[3]]];
        let estimate = mutual_information_of_counts(&table, Estimator::MillerMadow)?;
        mean += estimate.mean / 400.0;
        covered += i32::from((estimate.mean - truth).abs() <= estimate.error);
    }
    close(mean, truth, 0.004);
    assert!((250..=294).contains(&covered), "{covered} of 400 within one standard error");
    Ok(())
}

#[test]
fn neighbours_find_the_entropy_of_known_densities() -> statmech::Result<()> {
    use statmech::ndarray_rand::RandomExt;
    use statmech::ndarray_rand::rand_distr::{Normal, Uniform};
    let mut generator = Seed::new(5).generator();
    let normal = Normal::new(0.0, 1.0).unwrap();
    let uniform = Uniform::new(0.0, 2.0).unwrap();
    let line = Array2::random_using((4000, 1), normal, &mut generator);
    let estimate = entropy_of_samples(&line, 4)?;
    close(estimate.mean, normal_entropy(1.0)?, 4.0 * estimate.error);
    let plane = Array2::random_using((4000, 2), uniform, &mut generator);
    let estimate = entropy_of_samples(&plane, 4)?;
    // The edge of the square costs a bias of order k/N^{1/2}.
    close(estimate.mean, 4.0_f64.ln(), 4.0 * estimate.error + 0.03);
    Ok(())
}

#[test]
fn errors_of_counts_are_those_of_leaving_out_one_observation() -> statmech::Result<()> {
    let counts = array![[31, 4, 1], [2, 17, 6]];
    let n = counts.sum() as f64;
    let whole = mutual_information_of_counts(&counts, Estimator::PlugIn)?;
    let mut left_out = Vec::new();
    for (place, &count) in counts.indexed_iter() {
        let mut fewer = counts.clone();
        fewer[place] -= 1;
        let value = mutual_information_of_counts(&fewer, Estimator::PlugIn)?.mean;
        left_out.push((count as f64, value));
    }
    let mean = left_out.iter().map(|(weight, value)| weight * value).sum::<f64>() / n;
    let squares: f64 = left_out.iter().map(|(weight, value)| weight * (value - mean).powi(2)).sum();
    close(whole.error, (squares * (n - 1.0) / n).sqrt(), 1e-12);
    Ok(())
}

/// The error is said to be too small by up to 20 %.
#[test]
fn errors_of_neighbours_are_their_scatter() -> statmech::Result<()> {
    use statmech::ndarray_rand::rand_distr::{Distribution as _, StandardNormal};
    for dimensions in [1, 3] {
        let (mut values, mut error) = (Vec::new(), 0.0);
        for seed in 0..100 {
            let mut generator = Seed::new(seed).generator();
            let samples = Array2::from_shape_simple_fn((300, dimensions), || -> f64 {
                StandardNormal.sample(&mut generator)
            });
            let estimate = entropy_of_samples(&samples, 3)?;
            values.push(estimate.mean);
            error += estimate.error / 100.0;
        }
        let mean = values.iter().sum::<f64>() / 100.0;
        let scatter = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 99.0).sqrt();
        let ratio = error / scatter;
        assert!((0.65..1.2).contains(&ratio), "{dimensions} dimensions: {ratio}");
    }
    Ok(())
}

#[test]
fn a_prior_is_what_the_entropy_is_relative_to() -> statmech::Result<()> {
    let prior = Distribution::new([0.5, 0.3, 0.2])?;
    let found = maximum_entropy(&array![[0.0, 1.0, 2.0]], &array![1.2]).prior(&prior).run()?;
    assert!(found.entropy < -0.01);
    close(found.entropy, -found.distribution.kl(&prior)?, 1e-14);
    // Its distribution is the prior's times an exponential, and the entropy what is left of ln Z.
    close(found.entropy, found.ln_z - found.multipliers[0] * 1.2, 1e-11);
    Ok(())
}

#[test]
fn tosses_update_the_coin() -> statmech::Result<()> {
    let coin = Coin::jeffreys().tossed(7, 3);
    close(coin.mean(), 7.5 / 11.0, 1e-15);
    let (low, high) = coin.interval(0.9)?;
    assert!(low < coin.mean() && coin.mean() < high);
    // The density is normalised, and has that mean.
    let frame = coin.frame(20_000)?;
    let (bias, density) = (frame.values("bias")?, frame.values("density")?);
    close(density.iter().sum::<f64>() / 20_000.0, 1.0, 1e-6);
    let mean: f64 = bias.iter().zip(&density).map(|(p, d)| p * d).sum::<f64>() / 20_000.0;
    close(mean, coin.mean(), 1e-6);
    let inside: f64 =
        bias.iter().zip(&density).filter(|(p, _)| (low..high).contains(*p)).map(|(_, d)| d).sum();
    close(inside / 20_000.0, 0.9, 1e-3);
    // The extreme priors have their intervals, too.
    for (a, b) in [(1e-3, 1e-3), (1e-3, 1e12), (1e12, 1e12)] {
        let (low, high) = Coin::new(a, b)?.interval(0.5)?;
        assert!(0.0 <= low && low <= high && high <= 1.0, "{a} {b}: {low} {high}");
    }
    // With many tosses the density is a normal one, whose σ holds 0.6827 on either side.
    let sharp = Coin::new(1e6, 1e6)?;
    let (low, high) = sharp.interval(0.682_689_492)?;
    close((high - low) / (2.0 * sharp.deviation()), 1.0, 1e-5);
    // The evidence of a sequence is the product of the predictions along it.
    let after = |h, t| Coin::jeffreys().tossed(h, t).mean();
    close(
        Coin::jeffreys().tossed(2, 1).ln_evidence(),
        (after(0, 0) * after(1, 0) * (1.0 - after(2, 0))).ln(),
        1e-12,
    );
    Ok(())
}

#[test]
fn what_is_no_distribution_is_refused() {
    let says =
        |error: statmech::Error, what: &str| assert!(error.to_string().contains(what), "{error}");
    says(Distribution::new([]).unwrap_err(), "above 0");
    says(Distribution::new([0.5, 0.4]).unwrap_err(), "sum is 0.9");
    says(Distribution::new([1.5, -0.5]).unwrap_err(), "-0.5");
    says(Distribution::new([f64::NAN, 1.0]).unwrap_err(), "NaN");
    says(Distribution::from_weights([f64::INFINITY]).unwrap_err(), "inf");
    assert!(Distribution::from_weights([f64::MAX, f64::MAX]).unwrap().probabilities()[0] == 0.5);
    says(Distribution::uniform(0).unwrap_err(), "above 0");
    let (two, three) = (Distribution::uniform(2).unwrap(), Distribution::uniform(3).unwrap());
    says(two.kl(&three).unwrap_err(), "2 outcomes");
    says(two.renyi(-1.0).unwrap_err(), "at least 0");
    says(two.average(&array![1.0]).unwrap_err(), "2 outcomes");
    says(binary_entropy(1.1).unwrap_err(), "between 0 and 1");
    says(Joint::new(Array2::zeros((0, 3))).unwrap_err(), "above 0");
    says(Joint::from_weights(array![[0.0, 0.0]]).unwrap_err(), "above 0");
    says(Channel::new(&array![[0.5, 0.6]]).unwrap_err(), "sum");
    says(Channel::new(&Array2::zeros((0, 2))).unwrap_err(), "row");
    says(Channel::binary_symmetric(f64::NAN).unwrap_err(), "between 0 and 1");
    let channel = Channel::binary_erasure(0.5).unwrap();
    says(channel.joint(&three).unwrap_err(), "2 outcomes");
    says(entropy_of_counts(&[1], Estimator::PlugIn).unwrap_err(), "at least two");
    says(entropy_of_counts(&[u64::MAX, 1], Estimator::PlugIn).unwrap_err(), "2^64");
    says(entropy_of_samples(&Array2::zeros((10, 1)), 2).unwrap_err(), "copies");
    says(entropy_of_samples(&Array2::zeros((2, 1)), 2).unwrap_err(), "2 samples");
    says(entropy_of_samples(&Array2::from_elem((9, 1), f64::NAN), 2).unwrap_err(), "finite");
    says(gaussian_entropy(&array![[1.0, 2.0], [2.0, 1.0]]).unwrap_err(), "positive definite");
    // Only half of the matrix would count.
    says(gaussian_entropy(&array![[1.0, 0.9], [0.1, 1.0]]).unwrap_err(), "symmetric");
    let wide = maximum_entropy(&array![[-1e308, 1e308]], &array![5e307]);
    says(wide.run().unwrap_err(), "range");
    says(normal_entropy(0.0).unwrap_err(), "above 0");
    for bad in [0.0, -1.0, 5e-324, 1e300, f64::NAN] {
        says(Coin::new(bad, 1.0).unwrap_err(), "between 0.001 and 1e12");
    }
    says(Coin::uniform().interval(1.0).unwrap_err(), "excluded");
    says(Coin::uniform().frame(0).unwrap_err(), "points");
}

#[test]
fn what_a_cell_shows_is_a_sentence() -> statmech::Result<()> {
    let p = Distribution::new([0.5, 0.25, 0.25])?;
    assert_eq!(format!("{p:?}"), "Distribution(0.5000, 0.2500, 0.2500)");
    let many = Distribution::uniform(1024)?;
    assert_eq!(format!("{many:?}"), "Distribution(1024 outcomes, entropy 6.9315 nats)");
    let joint = Joint::new(array![[0.5, 0.0], [0.0, 0.5]])?;
    assert_eq!(format!("{joint:?}"), "Joint(2 × 2 outcomes, mutual information 0.6931 nats)");
    let channel = Channel::binary_erasure(0.5)?;
    assert_eq!(format!("{channel:?}"), "Channel(2 inputs, 3 outputs)");
    let capacity = format!("{:?}", channel.capacity()?);
    assert!(capacity.starts_with("ChannelCapacity(0.3466 nats = 0.5000 bits, gap "), "{capacity}");
    let coin = Coin::uniform().tossed(3, 0);
    let shown = "Coin(a = 4, b = 1 after 3 heads and 0 tails, bias 0.8000 ± 0.1633)";
    assert_eq!(format!("{coin:?}"), shown);
    let settings = maximum_entropy(&array![[-1.0, 1.0]], &array![0.5]);
    let shown = "MaximumEntropy(features 1 × 2, from a uniform measure)";
    assert_eq!(format!("{settings:?}"), shown);
    let found = format!("{:?}", settings.run()?);
    let start = "LeastBiased(Distribution(0.2500, 0.7500), multipliers 0.5493, entropy 0.5623 nats";
    assert!(found.starts_with(start), "{found}");
    Ok(())
}

#[test]
fn averages_of_what_is_no_number_are_refused() -> statmech::Result<()> {
    let p = Distribution::new([1.0, 0.0])?;
    for bad in [f64::NAN, f64::INFINITY] {
        let error = p.average(&array![1.0, bad]).unwrap_err().to_string();
        assert!(error.contains("`values`") && error.contains("finite"), "{error}");
    }
    Ok(())
}

#[test]
fn entropies_of_samples_move_with_the_logarithm_of_their_scale() -> statmech::Result<()> {
    let samples =
        Array2::from_shape_fn((200, 2), |(k, i)| ((k * k + 3) as f64 * (1.3 + i as f64)).sin());
    let entropy = entropy_of_samples(&samples, 3)?;
    for scale in [1e-300, 1e-200, 1e-50, 1e50, 1e200, 1e300] {
        let scaled = entropy_of_samples(&(&samples * scale), 3)?;
        close(scaled.mean, entropy.mean + 2.0 * scale.ln(), 1e-9);
        close(scaled.error, entropy.error, 1e-9);
    }
    let copies = entropy_of_samples(&Array2::zeros((9, 1)), 3).unwrap_err().to_string();
    assert!(copies.contains("copies"), "{copies}");
    Ok(())
}
