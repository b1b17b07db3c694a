//! Learning of Boltzmann machines: exact and sampled gradients, their errors, what is and is not learnt.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/boltzmann_machines.rs"]
mod boltzmann_machines;
use boltzmann_machines::{CODINGS, Result, machine, target};

use statmech::prelude::*;

#[test]
fn a_representable_target_is_learned() -> Result {
    for coding in CODINGS {
        let truth = machine(coding, 4, 0, 0.5, 21)?;
        let target = truth.distribution()?;
        let start = BoltzmannMachine::new(coding, 4, 0)?;
        let plain = start
            .learn_distribution(&target)?
            .learning_rate(0.5)
            .momentum(0.9)
            .epochs(1500)
            .record_every(100)
            .run()?;
        assert!(plain.machine.kl(&target)? < 1e-8, "{}", plain.machine.kl(&target)?);
        let natural = start
            .learn_distribution(&target)?
            .natural_gradient(true)
            .learning_rate(1.0)
            .epochs(20)
            .run()?;
        assert!(natural.machine.kl(&target)? < 1e-12);
        assert!((natural.machine.parameters() - truth.parameters()).iter().all(|x| x.abs() < 1e-5));
        let kl = natural.history.values("kl")?;
        assert!(kl.len() == 21 && (kl[0] - start.kl(&target)?).abs() < 1e-15);
    }
    Ok(())
}

#[test]
fn other_targets_are_projected() -> Result {
    // The optimum has the target's averages, and Pythagoras holds: D(q‖p) = D(q‖p*) + D(p*‖p) for every machine p of the family (Csiszár 1975).
    for coding in CODINGS {
        let target = target(16, 33)?;
        let start = BoltzmannMachine::new(coding, 4, 0)?;
        let best = start
            .learn_distribution(&target)?
            .natural_gradient(true)
            .learning_rate(1.0)
            .epochs(30)
            .run()?
            .machine;
        assert!(best.gradient(&target)?.norm() < 1e-10);
        let floor = best.kl(&target)?;
        assert!(floor > 1e-3);
        let other = machine(coding, 4, 0, 0.4, 7)?;
        let via = floor + other.kl(&best.distribution()?)?;
        assert!((other.kl(&target)? - via).abs() < 1e-10);
        // Iterative proportional fitting, another algorithm, ends at the same distribution.
        assert!(
            (fitted(&target) - best.distribution()?.probabilities()).iter().all(|x| x.abs() < 1e-8)
        );
    }
    Ok(())
}

/// The distribution with the pair marginals of the target, by iterative proportional fitting from the uniform one.
fn fitted(target: &Distribution) -> Array1<f64> {
    let q = target.probabilities();
    let mut p = Array1::from_elem(16, 1.0 / 16.0);
    for _ in 0..4000 {
        for i in 0..4 {
            for j in i + 1..4 {
                let cell = |state: usize| 2 * (state >> (3 - i) & 1) + (state >> (3 - j) & 1);
                let mut sums = [[0.0; 2]; 4];
                for state in 0..16 {
                    sums[cell(state)][0] += q[state];
                    sums[cell(state)][1] += p[state];
                }
                for state in 0..16 {
                    p[state] *= sums[cell(state)][0] / sums[cell(state)][1];
                }
            }
        }
    }
    p
}

#[test]
fn pairs_cannot_learn_parity_and_a_hidden_unit_can() -> Result {
    for coding in CODINGS {
        let xor = parity_patterns(2, coding)?;
        let visible = BoltzmannMachine::new(coding, 3, 0)?;
        let blind = visible.learn(&xor)?.epochs(50).run()?;
        assert!((blind.machine.kl(&blind.machine.empirical(&xor)?)? - 2_f64.ln()).abs() < 1e-12);
        let hidden = BoltzmannMachine::new(coding, 3, 1)?.randomized(0.5, 3)?;
        let rate = if coding == Coding::Spin { 0.3 } else { 1.5 };
        let learned = hidden
            .learn(&xor)?
            .learning_rate(rate)
            .momentum(0.9)
            .epochs(1500)
            .record_every(1500)
            .run()?;
        let kl = learned.machine.kl(&learned.machine.empirical(&xor)?)?;
        assert!(kl < 0.01, "{coding:?}: {kl}");
    }
    Ok(())
}

#[test]
fn sampled_gradients_are_within_their_errors() -> Result {
    for coding in CODINGS {
        for (visible, hidden) in [(4, 0), (3, 2)] {
            let machine = machine(coding, visible, hidden, 0.6, 17)?.at_temperature(1.3)?;
            let target = target(1 << visible, 2)?;
            let exact = machine.gradient(&target)?;
            for phases in [Phases::Annealed, Phases::Persistent] {
                let learning = machine
                    .learn_distribution(&target)?
                    .phases(phases)
                    .chains(800)
                    .sweeps(20)
                    .seed(6);
                let sampled = learning.gradient()?;
                for k in 0..exact.values.len() {
                    let z = (sampled.values[k] - exact.values[k]) / sampled.errors[k];
                    assert!(z.abs() < 4.0, "{coding:?} {phases:?} {k}: {z}");
                }
                assert!(sampled.errors.iter().all(|&e| e > 0.0 && e < 0.05));
            }
        }
    }
    Ok(())
}

#[test]
fn errors_of_sampled_gradients_cover() -> Result {
    let machine = machine(Coding::Spin, 3, 1, 0.5, 17)?;
    let target = target(8, 2)?;
    let exact = machine.gradient(&target)?;
    let learning = machine
        .learn_distribution(&target)?
        .phases(Phases::Annealed)
        .chains(60)
        .sweeps(5)
        .thermalization(15);
    let (mut within, mut all) = (0, 0);
    for seed in 0..200 {
        let sampled = learning.seed(seed).gradient()?;
        for k in 0..exact.values.len() {
            within += i32::from((sampled.values[k] - exact.values[k]).abs() < sampled.errors[k]);
            all += 1;
        }
    }
    let share = f64::from(within) / f64::from(all);
    assert!((0.63..0.73).contains(&share), "{share}");
    Ok(())
}

#[test]
fn sampled_learning_comes_near_exact_learning() -> Result {
    let patterns = bars_and_stripes(2, Coding::Binary)?;
    let start = BoltzmannMachine::new(Coding::Binary, 4, 3)?.randomized(0.3, 2)?;
    let learning = start
        .learn(&patterns)?
        .learning_rate(0.3)
        .epochs(400)
        .record_every(400)
        .chains(200)
        .sweeps(5);
    let target = start.empirical(&patterns)?;
    let exact = learning.run()?.machine.kl(&target)?;
    assert!(exact < 0.5 * start.kl(&target)?);
    for phases in [Phases::Annealed, Phases::Persistent] {
        let sampled = learning.phases(phases).seed(3).run()?;
        let kl = sampled.machine.kl(&target)?;
        assert!((kl - exact).abs() < 0.05 && kl < exact + 0.03, "{phases:?}: {kl} for {exact}");
        assert!((sampled.history.values("kl")?[1] - kl).abs() < 1e-12);
    }
    Ok(())
}

#[test]
fn learning_goes_on_where_it_stopped() -> Result {
    let start = BoltzmannMachine::new(Coding::Spin, 3, 2)?.randomized(0.3, 2)?;
    let patterns = parity_patterns(2, Coding::Spin)?;
    for phases in [Phases::Exact, Phases::Annealed, Phases::Persistent] {
        let learning = start
            .learn(&patterns)?
            .phases(phases)
            .momentum(0.5)
            .weight_decay(1e-3)
            .chains(20)
            .seed(4);
        let (whole, half) = (learning.epochs(20).run()?, learning.epochs(8).run()?);
        let resumed = half.resume(12)?;
        assert_eq!(whole.machine, resumed.machine, "{phases:?}");
        assert_eq!(whole.history.values("kl")?, resumed.history.values("kl")?);
        assert_eq!((resumed.epochs, resumed.complete), (20, true));
        let changed = half
            .resume_with(|settings| settings.phases(Phases::Persistent).learning_rate(0.01), 3)?;
        assert_eq!(changed.epochs, 11);
    }
    Ok(())
}

/// Two units that hold each other: chains that go on stay where they are, chains that start anew toss a coin.
#[test]
fn persistent_chains_go_on_and_annealed_ones_start_anew() -> Result {
    let held = BoltzmannMachine::new(Coding::Spin, 2, 0)?
        .with_parameters(&array![0.0, 0.0, 40.0])?
        .learn(&array![[1, 1]])?
        .learning_rate(1e-9)
        .chains(7)
        .epochs(12);
    let norms = |phases: Phases| {
        held.phases(phases).annealed_from(1.0).seed(5).run()?.history.values("gradient_norm")
    };
    let (persistent, annealed) = (norms(Phases::Persistent)?, norms(Phases::Annealed)?);
    assert!(persistent.iter().all(|&norm| norm == persistent[0]), "{persistent:?}");
    assert!(annealed.iter().any(|&norm| norm != annealed[0]), "{annealed:?}");
    Ok(())
}

#[test]
fn a_decay_pulls_at_weights_and_spares_biases() -> Result {
    let rows = array![[1, 1], [1, 1], [1, -1], [-1, -1], [-1, 1]];
    let start = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    let decay = 0.3;
    let learning = start.learn(&rows)?.weight_decay(decay).learning_rate(0.3);
    let learned = learning.epochs(3_000).record_every(3_000).run()?.machine;
    // At rest the gradient is what the decay takes.
    let gradient = learned.gradient(&start.empirical(&rows)?)?.values;
    assert!(gradient[0].abs() < 1e-12 && gradient[1].abs() < 1e-12, "{gradient}");
    assert!((gradient[2] - decay * learned.parameters()[2]).abs() < 1e-12 && gradient[2] > 0.01);
    Ok(())
}

#[test]
fn the_history_has_the_likelihood_of_the_data() -> Result {
    let rows = array![[1, 0, 1], [1, 0, 1], [0, 0, 1], [1, 1, 1]];
    let start = machine(Coding::Binary, 3, 2, 0.5, 3)?;
    let learned = start.learn(&rows)?.epochs(5).run()?;
    let history = learned.history.values("log_likelihood")?;
    assert!((history[0] - start.log_likelihood(&rows)?).abs() < 1e-12);
    assert!((history[5] - learned.machine.log_likelihood(&rows)?).abs() < 1e-12);
    Ok(())
}

#[test]
fn the_encoder_learns_its_code() -> Result {
    let patterns = encoder_patterns(4, Coding::Binary)?;
    let start = BoltzmannMachine::encoder(Coding::Binary, 4, 2)?;
    // A start may end at a code that two words share; the best of a few has one for each.
    let learn = |seed| {
        start
            .randomized(0.5, seed)?
            .learn(&patterns)?
            .learning_rate(0.5)
            .momentum(0.9)
            .epochs(1500)
            .record_every(1500)
            .run()
    };
    let runs = (0..5).map(learn).collect::<Result<Vec<_>>>()?;
    let mut found: Vec<(f64, BoltzmannMachine)> = Vec::new();
    for run in runs {
        found.push((run.history.values("kl")?[1], run.machine));
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let machine = found.remove(0).1;
    // Group 1 clamped, group 2 follows: the same unit is by far the likeliest.
    for k in 0..4 {
        let clamp: Vec<(usize, i8)> = (0..4).map(|i| (i, i8::from(i == k))).collect();
        let other = machine.clamped(&clamp)?.distribution()?;
        let right = 1 << (3 - k);
        assert!(other.probabilities()[right] > 0.8, "{k}: {}", other.probabilities()[right]);
    }
    Ok(())
}
