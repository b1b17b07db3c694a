//! Dense memories against their definitions, enumeration, and the growth of their capacity.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::ndarray::{Array1, Array2, array};
use statmech::prelude::*;
use statmech::rand::Rng;
use statmech::rayon::ThreadPoolBuilder;

const INTERACTIONS: [Interaction; 6] = [
    Interaction::Polynomial(2),
    Interaction::Polynomial(3),
    Interaction::Polynomial(40),
    Interaction::RectifiedPolynomial(3),
    Interaction::Exponential(1.0),
    Interaction::Exponential(0.3),
];

fn signs(rows: usize, columns: usize, seed: u64) -> Array2<i8> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_simple_fn(
        (rows, columns),
        || if generator.random_bool(0.5) { 1 } else { -1 },
    )
}

fn state(n: usize, seed: u64) -> Array1<i8> {
    signs(1, n, seed).row(0).to_owned()
}

fn memory(patterns: &Array2<i8>, interaction: Interaction) -> DenseMemory {
    match interaction {
        Interaction::Polynomial(degree) => DenseMemory::polynomial(patterns, degree),
        Interaction::RectifiedPolynomial(degree) => {
            DenseMemory::rectified_polynomial(patterns, degree)
        }
        Interaction::Exponential(beta) => DenseMemory::log_sum_exp(patterns, beta),
    }
    .unwrap()
}

/// The energy as the documentation defines it, by the plainest sums.
fn energy(patterns: &Array2<i8>, interaction: Interaction, state: &Array1<i8>) -> f64 {
    let n = state.len() as f64;
    let overlaps = patterns
        .rows()
        .into_iter()
        .map(|pattern| pattern.iter().zip(state).map(|(a, b)| f64::from(a * b)).sum::<f64>());
    match interaction {
        Interaction::Polynomial(k) => {
            -n / f64::from(k) * overlaps.map(|x| (x / n).powi(k as i32)).sum::<f64>()
        }
        Interaction::RectifiedPolynomial(k) => {
            -n / f64::from(k) * overlaps.map(|x| (x.max(0.0) / n).powi(k as i32)).sum::<f64>()
        }
        Interaction::Exponential(beta) => {
            -overlaps.map(|x| (beta * x).exp()).sum::<f64>().ln() / beta
        }
    }
}

fn flipped(state: &Array1<i8>, i: usize) -> Array1<i8> {
    let mut other = state.clone();
    other[i] = -other[i];
    other
}

#[test]
fn energies_costs_and_fixed_points_are_those_of_the_definition() {
    for (count, n) in [(1, 1), (3, 9), (20, 30)] {
        let patterns = signs(count, n, 1);
        for interaction in INTERACTIONS {
            let memory = memory(&patterns, interaction);
            for seed in 0..20 {
                let state =
                    if seed == 0 { patterns.row(0).to_owned() } else { state(n, 100 + seed) };
                let e = energy(&patterns, interaction, &state);
                let what = format!("{interaction}, {count} patterns of {n}, state {seed}");
                assert!((memory.energy(&state).unwrap() - e).abs() < 1e-10, "{what}");
                let costs: Vec<f64> = (0..n)
                    .map(|i| energy(&patterns, interaction, &flipped(&state, i)) - e)
                    .collect();
                for (cost, expected) in memory.flip_costs(&state).unwrap().iter().zip(&costs) {
                    assert!((cost - expected).abs() < 1e-9, "{what}: {cost} for {expected}");
                }
                let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
                if least.abs() > 1e-9 {
                    assert_eq!(memory.is_fixed_point(&state).unwrap(), least > 0.0, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_hand_example() {
    // Overlaps of (1, 1, 1, −1) with (1, 1, 1, 1) and (1, −1, 1, −1): x = 2 and 2. E = −(4/3)·2·(1/2)³.
    let memory = DenseMemory::polynomial(&array![[1, 1, 1, 1], [1, -1, 1, -1]], 3).unwrap();
    let state = array![1, 1, 1, -1];
    assert!((memory.energy(&state).unwrap() + 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(memory.overlaps(&state).unwrap(), array![0.5, 0.5]);
    // The last spin turned: x = 4 and 0, E = −4/3. The second: x = 0 and 4. The others: 0 and 0.
    let costs = memory.flip_costs(&state).unwrap();
    let expected = [1.0 / 3.0, -1.0, 1.0 / 3.0, -1.0];
    assert!(costs.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14), "{costs}");
}

#[test]
fn degree_two_is_hebbs_network() {
    let (count, n) = (4, 14);
    let patterns = signs(count, n, 3);
    let memory = DenseMemory::polynomial(&patterns, 2).unwrap();
    // Σ_μ x_μ²/2N holds the couplings Σ_μ ξ_i ξ_j / N of all pairs, and P/2 of the diagonal.
    let couplings = Array2::from_shape_fn((n, n), |(i, j)| {
        let sum: i32 = patterns.rows().into_iter().map(|p| i32::from(p[i] * p[j])).sum();
        if i == j { 0.0 } else { f64::from(sum) / n as f64 }
    });
    let ising = Ising::from_couplings(&couplings).unwrap();
    let mut minima = 0;
    for seed in 0..200 {
        let state = state(n, seed);
        let difference = memory.energy(&state).unwrap() - ising.energy(&state).unwrap();
        assert!((difference + count as f64 / 2.0).abs() < 1e-12);
        let recalled = memory.recall(&state).seed(seed).run().unwrap();
        assert!(recalled.converged);
        let e = ising.energy(&recalled.state).unwrap();
        assert!((0..n).all(|i| ising.energy(&flipped(&recalled.state, i)).unwrap() > e - 1e-12));
        minima += usize::from(e < ising.enumerate().unwrap().ground_energy() + 1e-9);
    }
    assert!(minima > 20, "the ground state is found often: {minima}");
}

#[test]
fn recall_goes_downhill_to_a_fixed_point() {
    let patterns = signs(60, 50, 5);
    for interaction in INTERACTIONS {
        let memory = memory(&patterns, interaction);
        for seed in 0..20 {
            let recall = memory.recall(&state(50, 1000 + seed)).seed(seed);
            let (end, trace) = (recall.run().unwrap(), recall.trace().unwrap());
            let energies = trace.values("energy").unwrap();
            assert!(energies.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12), "{energies:?}");
            assert_eq!(energies.last(), Some(&(end.energy / 50.0)));
            assert_eq!(trace.values("flips").unwrap().iter().sum::<f64>(), end.flips as f64);
            assert_eq!(trace.height(), end.sweeps + 1);
            assert!(end.converged && memory.is_fixed_point(&end.state).unwrap(), "{interaction}");
            assert_eq!(memory.overlaps(&end.state).unwrap(), end.overlaps);
            assert_eq!(end, recall.run().unwrap());
        }
    }
}

#[test]
fn an_exponential_memory_is_safe_from_overflow() {
    // e^{2000} is far beyond f64. 400 patterns of 2000 neurons are beyond 0.14 N, and 30 % of the neurons are wrong.
    let (count, n) = (400, 2000);
    let patterns = signs(count, n, 7);
    let memory = DenseMemory::exponential(&patterns).unwrap();
    let pattern = patterns.row(11).to_owned();
    assert!((memory.energy(&pattern).unwrap() + n as f64).abs() < 1e-9);
    let start: Array1<i8> =
        pattern.iter().enumerate().map(|(i, s)| if i % 10 < 3 { -s } else { *s }).collect();
    let end = memory.recall(&start).run().unwrap();
    assert_eq!(end.state, pattern);
    assert_eq!(end.flips, 600);
    let costs = memory.flip_costs(&pattern).unwrap();
    assert!(costs.iter().all(|cost| (cost - 2.0).abs() < 1e-9));
    // Steep enough that e^{2β} alone overflows.
    let steep = DenseMemory::log_sum_exp(&patterns, 1e3).unwrap();
    assert_eq!(steep.recall(&start).run().unwrap().state, pattern);
    assert!(steep.flip_costs(&start).unwrap().iter().all(|cost| cost.abs() < 2.0 + 1e-9));
}

#[test]
fn negatives_attract_where_the_power_is_even() {
    let patterns = signs(3, 60, 9);
    let negative = patterns.row(1).mapv(|s| -s);
    let end = |interaction| memory(&patterns, interaction).recall(&negative).run().unwrap();
    assert_eq!(end(Interaction::Polynomial(4)).state, negative);
    for interaction in [
        Interaction::Polynomial(3),
        Interaction::RectifiedPolynomial(4),
        Interaction::Exponential(1.0),
    ] {
        assert!(end(interaction).overlaps.iter().any(|m| *m > 0.99), "{interaction}");
    }
}

#[test]
fn capacities_grow_as_predicted() {
    // Krotov and Hopfield's N^{n−1}/(2(2n−3)!! ln N), once more for the first loss among all patterns.
    for (interaction, sizes) in [
        (Interaction::Polynomial(2), [50, 200]),
        (Interaction::Polynomial(3), [30, 90]),
        (Interaction::Polynomial(4), [20, 40]),
        (Interaction::RectifiedPolynomial(3), [30, 90]),
    ] {
        for lost in [Lost::One, Lost::Any] {
            let sizes = if lost == Lost::Any { sizes.map(|n| n / 2) } else { sizes };
            let frame =
                DenseCapacity::new(interaction).sizes(sizes).lost(lost).seed(1).run().unwrap();
            let column = |name: &str| frame.values(name).unwrap();
            let (measured, error) = (column("capacity"), column("capacity_err"));
            let (gaussian, predicted) = (column("gaussian"), column("predicted"));
            for k in 0..2 {
                let what = format!("{interaction} {lost:?} {}: {}", sizes[k], measured[k]);
                println!("{what} {} {}", gaussian[k], predicted[k]);
                let ratio = measured[k] / gaussian[k];
                assert!((0.7..1.2).contains(&ratio), "{what} for {}", gaussian[k]);
                assert!(error[k] > 0.0 && error[k] < 0.1 * measured[k]);
            }
            // The leading law comes closer with N, from above, as ln N does.
            let ratios = [measured[0] / predicted[0], measured[1] / predicted[1]];
            assert!(ratios[1] < ratios[0] && ratios[1] > 1.0 && ratios[1] < 2.0, "{ratios:?}");
            // Powers one apart lie far apart: the exponent, with the logarithm taken out.
            let span = (sizes[1] as f64 / sizes[0] as f64).ln();
            let growth = |x: &[f64]| (x[1] / x[0]).ln() / span;
            let off = growth(&measured) - growth(&predicted);
            assert!(off.abs() < 0.45, "{interaction} {lost:?}: exponent off by {off}");
        }
    }
}

#[test]
fn all_patterns_of_an_exponential_memory_survive_to_the_birthday_of_two_neighbours() {
    // A pair at distance 1 has probability q = N/2^N; the first among random ones is expected after √(π/2q) of them.
    let frame = DenseCapacity::new(Interaction::Exponential(1.0))
        .sizes([12, 16, 20])
        .lost(Lost::Any)
        .samples(400)
        .seed(2)
        .run()
        .unwrap();
    let (capacity, error) =
        (frame.values("capacity").unwrap(), frame.values("capacity_err").unwrap());
    for (row, n) in [12.0_f64, 16.0, 20.0].into_iter().enumerate() {
        let expected = (std::f64::consts::PI / (2.0 * n)).sqrt() * 2_f64.powf(n / 2.0);
        // The law of rare events holds to about one pattern.
        let allowed = 4.0 * error[row] + 1.5;
        assert!((capacity[row] - expected).abs() < allowed, "{} for {expected}", capacity[row]);
    }
    assert!((frame.values("predicted").unwrap()[2] - 1024.0).abs() < 1e-9);
}

#[test]
fn errors_of_the_capacity_cover() {
    let run = |seed: u64, samples: usize| {
        let capacity = DenseCapacity::new(Interaction::Polynomial(2)).sizes([16]).samples(samples);
        let frame = capacity.seed(seed).run().unwrap();
        (frame.values("capacity").unwrap()[0], frame.values("capacity_err").unwrap()[0])
    };
    let (mean, error) = run(1_000_000, 200_000);
    assert!(error < 0.02);
    let covered = (0..400)
        .filter(|&seed| {
            let (value, error) = run(seed, 60);
            (value - mean).abs() < error
        })
        .count();
    assert!((252..=292).contains(&covered), "{covered} of 400 within one error");
}

#[test]
fn threads_and_deadlines() {
    let capacity = DenseCapacity::new(Interaction::Polynomial(3)).sizes([20, 30]).samples(60);
    let run = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| capacity.seed(4).run().unwrap())
    };
    assert!(run(1).equals_missing(&run(2)));
    assert!(!run(1).equals_missing(&capacity.seed(5).run().unwrap()));
    let cut = capacity.samples(10_000_000).deadline(0.2).run().unwrap();
    assert!(!cut.column("complete").unwrap().bool().unwrap().any());
    let samples = cut.values("samples").unwrap();
    assert!(samples[0] >= 20.0 && samples[0] < 1e7, "{samples:?}");
    assert!(cut.values("capacity").unwrap()[0] > 10.0);
}

fn reals(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_simple_fn((rows, columns), || 2.0 * generator.random::<f64>() - 1.0)
}

#[test]
fn the_softmax_step_descends_the_energy_along_its_gradient() {
    let patterns = reals(7, 5, 1);
    let largest = patterns.rows().into_iter().map(|r| r.dot(&r)).fold(0.0, f64::max);
    for beta in [0.1, 1.0, 10.0, 1000.0] {
        let memory = ModernHopfield::new(&patterns, beta).unwrap();
        for seed in 0..20 {
            // Within the convex hull, where 0 ≤ E ≤ 2M².
            let weights = reals(1, 7, 50 + seed).row(0).mapv(f64::abs);
            let state = patterns.t().dot(&weights) / weights.sum();
            let e = memory.energy(&state).unwrap();
            assert!(e >= 0.0 && e <= 2.0 * largest, "{e}");
            let next = memory.update(&state).unwrap();
            assert!(memory.energy(&next).unwrap() <= e + 1e-12);
            // ∇E = ξ − Xᵀ softmax(β X ξ), by central differences.
            if beta < 100.0 {
                for i in 0..5 {
                    let moved = |by: f64| {
                        let mut moved = state.clone();
                        moved[i] += by;
                        memory.energy(&moved).unwrap()
                    };
                    let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                    assert!((slope - (state[i] - next[i])).abs() < 1e-7, "{slope}");
                }
            }
            let recalled = memory.recall(&state).unwrap();
            assert!(recalled.converged, "β = {beta}");
            assert!(recalled.energies.windows(2).all(|e| e[1] <= e[0] + 1e-12));
            assert!((recalled.weights.sum() - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn one_step_retrieves_within_the_bound() {
    let patterns = signs(20, 40, 3).mapv(f64::from);
    let m = 40_f64.sqrt();
    for beta in [0.05, 0.2, 0.5, 1.0] {
        let memory = ModernHopfield::new(&patterns, beta).unwrap();
        for mu in 0..20 {
            for size in [0.0, 0.3, 1.0] {
                let noise = reals(1, 40, 100 * mu as u64 + 7).row(0).mapv(|x| size * x);
                let distance = noise.dot(&noise).sqrt();
                let next = memory.update(&(&patterns.row(mu) + &noise)).unwrap();
                let left = (&next - &patterns.row(mu)).mapv(|d| d * d).sum().sqrt();
                let bound = memory.one_step_bound(mu, distance).unwrap();
                assert!(left <= bound + 1e-12, "{left} above {bound}");
                assert!(bound <= 2.0 * m);
            }
        }
    }
    let sharp = ModernHopfield::new(&patterns, 1.0).unwrap();
    let closest = sharp.separations().fold(f64::INFINITY, |a, b| a.min(*b));
    assert!(sharp.one_step_bound(0, 0.0).unwrap() < 2.0 * m * 19.0 * (-closest).exp() + 1e-12);
}

#[test]
fn two_opposite_patterns_are_a_curie_weiss_magnet() {
    // X = ±1: ξ = tanh(β ξ), with m > 0 from β = 1 on.
    for (beta, expected) in [(0.5, 0.0), (2.0, 0.957504024077266), (1.2, 0.658569660131893)] {
        let memory = ModernHopfield::new(&array![[1.0], [-1.0]], beta).unwrap();
        let end = memory.recall(&array![0.8]).unwrap();
        assert!((end.state[0] - expected).abs() < 1e-9, "β = {beta}: {}", end.state[0]);
    }
}

#[test]
fn close_patterns_share_a_metastable_state() {
    // Two clusters of three; within one the patterns differ by 0.1, so that β·0.005 must exceed about 2 to tell them apart.
    let patterns = array![
        [1.0, 0.1, 0.0],
        [1.0, -0.05, 0.0866],
        [1.0, -0.05, -0.0866],
        [-1.0, 0.1, 0.0],
        [-1.0, -0.05, 0.0866],
        [-1.0, -0.05, -0.0866],
    ];
    for (beta, mixed) in [(0.1, 6.0), (10.0, 3.0), (2000.0, 1.0)] {
        let frame = ModernHopfield::new(&patterns, beta).unwrap().fixed_points().unwrap();
        for value in frame.values("patterns_mixed").unwrap() {
            assert!((value - mixed).abs() < 0.01, "β = {beta}: {value}");
        }
    }
}

#[test]
fn bad_input_is_a_sentence() {
    let good = array![[1_i8, -1], [1, 1]];
    let none = Array2::<i8>::zeros((0, 3));
    for bad in [none, Array2::zeros((2, 0)), array![[1, 0]], array![[1, 2]]] {
        for interaction in INTERACTIONS {
            let made = match interaction {
                Interaction::Polynomial(degree) => DenseMemory::polynomial(&bad, degree),
                Interaction::RectifiedPolynomial(d) => DenseMemory::rectified_polynomial(&bad, d),
                Interaction::Exponential(beta) => DenseMemory::log_sum_exp(&bad, beta),
            };
            assert!(made.unwrap_err().to_string().starts_with("`patterns` must be"));
        }
    }
    for degree in [0, 1, 101, u32::MAX] {
        assert!(DenseMemory::polynomial(&good, degree).is_err());
        assert!(DenseMemory::rectified_polynomial(&good, degree).is_err());
        assert!(DenseCapacity::new(Interaction::Polynomial(degree)).run().is_err());
    }
    for beta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(DenseMemory::log_sum_exp(&good, beta).is_err());
        assert!(ModernHopfield::new(&array![[1.0]], beta).is_err());
        assert!(DenseCapacity::new(Interaction::Exponential(beta)).run().is_err());
    }
    let memory = DenseMemory::exponential(&good).unwrap();
    for bad in [array![1], array![1, 1, 1], array![1, 0], array![]] {
        assert!(memory.energy(&bad).is_err());
        assert!(memory.overlaps(&bad).is_err());
        assert!(memory.flip_costs(&bad).is_err());
        assert!(memory.is_fixed_point(&bad).is_err());
        assert!(memory.recall(&bad).run().is_err());
        assert!(memory.recall(&bad).trace().is_err());
    }
    assert!(memory.recall(&array![1, 1]).sweeps(0).run().is_err());
    assert!(memory.recall(&array![1, 1]).deadline(f64::NAN).run().is_err());
    let one = DenseCapacity::new(Interaction::Polynomial(3));
    assert!(one.sizes([]).run().is_err());
    assert!(one.sizes([1]).run().is_err());
    assert!(one.samples(1).run().is_err());
    assert!(one.deadline(0.0).run().is_err());
    assert!(one.sizes([1_000_000]).run().unwrap_err().to_string().contains("Take fewer neurons"));
    let steep = DenseCapacity::new(Interaction::Exponential(1.0));
    assert!(steep.sizes([60]).run().is_err());
    assert!(steep.sizes([60]).lost(Lost::Any).run().is_err());
    for bad in [
        Array2::zeros((0, 2)),
        Array2::zeros((2, 0)),
        array![[f64::NAN]],
        array![[f64::INFINITY]],
        array![[1e200]],
    ] {
        assert!(ModernHopfield::new(&bad, 1.0).is_err());
    }
    let modern = ModernHopfield::new(&array![[1.0, 0.0]], 1.0).unwrap();
    for bad in [array![1.0], array![f64::NAN, 0.0], array![1e200, 0.0], array![]] {
        assert!(modern.energy(&bad).is_err());
        assert!(modern.weights(&bad).is_err());
        assert!(modern.update(&bad).is_err());
        assert!(modern.recall(&bad).is_err());
    }
    assert!(modern.one_step_bound(1, 0.0).is_err());
    assert!(modern.one_step_bound(0, f64::NAN).is_err());
    assert_eq!(modern.one_step_bound(0, 1.0).unwrap(), 0.0);
    assert!(modern.at(-1.0).is_err());
}
