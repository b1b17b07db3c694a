//! Free energies of Sherrington–Kirkpatrick instances, and of others that can be enumerated, by every method.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/sk.rs"]
mod sk;

use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;
use statmech::rayon::prelude::*;

const TEMPERATURES: [f64; 3] = [3.0, 1.0, 0.6];

fn exact(ising: &Ising, t: f64) -> f64 {
    ising.enumerate().unwrap().at(t).unwrap().ln_z
}

/// Each row's ln Z within 4 sigma of the exact one, and its error below `largest`.
fn assert_exact(ising: &Ising, frame: &DataFrame, largest: f64) {
    let ln_z = frame.values("ln_z").unwrap();
    let errors = frame.values("ln_z_err").unwrap();
    let free = frame.values("free_energy").unwrap();
    let n = ising.n_spins() as f64;
    for (row, t) in frame.values("temperature").unwrap().into_iter().enumerate() {
        let (expected, error) = (exact(ising, t), errors[row]);
        assert!(
            (ln_z[row] - expected).abs() < 4.0 * error && error < largest,
            "row {row}, T = {t}: {} ± {error} for {expected}",
            ln_z[row]
        );
        assert!((free[row] + t * ln_z[row] / n).abs() < 1e-12);
    }
}

#[test]
fn annealed_importance_sampling_agrees_both_ways() {
    for (seed, field) in [(1, 0.0), (2, 0.4)] {
        let ising = sk::instance(12, field, seed);
        for update in [Update::HeatBath, Update::Metropolis] {
            let settings = ising.annealed_importance(TEMPERATURES).runs(2_000).update(update);
            let frame = settings.seed(seed).run().unwrap();
            assert_eq!(frame.height(), 6);
            assert_exact(&ising, &frame, 0.1);
        }
    }
    // Beyond 20 spins the backward runs begin with annealed replicas.
    let ising = Ising::on(Lattice::rectangle(3, 8).open()).unwrap().field(0.2).unwrap();
    let frame = ising.annealed_importance([4.0, 2.5]).runs(1_000).seed(5).run().unwrap();
    assert_exact(&ising, &frame, 0.1);
}

#[test]
fn few_steps_bound_ln_z_from_both_sides() {
    // With three steps and ten runs the weights scatter, and the mean over seeds of each bound lies on its side.
    let ising = sk::instance(12, 0.2, 3);
    let expected = exact(&ising, 0.4);
    let settings = ising.annealed_importance([0.4]).runs(10).steps(3);
    let bounds: Vec<(f64, f64)> = (0..200_u64)
        .into_par_iter()
        .map(|seed| {
            let ln_z = settings.seed(seed).run().unwrap().values("ln_z").unwrap();
            (ln_z[0] - expected, ln_z[1] - expected)
        })
        .collect();
    let side = |values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / 200.0;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 199.0;
        mean / (variance / 200.0).sqrt()
    };
    let lower = side(bounds.iter().map(|bound| bound.0).collect());
    let upper = side(bounds.iter().map(|bound| bound.1).collect());
    assert!(lower < -4.0 && upper > 4.0, "{lower} and {upper} standard errors");
}

#[test]
fn bennett_chains_agree() {
    for (seed, field) in [(3, 0.0), (4, 0.4)] {
        let ising = sk::instance(12, field, seed);
        let frame = ising.bennett(TEMPERATURES).sweeps(2_000).seed(seed).run().unwrap();
        assert_exact(&ising, &frame, 0.1);
    }
    let ising = Ising::square(4).unwrap();
    let frame = ising.bennett([4.0, 2.0]).update(Update::Wolff).sweeps(1_000).run().unwrap();
    assert_exact(&ising, &frame, 0.1);
}

#[test]
fn annealed_and_bennett_have_the_same_numbers_on_any_number_of_threads() {
    let ising = sk::instance(12, 0.1, 1);
    let run = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let annealed = ising.annealed_importance([1.0]).runs(100).run().unwrap();
            (annealed, ising.bennett([1.0]).sweeps(100).run().unwrap())
        })
    };
    let (one, three) = (run(1), run(3));
    assert!(one.0.equals(&three.0) && one.1.equals(&three.1));
}

/// How many of 400 seeds have the exact value within one error.
fn coverage(exact: f64, estimate: impl Fn(u64) -> (f64, f64) + Sync) -> usize {
    (0..400_u64)
        .into_par_iter()
        .filter(|&seed| {
            let (value, error) = estimate(seed);
            (value - exact).abs() <= error
        })
        .count()
}

#[test]
fn error_bars_cover_the_exact_ln_z() {
    let ising = sk::instance(12, 0.2, 9);
    let expected = exact(&ising, 1.0);
    for row in 0..2 {
        let covered = coverage(expected, |seed| {
            let frame = ising.annealed_importance([1.0]).runs(200).seed(seed).run().unwrap();
            (frame.values("ln_z").unwrap()[row], frame.values("ln_z_err").unwrap()[row])
        });
        assert!((252..=292).contains(&covered), "annealed, row {row}: {covered} of 400");
    }
    let covered = coverage(expected, |seed| {
        let frame = ising.bennett([1.0]).sweeps(300).steps(5).seed(seed).run().unwrap();
        (frame.values("ln_z").unwrap()[0], frame.values("ln_z_err").unwrap()[0])
    });
    assert!((252..=292).contains(&covered), "Bennett: {covered} of 400");
    let ratio = exact(&ising, 1.0) - exact(&ising, 1.5);
    let covered = coverage(ratio, |seed| {
        let series = |t: f64, stream| {
            let seed = Seed::new(seed).child(stream);
            let mut simulation = ising.simulation(t).unwrap().seed(seed);
            simulation.advance(50).unwrap();
            simulation.measure(400).unwrap()
        };
        let ratio = bennett_ratio(&series(1.5, 0), &series(1.0, 1)).unwrap();
        (ratio.mean, ratio.error)
    });
    assert!((252..=292).contains(&covered), "one ratio: {covered} of 400");
}

fn says(error: statmech::Error, part: &str) {
    let message = error.to_string();
    assert!(message.contains(part) && message.ends_with('.'), "{message}");
}

#[test]
fn bad_settings_of_sampling_methods_are_refused_in_a_sentence() {
    let ising = Ising::square(4).unwrap();
    let annealed = ising.annealed_importance([2.0]);
    says(ising.annealed_importance([]).run().unwrap_err(), "empty");
    says(ising.annealed_importance([-1.0]).run().unwrap_err(), "`temperature`");
    says(annealed.runs(1).run().unwrap_err(), "`runs`");
    says(annealed.runs(i64::MAX).run().unwrap_err(), "GiB");
    says(annealed.sweeps(-1).run().unwrap_err(), "`sweeps`");
    says(annealed.equilibration(-1).run().unwrap_err(), "`equilibration`");
    says(annealed.steps(0).run().unwrap_err(), "`steps`");
    says(annealed.update(Update::Wolff).run().unwrap_err(), "cluster");
    says(annealed.deadline(f64::NAN).run().unwrap_err(), "`deadline`");
    says(annealed.deadline(1e-9).run().unwrap_err(), "`deadline`");
    let bennett = ising.bennett([2.0]);
    says(ising.bennett([]).run().unwrap_err(), "empty");
    says(ising.bennett([f64::INFINITY]).run().unwrap_err(), "`temperature`");
    says(bennett.sweeps(3).run().unwrap_err(), "`sweeps`");
    says(bennett.thermalization(-3).run().unwrap_err(), "`thermalization`");
    says(bennett.steps(-3).run().unwrap_err(), "`steps`");
    says(bennett.deadline(0.0).run().unwrap_err(), "`deadline`");
    let series = ising.simulation(2.0).unwrap().measure(20).unwrap();
    let other = Ising::square(5).unwrap().simulation(2.0).unwrap().measure(20).unwrap();
    says(bennett_ratio(&series, &other).unwrap_err(), "16 and 25 spins");
    let short = ising.simulation(2.0).unwrap().measure(5).unwrap();
    says(bennett_ratio(&series, &short).unwrap_err(), "a series of 5");
    let mut cold = series.clone();
    cold.temperature = -1.0;
    says(bennett_ratio(&series, &cold).unwrap_err(), "`temperature`");
    // A series with itself, and a frozen one.
    assert!(bennett_ratio(&series, &series).unwrap().mean.abs() < 1e-12);
    let mut frozen = series.clone();
    frozen.temperature = 1e-290;
    assert!(bennett_ratio(&series, &frozen).is_ok());
}
