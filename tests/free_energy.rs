//! Free energies of Sherrington–Kirkpatrick instances, and of others that can be enumerated, by every method.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/sk.rs"]
mod sk;

use coverage::coverage;
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

#[test]
fn error_bars_cover_the_exact_ln_z() {
    // Over 3000 other seeds: forwards 66.4 ± 0.8 %, backwards 67.2 %, single ratio 68.2 %.
    let ising = sk::instance(12, 0.2, 9);
    let expected = exact(&ising, 1.0);
    for (direction, row) in [("forwards", 0), ("backwards", 1)] {
        let covered = coverage(expected, |seed| {
            let annealed = ising.annealed_importance([1.0]).runs(200).reverse(row == 1);
            let frame = annealed.seed(seed).run().unwrap();
            (frame.values("ln_z").unwrap()[row], frame.values("ln_z_err").unwrap()[row])
        });
        assert!((252..=292).contains(&covered), "annealed {direction}: {covered} of 400");
    }
    let covered = coverage(expected, |seed| {
        let frame = ising.bennett([1.0]).sweeps(600).steps(5).seed(seed).run().unwrap();
        (frame.values("ln_z").unwrap()[0], frame.values("ln_z_err").unwrap()[0])
    });
    assert!((252..=292).contains(&covered), "Bennett: {covered} of 400");
    let apart = ising.bennett([1.0]).exchange(false).sweeps(300).steps(5);
    let covered = coverage(expected, |seed| {
        let frame = apart.seed(seed).run().unwrap();
        (frame.values("ln_z").unwrap()[0], frame.values("ln_z_err").unwrap()[0])
    });
    assert!((252..=292).contains(&covered), "Bennett without exchange: {covered} of 400");
    let ladder = geomspace(1.0, 20.0, 12);
    let covered = coverage(expected, |seed| {
        let tempered = ising.tempering(ladder.clone()).sweeps(600).seed(seed).run().unwrap();
        let frame = tempered_integration(&tempered).unwrap();
        (frame.values("ln_z").unwrap()[11], frame.values("ln_z_err").unwrap()[11])
    });
    assert!((252..=292).contains(&covered), "tempered integration: {covered} of 400");
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
fn all_methods_side_by_side_agree_with_the_exact_one() {
    for (seed, field) in [(1, 0.0), (2, 0.5)] {
        let ising = sk::instance(12, field, seed);
        for t in [3.0, 1.0_f64] {
            let frame = ising.free_energies(t).sweeps(50_000).seed(seed).run().unwrap();
            let names = frame.column("method").unwrap().str().unwrap().clone();
            let kinds = frame.column("kind").unwrap().str().unwrap().clone();
            let values = |name: &str| frame.values(name).unwrap();
            let (errors, deviations) = (values("ln_z_err"), values("deviation"));
            let converged = values("converged");
            assert_eq!(names.len(), 11);
            for row in 0..11 {
                let (name, deviation, error) =
                    (names.get(row).unwrap(), deviations[row], errors[row]);
                let what = format!("{name}, T = {t}, h = {field}: {deviation} ± {error}");
                assert!(converged[row] == 1.0 || (t == 1.0 && row < 5), "{what}");
                match name {
                    "exact" => assert_eq!(deviation, 0.0),
                    "mean_field" => assert!(deviation < 0.0, "{what}"),
                    // Twelve spins: the paramagnet's first corrections are of third order, N^½/T³ or so.
                    "tap" | "bethe" | "high_temperature" => {
                        assert!(deviation.abs() < 3.0 / t.powi(3), "{what}");
                    }
                    // The trapezoid has an error of its own, far below these.
                    _ => assert!(deviation.abs() < 4.0 * error && error < 0.1, "{what}"),
                }
            }
            assert_eq!(kinds.get(1), Some("lower bound"));
            assert_eq!(kinds.get(8), Some("stochastic upper bound"));
            assert!(values("seconds").iter().all(|&seconds| seconds >= 0.0));
        }
    }
}

#[test]
fn phases_that_local_updates_do_not_pass_are_all_counted() {
    // Three by five spins in a weak field: at T = 0.8 the phase against it has exp(−2hN/T) = 2 % of the weight, but half of it when it is hot.
    let ising = Ising::on(Lattice::rectangle(3, 5)).unwrap().field(0.1).unwrap();
    let expected = exact(&ising, 0.8);
    let settings = ising.free_energies(0.8).sweeps(40_000);
    let frames: Vec<DataFrame> =
        (0..60_u64).into_par_iter().map(|seed| settings.seed(seed).run().unwrap()).collect();
    let names = frames[0].column("method").unwrap().str().unwrap().clone();
    for row in 5..11 {
        let name = names.get(row).unwrap();
        let (mut squares, mut sum, mut covered, mut converged) = (0.0, 0.0, 0, 0);
        for frame in frames.iter().filter(|frame| frame.values("converged").unwrap()[row] == 1.0) {
            let deviation = frame.values("ln_z").unwrap()[row] - expected;
            let z = deviation / frame.values("ln_z_err").unwrap()[row];
            assert!(z.abs() < 5.0, "{name}: {z} standard errors");
            (squares, sum) = (squares + z * z, sum + z);
            (covered, converged) = (covered + u32::from(z.abs() <= 1.0), converged + 1);
        }
        println!("{name}: {covered} of {converged}, mean z {}", sum / f64::from(converged));
        // Backward runs are in doubt where few of the forward ones contribute, and Wang–Landau sampling has few sweeps.
        let least = [54, 54, 54, 15, 54, 36][row - 5];
        assert!(converged >= least, "{name}: {converged} of 60 converged");
        let number = f64::from(converged);
        // One standard deviation of z² is about 0.2, of the mean of z 0.13, of the share covered 6 %.
        assert!(squares / number < 1.8, "{name}: mean z² {squares}/{converged}");
        // What is rare and counts much makes the backward runs' z skew.
        let skew = if row == 8 { 0.7 } else { 0.5 };
        assert!((sum / number).abs() < skew, "{name}: z in sum {sum}");
        assert!(f64::from(covered) > 0.5 * number, "{name}: {covered} of {converged} covered");
    }
    // Rungs on their own start up and stay there: ln Z is too high by more than its error, and nothing shows it.
    let stuck = ising.bennett([0.8]).exchange(false).update(Update::Metropolis).sweeps(2_000);
    let stuck = stuck.run().unwrap();
    let deviation = stuck.values("ln_z").unwrap()[0] - expected;
    let joint = ising.bennett([0.8]).sweeps(2_000).run().unwrap();
    assert!(deviation.abs() > 2.0 * joint.values("ln_z_err").unwrap()[0], "{deviation}");
    assert_exact(&ising, &joint, 0.2);
    assert!(
        joint.values("r_hat").unwrap()[0] < 1.1 && joint.values("round_trips").unwrap()[0] > 20.0
    );
    // Too few sweeps to forget the start: R̂ is large or missing, and the row says so.
    let glass = Ising::sherrington_kirkpatrick(60, 1).unwrap();
    let frame = glass.free_energies(0.1).sweeps(5_000).run().unwrap();
    let (converged, height) = (frame.values("converged").unwrap(), frame.height());
    assert!(converged[height - 6..height - 4].iter().all(|&c| c == 0.0), "{converged:?}");
    let notes = frame.column("note").unwrap().str().unwrap().clone();
    for (note, &converged) in notes.iter().zip(&converged) {
        let note = note.unwrap();
        assert_eq!(note.is_empty(), converged == 1.0, "{note}");
        assert!(note.is_empty() || note.ends_with('.'), "{note}");
    }
}

#[test]
fn backward_runs_beyond_exact_starts_weigh_their_phases() {
    // 24 spins: annealing enters both phases, of which one has exp(−2hN/T) = 0.8 % of the weight.
    let ising = Ising::on(Lattice::rectangle(3, 8)).unwrap().field(0.1).unwrap();
    let expected = ising.elimination().unwrap().ln_z(1.0).unwrap();
    let settings = ising.annealed_importance([1.0]).runs(1_000).steps(150).reverse(true);
    let mean = (0..20_u64).into_par_iter().map(|seed| {
        let frame = settings.seed(seed).run().unwrap();
        frame.values("ln_z").unwrap()[1] - expected
    });
    let deviations: Vec<f64> = mean.collect();
    let mean = deviations.iter().sum::<f64>() / 20.0;
    let squares: f64 = deviations.iter().map(|x| (x - mean).powi(2)).sum();
    let error = (squares / (20.0 * 19.0)).sqrt();
    assert!(mean.abs() < 4.0 * error + 0.02 && error < 0.1, "{mean} ± {error}");
}

#[test]
fn a_comparison_without_an_exact_value_leaves_it_out() {
    // Width 39, far beyond elimination, and too many states to sum.
    let frame = Ising::complete(40).unwrap().free_energies(2.0).sweeps(2_000).run().unwrap();
    assert_eq!(frame.height(), 10);
    assert!(frame.values("exact").unwrap().iter().all(|x| x.is_nan()));
    // The bounds of annealing meet, and everything that sampled agrees with them.
    let (ln_z, errors) = (frame.values("ln_z").unwrap(), frame.values("ln_z_err").unwrap());
    let converged = frame.values("converged").unwrap();
    let expected = [1.0, 1.0, 1.0, 0.0, 1.0, 0.0];
    assert_eq!(converged[4..10], expected, "too few runs backwards, and sweeps of Wang–Landau");
    for row in 4..9 {
        let error = errors[row].hypot(errors[6]);
        assert!((ln_z[row] - ln_z[6]).abs() < 4.5 * error, "row {row}: {ln_z:?} {errors:?}");
    }
}

#[test]
fn the_high_temperature_series_has_its_order() {
    // Halving 1/T divides what is left out by 2⁵, or 2⁶ where there are no odd loops and no field.
    let triangular = Ising::triangular(4).unwrap().field(0.5).unwrap();
    let glass = sk::instance(12, 0.3, 3);
    let square = Ising::square(4).unwrap();
    for (ising, order) in [(&triangular, 5.0), (&glass, 5.0), (&square, 6.0)] {
        let left_out = |t: f64| {
            let series = ising.high_temperature(t).unwrap();
            let n = ising.n_spins() as f64;
            assert!((series.free_energy + t * series.ln_z / n).abs() < 1e-12);
            series.ln_z - exact(ising, t)
        };
        let (near, far) = (left_out(20.0), left_out(40.0));
        let measured = (near / far).log2();
        assert!((measured - order).abs() < 0.5, "{ising:?}: {measured} from {near} and {far}");
    }
    // On a tree there are no loops: exact at any temperature.
    let chain = Ising::on(Lattice::chain(9).open()).unwrap().coupling(-1.3).unwrap();
    let series = chain.high_temperature(0.2).unwrap();
    assert!((series.ln_z - exact(&chain, 0.2)).abs() < 1e-10 && series.loops.abs() < 1e-12);
    assert!(chain.high_temperature(0.0).is_err() && chain.high_temperature(1e-320).is_err());
    assert!(Ising::complete(2_000).unwrap().high_temperature(2.0).is_err());
}

#[test]
fn the_series_of_the_square_lattice_reach_onsager() {
    use statmech::free_energy::{
        MAX_SERIES_ORDER, square_high_temperature as high, square_low_temperature as low,
    };
    for (t, order, tolerance) in
        [(4.0, 10, 1e-5), (3.0, 20, 4e-6), (2.5, 26, 5e-5), (2.2691853142130221, 26, 1.1e-3)]
    {
        let error = high(t, order).unwrap() - onsager::free_energy(t).unwrap();
        assert!(error > 0.0 && error < tolerance, "T = {t}: {error}");
    }
    for (t, order, tolerance) in
        [(1.0, 8, 4e-8), (1.5, 20, 2e-8), (2.0, 26, 2e-5), (2.2691853142130215, 26, 1.1e-3)]
    {
        let error = low(t, order).unwrap() - onsager::free_energy(t).unwrap();
        assert!(error >= -1e-15 && error < tolerance, "T = {t}: {error}");
    }
    // Each order takes off what it should: the error to v⁸ is 12 v¹⁰ to leading order.
    let t = 8.0_f64;
    let error = (high(t, 8).unwrap() - onsager::free_energy(t).unwrap()) / t;
    let next = 12.0 * (1.0 / t).tanh().powi(10);
    assert!((error / next - 1.0).abs() < 0.1, "{error} for {next}");
    assert_eq!(high(3.0, 9).unwrap(), high(3.0, 8).unwrap());
    says(high(2.0, 4).unwrap_err(), "`temperature`");
    says(high(f64::NAN, 4).unwrap_err(), "`temperature`");
    says(low(2.5, 4).unwrap_err(), "`temperature`");
    says(low(0.0, 4).unwrap_err(), "`temperature`");
    says(low(2.0, MAX_SERIES_ORDER + 1).unwrap_err(), "`order`");
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
    says(annealed.thermalization(-1).run().unwrap_err(), "`thermalization`");
    says(annealed.steps(0).run().unwrap_err(), "`steps`");
    says(annealed.update(Update::Wolff).run().unwrap_err(), "cluster");
    says(annealed.update(Update::SwendsenWang).run().unwrap_err(), "cluster");
    says(annealed.deadline(f64::NAN).run().unwrap_err(), "`deadline`");
    says(annealed.deadline(1e-9).run().unwrap_err(), "`deadline`");
    let all = ising.free_energies(2.0);
    says(ising.free_energies(0.0).run().unwrap_err(), "`temperature`");
    says(all.sweeps(0).run().unwrap_err(), "`sweeps`");
    says(all.deadline(f64::NAN).run().unwrap_err(), "`deadline`");
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
    // Energies at the edge of what numbers hold.
    let strong = ising.coupling(1e300).unwrap();
    says(strong.annealed_importance([1e-10]).run().unwrap_err(), "overflow");
    says(strong.bennett([1e-10]).run().unwrap_err(), "overflow");
    says(strong.population_annealing([1e-10]).run().unwrap_err(), "overflow");
    let frame = strong.annealed_importance([1.0]).steps(3).runs(10).run().unwrap();
    assert!(frame.values("ln_z").unwrap().iter().all(|x| x.is_finite()));
    let frame = strong.population_annealing([1.0]).steps(3).population(10).run().unwrap();
    assert!(frame.values("ln_z").unwrap().iter().all(|x| x.is_finite()));
    // A series with itself, and a frozen one.
    assert!(bennett_ratio(&series, &series).unwrap().mean.abs() < 1e-12);
    let mut frozen = series.clone();
    frozen.temperature = 1e-290;
    assert!(bennett_ratio(&series, &frozen).is_ok());
}
