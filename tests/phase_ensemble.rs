//! Ensembles, Gaussian clouds and densities against closed forms, identities and coverage.

use statmech::Result;
use statmech::ndarray::{Array2, Axis};
use statmech::prelude::*;
use statmech::rand::Rng;
use statmech::statrs::function::erf::erf;

/// A quadratic loss with a minimum away from the origin, and three rates.
fn bowl() -> (Array2<f64>, Array1<f64>) {
    (array![[2.0, 0.3, 0.0], [0.3, 1.0, -0.2], [0.0, -0.2, 0.4]], array![0.5, -1.0, 0.2])
}

fn unit_cloud(n: usize, width: f64) -> Result<GaussianCloud> {
    GaussianCloud::new(&Array1::zeros(n), &(Array2::eye(n) * width * width))
}

fn uniform(count: usize, n: usize, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_fn((count, n), |_| generator.random::<f64>())
}

/// The frame of a cloud as it is, of any loss.
fn snapshot(points: &Array2<f64>) -> Result<DataFrame> {
    let n = points.ncols();
    let flat = Objective::quadratic(&Array2::eye(n), &Array1::zeros(n))?;
    flat.ensemble(2).starts(points).times([0.0]).run()?.frame()
}

/// The fraction of |z| < 1 and the mean of z over its error.
fn coverage(z: &[f64]) -> (f64, f64) {
    let n = z.len() as f64;
    let inside = z.iter().filter(|z| z.abs() < 1.0).count() as f64 / n;
    let mean = z.iter().sum::<f64>() / n;
    let spread = (z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    (inside, mean / (spread / n.sqrt()))
}

#[test]
fn members_of_a_quadratic_loss_follow_the_closed_form() -> Result<()> {
    let (a, b) = bowl();
    let objective = Objective::quadratic(&a, &b)?;
    let times = [0.0, 0.7, 2.5];
    let history = objective.ensemble(3_000).width(1.5).times(times).seed(3).run()?;
    assert!(history.complete);
    let frame = history.frame()?;
    let start = unit_cloud(3, 1.5)?;
    for (k, &t) in times.iter().enumerate() {
        // Each member by the flow of a point cloud about it.
        for member in [0, 17, 2_999] {
            let here = GaussianCloud::new(
                &history.positions[0].row(member).to_owned(),
                &Array2::zeros((3, 3)),
            )?;
            let gap = history.positions[k].row(member).to_owned() - here.flow(&a, &b, t)?.mean();
            assert!(gap.iter().all(|x| x.abs() < 1e-6), "{gap}");
            // It moves down the slope: x' = b − A x.
            let place = history.positions[k].row(member);
            let gap = &history.velocities[k].row(member) - &(&b - &a.dot(&place));
            assert!(gap.iter().all(|x| x.abs() < 1e-12), "{gap}");
        }
        let exact = start.flow(&a, &b, t)?;
        let within = |name: &str, value: f64| -> Result<()> {
            let (x, err) = (frame.values(name)?[k], frame.values(&format!("{name}_err"))?[k]);
            assert!((x - value).abs() < 4.0 * err, "{name} at {t}: {x} ± {err} for {value}");
            Ok(())
        };
        let (loss, variance) = exact.loss(&a, &b)?;
        let velocity = exact.velocity(&a, &b)?;
        let v2 = velocity.covariance().diag().sum() + velocity.mean().dot(velocity.mean());
        within("loss", loss)?;
        within("square_speed", v2)?;
        within("covariance_trace", exact.covariance().diag().sum())?;
        within("kurtosis", 0.0)?;
        within("entropy_gaussian", exact.entropy()?)?;
        within("entropy", exact.entropy()?)?;
        // The deviation of the losses, whose own relative error is below 1/√N times a few.
        let deviation = frame.values("loss_deviation")?[k];
        assert!((deviation / variance.sqrt() - 1.0).abs() < 0.12, "{deviation} {variance}");
        // Speeds by Kolmogorov and Smirnov at 0.1 %.
        let mut speeds = history.members()?.between("time", t, t)?.values("speed")?;
        speeds.sort_by(f64::total_cmp);
        let n = speeds.len() as f64;
        let mut gap = 0.0_f64;
        for (i, speed) in speeds.iter().enumerate().step_by(100) {
            gap = gap.max((velocity.norm_law(*speed)?.0 - (i as f64 + 0.5) / n).abs());
        }
        assert!(gap * n.sqrt() < 1.95, "{gap}");
        // The same linear map moves all members, so the entropies' difference is exact.
        let fallen = frame.values("entropy_gaussian")?[k] - frame.values("entropy_gaussian")?[0];
        assert!((fallen + t * a.diag().sum()).abs() < 1e-4, "{fallen}");
    }
    Ok(())
}

#[test]
fn the_loss_falls_at_the_rate_of_the_square_speed() -> Result<()> {
    // ⟨L⟩' = −⟨|∇L|²⟩, for a loss that is no polynomial; each difference has its own error of order dt².
    let ripples = Objective::exact(2, |x| (x[0] * 2.0).cos() + (x[0] - x[1]).tanh().powi(2))?;
    let (t, dt) = (0.4, 1e-3);
    let history =
        ripples.ensemble(400).times([t - dt, t, t + dt]).tolerance(1e-11).seed(1).run()?;
    let frame = history.frame()?;
    let (loss, squares) = (frame.values("loss")?, frame.values("square_speed")?);
    assert!(((loss[2] - loss[0]) / (2.0 * dt) + squares[1]).abs() < 1e-4 * squares[1]);
    Ok(())
}

#[test]
fn histories_are_the_same_on_any_number_of_threads() -> Result<()> {
    let x = Array2::from_shape_fn((12, 1), |(i, _)| i as f64 / 6.0 - 1.0);
    let network = Network::mlp([1, 3, 1]);
    let objective = network.loss(&Dataset::regression(&x, &x.mapv(f64::sin))?)?;
    let settings = objective.ensemble(70).initial(&network).times([0.0, 1.0]).seed(5);
    let on = |threads: usize| {
        let pool = statmech::rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| settings.run())
    };
    let (one, three) = (on(1)?, on(3)?);
    assert_eq!(one.positions, three.positions);
    assert_eq!(one.losses, three.losses);
    assert_eq!(one.positions[0].row(2), network.initial(Seed::new(5).child(2))?);
    // A cloud in activation space: tanh(w x + b) of each member.
    let activations = one.activations(&network, &array![0.5], 0, 1.0)?;
    let theta = one.positions[1].row(7);
    assert!((activations[(7, 1)] - (0.5 * theta[1] + theta[4]).tanh()).abs() < 1e-14);
    Ok(())
}

#[test]
fn a_deadline_leaves_whole_times() -> Result<()> {
    let (a, b) = bowl();
    let settings = Objective::quadratic(&a, &b)?.ensemble(20_000);
    let partial = settings.times([1.0, 2.0]).deadline(1e-6).run()?;
    assert!(!partial.complete);
    assert_eq!(
        (partial.times.clone(), partial.positions.len(), partial.losses.nrows()),
        (vec![0.0], 1, 1)
    );
    let cut = settings.times([0.0, 1.0, 2.0]).deadline(1e-6).run()?;
    assert!(!cut.complete && cut.times.len() == 1 && cut.frame()?.height() == 1);
    Ok(())
}

#[test]
fn closed_forms_compose_and_reach_flat_directions() -> Result<()> {
    let (a, b) = bowl();
    let start = GaussianCloud::new(
        &array![1.0, 2.0, -1.0],
        &array![[1.0, 0.2, 0.0], [0.2, 0.5, 0.1], [0.0, 0.1, 0.3]],
    )?;
    let (whole, halves) = (start.flow(&a, &b, 1.4)?, start.flow(&a, &b, 0.9)?.flow(&a, &b, 0.5)?);
    assert!((whole.mean() - halves.mean()).iter().all(|x| x.abs() < 1e-13));
    assert!((whole.covariance() - halves.covariance()).iter().all(|x| x.abs() < 1e-13));
    // Back in time.
    let back = whole.flow(&a, &b, -1.4)?;
    assert!((back.covariance() - start.covariance()).iter().all(|x| x.abs() < 1e-12));
    // A direction without curvature drifts with b and keeps its width.
    // Velocities are the change of places.
    let step = (start.flow(&a, &b, 1e-5)?.mean() - start.flow(&a, &b, -1e-5)?.mean()) / 2e-5;
    assert!((step - start.velocity(&a, &b)?.mean()).iter().all(|x| x.abs() < 1e-8));
    let drift = unit_cloud(1, 2.0)?.flow(&array![[0.0]], &array![3.0], 2.0)?;
    assert_eq!((drift.mean()[0], drift.covariance()[(0, 0)]), (6.0, 4.0));
    // Loss moments against a sample.
    let (mean, variance) = start.loss(&a, &b)?;
    let sample = start.sample(200_000, 1)?;
    let losses: Vec<f64> =
        sample.rows().into_iter().map(|x| 0.5 * x.dot(&a.dot(&x)) - b.dot(&x)).collect();
    let n = losses.len() as f64;
    let found = losses.iter().sum::<f64>() / n;
    assert!((found - mean).abs() < 4.0 * (variance / n).sqrt());
    let second = losses.iter().map(|l| (l - found).powi(2)).sum::<f64>() / n;
    assert!((second / variance - 1.0).abs() < 0.03, "{second} {variance}");
    Ok(())
}

#[test]
fn the_law_of_speeds_against_maxwell_and_quadrature() -> Result<()> {
    // Maxwell's law in three dimensions, width 0.7; the erf of statrs is good to 3e-11.
    let maxwell = unit_cloud(3, 0.7)?;
    for r in [0.1, 0.7, 2.0] {
        let x: f64 = r / 0.7;
        let gauss = (2.0 / std::f64::consts::PI).sqrt() * (-0.5 * x * x).exp();
        let (below, density) = maxwell.norm_law(r)?;
        assert!((below - (erf(x / 2_f64.sqrt()) - x * gauss)).abs() < 1e-10);
        assert!((density - x * x * gauss / 0.7).abs() < 1e-10);
    }
    // A shifted, anisotropic cloud, integrated over a disc by the midpoint rule.
    let cloud = GaussianCloud::new(&array![0.5, -0.2], &array![[1.0, 0.3], [0.3, 0.3]])?;
    let (r, steps) = (1.2, 400);
    let places = Array2::from_shape_fn((steps * steps, 2), |(i, axis)| {
        let radius = r * ((i / steps) as f64 + 0.5) / steps as f64;
        let angle = std::f64::consts::TAU * (i % steps) as f64 / steps as f64;
        radius * if axis == 0 { angle.cos() } else { angle.sin() }
    });
    let cell = r / steps as f64 * std::f64::consts::TAU / steps as f64;
    let ln_density = cloud.ln_density(&places)?;
    let disc: f64 = places
        .rows()
        .into_iter()
        .zip(&ln_density)
        .map(|(x, ln)| x.dot(&x).sqrt() * ln.exp() * cell)
        .sum();
    assert!((cloud.norm_law(r)?.0 - disc).abs() < 1e-5, "{disc}");
    let slope = (cloud.norm_law(r + 1e-4)?.0 - cloud.norm_law(r - 1e-4)?.0) / 2e-4;
    assert!((cloud.norm_law(r)?.1 - slope).abs() < 1e-7);
    // One axis alone: the half-normal law; an axis without width adds its square.
    let line = GaussianCloud::new(&array![0.0, 3.0], &array![[4.0, 0.0], [0.0, 0.0]])?;
    assert!((line.norm_law(5.0)?.0 - erf(2.0 / 2_f64.sqrt())).abs() < 1e-10);
    assert!(
        (unit_cloud(1, 1.0)?.norm_law(0.0)?.1 - (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-14
    );
    Ok(())
}

#[test]
fn errors_of_entropy_and_kurtosis_cover() -> Result<()> {
    let truth = GaussianCloud::new(
        &Array1::zeros(3),
        &array![[1.0, 0.5, 0.0], [0.5, 2.0, 0.0], [0.0, 0.0, 0.01]],
    )?;
    let exact = truth.entropy()?;
    let (mut gaussian, mut kurtosis, mut flat) = (Vec::new(), Vec::new(), Vec::new());
    let (mut skewed, mut trace) = (Vec::new(), Vec::new());
    for seed in 0..300 {
        let frame = snapshot(&truth.sample(400, seed)?)?;
        let z = |frame: &DataFrame, name: &str, value: f64| -> Result<f64> {
            Ok((frame.values(name)?[0] - value) / frame.values(&format!("{name}_err"))?[0])
        };
        gaussian.push(z(&frame, "entropy_gaussian", exact)?);
        kurtosis.push(z(&frame, "kurtosis", 0.0)?);
        // A uniform law has ⟨x⁴⟩/⟨x²⟩² = 9/5 in place of 3.
        flat.push(z(&snapshot(&uniform(400, 1, seed))?, "kurtosis", -0.4)?);
        // The square of a uniform number is skewed, with 15/7 in place of 3.
        let squares = uniform(400, 1, seed).mapv(|x| x * x);
        skewed.push(z(&snapshot(&squares)?, "kurtosis", -2.0 / 7.0)?);
        trace.push(z(&frame, "covariance_trace", 3.01)?);
    }
    for (name, z) in [
        ("gaussian", &gaussian),
        ("kurtosis", &kurtosis),
        ("flat", &flat),
        ("skewed", &skewed),
        ("trace", &trace),
    ] {
        let (inside, shift) = coverage(z);
        assert!((0.63..0.73).contains(&inside), "{name}: {inside} {shift}");
    }
    // The bias is gone, of which the plain ½ ln det would have −3·4/(4·400)·… = 0.15 of an error, 2.6 of the mean's.
    assert!(coverage(&gaussian).1.abs() < 3.5, "{:?}", coverage(&gaussian));
    Ok(())
}

#[test]
fn few_members_have_entropy_and_kurtosis_without_bias() -> Result<()> {
    // Eight Gaussian members in three dimensions: both estimates have these means exactly, and the plain ones are off by tens of errors.
    let truth = unit_cloud(3, 2.0)?;
    let (mut entropy, mut kurtosis) = (Vec::new(), Vec::new());
    for seed in 0..600 {
        let frame = snapshot(&truth.sample(8, seed)?)?;
        entropy.push(frame.values("entropy_gaussian")?[0] - truth.entropy()?);
        kurtosis.push(frame.values("kurtosis")?[0]);
    }
    assert!(coverage(&entropy).1.abs() < 3.5, "{:?}", coverage(&entropy));
    assert!(coverage(&kurtosis).1.abs() < 3.5, "{:?}", coverage(&kurtosis));
    Ok(())
}

#[test]
fn densities_by_neighbours_cover() -> Result<()> {
    // In the middle of a uniform law the estimate has an exact distribution.
    let (mut logs, mut plain, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..400 {
        let density = PhaseDensity::new(&uniform(600, 2, seed))?;
        let found = density.neighbors(&array![[0.5, 0.5]], 40)?;
        logs.push(found.values("ln_density")?[0] / found.values("ln_density_err")?[0]);
        plain.push(
            (found.values("density")?[0] - 1.0)
                / (found.values("density_err")?[0] / found.values("density")?[0]),
        );
        values.push(found.values("ln_density")?[0]);
    }
    for z in [&logs, &plain] {
        let (inside, shift) = coverage(z);
        assert!((0.63..0.73).contains(&inside) && shift.abs() < 3.5, "{inside} {shift}");
    }
    // With four neighbours k/n would be a third too large.
    let few = (0..400).map(|seed| {
        let density = PhaseDensity::new(&uniform(600, 2, seed))?;
        Ok(density.neighbors(&array![[0.5, 0.5]], 4)?.values("density")?[0] - 1.0)
    });
    let shift = coverage(&few.collect::<Result<Vec<f64>>>()?).1;
    assert!(shift.abs() < 3.5, "{shift}");
    // The variance of the logarithm of a Beta variable, term by term; Silverman's width is n^(−1/6) in the plane.
    let density = PhaseDensity::new(&uniform(64, 2, 1))?;
    let error = density.neighbors(&array![[0.5, 0.5]], 40)?.values("ln_density_err")?[0];
    let variance: f64 = (40..=64).map(|j| 1.0 / f64::from(j * j)).sum();
    assert!((error - variance.sqrt()).abs() < 1e-10, "{error}");
    assert!((density.bandwidth() - 0.5).abs() < 1e-14);
    Ok(())
}

#[test]
fn densities_by_kernels_have_their_expectation() -> Result<()> {
    // The mean of kernels of width h over a Gaussian is the Gaussian of variance 1 + h².
    let truth = GaussianCloud::new(&array![0.0, 0.0], &array![[1.0, 0.6], [0.6, 2.0]])?;
    let h = 0.4;
    let wide = GaussianCloud::new(truth.mean(), &(truth.covariance() * (1.0 + h * h)))?;
    let points = array![[0.0, 0.0], [1.0, -0.5], [-1.5, 1.0]];
    let (expected, exact) =
        (wide.ln_density(&points)?.mapv(f64::exp), truth.ln_density(&points)?.mapv(f64::exp));
    let (mut z, mut mean, mut corrected) =
        (Vec::new(), Array1::<f64>::zeros(3), Array1::<f64>::zeros(3));
    for seed in 0..300 {
        let found =
            PhaseDensity::new(&truth.sample(500, seed)?)?.with_bandwidth(h)?.kernel(&points)?;
        let (p, err, bias) =
            (found.values("density")?, found.values("density_err")?, found.values("density_bias")?);
        for i in 0..3 {
            mean[i] += p[i] / 300.0;
            corrected[i] += (p[i] - bias[i]) / 300.0;
        }
        z.push((p[1] - expected[1]) / err[1]);
    }
    let (inside, _) = coverage(&z);
    assert!((0.63..0.73).contains(&inside), "{inside}");
    for i in 0..3 {
        assert!((mean[i] / expected[i] - 1.0).abs() < 0.04, "{i}: {mean} {expected}");
        // Most of the bias at the maximum is removed.
        assert!(
            (corrected[i] - exact[i]).abs()
                < 0.6 * (expected[i] - exact[i]).abs() + 0.02 * exact[i]
        );
    }
    Ok(())
}

#[test]
fn entropies_from_densities() -> Result<()> {
    let truth = GaussianCloud::new(
        &array![1.0, 0.0, 0.0],
        &array![[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 100.0]],
    )?;
    let samples = truth.sample(1_500, 4)?;
    let density = PhaseDensity::new(&samples)?;
    let minus_mean = |frame: DataFrame| -> Result<f64> {
        let logs = frame.values("ln_density")?;
        Ok(-logs.iter().sum::<f64>() / logs.len() as f64)
    };
    // By neighbours: Kozachenko and Leonenko's entropy, which the ensemble's frame has as well.
    let by_neighbors = minus_mean(density.neighbors_at_samples(4)?)?;
    let frame = snapshot(&samples)?;
    assert!((by_neighbors - frame.values("entropy")?[0]).abs() < 1e-10);
    assert!((by_neighbors - truth.entropy()?).abs() < 4.0 * frame.values("entropy_err")?[0]);
    // By kernels, whose width adds to it.
    let by_kernels = minus_mean(density.kernel_at_samples()?)?;
    assert!((by_kernels - truth.entropy()?).abs() < 0.1, "{by_kernels}");
    // A width chosen by likelihood is near the best one for a Gaussian.
    let chosen = density.cross_validated()?.bandwidth();
    assert!((0.5..1.5).contains(&(chosen / density.bandwidth())), "{chosen}");
    Ok(())
}

#[test]
fn collapsed_clouds_have_no_entropy() -> Result<()> {
    let line = Array2::from_shape_fn((50, 2), |(i, _)| i as f64);
    assert_eq!(snapshot(&line)?.column("entropy")?.null_count(), 1);
    assert_eq!(snapshot(&array![[1.0, 2.0], [0.0, 3.0]])?.column("kurtosis")?.null_count(), 1);
    let same = Array2::ones((10, 1));
    let frame = snapshot(&same)?;
    assert_eq!(
        (frame.values("covariance_trace")?[0], frame.column("entropy_gaussian")?.null_count()),
        (0.0, 1)
    );
    assert!(PhaseDensity::new(&line).is_err() && PhaseDensity::new(&same).is_err());
    Ok(())
}

#[test]
fn bad_input_is_a_sentence() -> Result<()> {
    let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    let settings = bowl.ensemble(10);
    for bad in [
        bowl.ensemble(1),
        bowl.ensemble(-5),
        bowl.ensemble(i64::MAX),
        settings.times([]),
        settings.times([f64::NAN]),
        settings.times([-1.0]),
        settings.times([1.0, 1.0]),
        settings.width(f64::NAN),
        settings.center(&array![1.0, 2.0]),
        settings.center(&array![f64::INFINITY]),
        settings.starts(&array![[1.0, 2.0], [1.0, 2.0]]),
        settings.starts(&Array2::zeros((0, 1))),
        settings.initial(&Network::mlp([2, 2])),
        settings.tolerance(f64::NAN),
        settings.deadline(0.0),
    ] {
        assert!(bad.run().is_err(), "{bad:?}");
    }
    // A member that leaves the range of numbers.
    let cliff = Objective::exact(1, |x| -x[0].powi(4))?;
    assert!(
        cliff.ensemble(2).starts(&array![[1.0], [2.0]]).times([10.0]).deadline(5.0).run().is_err()
    );

    // Steps of a stiff flow stay short for ever.
    for time in [1e12, 1e300] {
        let endless = settings.times([time]);
        assert!(endless.run().unwrap_err().to_string().contains("`deadline`"));
        let cut = endless.deadline(0.05).run()?;
        assert!(!cut.complete && cut.times == [0.0]);
    }
    // One member would come to the first time within minutes, all of them to the last not within hours.
    let many = bowl.ensemble(300).times(linspace(1e8, 1e9, 10));
    assert!(many.run().unwrap_err().to_string().contains("`deadline`"));

    let cloud = uniform(50, 2, 1);
    let density = PhaseDensity::new(&cloud)?;
    for h in [0.0, -1.0, f64::NAN, 1e-300, 1e300] {
        assert!(density.with_bandwidth(h).is_err());
    }
    for k in [0, 2, 50, usize::MAX] {
        assert!(density.neighbors(&array![[0.5, 0.5]], k).is_err(), "{k}");
    }
    for points in
        [array![[0.5]], array![[f64::NAN, 0.0]], array![[1e300, 0.0]], Array2::zeros((0, 2))]
    {
        assert!(density.kernel(&points).is_err() && density.neighbors(&points, 5).is_err());
    }
    assert!(PhaseDensity::new(&Array2::zeros((0, 2))).is_err());
    assert!(PhaseDensity::new(&Array2::zeros((5, 0))).is_err());
    assert!(PhaseDensity::new(&array![[f64::NAN], [1.0], [2.0]]).is_err());
    assert!(PhaseDensity::new(&uniform(100, 7, 1)).unwrap_err().to_string().contains("dimensions"));
    let copies = ndarray_copies();
    assert!(PhaseDensity::new(&copies)?.neighbors(&array![[1.0]], 3).is_err());

    let unit = GaussianCloud::new(&array![0.0], &array![[1.0]])?;
    assert!(GaussianCloud::new(&array![f64::NAN], &array![[1.0]]).is_err());
    assert!(GaussianCloud::new(&array![0.0], &array![[f64::NAN]]).is_err());
    assert!(GaussianCloud::new(&array![0.0, 1.0], &array![[1.0]]).is_err());
    assert!(GaussianCloud::new(&array![0.0, 1.0], &array![[1.0, 0.5], [0.0, 1.0]]).is_err());
    assert!(GaussianCloud::new(&Array1::zeros(0), &Array2::zeros((0, 0))).is_err());
    assert!(unit.flow(&array![[1.0]], &array![0.0], f64::NAN).is_err());
    assert!(unit.flow(&array![[-1.0]], &array![0.0], 1e4).is_err());
    assert!(unit.flow(&array![[1.0, 0.0], [0.0, 1.0]], &array![0.0], 1.0).is_err());
    assert!(unit.sample(0, 1).is_err() && unit.sample(i64::MAX, 1).is_err());
    assert!(unit.ln_density(&array![[0.0, 1.0]]).is_err());
    assert!(unit.norm_law(-1.0).is_err() && unit.norm_law(f64::NAN).is_err());
    assert!(GaussianCloud::new(&array![0.0], &array![[0.0]])?.norm_law(1.0).is_err());
    assert!(GaussianCloud::new(&array![1e6], &array![[1.0]])?.norm_law(1.0).is_err());
    // Numbers that overflow on the way are refused.
    let huge = array![[1e300]];
    assert!(unit.velocity(&huge, &array![0.0]).is_err());
    assert!(unit.loss(&huge, &array![0.0]).is_err());
    let fast = unit.velocity(&array![[1e100]], &array![1e300])?;
    assert!((fast.covariance()[(0, 0)] / 1e200 - 1.0).abs() < 1e-14 && fast.mean()[0] == 1e300);
    let wide = GaussianCloud::new(&array![1e200], &huge)?;
    assert!(wide.loss(&array![[1e10]], &array![0.0]).is_err());
    assert!(wide.velocity(&array![[1e10]], &array![0.0]).is_err());
    assert!(unit.ln_density(&array![[1e300]]).is_err());
    assert!(unit.ln_density(&array![[1e150]])?[0] < -1e299);
    // |z| of another unit is the same law.
    for scale in [1e-150, 1e-5, 1e5, 1e150] {
        let law = unit_cloud(1, scale)?.norm_law(scale)?;
        let exact = unit.norm_law(1.0)?;
        assert!((law.0 - exact.0).abs() < 1e-12 && (law.1 * scale - exact.1).abs() < 1e-12);
        assert_eq!(unit_cloud(1, scale)?.norm_law(1e308)?, (1.0, 0.0));
    }
    assert!(
        GaussianCloud::new(&array![0.0, 1e300], &array![[1.0, 0.0], [0.0, 0.0]])?
            .norm_law(1.0)
            .is_err()
    );
    Ok(())
}

#[test]
fn densities_stay_numbers_however_narrow_or_far() -> Result<()> {
    let truth = unit_cloud(2, 1.0)?.sample(200, 3)?;
    let density = PhaseDensity::new(&truth)?;
    for h in [1e-6, 1e-3, 1.0, 1e6] {
        let found =
            density.with_bandwidth(h)?.kernel(&array![[0.0, 0.0], [1e60, 0.0], [1e99, -1e99]])?;
        for name in ["density", "density_err", "density_bias", "ln_density", "ln_density_err"] {
            assert!(found.values(name)?.iter().all(|x| x.is_finite()), "{h} {name} {found:?}");
        }
    }
    assert!(density.kernel(&array![[1e100, 0.0]]).is_err());
    // Denser than the largest number: ln ρ is there, ρ is missing.
    let narrow = PhaseDensity::new(&(unit_cloud(6, 1.0)?.sample(200, 3)? * 1e-60))?;
    let at = array![[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]];
    for found in [narrow.kernel(&at)?, narrow.neighbors(&at, 20)?] {
        assert_eq!(found.column("density")?.null_count(), 1);
        assert!((found.values("ln_density")?[0] - 360.0 * 10_f64.ln()).abs() < 10.0);
    }
    // Members that ran away beyond the range of squares leave holes in the frame.
    let frame = snapshot(&(truth * 1e151))?;
    assert_eq!(frame.column("covariance_trace")?.null_count(), 1);
    assert_eq!(frame.column("entropy")?.null_count(), 1);
    Ok(())
}

/// Nineteen samples, of which ten stand at 1.
fn ndarray_copies() -> Array2<f64> {
    Array2::from_shape_fn((19, 1), |(i, _)| if i < 10 { 1.0 } else { i as f64 })
}

#[test]
fn activations_are_those_of_the_layers() -> Result<()> {
    let network = Network::mlp([2, 3, 2, 1]);
    let theta = network.initial(4)?;
    let inputs = array![[0.3, -1.0], [2.0, 0.1]];
    let blocks = network.blocks()?;
    let part = |k: usize| theta.slice(s![blocks[k].range()]).to_owned();
    let layer = |x: &Array2<f64>, k: usize, out: usize| {
        let weight = part(2 * k).to_shape((out, x.ncols())).unwrap().to_owned();
        (x.dot(&weight.t()) + part(2 * k + 1)).mapv(f64::tanh)
    };
    let first = layer(&inputs, 0, 3);
    let second = layer(&first, 1, 2);
    assert!((network.activations(&theta, &inputs, 0)? - first).iter().all(|x| x.abs() < 1e-14));
    assert!((network.activations(&theta, &inputs, 1)? - second).iter().all(|x| x.abs() < 1e-14));
    assert!(network.activations(&theta, &inputs, 2).is_err());
    assert!(network.activations(&theta, &array![[1.0]], 0).is_err());
    // Only its own parameters move a unit.
    let incoming = network.incoming(1)?;
    assert_eq!(incoming.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4]);
    let mut moved = theta.clone();
    incoming[1].iter().for_each(|&k| moved[k] += 0.1);
    let gap = network.activations(&moved, &inputs, 1)? - network.activations(&theta, &inputs, 1)?;
    assert!(gap.index_axis(Axis(1), 0).iter().all(|x| *x == 0.0) && gap[(0, 1)] != 0.0);
    assert!(Network::images(1, 8, 8).conv(2, 3).nonlinearity().dense(2).incoming(0).is_err());
    Ok(())
}

#[test]
fn a_cloud_below_the_error_of_the_flow_has_no_entropy() -> Result<()> {
    let bowl = Objective::quadratic(&array![[2.0, 0.0], [0.0, 0.5]], &array![0.0, 0.0])?;
    let settings = bowl.ensemble(300).seed(1).times([0.0, 5.0, 20.0]);
    let frame = settings.run()?.frame()?;
    for name in ["entropy_gaussian", "entropy", "kurtosis"] {
        assert_eq!(frame.column(name)?.null_count(), 1, "{name}");
    }
    let entropy = frame.values("entropy_gaussian")?;
    assert!((entropy[0] - entropy[1] - 12.5).abs() < 1e-2, "{entropy:?}");
    // What is there from the start needs no flow.
    let narrow = bowl.ensemble(300).width(1e-9).times([0.0]).run()?.frame()?;
    assert_eq!(narrow.column("entropy")?.null_count(), 0);
    // Far from the origin the flow's error grows with the place: here it is a tenth of 1e-4, as wide as the cloud.
    let far = Objective::quadratic(&array![[1.0]], &array![1000.0])?;
    let frame = far.ensemble(50).times([0.0, 11.5]).run()?.frame()?;
    assert_eq!(frame.column("entropy_gaussian")?.null_count(), 1);
    Ok(())
}

#[test]
fn members_tell_their_way() -> Result<()> {
    let unit = Objective::quadratic(&array![[1.0, 0.0], [0.0, 1.0]], &array![0.0, 0.0])?;
    let starts = array![[3.0, 4.0], [0.0, -2.0], [1.0, 0.0]];
    let history = unit.ensemble(2).starts(&starts).times([0.0, 1.0, 2.0]).run()?;
    let members = history.members()?;
    let (left, gone) = ((-1_f64).exp(), 1.0 - (-1_f64).exp());
    for (k, length) in [5.0, 2.0, 1.0].into_iter().enumerate() {
        let at = |name: &str| members.values(name).map(|values| values[3 + k]);
        assert!((at("distance")? - length * gone).abs() < 1e-6);
        assert!((at("speed")? - length * left).abs() < 1e-6);
        assert_eq!(at("member")?, k as f64);
        // From the start, not from the time before.
        let far = members.values("distance")?[6 + k];
        assert!((far - length * (1.0 - left * left)).abs() < 1e-6);
    }
    let frame = history.frame()?;
    // Mean speed and its error, and the deviation of the losses 12.5, 2 and 0.5, by hand.
    assert!((frame.values("speed")?[1] - 8.0 / 3.0 * left).abs() < 1e-6);
    let error = (13.0_f64 / 9.0).sqrt() * left;
    assert!((frame.values("speed_err")?[1] - error).abs() < 1e-6);
    assert!((frame.values("loss_deviation")?[0] - 42.75_f64.sqrt()).abs() < 1e-12);
    let least = frame.values("loss_min")?;
    assert_eq!(least[0], 0.5);
    assert!((least[1] - 0.5 * left * left).abs() < 1e-6);
    Ok(())
}
