//! Densities carried by flows: Liouville's equation, volumes, linear processes.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;

use coverage::coverage;
use says::assert_says;
use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;

fn normals(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut generator))
}

fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

fn bowl() -> (Array2<f64>, Objective) {
    let h = array![[2.0, 0.5, 0.0], [0.5, 1.0, -0.3], [0.0, -0.3, 0.7]];
    let objective = Objective::quadratic(&h, &array![0.0, 0.0, 0.0]).unwrap();
    (h, objective)
}

/// A network with 13 parameters on eight points of a function.
fn network() -> (Objective, Array1<f64>) {
    let x = Array2::from_shape_fn((8, 2), |(i, j)| ((3 * i + 5 * j) as f64).sin());
    let y = Array2::from_shape_fn((8, 1), |(i, _)| (2.0 * x[(i, 0)]).sin() + x[(i, 1)]);
    let network = Network::mlp([2, 3, 1]);
    let data = Dataset::regression(&x, &y).unwrap();
    (network.loss(&data).unwrap(), network.initial(3).unwrap())
}

#[test]
fn a_gaussian_stays_a_gaussian_whose_density_the_trace_gives() {
    let (h, objective) = bowl();
    let (mean, covariance) =
        (array![1.0, -2.0, 0.5], array![[1.0, 0.2, 0.0], [0.2, 0.5, 0.1], [0.0, 0.1, 2.0]]);
    let flow = OrnsteinUhlenbeck::new(&h, &Array2::zeros((3, 3))).unwrap();
    let starts = normals(5, 3, 1) + &mean;
    let cloud = GaussianCloud::new(&mean, &covariance).unwrap();
    let logs = cloud.ln_density(&starts).unwrap();
    let carried = objective
        .transport_all(&starts)
        .ln_densities(&logs)
        .jacobian(true)
        .time(3.0)
        .points(7)
        .run()
        .unwrap();
    let column = |name| carried.frame.values(name).unwrap();
    let (times, densities, dets) =
        (column("time"), column("ln_density"), column("log_determinant"));
    for row in 0..35 {
        let (path, point) = (row / 7, row % 7);
        let theta = carried.paths[path].row(point).to_owned();
        assert!(
            largest(
                &(theta.clone() - flow.mean_at(&starts.row(path).to_owned(), times[row]).unwrap())
            ) < 1e-9
        );
        // By the eigenvectors of H, and by the kernel of the linear process.
        for later in [
            cloud.flow(&h, &array![0.0, 0.0, 0.0], times[row]).unwrap(),
            flow.cloud_at(&cloud, times[row]).unwrap(),
        ] {
            let exact = later.ln_density(&theta.clone().insert_axis(Axis(0))).unwrap()[0];
            assert!((densities[row] - exact).abs() < 1e-8, "{row}");
        }
        assert!((dets[row] + 3.7 * times[row]).abs() < 1e-8);
    }
    // The covariance of the ensemble is carried as the Jacobian says.
    let m = &carried.jacobians[0];
    let exact = flow.covariance_at(&covariance, 3.0).unwrap();
    assert!(largest(&(m.dot(&covariance).dot(&m.t()) - exact)) < 1e-9);
}

#[test]
fn the_jacobian_of_a_network_has_the_determinant_that_the_trace_says() {
    let (objective, theta) = network();
    let carried = objective.transport(&theta).jacobian(true).time(4.0).points(9).run().unwrap();
    let column = |name| carried.frame.values(name).unwrap();
    let (densities, dets) = (column("ln_density"), column("log_determinant"));
    for (a, b) in densities.iter().zip(&dets) {
        assert!(((a + b).exp() - 1.0).abs() < 1e-6, "{a} {b}");
    }
    assert!(densities[8] > 1.0, "{densities:?}");
    // The loss is not quadratic: the trace changes on the way.
    let traces = column("trace");
    assert!(traces[8] - traces[3] > 0.5, "{traces:?}");
    // Columns of the Jacobian against differences of flows.
    let end = |theta: &Array1<f64>| {
        let ended = objective.transport(theta).time(4.0).points(2).run().unwrap();
        ended.paths[0].row(1).to_owned()
    };
    for k in [0, 7, 12] {
        let mut shift = Array1::zeros(13);
        shift[k] = 1e-4;
        let column = (end(&(&theta + &shift)) - end(&(&theta - &shift))) / 2e-4;
        assert!(largest(&(&column - &carried.jacobians[0].column(k))) < 1e-6);
    }
    // The same path as the descent's flow, and the same losses.
    let descended = objective.descend(&theta).flow(4.0).steps(100_000).run().unwrap();
    assert!(largest(&(&descended.theta - &carried.paths[0].row(8))) < 1e-5);
    assert!((column("loss")[8] - descended.loss).abs() < 1e-7);
}

#[test]
fn determinants_keep_their_digits_however_rarely_they_are_recorded() {
    let bowl = Objective::quadratic(&array![[1.0, 0.5], [0.5, 3.0]], &array![0.0, 0.0]).unwrap();
    for time in [20.0, 1000.0] {
        let carried =
            bowl.transport(&array![1.0, 1.0]).time(time).points(2).jacobian(true).run().unwrap();
        let det = carried.frame.values("log_determinant").unwrap()[1];
        assert!((det + 4.0 * time).abs() < 1e-8 * time, "{time} {det}");
    }
    let saddle = Objective::quadratic(&array![[-1.0, 0.3], [0.3, 2.0]], &array![0.0, 0.0]).unwrap();
    for (friction, time) in [(0.0, 60.0), (3.0, 60.0), (0.1, 2000.0)] {
        let flow = saddle.hamiltonian(&array![0.0, 0.0]).friction(friction).time(time).points(2);
        let det = flow.jacobian(true).run().unwrap().frame.values("log_determinant").unwrap()[1];
        assert!((det + 2.0 * friction * time).abs() < 1e-8, "{friction} {det}");
    }
    assert_says(
        saddle.hamiltonian(&array![0.0, 0.0]).friction(1e6).jacobian(true).run(),
        &["`friction`"],
    );
}

#[test]
fn probes_estimate_the_density_with_an_error_that_covers() {
    let (objective, theta) = network();
    let exact = objective.transport(&theta).points(2).tolerance(1e-8).run().unwrap();
    let exact = exact.frame.values("ln_density").unwrap()[1];
    let run = |seed: u64| {
        let carried = objective
            .transport(&theta)
            .probes(24)
            .points(2)
            .tolerance(1e-4)
            .seed(seed)
            .run()
            .unwrap();
        let at = |name| carried.frame.values(name).unwrap()[1];
        (at("ln_density"), at("ln_density_err"))
    };
    let within = coverage(exact, run);
    // 63 to 73 % of 400.
    assert!((252..=292).contains(&within), "{within}");
}

#[test]
fn the_entropy_of_an_ensemble_falls_as_the_trace_says() {
    // A double well in two dimensions: S(t) = S(0) − ∫⟨tr H⟩ dt, measured by neighbours.
    let wells =
        Objective::exact(2, |x| 0.25 * x[0].powi(4) - 0.5 * x[0].powi(2) + 0.5 * x[1].powi(2))
            .unwrap();
    let starts = normals(3000, 2, 5);
    let carried = wells.transport_all(&starts).time(0.8).points(3).tolerance(1e-8).run().unwrap();
    let densities = carried.frame.values("ln_density").unwrap();
    let start = entropy_of_samples(&starts, 4).unwrap();
    for point in 1..3 {
        let growth = densities.iter().skip(point).step_by(3).sum::<f64>() / 3000.0;
        let measured = entropy_of_samples(&carried.ensemble(point).unwrap(), 4).unwrap();
        let error = measured.error.hypot(start.error);
        let deviation = measured.mean - (start.mean - growth);
        assert!(deviation.abs() < 4.0 * error && growth > 0.5 * error, "{deviation} {error}");
    }
}

#[test]
fn threads_and_deadlines() {
    let (objective, theta) = network();
    let starts = Array2::from_shape_fn((6, 13), |(i, j)| theta[j] + 0.1 * i as f64);
    let run = || {
        let all = objective.transport_all(&starts).probes(3).points(3).tolerance(1e-5);
        all.run().unwrap().frame.values("ln_density").unwrap()
    };
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(run(), one.install(run));
    // Each path has probes of its own, also where two of them start together.
    let twins = Array2::from_shape_fn((2, 13), |(_, j)| theta[j]);
    let twins = objective.transport_all(&twins).probes(3).points(2).tolerance(1e-5).run().unwrap();
    let traces = twins.frame.values("trace").unwrap();
    assert!(traces[0] != traces[2], "{traces:?}");
    let cut = objective.transport_all(&starts).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.paths.iter().all(|path| path.nrows() == 1));
    assert!(cut.ensemble(0).is_ok() && cut.ensemble(1).is_err());
}

#[test]
fn transports_refuse_what_they_cannot_do() {
    let (_, objective) = bowl();
    let theta = array![1.0, 2.0, 3.0];
    assert_says(objective.transport(&array![1.0]).run(), &["`starts`", "3"]);
    assert_says(objective.transport(&array![1.0, f64::NAN, 0.0]).run(), &["NaN"]);
    assert_says(objective.transport_all(&Array2::zeros((0, 3))).run(), &["at least one"]);
    for time in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(objective.transport(&theta).time(time).run().is_err());
    }
    assert_says(objective.transport(&theta).points(1).run(), &["`points`"]);
    assert_says(objective.transport(&theta).points(usize::MAX).run(), &["numbers"]);
    assert_says(objective.transport(&theta).probes(1).run(), &["`probes`"]);
    assert!(objective.transport(&theta).probes(usize::MAX).run().is_err());
    assert_says(objective.transport(&theta).tolerance(f64::NAN).run(), &["`tolerance`"]);
    assert_says(objective.transport(&theta).ln_densities(&array![]).run(), &["ln_densities"]);
    // A flow that leaves every bound after time 1/2: x' = 4x³ at 1/2·… of −x⁴.
    let cliff = Objective::exact(1, |x| -x[0].powi(4)).unwrap();
    assert_says(cliff.transport(&array![1.0]).time(1.0).run(), &["`time`", "0.12"]);
    // Steps of a stiff flow stay short for ever.
    for time in [1e12, 1e300] {
        let endless = objective.transport(&theta).time(time).points(3);
        assert_says(endless.run(), &["`deadline`"]);
        let cut = endless.deadline(0.05).run().unwrap();
        assert!(!cut.complete && cut.paths[0].nrows() == 1);
    }
    // One path would end within an hour, all together would not.
    let many = objective.transport_all(&Array2::ones((500, theta.len()))).time(1e9).points(2);
    assert_says(many.run(), &["`deadline`"]);
    // A finite slope of infinite curvature.
    let cusp = Objective::exact(1, |x| (x[0] * x[0]).powf(0.75)).unwrap();
    assert!(cusp.transport(&array![0.0]).run().is_err());
}

#[test]
fn linear_processes_keep_their_closed_forms() {
    // One dimension: everything by hand.
    let one = OrnsteinUhlenbeck::new(&array![[2.0]], &array![[3.0]]).unwrap();
    assert!((one.stationary().unwrap()[(0, 0)] - 1.5).abs() < 1e-14);
    let (decay, time) = ((-2.0 * 0.7_f64).exp(), 0.7);
    let covariance = one.covariance_at(&array![[4.0]], time).unwrap()[(0, 0)];
    assert!((covariance - (1.5 + 2.5 * decay * decay)).abs() < 1e-13);
    // Several, not symmetric: the equation itself, and the limit of long times.
    let a = array![[1.0, 2.0, 0.0], [-1.0, 0.5, 0.3], [0.0, 0.4, 2.0]];
    let root = normals(3, 3, 2);
    let d = root.dot(&root.t());
    let process = OrnsteinUhlenbeck::new(&a, &d).unwrap();
    let c = process.stationary().unwrap();
    assert!(largest(&(a.dot(&c) + c.dot(&a.t()) - 2.0 * &d)) < 1e-13 * largest(&d));
    let late = process.covariance_at(&Array2::zeros((3, 3)), 200.0).unwrap();
    assert!(largest(&(&late - &c)) < 1e-11 * largest(&c));
    // dΣ/dt = −A Σ − Σ Aᵀ + 2 D by differences.
    let start = array![[1.0, 0.2, 0.0], [0.2, 0.5, 0.1], [0.0, 0.1, 2.0]];
    let at = |t| process.covariance_at(&start, t).unwrap();
    let (rate, now) = ((at(1.0001) - at(0.9999)) / 2e-4, at(1.0));
    let expected = 2.0 * &d - a.dot(&now) - now.dot(&a.t());
    assert!(largest(&(rate - expected)) < 1e-6);
    // The formula with the difference of traces.
    let inverse = |m: &Array2<f64>| {
        let (mut x, eye) = (Array2::<f64>::eye(3) / m.diag().sum(), Array2::<f64>::eye(3));
        for _ in 0..200 {
            x = x.dot(&(2.0 * &eye - m.dot(&x)));
        }
        x
    };
    let trace = |m: Array2<f64>| m.diag().sum();
    let by_traces = trace(a.t().dot(&inverse(&d)).dot(&a).dot(&c)) - trace(a.clone());
    let production = process.entropy_production().unwrap();
    assert!((production / by_traces - 1.0).abs() < 1e-9 && production > 0.1, "{production}");
    // Equilibrium where H and D commute, and nowhere else.
    let h = array![[2.0, 0.5], [0.5, 1.0]];
    let balanced = OrnsteinUhlenbeck::new(&h, &(&h.dot(&h) + &h)).unwrap();
    assert!(balanced.imbalance() < 1e-15);
    assert!(balanced.entropy_production().unwrap() < 1e-25);
    assert!(largest(&balanced.areas().unwrap()) < 1e-14);
}

#[test]
fn measured_currents_are_those_of_the_closed_form() {
    let a = array![[1.0, 0.2], [0.2, 2.0]];
    let d = array![[1.0, 0.6], [0.6, 0.8]];
    let process = OrnsteinUhlenbeck::new(&a, &d).unwrap().around(&array![3.0, -1.0]).unwrap();
    let interval = 0.02;
    let path = process.path(200_000, interval, 4).unwrap();
    let centered = &path - &array![3.0, -1.0];
    let areas: Vec<f64> = (1..path.nrows())
        .map(|k| {
            let (x, y) = (centered.row(k - 1), centered.row(k));
            0.5 * (x[0] * y[1] - x[1] * y[0]) / interval
        })
        .collect();
    let measured = statmech::stats::estimate(&areas).unwrap();
    let exact = process.areas().unwrap()[(0, 1)];
    assert!((measured.mean - exact).abs() < 4.0 * measured.error + 0.03 * exact.abs());
    assert!(measured.mean.abs() > 8.0 * measured.error, "{measured}");
    let heat = process.dissipation(&path, interval).unwrap();
    let production = process.entropy_production().unwrap();
    assert!((heat.mean - production).abs() < 4.0 * heat.error + 0.03 * production, "{heat}");
    assert!(heat.mean > 8.0 * heat.error);
}

#[test]
fn linear_processes_refuse_what_has_no_meaning() {
    let (eye, zero) = (Array2::<f64>::eye(2), Array2::<f64>::zeros((2, 2)));
    assert!(OrnsteinUhlenbeck::new(&zero, &Array2::zeros((3, 3))).is_err());
    assert!(OrnsteinUhlenbeck::new(&Array2::zeros((0, 0)), &Array2::zeros((0, 0))).is_err());
    assert!(OrnsteinUhlenbeck::new(&array![[f64::NAN]], &array![[1.0]]).is_err());
    assert_says(OrnsteinUhlenbeck::new(&eye, &(-1.0 * &eye)), &["no negative eigenvalue"]);
    assert!(OrnsteinUhlenbeck::new(&eye, &array![[1.0, 0.5], [0.0, 1.0]]).is_err());
    let free = OrnsteinUhlenbeck::new(&zero, &eye).unwrap();
    assert_says(free.stationary(), &["positive real parts"]);
    let saddle = OrnsteinUhlenbeck::new(&array![[1.0, 0.0], [0.0, -1.0]], &eye).unwrap();
    assert!(saddle.stationary().is_err() && saddle.covariance_at(&eye, 1e9).is_err());
    let quiet = OrnsteinUhlenbeck::new(&eye, &zero).unwrap();
    assert!(quiet.entropy_production().is_err() && quiet.path(0, 0.1, 0).is_err());
    assert!(quiet.path(10, f64::NAN, 0).is_err() && quiet.mean_at(&array![1.0], 1.0).is_err());
    assert!(quiet.mean_at(&array![1.0, 2.0], -1.0).is_err());
    // The scale of neither matrix matters to balance; what overflows is refused.
    let (a, d) = (array![[1.0, 0.0], [0.0, 3.0]], array![[1.0, 0.5], [0.5, 1.0]]);
    let finite = |values: statmech::Result<Array2<f64>>| {
        values.map_or(true, |values| values.iter().all(|x| x.is_finite()))
    };
    for (x, y) in [(1.0, 1.0), (1e300, 1e300), (1e-300, 1e-300), (1e300, 1e-300), (1e-320, 1.0)] {
        let process = OrnsteinUhlenbeck::new(&(&a * x), &(&d * y)).unwrap();
        assert!((process.imbalance() - 0.2).abs() < 1e-3, "{x} {y} {}", process.imbalance());
        assert!(finite(process.stationary()) && finite(process.areas()));
        assert!(finite(process.circulation()) && finite(process.path(3, 1.0, 1)));
        assert!(finite(process.covariance_at(&(&eye * 1e300), 1e-300)));
        assert!(process.entropy_production().map_or(true, f64::is_finite));
    }
    let steep = OrnsteinUhlenbeck::new(&(&eye * -1.0), &eye).unwrap();
    assert!(steep.mean_at(&array![1e300, 0.0], 50.0).is_err());
    assert!(steep.covariance_at(&(&eye * 1e300), 50.0).is_err());
    let hot = OrnsteinUhlenbeck::new(&eye, &(&eye * 1e308)).unwrap();
    assert!(finite(hot.stationary()) && (hot.effective_temperature() / 1e308 - 1.0).abs() < 1e-15);
}

#[test]
fn a_hamiltonian_flow_keeps_volume_and_energy() {
    let (objective, theta) = network();
    let momentum = normals(1, 13, 9).row(0).to_owned();
    let swing =
        objective.hamiltonian(&theta).momentum(&momentum).time(4.0).step_size(0.05).points(9);
    for scheme in [Symplectic::Leapfrog, Symplectic::Yoshida] {
        let flow = swing.scheme(scheme).jacobian(true).run().unwrap();
        let dets = flow.frame.values("log_determinant").unwrap();
        assert!(dets.iter().all(|x| x.abs() < 1e-10), "{dets:?}");
        // The Jacobian is symplectic: MᵀΩM = Ω.
        let m = flow.jacobian.unwrap();
        let mut omega = Array2::zeros((26, 26));
        for i in 0..13 {
            omega[(i, 13 + i)] = 1.0;
            omega[(13 + i, i)] = -1.0;
        }
        // Its columns against differences of flows: of starts, and of momenta.
        let end = |shift: f64, k: usize| {
            let (mut start, mut push) = (theta.clone(), momentum.clone());
            *(if k < 13 { &mut start[k] } else { &mut push[k - 13] }) += shift;
            let from = objective.hamiltonian(&start).momentum(&push).scheme(scheme);
            let ended = from.time(4.0).step_size(0.05).points(2).run().unwrap();
            statmech::ndarray::concatenate![Axis(0), ended.path.row(1), ended.momenta.row(1)]
        };
        for k in [0, 7, 12, 14, 25] {
            let column = (end(1e-5, k) - end(-1e-5, k)) / 2e-5;
            assert!(largest(&(&column - &m.column(k))) < 1e-6 * largest(&m), "{scheme:?} {k}");
        }
        let size = largest(&m).powi(2);
        assert!(largest(&(m.t().dot(&omega).dot(&m) - &omega)) < 1e-13 * size.max(1.0) * 26.0);
    }
    // The orders of the schemes, by halving the step.
    for (scheme, order) in [(Symplectic::Leapfrog, 2.0), (Symplectic::Yoshida, 4.0)] {
        let drift = |step: f64| {
            let flow = swing.scheme(scheme).points(2).step_size(step).run().unwrap();
            let energy = flow.frame.values("energy").unwrap();
            (energy[1] - energy[0]).abs()
        };
        let measured = (drift(0.1) / drift(0.05)).log2();
        assert!((measured - order).abs() < 0.7, "{scheme:?} {measured}");
    }
    // Backwards in time to the start.
    let there = swing.run().unwrap();
    let (end, last) = (there.path.row(8).to_owned(), -there.momenta.row(8).to_owned());
    let back =
        objective.hamiltonian(&end).momentum(&last).time(4.0).step_size(0.05).points(9).run();
    assert!(largest(&(&back.unwrap().path.row(8) - &theta)) < 1e-11);
}

#[test]
fn an_oscillator_swings_as_in_closed_form_and_its_energy_does_not_drift() {
    let h = array![[4.0, 0.0], [0.0, 1.0]];
    let objective = Objective::quadratic(&h, &array![0.0, 0.0]).unwrap();
    let swing = objective.hamiltonian(&array![1.0, 0.5]).mass(4.0).momentum(&array![0.0, 2.0]);
    let flow = swing.scheme(Symplectic::Yoshida).time(5.0).points(26).run().unwrap();
    for (time, x) in flow.frame.values("time").unwrap().iter().zip(flow.path.rows()) {
        assert!((x[0] - time.cos()).abs() < 1e-7);
        assert!((x[1] - 0.5 * (0.5 * time).cos() - (0.5 * time).sin()).abs() < 1e-7);
    }
    let long = swing.time(2000.0).step_size(0.1).run().unwrap();
    let energy = long.frame.values("energy").unwrap();
    assert!(energy.iter().all(|e| (e - energy[0]).abs() < 0.01 * energy[0]));
}

#[test]
fn friction_contracts_volume_and_leads_to_the_gradient_flow() {
    let (objective, theta) = network();
    let damped = objective.hamiltonian(&theta).friction(0.7).time(2.0).step_size(0.05).points(5);
    for scheme in [Symplectic::Leapfrog, Symplectic::Yoshida] {
        let flow = damped.scheme(scheme).jacobian(true).run().unwrap();
        let (times, dets) =
            (flow.frame.values("time").unwrap(), flow.frame.values("log_determinant").unwrap());
        for (time, det) in times.iter().zip(&dets) {
            assert!((det + 13.0 * 0.7 * time).abs() < 1e-10, "{time} {det}");
        }
    }
    // A damped oscillator: x'' = −x − γ x'.
    let one = Objective::quadratic(&array![[1.0]], &array![0.0]).unwrap();
    let flow =
        one.hamiltonian(&array![1.0]).friction(1.0).step_size(0.001).time(3.0).run().unwrap();
    let w = 0.75_f64.sqrt();
    let exact = (-1.5_f64).exp() * ((3.0 * w).cos() + 0.5 / w * (3.0 * w).sin());
    assert!((flow.path[(100, 0)] - exact).abs() < 1e-6);
    // γ = 100 in the time 100 t, with steps that resolve the friction.
    let slow = objective.hamiltonian(&theta).friction(100.0).time(100.0).step_size(0.001).points(2);
    let flow = objective.transport(&theta).points(2).run().unwrap();
    let apart = largest(&(&slow.run().unwrap().path.row(1) - &flow.paths[0].row(1)));
    assert!(apart < 2e-3, "{apart}");
}

#[test]
fn hamiltonian_flows_refuse_what_they_cannot_do() {
    let (_, objective) = bowl();
    let flow = objective.hamiltonian(&array![1.0, 2.0, 3.0]);
    assert!(objective.hamiltonian(&array![1.0]).run().is_err());
    assert_says(flow.momentum(&array![1.0]).run(), &["`momentum`"]);
    assert!(flow.momentum(&array![1.0, f64::NAN, 0.0]).run().is_err());
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(flow.step_size(bad).run().is_err() && flow.time(bad).run().is_err());
        assert!(flow.mass(bad).run().is_err());
    }
    assert!(flow.friction(-1.0).run().is_err() && flow.friction(f64::NAN).run().is_err());
    assert_says(flow.step_size(1e-300).run(), &["`step_size`"]);
    assert_says(flow.points(1).run(), &["`points`"]);
    let cliff = Objective::exact(1, |x| -x[0].powi(4)).unwrap();
    assert_says(cliff.hamiltonian(&array![1.0]).run(), &["`step_size`"]);
    assert_says(flow.time(1e9).run(), &["`deadline`"]);
    assert_says(flow.momentum(&array![1e200, 0.0, 0.0]).run(), &["kinetic"]);
    let cut = flow.time(1e9).deadline(1e-9).run().unwrap();
    assert!(!cut.complete && cut.path.nrows() == 1);
}

#[test]
fn columns_beside_the_density_are_what_they_say() {
    let objective =
        Objective::quadratic(&array![[1.0, 0.5], [0.5, 2.0]], &array![1.0, 0.0]).unwrap();
    let start = array![2.0, -1.0];
    // Aθ − b = (0.5, −1).
    let carried = objective.transport(&start).probes(400).points(2).run().unwrap();
    assert!((carried.frame.values("gradient_norm").unwrap()[0] - 1.25_f64.sqrt()).abs() < 1e-14);
    // Of two signs v·Hv = tr H ± 2 h₁₂, which scatters by 1.
    let error = carried.frame.values("trace_err").unwrap()[0];
    assert!((error - 1.0 / 20.0).abs() < 0.001, "{error}");
    let flow = objective.hamiltonian(&start).momentum(&array![3.0, 4.0]).mass(5.0).run().unwrap();
    let first = |name: &str| flow.frame.values(name).unwrap()[0];
    assert_eq!(first("kinetic"), 2.5);
    // A step that does not divide the time between records is shortened until it does.
    let short = objective.hamiltonian(&start).time(1.0).step_size(0.3).points(2).run().unwrap();
    assert_eq!(short.frame.values("step_size").unwrap(), [0.25; 2]);
    assert!((first("gradient_norm") - 1.25_f64.sqrt()).abs() < 1e-14);
    // A D − D Aᵀ has the norm √2, A D √12.5.
    let process =
        OrnsteinUhlenbeck::new(&array![[1.0, 0.0], [0.0, 3.0]], &array![[1.0, 0.5], [0.5, 1.0]]);
    assert!((process.unwrap().imbalance() - 0.2).abs() < 1e-15);
}
