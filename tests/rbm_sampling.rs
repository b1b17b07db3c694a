//! Samples and sampled partition functions of restricted Boltzmann machines against sums over all states, integrals and each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is missing")]

use statmech::Result;
use statmech::ndarray::{Array1, Array2, ArrayView1, array, s};
use statmech::prelude::*;
use statmech::rand::Rng;
use statmech::rayon::ThreadPoolBuilder;

const KINDS: [Units; 3] = [Units::Binary, Units::Spin, Units::Potts { colors: 3 }];

fn random(shape: (usize, usize), scale: f64, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_fn(shape, |_| scale * generator.random_range(-1.0..1.0))
}

/// A layer of few states in random fields.
fn layer(units: Units, sites: usize, seed: u64) -> Result<Layer> {
    let layer = match units {
        Units::Binary => Layer::binary(sites)?,
        Units::Spin => Layer::spin(sites)?,
        Units::Gaussian => Layer::gaussian(sites)?,
        Units::Relu => Layer::relu(sites)?,
        Units::Potts { colors } => Layer::potts(sites, colors)?,
    };
    let fields = random((1, layer.len()), 0.6, seed).row(0).to_owned();
    layer.fields(&fields)
}

fn machine(visible: (Units, usize), hidden: (Units, usize), scale: f64, seed: u64) -> Result<Rbm> {
    let (v, h) = (layer(visible.0, visible.1, seed)?, layer(hidden.0, hidden.1, seed + 1)?);
    let weights = random((v.len(), h.len()), scale, seed + 2);
    Rbm::new(v, h)?.weights(&weights)
}

/// A machine of about 16 times 8 states.
fn small(visible: Units, hidden: Units, seed: u64) -> Result<Rbm> {
    let sites = |units, two, three| if matches!(units, Units::Potts { .. }) { three } else { two };
    machine((visible, sites(visible, 4, 2)), (hidden, sites(hidden, 3, 2)), 1.2, seed)
}

/// All states of a layer of discrete units.
fn states(layer: &Layer) -> Vec<Vec<f64>> {
    let site: Vec<Vec<f64>> = match layer.units() {
        Units::Binary => vec![vec![0.0], vec![1.0]],
        Units::Spin => vec![vec![-1.0], vec![1.0]],
        Units::Potts { colors } => (0..colors)
            .map(|c| (0..colors).map(|d| f64::from(u8::from(c == d))).collect())
            .collect(),
        _ => panic!("not discrete"),
    };
    let mut all = vec![Vec::new()];
    for _ in 0..layer.sites() {
        all = all
            .iter()
            .flat_map(|state| site.iter().map(|more| [state.clone(), more.clone()].concat()))
            .collect();
    }
    all
}

fn dot(a: &[f64], b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// −E(v, h), of discrete units.
fn ln_weight(rbm: &Rbm, v: &[f64], h: &[f64]) -> f64 {
    let coupling: f64 = v.iter().zip(rbm.w().rows()).map(|(x, row)| x * dot(h, row)).sum();
    coupling + dot(v, rbm.visible().b().view()) + dot(h, rbm.hidden().b().view())
}

/// All joint states with their probabilities.
fn joint(rbm: &Rbm) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (mut both, mut weights) = (Vec::new(), Vec::new());
    for v in states(&rbm.visible()) {
        for h in states(&rbm.hidden()) {
            weights.push(ln_weight(rbm, &v, &h).exp());
            both.push([v.clone(), h].concat());
        }
    }
    let z: f64 = weights.iter().sum();
    (both, weights.into_iter().map(|w| w / z).collect())
}

/// How many standard deviations the total variation between counts and probabilities lies above that of independent samples.
fn excess(keys: &[Vec<f64>], probabilities: &[f64], samples: &[Vec<f64>]) -> f64 {
    let key = |state: &[f64]| -> Vec<i8> { state.iter().map(|x| *x as i8).collect() };
    let places: std::collections::HashMap<Vec<i8>, usize> =
        keys.iter().enumerate().map(|(k, state)| (key(state), k)).collect();
    let mut counts = vec![0.0; keys.len()];
    for sample in samples {
        counts[places[&key(sample)]] += 1.0;
    }
    let n = samples.len() as f64;
    let total = 0.5 * counts.iter().zip(probabilities).map(|(c, p)| (c / n - p).abs()).sum::<f64>();
    let spread = |p: &f64| p * (1.0 - p) / n;
    let pi = std::f64::consts::PI;
    let floor = 0.5 * probabilities.iter().map(|p| (2.0 * spread(p) / pi).sqrt()).sum::<f64>();
    let variance = 0.25 * (1.0 - 2.0 / pi) * probabilities.iter().map(spread).sum::<f64>();
    (total - floor) / variance.sqrt()
}

fn rows(states: &Array2<f64>) -> Vec<Vec<f64>> {
    states.rows().into_iter().map(|row| row.to_vec()).collect()
}

fn both(visible: &Array2<f64>, hidden: &Array2<f64>) -> Vec<Vec<f64>> {
    rows(visible).into_iter().zip(rows(hidden)).map(|(v, h)| [v, h].concat()).collect()
}

fn pairs() -> impl Iterator<Item = (usize, Units, Units)> {
    let all = KINDS.into_iter().flat_map(|v| KINDS.into_iter().map(move |h| (v, h)));
    all.enumerate().map(|(k, (v, h))| (k, v, h))
}

#[test]
fn gibbs_sampling_keeps_the_distribution() -> Result<()> {
    for (k, visible, hidden) in pairs() {
        let rbm = small(visible, hidden, 10 * k as u64)?;
        let (keys, probabilities) = joint(&rbm);
        let start = rbm.exact_samples(20_000, k as u64)?;
        let samples = rbm.gibbs().start(&start).steps(16).thinning(1).seed(7).run()?;
        for step in [1, 4, 16] {
            let of = |all: &Array2<f64>| {
                all.slice(s![(step - 1) * 20_000..step * 20_000, ..]).to_owned()
            };
            let states = both(&of(&samples.visible), &of(&samples.hidden));
            let excess = excess(&keys, &probabilities, &states);
            assert!(excess.abs() < 4.0, "{visible:?} {hidden:?} after {step}: {excess}");
        }
        // A wrong distribution shows: that of the machine at another temperature.
        let (_, warmer) = joint(&rbm.at_temperature(1.2)?);
        let states = both(&samples.visible, &samples.hidden);
        assert!(excess(&keys, &warmer, &states[..20_000]) > 4.0, "{visible:?} {hidden:?}");
    }
    Ok(())
}

#[test]
fn thinning_counts_from_the_end_of_the_warm_up() -> Result<()> {
    let run = small(Units::Binary, Units::Spin, 1)?.gibbs().chains(3).thermalization(3);
    let samples = run.steps(5).thinning(2).run()?;
    let kept: Vec<usize> = samples.frame.values("kept")?.iter().map(|&k| k as usize).collect();
    assert_eq!(kept, [0, 0, 0, 0, 1, 0, 1, 0]);
    assert_eq!((samples.visible.nrows(), samples.hidden.nrows()), (6, 6));
    Ok(())
}

#[test]
fn random_starts_forget_themselves() -> Result<()> {
    let rbm = small(Units::Binary, Units::Spin, 3)?;
    let (keys, probabilities) = joint(&rbm);
    let samples = rbm.gibbs().chains(20_000).thermalization(40).steps(1).run()?;
    let states = both(&samples.visible, &samples.hidden);
    assert!(excess(&keys, &probabilities, &states).abs() < 4.0);
    // After one step they have not.
    let samples = rbm.gibbs().chains(20_000).steps(1).run()?;
    let states = both(&samples.visible, &samples.hidden);
    assert!(excess(&keys, &probabilities, &states) > 4.0);
    Ok(())
}

#[test]
fn frames_hold_the_means_of_energies() -> Result<()> {
    let rbm = small(Units::Spin, Units::Binary, 21)?;
    let start = rbm.exact_samples(20_000, 5)?;
    let samples = rbm.gibbs().start(&start).steps(3).run()?;
    let (keys, probabilities) = joint(&rbm);
    let n = rbm.visible().len();
    let mean = |f: &dyn Fn(&[f64]) -> f64| -> f64 {
        keys.iter().zip(&probabilities).map(|(key, p)| p * f(key)).sum()
    };
    let energy = mean(&|key| -ln_weight(&rbm, &key[..n], &key[n..]));
    let free = mean(&|key| {
        -states(&rbm.hidden()).iter().map(|h| ln_weight(&rbm, &key[..n], h).exp()).sum::<f64>().ln()
    });
    let visible = mean(&|key| key[..n].iter().sum::<f64>() / n as f64);
    let hidden = mean(&|key| key[n..].iter().sum::<f64>() / (key.len() - n) as f64);
    let expected = [
        ("energy", energy),
        ("free_energy", free),
        ("visible_mean", visible),
        ("hidden_mean", hidden),
    ];
    for (name, expected) in expected {
        let (values, errors) =
            (samples.frame.values(name)?, samples.frame.values(&format!("{name}_err"))?);
        for (value, error) in values.iter().zip(&errors) {
            assert!((value - expected).abs() < 4.0 * error && *error < 0.02, "{name}");
        }
    }
    Ok(())
}

/// ⟨x⟩ and ⟨x²⟩ of one unit with weight exp(a x − ½γx²), by the trapezoidal rule, and its ln Z.
fn unit(units: Units, a: f64, gamma: f64) -> (f64, f64, f64) {
    let (peak, width) = (a / gamma, 1.0 / gamma.sqrt());
    let low = peak - 12.0 * width;
    let low = if units == Units::Relu { low.max(0.0) } else { low };
    let high = peak.max(0.0) + 12.0 * width;
    let n = 4_000;
    let step = (high - low) / f64::from(n);
    let mut sums = [0.0; 3];
    for k in 0..=n {
        let x = low + step * f64::from(k);
        let end = if k == 0 || k == n { 0.5 } else { 1.0 };
        let weight = end * step * (a * x - 0.5 * gamma * x * x).exp();
        sums[0] += weight;
        sums[1] += weight * x;
        sums[2] += weight * x * x;
    }
    (sums[1] / sums[0], sums[2] / sums[0], sums[0].ln())
}

#[test]
fn continuous_units_have_the_moments_of_integrals() -> Result<()> {
    for (k, units) in [Units::Gaussian, Units::Relu].into_iter().enumerate() {
        for (l, hidden) in KINDS.into_iter().enumerate() {
            let rbm = machine((units, 3), (hidden, 2), 0.8, 50 + 10 * k as u64 + l as u64)?;
            let precise = rbm.visible().precisions(&array![0.7, 1.0, 2.0])?;
            let rbm = rbm.with_visible(precise)?;
            // A mixture over hidden states.
            let (mut z, mut first, mut second) = (0.0, [0.0; 3], [0.0; 3]);
            for h in states(&rbm.hidden()) {
                let of: Vec<_> = (0..3)
                    .map(|i| {
                        let a = rbm.visible().b()[i] + dot(&h, rbm.w().row(i));
                        unit(units, a, rbm.visible().gamma()[i])
                    })
                    .collect();
                let ln: f64 = of.iter().map(|unit| unit.2).sum();
                let weight = (ln + dot(&h, rbm.hidden().b().view())).exp();
                z += weight;
                for i in 0..3 {
                    first[i] += weight * of[i].0;
                    second[i] += weight * of[i].1;
                }
            }
            let start = rbm.exact_samples(20_000, 1)?;
            let samples = rbm.gibbs().start(&start).steps(16).thinning(1).seed(3).run()?;
            for step in [0, 1, 4, 16] {
                let block = if step == 0 {
                    start.clone()
                } else {
                    samples.visible.slice(s![(step - 1) * 20_000..step * 20_000, ..]).to_owned()
                };
                for i in 0..3 {
                    check_mean(block.column(i).to_vec(), first[i] / z);
                    check_mean(block.column(i).mapv(|x| x * x).to_vec(), second[i] / z);
                }
            }
        }
    }
    Ok(())
}

/// A mean of independent values within four errors of what it should be.
fn check_mean(values: Vec<f64>, expected: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    let error = (squares / (n * (n - 1.0))).sqrt();
    assert!((mean - expected).abs() < 4.0 * error, "{mean} ± {error} for {expected}");
}

#[test]
fn two_continuous_layers_have_the_moments_of_integrals() -> Result<()> {
    // One unit in each layer: a double integral, over the visible unit by its integral given the hidden one.
    for (k, (visible, hidden)) in [
        (Units::Gaussian, Units::Gaussian),
        (Units::Gaussian, Units::Relu),
        (Units::Relu, Units::Gaussian),
        (Units::Relu, Units::Relu),
    ]
    .into_iter()
    .enumerate()
    {
        let w = 0.5;
        let rbm = Rbm::new(layer(visible, 1, 4)?, layer(hidden, 1, 5)?)?.weights(&array![[w]])?;
        let (b, c) = (rbm.visible().b()[0], rbm.hidden().b()[0]);
        let (mut sums, step) = ([0.0; 3], 0.01);
        let low = if hidden == Units::Relu { 0.0 } else { -12.0 };
        for j in 0..2_400 {
            let h = low + step * (f64::from(j) + 0.5);
            let (mean, square, ln_z) = unit(visible, b + w * h, 1.0);
            let weight = (ln_z + c * h - 0.5 * h * h).exp();
            sums = [sums[0] + weight, sums[1] + weight * mean, sums[2] + weight * square];
        }
        let samples = rbm.gibbs().chains(20_000).steps(30).seed(k as u64).run()?;
        check_mean(samples.visible.column(0).to_vec(), sums[1] / sums[0]);
        check_mean(samples.visible.column(0).mapv(|x| x * x).to_vec(), sums[2] / sums[0]);
    }
    Ok(())
}

/// The conditional distribution of visible states that agree with `state` on these columns.
fn conditional(rbm: &Rbm, state: &[f64], clamped: &[usize]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (keys, probabilities) = joint(rbm);
    let n = rbm.visible().len();
    let mut sums: Vec<(Vec<f64>, f64)> = Vec::new();
    for (key, p) in keys.iter().zip(probabilities) {
        if clamped.iter().all(|&i| key[i] == state[i]) {
            match sums.iter_mut().find(|(known, _)| known[..] == key[..n]) {
                Some(entry) => entry.1 += p,
                None => sums.push((key[..n].to_vec(), p)),
            }
        }
    }
    let total: f64 = sums.iter().map(|entry| entry.1).sum();
    sums.into_iter().map(|(key, p)| (key, p / total)).unzip()
}

#[test]
fn clamped_units_leave_the_conditional_distribution() -> Result<()> {
    for (k, visible, hidden) in pairs() {
        let rbm = small(visible, hidden, 100 + 10 * k as u64)?;
        let clamped: Vec<usize> =
            if matches!(visible, Units::Potts { .. }) { vec![0, 1, 2] } else { vec![0, 2] };
        let state = states(&rbm.visible()).pop().unwrap();
        let (keys, probabilities) = conditional(&rbm, &state, &clamped);
        let start = Array2::from_shape_fn((20_000, state.len()), |(_, i)| state[i]);
        let samples = rbm.gibbs().start(&start).clamp(clamped).steps(40).seed(k as u64).run()?;
        let excess = excess(&keys, &probabilities, &rows(&samples.visible));
        assert!(excess.abs() < 4.0, "{visible:?} {hidden:?}: {excess}");
    }
    Ok(())
}

#[test]
fn completions_have_the_exact_means_and_distribution() -> Result<()> {
    for (k, visible, hidden) in pairs() {
        let rbm = small(visible, hidden, 200 + 10 * k as u64)?;
        let n = rbm.visible().len();
        let unknown: Vec<usize> = if n == 6 { vec![3, 4, 5] } else { vec![1, 3] };
        let known: Vec<usize> = (0..n).filter(|i| !unknown.contains(i)).collect();
        let state = states(&rbm.visible()).pop().unwrap();
        let mut example = Array2::from_shape_fn((1, n), |(_, i)| state[i]);
        for &i in &unknown {
            example[[0, i]] = f64::NAN;
        }
        let (keys, probabilities) = conditional(&rbm, &state, &known);
        let settings = rbm.completion(&example, unknown).seed(k as u64);
        let completed = settings.chains(50).steps(400).run()?;
        let error = completed.frame.values("mean_err")?[0];
        assert!(error < 0.02 && completed.complete);
        for i in 0..n {
            let expected: f64 = keys.iter().zip(&probabilities).map(|(key, p)| p * key[i]).sum();
            assert!(
                (completed.mean[[0, i]] - expected).abs() <= 4.0 * error,
                "{visible:?} {hidden:?}"
            );
        }
        // One sample of each of many equal examples.
        let examples = Array2::from_shape_fn((10_000, n), |(_, i)| example[[0, i]]);
        let many = rbm.completion(&examples, (0..n).filter(|i| !known.contains(i)));
        let many = many.chains(1).steps(10).thermalization(30).seed(9).run()?;
        let excess = excess(&keys, &probabilities, &rows(&many.sample));
        assert!(excess.abs() < 4.0, "{visible:?} {hidden:?}: {excess}");
    }
    Ok(())
}

#[test]
fn denoising_samples_the_posterior() -> Result<()> {
    let noise = 0.15;
    for (k, visible, hidden) in pairs() {
        let rbm = small(visible, hidden, 300 + 10 * k as u64)?;
        let n = rbm.visible().len();
        let noisy = states(&rbm.visible())[3].clone();
        let per_site = n / rbm.visible().sites();
        let (keys, mut probabilities) = conditional(&rbm, &noisy, &[]);
        for (key, p) in keys.iter().zip(&mut probabilities) {
            for (clean, seen) in key.chunks(per_site).zip(noisy.chunks(per_site)) {
                let others = if per_site == 1 { 1.0 } else { per_site as f64 - 1.0 };
                *p *= if clean == seen { 1.0 - noise } else { noise / others };
            }
        }
        let total: f64 = probabilities.iter().sum();
        for p in &mut probabilities {
            *p /= total;
        }
        let examples = Array2::from_shape_fn((10_000, n), |(_, i)| noisy[i]);
        let settings = rbm.denoising(&examples, noise).chains(1).steps(10).thermalization(30);
        let cleaned = settings.seed(k as u64).run()?;
        let excess = excess(&keys, &probabilities, &rows(&cleaned.sample));
        assert!(excess.abs() < 4.0, "{visible:?} {hidden:?}: {excess}");
        for i in 0..n {
            let expected: f64 = keys.iter().zip(&probabilities).map(|(key, p)| p * key[i]).sum();
            check_mean(cleaned.mean.column(i).to_vec(), expected);
        }
    }
    Ok(())
}

#[test]
fn a_noisy_gaussian_unit_is_cleaned_as_by_hand() -> Result<()> {
    // v ~ mixture over one spin of N((b ± w)/γ, 1/γ), seen with noise σ.
    let (b, w, gamma, sigma, seen): (f64, f64, f64, f64, f64) = (0.3, 1.1, 2.0, 0.6, 0.9);
    let visible = Layer::gaussian(1)?.fields(&array![b])?.precisions(&array![gamma])?;
    let rbm = Rbm::new(visible, Layer::spin(1)?)?.weights(&array![[w]])?;
    let evidence = sigma.powi(-2);
    let total = gamma + evidence;
    let (mut z, mut mean) = (0.0, 0.0);
    for spin in [-1.0, 1.0] {
        let a = b + spin * w + seen * evidence;
        let weight = (a * a / (2.0 * total)).exp();
        z += weight;
        mean += weight * a / total;
    }
    let cleaned = rbm.denoising(&array![[seen]], sigma).chains(100).steps(400).run()?;
    let error = cleaned.frame.values("mean_err")?[0];
    assert!((cleaned.mean[[0, 0]] - mean / z).abs() < 4.0 * error && error < 0.02);
    Ok(())
}

#[test]
fn mean_field_completions_solve_their_equations() -> Result<()> {
    let rbm = machine((Units::Binary, 6), (Units::Spin, 4), 0.5, 1)?;
    let example = array![[1.0, 0.0, 1.0, 1.0, 0.0, 0.0]];
    let completed = rbm.completion(&example, [3, 4, 5]).mean_field(true).run()?;
    assert!(completed.complete);
    let v = completed.mean.row(0);
    let inputs = rbm.w().t().dot(&v) + rbm.hidden().b();
    let h = inputs.mapv(f64::tanh);
    let visible = (rbm.w().dot(&h) + rbm.visible().b()).mapv(|a| 1.0 / (1.0 + (-a).exp()));
    assert!((3..6).all(|i| (visible[i] - v[i]).abs() < 1e-8) && v[0] == 1.0 && v[1] == 0.0);
    assert!(completed.sample.row(0).iter().zip(v).all(|(s, m)| (s - m).abs() <= 0.5));
    Ok(())
}

/// G and P_λ of all joint states, for the inverse temperature λ.
fn at(rbm: &Rbm, lambda: f64) -> (Vec<f64>, Vec<f64>) {
    let n = rbm.visible().len();
    let (keys, _) = joint(rbm);
    let gains: Vec<f64> = keys.iter().map(|key| ln_weight(rbm, &key[..n], &key[n..])).collect();
    let weights: Vec<f64> = gains.iter().map(|g| (lambda * g).exp()).collect();
    let z: f64 = weights.iter().sum();
    (gains, weights.into_iter().map(|w| w / z).collect())
}

#[test]
fn exchanges_are_accepted_at_the_exact_rate() -> Result<()> {
    for (k, visible, hidden) in pairs() {
        let rbm = small(visible, hidden, 400 + 10 * k as u64)?;
        let lambdas = [0.3, 1.0];
        let (gains, hot) = at(&rbm, lambdas[0]);
        let (_, cold) = at(&rbm, lambdas[1]);
        let n_units = (rbm.visible().sites() + rbm.hidden().sites()) as f64;
        let rate = |factor: f64| {
            let mut sum = 0.0;
            for (x, p) in gains.iter().zip(&hot) {
                for (y, q) in gains.iter().zip(&cold) {
                    sum += p * q * (factor * (lambdas[1] - lambdas[0]) * (x - y)).exp().min(1.0);
                }
            }
            sum
        };
        let rates: Vec<f64> = (0..16)
            .map(|seed| {
                let settings = rbm.tempering(lambdas).chains(20).steps(200).thermalization(20);
                Ok(settings.seed(seed).run()?.swap_rates()[0])
            })
            .collect::<Result<_>>()?;
        check_mean(rates.clone(), rate(1.0));
        // With energies per unit it would be another.
        let mean = rates.iter().sum::<f64>() / 16.0;
        assert!((mean - rate(1.0 / n_units)).abs() > 0.05);
    }
    Ok(())
}

#[test]
fn tempering_samples_every_rung() -> Result<()> {
    for (k, visible, hidden) in pairs() {
        let rbm = small(visible, hidden, 500 + 10 * k as u64)?;
        let settings = rbm.tempering([0.2, 0.6, 1.0]).chains(10_000).steps(16).thermalization(20);
        let tempered = settings.seed(k as u64).run()?;
        let (keys, probabilities) = joint(&rbm);
        let states = both(&tempered.visible(), &tempered.hidden());
        let excess = excess(&keys, &probabilities, &states);
        assert!(excess.abs() < 4.0, "{visible:?} {hidden:?}: {excess}");
        let frame = tempered.frame()?;
        let (energy, error) = (frame.values("energy")?, frame.values("energy_err")?);
        for (rung, lambda) in [0.2, 0.6, 1.0].into_iter().enumerate() {
            let (gains, weights) = at(&rbm, lambda);
            let expected: f64 = gains.iter().zip(&weights).map(|(g, p)| -g * p).sum();
            assert!((energy[rung] - expected).abs() < 4.0 * error[rung] && error[rung] < 0.02);
        }
    }
    Ok(())
}

/// ln Z by the sum over hidden states, for visible units of any kind.
fn exact_ln_z(rbm: &Rbm) -> f64 {
    let (b, gamma) = (rbm.visible().b(), rbm.visible().gamma());
    let ln_sum = |a: &[f64], at: usize| match rbm.visible().units() {
        Units::Binary => a.iter().map(|a| (1.0 + a.exp()).ln()).sum::<f64>(),
        Units::Spin => a.iter().map(|a| (2.0 * a.cosh()).ln()).sum(),
        Units::Potts { .. } => a.iter().map(|a| a.exp()).sum::<f64>().ln(),
        units => a.iter().enumerate().map(|(i, a)| unit(units, *a, gamma[at + i]).2).sum(),
    };
    let per_site = b.len() / rbm.visible().sites();
    let coupling = rbm.w();
    let logs: Vec<f64> = states(&rbm.hidden())
        .into_iter()
        .map(|h| {
            let a = coupling.dot(&Array1::from(h.clone())) + &b;
            let sites = a.as_slice().unwrap().chunks(per_site).enumerate();
            let visible: f64 = sites.map(|(site, a)| ln_sum(a, site * per_site)).sum();
            visible + dot(&h, rbm.hidden().b().view())
        })
        .collect();
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + logs.iter().map(|ln| (ln - top).exp()).sum::<f64>().ln()
}

fn twenty_units(k: usize, scale: f64) -> Result<Rbm> {
    let kinds = [
        ((Units::Binary, 12), (Units::Binary, 8)),
        ((Units::Spin, 12), (Units::Spin, 8)),
        ((Units::Potts { colors: 3 }, 5), (Units::Binary, 5)),
        ((Units::Gaussian, 12), (Units::Spin, 8)),
        ((Units::Relu, 12), (Units::Binary, 8)),
    ];
    let (visible, hidden) = kinds[k % kinds.len()];
    machine(visible, hidden, scale, 700 + k as u64)
}

#[test]
fn annealed_importance_sampling_finds_the_exact_value() -> Result<()> {
    let mut trusted = 0;
    for k in 0..5 {
        for scale in [0.2, 0.5, 1.0] {
            let scale = if k == 4 { 0.5 * scale } else { scale };
            let rbm = twenty_units(k, scale)?;
            let exact = exact_ln_z(&rbm);
            let frame = rbm.ln_z_annealed().runs(200).steps(300).seed(k as u64).run()?;
            let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
            let (bound, trust) = (frame.values("bound")?, frame.values("converged")?);
            assert_eq!(ln_z.len(), 2);
            assert!(bound[0] < exact && exact < bound[1]);
            for row in 0..2 {
                if trust[row] == 1.0 {
                    trusted += 1;
                    let off = ln_z[row] - exact;
                    assert!(
                        off.abs() < 4.0 * error[row],
                        "{k} {scale} {row}: {off} ± {}",
                        error[row]
                    );
                    // What is trusted has a spread of ln w below 1.28: a skewness of at most 1 with 200 runs.
                    assert!(error[row] < 0.15);
                }
            }
        }
    }
    println!("{trusted} of 30 trusted");
    assert!(trusted >= 26, "{trusted}");
    Ok(())
}

#[test]
fn annealing_starts_at_the_means_of_data() -> Result<()> {
    for k in 0..5 {
        let rbm = twenty_units(k, 0.4)?;
        let exact = exact_ln_z(&rbm);
        let data = rbm.exact_samples(500, 11)?;
        let frame = rbm.ln_z_annealed().data(&data).steps(200).seed(1).run()?;
        let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
        for row in 0..2 {
            assert!((ln_z[row] - exact).abs() < 4.0 * error[row], "{k}: {}", ln_z[row] - exact);
        }
        // The base has the fields of the means: no correlations, but nothing else is missing.
        let base = frame.values("ln_z_base")?[0];
        let plain = rbm.ln_z_annealed().steps(200).seed(1).run()?.values("ln_z_base")?[0];
        assert!(base != plain);
    }
    Ok(())
}

#[test]
fn annealing_is_a_bound_on_average_and_its_errors_cover() -> Result<()> {
    let rbm = twenty_units(0, 1.2)?;
    let exact = exact_ln_z(&rbm);
    let (mut covered, mut trusted, mut sums) = ([0_usize; 2], [0_usize; 2], [0.0, 0.0]);
    let mut poor = [Vec::new(), Vec::new()];
    for seed in 0..300 {
        let frame = rbm.ln_z_annealed().steps(40).seed(seed).run()?;
        let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
        let trust = frame.values("converged")?;
        for row in 0..2 {
            sums[row] += (ln_z[row] - exact) / 300.0;
            if trust[row] == 1.0 {
                trusted[row] += 1;
                covered[row] += usize::from((ln_z[row] - exact).abs() <= error[row]);
            }
        }
        // Few runs and steps: the bias shows.
        let frame = rbm.ln_z_annealed().runs(4).steps(6).seed(seed).run()?;
        let ln_z = frame.values("ln_z")?;
        (0..2).for_each(|row| poor[row].push(ln_z[row] - exact));
    }
    println!("{covered:?} of {trusted:?} covered, off by {sums:?}");
    for row in 0..2 {
        let share = covered[row] as f64 / trusted[row] as f64;
        assert!(trusted[row] > 270 && (0.63..0.73).contains(&share), "{row}: {share}");
    }
    let mean = |values: &[f64]| {
        let (n, mean) = (values.len() as f64, values.iter().sum::<f64>() / values.len() as f64);
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        (mean, (squares / (n * (n - 1.0))).sqrt())
    };
    let (below, above) = (mean(&poor[0]), mean(&poor[1]));
    println!("few runs: {below:?} forwards, {above:?} backwards");
    assert!(below.0 < -3.0 * below.1 && above.0 > 3.0 * above.1);
    Ok(())
}

#[test]
fn weights_of_annealing_have_the_exact_mean() -> Result<()> {
    // Without sweeps and with one step it is importance sampling from independent units; the mean weight, not its logarithm, has no bias.
    let rbm = small(Units::Binary, Units::Potts { colors: 3 }, 77)?;
    let exact = exact_ln_z(&rbm);
    for (steps, sweeps) in [(1, 0), (3, 0), (3, 1), (2, 3)] {
        let values: Vec<Vec<f64>> = (0..100)
            .map(|seed| {
                let settings = rbm.ln_z_annealed().runs(100).steps(steps).sweeps(sweeps);
                let ln_z = settings.seed(seed).run()?.values("ln_z")?;
                Ok(vec![(ln_z[0] - exact).exp(), (exact - ln_z[1]).exp()])
            })
            .collect::<Result<_>>()?;
        check_mean(values.iter().map(|v| v[0]).collect(), 1.0);
        check_mean(values.iter().map(|v| v[1]).collect(), 1.0);
    }
    Ok(())
}

#[test]
fn doubtful_weights_are_not_trusted() -> Result<()> {
    let rbm = twenty_units(1, 3.0)?;
    let frame = rbm.ln_z_annealed().runs(20).steps(3).seed(1).run()?;
    assert_eq!(frame.values("converged")?, [0.0, 0.0]);
    // Where states of the other phase are missing, both ends look fine by themselves, but do not meet.
    let two = Rbm::spin(10, 2)?.weights(&Array2::from_elem((10, 2), 2.0))?;
    let fields = Array1::from_elem(10, -0.2);
    let two = two.with_visible(two.visible().fields(&fields)?)?;
    let up = Array2::from_elem((100, 10), 1.0);
    let frame = two.ln_z_annealed().samples(&up).steps(500).run()?;
    assert_eq!(frame.values("converged")?[1], 0.0);
    Ok(())
}

#[test]
fn tempering_finds_the_exact_ln_z() -> Result<()> {
    for k in 0..5 {
        let scale = if k == 4 { 0.4 } else { 0.8 };
        let rbm = twenty_units(k, scale)?;
        let exact = exact_ln_z(&rbm);
        let settings = rbm.tempering(linspace(0.0, 1.0, 9)).steps(300).thermalization(100);
        let tempered = settings.seed(k as u64).run()?;
        let frame = tempered.ln_z()?;
        for column in ["ln_z", "ln_z_integrated"] {
            let (ln_z, error) = (frame.values(column)?, frame.values(&format!("{column}_err"))?);
            let off = ln_z[8] - exact;
            assert!(off.abs() < 4.0 * error[8], "{k} {column}: {off} ± {}", error[8]);
            assert!(error[8] < 0.1 && error[0] == 0.0);
        }
        assert!(frame.values("r_hat")?[0] < 1.1);
        // From data as well.
        let data = rbm.exact_samples(300, 2)?;
        let frame = settings.data(&data).start_from_data(&data).run()?.ln_z()?;
        let (ln_z, error) = (frame.values("ln_z")?[8], frame.values("ln_z_err")?[8]);
        assert!((ln_z - exact).abs() < 4.0 * error, "{k} from data: {}", ln_z - exact);
    }
    Ok(())
}

#[test]
fn errors_of_tempering_cover() -> Result<()> {
    let rbm = twenty_units(0, 1.0)?;
    let exact = exact_ln_z(&rbm);
    // 63 to 73 %. The scatter of 24 chains covers 67 % (Student); blocks of a run, whose errors are 7 % too large on average, since covariances of
    // neighbours count where chance makes them positive, cover 71.5 %.
    for (chains, first) in [(24, 0), (2, 1_000)] {
        let settings = rbm.tempering(linspace(0.0, 1.0, 6)).chains(chains);
        let settings = settings.steps(1_200 / chains).thermalization(30);
        let mut covered = [0, 0];
        for seed in first..first + 200 {
            let frame = settings.seed(seed).run()?.ln_z()?;
            for (k, column) in ["ln_z", "ln_z_integrated"].into_iter().enumerate() {
                let error = frame.values(&format!("{column}_err"))?[5];
                covered[k] += usize::from((frame.values(column)?[5] - exact).abs() <= error);
            }
        }
        println!("{chains} chains: {covered:?} of 200 covered");
        assert!(covered.iter().all(|covered| (126..=146).contains(covered)), "{covered:?}");
    }
    Ok(())
}

#[test]
fn ladders_have_the_wanted_rates() -> Result<()> {
    let rbm = machine((Units::Spin, 40), (Units::Spin, 20), 0.35, 8)?;
    let settings = rbm.tempering([0.0, 1.0]);
    let ladder = settings.ladder_for_acceptance(0.4)?;
    assert!(ladder.len() > 4 && ladder[0] == 0.0 && ladder[ladder.len() - 1] == 1.0);
    let rates = rbm.tempering(ladder).steps(300).thermalization(100).run()?.swap_rates();
    assert!(rates.iter().all(|rate| (rate - 0.4).abs() < 0.15), "{rates:?}");
    assert!(settings.ladder_for_acceptance(1.5).is_err());
    Ok(())
}

#[test]
fn all_methods_agree() -> Result<()> {
    let rbm = twenty_units(2, 0.8)?;
    let frame = rbm.ln_z_methods().steps(40_000).seed(3).run()?;
    let exact = exact_ln_z(&rbm);
    let (ln_z, errors) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
    assert!((ln_z[0] - exact).abs() < 1e-10 && errors[0].is_nan());
    for row in 1..5 {
        assert!((ln_z[row] - exact).abs() < 4.0 * errors[row], "{row}");
        assert!((frame.values("deviation")?[row] - (ln_z[row] - exact)).abs() < 1e-9);
    }
    assert!(frame.values("converged")?.iter().all(|converged| *converged == 1.0));
    // Too large to enumerate: backwards from tempered samples.
    let large = machine((Units::Binary, 40), (Units::Binary, 30), 0.3, 5)?;
    let frame = large.ln_z_methods().steps(20_000).run()?;
    let (ln_z, errors) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
    assert_eq!(frame.height(), 4);
    for row in 1..4 {
        assert!((ln_z[row] - ln_z[0]).abs() < 4.0 * errors[row].hypot(errors[0]), "{row}");
    }
    Ok(())
}

#[test]
fn numbers_do_not_depend_on_threads() -> Result<()> {
    let rbm = machine((Units::Binary, 30), (Units::Relu, 20), 0.3, 2)?;
    let discrete = machine((Units::Binary, 30), (Units::Spin, 10), 0.3, 2)?;
    let examples = discrete.exact_samples(70, 4)?;
    let all = || -> Result<Vec<f64>> {
        let samples = rbm.gibbs().chains(150).steps(20).run()?;
        let mut numbers: Vec<f64> =
            samples.visible.iter().chain(&samples.hidden).copied().collect();
        numbers.extend(samples.frame.values("free_energy")?);
        numbers.extend(samples.frame.values("energy_err")?);
        let tempered = rbm.tempering(linspace(0.0, 1.0, 5)).chains(30).steps(40).run()?;
        numbers.extend(tempered.visible());
        numbers.extend(tempered.swap_rates());
        numbers.extend(tempered.ln_z()?.values("ln_z_err")?);
        numbers.extend(tempered.frame()?.values("energy")?);
        let annealed = discrete.ln_z_annealed().steps(50).run()?;
        numbers.extend(annealed.values("ln_z")?);
        numbers.extend(annealed.values("ln_z_err")?);
        numbers.extend(discrete.exact_samples(100, 3)?);
        let completed = discrete.completion(&examples, 3..20).steps(20).run()?;
        numbers.extend(completed.mean);
        numbers.extend(discrete.tempering([0.0, 1.0]).ladder_for_acceptance(0.6)?);
        Ok(numbers)
    };
    let on = |threads: usize| {
        ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(all)
    };
    let (one, two) = (on(1)?, on(2)?);
    assert_eq!(one.len(), two.len());
    assert!(one.iter().zip(&two).all(|(a, b)| a.to_bits() == b.to_bits()));
    assert_eq!(one, all()?);
    let other = rbm.gibbs().chains(150).steps(20).seed(1).run()?;
    assert!(other.visible.iter().zip(&one).any(|(a, b)| a != b));
    Ok(())
}

#[test]
fn deadlines_leave_valid_parts() -> Result<()> {
    let rbm = machine((Units::Binary, 60), (Units::Binary, 40), 0.3, 6)?;
    let samples = rbm.gibbs().steps(10_000_000).thinning(4_000_000).deadline(0.1).run()?;
    assert!(!samples.complete && samples.steps >= 1 && samples.frame.height() == samples.steps);
    assert_eq!(samples.visible.nrows(), 100);
    assert!(samples.frame.values("complete")?.iter().all(|complete| *complete == 0.0));

    let settings = rbm.tempering(linspace(0.0, 1.0, 4)).chains(8).steps(1_000_000).deadline(0.3);
    let tempered = settings.run()?;
    assert!(!tempered.is_complete() && tempered.visible().nrows() == 8);
    let frame = tempered.ln_z()?;
    assert!(frame.values("steps")?[0] >= 16.0 && frame.values("ln_z")?[3].is_finite());

    let small = twenty_units(0, 0.5)?;
    let frame = small.ln_z_annealed().steps(3_000_000).deadline(0.3).run()?;
    assert_eq!(frame.values("complete")?, [0.0, 0.0]);
    assert_eq!(frame.values("converged")?, [0.0, 0.0]);
    let (ln_z, error, exact) =
        (frame.values("ln_z")?, frame.values("ln_z_err")?, exact_ln_z(&small));
    for row in 0..2 {
        assert!(frame.values("steps")?[row] < 3e6);
        assert!(
            (ln_z[row] - exact).abs() < 4.0 * error[row],
            "{} ± {}",
            ln_z[row] - exact,
            error[row]
        );
    }

    let examples = Array2::zeros((20, 60));
    let completed = rbm.completion(&examples, 0..30).steps(100_000_000).deadline(0.1).run()?;
    assert!(!completed.complete);
    assert!(completed.mean.iter().all(|mean| (0.0..=1.0).contains(mean)));

    let frame = rbm.ln_z_methods().steps(1_000_000_000).deadline(0.5).run()?;
    assert!(frame.values("converged")?.iter().all(|converged| *converged == 0.0));
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused_in_a_sentence() -> Result<()> {
    let rbm = small(Units::Binary, Units::Spin, 1)?;
    let potts = small(Units::Potts { colors: 3 }, Units::Spin, 1)?;
    let good = Array2::zeros((3, 4));
    let (narrow, empty) = (Array2::zeros((3, 3)), Array2::zeros((0, 4)));
    let (half, nan) = (Array2::from_elem((3, 4), 0.5), Array2::from_elem((3, 4), f64::NAN));
    let refused = |text: String, parts: &[&str]| {
        assert!(parts.iter().all(|part| text.contains(part)) && text.ends_with('.'), "{text}");
    };
    macro_rules! refuse {
        ($run:expr, $($part:literal),*) => {
            refused($run.err().expect(stringify!($run)).to_string(), &[$($part),*])
        };
    }
    refuse!(rbm.gibbs().chains(0).run(), "chains", "at least 1");
    refuse!(rbm.gibbs().steps(0).run(), "steps", "at least 1");
    refuse!(rbm.gibbs().steps(-3).run(), "steps", "-3");
    refuse!(rbm.gibbs().thermalization(-1).run(), "thermalization");
    refuse!(rbm.gibbs().thinning(0).run(), "thinning");
    refuse!(rbm.gibbs().steps(i64::MAX).run(), "numbers");
    refuse!(rbm.gibbs().chains(i64::MAX).run(), "numbers");
    // States, inputs, and what is kept twice, of both layers.
    let wide = Rbm::binary(200, 100)?;
    refuse!(wide.gibbs().chains(300_000).steps(1).run(), "360000", "2 GiB");
    refuse!(rbm.gibbs().deadline(f64::NAN).run(), "deadline");
    refuse!(rbm.gibbs().start(&narrow).run(), "shape", "4");
    refuse!(rbm.gibbs().start(&empty).run(), "0");
    refuse!(rbm.gibbs().start(&half).run(), "0.5", "0 or 1");
    refuse!(rbm.gibbs().start_from_data(&nan).run(), "NaN");
    refuse!(rbm.gibbs().clamp([4]).run(), "clamped", "below 4");
    refuse!(potts.gibbs().clamp([0, 1]).run(), "whole sites");
    refuse!(rbm.exact_samples(0, 1), "samples");
    refuse!(rbm.exact_samples(i64::MAX, 1), "numbers");
    refuse!(Rbm::binary(30, 40)?.exact_samples(1, 1), "states", "gibbs");
    refuse!(Rbm::new(Layer::gaussian(2)?, Layer::relu(2)?)?.exact_samples(1, 1), "states");

    refuse!(rbm.completion(&narrow, [1]).run(), "shape");
    refuse!(rbm.completion(&half, [1]).run(), "0.5");
    refuse!(rbm.completion(&good, [7]).run(), "unknown");
    refuse!(rbm.completion(&good, [1]).chains(0).run(), "chains");
    refuse!(rbm.completion(&good, [1]).steps(0).run(), "steps");
    refuse!(rbm.denoising(&good, 0.0).run(), "noise");
    refuse!(rbm.denoising(&good, 0.5).run(), "noise", "0.5");
    refuse!(rbm.denoising(&good, f64::NAN).run(), "noise");
    refuse!(rbm.denoising(&nan, 0.1).run(), "NaN");

    refuse!(rbm.tempering([]).run(), "at least two");
    refuse!(rbm.tempering([1.0]).run(), "at least two");
    refuse!(rbm.tempering([0.0, 0.5]).run(), "last");
    refuse!(rbm.tempering([0.5, 0.5, 1.0]).run(), "ascending");
    refuse!(rbm.tempering([f64::NAN, 1.0]).run(), "NaN");
    refuse!(rbm.tempering([0.0, 1.5]).run(), "1.5");
    refuse!(rbm.tempering([0.0, 1.0]).chains(0).run(), "chains");
    refuse!(rbm.tempering([0.0, 1.0]).steps(5).run(), "steps", "16");
    refuse!(rbm.tempering([0.0, 1.0]).steps(i64::MAX).run(), "numbers");
    refuse!(rbm.tempering([0.0, 1.0]).thinning(0).run(), "thinning");
    refuse!(rbm.tempering([0.0, 1.0]).data(&half).run(), "0.5");
    refuse!(rbm.tempering([0.0, 1.0]).start_from_data(&empty).run(), "0");
    refuse!(rbm.tempering([0.5, 1.0]).steps(16).run()?.ln_z(), "0.5");

    refuse!(rbm.ln_z_annealed().runs(1).run(), "runs");
    refuse!(rbm.ln_z_annealed().runs(i64::MAX).run(), "numbers");
    refuse!(rbm.ln_z_annealed().steps(0).run(), "steps");
    refuse!(rbm.ln_z_annealed().steps(i64::MAX).run(), "numbers");
    refuse!(rbm.ln_z_annealed().sweeps(-1).run(), "sweeps");
    refuse!(rbm.ln_z_annealed().schedule([0.5, 1.0]).run(), "starts at 0");
    refuse!(rbm.ln_z_annealed().schedule([0.0, f64::NAN, 1.0]).run(), "NaN");
    refuse!(rbm.ln_z_annealed().data(&narrow).run(), "shape");
    refuse!(rbm.ln_z_annealed().samples(&half).run(), "0.5");
    refuse!(rbm.ln_z_annealed().samples(&Array2::zeros((1, 4))).run(), "two");
    refuse!(Rbm::binary(30, 40)?.ln_z_annealed().reverse(true).run(), "samples", "tempering");
    let unbounded = Rbm::new(Layer::gaussian(1)?, Layer::gaussian(1)?)?.weights(&array![[1.5]])?;
    refuse!(unbounded.gibbs().run(), "Z is infinite");
    refuse!(unbounded.tempering([0.0, 1.0]).run(), "Z is infinite");
    refuse!(unbounded.ln_z_annealed().run(), "Z is infinite");
    refuse!(unbounded.ln_z_methods().run(), "Z is infinite");
    refuse!(rbm.ln_z_methods().steps(0).run(), "steps");
    refuse!(rbm.ln_z_methods().data(&nan).run(), "NaN");
    refuse!(rbm.ln_z_methods().deadline(-1.0).run(), "deadline");
    Ok(())
}
