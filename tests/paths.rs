//! Ways through landscapes: principal components of descents, barriers, and curves around hills.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/landscapes.rs"]
mod landscapes;
use landscapes::{largest, quadratic};

use std::f64::consts::PI;

use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;

fn ring() -> Objective {
    Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2)).unwrap()
}

#[test]
fn principal_components_are_those_of_the_large_matrix() {
    let objective = quadratic(&[1.0, 2.0, 0.1, 4.0, 0.5, 3.0]);
    let start = array![1.0, -1.0, 2.0, 0.5, 0.3, -0.8];
    let path = objective.descend(&start).learning_rate(0.2).steps(30).run().unwrap().path;
    let principal = PrincipalPath::new(&path).unwrap();
    let centred = &path - &path.row(path.nrows() - 1);
    let large = centred.t().dot(&centred);
    let values = Operator::from_matrix(&large).unwrap().eigenvalues().unwrap();
    let total = values.sum();
    for k in 0..2 {
        assert!((principal.explained[k] - values[5 - k] / total).abs() < 1e-12);
        let v = principal.plane.directions.row(k).to_owned();
        assert!(largest(large.dot(&v) - values[5 - k] * &v) < 1e-10 * total);
    }
    let cumulative = principal.components.values("cumulative").unwrap();
    assert!((cumulative[cumulative.len() - 1] - 1.0).abs() < 1e-12);
    let variances = principal.components.values("variance").unwrap();
    assert!((variances.iter().sum::<f64>() * path.nrows() as f64 - total).abs() < 1e-10 * total);
    // The squared distances from the end, less the residuals', are what the plane explains.
    let residuals = principal.path.values("residual").unwrap();
    let out: f64 = residuals.iter().map(|x| x * x).sum();
    assert!((1.0 - out / total - principal.explained.sum()).abs() < 1e-10);
    assert!(principal.path.values("alpha").unwrap()[0] >= 0.0);
    assert!(largest(&principal.plane.origin - &path.row(path.nrows() - 1)) == 0.0);
}

#[test]
fn a_random_walk_explains_what_theory_says() {
    // Brownian motion seen from its end: eigenvalues of min(s, t) are 4/π²(2k − 1)², and their sum is ½.
    let (steps, n) = (300, 20_000);
    let mut generator = Seed::new(3).generator();
    let mut path = Array2::zeros((steps, n));
    let mut here = Array1::<f64>::zeros(n);
    for mut row in path.rows_mut() {
        here.iter_mut().for_each(|x| {
            let step: f64 = StandardNormal.sample(&mut generator);
            *x += step;
        });
        row.assign(&here);
    }
    let principal = PrincipalPath::new(&path).unwrap();
    for k in 0..2 {
        let share = 8.0 / (PI * (2 * k + 1) as f64).powi(2);
        assert!((principal.explained[k] - share).abs() < 0.01 * share);
    }
}

#[test]
fn barriers_of_a_double_well_in_closed_form() {
    // L = (x² − 1)² + x/4 between the points ∓1: above the line of the end losses by (x² − 1)².
    let well = Objective::exact(1, |x| (x[0] * x[0] - 1.0).powi(2) + 0.25 * x[0]).unwrap();
    let line = well.interpolate(&array![-1.0], &array![1.0]).run().unwrap();
    assert!((line.barrier - 1.0).abs() < 1e-12);
    assert!((line.summary.values("barrier_at").unwrap()[0] - 0.5).abs() < 1e-12);
    // The largest loss on 51 points, less the mean of −1/4 and 1/4.
    let top = linspace(-1.0, 1.0, 51)
        .iter()
        .map(|x| (x * x - 1.0_f64).powi(2) + 0.25 * x)
        .fold(f64::MIN, f64::max);
    assert!((line.instability - top).abs() < 1e-12 && !line.monotone);
    assert!(line.instability > 1.0);
    let down =
        quadratic(&[1.0, 2.0]).interpolate(&array![3.0, 1.0], &array![0.0, 0.0]).run().unwrap();
    assert!(down.monotone && down.barrier == 0.0 && down.instability > 0.0);
}

#[test]
fn curves_go_around_the_hill_that_the_line_crosses() {
    let (a, b) = (array![1.0, 0.0], array![-1.0, 0.0]);
    for (curve, reached) in
        [(CurveKind::Bezier, 0.06), (CurveKind::Chain(1), 0.3), (CurveKind::Chain(7), 0.01)]
    {
        let way = ring().connect(&a, &b).curve(curve).run().unwrap();
        assert!((way.barrier_before - 1.0).abs() < 1e-12);
        assert!(way.barrier_after < reached, "{curve:?} {}", way.barrier_after);
        assert_eq!(way.point(1.0).unwrap(), b);
        // The frame's losses are those at the curve's points.
        let rows = way.frame.height() / 2;
        let (t, loss) = (way.frame.values("t").unwrap(), way.frame.values("loss").unwrap());
        for k in [rows + 7, rows + 30] {
            let there = ring().loss(&way.point(t[k]).unwrap()).unwrap();
            assert!((there - loss[k]).abs() < 1e-12);
        }
        let mean = way.history.values("loss").unwrap();
        assert!(mean[mean.len() - 1] < 0.3 * mean[0], "{curve:?}");
    }
}

#[test]
fn a_bezier_curve_around_the_ring_is_the_best_of_its_family() {
    // By symmetry the bend is (0, c); the mean loss as a function of c has its minimum where a fine scan finds it.
    let way = ring().connect(&array![1.0, 0.0], &array![-1.0, 0.0]).nodes(200).run().unwrap();
    let mean = |c: f64| {
        let loss = |t: f64| {
            let (x, y) = (1.0 - 2.0 * t, 2.0 * t * (1.0 - t) * c);
            (x * x + y * y - 1.0).powi(2)
        };
        (0..2000).map(|k| loss((f64::from(k) + 0.5) / 2000.0)).sum::<f64>() / 2000.0
    };
    let best = linspace(1.5, 3.0, 3001).into_iter().min_by(|a, b| mean(*a).total_cmp(&mean(*b)));
    assert!(way.bends[(0, 0)].abs() < 1e-4);
    assert!((way.bends[(0, 1)].abs() - best.unwrap()).abs() < 2e-3);
}

/// Without its last point a path has no line between its ends, and without its first no row.
#[test]
fn a_deadline_leaves_out_the_line_between_the_ends() {
    let slow = |x: &[f64]| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        x[0]
    };
    let way = Objective::from_fn(1, slow).unwrap().interpolate(&array![0.0], &array![1.0]);
    let cut = way.points(1000).deadline(0.1).run().unwrap();
    assert!(!cut.complete && cut.frame.height() > 0);
    assert_eq!(cut.frame.column("linear").unwrap().null_count(), cut.frame.height());
    let none = way.deadline(1e-12).run().unwrap();
    assert!(!none.complete && none.frame.height() == 0 && none.barrier.is_nan());
}

#[test]
fn a_path_ends_where_the_loss_is_finite() {
    let wall = |x: &[f64]| if x[0] > 0.5 { f64::INFINITY } else { x[0] };
    let wall = Objective::from_fn(1, wall).unwrap();
    for refused in [
        wall.interpolate(&array![0.0], &array![1.0]).run().err(),
        wall.connect(&array![1.0], &array![0.0]).run().err(),
    ] {
        assert!(refused.unwrap().to_string().contains("where the loss is finite"));
    }
}

/// On a flat loss the bend stays where it was drawn, off the middle by the given part of the distance.
#[test]
fn a_bend_begins_a_part_of_the_distance_off_the_middle() {
    let flat = Objective::exact(400, |_| Var::constant(1.0)).unwrap();
    let (from, to) = (Array1::zeros(400), Array1::ones(400));
    let bent = flat.connect(&from, &to).noise(0.1).run().unwrap();
    let off = bent.bends.row(0).iter().map(|x| (x - 0.5).powi(2)).sum::<f64>().sqrt();
    assert!((off / (0.1 * 20.0) - 1.0).abs() < 0.2, "{off}");
}

/// The components of a path are turned such that it begins at positive coordinates.
#[test]
fn a_path_begins_at_positive_coordinates() {
    let bowl = Objective::exact(9, |x| x.iter().map(|x| x * x).sum::<Var>()).unwrap();
    for seed in 0..8 {
        let path = bowl.random_directions(6).seed(seed).run().unwrap();
        let seen = PrincipalPath::new(&path).unwrap().plane.directions;
        let start = &path.row(0) - &path.row(5);
        assert!(seen.rows().into_iter().all(|row| row.dot(&start) > 0.0));
    }
}

/// A loss that falls to −1 and comes back to −0.75 has risen by 0.25, though never above its start.
#[test]
fn a_rise_counts_from_the_lowest_loss_before() {
    let dip = Objective::exact(1, |x| (x[0] - 2.0) * x[0]).unwrap();
    let way = dip.interpolate(&array![0.0], &array![1.5]).points(301).run().unwrap();
    assert!((way.summary.values("rise").unwrap()[0] - 0.25).abs() < 1e-12 && !way.monotone);
}

#[test]
fn a_curve_of_one_node_is_judged_at_its_middle() {
    let way = ring().connect(&array![1.0, 0.0], &array![-1.0, 0.0]).nodes(1).run().unwrap();
    let middle = ring().loss(&way.point(0.5).unwrap()).unwrap();
    assert!(middle < 1e-6, "{middle}");
}
