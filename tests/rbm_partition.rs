//! ln Z of restricted machines by annealing and by tempering, against exact sums; its bounds and errors, against their coverage.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is missing")]

#[path = "common/restricted_machines.rs"]
mod restricted_machines;
use restricted_machines::{
    both, check_mean, exact_ln_z, excess, joint, ln_weight, machine, pairs, small, twenty_units,
};

use statmech::Result;
use statmech::ndarray::{Array1, Array2};
use statmech::prelude::*;

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
