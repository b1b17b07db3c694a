//! Version spaces, capacities and learning curves against exact and replica values.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod common;

use std::f64::consts::PI;

use common::column;
use statmech::Result;
use statmech::polars::prelude::DataFrame;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

#[test]
fn both_samplers_are_uniform_on_an_arc() -> Result<()> {
    for hit_and_run in [false, true] {
        uniform_on_an_arc(hit_and_run)?;
    }
    Ok(())
}

fn uniform_on_an_arc(hit_and_run: bool) -> Result<()> {
    // Two examples leave the arc between the angles 0.3 and 1.0.
    let z = array![[-0.3_f64.sin(), 0.3_f64.cos()], [1.0_f64.sin(), -1.0_f64.cos()]];
    let space = Examples::new(z, array![1, 1])?.version_space();
    // In so narrow an arc a velocity has the sign of the last with it: every third trajectory.
    let space = space.hit_and_run(hit_and_run).thinning(3).samples(5_000).seed(3).run()?;
    let angles: Vec<f64> = space.weights.outer_iter().map(|w| w[1].atan2(w[0])).collect();
    assert!(angles.iter().all(|angle| (0.3..1.0).contains(angle)));
    let n = angles.len() as f64;
    // Kolmogorov and Smirnov; in the plane each step is independent of the last.
    let mut sorted: Vec<f64> = angles.iter().map(|a| (a - 0.3) / 0.7).collect();
    sorted.sort_by(f64::total_cmp);
    let distance = sorted
        .iter()
        .enumerate()
        .map(|(k, u)| (u - (k as f64 + 0.5) / n).abs())
        .fold(0.0, f64::max);
    assert!(distance * n.sqrt() < 1.63, "1 % level: {}", distance * n.sqrt());
    assert!(space.r_hat < 1.01, "{}", space.r_hat);
    Ok(())
}

#[test]
fn both_samplers_know_the_octant_and_the_lune() -> Result<()> {
    for hit_and_run in [false, true] {
        octant_and_lune(hit_and_run)?;
    }
    Ok(())
}

fn octant_and_lune(hit_and_run: bool) -> Result<()> {
    // The positive octant: ⟨w_k⟩ = ½ and ⟨w_k²⟩ = ⅓ by symmetry and Archimedes.
    let octant = Examples::new(Array2::eye(3), array![1, 1, 1])?;
    let space = octant
        .version_space()
        .hit_and_run(hit_and_run)
        .samples(10_000)
        .thinning(4)
        .seed(4)
        .run()?;
    for k in 0..3 {
        let first: Vec<f64> = space.weights.column(k).to_vec();
        let mean = statmech::stats::estimate(&first[..10_000])?;
        assert!((mean.mean - 0.5).abs() < 4.0 * mean.error, "{mean}");
        let squares: Vec<f64> = first[10_000..].iter().map(|w| w * w).collect();
        let square = statmech::stats::estimate(&squares)?;
        assert!((square.mean - 1.0 / 3.0).abs() < 4.0 * square.error, "{square}");
    }
    // A lune of dihedral angle ψ around the third axis: the azimuth is uniform, and cos θ too.
    let psi: f64 = 0.2;
    let lune = Examples::new(array![[0.0, 1.0, 0.0], [psi.sin(), -psi.cos(), 0.0]], array![1, 1])?;
    let space =
        lune.version_space().hit_and_run(hit_and_run).samples(20_000).thinning(3).seed(5).run()?;
    let heights: Vec<f64> = space.weights.column(2).to_vec();
    let squares: Vec<f64> = heights[..20_000].iter().map(|z| z * z).collect();
    let square = statmech::stats::estimate(&squares)?;
    assert!((square.mean - 1.0 / 3.0).abs() < 4.0 * square.error, "{square}");
    let azimuths: Vec<f64> = space.weights.outer_iter().map(|w| w[1].atan2(w[0])).collect();
    let azimuth = statmech::stats::estimate(&azimuths[..20_000])?;
    assert!((azimuth.mean - psi / 2.0).abs() < 4.0 * azimuth.error, "{azimuth}");
    Ok(())
}

#[test]
fn chains_from_the_teacher_and_from_the_boundary_agree() -> Result<()> {
    let teacher = Perceptron::random(40, 1)?;
    let examples = Examples::from_teacher(&teacher, 120, 2)?;
    let space = examples.version_space().samples(1_000).start(&teacher).seed(3);
    let sampled = space.run()?;
    assert!(sampled.r_hat < 1.01, "{}", sampled.r_hat);
    assert_eq!(sampled.count(), 2_000);
    for k in [0, 777, 1_999] {
        assert_eq!(sampled.member(k)?.errors(&examples)?, 0);
    }
    assert_eq!(sampled.center().errors(&examples)?, 0);
    let other = examples.version_space().hit_and_run(true).samples(2_000).seed(8).run()?;
    // As many members by hit and run, from far more steps, are worth far fewer.
    assert!(other.r_hat < 1.2, "{}", other.r_hat);
    let (a, b) = (sampled.generalization_error(&teacher)?, other.generalization_error(&teacher)?);
    assert!(b.ess < a.ess / 5.0, "{} and {}", a.ess, b.ess);
    assert!((a.mean - b.mean).abs() < 4.0 * a.error.hypot(b.error), "{a} and {b}");
    // A chain far too short shows it.
    let short = examples
        .version_space()
        .hit_and_run(true)
        .samples(40)
        .thinning(1)
        .thermalization(0)
        .seed(3)
        .run()?;
    assert!(short.r_hat > 1.2, "{}", short.r_hat);
    Ok(())
}

#[test]
fn bad_settings_of_a_version_space() -> Result<()> {
    let examples = Examples::random(5, 10, 1)?;
    let space = examples.version_space();
    assert!(space.samples(31).run().is_err());
    assert!(space.chains(1).run().is_err());
    assert!(space.thinning(0).run().is_err());
    assert!(space.samples(usize::MAX).run().is_err());
    assert!(space.deadline(f64::NAN).run().is_err());
    assert!(space.start(&Perceptron::random(9, 1)?).run().is_err());
    let wrong =
        Perceptron::new(-&examples.train(LearningRule::Hebb).run()?.perceptron.weights, 0.0)?;
    assert!(space.start(&wrong).run().is_err());
    let stopped = space.samples(1_000_000).deadline(0.1).run()?;
    assert!(!stopped.complete && stopped.count() >= 64);
    // One input: two directions, one of which is right.
    let line = Examples::new(array![[2.0], [-1.0]], array![-1, 1])?;
    assert_eq!(line.version_space().run()?.member(0)?.weights, array![-1.0]);
    assert!(space.run()?.member(1_000).is_err());
    Ok(())
}

#[test]
fn the_fraction_of_separable_dichotomies_is_covers() -> Result<()> {
    let table = PerceptronCapacity::new([5, 10, 20, 50], linspace(1.0, 3.0, 5))
        .samples(200)
        .seed(1)
        .run()?;
    let exact = column(&table, "separable_exact");
    let errors = column(&table, "separable_err");
    let mut squares = Vec::new();
    for (k, fraction) in column(&table, "separable").into_iter().enumerate() {
        let z = (fraction - exact[k]) / errors[k];
        assert!(z.abs() < 4.0, "row {k}: {fraction} for {}", exact[k]);
        if exact[k] > 0.02 && exact[k] < 0.98 {
            squares.push(z * z);
        }
    }
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    assert!(squares.len() >= 8 && mean > 0.2 && mean < 2.5, "{mean} of {}", squares.len());
    // Cover: half of them at P = 2N, whatever N.
    for k in 0..4 {
        assert!((exact[5 * k + 2] - 0.5).abs() < 1e-12);
        assert_eq!(exact[5 * k], 1.0);
    }
    Ok(())
}

#[test]
fn error_bars_of_fractions_cover() -> Result<()> {
    // Of 80 tosses 36 to 44 heads are within one error: 0.686 in probability.
    let inside = (0..300).map(|seed| {
        let table = PerceptronCapacity::new([3], [2.0]).samples(80).seed(seed).run()?;
        let z = (column(&table, "separable")[0] - 0.5) / column(&table, "separable_err")[0];
        Ok(u32::from(z.abs() < 1.0))
    });
    let inside = inside.sum::<Result<u32>>()?;
    assert!((189..=219).contains(&inside), "{inside} of 300");
    Ok(())
}

#[test]
fn largest_stabilities_tend_to_gardners() -> Result<()> {
    let loads = [0.5, 1.0];
    let of = |size: usize| {
        PerceptronCapacity::new([size], loads).stabilities(true).samples(60).seed(2).run()
    };
    let (small, large) = (of(50)?, of(100)?);
    for (k, load) in loads.into_iter().enumerate() {
        let (a, b) = (column(&small, "stability")[k], column(&large, "stability")[k]);
        let (ea, eb) = (column(&small, "stability_err")[k], column(&large, "stability_err")[k]);
        // The corrections fall as 1/N.
        let limit = 2.0 * b - a;
        let error = ea.hypot(2.0 * eb);
        let off = limit - gardner::margin(load)?;
        assert!(off.abs() < 4.0 * error + 2e-3, "α = {load}: κ off by {off} ± {error}");
    }
    Ok(())
}

fn of_rule(table: &DataFrame, rule: &str, name: &str) -> Vec<f64> {
    let names = table.column("rule").unwrap().str().unwrap().clone();
    let rows = names.iter().zip(table.values(name).unwrap());
    rows.filter(|(r, _)| *r == Some(rule)).map(|(_, x)| x).collect()
}

#[test]
fn hebb_learns_as_vallet_computed() -> Result<()> {
    let loads = [0.5, 2.0, 8.0];
    let table = LearningCurve::new([LearningRule::Hebb], 100, loads).samples(60).seed(4).run()?;
    for (k, alpha) in loads.into_iter().enumerate() {
        let overlap = column(&table, "overlap")[k];
        let exact = (2.0 * alpha / (2.0 * alpha + PI)).sqrt();
        let error = column(&table, "overlap_err")[k];
        assert!((overlap - exact).abs() < 4.0 * error + 0.5 / 100.0, "{overlap} for {exact}");
    }
    Ok(())
}

#[test]
fn students_are_on_their_replica_curves() -> Result<()> {
    let rules = [LearningRule::Gibbs, LearningRule::Bayes, LearningRule::MaxStability];
    let students = [Student::Gibbs, Student::Bayes, Student::MaxStability];
    let loads = [1.0, 3.0];
    let of = |size: usize, samples: usize| {
        LearningCurve::new(rules, size, loads).samples(samples).members(60).seed(7).run()
    };
    let (small, large) = (of(40, 300)?, of(80, 150)?);
    let name = "generalization_error";
    let (small, large, r_hat) = (
        [column(&small, name), small.values("generalization_error_err")?],
        [column(&large, name), large.values("generalization_error_err")?],
        small.values("r_hat")?,
    );
    for (k, student) in students.iter().enumerate() {
        for (l, load) in loads.into_iter().enumerate() {
            let row = 2 * k + l;
            let exact = student.generalization_error(load)?;
            let limit = 2.0 * large[0][row] - small[0][row];
            let error = (2.0 * large[1][row]).hypot(small[1][row]);
            let what = format!(
                "{} at α = {load}: N = 40 {} ± {}, N = 80 {} ± {}, N → ∞ {limit} ± {error} for {exact}",
                student.name(),
                small[0][row],
                small[1][row],
                large[0][row],
                large[1][row],
            );
            // Corrections of order 1/N cancel in the limit, and are below ½/N themselves.
            assert!((limit - exact).abs() < 3.0 * error, "{what}");
            assert!((large[0][row] - exact).abs() < 3.0 * large[1][row] + 0.5 / 80.0, "{what}");
            assert!(!(r_hat[row] > 1.02), "{what}, R̂ {}", r_hat[row]);
        }
    }
    Ok(())
}

#[test]
fn a_teacher_is_a_member_like_any_other() -> Result<()> {
    // Averaged over teachers, the overlap of two members is that of a member with the teacher: exact at any size.
    let rules = [LearningRule::Gibbs, LearningRule::Bayes, LearningRule::Hebb];
    let table = LearningCurve::new(rules, 10, [0.5, 2.0, 5.0]).samples(300).seed(5).run()?;
    let (r, q) = (of_rule(&table, "gibbs", "overlap"), of_rule(&table, "gibbs", "mutual_overlap"));
    let errors = of_rule(&table, "gibbs", "overlap_err");
    let mutual_errors = of_rule(&table, "gibbs", "mutual_overlap_err");
    for k in 0..3 {
        let error = errors[k].hypot(mutual_errors[k]);
        assert!((r[k] - q[k]).abs() < 4.0 * error, "{} and {}", r[k], q[k]);
    }
    assert!(of_rule(&table, "gibbs", "r_hat").iter().all(|r| *r < 1.1));
    let gibbs = of_rule(&table, "gibbs", "generalization_error");
    let bayes = of_rule(&table, "bayes", "generalization_error");
    let hebb = of_rule(&table, "hebb", "generalization_error");
    for k in 0..3 {
        assert!(bayes[k] < gibbs[k] && bayes[k] < hebb[k]);
    }
    Ok(())
}

#[test]
fn experiments_are_the_same_on_any_number_of_threads_and_stop_at_the_deadline() -> Result<()> {
    let rules = [LearningRule::Rosenblatt, LearningRule::Gibbs, LearningRule::Pocket];
    let curve = LearningCurve::new(rules, 8, [1.0, 2.0]).samples(6).members(40).seed(6);
    let capacity =
        PerceptronCapacity::new([4, 7], [1.5]).samples(30).stabilities(true).binary(true);
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Ok::<_, statmech::Error>((curve.run()?, capacity.run()?)))
    };
    let (one, three) = (on(1)?, on(3)?);
    assert!(one.0.equals_missing(&three.0) && one.1.equals_missing(&three.1));
    let stopped = curve.samples(1_000_000).deadline(0.2).run()?;
    assert!(column(&stopped, "samples").iter().all(|&n| n < 1e6));
    assert!(!stopped.column("complete").unwrap().bool().unwrap().any());
    assert!(!capacity.samples(10_000_000).deadline(0.2).run()?.column("complete")?.bool()?.any());
    Ok(())
}

#[test]
fn bad_settings_of_experiments() {
    let none: [f64; 0] = [];
    assert!(PerceptronCapacity::new([], [1.0]).run().is_err());
    assert!(PerceptronCapacity::new([5], none).run().is_err());
    assert!(PerceptronCapacity::new([0], [1.0]).run().is_err());
    assert!(PerceptronCapacity::new([5], [f64::NAN]).run().is_err());
    assert!(PerceptronCapacity::new([5], [-1.0]).run().is_err());
    assert!(PerceptronCapacity::new([5], [1e300]).run().is_err());
    assert!(PerceptronCapacity::new([5], [1.0]).samples(1).run().is_err());
    assert!(PerceptronCapacity::new([5], [1.0]).samples(usize::MAX).run().is_err());
    assert!(PerceptronCapacity::new([5], [1.0]).deadline(0.0).run().is_err());
    assert!(LearningCurve::new([], 5, [1.0]).run().is_err());
    assert!(LearningCurve::new([LearningRule::Hebb], 5, none).run().is_err());
    assert!(LearningCurve::new([LearningRule::Hebb], 0, [1.0]).run().is_err());
    assert!(LearningCurve::new([LearningRule::Hebb], 5, [f64::INFINITY]).run().is_err());
    assert!(LearningCurve::new([LearningRule::Gibbs], 5, [1.0]).members(5).run().is_err());
    assert!(LearningCurve::new([LearningRule::Hebb], 5, [1.0]).samples(0).run().is_err());
}
