//! Ridge regression: theory against closed forms, and experiments against theory.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

/// Bias, variance and training error of isotropic inputs through the Stieltjes transform m of Marchenko's and Pastur's law: another route than the theory's fixed point.
fn by_stieltjes(ratio: f64, signal: f64, noise: f64, penalty: f64) -> [f64; 3] {
    let m = ridge::stieltjes(ratio, penalty).unwrap();
    // γλm² + (1 − γ + λ)m = 1, differentiated by z = −λ.
    let slope = m * (ratio * m + 1.0) / (2.0 * ratio * penalty * m + 1.0 - ratio + penalty);
    let bias = signal * penalty * penalty * slope;
    let variance = noise * ratio * (m - penalty * slope);
    // Of the n × n matrix, with its zeros or without p − n of them.
    let companion = ratio * slope + (1.0 - ratio) / (penalty * penalty);
    let training = penalty * penalty * (signal * (m - penalty * slope) + noise * companion);
    [bias, variance, training]
}

#[test]
fn two_routes_to_the_isotropic_risk_agree() {
    for ratio in [0.05, 0.2, 0.7, 1.0, 1.4, 5.0, 40.0] {
        for penalty in [1e-3, 0.1, 1.0, 20.0] {
            let state = RidgeTheory::isotropic(ratio, 1.7, 0.6).unwrap().at(penalty).unwrap();
            let expected = by_stieltjes(ratio, 1.7, 0.6, penalty);
            // The training error by this route is a difference of numbers of order 1 + γ.
            let found = [state.bias, state.variance, state.training_error];
            for (x, y) in found.into_iter().zip(expected) {
                let allowed = 1e-8 * y + 1e-13 * (1.0 + ratio);
                assert!((x - y).abs() < allowed, "γ = {ratio}, λ = {penalty}: {x} {y}");
            }
            assert!(
                (state.degrees_of_freedom - 1.0 + penalty / state.effective_penalty).abs() < 1e-12
            );
        }
    }
}

#[test]
fn stieltjes_transform_is_the_integral_over_the_law() {
    for ratio in [0.3, 1.0, 2.5] {
        let law = MarchenkoPastur::new(ratio, 1.0).unwrap();
        let (low, high) = law.edges();
        for penalty in [0.05, 1.0] {
            // λ = c + R sin φ by the midpoint rule.
            let n = 4_000;
            let sum: f64 = (0..n)
                .map(|k| {
                    let phi = std::f64::consts::PI * ((f64::from(k) + 0.5) / f64::from(n) - 0.5);
                    let s = 0.5 * (low + high) + 0.5 * (high - low) * phi.sin();
                    law.density(s) * 0.5 * (high - low) * phi.cos() / (s + penalty)
                })
                .sum();
            let integral = sum * std::f64::consts::PI / f64::from(n) + law.zeros() / penalty;
            let closed = ridge::stieltjes(ratio, penalty).unwrap();
            assert!((integral / closed - 1.0).abs() < 1e-6, "{integral} {closed}");
        }
    }
}

#[test]
fn without_penalty_the_closed_forms_return() {
    for ratio in [0.1, 0.5, 0.95, 1.05, 2.0, 7.0] {
        let state = RidgeTheory::isotropic(ratio, 2.0, 0.3).unwrap().at(0.0).unwrap();
        let closed = ridge::ridgeless(ratio, 2.0, 0.3).unwrap();
        assert!((state.risk / closed - 1.0).abs() < 1e-9, "γ = {ratio}");
        let training = if ratio < 1.0 { 0.3 * (1.0 - ratio) } else { 0.0 };
        assert!((state.training_error - training).abs() < 1e-9, "γ = {ratio}");
        // Large n approaches it.
        let n = 1_000_000;
        let finite =
            ridge::ridgeless_finite(n, (ratio * n as f64).round() as usize, 2.0, 0.3).unwrap();
        assert!((finite / closed - 1.0).abs() < 1e-4);
    }
}

#[test]
fn the_best_penalty_is_best_and_the_search_finds_it() {
    for ratio in [0.3, 1.0, 3.0] {
        let theory = RidgeTheory::isotropic(ratio, 2.0, 0.5).unwrap();
        let best = theory.optimal().unwrap();
        assert!((best.penalty - ratio * 0.25).abs() < 1e-12);
        // R = σ²γ m(−λ*), Dobriban and Wager.
        let closed = 0.5 * ratio * ridge::stieltjes(ratio, best.penalty).unwrap();
        assert!((best.risk / closed - 1.0).abs() < 1e-10);
        for factor in [0.9, 1.1] {
            assert!(theory.at(factor * best.penalty).unwrap().risk > best.risk);
        }
        // The same spectrum given as two equal halves takes the general search.
        let halves = RidgeTheory::new(ratio, &[1.0, 1.0], &[1.5, 0.5], 0.5).unwrap();
        let found = halves.optimal().unwrap();
        assert!((found.risk / best.risk - 1.0).abs() < 1e-10, "{} {}", found.risk, best.risk);
        assert!((found.penalty / best.penalty - 1.0).abs() < 1e-3);
    }
}

#[test]
fn scales_and_splits_of_the_spectrum_change_nothing() {
    let theory = RidgeTheory::new(1.5, &[1.0, 4.0], &[0.7, 0.2], 0.3).unwrap();
    // Inputs times 3: eigenvalues times 9, signals over 9, penalty times 9.
    let scaled = RidgeTheory::new(1.5, &[9.0, 36.0], &[0.7 / 9.0, 0.2 / 9.0], 0.3).unwrap();
    let split = RidgeTheory::new(1.5, &[1.0, 4.0, 1.0, 4.0], &[0.1, 0.2, 0.6, 0.0], 0.3).unwrap();
    let state = theory.at(0.2).unwrap();
    assert!((state.risk / scaled.at(1.8).unwrap().risk - 1.0).abs() < 1e-12);
    assert!((state.risk / split.at(0.2).unwrap().risk - 1.0).abs() < 1e-12);
    // Directions without input neither help nor hurt: half of the p, twice the ratio.
    let padded = RidgeTheory::new(3.0, &[1.0, 4.0, 0.0, 0.0], &[0.7, 0.2, 0.0, 0.0], 0.3).unwrap();
    assert!((state.risk / padded.at(0.2).unwrap().risk - 1.0).abs() < 1e-12);
}

/// The largest |measured − theory| in standard errors, over the rows.
fn largest_deviation(table: &DataFrame, quantity: &str, allowance: f64) -> f64 {
    let of = |suffix: &str| table.values(&format!("{quantity}{suffix}")).unwrap();
    let rows = of("").into_iter().zip(of("_err")).zip(of("_theory"));
    rows.map(|((x, error), theory)| ((x - theory).abs() - allowance * theory).max(0.0) / error)
        .fold(0.0, f64::max)
}

#[test]
fn risk_at_400_examples_is_that_of_infinitely_many() {
    let ratios = [0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0];
    let table = RidgeExperiment::new(400, ratios)
        .penalties([0.05])
        .optimal(true)
        .samples(16)
        .seed(1)
        .run()
        .unwrap();
    assert_eq!(table.height(), 14);
    // 14 rows, independent by ratios only. Corrections are of order 1/n.
    for quantity in ["risk", "bias", "variance", "training_error"] {
        let deviation = largest_deviation(&table, quantity, 0.003);
        assert!(deviation < 3.0, "{quantity}: {deviation} standard errors");
    }
}

/// Two levels with most signal in the weak one, and twenty that fall as a power, with most in the middle.
fn spectra() -> [(Vec<f64>, Vec<f64>); 2] {
    let power = (1..=20).map(|k| f64::from(k).powf(-1.5)).collect();
    let hump = (1..=20).map(|k| 2.0 * (-0.05 * f64::from(k - 8).powi(2)).exp()).collect();
    [(vec![4.0, 0.25], vec![0.05, 2.0]), (power, hump)]
}

#[test]
fn risk_of_inputs_with_a_spectrum_is_that_of_the_theory() {
    // γ = 0.33 and 1.43: p = 132 and 572 are not multiples of 20.
    let ratios = [0.2, 0.33, 0.7, 1.0, 1.43, 2.5];
    for (seed, (eigenvalues, signals)) in (5..).zip(spectra()) {
        let experiment = RidgeExperiment::new(400, ratios).spectrum(&eigenvalues, &signals);
        let table = experiment.penalties([0.02, 0.2]).optimal(true).samples(16).seed(seed).run();
        let table = table.unwrap();
        assert_eq!(table.height(), 18);
        for quantity in ["risk", "bias", "variance", "training_error"] {
            let deviation = largest_deviation(&table, quantity, 0.003);
            assert!(deviation < 3.0, "{quantity}: {deviation} standard errors");
        }
        let total: f64 = signals.iter().sum();
        assert!(table.values("signal").unwrap().iter().all(|s| (s - total).abs() < 1e-12));
        // It matters where the signal lies: the same in reverse order is another risk.
        let reversed: Vec<f64> = signals.iter().rev().copied().collect();
        let other = RidgeTheory::new(1.0, &eigenvalues, &reversed, 0.25).unwrap().at(0.2).unwrap();
        assert_eq!(table.values("ratio").unwrap()[10], 1.0);
        let found = table.values("risk").unwrap()[10];
        assert!((found / other.risk - 1.0).abs() > 0.1, "{found} {}", other.risk);
        // Each best penalty is no worse than the others, in theory and in the mean.
        let risks = table.values("risk_theory").unwrap();
        assert!(risks.chunks(3).all(|of| of[2] <= of[0] && of[2] <= of[1]));
    }
}

#[test]
fn scaled_inputs_are_a_scaled_penalty() {
    // h times the covariance, the signal over h and the penalty times h change no error; nor does a spectrum of equal eigenvalues.
    let runs = RidgeExperiment::new(40, [0.5, 2.0]).samples(4).seed(9);
    let plain = runs.signal(0.6).penalties([0.3]).run().unwrap();
    let scaled = runs.spectrum(&[9.0], &[0.6 / 9.0]).penalties([2.7]).run().unwrap();
    let split = runs.spectrum(&[1.0, 1.0], &[0.3, 0.3]).penalties([0.3]).run().unwrap();
    for quantity in ["risk", "bias", "variance", "training_error"] {
        for suffix in ["", "_err", "_theory"] {
            let of = |table: &DataFrame| table.values(&format!("{quantity}{suffix}")).unwrap();
            for other in [&scaled, &split] {
                for (x, y) in of(&plain).into_iter().zip(of(other)) {
                    assert!((x / y - 1.0).abs() < 1e-9, "{quantity}{suffix}: {x} {y}");
                }
            }
        }
    }
    // Directions without input: twice the p, the same examples' worth.
    let half = runs.spectrum(&[1.0, 0.0], &[0.6, 0.4]).penalties([0.3]).run().unwrap();
    let theory = RidgeTheory::isotropic(0.25, 0.6, 0.25).unwrap().at(0.3).unwrap();
    assert!((half.values("risk_theory").unwrap()[0] / theory.risk - 1.0).abs() < 1e-12);
}

#[test]
fn without_penalty_400_examples_follow_the_finite_formula() {
    let ratios = [0.2, 0.5, 0.9, 1.1, 2.0, 5.0];
    let table =
        RidgeExperiment::new(400, ratios).penalties([0.0]).samples(16).seed(2).run().unwrap();
    let (risk, error) = (table.values("risk").unwrap(), table.values("risk_err").unwrap());
    for (k, p) in table.values("n_inputs").unwrap().into_iter().enumerate() {
        let exact = ridge::ridgeless_finite(400, p as usize, 1.0, 0.25).unwrap();
        assert!(
            (risk[k] - exact).abs() < 3.5 * error[k],
            "p = {p}: {} ± {} for {exact}",
            risk[k],
            error[k]
        );
    }
}

#[test]
fn random_features_follow_their_gaussian_equivalents() {
    let ratios = [0.3, 0.7, 1.4, 3.0];
    let experiment =
        RidgeExperiment::new(300, ratios).random_features(0.5).penalties([1e-3, 0.1]).samples(12);
    let table = experiment.seed(3).run().unwrap();
    // Corrections are of order 1/n, and largest where hardly any training error is left.
    for (quantity, allowance) in [("risk", 0.04), ("training_error", 0.15)] {
        let deviation = largest_deviation(&table, quantity, allowance);
        assert!(deviation < 4.0, "{quantity}: {deviation}\n{}", table.text());
    }
    assert_eq!(table.column("bias").unwrap().null_count(), 8);
}

#[test]
fn error_bars_hold_the_truth() {
    // A small system whose exact risk is known: 40 examples of 10 inputs, λ = 0.
    let exact = ridge::ridgeless_finite(40, 10, 1.0, 0.25).unwrap();
    let experiment = RidgeExperiment::new(40, [0.25]).penalties([0.0]).samples(40);
    let held = (0..300)
        .filter(|&seed| {
            let table = experiment.seed(seed).run().unwrap();
            (table.values("risk").unwrap()[0] - exact).abs() <= table.values("risk_err").unwrap()[0]
        })
        .count();
    assert!((189..=219).contains(&held), "{held} of 300");
}

#[test]
fn best_penalties_of_equal_levels_are_those_of_one() -> statmech::Result<()> {
    for (signal, noise) in [(1.0, 0.25), (1e-8, 1.0), (1e-12, 1.0), (1.0, 1e-12), (1.0, 1e-20)] {
        let two = RidgeTheory::new(1.0, &[1.0, 1.0], &[0.5 * signal, 0.5 * signal], noise)?;
        let (two, one) = (two.optimal()?, RidgeTheory::isotropic(1.0, signal, noise)?.optimal()?);
        // 1 − D is 1e-10 at the smallest noise, with an error of 1e-16.
        assert!((two.risk / one.risk - 1.0).abs() < 5e-6, "{signal} {noise}: {two:?} {one:?}");
    }
    Ok(())
}

#[test]
fn the_same_numbers_on_any_number_of_threads() {
    let run = || {
        RidgeExperiment::new(150, [0.5, 2.0])
            .penalties([0.0, 0.2])
            .samples(6)
            .seed(4)
            .run()
            .unwrap()
    };
    let alone = ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
    assert_eq!(alone.values("risk").unwrap(), run().values("risk").unwrap());
}

#[test]
fn bad_input() {
    for spectrum in [[1.0, 1e-13], [1e-300, 0.0], [5e-324, 0.0]] {
        assert_says(
            RidgeExperiment::new(20, [0.5]).spectrum(&spectrum, &[1.0, 1.0]).run(),
            &["`spectrum`"],
        );
    }
    for ratio in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
        assert_says(RidgeTheory::isotropic(ratio, 1.0, 1.0), &["`ratio`"]);
        assert_says(ridge::ridgeless(ratio, 1.0, 1.0), &["`ratio`"]);
        assert_says(ridge::stieltjes(ratio, 1.0), &["`ratio`"]);
        assert_says(RidgeExperiment::new(10, [ratio]).run(), &["`ratio`"]);
    }
    let theory = RidgeTheory::isotropic(1.0, 1.0, 1.0).unwrap();
    for penalty in [-1.0, f64::NAN, f64::INFINITY] {
        assert_says(theory.at(penalty), &["`penalty`"]);
        assert_says(RidgeExperiment::new(10, [1.0]).penalties([penalty]).run(), &["`penalty`"]);
    }
    assert_says(theory.at(0.0), &["`penalty`", "infinite"]);
    assert_says(theory.frame(&[]), &["`penalties`"]);
    assert_says(ridge::ridgeless(1.0, 1.0, 1.0), &["infinite"]);
    assert_says(ridge::ridgeless_finite(10, 11, 1.0, 1.0), &["2 apart"]);
    assert_says(ridge::stieltjes(1.0, 0.0), &["`penalty`"]);
    assert_says(ridge::optimal_penalty(1.0, 0.0, 1.0), &["`signal`"]);
    assert_says(RidgeTheory::isotropic(1.0, f64::NAN, 1.0), &["`signal`"]);
    assert_says(RidgeTheory::isotropic(1.0, 1.0, -1.0), &["`noise`"]);
    assert_says(RidgeTheory::isotropic(1.0, 0.0, 1.0).unwrap().optimal(), &["`signal`"]);
    assert_says(RidgeTheory::new(1.0, &[], &[], 1.0), &["`eigenvalues`"]);
    assert_says(RidgeTheory::new(1.0, &[0.0], &[1.0], 1.0), &["`eigenvalues`"]);
    assert_says(RidgeTheory::new(1.0, &[1.0], &[], 1.0), &["signals"]);
    assert_says(FeatureMoments::new(0.0, 0.0), &["not 0 both"]);
    let experiment = RidgeExperiment::new(10, [0.5]);
    assert_says(RidgeExperiment::new(1, [0.5]).run(), &["`n_examples`"]);
    assert_says(RidgeExperiment::new(10, []).run(), &["`ratios`"]);
    assert_says(RidgeExperiment::new(usize::MAX, [1.0]).run(), &["3000"]);
    // 10⁸ features of the examples alone, and four times as many that they are tested on.
    let wide = RidgeExperiment::new(3_000, [11.111]).random_features(1e-3).samples(2);
    assert_says(wide.deadline(1e-9).run(), &["33333 features of 3 inputs", "100000000 numbers"]);
    let fits = RidgeExperiment::new(3_000, [2.2]).random_features(1e-3).samples(2).deadline(1e-9);
    assert!(fits.run().is_ok());
    assert_says(experiment.penalties([]).run(), &["`penalties`"]);
    assert_says(experiment.samples(1).run(), &["`samples`"]);
    assert_says(experiment.signal(0.0).noise(0.0).run(), &["not 0 both"]);
    assert_says(experiment.optimal(true).signal(0.0).run(), &["`signal`"]);
    assert_says(experiment.noise(f64::NAN).run(), &["`noise`"]);
    assert_says(experiment.spectrum(&[], &[]).run(), &["`eigenvalues`"]);
    assert_says(experiment.spectrum(&[1.0, 2.0], &[1.0]).run(), &["signals"]);
    assert_says(experiment.spectrum(&[f64::NAN], &[1.0]).run(), &["`eigenvalues`"]);
    assert_says(experiment.spectrum(&[1.0], &[-1.0]).run(), &["`signal`"]);
    assert_says(experiment.spectrum(&[0.0, 0.0], &[1.0, 1.0]).run(), &["`eigenvalues`"]);
    assert_says(experiment.spectrum(&[1.0; 6], &[1.0; 6]).run(), &["`eigenvalues`", "5"]);
    let weak = experiment.spectrum(&[1.0, 2.0], &[1.0, 1.0]).random_features(0.5);
    assert_says(weak.run(), &["`spectrum`", "random features"]);
    assert_says(experiment.random_features(f64::NAN).run(), &["`inputs`"]);
    assert_says(experiment.random_features(1.0).optimal(true).run(), &["`optimal`"]);
    // Extremes that are no errors.
    let tiny = RidgeTheory::isotropic(1e-6, 1e100, 0.0).unwrap().at(1e-300).unwrap();
    assert!(
        tiny.risk.is_finite()
            && RidgeTheory::isotropic(1e6, 1.0, 1e100).unwrap().at(1e100).unwrap().risk.is_finite()
    );
    assert!(
        RidgeExperiment::new(20, [0.5]).samples(100_000_000).deadline(0.05).run().unwrap().height()
            == 1
    );
}

#[test]
fn the_deadline_covers_the_search_for_best_penalties() {
    // A search over 200,000 eigenvalues takes a second at each of ten ratios.
    let levels: Vec<f64> = (1..=200_000).map(|k| f64::from(k) / 2e5).collect();
    let ratios = linspace(8e3, 1e4, 10);
    let experiment = RidgeExperiment::new(25, ratios).spectrum(&levels, &vec![5e-6; 200_000]);
    let begun = std::time::Instant::now();
    let table = experiment.optimal(true).deadline(0.05).run().unwrap();
    assert!(begun.elapsed().as_secs_f64() < 3.0);
    assert!((10..20).contains(&table.height()));
    assert!(!table.column("complete").unwrap().bool().unwrap().any());
    assert!(table.column("risk_theory").unwrap().null_count() > 7);
}
