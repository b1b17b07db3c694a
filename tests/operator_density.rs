//! Densities of eigenvalues by quadrature: against dense spectra, the semicircle, and the law of Marchenko and Pastur.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/matrices.rs"]
mod matrices;
use matrices::{normal, symmetric, uniform, with_spectrum};

use std::f64::consts::PI;

use statmech::operator::Operator;
use statmech::prelude::*;

#[test]
fn moments_of_the_density_are_traces_of_powers() {
    let spectrum = [uniform(300, -1.0, 1.0), vec![4.0; 10], vec![-2.0; 5]].concat();
    let operator = Operator::from_matrix(&with_spectrum(&spectrum, 6)).unwrap();
    for probe in [Probe::Gaussian, Probe::Rademacher] {
        let density = operator.density().probes(60).steps(30).probe(probe).seed(2).run().unwrap();
        assert_eq!(density.products, 1800);
        assert!((density.moment(0).unwrap().0 - 1.0).abs() < 1e-14);
        for k in 1..=8 {
            let exact = spectrum.iter().map(|x| x.powi(k)).sum::<f64>() / spectrum.len() as f64;
            let (moment, error) = density.moment(k as usize).unwrap();
            assert!(
                (moment - exact).abs() < 4.0 * error,
                "{probe:?} {k}: {moment} ± {error}, {exact}"
            );
        }
        let frame = density.frame().unwrap();
        let (x, y) = (frame.values("eigenvalue").unwrap(), frame.values("density").unwrap());
        let integral = y.iter().sum::<f64>() * (x[1] - x[0]);
        // 4 widths beyond the last node a Gaussian has lost 3·10⁻⁵.
        assert!((integral - 1.0).abs() < 1e-4, "{integral}");
        // Degenerate outliers are peaks of their weights.
        let (fraction, error) = density.fraction(3.0, 5.0).unwrap();
        assert!((fraction - 10.0 / 315.0).abs() < 4.0 * error);
    }
}

#[test]
fn the_density_is_that_of_the_dense_spectrum() {
    let operator = Operator::from_matrix(&symmetric(400, 9)).unwrap();
    let estimated = operator.density().probes(40).seed(3).run().unwrap();
    let exact =
        SpectralDensity::exact(&operator.eigenvalues().unwrap(), estimated.width()).unwrap();
    let frame = estimated.frame().unwrap();
    let (x, y) = (frame.values("eigenvalue").unwrap(), frame.values("density").unwrap());
    let errors = frame.values("density_err").unwrap();
    let peak = 1.0 / PI;
    let mut near = 0;
    for ((&x, &y), &error) in x.iter().zip(&y).zip(&errors) {
        let (value, none) = exact.at(x).unwrap();
        assert!(
            (y - value).abs() < 4.5 * error + 0.01 * peak && none == 0.0,
            "at {x}: {y} ± {error} for {value}"
        );
        near += usize::from((y - value).abs() < error + 1e-4);
    }
    // Neighbouring points share their probes, so that this is no test of coverage.
    assert!(near > x.len() / 2, "{near}");
}

#[test]
fn without_reorthogonalisation_moments_stay_right() {
    // More numbers than are kept: the walks remember two vectors only.
    let n = 450_000;
    let operator = Operator::from_diagonal(&Array1::from(uniform(n, -1.0, 3.0))).unwrap();
    let density = operator.density().probes(4).steps(80).run().unwrap();
    for (k, exact) in [(1, 1.0), (2, 7.0 / 3.0), (3, 5.0), (4, 61.0 / 5.0)] {
        let (moment, error) = density.moment(k).unwrap();
        assert!((moment - exact).abs() < 5.0 * error && error < 0.05, "{k}: {moment} ± {error}");
    }
    let (at, _) = density.at(1.0).unwrap();
    assert!((at - 0.25).abs() < 0.02, "{at}");
    let inertia = operator.inertia().probes(4).run().unwrap();
    let doubt = inertia.negative_most - inertia.negative_least;
    assert!((inertia.negative / n as f64 - 0.25).abs() < doubt && doubt < 0.1 * n as f64);
    assert!(inertia.negative_least < 0.25 * n as f64 && inertia.negative_most > 0.25 * n as f64);
}

#[test]
fn couplings_of_a_spin_glass_have_a_semicircle() {
    let n = 1000;
    let matrix = symmetric(n, 10);
    let operator = Operator::from_matrix(&matrix).unwrap();
    let law = Semicircle::new(1.0).unwrap();
    let spectrum = operator.eigenvalues().unwrap();
    let distance = spectrum
        .iter()
        .enumerate()
        .map(|(k, &x)| (law.cdf(x) - (k as f64 + 0.5) / n as f64).abs())
        .fold(0.0, f64::max);
    assert!(distance < 0.01, "{distance}");
    let width = law.edge_width(n).unwrap();
    assert!((-5.0..3.0).contains(&((spectrum[n - 1] - 2.0) / width)));
    for k in 1..=6 {
        let moment = spectrum.iter().map(|x| x.powi(k)).sum::<f64>() / n as f64;
        assert!((moment - law.moment(k as usize).unwrap()).abs() < 0.1);
    }
    // A ferromagnetic part J_0 = 2 adds the eigenvalue J_0 + 1/J_0 beyond the edge.
    let with_mean = &matrix + 2.0 / n as f64;
    let pairs =
        Operator::from_matrix(&with_mean).unwrap().lanczos(2).tolerance(1e-4).run().unwrap();
    let outliers = pairs.outliers(-2.0, 2.0, 3.0 * width).unwrap();
    assert_eq!(outliers.height(), 1);
    assert!((outliers.values("eigenvalue").unwrap()[0] - 2.5).abs() < 0.15);
    assert_eq!(outliers.values("index").unwrap(), [0.0]);
}

#[test]
fn covariances_have_the_spectrum_of_marchenko_and_pastur() {
    for (n, p) in [(300, 900), (400, 400), (600, 300)] {
        let x = Array2::from_shape_vec((p, n), normal(n * p, 11)).unwrap();
        let covariance = x.t().dot(&x) * (2.0 / p as f64);
        let spectrum = Operator::from_matrix(&covariance).unwrap().eigenvalues().unwrap();
        let law = MarchenkoPastur::new(n as f64 / p as f64, 2.0).unwrap();
        for (k, &x) in spectrum.iter().enumerate() {
            let rank = (k as f64 + 0.5) / n as f64;
            if x > 1e-9 {
                assert!((law.cdf(x) - rank).abs() < 0.012, "{n} {p}: {x}");
            } else {
                assert!(rank < law.zeros());
            }
        }
        let above = (spectrum[n - 1] - law.edges().1) / law.edge_width(n).unwrap();
        assert!((-5.0..3.0).contains(&above), "{above}");
        for k in 1..=4 {
            let moment = spectrum.iter().map(|x| x.powi(k)).sum::<f64>() / n as f64;
            assert!((moment / law.moment(k as usize).unwrap() - 1.0).abs() < 0.05);
        }
    }
}

#[test]
fn laws_are_consistent_with_themselves() {
    let catalan = [1.0, 1.0, 2.0, 5.0, 14.0, 42.0, 132.0];
    let circle = Semicircle::new(1.0).unwrap();
    let square = MarchenkoPastur::new(1.0, 1.0).unwrap();
    for (k, number) in catalan.into_iter().enumerate() {
        assert!((circle.moment(2 * k).unwrap() / number - 1.0).abs() < 1e-14);
        assert!((square.moment(k).unwrap() / number - 1.0).abs() < 1e-14);
    }
    // The distribution against the density, by the midpoint rule in the angle, where both are smooth.
    let midpoint = |edges: (f64, f64), to: f64, density: &dyn Fn(f64) -> f64| {
        let (c, r) = (0.5 * (edges.0 + edges.1), 0.5 * (edges.1 - edges.0));
        let (start, end) = (-0.5 * PI, ((to - c) / r).min(1.0).asin());
        let m = 20_000;
        let step = (end - start) / f64::from(m);
        let at = |k: i32| start + (f64::from(k) + 0.5) * step;
        (0..m).map(|k| density(c + r * at(k).sin()) * r * at(k).cos() * step).sum::<f64>()
    };
    for law in [circle, Semicircle::new(0.3).unwrap().around(-2.0).unwrap()] {
        for part in [0.1, 0.5, 0.77] {
            let x = law.edges().0 + part * (law.edges().1 - law.edges().0);
            assert!((midpoint(law.edges(), x, &|x| law.density(x)) - law.cdf(x)).abs() < 1e-8);
        }
        for k in 0..7 {
            let moment = midpoint(law.edges(), law.edges().1, &|x| x.powi(k) * law.density(x));
            let exact = law.moment(k as usize).unwrap();
            assert!((moment - exact).abs() < 1e-6 * exact.abs().max(1.0));
        }
    }
    for (ratio, variance) in [(0.2, 1.0), (0.999, 0.5), (1.0, 2.0), (3.0, 1.0)] {
        let law = MarchenkoPastur::new(ratio, variance).unwrap();
        for part in [0.02, 0.3, 0.9] {
            let x = law.edges().0 + part * (law.edges().1 - law.edges().0);
            let inside = midpoint(law.edges(), x, &|x| law.density(x));
            assert!((law.zeros() + inside - law.cdf(x)).abs() < 1e-6, "{ratio} {part}");
        }
        for k in 1..6 {
            let moment = midpoint(law.edges(), law.edges().1, &|x| x.powi(k) * law.density(x));
            assert!((moment / law.moment(k as usize).unwrap() - 1.0).abs() < 1e-6);
        }
    }
}

#[test]
fn hebbs_couplings_are_a_spiked_null_space() {
    let (n, p) = (400, 40);
    let net = Hopfield::hebb(&random_patterns(p, n, 4).unwrap()).unwrap();
    let operator = net.operator().unwrap();
    let load = p as f64 / n as f64;
    let law = MarchenkoPastur::new(n as f64 / p as f64, load).unwrap();
    let pairs = operator.lanczos(3).run().unwrap();
    // ΞᵀΞ/N less its diagonal P/N: at the bottom the directions orthogonal to all patterns.
    assert!((pairs.eigenvalues[0] - (law.edges().1 - load)).abs() < 0.15);
    assert!(pairs.eigenvalues.iter().skip(3).all(|x| (x + load).abs() < 1e-9));
    let inertia = operator.inertia().run().unwrap();
    assert_eq!((inertia.negative, inertia.positive), (360.0, 40.0));
}

#[test]
fn fractions_count_their_lower_bound_and_not_the_upper_one() -> statmech::Result<()> {
    let density = SpectralDensity::exact(&array![-1.0, 2.0, 3.0, 4.0], 1.0)?;
    for (from, to, fraction) in
        [(-1.0, 2.0, 0.25), (2.0, 3.0, 0.25), (2.0, 2.0, 0.0), (-9.0, 9.0, 1.0)]
    {
        assert_eq!(density.fraction(from, to)?.0, fraction, "{from} to {to}");
    }
    Ok(())
}
