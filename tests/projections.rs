//! Projected Hessians: theory against sampled directions, small cases by hand, and its own limits.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

fn normal(n: usize, seed: u64) -> Vec<f64> {
    let mut generator = Seed::new(seed).generator();
    (0..n).map(|_| StandardNormal.sample(&mut generator)).collect()
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b} to {tolerance}");
}

/// Every row of the tables within 4.5 errors of theory (15 numbers a table, several tables a test).
fn assert_agreement(projected: &ProjectedHessians) {
    let summary = projected.summary().unwrap();
    for name in ["mean", "variance"] {
        let of = |suffix: &str| summary.values(&format!("{name}{suffix}")).unwrap();
        let (values, errors, theory) = (of(""), of("_err"), of("_theory"));
        for k in 0..values.len() {
            let apart = (values[k] - theory[k]).abs();
            assert!(
                apart < 4.5 * errors[k] + 1e-12 * theory[k].abs().max(1e-3),
                "{name} {k}: {summary}"
            );
        }
    }
    let covariances = projected.covariances().unwrap();
    let of = |suffix: &str| covariances.values(&format!("covariance{suffix}")).unwrap();
    let (values, errors, theory) = (of(""), of("_err"), of("_theory"));
    for k in 0..3 {
        assert!((values[k] - theory[k]).abs() < 4.5 * errors[k] + 1e-12, "{covariances}");
    }
    let pictures = projected.pictures().unwrap();
    let of = |name: &str| pictures.values(name).unwrap();
    let (fractions, errors, theory) = (of("fraction"), of("fraction_err"), of("probability"));
    for k in 0..4 {
        assert!((fractions[k] - theory[k]).abs() < 4.5 * errors[k], "{pictures}");
    }
    close(theory.iter().sum(), 1.0, 1e-9);
}

#[test]
fn the_chapters_saddle_in_a_hundred_thousand_directions() {
    let n = 500;
    let mut theta = Array1::zeros(2 * n + 1);
    theta[2 * n] = 1.0;
    for positive in [500, 540, 800, 1000] {
        let saddle = Objective::saddle(n, positive).unwrap();
        let theory = ProjectionTheory::of_signs(positive, 2 * n - positive, 1).unwrap();
        let settings = saddle.projected_hessians(&theta).samples(100_000).theory(&theory);
        let projected = settings.seed(positive as u64).run().unwrap();
        assert!(projected.complete && theory.is_exact());
        assert_agreement(&projected);
        if positive == 540 {
            // The whole distribution, by the statistic of Kolmogorov and Smirnov: above 1.95/√n in one of 1000 cases.
            for (column, which) in [("kappa_minus", "minus"), ("kappa_plus", "plus")] {
                let mut values = projected.frame.values(column).unwrap();
                values.sort_by(f64::total_cmp);
                let thinned: Vec<f64> = values.iter().copied().step_by(250).collect();
                let table = projected.theory.distribution(&thinned).unwrap();
                let cumulative = table.values(&format!("cumulative_{which}")).unwrap();
                for (k, p) in cumulative.iter().enumerate() {
                    close((k * 250) as f64 / 1e5, *p, 1.95 / 1e5_f64.sqrt() + 1e-5);
                }
            }
        }
    }
    // The spectrum itself: ñ times 1, 2n − ñ times −1, and one 0.
    let signs =
        Objective::saddle(n, 800).unwrap().hessian_at(&theta).unwrap().inertia().run().unwrap();
    assert_eq!((signs.positive, signs.negative, signs.zero), (800.0, 200.0, 1.0));
}

#[test]
fn any_spectrum_and_all_kinds_of_directions() {
    let mut eigenvalues = normal(9, 3);
    eigenvalues[0] = 4.0;
    eigenvalues[1] = 0.0;
    let matrix = Array2::from_diag(&Array1::from(eigenvalues.clone()));
    let quadratic = Objective::quadratic(&matrix, &Array1::zeros(9)).unwrap();
    let settings = quadratic.projected_hessians(&Array1::zeros(9)).samples(200_000);
    let gaussian = settings.seed(5).run().unwrap();
    assert_agreement(&gaussian);
    for directions in [DirectionKind::Unit, DirectionKind::Orthonormal] {
        let projected = settings.directions(directions).seed(6).run().unwrap();
        let summary = projected.summary().unwrap();
        let of = |name: &str| summary.values(name).unwrap();
        // Entries are exact for all directions, curvatures for normal ones alone.
        assert_eq!(of("exact"), [1.0, 1.0, 1.0, 0.0, 0.0]);
        for k in 0..3 {
            close(of("mean")[k], of("mean_theory")[k], 4.5 * of("mean_err")[k]);
            close(of("variance")[k], of("variance_theory")[k], 4.5 * of("variance_err")[k]);
        }
        let covariances = projected.covariances().unwrap();
        let of = |name: &str| covariances.values(name).unwrap();
        for k in 0..3 {
            close(of("covariance")[k], of("covariance_theory")[k], 4.5 * of("covariance_err")[k]);
        }
        // The picture is that of the plane, whatever spans it.
        let pictures = projected.pictures().unwrap();
        let of = |name: &str| pictures.values(name).unwrap();
        for k in 0..4 {
            close(of("fraction")[k], of("probability")[k], 4.5 * of("fraction_err")[k]);
        }
    }
    // The distribution has the moments that were computed another way, and its density is its derivative.
    let theory = ProjectionTheory::of_spectrum(&Array1::from(eigenvalues)).unwrap();
    let x = linspace(-40.0, 160.0, 4001);
    let table = theory.distribution(&x).unwrap();
    let curvatures = theory.curvatures();
    for (which, mean, variance) in [
        ("minus", curvatures.minus, curvatures.variance_minus),
        ("plus", curvatures.plus, curvatures.variance_plus),
    ] {
        let density = table.values(&format!("density_{which}")).unwrap();
        let cumulative = table.values(&format!("cumulative_{which}")).unwrap();
        let moment = |k: i32| -> f64 {
            0.05 * density.iter().zip(&x).map(|(p, x)| p * x.powi(k)).sum::<f64>()
        };
        close(moment(0), 1.0, 1e-4);
        close(moment(1), mean, 1e-3);
        close(moment(2) - moment(1).powi(2), variance, 1e-2 * variance);
        for k in (1..4000).step_by(7) {
            let slope = (cumulative[k + 1] - cumulative[k - 1]) / 0.1;
            close(slope, density[k], 2e-3);
        }
    }
}

#[test]
fn small_saddles_by_hand() {
    // n₊ = n₋ = 1: det M = −(η₁δ₂ − η₂δ₁)² < 0 always.
    assert_eq!(PictureProbabilities::of_signs(1, 1).saddle, 1.0);
    // n₊ = 1: M = xxᵀ − B is a cap if xᵀB⁻¹x < 1, else a saddle; with n₋ = 2 in 1 − 1/√2 of cases.
    close(PictureProbabilities::of_signs(1, 2).saddle, 0.5_f64.sqrt(), 1e-14);
    close(PictureProbabilities::of_signs(1, 2).cap, 1.0 - 0.5_f64.sqrt(), 1e-14);
    close(PictureProbabilities::of_signs(2, 2).saddle, FRAC_PI_4, 1e-14);
    // Definite Hessians have definite pictures; a single direction shows no more than a valley.
    assert_eq!(PictureProbabilities::of_signs(7, 0).bowl, 1.0);
    assert_eq!(PictureProbabilities::of_signs(0, 2).cap, 1.0);
    assert_eq!(
        (PictureProbabilities::of_signs(1, 0).flat, PictureProbabilities::of_signs(0, 0).flat),
        (1.0, 1.0)
    );
    // P(saddle) by quadrature: a slice is a saddle if the form vᵀHv changes sign as v turns in the plane, and by the formula of Kac and Rice that happens
    // √(2π) 𝔼|Hv| δ(vᵀHv) times on average, with a χ² density for the squares of either sign.
    for (positive, negative) in [(2_usize, 3_usize), (4, 4), (3, 9)] {
        let gamma = |x: f64| statmech::statrs::function::gamma::gamma(x);
        let (p, m) = (0.5 * positive as f64, 0.5 * negative as f64);
        let chi = |s: f64, half: f64| {
            s.powf(half - 1.0) * (-0.5 * s).exp() / (2_f64.powf(half) * gamma(half))
        };
        // ∫ √(2s) f₊(s) f₋(s) ds, with s = t² so that the root at 0 is smooth.
        let step = 1e-3;
        let integral: f64 = (1..20_000)
            .map(|k| {
                let t = step * f64::from(k);
                2.0 * t * step * (2.0 * t * t).sqrt() * chi(t * t, p) * chi(t * t, m)
            })
            .sum();
        let saddle = PictureProbabilities::of_signs(positive, negative).saddle;
        close((2.0 * PI).sqrt() * integral, saddle, 1e-6);
    }
    // Eigenvalues of different sizes, of a rank so low that signs alone tell.
    let two = ProjectionTheory::of_spectrum(&array![3.0, 0.0, -0.1]).unwrap();
    assert_eq!(two.pictures().saddle, 1.0);
    let valley = ProjectionTheory::of_spectrum(&array![0.0, 2.0]).unwrap();
    assert_eq!(valley.pictures().flat, 1.0);
    let nothing = ProjectionTheory::of_spectrum(&array![0.0, 0.0]).unwrap();
    assert_eq!((nothing.pictures().flat, nothing.curvatures().plus), (1.0, 0.0));
    // The sizes' scale does not matter, nor which sign is which.
    for scale in [1e-200, 1.0, 1e100] {
        let scaled = ProjectionTheory::of_spectrum(&(array![3.0, 1.0, -2.0, 0.5] * scale)).unwrap();
        let mirrored =
            ProjectionTheory::of_spectrum(&(array![3.0, 1.0, -2.0, 0.5] * -scale)).unwrap();
        close(scaled.pictures().bowl, mirrored.pictures().cap, 1e-12);
        close(
            scaled.pictures().bowl,
            ProjectionTheory::of_spectrum(&array![3.0, 1.0, -2.0, 0.5]).unwrap().pictures().bowl,
            1e-12,
        );
    }
    // One direction each way: κ± = ±r, 𝔼r = π/2, 𝔼r² = 2 tr H² = 4.
    let curvatures = ProjectionTheory::of_signs(1, 1, 0).unwrap().curvatures();
    close(curvatures.plus, FRAC_PI_2, 1e-12);
    close(curvatures.variance_plus, 2.0 + 4.0 - FRAC_PI_2.powi(2), 1e-11);
    // √π Γ((N + 1)/2)/Γ(N/2) whatever the signs.
    for (positive, negative) in [(3, 2), (5, 0), (500, 500), (999, 1)] {
        let theory = ProjectionTheory::of_signs(positive, negative, 0).unwrap();
        let half = 0.5 * (positive + negative) as f64;
        let ln_gamma = statmech::statrs::function::gamma::ln_gamma;
        let r = PI.sqrt() * (ln_gamma(half + 0.5) - ln_gamma(half)).exp();
        let mean = positive as f64 - negative as f64;
        close(theory.curvatures().plus - mean, r, 1e-10 * r);
        close(mean - theory.curvatures().minus, r, 1e-10 * r);
    }
}

#[test]
fn many_eigenvalues_are_normal_in_the_limit() {
    // The error of the approximation falls with n, at fixed tr H/√tr H².
    let mut before = f64::INFINITY;
    for n in [100_usize, 1_000, 10_000, 100_000] {
        let excess = (n as f64).sqrt().round() as usize / 2 * 2;
        let exact =
            ProjectionTheory::of_signs(usize::midpoint(n, excess), (n - excess) / 2, 0).unwrap();
        let few = ProjectionTheory::of_traces(n, exact.trace(), exact.squares()).unwrap();
        let (a, b) = (exact.pictures(), few.pictures());
        let error = (a.bowl - b.bowl).abs().max((a.saddle - b.saddle).abs());
        assert!(error < 0.8 * before, "{n}: {a:?} {b:?}");
        before = error;
        let (a, b) = (exact.curvatures(), few.curvatures());
        close(a.plus, b.plus, 0.5);
        close(a.variance_plus / b.variance_plus, 1.0, 3.0 / (n as f64).sqrt());
    }
    assert!(before < 2e-3);
    // H = 1: along orthonormal directions nothing fluctuates.
    let one = ProjectionTheory::of_traces(5, 5.0, 5.0).unwrap();
    let one = one.directions(DirectionKind::Orthonormal).pictures();
    assert_eq!((one.bowl, one.saddle, one.cap), (1.0, 0.0, 0.0));
    // The law itself: exp(−μ²/4σ²)/√2, and numbers drawn from it.
    let law = ProjectionTheory::of_traces(1000, 30.0, 900.0).unwrap();
    close(law.pictures().saddle, (-0.25_f64).exp() / 2_f64.sqrt(), 1e-12);
    let drawn = normal(600_000, 8);
    let (mut bowls, mut low) = (0, 0);
    for entries in drawn.chunks_exact(3) {
        let (a, b, c) = (
            30.0 + 1800_f64.sqrt() * entries[0],
            30.0 * entries[1],
            30.0 + 1800_f64.sqrt() * entries[2],
        );
        bowls += usize::from(a > 0.0 && a * c > b * b);
        low += usize::from(0.5 * (a + c) - (0.5 * (a - c)).hypot(b) <= 20.0);
    }
    let error = |p: f64| 4.0 * (p * (1.0 - p) / 2e5).sqrt();
    let bowl = law.pictures().bowl;
    close(bowls as f64 / 2e5, bowl, error(bowl));
    let table = law.distribution(&[19.9, 20.0, 20.1]).unwrap();
    let cumulative = table.values("cumulative_minus").unwrap();
    close(low as f64 / 2e5, cumulative[1], error(cumulative[1]));
    let slope = (cumulative[2] - cumulative[0]) / 0.2;
    close(slope, table.values("density_minus").unwrap()[1], 1e-6);
}

#[test]
fn errors_cover_theory_and_runs_repeat() {
    let saddle = Objective::saddle(4, 5).unwrap();
    let mut theta = Array1::zeros(9);
    theta[8] = 1.0;
    let theory = ProjectionTheory::of_signs(5, 3, 1).unwrap();
    let settings = saddle.projected_hessians(&theta).samples(2000).theory(&theory);
    let (mut means, mut variances, mut fractions) = (0, 0, 0);
    for seed in 0..300 {
        let projected = settings.seed(seed).run().unwrap();
        let summary = projected.summary().unwrap();
        let of = |name: &str| summary.values(name).unwrap()[4];
        means += usize::from((of("mean") - of("mean_theory")).abs() < of("mean_err"));
        variances +=
            usize::from((of("variance") - of("variance_theory")).abs() < of("variance_err"));
        let pictures = projected.pictures().unwrap();
        let of = |name: &str| pictures.values(name).unwrap()[1];
        fractions += usize::from((of("fraction") - of("probability")).abs() < of("fraction_err"));
    }
    for (what, inside) in [("mean", means), ("variance", variances), ("fraction", fractions)] {
        assert!((189..=219).contains(&inside), "{what}: {inside} of 300 within one error");
    }
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (alone, both) = (pool.install(|| settings.run().unwrap()), settings.run().unwrap());
    assert!(alone.frame.equals(&both.frame));
    // More samples begin with the same ones.
    let more = settings.samples(4000).run().unwrap().frame.values("kappa_plus").unwrap();
    assert_eq!(more[..2000], both.frame.values("kappa_plus").unwrap());
}

#[test]
fn large_hessians_by_their_traces_and_deadlines() {
    let saddle = Objective::saddle(2_000, 2_100).unwrap();
    let mut theta = Array1::zeros(4_001);
    theta[4_000] = 1.0;
    let projected = saddle.projected_hessians(&theta).samples(20_000).seed(2).run().unwrap();
    assert!(!projected.theory.is_exact() && projected.complete);
    close(projected.theory.squares(), 4_000.0, 100.0);
    close(projected.theory.trace(), 200.0, 30.0);
    let pictures = projected.pictures().unwrap();
    let exact = PictureProbabilities::of_signs(2_100, 1_900);
    close(pictures.values("fraction").unwrap()[1], exact.saddle, 0.015);
    close(pictures.values("probability").unwrap()[1], exact.saddle, 0.05);
    assert_eq!(pictures.values("exact").unwrap()[1], 0.0);

    let signs = ProjectionTheory::of_signs(2_100, 1_900, 1).unwrap();
    let settings = saddle.projected_hessians(&theta).theory(&signs);
    let cut = settings.samples(1 << 24).deadline(0.3).run().unwrap();
    assert!(!cut.complete && cut.frame.height() >= 2 && cut.frame.height() < 1 << 24);
    let checked = saddle
        .slice_check(&theta, &Array1::from(normal(4_001, 1)), &Array1::from(normal(4_001, 2)))
        .run()
        .unwrap();
    assert_eq!(checked.whole, SlicePicture::Saddle);
    assert!((checked.inertia.negative - 1_900.0).abs() < 4.0 * checked.inertia.negative_err + 1.0);
}

#[test]
fn bad_input_is_refused() {
    let bowl = Objective::quadratic(&array![[1.0]], &array![0.0]).unwrap();
    let settings = bowl.projected_hessians(&array![0.0]);
    assert!(settings.samples(0).run().is_err() && settings.samples(usize::MAX).run().is_err());
    assert!(settings.directions(DirectionKind::Orthonormal).run().is_err());
    assert!(settings.theory(&ProjectionTheory::of_signs(2, 0, 0).unwrap()).run().is_err());
    assert!(settings.deadline(f64::NAN).run().is_err());
    assert!(bowl.projected_hessians(&array![0.0, 0.0]).run().is_err());
    for bad in [array![], array![f64::NAN], array![1e200, 1.0]] {
        assert!(ProjectionTheory::of_spectrum(&bad).is_err(), "{bad}");
    }
    assert!(ProjectionTheory::of_signs(0, 0, 0).is_err());
    for (n, trace, squares) in
        [(0, 0.0, 1.0), (2, 3.0, 1.0), (2, f64::NAN, 1.0), (2, 0.0, f64::INFINITY), (2, 0.0, -1.0)]
    {
        assert!(ProjectionTheory::of_traces(n, trace, squares).is_err(), "{n} {trace} {squares}");
    }
    assert!(ProjectionTheory::of_traces(2, 2.0, 2.0).is_ok());
    let theory = ProjectionTheory::of_signs(3, 2, 0).unwrap();
    assert!(theory.distribution(&[f64::NAN]).is_err());
    assert_eq!(theory.distribution(&[]).unwrap().height(), 0);
    // Far out there is nothing.
    let far = theory.distribution(&[-1e300, -1e4, 1e4, 1e300]).unwrap();
    assert_eq!(far.values("cumulative_plus").unwrap().map_round(), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!(far.values("cumulative_minus").unwrap().map_round(), [0.0, 0.0, 1.0, 1.0]);
}

trait MapRound {
    fn map_round(&self) -> Vec<f64>;
}

impl MapRound for Vec<f64> {
    fn map_round(&self) -> Vec<f64> {
        self.iter().map(|x| (x * 1e9).round() / 1e9).collect()
    }
}

#[test]
fn unit_directions_see_the_unit_matrix_as_one() {
    let bowl = Objective::quadratic(&Array2::eye(5), &Array1::zeros(5)).unwrap();
    let settings = bowl.projected_hessians(&Array1::zeros(5)).samples(20);
    let frame = settings.directions(DirectionKind::Unit).run().unwrap().frame;
    for name in ["eta_eta", "delta_delta"] {
        let squares = frame.values(name).unwrap();
        assert!(squares.iter().all(|x| (x - 1.0).abs() < 1e-14), "{name}: {squares:?}");
    }
}

#[test]
fn covariances_of_five_samples_are_their_sums_written_out() {
    let saddle = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &Array1::zeros(2)).unwrap();
    let five = saddle.projected_hessians(&Array1::zeros(2)).samples(5).run().unwrap();
    let (x, y) = (five.frame.values("eta_eta").unwrap(), five.frame.values("delta_delta").unwrap());
    let mean = |values: &[f64]| values.iter().sum::<f64>() / 5.0;
    let of_pair = |(x, y): (&f64, &f64), (mx, my): (f64, f64)| (x - mx) * (y - my);
    let means = (mean(&x), mean(&y));
    let products: Vec<f64> = x.iter().zip(&y).map(|pair| of_pair(pair, means)).collect();
    let covariances = five.covariances().unwrap();
    close(covariances.values("covariance").unwrap()[1], products.iter().sum::<f64>() / 4.0, 1e-13);
    // The jackknife of a mean, and the same factor 5/4.
    let middle = mean(&products);
    let squares: f64 = products.iter().map(|p| (p - middle).powi(2)).sum();
    let error = 1.25 * (squares / (5.0 * 4.0)).sqrt();
    close(covariances.values("covariance_err").unwrap()[1], error, 1e-13);
}

#[test]
fn lines_of_theory_are_as_high_as_the_bars() {
    let saddle = Objective::quadratic(&array![[3.0, 0.0], [0.0, -1.0]], &Array1::zeros(2)).unwrap();
    let projected = saddle.projected_hessians(&Array1::zeros(2)).samples(2000).run().unwrap();
    let svg = projected.histogram(40).unwrap().svg().unwrap();
    // No tick of the axis of counts lies above the number of slices, as it would with a density that is not times the bins' width.
    let ticks =
        svg.split('<').filter_map(|part| part.split_once('>')?.1.trim().parse::<f64>().ok());
    let top = ticks.fold(0.0, f64::max);
    assert!(top > 100.0 && top <= 2000.0, "{top}");
}
