//! Densities on grids: relaxation, currents, entropy production.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::prelude::*;

fn double_well() -> Objective {
    Objective::exact(1, |x| (x[0].powi(2) - 1.0).powi(2) + 0.3 * x[0]).unwrap()
}

#[test]
fn densities_relax_to_gibbs_with_falling_free_energy() {
    let t = 0.5;
    let settings = double_well().fokker_planck(t).interval(-2.6, 2.6).start(&array![1.0], 0.2);
    let solution = settings.time(40.0).points(201).run().unwrap();
    let column = |name| solution.frame.values(name).unwrap();
    let (free_energy, time) = (column("free_energy"), column("time"));
    assert!(free_energy.windows(2).all(|pair| pair[1] <= pair[0] + 1e-13));
    assert!(column("probability").iter().all(|p| (p - 1.0).abs() < 1e-11));
    assert!(solution.densities.iter().flatten().all(|p| *p >= 0.0));
    // ln Z by an independent sum, and the end at −T ln Z.
    let z: f64 = (-30_000..=30_000)
        .map(|k| f64::from(k) * 1e-4)
        .map(|x| (-((x * x - 1.0).powi(2) + 0.3 * x) / t).exp() * 1e-4)
        .sum();
    assert!((solution.ln_z - z.ln()).abs() < 1e-6, "{} {}", solution.ln_z, z.ln());
    assert!((free_energy[200] + t * z.ln()).abs() < 1e-5);
    // dF/dt = −T σ, by central differences.
    let production = column("entropy_production");
    for k in [20, 50, 100] {
        let slope = (free_energy[k + 1] - free_energy[k - 1]) / (time[k + 1] - time[k - 1]);
        assert!((slope / (-t * production[k]) - 1.0).abs() < 0.02, "{k} {slope}");
    }
    // F − F_∞ = T times the relative entropy, which decays at twice the gap in the end.
    let relative = column("relative_entropy");
    assert!((free_energy[50] - free_energy[200] - t * relative[50]).abs() < 1e-5);
    let gap = settings.relaxation_rate().unwrap();
    let decay = (relative[60] / relative[100]).ln() / (time[100] - time[60]);
    assert!((decay / (2.0 * gap) - 1.0).abs() < 0.02, "{decay} {gap}");
    assert!(solution.entropy_production.abs() < 1e-20);
    let currents = solution.stationary_currents().unwrap();
    assert!(currents.values("current_x").unwrap().iter().all(|j| j.abs() < 1e-12));
}

#[test]
fn a_gaussian_on_the_grid_follows_the_linear_process() {
    let bowl = Objective::quadratic(&array![[1.5]], &array![0.0]).unwrap();
    let process = OrnsteinUhlenbeck::new(&array![[1.5]], &array![[0.4]]).unwrap();
    let errors: Vec<f64> = [100, 200]
        .into_iter()
        .map(|cells| {
            let settings = bowl.fokker_planck(0.4).interval(-4.0, 5.0).start(&array![1.5], 0.5);
            let solution = settings.cells(cells).time(1.0).points(3).run().unwrap();
            let density = solution.density(2).unwrap();
            let (x, rho) = (density.values("x").unwrap(), density.values("density").unwrap());
            let cloud = GaussianCloud::new(&array![1.5], &array![[0.25]]).unwrap();
            let later = process.cloud_at(&cloud, 1.0).unwrap();
            let exact = |x: f64| later.ln_density(&array![[x]]).unwrap()[0].exp();
            x.iter().zip(&rho).map(|(x, rho)| (rho - exact(*x)).abs()).fold(0.0, f64::max)
        })
        .collect();
    // Off by the square of the width.
    assert!(errors[1] < 1e-3 && (errors[0] / errors[1] - 4.0).abs() < 0.4, "{errors:?}");
    // All rates of a bowl are multiples of its curvature.
    let rate = bowl.fokker_planck(0.4).interval(-5.0, 5.0).cells(400).relaxation_rate().unwrap();
    assert!((rate / 1.5 - 1.0).abs() < 1e-3, "{rate}");
    // A closed box: π² D/ℓ².
    let flat = Objective::exact(1, |x| 0.0 * x[0]).unwrap().fokker_planck(0.7).interval(0.0, 2.0);
    let exact = 0.7 * (std::f64::consts::PI / 2.0).powi(2);
    assert!((flat.relaxation_rate().unwrap() / exact - 1.0).abs() < 1e-4);
}

#[test]
fn a_whirl_keeps_its_currents_and_produces_entropy() {
    // Anisotropic noise in a bowl: stationary covariance, currents and entropy production in closed form.
    let a = array![[1.0, 0.3], [0.3, 1.5]];
    let d = array![0.8, 0.2];
    let process = OrnsteinUhlenbeck::new(&a, &Array2::from_diag(&d)).unwrap();
    let drift = FokkerPlanck::of_drift(&d, |x| vec![-x[0] - 0.3 * x[1], -0.3 * x[0] - 1.5 * x[1]]);
    let settings = drift.unwrap().intervals([(-4.5, 4.5), (-2.5, 2.5)]).time(0.5).points(2);
    let measure = |cells: usize| {
        let solution = settings.cells(cells).run().unwrap();
        let (density, currents) =
            (solution.density(0).unwrap(), solution.stationary_currents().unwrap());
        let column = |frame: &DataFrame, name| frame.values(name).unwrap();
        let (x, y) = (column(&density, "x"), column(&density, "y"));
        let (jx, jy) = (column(&currents, "current_x"), column(&currents, "current_y"));
        let area = 9.0 * 5.0 / (cells * cells) as f64;
        let rho = solution.stationary.to_vec();
        let sum = |f: &dyn Fn(usize) -> f64| (0..rho.len()).map(f).sum::<f64>() * area;
        let covariance = sum(&|k| rho[k] * x[k] * y[k]);
        // ½⟨x ẏ − y ẋ⟩ = ½∫(x j_y − y j_x).
        let turned = 0.5 * sum(&|k| x[k] * jy[k] - y[k] * jx[k]);
        [sum(&|k| rho[k]), covariance, turned, solution.entropy_production]
    };
    let exact = [
        1.0,
        process.stationary().unwrap()[(0, 1)],
        process.areas().unwrap()[(0, 1)],
        process.entropy_production().unwrap(),
    ];
    let (coarse, fine) = (measure(40), measure(80));
    assert!((fine[0] - 1.0).abs() < 1e-10);
    for k in 1..4 {
        // Extrapolated by the square of the width.
        let limit = fine[k] + (fine[k] - coarse[k]) / 3.0;
        assert!((limit / exact[k] - 1.0).abs() < 2e-2, "{k} {coarse:?} {fine:?} {exact:?}");
        assert!(exact[k].abs() > 1e-3);
    }
    // Elimination finds what detailed balance gives where it holds.
    let bowl = Objective::exact(2, |x| 0.5 * x[0].powi(2) + 0.7 * x[1].powi(4)).unwrap();
    let direct = bowl.fokker_planck(0.5).interval(-3.0, 3.0).cells(20).run().unwrap();
    let drift = FokkerPlanck::of_drift(&array![0.5, 0.5], |x| vec![-x[0], -2.8 * x[1].powi(3)]);
    let solved = drift.unwrap().interval(-3.0, 3.0).cells(20).run().unwrap();
    // Forces at the middle of sides differ from differences of the loss by the width's square in y.
    let apart = direct.stationary.iter().zip(&solved.stationary).map(|(a, b)| (a - b).abs());
    let most = apart.fold(0.0, f64::max);
    assert!(most < 0.02, "{most}");
    assert!(solved.entropy_production.abs() < 1e-20);
}

#[test]
fn fokker_planck_refuses_what_it_cannot_do() {
    let settings = double_well().fokker_planck(0.5);
    assert_says(Objective::saddle(1, 1).unwrap().fokker_planck(1.0).run(), &["dimensions"]);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(double_well().fokker_planck(bad).run().is_err());
        assert!(settings.time(bad).run().is_err());
        assert!(settings.start(&array![0.0], bad).run().is_err());
        assert!(FokkerPlanck::of_drift(&array![bad], <[f64]>::to_vec).is_err());
    }
    assert_says(settings.interval(1.0, 1.0).run(), &["`intervals`"]);
    assert!(
        settings.interval(f64::NAN, 1.0).run().is_err() && settings.intervals([]).run().is_err()
    );
    assert_says(settings.intervals([(-1.0, 1.0); 2]).run(), &["`intervals`", "[1]"]);
    assert!(settings.cells(2).run().is_err() && settings.cells(usize::MAX).run().is_err());
    assert!(settings.points(1).run().is_err());
    assert_says(settings.start(&array![99.0], 0.1).run(), &["inside the box"]);
    assert!(settings.start(&array![], 0.1).run().is_err());
    assert_says(settings.time(1e12).run(), &["jumps"]);
    assert!(FokkerPlanck::of_drift(&array![1.0, 1.0, 1.0], <[f64]>::to_vec).is_err());
    let short = FokkerPlanck::of_drift(&array![1.0, 1.0], |_| vec![]).unwrap();
    assert_says(short.run(), &["`drift`"]);
    assert_says(short.relaxation_rate(), &["complex"]);
    assert_says(settings.cells(2001).relaxation_rate(), &["2000"]);
    let solution = settings.points(3).run().unwrap();
    assert!(solution.density(3).is_err() && solution.currents(99).is_err());
    // The deadline counts from the call, and so do the two seconds for the stationary state.
    let start = std::time::Instant::now();
    let fine = FokkerPlanck::of_drift(&array![1.0, 1.0], |x| vec![-x[1], x[0]]).unwrap().cells(310);
    assert_says(fine.deadline(0.1).run(), &["`deadline`", "stationary"]);
    assert!(start.elapsed().as_secs_f64() < 10.0);
    let cut = settings.time(1000.0).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.frame.height() == 1);
}
