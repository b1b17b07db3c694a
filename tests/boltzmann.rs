//! Boltzmann machines: exact quantities against sums by hand and finite differences, sampling and learning against exact ones.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/boltzmann_machines.rs"]
mod boltzmann_machines;
use boltzmann_machines::{CODINGS, Result, machine, target};

use statmech::prelude::*;

/// All states of all units with their energies, by the definition and with no help from the machine.
fn by_hand(machine: &BoltzmannMachine) -> Vec<(Vec<f64>, f64)> {
    let n = machine.n_units();
    let (weights, biases) = (machine.weights(), machine.biases());
    let off = f64::from(machine.coding().off());
    (0..1_usize << n)
        .map(|k| {
            let s: Vec<f64> =
                (0..n).map(|i| if k >> (n - 1 - i) & 1 == 1 { 1.0 } else { off }).collect();
            let mut energy = 0.0;
            for i in 0..n {
                energy -= biases[i] * s[i];
                for j in 0..i {
                    energy -= weights[(i, j)] * s[i] * s[j];
                }
            }
            (s, energy)
        })
        .collect()
}

#[test]
fn distributions_free_energies_and_ln_z_are_direct_sums() -> Result {
    for coding in CODINGS {
        for (visible, hidden, t) in
            [(1, 0, 1.0), (3, 0, 2.0), (3, 2, 0.7), (1, 4, 1.0), (4, 3, 1.5)]
        {
            let machine = machine(coding, visible, hidden, 0.8, 3)?.at_temperature(t)?;
            let states = by_hand(&machine);
            let z: f64 = states.iter().map(|(_, e)| (-e / t).exp()).sum();
            assert!((machine.ln_z()? - z.ln()).abs() < 1e-12);
            let size = 1 << hidden;
            let p: Vec<f64> = states
                .chunks(size)
                .map(|c| c.iter().map(|(_, e)| (-e / t).exp()).sum::<f64>() / z)
                .collect();
            let found = machine.distribution()?;
            assert!(found.probabilities().iter().zip(&p).all(|(a, b)| (a - b).abs() < 1e-14));
            let joint = machine.joint_distribution()?;
            assert!(
                joint
                    .probabilities()
                    .iter()
                    .zip(&states)
                    .all(|(a, (_, e))| (a - (-e / t).exp() / z).abs() < 1e-14)
            );
            let rows = machine.visible_states()?;
            let free = machine.free_energies(&rows)?;
            assert!(free.iter().zip(&p).all(|(f, p)| ((-f / t).exp() / z - p).abs() < 1e-13));
            let q = target(1 << visible, 5)?;
            let kl: f64 = q.probabilities().iter().zip(&p).map(|(q, p)| q * (q / p).ln()).sum();
            assert!((machine.kl(&q)? - kl).abs() < 1e-13);
            let likelihood = p.iter().map(|p| p.ln()).sum::<f64>() / p.len() as f64;
            assert!((machine.log_likelihood(&rows)? - likelihood).abs() < 1e-12);
            let (means, correlations) = machine.moments()?;
            for i in 0..machine.n_units() {
                let mean: f64 = states.iter().map(|(s, e)| s[i] * (-e / t).exp() / z).sum();
                assert!((means[i] - mean).abs() < 1e-13);
                for j in 0..machine.n_units() {
                    let product: f64 =
                        states.iter().map(|(s, e)| s[i] * s[j] * (-e / t).exp() / z).sum();
                    assert!((correlations[(i, j)] - product).abs() < 1e-13);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_crates_enumeration_agrees() -> Result {
    for coding in CODINGS {
        let machine = machine(coding, 7, 3, 0.6, 2)?.at_temperature(1.3)?;
        let exact = machine.ising()?.enumerate()?;
        let p = exact.probabilities(1.3)?;
        let joint = machine.joint_distribution()?;
        for state in 0..1 << 10 {
            let spins = exact.configuration(state)?;
            let number = spins.iter().fold(0, |k, &s| k << 1 | usize::from(s == 1));
            assert!((joint.probabilities()[number] - p[state as usize]).abs() < 1e-14);
        }
    }
    Ok(())
}

#[test]
fn the_gradient_is_that_of_the_likelihood() -> Result {
    let step = 1e-5;
    for coding in CODINGS {
        for (visible, hidden) in [(4, 0), (3, 3), (2, 1)] {
            let machine = machine(coding, visible, hidden, 0.7, 8)?.at_temperature(1.4)?;
            let q = target(1 << visible, 1)?;
            let gradient = machine.gradient(&q)?.values;
            for k in 0..gradient.len() {
                let moved = |sign: f64| -> Result<f64> {
                    let mut x = machine.parameters();
                    x[k] += sign * step;
                    machine.with_parameters(&x)?.kl(&q)
                };
                let difference = -(moved(1.0)? - moved(-1.0)?) / (2.0 * step);
                assert!(
                    (gradient[k] - difference).abs() < 1e-9,
                    "{coding:?} {k}: {} {difference}",
                    gradient[k]
                );
            }
        }
    }
    Ok(())
}

#[test]
fn the_hessian_is_that_of_the_likelihood() -> Result {
    let step = 1e-5;
    for coding in CODINGS {
        for (visible, hidden) in [(4, 0), (3, 2), (2, 3)] {
            let machine = machine(coding, visible, hidden, 0.7, 8)?.at_temperature(0.8)?;
            let q = target(1 << visible, 1)?;
            let hessian = machine.hessian(&q)?;
            for k in 0..hessian.nrows() {
                let moved = |sign: f64| -> Result<Array1<f64>> {
                    let mut x = machine.parameters();
                    x[k] += sign * step;
                    Ok(machine.with_parameters(&x)?.gradient(&q)?.values)
                };
                let column = (moved(1.0)? - moved(-1.0)?) / (2.0 * step);
                for (row, value) in column.iter().enumerate() {
                    assert!((hessian[(row, k)] - value).abs() < 1e-8);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn fisher_is_the_covariance_of_scores() -> Result {
    for coding in CODINGS {
        for (visible, hidden) in [(4, 0), (3, 2)] {
            let t = 1.7;
            let machine = machine(coding, visible, hidden, 0.7, 4)?.at_temperature(t)?;
            let states = by_hand(&machine);
            let pairs: Vec<(usize, usize)> =
                machine.bonds().iter().map(|&(i, j, _)| (i, j)).collect();
            let phi = |s: &[f64]| -> Vec<f64> {
                s.iter().copied().chain(pairs.iter().map(|&(i, j)| s[i] * s[j])).collect()
            };
            let m = machine.parameters().len();
            // Scores of each visible state: ⟨φ⟩_v, from which the mean over v is taken below.
            let mut rows: Vec<(f64, Vec<f64>)> = Vec::new();
            for chunk in states.chunks(1 << hidden) {
                let weight: f64 = chunk.iter().map(|(_, e)| (-e / t).exp()).sum();
                let mut mean = vec![0.0; m];
                for (s, e) in chunk {
                    for (mean, phi) in mean.iter_mut().zip(phi(s)) {
                        *mean += phi * (-e / t).exp() / weight;
                    }
                }
                rows.push((weight, mean));
            }
            let z: f64 = rows.iter().map(|(w, _)| w).sum();
            let mean = |a: usize| rows.iter().map(|(w, phi)| w / z * phi[a]).sum::<f64>();
            let fisher = machine.fisher()?;
            for a in 0..m {
                for b in 0..m {
                    let product: f64 = rows.iter().map(|(w, phi)| w / z * phi[a] * phi[b]).sum();
                    let covariance = (product - mean(a) * mean(b)) / (t * t);
                    assert!((fisher[(a, b)] - covariance).abs() < 1e-12);
                }
            }
            // At the truth it is minus the Hessian.
            let hessian = machine.hessian(&machine.distribution()?)?;
            assert!((hessian + &fisher).iter().all(|x| x.abs() < 1e-12));
            let spectrum = machine.fisher_spectrum()?.values("eigenvalue")?;
            let trace: f64 = fisher.diag().sum();
            assert!(
                (spectrum.iter().sum::<f64>() - trace).abs() < 1e-11
                    && spectrum[0] > -1e-12
                    && spectrum.is_sorted()
            );
        }
    }
    Ok(())
}

#[test]
fn codings_keep_the_distribution_and_the_temperature_divides_the_energy() -> Result {
    for (from, to) in [(Coding::Spin, Coding::Binary), (Coding::Binary, Coding::Spin)] {
        let machine = machine(from, 4, 2, 1.1, 6)?.at_temperature(0.6)?;
        let other = machine.recoded(to)?;
        let (p, q) = (machine.joint_distribution()?, other.joint_distribution()?);
        assert!(
            p.probabilities().iter().zip(q.probabilities()).all(|(p, q)| (p - q).abs() < 1e-14)
        );
        let back = other.recoded(from)?;
        assert!((back.parameters() - machine.parameters()).iter().all(|x| x.abs() < 1e-13));
        // Energies of both differ by one constant.
        let all = |m: &BoltzmannMachine| {
            m.energies(&BoltzmannMachine::new(m.coding(), 6, 0)?.visible_states()?)
        };
        let differences = all(&machine)? - all(&other)?;
        assert!(differences.iter().all(|d| (d - differences[0]).abs() < 1e-12));
        assert!((machine.ln_z()? - other.ln_z()? + differences[0] / 0.6).abs() < 1e-12);
        // T = 0.6 with these weights is T = 1 with weights over 0.6.
        let scaled = machine.with_parameters(&(machine.parameters() / 0.6))?.at_temperature(1.0)?;
        let scaled = scaled.joint_distribution()?;
        assert!(
            p.probabilities()
                .iter()
                .zip(scaled.probabilities())
                .all(|(p, q)| (p - q).abs() < 1e-14)
        );
        // A schedule walks on the same units in both.
        let walk = |m: &BoltzmannMachine| {
            m.sample().chains(5).annealed_from(8.0).thermalization(30).sweeps(20).seed(3).run()
        };
        let (a, b) = (walk(&machine)?, walk(&other)?);
        assert!(a.states.iter().zip(&b.states).all(|(a, b)| (*a == 1) == (*b == 1)));
        assert_eq!(a.trace.values("temperature")?, b.trace.values("temperature")?);
    }
    Ok(())
}

#[test]
fn sigmoids_are_ratios_of_boltzmann_weights() -> Result {
    for coding in CODINGS {
        let machine = machine(coding, 3, 2, 1.0, 9)?.at_temperature(1.9)?;
        let state: Array1<i8> = [1, coding.off(), 1, coding.off(), 1].into_iter().collect();
        for i in 0..5 {
            let mut both = Array2::from_shape_fn((2, 5), |(_, k)| state[k]);
            both[(0, i)] = coding.off();
            both[(1, i)] = 1;
            let e = machine.energies(&both)?;
            let expected = (-e[1] / 1.9).exp() / ((-e[0] / 1.9).exp() + (-e[1] / 1.9).exp());
            assert!((machine.activation(&state, i)? - expected).abs() < 1e-14);
        }
    }
    Ok(())
}

#[test]
fn clamping_conditions() -> Result {
    for coding in CODINGS {
        let machine = machine(coding, 3, 3, 0.9, 12)?.at_temperature(1.2)?;
        let clamped = [(1, 1), (4, coding.off())];
        let rest = machine.clamped(&clamped)?;
        assert_eq!((rest.visible(), rest.hidden()), (2, 2));
        let states = by_hand(&machine);
        let joint = machine.joint_distribution()?;
        let fits = |s: &[f64]| clamped.iter().all(|&(i, value)| s[i] == f64::from(value));
        let chosen: Vec<f64> = states
            .iter()
            .zip(joint.probabilities())
            .filter(|((s, _), _)| fits(s))
            .map(|(_, p)| *p)
            .collect();
        let conditional = Distribution::from_weights(chosen)?;
        let found = rest.joint_distribution()?;
        assert!(
            found
                .probabilities()
                .iter()
                .zip(conditional.probabilities())
                .all(|(a, b)| (a - b).abs() < 1e-14)
        );
    }
    Ok(())
}

/// The distribution after one sweep in which each of `units` in turn is set by its sigmoid.
fn swept(machine: &BoltzmannMachine, p: &Array1<f64>) -> Result<Array1<f64>> {
    let n = machine.n_units();
    let states = BoltzmannMachine::new(machine.coding(), n, 0)?.visible_states()?;
    let mut p = p.clone();
    for i in 0..n {
        let mut next = Array1::zeros(p.len());
        for (k, state) in states.outer_iter().enumerate() {
            let on = machine.activation(&state.to_owned(), i)?;
            let bit = 1 << (n - 1 - i);
            next[k | bit] += p[k] * on;
            next[k & !bit] += p[k] * (1.0 - on);
        }
        p = next;
    }
    Ok(p)
}

#[test]
fn chains_evolve_as_their_sigmoids_say_and_keep_the_distribution() -> Result {
    const CHAINS: usize = 40_000;
    for coding in CODINGS {
        let machine = machine(coding, 3, 2, 0.8, 5)?.at_temperature(1.1)?;
        let stationary = machine.joint_distribution()?.probabilities().clone();
        assert!((swept(&machine, &stationary)? - &stationary).iter().all(|x| x.abs() < 1e-14));
        // From random units on, after 1, 4 and 16 sweeps.
        let samples =
            machine.sample().chains(CHAINS as i64).thermalization(0).sweeps(16).seed(8).run()?;
        let mut exact = Array1::from_elem(32, 1.0 / 32.0);
        for sweep in 1..=16 {
            exact = swept(&machine, &exact)?;
            if ![1, 4, 16].contains(&sweep) {
                continue;
            }
            let mut found = vec![0.0; 32];
            for chain in 0..CHAINS {
                let state = samples.states.row(16 * chain + sweep - 1);
                found[state.iter().fold(0, |k, &s| k << 1 | usize::from(s == 1))] +=
                    1.0 / CHAINS as f64;
            }
            for (f, p) in found.iter().zip(&exact) {
                let z = (f - p) / (p * (1.0 - p) / CHAINS as f64).sqrt();
                assert!(z.abs() < 4.5, "{coding:?}, sweep {sweep}: {f} for {p}");
            }
        }
    }
    Ok(())
}

#[test]
fn frequencies_are_those_of_enumeration() -> Result {
    for coding in CODINGS {
        let machine = machine(coding, 3, 2, 0.8, 5)?.at_temperature(1.1)?;
        let found = machine
            .sample()
            .chains(400)
            .thermalization(50)
            .sweeps(60)
            .seed(4)
            .run()?
            .frequencies()?;
        let (mean, error) = (found.values("probability")?, found.values("probability_err")?);
        let exact = found.values("probability_exact")?;
        for k in 0..8 {
            assert!(
                (mean[k] - exact[k]).abs() < 4.0 * error[k],
                "{coding:?} {k}: {} ± {} for {}",
                mean[k],
                error[k],
                exact[k]
            );
            assert!(error[k] < 0.02);
        }
        let samples = machine
            .sample()
            .clamp(&[(3, 1), (0, coding.off())])
            .chains(400)
            .sweeps(60)
            .seed(5)
            .run()?;
        assert!(samples.states.outer_iter().all(|s| s[3] == 1 && s[0] == coding.off()));
        let rest = machine.clamped(&[(3, 1), (0, coding.off())])?.distribution()?;
        let found = samples.frequencies()?;
        let (mean, error) = (found.values("probability")?, found.values("probability_err")?);
        for k in 0..4 {
            assert!((mean[k] - rest.probabilities()[k]).abs() < 4.0 * error[k]);
        }
    }
    Ok(())
}

#[test]
fn energies_of_the_trace_are_those_of_the_machine() -> Result {
    for coding in CODINGS {
        let machine = machine(coding, 4, 0, 1.0, 2)?;
        let samples = machine.sample().chains(20).thermalization(3).sweeps(1).run()?;
        let energies = machine.energies(&samples.states)?;
        let last = *samples.trace.values("energy")?.last().unwrap();
        assert!((energies.mean().unwrap() - last).abs() < 1e-12);
        assert_eq!(samples.trace.height(), 4);
    }
    Ok(())
}

#[test]
fn the_same_numbers_on_any_number_of_threads() -> Result {
    let start = BoltzmannMachine::new(Coding::Spin, 3, 2)?.randomized(0.3, 2)?;
    let run = || {
        start.learn(&parity_patterns(2, Coding::Spin)?)?.phases(Phases::Persistent).epochs(5).run()
    };
    let sample = || start.sample().chains(40).sweeps(5).run();
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(run)?.machine, run()?.machine);
    assert_eq!(one.install(sample)?.states, sample()?.states);
    Ok(())
}

#[test]
fn machines_too_large_for_a_sum_are_refused_at_once() -> Result {
    let large = BoltzmannMachine::new(Coding::Spin, 4096, 0)?;
    let begun = std::time::Instant::now();
    let refused = large.ln_z().unwrap_err().to_string();
    assert!(refused.contains("2^4096") && refused.contains("44 spins"), "{refused}");
    assert!(begun.elapsed().as_secs_f64() < 0.5, "{:?}", begun.elapsed());
    Ok(())
}

#[test]
fn deadlines_leave_what_there_is() -> Result {
    let start = BoltzmannMachine::new(Coding::Spin, 8, 0)?;
    let learned = start.learn(&bars_and_stripes(2, Coding::Spin)?);
    assert!(learned.is_err()); // 4 units for a machine of 8
    let patterns = Array2::from_elem((1, 8), 1);
    let cut = start.learn(&patterns)?.epochs(1_000_000).deadline(0.05).run()?;
    assert!(!cut.complete && cut.epochs >= 1 && cut.epochs < 1_000_000);
    assert_eq!(cut.history.values("epoch")?.last().copied(), Some(cut.epochs as f64));
    let samples = start.sample().sweeps(1_000_000).chains(50).deadline(0.05).run()?;
    assert!(!samples.complete && samples.states.nrows() >= 50);
    assert!(samples.frequencies()?.values("probability")?.iter().all(|p| p.is_finite()));
    Ok(())
}

#[test]
fn bad_input_is_refused_in_sentences() -> Result {
    let message = |error: statmech::Error| error.to_string();
    let spin = BoltzmannMachine::new(Coding::Spin, 3, 0)?;
    assert!(BoltzmannMachine::new(Coding::Spin, 0, 3).is_err());
    assert!(BoltzmannMachine::new(Coding::Spin, usize::MAX, 3).is_err());
    assert!(BoltzmannMachine::encoder(Coding::Spin, usize::MAX, 3).is_err());
    assert!(BoltzmannMachine::restricted(Coding::Spin, 3, usize::MAX).is_err());
    let outside = spin.learn(&array![[1, -1, 0]]).unwrap_err();
    assert_eq!(
        message(outside),
        "`data` must be of units -1 or +1, but 0 (row 0, unit 2) was given."
    );
    assert!(spin.learn(&Array2::zeros((0, 3))).is_err() && spin.learn(&array![[1, 1]]).is_err());
    assert!(spin.learn_distribution(&Distribution::uniform(4)?).is_err());
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(spin.at_temperature(bad).is_err());
        let learning = spin.learn(&array![[1, 1, 1]])?;
        assert!(learning.learning_rate(bad).run().is_err());
        assert!(learning.annealed_from(bad).phases(Phases::Annealed).run().is_err());
        assert!(spin.sample().annealed_from(bad).run().is_err());
    }
    let learning = spin.learn(&array![[1, 1, 1]])?.epochs(3);
    for bad in [
        learning.epochs(0),
        learning.record_every(0),
        learning.momentum(1.0),
        learning.momentum(f64::NAN),
        learning.weight_decay(-1.0),
        learning.weight_decay(f64::NAN),
        learning.chains(1),
        learning.sweeps(0),
        learning.thermalization(-1),
        learning.natural_gradient(true).phases(Phases::Persistent),
        learning.deadline(f64::NAN),
        learning.chains(i64::MAX).phases(Phases::Persistent),
        learning.sweeps(i64::MAX).phases(Phases::Persistent).deadline(0.1),
        learning.thermalization(i64::MAX).phases(Phases::Annealed).deadline(0.1),
        learning.learning_rate(1e308),
    ] {
        assert!(bad.run().is_err(), "{bad:?}");
    }
    Ok(())
}

#[test]
fn bad_machines_and_samples_are_refused_in_sentences() -> Result {
    let message = |error: statmech::Error| error.to_string();
    let spin = BoltzmannMachine::new(Coding::Spin, 3, 0)?;
    assert!(
        spin.sample().chains(1).run().is_err() && spin.sample().chains(i64::MAX).run().is_err()
    );
    // A state of one unit is a byte, but its chain is not.
    let one = BoltzmannMachine::new(Coding::Spin, 1, 0)?;
    assert!(one.sample().chains(1 << 29).sweeps(1).thermalization(0).run().is_err());
    let learning = one.learn(&array![[1]])?.phases(Phases::Persistent).chains(1 << 27);
    assert!(learning.gradient().is_err());
    assert!(
        spin.sample().clamp(&[(3, 1)]).run().is_err()
            && spin.sample().clamp(&[(0, 0)]).run().is_err()
    );
    assert!(
        spin.clamped(&[(0, 1), (0, -1)]).is_err()
            && spin.clamped(&[(0, 1), (1, 1), (2, 1)]).is_err()
    );
    assert!(spin.sample().clamp(&[(0, 1), (1, 1), (2, 1)]).run().is_ok());
    assert!(
        spin.with_biases(&array![1.0, f64::NAN, 0.0]).is_err()
            && spin.with_biases(&array![1.0]).is_err()
    );
    assert!(spin.with_biases(&array![1e308, 1e308, 0.0]).is_err());
    assert!(
        spin.with_weights(&Array2::eye(3)).is_err()
            && spin.with_weights(&Array2::zeros((2, 3))).is_err()
    );
    assert!(
        spin.with_parameters(&array![0.0]).is_err()
            && spin.randomized(f64::NAN, 1).is_err()
            && spin.randomized(-1.0, 1).is_err()
    );
    assert!(
        spin.connected(&[(0, 3)]).is_err()
            && spin.connected(&[(1, 1)]).is_err()
            && spin.connected(&[(0, 1), (1, 0)]).is_err()
    );
    let sparse = spin.connected(&[(0, 1)])?;
    assert!(
        sparse.with_weights(&array![[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]).is_err()
    );
    assert!(
        spin.activation(&array![1, 1, 1], 3).is_err()
            && spin.activation(&array![1, 0, 1], 1).is_err()
            && spin.activation(&array![1], 0).is_err()
    );
    assert!(
        spin.energies(&array![[1, 1]]).is_err() && spin.free_energies(&array![[1, 1, 0]]).is_err()
    );
    let large = BoltzmannMachine::new(Coding::Spin, 30, 0)?;
    assert!(
        large.distribution().is_err() && large.fisher().is_err() && large.visible_states().is_err()
    );
    let too_many = large.learn(&Array2::ones((2, 30)))?.run().unwrap_err();
    assert!(message(too_many).contains("Persistent"));
    assert!(
        large
            .learn(&Array2::ones((2, 30)))?
            .phases(Phases::Persistent)
            .epochs(2)
            .run()?
            .history
            .column("kl")
            .unwrap()
            .null_count()
            == 3
    );
    assert!(BoltzmannMachine::new(Coding::Spin, 60, 0)?.ln_z().is_err());
    Ok(())
}
