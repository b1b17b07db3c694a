//! Descents: rules against hand-made steps, flows against closed forms, batches, records, deadlines, refusals.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;

fn bowl() -> Objective {
    Objective::quadratic(&array![[2.0, 0.5], [0.5, 1.0]], &array![1.0, -1.0]).unwrap()
}

fn valley() -> Objective {
    Objective::exact(2, |x| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0].powi(2)).powi(2)).unwrap()
}

fn largest(difference: impl IntoIterator<Item = f64>) -> f64 {
    difference.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

#[test]
fn momentum_and_adam_take_the_published_steps() {
    let (objective, start) = (bowl(), array![1.0, 2.0]);
    let descended =
        objective.descend(&start).momentum(0.9).learning_rate(0.05).steps(3).run().unwrap();
    let (mut theta, mut m) = (start.clone(), array![0.0, 0.0]);
    for _ in 0..3 {
        m = 0.9 * &m + objective.gradient(&theta).unwrap();
        theta = &theta - &(0.05 * &m);
    }
    assert!(largest(&descended.theta - &theta) < 1e-15);

    let descended = objective.descend(&start).adam().learning_rate(0.05).steps(3).run().unwrap();
    let (mut theta, mut m, mut s) = (start, array![0.0, 0.0], array![0.0, 0.0]);
    for t in 1..=3 {
        let g = objective.gradient(&theta).unwrap();
        m = 0.9 * &m + 0.1 * &g;
        s = 0.999 * &s + 0.001 * (&g * &g);
        let first = &m / (1.0 - 0.9_f64.powi(t));
        let second = (&s / (1.0 - 0.999_f64.powi(t))).mapv(f64::sqrt);
        theta = &theta - &(0.05 * first / (second + 1e-8));
    }
    assert!(largest(&descended.theta - &theta) < 1e-14);
}

#[test]
fn gradient_descent_contracts_as_the_spectrum_says() {
    let diagonal =
        Objective::quadratic(&array![[3.0, 0.0], [0.0, 1.0]], &array![0.0, 0.0]).unwrap();
    let descended =
        diagonal.descend(&array![1.0, 1.0]).learning_rate(0.1).steps(20).points(21).run().unwrap();
    for (k, point) in descended.path.rows().into_iter().enumerate() {
        assert!((point[0] - 0.7_f64.powi(k as i32)).abs() < 1e-14);
        assert!((point[1] - 0.9_f64.powi(k as i32)).abs() < 1e-14);
    }
    assert_eq!(descended.frame.values("step").unwrap()[20], 20.0);
    assert!((descended.frame.values("time").unwrap()[20] - 2.0).abs() < 1e-12);
}

#[test]
fn lbfgs_finds_minima() {
    let descended = bowl().descend(&array![5.0, -7.0]).lbfgs().tolerance(1e-10).run().unwrap();
    // A θ = b.
    let minimum = array![1.5 / 1.75, -2.5 / 1.75];
    assert!(descended.converged && largest(&descended.theta - &minimum) < 1e-9);
    let descended = valley().descend(&array![-1.2, 1.0]).lbfgs().tolerance(1e-10).run().unwrap();
    assert!(descended.converged && largest(&descended.theta - &array![1.0, 1.0]) < 1e-9);
    assert!(
        valley().evaluations().gradients == 0 && descended.frame.values("step").unwrap().len() < 60
    );
    // A loss that is not defined everywhere.
    let barrier = Objective::exact(1, |x| x[0] - x[0].ln()).unwrap();
    let descended = barrier.descend(&array![0.01]).lbfgs().tolerance(1e-9).run().unwrap();
    assert!((descended.theta[0] - 1.0).abs() < 1e-8);
}

#[test]
fn the_flow_follows_its_closed_form_at_every_recorded_time() {
    // θ_i' = −λ_i θ_i.
    let decay = Objective::quadratic(&array![[4.0, 0.0], [0.0, -0.5]], &array![0.0, 0.0]).unwrap();
    let flow = decay.descend(&array![1.0, 0.1]).flow(3.0).points(31).run().unwrap();
    let times = flow.frame.values("time").unwrap();
    assert_eq!(times.len(), 31);
    for (k, (t, point)) in times.iter().zip(flow.path.rows()).enumerate() {
        assert!((t - 0.1 * k as f64).abs() < 1e-14);
        assert!((point[0] - (-4.0 * t).exp()).abs() < 1e-7);
        assert!((point[1] - 0.1 * (0.5 * t).exp()).abs() < 1e-7);
    }
    // x' = −x³ has x = (x₀⁻² + 2t)^(−½); smaller tolerances give smaller errors.
    let quartic = Objective::exact(1, |x| 0.25 * x[0].powi(4)).unwrap();
    let error = |tolerance: f64| {
        let flow = quartic.descend(&array![2.0]).optimizer(Optimizer::Flow(tolerance)).time(5.0);
        (flow.points(2).run().unwrap().theta[0] - (0.25 + 10.0_f64).powf(-0.5)).abs()
    };
    assert!(error(1e-5) < 1e-4 && error(1e-11) < 1e-10 && error(1e-11) < error(1e-5));
}

#[test]
fn batches_run_through_all_examples_and_repeat_with_their_seed() {
    let data = Dataset::from_images(&digits().unwrap().take(300));
    let network = Network::mlp([64, 20, 10]).relu();
    let objective = network.loss(&data).unwrap();
    let start = network.initial(1).unwrap();
    let run = |seed: u64| objective.descend(&start).batch(32).steps(100).seed(seed).run().unwrap();
    let (a, b, c) = (run(1), run(1), run(2));
    assert_eq!(a.theta, b.theta);
    assert_ne!(a.theta, c.theta);
    assert!(a.loss < 0.5 * objective.loss(&start).unwrap());
    assert_eq!(a.loss, objective.loss(&a.theta).unwrap());
    assert_eq!(a.path.row(a.path.nrows() - 1), a.theta);
    // A batch of everything is the whole loss but for the order of sums.
    let whole = objective.descend(&start).steps(5).run().unwrap();
    let batch = objective.descend(&start).batch(300).steps(5).run().unwrap();
    assert!(largest(&whole.theta - &batch.theta) < 1e-13);
}

#[test]
fn a_deadline_leaves_a_valid_part() {
    let slow = Objective::from_fn(1, |x| {
        std::thread::sleep(std::time::Duration::from_millis(2));
        x[0] * x[0]
    })
    .unwrap();
    let descended = slow.descend(&array![1.0]).deadline(0.2).run().unwrap();
    assert!(!descended.complete && !descended.converged && descended.loss < 1.0);
    assert!(descended.frame.values("complete").unwrap().iter().all(|c| *c == 0.0));
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let start = array![1.0, 1.0];
    let d = bowl().descend(&start);
    assert!(d.learning_rate(0.0).run().is_err() && d.learning_rate(f64::NAN).run().is_err());
    assert!(d.momentum(1.0).run().is_err() && d.momentum(f64::NAN).run().is_err());
    assert!(d.flow(-1.0).run().is_err() && d.optimizer(Optimizer::Flow(0.0)).run().is_err());
    assert!(d.points(1).run().is_err() && d.points(usize::MAX).run().is_err());
    assert!(d.tolerance(-1.0).run().is_err() && d.batch(1).run().is_err());
    assert!(d.batch(1).run().unwrap_err().to_string().contains("no average"));
    assert!(bowl().descend(&array![1.0]).run().is_err());
    let far = d.learning_rate(10.0).steps(2000).run().unwrap_err().to_string();
    assert!(far.contains("rate") && far.contains("step"), "{far}");
    let network = Network::mlp([1, 2]);
    let data = Dataset::classes(&array![[0.0], [1.0]], &array![0, 1]).unwrap();
    let objective = network.loss(&data).unwrap();
    let start = network.initial(0).unwrap();
    assert!(objective.descend(&start).batch(1).lbfgs().run().is_err());
    assert!(objective.descend(&start).batch(3).run().is_err());
}
