//! The geometry of landscapes against surfaces in closed form, and critical points against published ones.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

fn normal(n: usize, seed: u64) -> Vec<f64> {
    let mut generator = Seed::new(seed).generator();
    (0..n).map(|_| StandardNormal.sample(&mut generator)).collect()
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} is not {b}");
}

/// Rows that are orthonormal: a random rotation.
fn rotation(n: usize, seed: u64) -> Array2<f64> {
    let mut rows: Vec<Array1<f64>> = Vec::new();
    for k in 0..n {
        let mut row = Array1::from(normal(n, 100 * seed + k as u64));
        for _ in 0..2 {
            for known in &rows {
                let overlap = row.dot(known);
                row = row - overlap * known;
            }
        }
        let length = row.dot(&row).sqrt();
        rows.push(row / length);
    }
    Array2::from_shape_fn((n, n), |(i, j)| rows[i][j])
}

#[test]
fn surfaces_in_closed_form() {
    // Sphere of radius R in five dimensions: all principal curvatures are 1/R at every point.
    let sphere = Objective::exact(4, |x| {
        -(9.0 - x[0].powi(2) - x[1].powi(2) - x[2].powi(2) - x[3].powi(2)).sqrt()
    })
    .unwrap();
    let at = sphere.geometry(&array![0.5, -1.0, 1.2, 0.3]).unwrap();
    let principal = at.principal().run().unwrap();
    principal.curvatures.iter().for_each(|&kappa| close(kappa, 1.0 / 3.0, 1e-13));
    close(at.mean_curvature().unwrap(), 1.0 / 3.0, 1e-13);
    close(at.gaussian_curvature().unwrap().value(), 1.0 / 81.0, 1e-13);

    // Cylinder: 1/R across and 0 along.
    let cylinder = Objective::exact(2, |x| -(4.0 - x[0].powi(2)).sqrt()).unwrap();
    let at = cylinder.geometry(&array![1.1, 5.0]).unwrap();
    let kappas = at.principal().run().unwrap().curvatures;
    close(kappas[0], 0.5, 1e-13);
    close(kappas[1], 0.0, 1e-13);
    assert_eq!(at.gaussian_curvature().unwrap().sign, 0.0);

    // z = xy: K = −1/w⁴ and H = −xy/w³, w² = 1 + x² + y².
    let saddle = Objective::exact(2, |x| x[0] * x[1]).unwrap();
    for (x, y) in [(0.0_f64, 0.0_f64), (0.4, -1.3), (2.0, 3.0)] {
        let at = saddle.geometry(&array![x, y]).unwrap();
        let w = (1.0 + x * x + y * y).sqrt();
        close(at.gaussian_curvature().unwrap().value(), -w.powi(-4), 1e-13);
        close(at.mean_curvature().unwrap(), -x * y / w.powi(3), 1e-13);
        close(at.normal().dot(&at.normal()), 1.0, 1e-14);
    }

    // Paraboloid z = (x² + y²)/2: 1/w³ along the meridian, 1/w across.
    let bowl = Objective::exact(2, |x| x[0].powi(2) * 0.5 + x[1].powi(2) * 0.5).unwrap();
    let at = bowl.geometry(&array![0.6, 0.8]).unwrap();
    let w = 2_f64.sqrt();
    close(at.normal_curvature(&array![0.6, 0.8]).unwrap(), w.powi(-3), 1e-14);
    close(at.normal_curvature(&array![-0.8, 0.6]).unwrap(), 1.0 / w, 1e-14);
    let principal = at.principal().run().unwrap();
    close(principal.curvatures[0], 1.0 / w, 1e-14);
    close(principal.curvatures[1], w.powi(-3), 1e-14);
    // Tangent vectors of length 1: (v, g·v) with v = ∇L/(|∇L| w).
    close(principal.directions.row(1).dot(&principal.directions.row(1)), 0.5, 1e-14);
}

/// A wavy function of six numbers, read in turned coordinates.
fn wave(turn: Array2<f64>) -> Objective {
    Objective::exact(6, move |x| {
        let y: Vec<_> = (0..6)
            .map(|i| (1..6).fold(x[0] * turn[(i, 0)], |sum, j| sum + x[j] * turn[(i, j)]))
            .collect();
        (y[0] * y[1]).sin() + (y[2] - y[3]).powi(2) * 0.3 + y[4].exp() * y[5] + y[1].powi(3) * y[3]
    })
    .unwrap()
}

#[test]
fn curvatures_are_those_of_the_shape_operator_and_do_not_turn() {
    let identity = Array2::eye(6);
    let turn = rotation(6, 3);
    let theta = Array1::from(normal(6, 4));
    let (straight, turned) = (
        wave(identity).geometry(&turn.dot(&theta)).unwrap(),
        wave(turn.clone()).geometry(&theta).unwrap(),
    );
    let (one, other) = (straight.principal().run().unwrap(), turned.principal().run().unwrap());
    for k in 0..6 {
        close(one.curvatures[k], other.curvatures[k], 1e-11);
    }
    close(straight.mean_curvature().unwrap(), turned.mean_curvature().unwrap(), 1e-11);
    let (k, l) = (straight.gaussian_curvature().unwrap(), turned.gaussian_curvature().unwrap());
    assert_eq!(k.sign, l.sign);
    close(k.ln, l.ln, 1e-10);

    // I⁻¹ II v = κ v, I and II as matrices; |(v, g·v)| = 1; the mean is the trace, K the product.
    let (first, second) = (turned.first_form().unwrap(), turned.second_form().unwrap());
    let shape = turned.shape_matrix().unwrap();
    for (kappa, v) in other.curvatures.iter().zip(other.directions.rows()) {
        let v = v.to_owned();
        let excess = second.dot(&v) - *kappa * first.dot(&v);
        assert!(excess.iter().all(|x| x.abs() < 1e-11), "{excess}");
        assert!((shape.dot(&v) - *kappa * &v).iter().all(|x| x.abs() < 1e-11));
        close(v.dot(&first.dot(&v)), 1.0, 1e-12);
        close(turned.normal_curvature(&(1e200 * &v)).unwrap(), *kappa, 1e-10);
    }
    close(other.curvatures.sum() / 6.0, turned.mean_curvature().unwrap(), 1e-11);
    close(shape.diag().sum() / 6.0, turned.mean_curvature().unwrap(), 1e-11);
    close(other.curvatures.iter().map(|x| x.abs().ln()).sum(), l.ln, 1e-10);

    // A surface in three dimensions by the textbook's formulas for a graph.
    let f = Objective::exact(2, |x| (x[0] * x[1]).sin() + x[0].powi(3)).unwrap();
    let theta = array![0.7, -0.4];
    let (g, h) = (f.gradient(&theta).unwrap(), f.hessian(&theta).unwrap());
    let w2 = 1.0 + g.dot(&g);
    let at = f.geometry(&theta).unwrap();
    let k = (h[(0, 0)] * h[(1, 1)] - h[(0, 1)].powi(2)) / w2.powi(2);
    let mean = ((1.0 + g[1] * g[1]) * h[(0, 0)] - 2.0 * g[0] * g[1] * h[(0, 1)]
        + (1.0 + g[0] * g[0]) * h[(1, 1)])
        / (2.0 * w2.powf(1.5));
    close(at.gaussian_curvature().unwrap().value(), k, 1e-12);
    close(at.mean_curvature().unwrap(), mean, 1e-12);
}

#[test]
fn at_critical_points_curvatures_are_the_hessians_eigenvalues() {
    let (n, positive) = (40, 60);
    let saddle = Objective::saddle(n, positive).unwrap();
    let mut theta = Array1::zeros(2 * n + 1);
    theta[2 * n] = 1.0;
    let at = saddle.geometry(&theta).unwrap();
    let all = at.principal().run().unwrap().curvatures;
    let spectrum = saddle.hessian_at(&theta).unwrap().eigenvalues().unwrap();
    for (kappa, lambda) in all.iter().zip(spectrum.iter().rev()) {
        close(*kappa, *lambda, 1e-12);
    }
    close(at.mean_curvature().unwrap(), 40.0 / 81.0, 1e-13);
    assert_eq!(at.gaussian_curvature().unwrap().sign, 0.0);
    // Away from it, the Lanczos method and the dense one agree, and sampled means cover the exact one.
    let theta = Array1::from(normal(2 * n + 1, 9));
    let at = saddle.geometry(&theta).unwrap();
    let all = at.principal().run().unwrap().curvatures;
    let ends = at.principal().extremes(2).seed(4).run().unwrap();
    assert!(ends.complete);
    for (k, whole) in [0, 1, 2 * n - 1, 2 * n].into_iter().enumerate() {
        close(ends.curvatures[k], all[whole], 1e-9);
    }
    let exact = at.mean_curvature().unwrap();
    close(exact, all.mean().unwrap(), 1e-11);
    let inside = (0..300)
        .filter(|&seed| {
            let sampled = at.mean_curvature_sampled().unwrap().seed(seed).run().unwrap();
            (sampled.value - exact).abs() < sampled.error
        })
        .count();
    assert!((189..=219).contains(&inside), "{inside} of 300 within one error");
}

#[test]
fn slices_have_the_geometry_of_their_own_surface() {
    let objective = wave(rotation(6, 8));
    let theta = Array1::from(normal(6, 1));
    let directions = Array2::from_shape_vec((2, 6), normal(12, 2)).unwrap();
    let slice = objective.within(&theta, &directions).unwrap();
    let (alpha, beta) = (0.3, -0.2);
    let there = &theta + &(alpha * &directions.row(0)) + &(beta * &directions.row(1));
    let x = array![alpha, beta];
    close(slice.loss(&x).unwrap(), objective.loss(&there).unwrap(), 1e-14);
    let gradient = directions.dot(&objective.gradient(&there).unwrap());
    assert!((slice.gradient(&x).unwrap() - gradient).iter().all(|e| e.abs() < 1e-12));
    let hessian = directions.dot(&objective.hessian(&there).unwrap()).dot(&directions.t());
    let found = slice.hessian(&x).unwrap();
    assert!((&found - &hessian).iter().all(|e| e.abs() < 1e-12));
    // By the definition of a graph over two coordinates, through finite differences of the loss alone.
    let closure = {
        let (objective, theta, directions) = (objective.clone(), theta.clone(), directions.clone());
        Objective::from_fn(2, move |x| {
            let point = &theta + &(x[0] * &directions.row(0)) + &(x[1] * &directions.row(1));
            objective.loss(&point).unwrap_or(f64::NAN)
        })
        .unwrap()
    };
    let (one, other) = (slice.geometry(&x).unwrap(), closure.geometry(&x).unwrap());
    close(one.mean_curvature().unwrap(), other.mean_curvature().unwrap(), 1e-5);
    close(
        one.gaussian_curvature().unwrap().value(),
        other.gaussian_curvature().unwrap().value(),
        1e-5,
    );
    assert!(slice.is_exact() && !closure.is_exact());
    assert!(objective.evaluations().losses > 0);
    let error = closure.within(&x, &array![[1.0, 0.0]]).unwrap();
    let derivative = error.gradient_with_error(&array![0.0]).unwrap();
    assert!(derivative.error[0] > 0.0);
    close(derivative.value[0], slice.gradient(&x).unwrap()[0], 1e-7);
}

/// The potential of K. Müller and L. D. Brown, Theor. Chim. Acta 53, 75 (1979).
fn mueller_brown() -> Objective {
    Objective::exact(2, |x| {
        let (amplitude, a, b, c) = (
            [-200.0, -100.0, -170.0, 15.0],
            [-1.0, -1.0, -6.5, 0.7],
            [0.0, 0.0, 11.0, 0.6],
            [-10.0, -10.0, -6.5, 0.7],
        );
        let (x0, y0) = ([1.0, 0.0, -0.5, -1.0], [0.0, 0.5, 1.5, 1.0]);
        let term = |k: usize| {
            let (dx, dy) = (x[0] - x0[k], x[1] - y0[k]);
            (dx.powi(2) * a[k] + dx * dy * b[k] + dy.powi(2) * c[k]).exp() * amplitude[k]
        };
        term(0) + term(1) + term(2) + term(3)
    })
    .unwrap()
}

#[test]
fn minima_and_saddles_of_mueller_and_brown() {
    let potential = mueller_brown();
    // Their minima and saddle points, to the digits that are usually given.
    let minima = [(-0.558, 1.442, -146.700), (0.623, 0.028, -108.167), (-0.050, 0.467, -80.768)];
    let saddles = [(-0.822, 0.624, -40.665), (0.212, 0.293, -72.249)];
    let starts = Array2::from_shape_fn((60, 2), |(k, i)| {
        if i == 0 { -1.2 + 0.2 * (k % 10) as f64 } else { -0.1 + 0.3 * (k / 10) as f64 }
    });
    for (index, known) in [(0, &minima[..]), (1, &saddles[..])] {
        let found = potential.critical_points(&starts).index(index).run().unwrap();
        for &(x, y, energy) in known {
            assert!(
                found.points.iter().any(|point| {
                    (point.theta[0] - x).abs() < 6e-4
                        && (point.theta[1] - y).abs() < 6e-4
                        && (point.loss - energy).abs() < 1e-3
                        && point.index == index
                        && point.gradient_norm < 1e-8
                }),
                "({x}, {y}) is not in {:?}",
                found.frame()
            );
        }
        // Searches that leave the region of the wells may end on the plain around it.
        assert!(found.points.iter().filter(|p| p.loss < -30.0).all(|p| p.index == index));
        assert_eq!(found.points.iter().filter(|p| p.loss < -30.0).count(), known.len());
    }
}

#[test]
fn the_nine_critical_points_of_himmelblau() {
    let himmelblau = Objective::exact(2, |x| {
        (x[0].powi(2) + x[1] - 11.0).powi(2) + (x[0] + x[1].powi(2) - 7.0).powi(2)
    })
    .unwrap();
    let starts = Array2::from_shape_fn((144, 2), |(k, i)| {
        -5.0 + 10.0 / 11.0 * (if i == 0 { k % 12 } else { k / 12 }) as f64
    });
    let found = himmelblau.critical_points(&starts).run().unwrap();
    let count = |kind: CriticalKind| found.points.iter().filter(|point| point.kind == kind).count();
    assert_eq!(found.points.len(), 9, "{:?}", found.frame());
    assert_eq!(
        (count(CriticalKind::Minimum), count(CriticalKind::Saddle), count(CriticalKind::Maximum)),
        (4, 4, 1)
    );
    let known = [
        (3.0, 2.0, 0.0),
        (-2.805118, 3.131312, 0.0),
        (-3.779310, -3.283186, 0.0),
        (3.584428, -1.848127, 0.0),
        (-0.270845, -0.923039, 181.616521),
        (0.086678, 2.884255, 67.719150),
        (3.385154, 0.073852, 13.311926),
        (-3.073026, -0.081353, 104.015165),
        (-0.127961, -1.953715, 178.337241),
    ];
    for (x, y, loss) in known {
        let near = found
            .points
            .iter()
            .find(|point| (point.theta[0] - x).abs() < 2e-6 && (point.theta[1] - y).abs() < 2e-6);
        let point = near.unwrap_or_else(|| panic!("({x}, {y}) is not in {:?}", found.frame()));
        assert!((point.loss - loss).abs() < 2e-5, "{}", point.loss);
    }
    assert_eq!(found.counts.iter().sum::<usize>() + found.failed, 144);
    // The same on one thread.
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let alone = pool.install(|| himmelblau.critical_points(&starts).run().unwrap());
    assert_eq!(alone.counts, found.counts);
    assert_eq!(alone.points, found.points);
}

#[test]
fn searches_converge_fast_and_say_when_they_do_not() {
    let double_well = Objective::exact(2, |x| (x[0].powi(2) - 1.0).powi(2) + x[1].powi(2)).unwrap();
    for (index, expected) in [(0, 1.0), (1, 0.0)] {
        let found = double_well.find_critical(&array![0.7, 0.4]).index(index).run().unwrap();
        assert!(found.converged && found.frame.height() < 25, "{:?}", found.frame);
        close(found.point.theta[0], expected, 1e-8);
        assert_eq!(found.point.index, index);
        // Quadratic convergence: the last gradient is about the square of the one before.
        let norms = found.frame.values("gradient_norm").unwrap();
        assert!(norms[norms.len() - 1] < 0.1 * norms[norms.len() - 2]);
    }
    // x³ + x has no critical point; |∇L|² has its minimum at 0, where H = 0 and L' = 1.
    let none = Objective::exact(1, |x| x[0].powi(3) + x[0]).unwrap();
    let found = none.find_critical(&array![2.0]).run().unwrap();
    assert!(!found.converged && found.complete);
    assert_eq!(found.point.kind, CriticalKind::NotCritical);
    close(found.point.gradient_norm, 1.0, 1e-6);
    let late = double_well.find_critical(&array![0.7, 0.4]).deadline(1e-9).run().unwrap();
    assert!(!late.complete && !late.converged && late.frame.height() == 1);

    // Many parameters: conjugate gradients and the dense method find the same point of the saddle.
    let saddle = Objective::saddle(20, 25).unwrap();
    let mut start = Array1::from(normal(41, 5)) * 0.05;
    start[40] += 1.0;
    let search = saddle.find_critical(&start);
    let (dense, free) = (search.run().unwrap(), search.dense_up_to(0).run().unwrap());
    assert!(dense.converged && free.converged);
    assert_eq!((dense.point.kind, dense.point.index), (CriticalKind::DegenerateSaddle, 15));
    assert_eq!(free.point.index, 15);
}

#[test]
fn bad_input_is_refused() {
    let product = Objective::exact(2, |x| x[0] * x[1]).unwrap();
    let (good, zero) = (array![1.0, 2.0], array![0.0, 0.0]);
    let (short, nan) = (array![1.0], array![f64::NAN, 0.0]);
    assert!(product.geometry(&short).is_err() && product.geometry(&nan).is_err());
    assert!(product.geometry(&array![1e200, 1e200]).is_err());
    let at = product.geometry(&good).unwrap();
    for bad in [&short, &nan, &zero] {
        assert!(at.normal_curvature(bad).is_err());
        let rows = Array2::from_shape_fn((1, bad.len()), |(_, i)| bad[i]);
        assert!(product.within(&good, &rows).is_err());
        assert!(product.slice_check(&good, bad, &good).run().is_err());
        assert!(product.slice_check(&good, &good, bad).run().is_err());
    }
    assert!(product.within(&good, &Array2::zeros((0, 2))).is_err());
    assert!(product.within(&short, &array![[1.0, 0.0]]).is_err());
    assert!(at.principal().extremes(3).run().is_err());
    assert!(at.principal().extremes(0).run().is_err());
    for bad in [&short, &nan] {
        assert!(product.classify(bad).run().is_err());
        assert!(product.find_critical(bad).run().is_err());
        assert!(product.projected_hessians(bad).run().is_err());
    }
    for number in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(product.classify(&good).tolerance(number).run().is_err());
        assert!(product.classify(&good).zero_within(number).run().is_err());
        assert!(product.find_critical(&good).tolerance(number).run().is_err());
        assert!(product.find_critical(&good).longest_step(number).run().is_err());
        assert!(product.critical_points(&array![[1.0, 1.0]]).apart(number).run().is_err());
        assert!(product.classify(&good).deadline(number).run().is_err());
    }
    assert!(product.find_critical(&good).steps(0).run().is_err());
    assert!(product.find_critical(&good).index(3).run().is_err());
    assert!(product.critical_points(&array![[1.0]]).run().is_err());
    assert!(product.critical_points(&array![[f64::NAN, 1.0]]).run().is_err());
    let large = Objective::saddle(20_000, 20_000).unwrap();
    let theta = Array1::zeros(40_001);
    let at = large.geometry(&theta).unwrap();
    assert!(at.first_form().is_err() && at.second_form().is_err() && at.shape_matrix().is_err());
    assert!(at.mean_curvature().is_err() && at.gaussian_curvature().is_err());
    assert!(at.principal().run().is_err());
    assert!(large.find_critical(&theta).index(1).run().is_err());
    // Finite differences: eigenvalues that are rounding are 0.
    let valley = Objective::from_fn(2, |x| x[0].powi(2)).unwrap();
    let point = valley.classify(&zero).run().unwrap();
    assert_eq!(point.kind, CriticalKind::Degenerate);
}

/// The Hessian of xy has no diagonal: all that a slice along the axes shows comes from the entry between them.
#[test]
fn a_slice_sees_the_entry_between_its_directions() {
    let product = Objective::exact(2, |x| x[0] * x[1]).unwrap();
    let (x, y) = (array![1.0, 0.0], array![0.0, 1.0]);
    let seen = product.slice_check(&array![0.0, 0.0], &x, &y).run().unwrap();
    assert_eq!((seen.kappa_minus, seen.kappa_plus), (-1.0, 1.0));
    assert!(seen.picture == SlicePicture::Saddle && !seen.misleads);
}

/// No slice is drawn twice, however many chunks they are drawn in, and the theory of a large objective has its ‖H‖² from probes.
#[test]
fn all_slices_differ_and_probes_give_the_theory() {
    let (saddle, top) = (Objective::saddle(2, 3).unwrap(), array![0.0, 0.0, 0.0, 0.0, 1.0]);
    let drawn = saddle.projected_hessians(&top).samples(8000).dense_up_to(0).run().unwrap();
    let mut values = drawn.frame.values("eta_eta").unwrap();
    values.sort_by(f64::total_cmp);
    values.dedup();
    assert_eq!(values.len(), 8000);
    assert!((drawn.theory.squares() / 4.0 - 1.0).abs() < 0.5);
}

/// A flat direction is found as one, though differences leave its eigenvalue off 0.
#[test]
fn a_valley_of_differences_is_degenerate() {
    let valley = Objective::from_fn(2, |x| (x[0] - 3.0 * x[1]).sin().powi(2)).unwrap();
    for x in [0.1, 0.3, 0.7] {
        let kind = valley.classify(&array![3.0 * x, x]).run().unwrap().kind;
        assert_eq!(kind, CriticalKind::Degenerate);
    }
}

#[test]
fn a_slice_flat_in_one_direction_is_flat() {
    assert_eq!(SlicePicture::of(0.0, 1.0), SlicePicture::Flat);
    assert_eq!(SlicePicture::of(-1.0, 0.0), SlicePicture::Flat);
}
