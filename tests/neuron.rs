//! Threshold units, circuits, automata and Hebb's rule against enumeration, arithmetic, published counts and linear algebra.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is missing")]

use std::collections::HashSet;

use statmech::ndarray_rand::rand_distr::StandardNormal;
use statmech::prelude::*;
use statmech::rand::Rng;

fn rows(n: usize) -> impl Iterator<Item = Vec<i8>> {
    (0..1_usize << n)
        .map(move |row| (0..n).map(|i| i8::from(row >> (n - 1 - i) & 1 == 1)).collect())
}

fn truth_of(n: usize, f: impl Fn(&[i8]) -> bool) -> Vec<bool> {
    rows(n).map(|x| f(&x)).collect()
}

fn ones(x: &[i8]) -> usize {
    x.iter().filter(|&&x| x == 1).count()
}

fn texts(frame: &DataFrame, column: &str) -> Vec<String> {
    frame.column(column).unwrap().str().unwrap().iter().map(|v| v.unwrap().to_owned()).collect()
}

#[test]
fn the_logical_units_do_what_they_are_called() {
    for n in 1..=6 {
        assert_eq!(
            Neuron::and(n).unwrap().truth().unwrap(),
            truth_of(n, |x| x.iter().all(|&x| x == 1))
        );
        assert_eq!(Neuron::or(n).unwrap().truth().unwrap(), truth_of(n, |x| x.contains(&1)));
        assert_eq!(Neuron::nand(n).unwrap().truth().unwrap(), truth_of(n, |x| x.contains(&0)));
        assert_eq!(Neuron::nor(n).unwrap().truth().unwrap(), truth_of(n, |x| !x.contains(&1)));
        assert_eq!(Neuron::majority(n).unwrap().truth().unwrap(), truth_of(n, |x| 2 * ones(x) > n));
        for k in 0..=n + 1 {
            assert_eq!(
                Neuron::at_least(k, n).unwrap().truth().unwrap(),
                truth_of(n, |x| ones(x) >= k)
            );
        }
    }
    assert_eq!(Neuron::not().truth().unwrap(), [true, false]);
    let table = Neuron::new([1.0, -2.0], 0.5).unwrap().truth_table().unwrap();
    assert_eq!(table.get_column_names(), ["x1", "x2", "sum", "threshold", "fires"]);
    assert_eq!(table.values("sum").unwrap(), [0.0, -2.0, 1.0, -1.0]);
    assert_eq!(table.values("fires").unwrap(), [0.0, 0.0, 1.0, 0.0]);
}

#[test]
fn signed_and_inhibitory_units_are_the_same_functions() {
    let units = [
        Neuron::new([2.0, -3.0, 1.0, 1.0], 0.0).unwrap(),
        Neuron::majority(4).unwrap(),
        Neuron::mcculloch_pitts(2, 2, 1.0).unwrap(),
        Neuron::or(4).unwrap().inhibited_by(&[1]).unwrap(),
    ];
    for unit in &units {
        for x in rows(4) {
            let s: Vec<i8> = x.iter().map(|x| 2 * x - 1).collect();
            assert_eq!(unit.fires(&x).unwrap(), unit.signed().fires(&s).unwrap());
        }
    }
    // An input that forbids is as good as a weight below all that the others can reach.
    let forbidding = Neuron::mcculloch_pitts(2, 1, 1.0).unwrap();
    assert_eq!(
        forbidding.truth().unwrap(),
        Neuron::new([1.0, 1.0, -2.0], 1.0).unwrap().truth().unwrap()
    );
    assert_eq!(forbidding.inhibitory(), [2]);
}

#[test]
fn as_many_threshold_functions_as_published() {
    // OEIS A000609; Muroga, Threshold Logic and Its Applications (Wiley, 1971).
    for (n, count) in [2.0, 4.0, 14.0, 104.0, 1882.0].into_iter().enumerate() {
        let functions = boolean_functions(n).unwrap();
        assert_eq!(functions.height(), 1 << (1 << n));
        let one_unit = functions.values("one_unit").unwrap();
        assert_eq!(one_unit.iter().sum::<f64>(), count, "n = {n}");
        let thresholds = functions.values("threshold").unwrap();
        let weights: Vec<Vec<f64>> =
            (1..=n).map(|i| functions.values(&format!("w{i}")).unwrap()).collect();
        for (f, outputs) in texts(&functions, "function").into_iter().enumerate() {
            let truth: Vec<bool> = outputs.chars().map(|y| y == '1').collect();
            if one_unit[f] == 1.0 {
                let w = weights.iter().map(|w| w[f]);
                assert_eq!(Neuron::new(w, thresholds[f]).unwrap().truth().unwrap(), truth);
            }
        }
    }
    let two = boolean_functions(2).unwrap();
    let impossible: Vec<String> = texts(&two, "function")
        .into_iter()
        .zip(two.values("one_unit").unwrap())
        .filter_map(|(function, one)| (one == 0.0).then_some(function))
        .collect();
    assert_eq!(impossible, ["0110", "1001"]);
    assert!(two.text().contains("01 + 10 = 00 + 11"));
    assert!(boolean_functions(5).unwrap_err().to_string().contains("2^(2^5)"));
}

#[test]
fn linear_programmes_agree_with_the_list_of_all_functions() {
    for n in 0..=3 {
        let listed = boolean_functions(n).unwrap();
        let one_unit = listed.values("one_unit").unwrap();
        for (f, outputs) in texts(&listed, "function").into_iter().enumerate() {
            let truth: Vec<bool> = outputs.chars().map(|y| y == '1').collect();
            match realize(&truth).unwrap() {
                Realization::Possible(unit) => {
                    assert_eq!(one_unit[f], 1.0);
                    assert_eq!(unit.truth().unwrap(), truth);
                    assert!(unit.weights().iter().all(|w| w.fract() == 0.0));
                }
                Realization::Impossible(contradiction) => {
                    assert_eq!(one_unit[f], 0.0);
                    assert!(contradiction.refutes(&truth));
                }
            }
        }
    }
}

#[test]
fn larger_functions_come_with_weights_or_a_contradiction() {
    let mut generator = Seed::new(1).generator();
    for n in 4..=8 {
        for _ in 0..6 {
            let weights: Vec<f64> =
                (0..n).map(|_| f64::from(generator.random_range(-9..=9_i32))).collect();
            let unit = Neuron::new(weights, f64::from(generator.random_range(-9..=9_i32))).unwrap();
            let truth = unit.truth().unwrap();
            let Realization::Possible(found) = realize(&truth).unwrap() else {
                panic!("{unit:?} is a unit")
            };
            assert_eq!(found.truth().unwrap(), truth);
        }
        let parity = truth_of(n, |x| ones(x) % 2 == 1);
        let Realization::Impossible(contradiction) = realize(&parity).unwrap() else {
            panic!("parity is not one unit")
        };
        assert!(contradiction.refutes(&parity));
        // By hand: both sums of inputs, and as many rows on both sides.
        let frame = contradiction.frame().unwrap();
        let (fires, times) = (frame.values("fires").unwrap(), frame.values("times").unwrap());
        let signed = |x: &[f64]| {
            x.iter().zip(&fires).zip(&times).map(|((x, f), k)| x * k * (2.0 * f - 1.0)).sum::<f64>()
        };
        assert_eq!(signed(&vec![1.0; fires.len()]), 0.0);
        for i in 1..=n {
            assert_eq!(signed(&frame.values(&format!("x{i}")).unwrap()), 0.0);
        }
    }
    for bad in [vec![], vec![true; 3], vec![true; 2048]] {
        assert!(
            realize(&bad).unwrap_err().to_string().contains("an output for each of the 2^n rows")
        );
    }
}

#[test]
fn circuits_count_and_add() {
    for n in 1..=6 {
        let parity = Circuit::parity(n).unwrap();
        assert_eq!(parity.truth("parity").unwrap(), truth_of(n, |x| ones(x) % 2 == 1));
        assert_eq!(parity.depth().unwrap(), 2);
    }
    for width in 1..=4 {
        let adder = Circuit::adder(width).unwrap();
        let table = adder.truth_table().unwrap();
        let digits: Vec<Vec<f64>> = (0..width)
            .map(|k| table.values(&format!("s{k}")).unwrap())
            .chain([table.values(&format!("c{width}")).unwrap()])
            .collect();
        for row in 0..table.height() {
            let sum: f64 = digits.iter().enumerate().map(|(k, d)| d[row] * f64::from(1 << k)).sum();
            assert_eq!(sum, ((row >> width) + (row & ((1 << width) - 1))) as f64);
        }
        assert_eq!(adder.n_units(), 2 * width);
    }
}

#[test]
fn two_layers_compute_any_function() {
    let mut generator = Seed::new(2).generator();
    for n in 1..=6 {
        let mut truth: Vec<bool> = (0..1 << n).map(|_| generator.random()).collect();
        truth[0] = true;
        let circuit = Circuit::of_function(&truth).unwrap();
        assert_eq!(circuit.truth("output").unwrap(), truth);
        assert_eq!(circuit.depth().unwrap(), 2);
        let last = circuit.n_units() - 1;
        for (x, y) in rows(n).zip(truth) {
            assert_eq!(circuit.outputs(&x).unwrap()[last] == 1, y);
        }
    }
}

#[test]
fn units_may_be_added_in_any_order() {
    let none = Circuit::new(["a", "b"]).unwrap();
    let xor = none
        .unit("xor", &Neuron::and(2).unwrap(), ["or", "nand"])
        .unwrap()
        .unit("nand", &Neuron::nand(2).unwrap(), ["a", "b"])
        .unwrap()
        .unit("or", &Neuron::or(2).unwrap(), ["a", "b"])
        .unwrap();
    assert_eq!(xor.truth("xor").unwrap(), [false, true, true, false]);
    assert!(!xor.has_loops().unwrap());
    let connections = xor.connections().unwrap();
    assert_eq!(texts(&connections, "source"), ["or", "nand", "a", "b", "a", "b"]);
    assert_eq!(connections.values("weight").unwrap(), [1.0, 1.0, -1.0, -1.0, 1.0, 1.0]);
    let drawing = xor.figure().unwrap().svg().unwrap();
    for label in ["xor ≥2", "nand ≥-1", "or ≥1"] {
        assert!(drawing.contains(label), "{label}");
    }
}

#[test]
fn a_bit_is_kept_set_and_reset() {
    let memory = Circuit::flip_flop().unwrap().automaton().unwrap();
    for x in rows(3) {
        let (q, set, reset) = (x[0], x[1], x[2]);
        let expected = i8::from(reset == 0 && (set == 1 || q == 1));
        assert_eq!(memory.next(&[q], &[set, reset]).unwrap(), array![expected]);
    }
    let graph = memory.transitions().unwrap();
    assert_eq!(texts(&graph, "state"), ["0", "0", "0", "0", "1", "1", "1", "1"]);
    assert_eq!(texts(&graph, "input"), ["00", "01", "10", "11", "00", "01", "10", "11"]);
    assert_eq!(texts(&graph, "next"), ["0", "0", "1", "0", "1", "0", "1", "0"]);
    assert_eq!(memory.attractors(&[0, 0]).unwrap().values("basin").unwrap(), [1.0, 1.0]);
    assert_eq!(memory.attractors(&[0, 1]).unwrap().values("longest_transient").unwrap(), [1.0]);
}

#[test]
fn rings_have_the_cycles_of_complemented_shift_registers() {
    // OEIS A000016, from n = 1.
    for (n, count) in (1..).zip([1, 1, 2, 2, 4, 6, 10, 16, 30, 52]) {
        let ring = Circuit::ring(n).unwrap().automaton().unwrap();
        let cycles = ring.attractors(&[]).unwrap();
        assert_eq!(cycles.height(), count, "n = {n}");
        let (period, basin) = (cycles.values("period").unwrap(), cycles.values("basin").unwrap());
        assert_eq!(period, basin, "a permutation has no transients");
        assert_eq!(basin.iter().sum::<f64>(), f64::from(1 << n));
        assert!(period.iter().all(|p| (2 * n) as f64 % p == 0.0));
        let clock = ring.hold(&vec![0; n], &[], 4 * n).unwrap().values("q1").unwrap();
        assert!((0..2 * n).all(|t| clock[t] == clock[t + 2 * n] && clock[t] != clock[t + n]));
    }
}

/// A cycle, the size of its basin and its longest transient.
type Found = (Vec<Vec<i8>>, usize, usize);

#[test]
fn attractors_are_those_found_by_walking() {
    let mut generator = Seed::new(3).generator();
    for _ in 0..10 {
        let names: Vec<String> = (0..6).map(|k| format!("u{k}")).collect();
        let mut circuit = Circuit::new(["x"]).unwrap();
        for name in &names {
            let weights: Vec<f64> = (0..7).map(|_| generator.random_range(-1.0..1.0)).collect();
            let sources = ["x".to_owned()].into_iter().chain(names.clone());
            circuit = circuit.unit(name, &Neuron::new(weights, 0.3).unwrap(), sources).unwrap();
        }
        let automaton = circuit.automaton().unwrap();
        for x in [0, 1] {
            // After 64 steps every state is on its cycle.
            let mut expected: Vec<Found> = Vec::new();
            for start in rows(6) {
                let mut path = vec![start.clone()];
                for _ in 0..128 {
                    path.push(automaton.next(path.last().unwrap(), &[x]).unwrap().to_vec());
                }
                let cycle: HashSet<Vec<i8>> = path[64..].iter().cloned().collect();
                let mut cycle: Vec<Vec<i8>> = cycle.into_iter().collect();
                cycle.sort();
                let transient = path.iter().position(|state| cycle.contains(state)).unwrap();
                match expected.iter_mut().find(|known| known.0 == cycle) {
                    Some(known) => {
                        known.1 += 1;
                        known.2 = known.2.max(transient);
                    }
                    None => expected.push((cycle, 1, transient)),
                }
            }
            expected.sort_by_key(|(cycle, basin, _)| (usize::MAX - basin, cycle.clone()));
            let found = automaton.attractors(&[x]).unwrap();
            let of = |part: fn(&Found) -> usize| {
                expected.iter().map(|e| part(e) as f64).collect::<Vec<_>>()
            };
            assert_eq!(found.values("period").unwrap(), of(|e| e.0.len()));
            assert_eq!(found.values("basin").unwrap(), of(|e| e.1));
            assert_eq!(found.values("longest_transient").unwrap(), of(|e| e.2));
            assert!(automaton.figure(&[x]).unwrap().svg().is_ok());
        }
        assert!(automaton.transitions().unwrap().height() == 128);
    }
}

#[test]
fn networks_simulate_any_automaton() {
    let mut generator = Seed::new(4).generator();
    for states in 1..=7 {
        let next = Array2::from_shape_fn((states, 2), |_| generator.random_range(0..states));
        let circuit = Circuit::machine(&next).unwrap();
        let network = circuit.automaton().unwrap();
        // A unit fires that leads to some state; the walk starts there.
        let first = generator.random_range(0..2 * states);
        let mut firing: Vec<i8> = (0..2 * states).map(|k| i8::from(k == first)).collect();
        let mut state = next[(first / 2, first % 2)];
        for _ in 0..100 {
            let x: i8 = generator.random_range(0..2);
            firing = network.next(&firing, &[x]).unwrap().to_vec();
            let expected = 2 * state + x as usize;
            assert_eq!(ones(&firing), 1);
            assert_eq!(firing[expected], 1, "state {state} on {x}");
            state = next[(state, x as usize)];
        }
    }
}

/// Gaussian samples with these variances, turned by 30 degrees in the plane of the first two axes.
fn gaussian(rows: usize, variances: &[f64], seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    let (sin, cos) = std::f64::consts::FRAC_PI_6.sin_cos();
    let mut samples = Array2::zeros((rows, variances.len()));
    for mut row in samples.rows_mut() {
        for (x, variance) in row.iter_mut().zip(variances) {
            *x = generator.sample::<f64, _>(StandardNormal) * variance.sqrt();
        }
        (row[0], row[1]) = (cos * row[0] - sin * row[1], sin * row[0] + cos * row[1]);
    }
    samples
}

/// The leading eigenvector of the covariance by power iteration.
fn leading(samples: &Array2<f64>) -> (f64, Array1<f64>) {
    let centered = samples - &samples.mean_axis(Axis(0)).unwrap();
    let covariance = centered.t().dot(&centered) / samples.nrows() as f64;
    let mut v = Array1::from_elem(samples.ncols(), 1.0);
    for _ in 0..2_000 {
        v = covariance.dot(&v);
        v /= v.dot(&v).sqrt();
    }
    (v.dot(&covariance.dot(&v)), v)
}

#[test]
fn oja_finds_the_first_principal_component_and_length_one() {
    for (samples, steps) in
        [(gaussian(2_000, &[3.0, 1.0, 0.5], 5), 100_000), (digits().unwrap().pixels(), 60_000)]
    {
        let (value, vector) = leading(&samples);
        let learned = Hebbian::new(&samples).unwrap().steps(steps).seed(6).run().unwrap();
        assert!((learned.eigenvalues[0] / value - 1.0).abs() < 1e-9);
        assert!(learned.eigenvectors.row(0).dot(&vector).abs() > 1.0 - 1e-9);
        let w = learned.weights.row(0);
        assert!(w.dot(&vector).abs() / w.dot(&w).sqrt() > 0.999);
        assert!((w.dot(&w) - 1.0).abs() < 0.02);
        assert!(w.dot(&learned.eigenvectors.row(0)) > 0.0);
        let last = learned.trajectory.tail(Some(1));
        assert!((last.values("alignment").unwrap()[0] - learned.alignment()[0]).abs() < 1e-12);
        assert!(learned.complete && !learned.diverged && learned.steps == steps as usize);
    }
}

#[test]
fn a_constant_rate_leaves_the_misalignment_of_the_linear_theory() {
    let samples = gaussian(50_000, &[2.0, 1.0, 0.5, 0.25], 7);
    for rate in [0.005, 0.01] {
        let learned = Hebbian::new(&samples)
            .unwrap()
            .learning_rate(rate)
            .decay(f64::INFINITY)
            .steps(1_000_000)
            .record_every(50)
            .seed(8)
            .run()
            .unwrap();
        let late = learned.trajectory.between("step", 20_000.0, 1e9).unwrap();
        let measured = statmech::stats::estimate(&late.values("misalignment").unwrap()).unwrap();
        let theory = learned.stationary_misalignment(rate).unwrap();
        // The next order in the rate is about rate × trace = a few percent.
        let allowed = 4.0 * measured.error + 4.0 * rate * theory;
        assert!((measured.mean - theory).abs() < allowed, "{measured} for {theory} at {rate}");
        assert!(measured.error < 0.05 * theory);
    }
}

#[test]
fn rules_follow_their_flows_on_average() {
    let samples = gaussian(20_000, &[2.0, 1.0, 0.5], 9);
    for rule in [HebbRule::Oja, HebbRule::Hebb] {
        let (mut deviations, mut norms) = (Vec::new(), Vec::new());
        for seed in 0..100 {
            let settings =
                Hebbian::new(&samples).unwrap().rule(rule).learning_rate(5e-4).decay(f64::INFINITY);
            let path =
                settings.steps(3_000).record_every(3_000).seed(seed).run().unwrap().trajectory;
            let at_end = |column: &str| path.values(column).unwrap()[1];
            deviations.push(at_end("misalignment") - at_end("misalignment_flow"));
            norms.push(at_end("norm") / at_end("norm_flow") - 1.0);
        }
        let mean = |values: &[f64]| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            (
                mean,
                (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt(),
            )
        };
        for (mean, error) in [mean(&deviations), mean(&norms)] {
            assert!(mean.abs() < 4.0 * error + 2e-3 && error < 0.01, "{rule:?}: {mean} ± {error}");
        }
    }
}

#[test]
fn hebb_alone_grows_without_bound_at_the_leading_eigenvalue() {
    let samples = gaussian(5_000, &[2.0, 1.0, 0.5], 10);
    let learned = Hebbian::new(&samples)
        .unwrap()
        .rule(HebbRule::Hebb)
        .learning_rate(0.001)
        .decay(f64::INFINITY)
        .steps(1_000_000)
        .record_every(10_000)
        .run()
        .unwrap();
    assert!(learned.diverged && !learned.complete && learned.steps < 1_000_000);
    let (time, norm) =
        (learned.trajectory.values("time").unwrap(), learned.trajectory.values("norm").unwrap());
    let (a, b) = (2, time.len() - 1);
    let growth = (norm[b] / norm[a]).ln() / (time[b] - time[a]);
    assert!((growth / learned.eigenvalues[0] - 1.0).abs() < 0.02, "{growth}");
    assert!(learned.alignment()[0] > 0.995);
}

#[test]
fn sanger_finds_the_components_in_order_and_oja_the_first_alone() {
    let samples = gaussian(4_000, &[4.0, 2.0, 1.0, 0.5, 0.25], 11);
    let settings = Hebbian::new(&samples).unwrap().components(3).steps(400_000).seed(12);
    let sanger = settings.rule(HebbRule::Sanger).run().unwrap();
    let products = sanger.weights.dot(&sanger.weights.t());
    for (k, alignment) in sanger.alignment().into_iter().enumerate() {
        assert!(alignment > 0.998, "component {k}: {alignment}");
        for l in 0..3 {
            assert!((products[(k, l)] - f64::from(u8::from(k == l))).abs() < 0.05);
        }
    }
    let table = sanger.components().unwrap();
    for (variance, value) in table.values("variance").unwrap().iter().zip(&sanger.eigenvalues) {
        assert!((variance / value - 1.0).abs() < 0.01);
    }
    let oja = settings.rule(HebbRule::Oja).run().unwrap();
    assert!(oja.alignment().iter().all(|&a| a > 0.998));
    assert!(oja.weights.row(0).dot(&oja.weights.row(2)).abs() > 0.99);
    // Sanger's first unit is Oja's.
    assert_eq!(sanger.weights.row(0), oja.weights.row(0));
}

#[test]
fn learning_is_repeatable_and_stops_in_time() {
    let samples = gaussian(500, &[2.0, 1.0], 13);
    let settings = Hebbian::new(&samples).unwrap().seed(14);
    assert_eq!(settings.run().unwrap().weights, settings.run().unwrap().weights);
    assert_ne!(settings.run().unwrap().weights, settings.seed(15).run().unwrap().weights);
    let cut = settings.steps(2_000_000_000).record_every(1_000_000).deadline(0.05).run().unwrap();
    assert!(!cut.complete && cut.steps > 0 && cut.alignment()[0] > 0.9);
    // Second moments about zero instead of the covariance: a large mean is the leading direction.
    let shifted = &samples + &array![0.0, 10.0];
    let moments = Hebbian::new(&shifted).unwrap().centered(false).run().unwrap();
    assert!(moments.eigenvectors[(0, 1)].abs() > 0.99);
    let covariance = Hebbian::new(&shifted).unwrap().run().unwrap();
    assert!(covariance.eigenvectors[(0, 1)].abs() < 0.6);
}

#[test]
fn bad_input_is_refused_in_sentences() {
    fn sentence<T: std::fmt::Debug>(result: statmech::Result<T>) {
        let text = result.unwrap_err().to_string();
        assert!(text.ends_with('.') && text.len() > 25, "{text}");
    }
    sentence(Neuron::new([1.0, f64::NAN], 0.0));
    sentence(Neuron::new([1.0], f64::INFINITY));
    sentence(Neuron::and(0));
    sentence(Neuron::or(usize::MAX));
    sentence(Neuron::mcculloch_pitts(usize::MAX, 5, 1.0));
    sentence(Neuron::and(2).unwrap().fires(&[1, 1, 1]));
    sentence(Neuron::and(2).unwrap().fires(&[1, 2]));
    sentence(Neuron::and(2).unwrap().inhibited_by(&[2]));
    sentence(Neuron::and(21).unwrap().truth_table());
    sentence(Neuron::and(64).unwrap().truth());
    sentence(Circuit::new(["a", "a"]));
    let one = Circuit::new(["a"]).unwrap();
    sentence(one.unit("a", &Neuron::not(), ["a"]));
    sentence(one.unit("b", &Neuron::not(), ["a", "a"]));
    sentence(one.automaton());
    sentence(one.unit("b", &Neuron::not(), ["c"]).unwrap().truth_table());
    sentence(Circuit::flip_flop().unwrap().truth_table());
    sentence(Circuit::flip_flop().unwrap().depth());
    sentence(Circuit::parity(2).unwrap().truth("xor"));
    sentence(Circuit::parity(2).unwrap().outputs(&[1]));
    sentence(Circuit::parity(2).unwrap().outputs(&[1, -1]));
    sentence(Circuit::parity(21).unwrap().truth_table());
    sentence(Circuit::parity(0));
    sentence(Circuit::adder(1_000));
    sentence(Circuit::of_function(&[false, false]));
    sentence(Circuit::of_function(&[true, false, true]));
    sentence(Circuit::machine(&array![[0, 2], [0, 1]]));
    sentence(Circuit::machine(&array![[0, 0, 0]]));
    let ring = Circuit::ring(21).unwrap().automaton().unwrap();
    sentence(ring.attractors(&[]));
    sentence(ring.transitions());
    sentence(ring.figure(&[]));
    sentence(ring.state_graph());
    sentence(ring.next(&[0; 20], &[]));
    sentence(ring.next(&[0; 21], &[1]));
    sentence(ring.hold(&[0; 21], &[], usize::MAX));
    sentence(ring.run(&[0; 21], &array![[1_i8]]));
    sentence(Circuit::ring(10).unwrap().automaton().unwrap().figure(&[]));
    let empty: [&str; 0] = [];
    sentence(Circuit::new(empty).unwrap().figure());

    sentence(Hebbian::new(&Array2::zeros((0, 3))));
    sentence(Hebbian::new(&Array2::zeros((5, 0))));
    sentence(Hebbian::new(&array![[1.0], [f64::INFINITY]]));
    sentence(Hebbian::new(&Array2::from_elem((5, 3), 0.1)).unwrap().run());
    sentence(Hebbian::new(&array![[1e300, 0.0], [-1e300, 0.0]]).unwrap().run());
    let good = Hebbian::new(&array![[1.0, 0.0], [-1.0, 0.3]]).unwrap();
    sentence(good.components(0).run());
    sentence(good.components(3).run());
    sentence(good.learning_rate(0.0).run());
    sentence(good.learning_rate(f64::NAN).run());
    sentence(good.learning_rate(1e3).run());
    sentence(good.decay(0.0).run());
    sentence(good.decay(f64::NAN).run());
    sentence(good.record_every(0).run());
    sentence(good.steps(i64::MAX).record_every(1).run());
    sentence(good.deadline(-1.0).run());
    let round = Hebbian::new(&array![[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]).unwrap();
    sentence(round.run().unwrap().stationary_misalignment(0.1));
    sentence(good.run().unwrap().stationary_misalignment(f64::NAN));
    sentence(good.steps(0).run());
}
