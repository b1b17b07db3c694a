//! Eigenvalues outside of a bulk that is fitted to the spectrum, against the transition of Baik, Ben Arous and Péché.

use statmech::Result;
use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;

fn normal(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_fn((rows, columns), |_| StandardNormal.sample(&mut generator))
}

/// σ times a symmetric matrix with entries of variance 1/n, around c, with spikes along the first unit vectors.
fn wigner(n: usize, sigma: f64, center: f64, spikes: &[f64], seed: u64) -> Array2<f64> {
    let a = normal(n, n, seed);
    let mut a = (&a + &a.t()) * (sigma / (2.0 * n as f64).sqrt());
    for i in 0..n {
        a[(i, i)] += center + spikes.get(i).unwrap_or(&0.0);
    }
    a
}

/// XᵀX/p of p rows with variances ℓ_i along the first directions and σ² along the others.
fn wishart(p: usize, n: usize, variance: f64, spikes: &[f64], seed: u64) -> Array2<f64> {
    let mut x = normal(p, n, seed);
    for (i, mut column) in x.columns_mut().into_iter().enumerate() {
        column *= spikes.get(i).unwrap_or(&variance).sqrt();
    }
    x.t().dot(&x) / p as f64
}

#[test]
fn spikes_of_a_semicircle() -> Result<()> {
    // θ = 3σ and −2σ leave the bulk, 0.7σ does not.
    let (n, sigma, center) = (600, 0.5, 2.0);
    let spikes = [3.0 * sigma, -2.0 * sigma, 0.7 * sigma];
    let a = Operator::from_matrix(&wigner(n, sigma, center, &spikes, 1))?;
    let law = Semicircle::new(sigma)?.around(center)?;
    let bulk = a.density().run()?.semicircle()?;
    for (edge, err, exact) in
        [(bulk.lower, bulk.lower_err, law.edges().0), (bulk.upper, bulk.upper_err, law.edges().1)]
    {
        assert!((edge - exact).abs() < 4.0 * err + 4.0 / n as f64, "{edge} ± {err}, {exact}");
        assert!(err > 0.0 && err < 0.02 * sigma * 2.0);
    }
    assert!((bulk.outside - 2.0).abs() < 1.5 && bulk.distance < 0.03, "{bulk:?}");
    let pairs = a.lanczos(4).run()?;
    let outliers = bulk.outliers(&pairs)?;
    let found = outliers.values("eigenvalue")?;
    assert_eq!(found.len(), 2, "{found:?}");
    for (row, (found, spike)) in found.iter().zip([spikes[0], spikes[1]]).enumerate() {
        // An outlier fluctuates by σ √(2(1 − σ²/θ²)/n) about its place.
        let width = sigma * (2.0 * law.outlier_overlap(spike)? / n as f64).sqrt();
        assert!((found - law.outlier(spike)?).abs() < 4.0 * width + 2.0 / n as f64, "{found}");
        let vector = pairs.vector(if row == 0 { 0 } else { pairs.eigenvalues.len() - 1 })?;
        let overlap = vector[row].powi(2);
        assert!((overlap - law.outlier_overlap(spike)?).abs() < 0.1, "{overlap}");
    }
    Ok(())
}

#[test]
fn spikes_of_a_covariance() -> Result<()> {
    // More rows than columns, and fewer: then zeros belong to the bulk.
    for (p, n, variance) in [(1600, 400, 2.0), (300, 600, 0.5)] {
        let law = MarchenkoPastur::new(n as f64 / p as f64, variance)?;
        let transition = variance * (1.0 + law.ratio.sqrt());
        let spikes = [4.0 * transition, 2.0 * transition, 0.6 * transition];
        let a = Operator::from_matrix(&wishart(p, n, variance, &spikes, 2))?;
        let bulk = a.density().run()?.marchenko_pastur()?;
        let BulkLaw::MarchenkoPastur(fit) = bulk.law else { panic!("another law") };
        assert!((fit.ratio / law.ratio - 1.0).abs() < 0.05, "{fit:?} {law:?}");
        assert!((fit.variance / law.variance - 1.0).abs() < 0.03, "{fit:?} {law:?}");
        let edge = law.edges().1;
        let off = (bulk.upper - edge).abs();
        assert!(off < 4.0 * bulk.upper_err + 0.02 * edge, "{} {edge} {bulk:?}", bulk.upper);
        assert!(bulk.distance < 0.06, "{bulk:?}");
        let found = bulk.outliers(&a.lanczos(5).run()?)?.values("eigenvalue")?;
        assert_eq!(found.len(), 2, "{found:?} {bulk:?}");
        for (found, spike) in found.iter().zip(spikes) {
            // About ℓ √(2/p) wide.
            let place = law.outlier(spike)?;
            assert!(
                (found - place).abs() < 4.0 * spike * (2.0 / p as f64).sqrt(),
                "{found} {place}"
            );
        }
    }
    Ok(())
}

#[test]
fn without_spikes_nothing_lies_outside() -> Result<()> {
    let (mut glasses, mut covariances) = (0, 0);
    for seed in 0..40 {
        let glass = Operator::from_matrix(&wigner(150, 1.0, 0.0, &[], 100 + seed))?;
        let bulk = glass.density().probes(10).steps(40).run()?.semicircle()?;
        glasses += bulk.outliers(&glass.lanczos(1).run()?)?.height();
        let covariance = Operator::from_matrix(&wishart(300, 150, 1.0, &[], 200 + seed))?;
        let bulk = covariance.density().probes(10).steps(40).run()?.marchenko_pastur()?;
        covariances += bulk.outliers(&covariance.lanczos(1).run()?)?.height();
    }
    // 80 edges each, of which one in a thousand would show an outlier by chance.
    assert!(glasses <= 2 && covariances <= 2, "{glasses} {covariances}");
    Ok(())
}

#[test]
fn known_eigenvalues_and_other_shapes() -> Result<()> {
    let eigenvalues = Operator::from_matrix(&wigner(400, 1.0, 0.0, &[5.0], 3))?.eigenvalues()?;
    let bulk = SpectralDensity::exact(&eigenvalues, 0.1)?.semicircle()?;
    assert!((bulk.upper - 2.0).abs() < 0.02 && bulk.upper_err == 0.0 && bulk.distance < 0.02);
    assert!((bulk.outside - 1.0).abs() < 1e-9, "{bulk:?}");
    // Two peaks are no semicircle, and the distance says so.
    let peaks =
        Array1::from_shape_fn(400, |i| if i % 2 == 0 { 1.0 } else { -1.0 } + 1e-3 * i as f64);
    assert!(SpectralDensity::exact(&peaks, 0.1)?.semicircle()?.distance > 0.1);
    let message = |result: Result<SpectralBulk>| result.unwrap_err().to_string();
    let alike = SpectralDensity::exact(&Array1::ones(5), 0.1)?;
    assert!(message(alike.semicircle()).contains("all alike"));
    let below = SpectralDensity::exact(&array![-3.0, -1.0, 1.0], 0.1)?;
    assert!(message(below.marchenko_pastur()).contains("semicircle"));
    assert!(SpectralDensity::exact(&Array1::zeros(5), 0.1)?.semicircle().is_err());
    Ok(())
}

#[test]
fn transitions_of_theory() -> Result<()> {
    let law = Semicircle::new(2.0)?.around(1.0)?;
    assert_eq!(law.outlier(4.0)?, 1.0 + 4.0 + 1.0);
    assert_eq!(law.outlier(2.0)?, law.edges().1);
    assert_eq!(law.outlier(-1.0)?, law.edges().0);
    // A spike in a covariance below the others pulls one eigenvalue out of the lower end.
    let law = MarchenkoPastur::new(0.25, 1.0)?;
    assert!(law.outlier(0.1)? < law.edges().0 && law.outlier(0.9)? == law.edges().0);
    assert!((law.outlier(1.5 + 1e-9)? - law.edges().1).abs() < 1e-8);
    assert_eq!(law.outlier_overlap(1.5)?, 0.0);
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(law.outlier(bad).is_err() && law.outlier_overlap(bad).is_err());
        assert!(Semicircle::new(1.0)?.outlier(bad).is_err());
    }
    assert!(law.outlier(-1.0).is_err());
    Ok(())
}

/// Over probes of one matrix the edges spread as their errors say.
#[test]
fn errors_of_edges_are_their_spread() -> Result<()> {
    let a = Operator::from_matrix(&wigner(200, 1.0, 0.0, &[], 4))?;
    let (mut edges, mut errors) = (Vec::new(), 0.0);
    for seed in 0..100 {
        let bulk = a.density().probes(8).seed(seed).run()?.semicircle()?;
        edges.push(bulk.upper);
        errors += bulk.upper_err.powi(2) / 100.0;
    }
    let mean = edges.iter().sum::<f64>() / 100.0;
    let variance = edges.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 99.0;
    // 100 variances of 8 probes and a variance of 100 runs: a tenth of either root, and the jackknife's own excess.
    let ratio = (errors / variance).sqrt();
    assert!(ratio > 0.75 && ratio < 1.35, "{ratio}");
    Ok(())
}
