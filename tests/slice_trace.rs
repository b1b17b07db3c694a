//! The trace of a Hessian from slices, and side by side with products, against closed forms.

use statmech::Result;
use statmech::prelude::*;

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;

use says::assert_says;

/// A symmetric matrix of normal numbers with a few large entries on the diagonal.
fn random_symmetric(n: usize, seed: u64) -> Array2<f64> {
    use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
    let mut generator = Seed::new(seed).generator();
    let a = Array2::from_shape_fn((n, n), |_| StandardNormal.sample(&mut generator));
    let a: Array2<f64> = (&a + &a.t()) * 0.5;
    a + Array2::from_diag(&Array1::linspace(-1.0, 3.0, n))
}

fn quadratic(a: &Array2<f64>) -> Result<Objective> {
    Objective::quadratic(a, &Array1::linspace(-1.0, 1.0, a.nrows()))
}

fn at_one(n: usize) -> Array1<f64> {
    let mut theta = Array1::zeros(n);
    theta[n - 1] = 1.0;
    theta
}

#[test]
fn each_slice_is_the_product_of_the_same_probe() -> Result<()> {
    let a = random_symmetric(30, 1);
    let theta = Array1::linspace(0.0, 2.0, 30);
    for (probe, estimator) in [
        (Probe::Gaussian, TraceEstimator::Gaussian),
        (Probe::Rademacher, TraceEstimator::Rademacher),
    ] {
        let products = Operator::from_matrix(&a)?.trace().estimator(estimator).seed(3).run()?;
        let slices = quadratic(&a)?.slice_trace(&theta).probe(probe).seed(3);
        for run in [slices.run()?, slices.gradients().run()?, slices.points(7).run()?] {
            for (slice, product) in run.samples.iter().zip(&products.samples) {
                assert!(
                    (slice - product).abs() < 1e-9 * (1.0 + product.abs()),
                    "{slice} {product}"
                );
            }
            assert!((run.error - products.error).abs() < 1e-9);
            assert!(run.bias.abs() < 1e-9 && run.rounding < 1e-9 && run.complete);
        }
    }
    Ok(())
}

#[test]
fn signs_are_exact_on_diagonal_hessians() -> Result<()> {
    for (n, positive) in [(500, 500), (500, 800), (500, 1000)] {
        let saddle = Objective::saddle(n, positive)?;
        let slices = saddle.slice_trace(&at_one(2 * n + 1)).samples(10).run()?;
        let exact = positive as f64 - (2 * n - positive) as f64;
        assert!((slices.value - exact).abs() < 1e-6, "{slices:?}");
        assert!(slices.error < 1e-6 && slices.evaluations.gradients == 0);
        // 1 + 14 · 2 · 3 losses for the step, 13 for each look at rounding (one where no curvature is seen), 2 for each sample and 8 half steps.
        let looks = if exact == 0.0 { 1 } else { 2 };
        assert_eq!(slices.evaluations.losses, 1 + 84 + 13 * looks + 20 + 16);
    }
    Ok(())
}

#[test]
fn error_bars_cover() -> Result<()> {
    let a = random_symmetric(12, 2);
    let exact = a.diag().sum();
    let objective = quadratic(&a)?;
    for probe in [Probe::Gaussian, Probe::Rademacher] {
        let slices =
            objective.slice_trace(&Array1::zeros(12)).probe(probe).step_size(0.5).samples(60);
        let run = |seed: u64| slices.seed(1000 + seed).run().map(|run| (run.value, run.error));
        let runs = (0..400).map(run).collect::<Result<Vec<_>>>()?;
        let covered = coverage::coverage(exact, |seed| runs[seed as usize]);
        assert!((252..=292).contains(&covered), "{probe:?}: {covered}");
        // A variance of 400 normal numbers is known to 7 %.
        let squares: f64 = runs.iter().map(|(value, _)| (value - exact).powi(2)).sum();
        let ratio = squares / 400.0 / (probe.trace_variance(&a)? / 60.0);
        assert!((ratio - 1.0).abs() < 0.25, "{probe:?}: {ratio}");
    }
    Ok(())
}

#[test]
fn the_bias_of_a_quartic_is_the_one_of_theory() -> Result<()> {
    // Σ θ_i⁴ + ½ θᵀAθ: the central difference adds 2t² Σ η_i⁴, 2t²n with signs and 6t²n with normal numbers.
    let n = 20;
    let a = random_symmetric(n, 4);
    let b = a.clone();
    let objective = Objective::exact(n, move |x| {
        let quartic = x.iter().map(|x| x.powi(4)).reduce(|a, b| a + b);
        let mut sum = quartic.unwrap_or_else(|| x[0] * 0.0);
        for i in 0..x.len() {
            for j in 0..x.len() {
                sum += x[i] * x[j] * (0.5 * b[(i, j)]);
            }
        }
        sum
    })?;
    let theta = Array1::linspace(-1.0, 1.0, n);
    let exact = objective.hessian(&theta)?.diag().sum();
    for t in [0.03, 0.3] {
        let slices = objective.slice_trace(&theta).step_size(t).samples(50);
        let signs = slices.run()?;
        let theory = 2.0 * t * t * n as f64;
        assert!((signs.bias / theory - 1.0).abs() < 1e-8, "{} {theory}", signs.bias);
        assert!(signs.bias_err < 1e-8 * theory);
        // The same directions' products have no bias.
        let products = objective.hessian_at(&theta)?.trace().products(50).run()?;
        assert!((signs.value - products.value - theory).abs() < 1e-8);
        // 8 directions tell the mean of Σ η⁴ to √(96/(8n))/3 of itself: 26 %.
        let normal = slices.probe(Probe::Gaussian).run()?;
        assert!((normal.bias / (3.0 * theory) - 1.0).abs() < 0.9, "{}", normal.bias / theory);
        // Slopes have twice the bias; a parabola through 5 points has (31/28) of it, and interpolation none.
        assert!((slices.gradients().run()?.bias / (2.0 * theory) - 1.0).abs() < 1e-8);
        let five = slices.points(5);
        assert!((five.run()?.bias / theory - 31.0 / 28.0).abs() < 1e-8);
        let through = five.fit(SliceFit::Interpolating).run()?;
        assert!((through.value - products.value).abs() < 1e-8 && through.bias.abs() < 1e-8);
    }
    let chosen = objective.slice_trace(&theta).samples(2000).run()?;
    assert!(chosen.bias.abs() < 1e-4 && chosen.rounding < 1e-4, "{chosen:?}");
    assert!((chosen.value - exact).abs() < 4.0 * chosen.error);
    Ok(())
}

#[test]
fn the_step_follows_the_scale_and_the_noise() -> Result<()> {
    // A loss of size 1 that changes over a length s: the curvature is 1/s².
    for s in [1e-5, 1e-3, 1.0, 1e3] {
        let wave = Objective::from_fn(3, move |x| {
            (x[0] / s).sin() + (x[1] / s).cosh().min(1e300).ln_1p() + (x[2] / s + 0.3).cos()
        })?;
        let theta = array![0.4 * s, 0.2 * s, 0.0];
        let sech = (0.2_f64.cosh() + 1.0).powi(2);
        let second = (0.2_f64.cosh() * (1.0 + 0.2_f64.cosh()) - 0.2_f64.sinh().powi(2)) / sech;
        let exact = (-0.4_f64.sin() + second - 0.3_f64.cos()) / (s * s);
        let run = wave.slice_trace(&theta).run()?;
        let off = (run.value - exact).abs();
        assert!(off < 1e-4 * exact.abs(), "{s}: {} for {exact}, step {}", run.value, run.step_size);
        assert!(off < 5.0 * run.total_error() + 1e-9 * exact.abs(), "{s}: {off} {run:?}");
    }
    // A wide bowl with ripples: what counts is the curvature at 0, 2 − 100.
    let rippled = Objective::from_fn(1, |x| x[0] * x[0] + 0.01 * (100.0 * x[0]).cos())?;
    let run = rippled.slice_trace(&array![0.0]).run()?;
    assert!((run.value + 98.0).abs() < 1e-2, "{run:?}");
    // In one dimension all directions are alike, and curvatures of short steps may agree by chance.
    for shift in 0..50 {
        let x = 0.02 * f64::from(shift);
        let run = Objective::from_fn(1, |x| x[0].exp())?.slice_trace(&array![x]).run()?;
        assert!((run.value - x.exp()).abs() < 1e-6 && run.step_size > 3e-5, "{x}: {run:?}");
    }
    // Constant and linear losses have none.
    let flat = Objective::from_fn(2, |_| 7.0)?.slice_trace(&array![1.0, 2.0]).run()?;
    assert_eq!((flat.value, flat.rounding), (0.0, 0.0));
    let slope = Objective::from_fn(2, |x| 0.1 * x[0] - 0.7 * x[1])?.slice_trace(&array![1.0, 2.0]);
    assert!(slope.run()?.value.abs() < 1e-9);
    Ok(())
}

/// A loss computed in single precision.
fn single() -> Result<Objective> {
    Objective::from_fn(6, |x| {
        let x: Vec<f32> = x.iter().map(|x| *x as f32).collect();
        let sum: f32 = x.iter().zip(1..).map(|(x, k)| (x * k as f32 * 0.5).cos()).sum();
        f64::from(sum + x[0] * x[1] * x[2])
    })
}

#[test]
fn single_precision_is_noticed() -> Result<()> {
    let theta = array![0.3, -0.2, 0.5, 0.1, 0.0, 0.7];
    let half = |k: usize| 0.5 * (k + 1) as f64;
    let exact: f64 = (0..6).map(|k| -half(k).powi(2) * (theta[k] * half(k)).cos()).sum();
    let slices = single()?.slice_trace(&theta).samples(400);
    let products = |estimator| -> Result<f64> {
        let exactly = Objective::exact(6, |x| {
            let mut sum = x[0] * x[1] * x[2];
            for (k, x) in x.iter().enumerate() {
                sum += (*x * (0.5 * (k + 1) as f64)).cos();
            }
            sum
        })?;
        let trace = exactly.hessian_at(&array![0.3, -0.2, 0.5, 0.1, 0.0, 0.7])?.trace();
        Ok(trace.estimator(estimator).products(400).run()?.value)
    };
    let run = slices.run()?;
    assert!(run.step_size > 5e-3 && run.step_size < 0.5, "step {}", run.step_size);
    // The same directions by exact products: what is left is bias and rounding alone.
    let off = run.value - products(TraceEstimator::Rademacher)?;
    assert!(run.rounding > 1e-5 && run.rounding < 0.1, "rounding {}", run.rounding);
    assert!(off.abs() < 2.0 * run.bias.abs() + 4.0 * run.rounding, "{off} {run:?}");
    assert!((run.value - exact).abs() < 4.0 * run.total_error(), "{exact} {run:?}");
    // A step as good for double precision drowns in rounding, and says so.
    let short = slices.step_size(1e-4).run()?;
    assert!(short.rounding > 1.0, "{short:?}");
    assert!((short.value - exact).abs() < 4.0 * short.total_error());
    Ok(())
}

#[test]
fn reported_rounding_is_the_one_found() -> Result<()> {
    // Losses with noise of known size, pinned to θ: the spread of estimates over such losses, the directions being the same.
    let noise = |x: &[f64], salt: u64| {
        use statmech::rand::Rng;
        let bits = x.iter().fold(salt, |bits, x| Seed::new(bits ^ x.to_bits()).child(1).number());
        Seed::new(bits).generator().random::<f64>() - 0.5
    };
    let (mut values, mut reported) = (Vec::new(), 0.0);
    let (mut biases, mut bias_errors) = (0.0, 0.0);
    for salt in 0..200 {
        let noisy = Objective::from_fn(2, move |x| {
            x[0] * x[0] - x[1] * x[1] + 1e-6 * 12_f64.sqrt() * noise(x, salt)
        })?;
        let run = noisy.slice_trace(&array![0.5, 1.0]).step_size(0.02).samples(50).run()?;
        values.push(run.value);
        reported += run.rounding / 200.0;
        // A quadratic has no bias: what is found is noise, that of L(θ) above all.
        biases += run.bias.powi(2) / 200.0;
        bias_errors += run.bias_err.powi(2) / 200.0;
    }
    // σ = 10⁻⁶ in L(θ), twice, over t²; and 1/√50 of √2 σ/t².
    let theory = 1e-6 * (4.0_f64 + 2.0 / 50.0).sqrt() / 4e-4;
    let spread = (values.iter().map(|v| v * v).sum::<f64>() / 200.0).sqrt();
    assert!((spread / theory - 1.0).abs() < 0.2, "{spread} {theory}");
    assert!((reported / theory - 1.0).abs() < 0.1, "{reported} {theory}");
    let ratio = (bias_errors / biases).sqrt();
    assert!((0.8..1.25).contains(&ratio), "errors {ratio} of biases");
    Ok(())
}

#[test]
fn networks_in_either_precision() -> Result<()> {
    let data = Dataset::from_images(&digits()?.take(200));
    for precision in [Precision::Double, Precision::Single] {
        let network = Network::mlp([64, 8, 10]).precision(precision);
        let (objective, theta) = (network.loss(&data)?, network.initial(1)?);
        let exact = objective.hessian(&theta)?.diag().sum();
        for slices in [objective.slice_trace(&theta), objective.slice_trace(&theta).gradients()] {
            let run = slices.samples(200).seed(2).run()?;
            let off = run.value - exact;
            assert!(off.abs() < 4.0 * run.total_error(), "{precision:?}: {off} {run:?}");
            assert!(run.bias.abs() + run.rounding < 0.5 * run.error, "{precision:?} {run:?}");
        }
    }
    Ok(())
}

#[test]
fn planes_have_the_mean_of_two_curvatures() -> Result<()> {
    let a = random_symmetric(8, 6);
    let run = quadratic(&a)?.slice_trace(&Array1::zeros(8)).samples(7).run()?;
    let planes = run.mean_curvatures();
    assert_eq!(planes.len(), 3);
    assert!((planes[1] - 0.5 * (run.samples[2] + run.samples[3])).abs() < 1e-12);
    let course = &run.course;
    assert_eq!(course.values("samples")?, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    assert!((course.values("trace")?[5] - run.value).abs() < 1e-12);
    assert!((course.values("trace_err")?[5] - run.error).abs() < 1e-12);
    let frame = &run.frame;
    assert_eq!(frame.values("trace")?, [run.value]);
    assert_eq!(frame.values("losses")?[0], run.evaluations.losses as f64);
    Ok(())
}

#[test]
fn the_same_on_any_number_of_threads() -> Result<()> {
    let network = Network::mlp([3, 6, 2]);
    let data = Dataset::classes(
        &random_symmetric(9, 7).slice(s![.., ..3]).to_owned(),
        &array![0, 1, 0, 1, 1, 0, 1, 0, 0],
    )?;
    let (objective, theta) = (network.loss(&data)?, network.initial(3)?);
    let run = |threads: usize| {
        let pool = statmech::rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map(|pool| pool.install(|| objective.slice_trace(&theta).samples(70).seed(5).run()))
    };
    let (one, two) = (run(1).unwrap()?, run(2).unwrap()?);
    assert_eq!(one.samples, two.samples);
    assert_eq!((one.step_size, one.bias, one.rounding), (two.step_size, two.bias, two.rounding));
    Ok(())
}

#[test]
fn a_deadline_leaves_two_slices_at_least() -> Result<()> {
    let slow = Objective::from_fn(2, |x| {
        std::thread::sleep(std::time::Duration::from_millis(1));
        x[0].cos() + x[1].exp()
    })?;
    let run = slow.slice_trace(&array![0.1, 0.2]).samples(100_000).deadline(0.2).run()?;
    assert!(!run.complete && run.samples.len() >= 2 && run.samples.len() < 2000);
    assert_eq!(run.frame.values("samples")?[0], run.samples.len() as f64);
    let at_once = slow.slice_trace(&array![0.1, 0.2]).samples(100).deadline(1e-6).run()?;
    assert_eq!(at_once.samples.len(), 2);
    assert!(at_once.value.is_finite() && at_once.error.is_finite());
    let methods = slow.trace_methods(&array![0.1, 0.2]).budgets([200]).runs(1000).deadline(0.01);
    let comparison = methods.run()?;
    assert!(!comparison.complete && comparison.frame.values("runs")?[0] == 2.0);
    Ok(())
}

#[test]
fn bad_input_is_refused() -> Result<()> {
    let bowl = quadratic(&array![[2.0, 1.0], [1.0, 3.0]])?;
    let theta = array![0.5, 0.5];
    let slices = bowl.slice_trace(&theta);
    assert_says(bowl.slice_trace(&array![1.0]).run(), &["`theta` must have shape [2]"]);
    assert_says(bowl.slice_trace(&array![1.0, f64::NAN]).run(), &["NaN as component 1"]);
    assert_says(bowl.slice_trace(&array![1e200, 1e200]).run(), &["where the loss is finite"]);
    for samples in [0, 1, usize::MAX] {
        assert_says(slices.samples(samples).run(), &["`samples` must be"]);
    }
    for points in [0, 2, 4, 35] {
        assert_says(slices.points(points).run(), &["an odd number from 3 to 33"]);
    }
    for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(slices.step_size(step).run(), &["`step_size` must be a finite number above 0"]);
    }
    assert_says(slices.step_size(1e300).run(), &["finite"]);
    assert_says(slices.deadline(f64::NAN).run(), &["`deadline`"]);
    let nowhere = Objective::from_fn(1, |x| if x[0] == 0.5 { 1.0 } else { f64::NAN })?;
    assert_says(nowhere.slice_trace(&array![0.5]).run(), &["no step was found"]);
    assert_says(Objective::from_fn(1, |_| f64::NAN)?.slice_trace(&array![0.5]).run(), &["NaN"]);
    // A loss that is defined on one side of a wall: short steps are left.
    let wall = Objective::from_fn(1, |x| if x[0] > 0.0 { x[0].ln() } else { f64::NAN })?;
    let run = wall.slice_trace(&array![0.01]).run()?;
    assert!((run.value + 1e4).abs() < 1.0, "{run:?}");

    let methods = bowl.trace_methods(&theta);
    assert_says(methods.budgets([]).run(), &["`budgets`"]);
    assert_says(methods.budgets([11]).run(), &["large enough", "12 losses"]);
    assert!(methods.budgets([12]).run().is_ok());
    assert_says(methods.budgets([usize::MAX]).run(), &["`budgets`"]);
    assert_says(methods.runs(1).run(), &["`runs` must be at least 2"]);
    assert_says(methods.runs(-5).run(), &["`runs`"]);
    assert_says(methods.costs(f64::NAN, 1.0).run(), &["`gradient`"]);
    assert_says(methods.costs(1.0, 0.0).run(), &["`product`"]);
    assert_says(bowl.trace_methods(&array![1.0]).run(), &["`theta`"]);
    assert_says(methods.deadline(0.0).run(), &["`deadline`"]);
    assert_says(Probe::Gaussian.trace_variance(&array![[1.0, 2.0], [0.0, 1.0]]), &["symmetric"]);
    Ok(())
}

#[test]
fn methods_at_equal_cost_spread_as_theory_has_it() -> Result<()> {
    let a = random_symmetric(40, 8);
    let objective = quadratic(&a)?;
    let methods = objective.trace_methods(&Array1::zeros(40)).budgets([500, 1200]).runs(200);
    let comparison = methods.seed(3).run()?;
    let frame = &comparison.frame;
    let exact = a.diag().sum();
    assert!((comparison.exact.unwrap() - exact).abs() < 1e-12 && comparison.complete);
    assert_eq!((comparison.gradient_cost, comparison.product_cost), (3.0, 6.0));
    assert_eq!(frame.height(), 14);
    let columns = |name: &str| frame.values(name);
    let (spread, theory) = (columns("spread")?, columns("spread_theory")?);
    let (mean, mean_err) = (columns("mean")?, columns("mean_err")?);
    for row in 0..14 {
        assert!((mean[row] - exact).abs() < 4.0 * mean_err[row] + 1e-9, "row {row}");
        assert!(columns("cost")?[row] <= columns("budget")?[row]);
        // 200 runs tell a standard deviation to 5 %.
        if theory[row].is_finite() {
            assert!(
                (spread[row] / theory[row] - 1.0).abs() < 0.2,
                "row {row}: {spread:?} {theory:?}"
            );
            let own = columns("trace_err")?[row];
            assert!((own / theory[row] - 1.0).abs() < 0.8, "row {row}");
        }
    }
    // Samples by hand: 6 losses a product; 2 losses a slice after 1 + 84 + 26 + 16 for the step and the bias.
    assert_eq!(columns("samples")?[..2], [186.0, 536.0]);
    assert_eq!(columns("samples")?[6..8], [83.0, 200.0]);
    let halved = methods.costs(1.0, 3.0).runs(2).run()?.frame;
    assert_eq!(halved.values("samples")?[6..8], [166.0, 400.0]);
    Ok(())
}

/// Around 0 all that a fit finds in x⁶ is its bias, which falls with the fourth power of the step for five points.
#[test]
fn the_bias_of_an_interpolating_fit_follows_its_order() -> Result<()> {
    let steep = Objective::exact(1, |x| (x[0] * x[0]) * (x[0] * x[0]) * (x[0] * x[0]))?;
    let slices = steep.slice_trace(&array![0.0]).fit(SliceFit::Interpolating).points(5);
    let found = slices.step_size(0.5).samples(4).run()?;
    assert!(found.value.abs() > 1e-3 && (found.bias / found.value - 1.0).abs() < 1e-9);
    Ok(())
}
