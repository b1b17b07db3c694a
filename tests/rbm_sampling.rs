//! Samples and sampled partition functions of restricted Boltzmann machines against sums over all states, integrals and each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is missing")]

#[path = "common/restricted_machines.rs"]
mod restricted_machines;
use restricted_machines::{
    KINDS, both, check_mean, dot, exact_ln_z, excess, joint, layer, ln_weight, machine, pairs,
    rows, small, states, twenty_units, unit,
};

use statmech::Result;
use statmech::ndarray::{Array2, array, s};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

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
    let samples = rbm.gibbs().steps(3_000_000).thinning(1_200_000).deadline(0.1).run()?;
    assert!(!samples.complete && samples.steps >= 1 && samples.frame.height() == samples.steps);
    assert_eq!(samples.visible.nrows(), 100);
    assert!(samples.frame.values("complete")?.iter().all(|complete| *complete == 0.0));

    let settings = rbm.tempering(linspace(0.0, 1.0, 4)).chains(8).steps(1_000_000).deadline(0.3);
    let tempered = settings.run()?;
    assert!(!tempered.complete() && tempered.visible().nrows() == 8);
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
    refuse!(wide.gibbs().chains(300_000).steps(1).run(), "360112528", "2 GiB");
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
