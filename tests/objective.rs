//! Objectives: derivatives against closed forms and against each other, counts, refusals.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;
use statmech::rand::Rng;

fn random(n: usize, seed: u64) -> Array1<f64> {
    let mut generator = Seed::new(seed).generator();
    (0..n).map(|_| generator.random_range(-1.0..1.0)).collect()
}

fn largest(difference: impl IntoIterator<Item = f64>) -> f64 {
    difference.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// A closure with every function of `Var`.
fn as_var(x: &[Var]) -> Var {
    let a = x[0].sin() * x[1].exp() + (x[0] * x[1]).cos() - x[2].tanh();
    let b = (2.0 + x[0]).ln() + (1.5 - x[1]).sqrt() + (3.0 + x[2]).recip() * x[0].atan();
    let c = x[1].powi(3) - (1.2 + x[2]).powf(2.5) + (0.5 * x[0]).tan() / (2.0 - x[1]);
    let d = x[0].sinh() * x[2].cosh() + x[1].exp_m1() * (1.1 + x[2]).ln_1p();
    let e = x[1].sigmoid() * x[2].softplus() + (-x[1]).abs() + (1.5 + x[0]).pow(x[2]);
    a * b + c * d - x[0].gelu() + e
}

#[test]
fn exact_derivatives_agree_with_differences_of_the_same_closure() {
    let exact = Objective::exact(3, as_var).unwrap();
    let numeric = Objective::from_fn(3, |x| {
        let constants: Vec<Var> = x.iter().map(|x| Var::constant(*x)).collect();
        as_var(&constants).value()
    })
    .unwrap();
    assert!(exact.is_exact() && !numeric.is_exact());
    for seed in 0..20 {
        let (theta, v) = (0.9 * random(3, seed), random(3, 100 + seed));
        let value = exact.loss(&theta).unwrap();
        assert_eq!(value, numeric.loss(&theta).unwrap());
        let gradient = exact.gradient(&theta).unwrap();
        let estimate = numeric.gradient_with_error(&theta).unwrap();
        let product = exact.hessian_vector(&theta, &v).unwrap();
        let second = numeric.hessian_vector_with_error(&theta, &v).unwrap();
        for i in 0..3 {
            let error = (estimate.value[i] - gradient[i]).abs();
            assert!(error <= estimate.error[i] && estimate.error[i] < 1e-7, "{seed} {error}");
            let error = (second.value[i] - product[i]).abs();
            assert!(error <= second.error[i] && second.error[i] < 1e-4, "{seed} {error}");
        }
    }
}

#[test]
fn exact_derivatives_agree_with_high_precision() {
    // mpmath, 40 digits: f = tanh(x y) exp(−x²) + ln(2 + sin y)/(1 + x²) at (0.7, −0.3).
    let f = Objective::exact(2, |p| {
        let (x, y) = (p[0], p[1]);
        (x * y).tanh() * (-x.powi(2)).exp() + (2.0 + y.sin()).ln() / (1.0 + x * x)
    })
    .unwrap();
    let theta = array![0.7, -0.3];
    let loss = REFERENCE_LOSS;
    assert!((f.loss(&theta).unwrap() - loss).abs() < 1e-15);
    let gradient = f.gradient(&theta).unwrap();
    assert!(largest(&gradient - &array![REFERENCE_GRADIENT[0], REFERENCE_GRADIENT[1]]) < 1e-15);
    let hessian = f.hessian(&theta).unwrap();
    let [xx, xy, yy] = REFERENCE_HESSIAN;
    assert!(largest(hessian - array![[xx, xy], [xy, yy]]) < 2e-15);
}

const REFERENCE_LOSS: f64 = 0.23109944857039837343;
const REFERENCE_GRADIENT: [f64; 2] = [-0.33467985774479754425, 0.78663399851963161795];
const REFERENCE_HESSIAN: [f64; 3] =
    [0.67101310201234747904, -0.39268783238154013324, 0.024461112511898123716];

#[test]
fn reported_errors_bound_the_true_ones_for_rough_and_smooth_losses() {
    let mut outside = 0;
    for k in 0..100 {
        let rate = 0.2 + 0.1 * f64::from(k);
        let wave =
            Objective::from_fn(1, move |x| (rate * x[0]).sin() + (-x[0] * x[0]).exp()).unwrap();
        let x = 0.37 + 0.01 * f64::from(k);
        let truth = rate * (rate * x).cos() - 2.0 * x * (-x * x).exp();
        let d = wave.gradient_with_error(&array![x]).unwrap();
        assert!((d.value[0] - truth).abs() < 1e-8 * (1.0 + rate), "{k}: {:e}", d.value[0] - truth);
        outside += usize::from((d.value[0] - truth).abs() > d.error[0]);
    }
    assert!(outside == 0, "{outside} of 100 errors were larger than reported");
}

#[test]
fn differences_keep_away_from_the_border_of_the_domain() {
    let logarithm = Objective::from_fn(1, |x| x[0].ln()).unwrap();
    let d = logarithm.gradient(&array![0.02]).unwrap();
    assert!((d[0] - 50.0).abs() < 1e-4, "{}", d[0]);
    assert!(logarithm.gradient(&array![-1.0]).is_err());
}

#[test]
fn the_quadratic_and_the_saddle_have_their_closed_forms() {
    let root = Array2::from_shape_fn((5, 5), |(i, j)| ((3 * i + 7 * j) as f64).sin());
    let a = &root + &root.t();
    let b = random(5, 3);
    let quadratic = Objective::quadratic(&a, &b).unwrap();
    let theta = random(5, 4);
    let expected = 0.5 * theta.dot(&a.dot(&theta)) - b.dot(&theta);
    assert!((quadratic.loss(&theta).unwrap() - expected).abs() < 1e-14);
    assert!(largest(quadratic.gradient(&theta).unwrap() - (a.dot(&theta) - &b)) < 1e-14);
    assert!(largest(quadratic.hessian(&theta).unwrap() - &a) < 1e-15);

    let (n, positive) = (4, 5);
    let saddle = Objective::saddle(n, positive).unwrap();
    let program = Objective::exact(2 * n + 1, move |x| {
        let plus: Var = x[..positive].iter().map(|x| x * x).sum();
        let minus: Var = x[positive..2 * n].iter().map(|x| x * x).sum();
        0.5 * x[2 * n] * (plus - minus)
    })
    .unwrap();
    let theta = random(2 * n + 1, 9);
    let v = random(2 * n + 1, 10);
    assert!((saddle.loss(&theta).unwrap() - program.loss(&theta).unwrap()).abs() < 1e-15);
    assert!(largest(saddle.gradient(&theta).unwrap() - program.gradient(&theta).unwrap()) < 1e-15);
    let (a, b) = (saddle.hessian_vector(&theta, &v), program.hessian_vector(&theta, &v));
    assert!(largest(a.unwrap() - b.unwrap()) < 1e-15);
    let mut top = Array1::zeros(2 * n + 1);
    top[2 * n] = 1.0;
    let diagonal = saddle.hessian(&top).unwrap().diag().to_owned();
    assert_eq!(diagonal.iter().filter(|h| **h == 1.0).count(), positive);
    assert_eq!(diagonal.iter().filter(|h| **h == -1.0).count(), 2 * n - positive);
    assert_eq!(saddle.gradient(&top).unwrap(), Array1::<f64>::zeros(2 * n + 1));
}

#[test]
fn operators_are_the_hessian_and_its_blocks() {
    let f = Objective::exact(3, as_var).unwrap().with_blocks([("a", 1), ("b", 2)]).unwrap();
    let (theta, v) = (0.5 * random(3, 1), random(3, 2));
    let operator = f.hessian_at(&theta).unwrap();
    let h = f.hessian(&theta).unwrap();
    assert!(largest(operator.apply(&v).unwrap() - h.dot(&v)) < 1e-14);
    let b = f.block_hessian_at(&theta, "b").unwrap();
    let part = h.slice(s![1.., 1..]).dot(&v.slice(s![1..]));
    assert!(largest(b.apply(&v.slice(s![1..]).to_owned()).unwrap() - part) < 1e-14);
    assert!(f.hessian_at(&array![1.0]).is_err());
    assert!(f.gauss_newton_at(&theta).unwrap().apply(&v).is_err());
    assert!(f.block_hessian_at(&theta, "c").unwrap_err().to_string().contains("a, b"));
}

#[test]
fn several_vectors_at_once_are_the_same_as_one_by_one() {
    let f = Objective::exact(3, as_var).unwrap();
    let theta = 0.5 * random(3, 1);
    let v = Array2::from_shape_fn((4, 3), |(k, i)| ((k * 3 + i) as f64).cos());
    let all = f.hessian_vectors(&theta, &v).unwrap();
    for k in 0..4 {
        assert_eq!(all.row(k), f.hessian_vector(&theta, &v.row(k).to_owned()).unwrap());
    }
}

#[test]
fn evaluations_are_counted() {
    let f = Objective::from_fn(2, |x| x[0] * x[1]).unwrap();
    let theta = array![1.0, 2.0];
    f.loss(&theta).unwrap();
    f.clone().gradient(&theta).unwrap();
    f.hessian(&theta).unwrap();
    let counts = f.evaluations();
    assert_eq!((counts.gradients, counts.products), (1, 2));
    assert_eq!(counts.losses, 1 + (12 * 2 + 1) + 2 * 24 * 2);
    assert_eq!(f.counted_anew().evaluations(), Evaluations::default());
}

#[test]
fn recordings_may_nest_and_end_in_constants() {
    let inner = Objective::exact(1, |x| x[0].powi(4)).unwrap();
    let outer = Objective::exact(1, move |x| {
        let slope = inner.gradient(&array![x[0].value()]).unwrap()[0];
        slope * x[0]
    })
    .unwrap();
    assert_eq!(outer.gradient(&array![2.0]).unwrap()[0], 32.0);
    let constant = Objective::exact(2, |_| Var::constant(3.0)).unwrap();
    assert_eq!(constant.gradient(&array![1.0, 1.0]).unwrap(), array![0.0, 0.0]);
    assert_eq!(constant.hessian(&array![1.0, 1.0]).unwrap(), Array2::<f64>::zeros((2, 2)));
    let first = Objective::exact(2, |x| x[1]).unwrap();
    assert_eq!(first.gradient(&array![1.0, 1.0]).unwrap(), array![0.0, 1.0]);
    // √x at 0 has no derivative, but where it does not count the others are right.
    let unused = Objective::exact(2, |x| x[0] * x[0] + 0.0 * x[1].sqrt()).unwrap();
    assert_eq!(unused.gradient(&array![3.0, 0.0]).unwrap()[0], 6.0);
}

#[test]
fn variables_of_another_evaluation_are_refused() {
    let kept = std::sync::Mutex::new(None);
    let f = Objective::exact(1, move |x| {
        let mut kept = kept.lock().unwrap();
        let old: Var = *kept.get_or_insert(x[0]);
        x[0] * old
    })
    .unwrap();
    assert_eq!(f.gradient(&array![3.0]).unwrap()[0], 6.0);
    let refusal = f.gradient(&array![3.0]).unwrap_err().to_string();
    assert!(refusal.contains("another evaluation"), "{refusal}");
}

#[test]
fn a_closure_that_panics_leaves_nothing_behind() {
    let f = Objective::exact(1, |x| if x[0] > 0.0 { x[0] } else { panic!("negative") }).unwrap();
    let failed =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f.gradient(&array![-1.0])));
    assert!(failed.is_err());
    assert_eq!(f.gradient(&array![1.0]).unwrap()[0], 1.0);
}

#[test]
fn bad_input_is_refused_in_sentences() {
    assert!(Objective::from_fn(0, |_| 0.0).is_err());
    assert!(Objective::exact(0, |_| Var::constant(0.0)).is_err());
    assert!(Objective::saddle(0, 0).is_err() && Objective::saddle(2, 5).is_err());
    assert!(Objective::saddle(usize::MAX, 1).is_err());
    let eye = Array2::<f64>::eye(2);
    assert!(Objective::quadratic(&eye, &array![1.0]).is_err());
    assert!(Objective::quadratic(&array![[1.0, 2.0], [0.0, 1.0]], &array![0.0, 0.0]).is_err());
    assert!(Objective::quadratic(&(eye * f64::NAN), &array![0.0, 0.0]).is_err());
    let f = Objective::exact(2, |x| x[0].ln() + x[1]).unwrap();
    assert!(f.loss(&array![1.0]).is_err());
    assert!(f.loss(&array![1.0, f64::NAN]).is_err());
    let nan = f.loss(&array![-1.0, 0.0]).unwrap_err().to_string();
    assert!(nan.contains("NaN"), "{nan}");
    assert!(f.gradient(&array![0.0, 0.0]).is_err());
    let theta = array![1.0, 1.0];
    assert!(f.hessian_vector(&theta, &array![1.0]).is_err());
    assert!(f.hessian_vector(&theta, &Array1::ones(4)).is_err());
    assert!(f.hessian_vector_with_error(&theta, &Array1::ones(4)).is_err());
    assert!(f.hessian_vector(&theta, &array![1.0, f64::INFINITY]).is_err());
    assert!(f.hessian_vectors(&theta, &Array2::zeros((0, 2))).is_err());
    assert!(f.hessian_vectors(&theta, &Array2::zeros((2, 3))).is_err());
    assert!(f.gauss_newton_vector(&theta, &theta).is_err());
    assert!(f.empirical_fisher_vector(&theta, &theta).is_err());
    assert!(f.accuracy(&theta).is_err());
    assert!(f.scale(1.0).is_err());
    let g = Objective::from_fn(2, |x| x[0]).unwrap();
    assert!(g.scale(0.0).is_err() && g.scale(f64::NAN).is_err());
    assert!(f.with_blocks([("a", 1)]).is_err() && f.with_blocks([("a", 1), ("a", 1)]).is_err());
    assert!(f.with_blocks([("a", usize::MAX), ("b", 3)]).is_err());
    let wide = Objective::saddle(10_000, 1).unwrap();
    let mut theta = Array1::zeros(20_001);
    theta[20_000] = 1.0;
    assert!(wide.hessian(&theta).unwrap_err().to_string().contains("20001 rows"));
    // A zero direction is a vector like any other.
    assert_eq!(g.hessian_vector(&array![1.0, 1.0], &array![0.0, 0.0]).unwrap(), array![0.0, 0.0]);
}

/// The wrong length is found before room is made for as many numbers as there are parameters.
#[test]
fn a_wrong_length_is_refused_before_memory_is_taken() {
    let (huge, point) = (Objective::saddle(1 << 38, 0).unwrap(), array![1.0]);
    let refused = [
        huge.gradient(&point).err(),
        huge.hessian_vector(&point, &point).err(),
        huge.descend(&point).run().err(),
        huge.find_critical(&point).run().err(),
    ];
    for error in refused {
        let message = error.unwrap().to_string();
        assert!(message.contains("[549755813889]") && message.contains("[1]"), "{message}");
    }
    assert!(huge.coordinate_direction(0).unwrap_err().to_string().contains("4096 GiB"));
}
