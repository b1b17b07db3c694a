//! The dynamics of Hopfield networks against definitions, enumeration and theory.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;
use statmech::stats::estimate;

fn row(patterns: &Array2<i8>, mu: usize) -> Array1<i8> {
    patterns.row(mu).to_owned()
}

fn start(size: usize, seed: u64) -> Array1<i8> {
    row(&random_patterns(1, size, seed).unwrap(), 0)
}

/// The same dynamics in the units N J, whole numbers in a matrix.
fn as_matrix(net: &Hopfield) -> Hopfield {
    let whole = net.couplings().unwrap().mapv(|j| (j * net.n_units() as f64).round());
    Hopfield::from_couplings(&whole).unwrap()
}

#[test]
fn patterns_and_matrix_go_the_same_way_bit_by_bit() {
    // Sizes around the 64 patterns of a padded row.
    for (count, size) in [(1, 30), (13, 101), (64, 200), (70, 90), (200, 150)] {
        let net = Hopfield::hebb(&random_patterns(count, size, 1).unwrap()).unwrap();
        for net in [net.clone(), net.keep_diagonal(true)] {
            let matrix = as_matrix(&net);
            let start = start(size, 2);
            let fields = net.local_fields(&start).unwrap() * size as f64;
            let whole = matrix.local_fields(&start).unwrap();
            assert!(fields.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-12 * size as f64));
            let ways = |net: &Hopfield, t: f64| {
                let recall = net.recall(&start).seed(3).sweeps(30).temperature(t);
                [recall.clone(), recall.sequential(), recall.synchronous()]
                    .map(|recall| recall.states().unwrap())
            };
            assert_eq!(ways(&net, 0.0), ways(&matrix, 0.0));
            assert_eq!(ways(&net, 0.7), ways(&matrix, 0.7 * size as f64));
        }
    }
}

#[test]
fn large_networks_count_in_wider_numbers() {
    let size = 40_000;
    let patterns =
        Array2::from_shape_fn((3, size), |(mu, i)| if i % (mu + 2) == 0 { 1 } else { -1 });
    let net = Hopfield::hebb(&patterns).unwrap();
    // The overlap of 40 000 does not fit in 16 bits.
    let state = row(&patterns, 1);
    let m = net.overlaps(&state).unwrap();
    assert_eq!(m[1], 1.0);
    let fields = net.local_fields(&state).unwrap();
    let expected = |i: usize| {
        let sum: f64 = (0..3).map(|mu| m[mu] * f64::from(patterns[(mu, i)])).sum();
        sum - 3.0 / size as f64 * f64::from(state[i])
    };
    assert!((0..size).all(|i| (fields[i] - expected(i)).abs() < 1e-12));
    let energy = -0.5 * (size as f64 * m.dot(&m) - 3.0);
    assert!((net.energy(&state).unwrap() - energy).abs() < 1e-9);
    let recall = net.recall(&corrupted(&state, 0.05, 1).unwrap());
    let (states, end) = (recall.states().unwrap(), recall.run().unwrap());
    assert_eq!(states.row(states.nrows() - 1), end.state);
    assert!((net.energy(&end.state).unwrap() / end.state.len() as f64 - end.energy).abs() < 1e-9);
}

#[test]
fn the_energy_never_rises_and_the_end_is_a_fixed_point() {
    let patterns = random_patterns(12, 80, 4).unwrap();
    let trained = Hopfield::perceptron(&patterns).symmetric(true).run().unwrap().network;
    let hebb = Hopfield::hebb(&patterns).unwrap();
    for net in [
        hebb.clone(),
        hebb.keep_diagonal(true),
        hebb.field(0.2).unwrap(),
        Hopfield::covariance(&patterns, 0.45).unwrap(),
        Hopfield::storkey(&patterns).unwrap(),
        Hopfield::pseudo_inverse(&patterns).unwrap(),
        Hopfield::pseudo_inverse(&patterns).unwrap().keep_diagonal(true),
        hebb.unlearn().dreams(20).run().unwrap().network,
        trained,
    ] {
        for seed in 0..10 {
            let recall = net.recall(&start(80, 100 + seed)).seed(seed);
            let energy = recall.trace().unwrap().values("energy").unwrap();
            // The last sweeps may move along ties, which leave the energy as it is up to rounding.
            assert!(energy.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12), "{net:?}");
            let end = recall.run().unwrap();
            assert_eq!(end.stopped, Stopped::FixedPoint);
            assert!(net.is_fixed_point(&end.state).unwrap());
            assert!((end.energy - energy[energy.len() - 1]).abs() < 1e-12);
            assert_eq!(end.overlaps, net.overlaps(&end.state).unwrap());
            assert_eq!(energy.len(), end.sweeps + 1);
        }
    }
}

#[test]
fn the_energy_is_that_of_the_ising_model() {
    let patterns = random_patterns(5, 20, 5).unwrap();
    for net in [
        Hopfield::hebb(&patterns).unwrap().field(0.3).unwrap().keep_diagonal(true),
        Hopfield::storkey(&patterns).unwrap().field(-0.1).unwrap(),
    ] {
        let ising = net.ising().unwrap();
        for seed in 0..5 {
            let state = start(20, seed);
            assert!((net.energy(&state).unwrap() - ising.energy(&state).unwrap()).abs() < 1e-12);
        }
    }
}

#[test]
fn synchronous_dynamics_ends_in_fixed_points_and_two_cycles() {
    let pair = Hopfield::from_couplings(&array![[0.0, -1.0], [-1.0, 0.0]]).unwrap();
    let recalled = pair.recall(&array![1, 1]).synchronous().run().unwrap();
    assert_eq!(recalled.stopped, Stopped::TwoCycle);
    assert_eq!((recalled.state, recalled.partner), (array![1, 1], Some(array![-1, -1])));
    let asynchronous = pair.recall(&array![1, 1]).run().unwrap();
    assert_eq!(asynchronous.stopped, Stopped::FixedPoint);
    assert_eq!(asynchronous.energy, -0.5);

    let net = Hopfield::hebb(&random_patterns(30, 60, 6).unwrap()).unwrap();
    let step = |state: &Array1<i8>| -> Array1<i8> {
        let fields = net.local_fields(state).unwrap();
        fields
            .iter()
            .zip(state)
            .map(|(h, &s)| if *h == 0.0 { s } else { h.signum() as i8 })
            .collect()
    };
    let mut cycles = 0;
    for seed in 0..100 {
        let end = net.recall(&start(60, seed)).synchronous().run().unwrap();
        match end.stopped {
            Stopped::FixedPoint => assert_eq!(step(&end.state), end.state),
            Stopped::TwoCycle => {
                let partner = end.partner.unwrap();
                assert_eq!(
                    (step(&end.state), step(&partner)),
                    (partner.clone(), end.state.clone())
                );
                assert_ne!(partner, end.state);
                cycles += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((10..=100).contains(&cycles), "{cycles}");
}

#[test]
fn longer_cycles_of_asymmetric_couplings_use_up_the_sweeps() {
    let ring = array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let net = Hopfield::from_couplings(&ring).unwrap();
    let states = net.recall(&array![1, -1, -1]).synchronous().sweeps(4).states().unwrap();
    // Unit 1 takes over what unit 0 had, and so on.
    let expected = array![[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]];
    assert_eq!(states, expected);
    let end = net.recall(&array![1, -1, -1]).synchronous().sweeps(4).run().unwrap();
    assert_eq!((end.stopped, end.sweeps), (Stopped::Sweeps, 4));
}

#[test]
fn ties_keep_the_state() {
    let free = Hopfield::from_couplings(&Array2::zeros((5, 5))).unwrap();
    let state = array![1, -1, -1, 1, -1];
    for recall in [free.recall(&state), free.recall(&state).synchronous()] {
        let end = recall.run().unwrap();
        assert_eq!((end.state, end.stopped, end.sweeps), (state.clone(), Stopped::FixedPoint, 0));
    }
    // The patterns disagree on the last unit, which feels nothing but itself.
    let net = Hopfield::hebb(&array![[1, 1, 1], [1, 1, -1]]).unwrap();
    for state in [array![1, 1, 1], array![1, 1, -1]] {
        assert_eq!(net.local_fields(&state).unwrap()[2], 0.0);
        assert_eq!(net.recall(&state).run().unwrap().state, state);
        assert!(net.is_fixed_point(&state).unwrap());
    }
}

/// Mean energy per unit and mean squared overlap with pattern 0, from enumeration with these weights.
fn enumerated(net: &Hopfield, ln_weight: impl Fn(&Array1<i8>) -> f64) -> (f64, f64) {
    let n = net.n_units();
    let (mut z, mut energy, mut square) = (0.0, 0.0, 0.0);
    for bits in 0..1_u32 << n {
        let state: Array1<i8> = (0..n).map(|i| if bits >> i & 1 == 1 { 1 } else { -1 }).collect();
        let weight = ln_weight(&state).exp();
        z += weight;
        energy += weight * net.energy(&state).unwrap() / n as f64;
        square += weight * net.overlaps(&state).unwrap()[0].powi(2);
    }
    (energy / z, square / z)
}

fn assert_sampled(recall: &Recall, (energy, square): (f64, f64)) {
    let trace = recall.pattern(0).sweeps(40_000).trace().unwrap();
    let sampled = estimate(&trace.values("energy").unwrap()[1000..]).unwrap();
    assert!((sampled.mean - energy).abs() < 4.0 * sampled.error, "{sampled:?} {energy}");
    assert!(sampled.error < 0.01 * energy.abs());
    let squares: Vec<f64> =
        trace.values("overlap").unwrap()[1000..].iter().map(|m| m * m).collect();
    let sampled = estimate(&squares).unwrap();
    assert!((sampled.mean - square).abs() < 4.0 * sampled.error, "{sampled:?} {square}");
}

#[test]
fn the_heat_bath_samples_the_gibbs_measure() {
    let patterns = random_patterns(3, 9, 7).unwrap();
    let t = 0.6;
    for net in [
        Hopfield::hebb(&patterns).unwrap(),
        Hopfield::covariance(&patterns, 0.4).unwrap().field(0.1).unwrap(),
        Hopfield::storkey(&patterns).unwrap().field(0.1).unwrap(),
    ] {
        let exact = net.ising().unwrap().enumerate().unwrap().at(t).unwrap();
        let sums = enumerated(&net, |state| -net.energy(state).unwrap() / t);
        assert!((exact.energy - sums.0).abs() < 1e-12);
        let recall = net.recall(&row(&patterns, 0)).temperature(t).seed(8);
        assert_sampled(&recall, sums);
        assert_sampled(&recall.sequential(), sums);
    }
}

#[test]
fn the_synchronous_heat_bath_samples_perettos_measure() {
    // P(s) ∝ Π_i 2 cosh(h_i(s)/T) for symmetric couplings, self-couplings included (P. Peretto, Biol. Cybern. 50, 51 (1984)).
    let patterns = random_patterns(3, 8, 9).unwrap();
    let t = 0.6;
    for net in [
        Hopfield::hebb(&patterns).unwrap(),
        Hopfield::hebb(&patterns).unwrap().keep_diagonal(true),
        Hopfield::storkey(&patterns).unwrap(),
    ] {
        let sums = enumerated(&net, |state| {
            net.local_fields(state).unwrap().iter().map(|h| (h / t).cosh().ln()).sum()
        });
        let recall = net.recall(&row(&patterns, 0)).temperature(t).seed(10).synchronous();
        assert_sampled(&recall, sums);
    }
}

#[test]
fn recall_restores_a_pattern_at_the_overlap_of_replica_theory() {
    // Amit, Gutfreund and Sompolinsky, Ann. Phys. 173, 30 (1987), T = 0: m = erf(m/√(2αr)), C = √(2/(παr)) exp(−m²/(2αr)), r = (1 − C)⁻².
    use statmech::statrs::function::erf::erf;
    let theory = |alpha: f64| {
        let (mut m, mut r) = (1.0_f64, 1.0_f64);
        for _ in 0..10_000 {
            let width = 2.0 * alpha * r;
            let c = 2.0 / (std::f64::consts::PI * width).sqrt() * (-m * m / width).exp();
            (m, r) = (erf(m / width.sqrt()), 1.0 / ((1.0 - c) * (1.0 - c)));
        }
        m
    };
    let size = 2000;
    for (alpha, seed) in [(0.05, 11), (0.1, 12)] {
        let patterns =
            random_patterns((alpha * f64::from(size)) as usize, size as usize, seed).unwrap();
        let net = Hopfield::hebb(&patterns).unwrap();
        let recalled = net.recall_many(&patterns).run().unwrap();
        let overlaps: Vec<f64> =
            recalled.iter().enumerate().map(|(mu, r)| r.overlaps[mu]).collect();
        let count = overlaps.len() as f64;
        let mean = overlaps.iter().sum::<f64>() / count;
        let variance = overlaps.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let error = (variance / count).sqrt();
        // Patterns of one network are correlated and N is finite: the theory's 1 − m within a quarter.
        let expected = theory(alpha);
        assert!(
            (mean - expected).abs() < 4.0 * error + 0.25 * (1.0 - expected),
            "{mean} {error} {expected}"
        );
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let patterns = random_patterns(20, 120, 13).unwrap();
    let starts = random_patterns(50, 120, 14).unwrap();
    let trained = Hopfield::perceptron(&patterns).run().unwrap().network;
    for net in [Hopfield::hebb(&patterns).unwrap(), Hopfield::storkey(&patterns).unwrap(), trained]
    {
        let many = net.recall_many(&starts).seed(15).temperature(0.1).sweeps(20);
        let on = |threads: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let again = Hopfield::storkey(&patterns).unwrap().couplings().unwrap();
                let inverse = Hopfield::pseudo_inverse(&patterns).unwrap().couplings().unwrap();
                let trained = Hopfield::perceptron(&patterns).run().unwrap();
                let couplings = trained.network.couplings().unwrap();
                (many.run().unwrap(), again, inverse, couplings)
            })
        };
        assert_eq!(on(1), on(4));
        // Each start is on a stream of its own.
        let (all, some) = (many.run().unwrap(), starts.slice(s![..7, ..]).to_owned());
        let few = net.recall_many(&some).seed(15).temperature(0.1).sweeps(20).run().unwrap();
        assert_eq!(all[..7], few);
    }
}

#[test]
fn clamped_units_stay_and_the_rest_completes_the_pattern() {
    let patterns = random_patterns(4, 100, 16).unwrap();
    let net = Hopfield::hebb(&patterns).unwrap();
    let hidden = rectangle((10, 10), 5..10, 0..10).unwrap();
    let start = occluded(&row(&patterns, 2), &hidden, -1).unwrap();
    let known = hidden.mapv(|hidden| !hidden);
    let end = net.recall(&start).clamped(&known).run().unwrap();
    assert_eq!((end.stopped, end.nearest()), (Stopped::FixedPoint, Some((2, 1.0))));
    let hot = net.recall(&start).clamped(&known).temperature(5.0).run().unwrap();
    for i in 0..100 {
        assert!(hidden[i] || hot.state[i] == start[i]);
    }
    assert_ne!(hot.state, start);
}

#[test]
fn sweeps_and_deadlines_end_the_dynamics() {
    let patterns = random_patterns(30, 200, 17).unwrap();
    let net = Hopfield::hebb(&patterns).unwrap();
    let start = start(200, 18);
    let one = net.recall(&start).sweeps(1).run().unwrap();
    assert_eq!((one.stopped, one.sweeps), (Stopped::Sweeps, 1));
    let all = net.recall(&start).run().unwrap();
    let exactly = net.recall(&start).sweeps(all.sweeps).run().unwrap();
    assert_eq!(exactly, all, "a fixed point reached in the last sweep is one");
    let late = net.recall(&start).deadline(1e-9).run().unwrap();
    assert_eq!(
        (late.stopped, late.state.clone(), late.complete()),
        (Stopped::Deadline, start, false)
    );
    let many = net.recall_many(&patterns).deadline(1e-9).frame().unwrap();
    assert_eq!(many.height(), 30);
    assert!(many.values("complete").unwrap().iter().all(|&complete| complete == 0.0));
    let begun = std::time::Instant::now();
    let endless = net.recall(&one.state).temperature(1.0).sweeps(usize::MAX).deadline(0.1);
    assert_eq!(endless.run().unwrap().stopped, Stopped::Deadline);
    assert!(begun.elapsed().as_secs_f64() < 2.0);
}

#[test]
fn frames_say_what_was_done() {
    let patterns = random_patterns(3, 50, 19).unwrap();
    let net = Hopfield::hebb(&patterns).unwrap();
    let frame = net.recall_many(&patterns).seed(2).frame().unwrap();
    let names = [
        "start",
        "pattern",
        "overlap",
        "overlap_start",
        "energy",
        "sweeps",
        "flips",
        "stopped",
        "rule",
        "n_units",
        "load",
        "temperature",
        "seed",
        "complete",
    ];
    assert_eq!(frame.get_column_names(), names);
    let recall = net.recall(&row(&patterns, 1)).temperature(0.5).sweeps(7).seed(3);
    let (trace, overlaps) = (recall.pattern(1).trace().unwrap(), recall.overlaps().unwrap());
    assert_eq!((trace.height(), overlaps.height()), (8, 24));
    let of_one: Vec<f64> =
        overlaps.values("overlap").unwrap().into_iter().skip(1).step_by(3).collect();
    assert_eq!(trace.values("overlap").unwrap(), of_one);
    let bare = Hopfield::from_couplings(&Array2::zeros((3, 3))).unwrap();
    let trace = bare.recall(&array![1, 1, 1]).trace().unwrap();
    assert!(trace.values("overlap").unwrap()[0].is_nan());
    assert_eq!(bare.recall(&array![1, 1, 1]).overlaps().unwrap().height(), 0);
    assert_eq!(bare.recall(&array![1, 1, 1]).run().unwrap().nearest(), None);
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let good = random_patterns(3, 10, 20).unwrap();
    let net = Hopfield::hebb(&good).unwrap();
    let sentence = |error: statmech::Error| {
        let text = error.to_string();
        assert!(text.ends_with('.') && text.len() > 20, "{text}");
    };
    let bad = [
        Array2::<i8>::zeros((0, 10)),
        Array2::zeros((3, 0)),
        Array2::zeros((3, 10)),
        array![[1, 1], [1, 2]],
    ];
    for patterns in &bad {
        sentence(Hopfield::hebb(patterns).unwrap_err());
        sentence(Hopfield::storkey(patterns).unwrap_err());
        sentence(Hopfield::pseudo_inverse(patterns).unwrap_err());
        sentence(Hopfield::covariance(patterns, 0.5).unwrap_err());
        sentence(Hopfield::tsodyks_feigelman(patterns, 0.5, 0.0).unwrap_err());
        sentence(Hopfield::perceptron(patterns).run().unwrap_err());
        sentence(net.with_patterns(patterns).unwrap_err());
        sentence(net.recall_many(patterns).run().unwrap_err());
    }
    for state in [Array1::<i8>::zeros(10), Array1::ones(9), Array1::ones(0)] {
        sentence(net.energy(&state).unwrap_err());
        sentence(net.local_fields(&state).unwrap_err());
        sentence(net.overlaps(&state).unwrap_err());
        sentence(net.is_fixed_point(&state).unwrap_err());
        sentence(net.learn(&state).unwrap_err());
        sentence(net.recall(&state).run().unwrap_err());
        sentence(net.recall(&state).trace().unwrap_err());
    }
    for value in [f64::NAN, f64::INFINITY, -1.0] {
        let recall = net.recall(&row(&good, 0));
        sentence(recall.temperature(value).run().unwrap_err());
        sentence(recall.deadline(value).run().unwrap_err());
        sentence(net.recall_many(&good).temperature(value).run().unwrap_err());
        sentence(Hopfield::covariance(&good, value).unwrap_err());
        sentence(net.unlearn().strength(value).run().unwrap_err());
        sentence(net.unlearn().deadline(value).run().unwrap_err());
        sentence(Hopfield::perceptron(&good).tolerance(value).run().unwrap_err());
        sentence(correlated_patterns(2, 10, value, 0).unwrap_err());
        sentence(corrupted(&row(&good, 0), value, 0).unwrap_err());
        sentence(noisy(&row(&good, 0), value, 0).unwrap_err());
    }
    for value in [f64::NAN, f64::INFINITY, f64::MAX] {
        sentence(net.field(value).unwrap_err());
        sentence(Hopfield::from_couplings(&Array2::from_elem((3, 3), value)).unwrap_err());
        sentence(Hopfield::tsodyks_feigelman(&good, 0.5, value).unwrap_err());
    }
    sentence(net.site_fields(&Array1::zeros(9)).unwrap_err());
    sentence(net.recall(&row(&good, 0)).sweeps(0).run().unwrap_err());
    sentence(net.recall(&row(&good, 0)).pattern(3).trace().unwrap_err());
    sentence(net.recall(&row(&good, 0)).clamped(&array![true]).run().unwrap_err());
    sentence(net.forget(3).unwrap_err());
    sentence(Hopfield::hebb(&array![[1, 1]]).unwrap().forget(0).unwrap_err());
    sentence(net.pattern(3).unwrap_err());
    sentence(Hopfield::covariance(&good, 0.0).unwrap_err());
    sentence(Hopfield::covariance(&good, 1.0).unwrap_err());
    sentence(Hopfield::perceptron(&good).margin(f64::NAN).run().unwrap_err());
    sentence(Hopfield::perceptron(&good).sweeps(0).run().unwrap_err());
    sentence(Hopfield::perceptron(&array![[1]]).run().unwrap_err());
    // Dependent patterns: a duplicate, a negative, more than N, and N even with a sum of others.
    for patterns in [
        array![[1, 1, -1], [1, 1, -1]],
        array![[1, 1, -1], [-1, -1, 1]],
        random_patterns(11, 10, 1).unwrap(),
        array![[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, -1], [1, 1, 1, -1]],
    ] {
        let error = Hopfield::pseudo_inverse(&patterns).unwrap_err();
        assert!(error.to_string().contains("dependent"));
    }
    sentence(Hopfield::from_couplings(&Array2::zeros((0, 0))).unwrap_err());
    sentence(Hopfield::from_couplings(&Array2::zeros((2, 3))).unwrap_err());
    let loose = Hopfield::from_couplings(&array![[0.0, 1.0], [0.5, 0.0]]).unwrap();
    sentence(loose.ising().unwrap_err());
    sentence(loose.spectrum().unwrap_err());
    sentence(loose.unlearn().run().unwrap_err());
    sentence(Hopfield::from_binary(&array![[1.0]], &array![0.0]).unwrap_err());
    sentence(Hopfield::from_binary(&array![[0.0]], &array![0.0, 1.0]).unwrap_err());
    sentence(random_patterns(0, 5, 0).unwrap_err());
    sentence(random_patterns(usize::MAX, 5, 0).unwrap_err());
    sentence(random_patterns(1, 1 << 40, 0).unwrap_err());
    sentence(biased_patterns(1, 5, 1.5, 0).unwrap_err());
    sentence(flipped(&array![1, 1], 3, 0).unwrap_err());
    sentence(occluded(&array![1, 1], &array![true], 1).unwrap_err());
    sentence(occluded(&array![1, 1], &array![true, false], 0).unwrap_err());
    sentence(rectangle((2, 2), 0..3, 0..1).unwrap_err());
    // Larger than memory allows as a matrix, but not as patterns.
    let wide = Array2::ones((1, 12_000));
    sentence(Hopfield::storkey(&wide).unwrap_err());
    sentence(Hopfield::pseudo_inverse(&wide).unwrap_err());
    sentence(Hopfield::perceptron(&wide).run().unwrap_err());
    let hebb = Hopfield::hebb(&wide).unwrap();
    sentence(hebb.couplings().unwrap_err());
    sentence(hebb.ising().unwrap_err());
    sentence(hebb.spectrum().unwrap_err());
    sentence(hebb.unlearn().run().unwrap_err());
}
