//! Detailed balance and its lack, measured along paths.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;

use coverage::coverage;
use says::assert_says;
use statmech::prelude::*;

#[test]
fn errors_of_the_dissipation_along_a_path_cover() {
    // A whirl in an anisotropic bowl, whose conservative force moves much heat to and fro.
    let (drift, noise) = (array![[1.0, -0.5], [0.5, 2.0]], array![[1.0, 0.2], [0.2, 0.5]]);
    let process = OrnsteinUhlenbeck::new(&drift, &noise).unwrap();
    // ⟨F·D⁻¹∘Δx⟩ of an interval τ is −Σ W_ij G_ij with W the antisymmetric half of D⁻¹A and G = ⟨x(τ) x(0)ᵀ⟩ = e^{−Aτ} C.
    let force = (array![[0.5, -0.2], [-0.2, 1.0]] / 0.46).dot(&drift);
    let whirl = 0.5 * (&force - &force.t());
    let covariance = process.stationary().unwrap();
    let later: f64 = (0..2)
        .map(|j| process.mean_at(&covariance.column(j).to_owned(), 0.01).unwrap())
        .zip(whirl.columns())
        .map(|(mean, column)| mean.dot(&column))
        .sum();
    let exact = -later / 0.01;
    assert!((exact / process.entropy_production().unwrap() - 1.0).abs() < 0.03);
    let inside = (0..300).filter(|seed| {
        let path = process.path(6000, 0.01, *seed).unwrap();
        let found = process.dissipation(&path, 0.01).unwrap();
        (found.mean - exact).abs() < found.error
    });
    let inside = inside.count();
    assert!((189..=219).contains(&inside), "{inside} of 300 within one error");
}

#[test]
fn errors_of_the_dissipation_cover_at_short_intervals() {
    // The noise of single steps is a hundred times what the slow part of the series has.
    let process =
        OrnsteinUhlenbeck::new(&array![[1.0, -2.0], [2.0, 1.0]], &Array2::eye(2)).unwrap();
    // As above: G(τ) is e^{−τ} times a turn by 2τ.
    let exact = 8.0 * (-0.005_f64).exp() * 0.01_f64.sin() / 0.01;
    assert!((exact / process.entropy_production().unwrap() - 1.0).abs() < 0.01);
    let inside = (0..200).filter(|seed| {
        let found = process.dissipation(&process.path(20_000, 0.005, *seed).unwrap(), 0.005);
        let found = found.unwrap();
        (found.mean - exact).abs() < found.error
    });
    let inside = inside.count();
    assert!((120..=155).contains(&inside), "{inside} of 200 within one error");
}

/// A bowl with a whirl and anisotropic noise, far from equilibrium.
fn driven() -> OrnsteinUhlenbeck {
    let (drift, noise) = (array![[1.0, -1.5], [1.5, 1.0]], array![[1.0, 0.3], [0.3, 0.5]]);
    OrnsteinUhlenbeck::new(&drift, &noise).unwrap()
}

#[test]
fn walkers_in_equilibrium_jump_as_often_forth_as_back() {
    let wells = Objective::exact(2, |x| {
        (x[0].powi(2) - 1.0).powi(2) + 0.5 * (x[1] - x[0]).powi(2) + 0.2 * x[0]
    })
    .unwrap();
    for (scheme, step) in [
        (LangevinScheme::Mala, 0.05),
        (LangevinScheme::Baoab, 0.05),
        (LangevinScheme::LeimkuhlerMatthews, 0.01),
    ] {
        let walk = wells.langevin(&Array2::zeros((100, 2)), 0.6).scheme(scheme).step_size(step);
        let samples = walk.steps(8000).thermalization(2000).points(2001).seed(7).run().unwrap();
        let jumps = samples.detailed_balance([0, 1]).unwrap().run().unwrap();
        assert!(jumps.circulation.abs() < 4.0 * jumps.circulation_err, "{scheme} {jumps:?}");
        assert!(jumps.asymmetry.abs() < 4.0 * jumps.asymmetry_err && jumps.asymmetry_err < 0.01);
        let column = |name: &str| jumps.frame.values(name).unwrap();
        let (forward, backward) = (column("forward"), column("backward"));
        let (current, error) = (column("current"), column("current_err"));
        let often: Vec<usize> =
            (0..current.len()).filter(|k| forward[*k] + backward[*k] > 200.0).collect();
        assert!(often.len() > 20, "{}", often.len());
        assert!(often.iter().all(|k| current[*k].abs() < 4.5 * error[*k]), "{scheme}");
        assert!((0.6..1.5).contains(&jumps.mean_square), "{scheme} {}", jumps.mean_square);
        // Times from the end of the thermalization on, 5 steps apart.
        assert!((column("lag_time")[0] - 5.0 * step).abs() < 1e-12 && column("pieces")[0] == 100.0);
        // One coordinate alone.
        let line = samples.detailed_balance([0]).unwrap().cells(6).run().unwrap();
        assert!((0.3..2.0).contains(&line.mean_square) && line.circulation.is_nan());
        assert_eq!(line.frame.column("from_y").unwrap().null_count(), line.frame.height());
    }
}

#[test]
fn a_driven_process_has_the_circulation_of_its_closed_form() {
    let process = driven();
    let exact = process.circulation().unwrap()[(0, 1)];
    let path = process.path(1_000_000, 0.01, 3).unwrap();
    for cells in [2, 4] {
        let jumps = DetailedBalance::new(std::slice::from_ref(&path), 0.01)
            .unwrap()
            .cells(cells)
            .run()
            .unwrap();
        // A lag of a hundredth of the relaxation takes a hundredth off.
        let apart = (jumps.circulation - exact).abs();
        assert!(
            apart < 4.0 * jumps.circulation_err + 0.02 * exact.abs(),
            "{cells} {jumps:?} {exact}"
        );
        assert!(jumps.circulation_err < 0.05 * exact.abs() && exact < -0.2);
        assert!(jumps.asymmetry < -10.0 * jumps.asymmetry_err && jumps.mean_square > 5.0);
        if cells == 2 {
            // Each border of two quarters is crossed by the same current; clockwise 0 → 2 → 3 → 1 → 0.
            let frame = &jumps.frame;
            let column = |name: &str| frame.values(name).unwrap();
            let (from, to) = (column("from"), column("to"));
            for (a, b, sign) in
                [(0.0, 2.0, 1.0), (2.0, 3.0, 1.0), (1.0, 3.0, -1.0), (0.0, 1.0, -1.0)]
            {
                let row = (0..from.len()).find(|k| from[*k] == a && to[*k] == b).unwrap();
                let (value, error) = (column("current")[row], column("current_err")[row]);
                assert!(
                    (value + sign * exact).abs() < 4.0 * error + 0.03 * exact.abs(),
                    "{a} to {b}: {value} ± {error}, {exact}"
                );
            }
        }
    }
    // Backwards in time it turns the other way.
    let mut reverse = path;
    reverse.invert_axis(Axis(0));
    let jumps = DetailedBalance::new(&[reverse], 0.01).unwrap().cells(2).run().unwrap();
    assert!((jumps.circulation + exact).abs() < 4.0 * jumps.circulation_err + 0.02 * exact.abs());
}

#[test]
fn the_closed_form_of_the_circulation_is_the_current_through_a_ray() {
    let (a, d) = (array![[1.0, 0.6], [0.6, 1.5]], array![0.8, 0.1]);
    let process = OrnsteinUhlenbeck::new(&a, &Array2::from_diag(&d)).unwrap();
    let exact = process.circulation().unwrap();
    assert!((exact[(0, 1)] + exact[(1, 0)]).abs() < 1e-15 && exact[(0, 0)] == 0.0);
    // The grid's current upwards through y = 0, x > 0, between the two middle rows of cells.
    let cells = 100;
    let grid = FokkerPlanck::of_drift(&d, |x| vec![-x[0] - 0.6 * x[1], -0.6 * x[0] - 1.5 * x[1]])
        .unwrap()
        .intervals([(-4.0, 4.0), (-2.4, 2.4)])
        .cells(cells)
        .time(0.1)
        .points(2)
        .run()
        .unwrap();
    let currents = grid.stationary_currents().unwrap();
    let (x, y, j) = ("x", "y", "current_y");
    let column = |name: &str| currents.values(name).unwrap();
    let (x, y, j) = (column(x), column(y), column(j));
    let through: f64 = (0..x.len())
        .filter(|k| x[*k] > 0.0 && y[*k].abs() < 3.0 / f64::from(cells as u32))
        .map(|k| 0.5 * j[k] * 8.0 / f64::from(cells as u32))
        .sum();
    assert!((through / exact[(0, 1)] - 1.0).abs() < 0.02, "{through} {exact}");
    // A plane of a process in three dimensions, by the same counts.
    let drift = array![[1.0, -1.0, 0.3], [1.0, 1.0, 0.0], [0.0, 0.5, 2.0]];
    let process = OrnsteinUhlenbeck::new(&drift, &Array2::eye(3)).unwrap();
    let path = process.path(600_000, 0.01, 8).unwrap();
    for (i, j) in [(0, 1), (0, 2)] {
        let plane = path.select(Axis(1), &[i, j]);
        let jumps = DetailedBalance::new(&[plane], 0.01).unwrap().cells(2).run().unwrap();
        let exact = process.circulation().unwrap()[(i, j)];
        let apart = (jumps.circulation - exact).abs();
        assert!(
            apart < 4.0 * jumps.circulation_err + 0.03 * exact.abs(),
            "{i} {j} {jumps:?} {exact}"
        );
    }
}

#[test]
fn errors_of_currents_cover() {
    // A D = D Aᵀ: equilibrium, though the noise is not isotropic.
    let h = array![[2.0, 0.5], [0.5, 1.0]];
    let balanced = OrnsteinUhlenbeck::new(&h, &(&h.dot(&h) + &h)).unwrap();
    assert!(balanced.circulation().unwrap()[(0, 1)].abs() < 1e-14);
    let run = |process: &OrnsteinUhlenbeck, seed: u64| {
        let path = process.path(8000, 0.05, seed).unwrap();
        DetailedBalance::new(&[path], 0.05).unwrap().cells(2).run().unwrap()
    };
    let turns = |seed: u64| {
        let jumps = run(&balanced, seed);
        (jumps.circulation, jumps.circulation_err)
    };
    let within = coverage(0.0, turns);
    assert!((250..=295).contains(&within), "{within}");
    let ratio = |seed: u64| {
        let jumps = run(&balanced, seed);
        (jumps.asymmetry, jumps.asymmetry_err)
    };
    let within = coverage(0.0, ratio);
    assert!((250..=295).contains(&within), "{within}");
    // Driven, about the mean of all: the lag makes it smaller than that of the process.
    let process = driven();
    let all: Vec<JumpCurrents> = (0..400).map(|seed| run(&process, seed)).collect();
    let (turns, ratio): (Vec<f64>, Vec<f64>) =
        all.iter().map(|jumps| (jumps.circulation, jumps.asymmetry)).unzip();
    let (turns, ratio) = (turns.iter().sum::<f64>() / 400.0, ratio.iter().sum::<f64>() / 400.0);
    let exact = process.circulation().unwrap()[(0, 1)];
    assert!((turns / exact - 1.0 + 0.05).abs() < 0.03, "{turns} {exact}");
    let within = |values: &dyn Fn(&JumpCurrents) -> bool| all.iter().filter(|j| values(j)).count();
    let first = within(&|jumps| (jumps.circulation - turns).abs() < jumps.circulation_err);
    let second = within(&|jumps| (jumps.asymmetry - ratio).abs() < jumps.asymmetry_err);
    assert!((250..=295).contains(&first) && (250..=295).contains(&second), "{first} {second}");
}

#[test]
fn a_regular_cycle_is_as_far_from_balance_as_can_be() {
    // 0 → 1 → 3 → 2 → 0, of which each of the 40 pieces of 25 times has the same counts.
    let corner = |k: usize| [(0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5), (0.5, -0.5)][k % 4];
    let path = Array2::from_shape_fn((1000, 2), |(k, i)| {
        // Each piece starts at the same corner.
        let (x, y) = corner(k % 25);
        if i == 0 { x } else { y }
    });
    let settings = DetailedBalance::new(&[path], 1.0).unwrap().intervals([(-1.0, 1.0); 2]).cells(2);
    let jumps = settings.run().unwrap();
    assert!(jumps.mean_square > 100.0 && jumps.mean_square.is_finite(), "{jumps:?}");
    // 24 quarter turns in 24 units of time; one jump more and one less in 40 pieces make an error.
    assert!((jumps.circulation - 0.25).abs() < 1e-12 && (jumps.asymmetry - 1.0).abs() < 1e-12);
    let error = 0.25 * (2.0 / (40.0 * 39.0_f64)).sqrt() / 24.0;
    assert!((jumps.circulation_err / error - 1.0).abs() < 1e-9, "{jumps:?}");
    assert!(jumps.asymmetry_err > 0.0 && jumps.asymmetry_err < 0.01);
    for name in ["current_err", "pair_asymmetry_err"] {
        assert!(jumps.frame.values(name).unwrap().iter().all(|error| *error > 0.0), "{name}");
    }
    // To and fro: no net jump in any piece.
    let fro = Array2::from_shape_fn((1000, 1), |(k, _)| if k % 25 % 2 == 0 { 1.0 } else { -1.0 });
    let jumps = DetailedBalance::new(&[fro], 1.0).unwrap().cells(2).run().unwrap();
    assert_eq!((jumps.mean_square, jumps.frame.values("current").unwrap()[0]), (0.0, 0.0));
    assert!(jumps.frame.values("current_err").unwrap()[0] > 0.0);
}

#[test]
fn a_process_on_a_line_has_no_circulation() {
    for noise in [array![[1.0, 0.0], [0.0, 0.0]], array![[1.0, 1.0], [1.0, 1.0]]] {
        let process = OrnsteinUhlenbeck::new(&Array2::eye(2), &noise).unwrap();
        assert_says(process.circulation(), &["`diffusion`", "on a line", "noise across"]);
    }
}

#[test]
fn detailed_balance_refuses_what_it_cannot_count() {
    let path = driven().path(1000, 0.1, 1).unwrap();
    let new = |paths: &[Array2<f64>]| DetailedBalance::new(paths, 0.1);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(DetailedBalance::new(std::slice::from_ref(&path), bad).is_err());
    }
    assert_says(new(&[]), &["Every path"]);
    for bad in [
        Array2::zeros((1000, 3)),
        Array2::zeros((1000, 0)),
        Array2::zeros((1, 2)),
        Array2::zeros((0, 2)),
    ] {
        assert_says(new(&[bad]), &["Every path"]);
    }
    assert_says(new(&[path.clone(), path.select(Axis(1), &[0])]), &["Every path", "1000 × 1"]);
    assert_says(new(&[&path * f64::NAN]), &["`paths`"]);
    assert_says(new(&[&path * 1e300]), &["`paths`"]);
    assert_says(new(&[Array2::ones((1000, 1))]).unwrap().run(), &["move"]);
    let settings = new(&[path]).unwrap();
    for cells in [0, 1, 65, usize::MAX] {
        assert_says(settings.cells(cells).run(), &["`cells`"]);
    }
    for lag in [0, 25, usize::MAX] {
        assert_says(settings.lag(lag).run(), &["`lag`"]);
    }
    assert_says(settings.intervals([]).run(), &["`intervals`"]);
    assert_says(settings.intervals([(1.0, -1.0), (0.0, 1.0)]).run(), &["`intervals`"]);
    assert!(settings.intervals([(f64::NAN, 1.0); 2]).run().is_err());
    assert_says(settings.intervals([(50.0, 60.0); 2]).run(), &["no path leaves", "more of them"]);
    let short = new(&[array![[0.0], [1.0], [0.0]]]).unwrap().run();
    assert_says(short, &["`paths`", "3 times", "80 times each"]);
    assert!(settings.deadline(-1.0).run().is_err());
    let cut = settings.deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.frame.values("pieces").unwrap()[0] == 2.0);
    let bowl = Objective::quadratic(&array![[1.0]], &array![0.0]).unwrap();
    let samples = bowl.langevin(&Array2::zeros((4, 1)), 1.0).points(2).run().unwrap();
    assert_says(samples.detailed_balance([0]), &["`points`"]);
    assert_says(samples.detailed_balance([]), &["`coordinates`"]);
    assert_says(samples.detailed_balance([0, 1]), &["`coordinates`"]);
}
