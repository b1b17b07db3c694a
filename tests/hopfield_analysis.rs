//! Analysis of Hopfield networks against exhaustion, hand values, theory and symmetry.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::ndarray::{Array1, Array2, array};
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

fn column(frame: &DataFrame, name: &str) -> Vec<f64> {
    frame.values(name).unwrap()
}

fn all_states(n: usize) -> impl Iterator<Item = Array1<i8>> {
    (0..1_u32 << n).map(move |k| (0..n).map(|i| if k >> i & 1 == 1 { 1 } else { -1 }).collect())
}

fn networks() -> Vec<Hopfield> {
    let patterns = random_patterns(3, 9, 1).unwrap();
    let couplings = Array2::from_shape_fn((9, 9), |(i, j)| {
        if i == j { 0.0 } else { ((9 * i.min(j) + i.max(j)) as f64 * 1.3).sin() }
    });
    let mut asymmetric = couplings.clone();
    asymmetric[(0, 1)] = 2.5;
    vec![
        Hopfield::hebb(&patterns).unwrap(),
        Hopfield::hebb(&random_patterns(4, 9, 2).unwrap()).unwrap(),
        Hopfield::hebb(&patterns).unwrap().keep_diagonal(true),
        Hopfield::hebb(&patterns).unwrap().field(0.3).unwrap(),
        Hopfield::storkey(&patterns).unwrap(),
        Hopfield::pseudo_inverse(&patterns).unwrap(),
        Hopfield::from_couplings(&couplings).unwrap(),
        Hopfield::from_couplings(&asymmetric).unwrap(),
    ]
}

#[test]
fn fixed_points_are_those_of_every_single_state() {
    for net in networks() {
        let (couplings, fields) = (net.couplings().unwrap(), net.fields());
        let (mut loose, mut strict) = (Vec::new(), 0);
        for (number, state) in all_states(net.n_units()).enumerate() {
            let s = state.mapv(f64::from);
            let aligned = (couplings.dot(&s) + &fields) * &s;
            if aligned.iter().all(|x| *x > -1e-12) {
                loose.push(number as f64);
                strict += usize::from(aligned.iter().all(|x| *x > 1e-12));
            }
        }
        let found = net.fixed_points().unwrap();
        let frame = found.frame().unwrap();
        assert_eq!((found.count(), found.strict()), (loose.len(), strict), "{net:?}");
        let mut states = column(&frame, "state");
        states.sort_by(f64::total_cmp);
        assert_eq!(states, loose, "{net:?}");
        let energies = column(&frame, "energy");
        assert!(energies.windows(2).all(|e| e[0] <= e[1] + 1e-12), "{net:?}");
        for (k, state) in found.states().rows().into_iter().enumerate() {
            let state = state.to_owned();
            assert!((net.energy(&state).unwrap() / 9.0 - energies[k]).abs() < 1e-12);
            if net.count() > 0 {
                let mu = column(&frame, "pattern")[k] as usize;
                let overlaps = net.overlaps(&state).unwrap();
                assert_eq!(overlaps[mu], column(&frame, "overlap")[k]);
                assert!(overlaps.iter().all(|m| m.abs() <= overlaps[mu].abs()));
            }
        }
        let mirrored = column(&frame, "mirror").iter().all(|m| *m == 1.0);
        assert_eq!(mirrored, fields.iter().all(|h| *h == 0.0), "{net:?}");
        if net.is_symmetric() && !net.is_fixed_point(&Array1::ones(9)).unwrap() {
            // Descent ends in a fixed point that is in the list.
            for (number, state) in all_states(9).enumerate().step_by(37) {
                let end = net.recall(&state).seed(number as u64).run().unwrap();
                assert_eq!(end.stopped, Stopped::FixedPoint);
                assert!(found.states().rows().into_iter().any(|row| row == end.state));
            }
        }
    }
}

#[test]
fn kinds_of_fixed_points_by_hand() {
    // One pattern: itself and its negative.
    let one = Hopfield::hebb(&array![[1, 1, -1, 1, -1]]).unwrap().fixed_points().unwrap();
    assert_eq!((one.count(), one.strict()), (2, 2));
    // J_ij = 4/5 · ¼ … by hand: every unit is in a field of 4/5.
    let frame = one.frame().unwrap();
    assert!(column(&frame, "margin").iter().all(|m| (m - 0.8).abs() < 1e-14));
    assert_eq!(column(&frame, "energy"), [-2.0 / 5.0 * 1.0; 2].map(|e: f64| e));
    assert_eq!(column(&frame, "order"), [1.0, 1.0]);
    // No couplings: every state, none strict.
    let free = Hopfield::from_couplings(&Array2::zeros((5, 5))).unwrap().fixed_points().unwrap();
    assert_eq!((free.count(), free.strict()), (32, 0));
    // Three orthogonal patterns of 4 units: the four majorities with an even number of minus signs in front are …
    let patterns = array![
        [1, 1, 1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, -1, -1, -1, -1],
        [1, 1, -1, -1, 1, 1, -1, -1]
    ];
    let net = Hopfield::hebb(&patterns).unwrap().fixed_points().unwrap();
    let frame = net.frame().unwrap();
    let kinds = frame.column("kind").unwrap().str().unwrap();
    let count = |kind: &str| kinds.iter().filter(|k| *k == Some(kind)).count();
    // … the 2³ signs of a symmetric mixture: fields of ½ (from three overlaps of ½, twice for and once against, or all for) less 3/8.
    assert_eq!(count("pattern"), 6);
    assert_eq!(count("mixture"), 8);
    assert_eq!(column(&frame, "order").iter().filter(|o| **o == 3.0).count(), 8);
}

#[test]
fn mixtures_have_the_energies_of_the_theory() {
    // Amit, Gutfreund and Sompolinsky (1985): −3/8, −45/128, −175/512 for n = 3, 5, 7. At P patterns of N units corrections are of order P/N.
    let frame = MixtureScan::new().sizes([4000]).loads([0.00175]).samples(100).run().unwrap();
    let (energy, error) = (column(&frame, "energy"), column(&frame, "energy_err"));
    for (k, exact) in [-0.5, -3.0 / 8.0, -45.0 / 128.0, -175.0 / 512.0].into_iter().enumerate() {
        assert!((column(&frame, "energy_theory")[k] - exact).abs() < 1e-12);
        // The diagonal that is left out: P/2N, less than half of which fluctuations of the overlaps give back.
        let shift = 7.0 / 2.0 / 4000.0;
        assert!(
            (energy[k] - exact).abs() < 4.0 * error[k] + 1.2 * shift,
            "{} for {exact}",
            energy[k]
        );
    }
    let stable = column(&frame, "stable");
    assert_eq!((stable[0], stable[1]), (1.0, 1.0));
    // Far above the capacity nothing of them is left.
    let full = MixtureScan::new().sizes([300]).loads([0.5]).samples(20).run().unwrap();
    assert!(column(&full, "stable").iter().all(|s| *s == 0.0));
    assert!(column(&full, "overlap").iter().all(|m| *m < 0.95));
    assert!(column(&full, "final_energy").iter().zip(column(&full, "energy")).all(|(f, e)| *f < e));
}

#[test]
fn mixture_states_are_majorities() {
    let patterns = random_patterns(5, 50, 4).unwrap();
    let members = [(0, 1), (2, -1), (4, 1)];
    let mixture = mixture_state(&patterns, &members).unwrap();
    for i in 0..50 {
        let sum = patterns[(0, i)] - patterns[(2, i)] + patterns[(4, i)];
        assert_eq!(mixture[i], sum.signum());
    }
    let turned = members.map(|(mu, sign)| (mu, -sign));
    assert_eq!(mixture_state(&patterns, &turned).unwrap(), mixture.mapv(|s| -s));
    for bad in
        [vec![], vec![(0, 1), (1, 1)], vec![(5, 1)], vec![(0, 1), (0, 1), (1, 1)], vec![(0, 0)]]
    {
        assert!(mixture_state(&patterns, &bad).is_err(), "{bad:?}");
    }
}

#[test]
fn recall_at_zero_temperature_lies_on_the_replica_line() {
    // N = 2000, started from the patterns. Corrections are of order 1/N in the overlap at 0.05 and larger near the capacity.
    let frame = RetrievalScan::new()
        .sizes([2000])
        .loads([0.05, 0.1])
        .samples(40)
        .starts(5)
        .seed(1)
        .run()
        .unwrap();
    for (k, load) in [0.05, 0.1].into_iter().enumerate() {
        let exact = ags::retrieval(load, 0.0).unwrap().overlap;
        let (m, error) = (column(&frame, "overlap")[k], column(&frame, "overlap_err")[k]);
        println!("{load}: {m} ± {error} for {exact}");
        assert!((m - exact).abs() < 4.0 * error, "{m} ± {error} for {exact}");
        assert!(error < 1e-3);
        assert_eq!(column(&frame, "success")[k], 1.0);
    }
    // From far away at low load the same state is reached; above the capacity the pattern is lost.
    let frame = RetrievalScan::new()
        .sizes([2000])
        .loads([0.05, 0.2])
        .noise([0.2])
        .samples(10)
        .starts(2)
        .run()
        .unwrap();
    assert!(column(&frame, "overlap")[0] > 0.99 && column(&frame, "overlap")[1] < 0.6);
}

#[test]
fn the_measured_capacity_of_hebb_covers_the_theory() {
    let measured = CapacityScan::new(StorageRule::Hebb)
        .sizes([100, 200, 400, 800])
        .samples(120)
        .most(0.4)
        .seed(3)
        .run()
        .unwrap();
    println!(
        "{} ± {} ({})\n{}",
        measured.load,
        measured.load_err,
        measured.load_err_statistical,
        measured.frame.text()
    );
    let off = (measured.load - ags::CAPACITY).abs();
    assert!(off < measured.load_err, "{} ± {}", measured.load, measured.load_err);
    assert!(measured.load_err < 0.02 && measured.load_err_statistical < measured.load_err);
    let load = column(&measured.frame, "load");
    assert!(load.windows(2).all(|pair| pair[1] < pair[0]), "capacities fall with N: {load:?}");
    // The transition narrows as N^(−1/2).
    let width = column(&measured.frame, "width");
    let exponent = (width[3] / width[0]).ln() / 8_f64.ln();
    assert!((exponent + 0.5).abs() < 0.15, "{exponent}");
}

#[test]
fn rules_are_ordered_by_capacity() {
    let frame = RetrievalScan::new()
        .rules([StorageRule::Hebb, StorageRule::Storkey, StorageRule::PseudoInverse])
        .sizes([120])
        .loads([0.05, 0.25, 0.6])
        .samples(10)
        .run()
        .unwrap();
    let success = column(&frame, "success");
    // Rows by rule, then load.
    assert_eq!(success[0], 1.0);
    assert!(success[1] < 0.3 && success[2] < 0.05, "Hebb {success:?}");
    assert!(success[4] > 0.8 && success[5] < 0.3, "Storkey {success:?}");
    assert_eq!(success[6..9], [1.0, 1.0, 1.0], "pseudo-inverse");
    let (bits, load) = (column(&frame, "bits"), column(&frame, "load"));
    assert!((bits[8] - load[8]).abs() < 1e-12, "without errors a bit per pattern and unit");
}

#[test]
fn bits_by_hand() {
    // H₂(¼) = 2 − ¾ log₂ 3.
    let expected = 0.1 * (1.0 - (2.0 - 0.75 * 3_f64.log2()));
    assert!((bits_per_coupling(0.1, 0.5).unwrap() - expected).abs() < 1e-15);
    assert_eq!(bits_per_coupling(2.0, -1.0).unwrap(), 2.0);
    for (load, overlap) in [(-0.1, 0.5), (f64::NAN, 0.5), (0.1, 1.1), (0.1, f64::NAN)] {
        assert!(bits_per_coupling(load, overlap).is_err());
    }
}

#[test]
fn the_first_step_is_that_of_the_theory_and_later_ones_are_not() {
    let map = RetrievalMap::new()
        .size(2000)
        .loads([0.05, 0.15])
        .overlaps([0.1, 0.4, 0.8, 1.0])
        .steps(2)
        .samples(40)
        .run()
        .unwrap();
    let (m, error, theory) =
        (column(&map, "overlap"), column(&map, "overlap_err"), column(&map, "overlap_theory"));
    let mut later = 0;
    for row in 0..map.height() {
        if theory[row].is_nan() {
            continue;
        }
        // The diagonal that is left out shifts a unit's own noise by 1/N.
        assert!(
            (m[row] - theory[row]).abs() < 4.0 * error[row] + 2e-3,
            "row {row}: {} for {}",
            m[row],
            theory[row]
        );
        let again =
            signal_to_noise::overlap_after_one_step(column(&map, "load")[row], m[row]).unwrap();
        later += usize::from((m[row + 1] - again).abs() > 5.0 * error[row + 1]);
    }
    assert!(later >= 2, "noise and state are correlated after the first step");
}

#[test]
fn a_map_that_stands_still_goes_on_standing() {
    let map = RetrievalMap::new().size(100).loads([0.02]).overlaps([1.0, -1.0]).steps(5).samples(3);
    let m = column(&map.run().unwrap(), "overlap");
    assert_eq!(m, [[1.0; 5], [-1.0; 5]].concat());
}

#[test]
fn basins_shrink_with_the_load() {
    let frame = BasinScan::new()
        .rules([StorageRule::Hebb, StorageRule::PseudoInverse])
        .sizes([200])
        .loads([0.01, 0.08, 0.3])
        .samples(40)
        .run()
        .unwrap();
    let (critical, kept) = (column(&frame, "critical_overlap"), column(&frame, "kept"));
    assert!(
        critical[0] < 0.3 && critical[0] < critical[1] && critical[1] < critical[2],
        "{critical:?}"
    );
    assert!(kept[2] < 0.2 && critical[2] > 0.9, "Hebb's rule has lost its patterns at 0.3");
    assert!(kept[5] == 1.0 && critical[5] < 0.8, "the pseudo-inverse keeps them with a basin");
    for (radius, m) in column(&frame, "radius").iter().zip(&critical) {
        assert!((1.0 - 2.0 * radius - m).abs() < 1e-12);
    }
    // The same basin from the fraction recalled: half of the starts at the critical overlap succeed.
    let at = RetrievalScan::new()
        .sizes([200])
        .loads([0.08])
        .noise([column(&frame, "radius")[1]])
        .threshold(0.9)
        .samples(100)
        .starts(1)
        .run()
        .unwrap();
    let success = column(&at, "success")[0];
    assert!((0.25..0.85).contains(&success), "{success}");
}

#[test]
fn errors_of_recall_cover() {
    let run = |seed: u64, samples: usize| {
        let scan = RetrievalScan::new().sizes([60]).loads([0.25]).samples(samples).starts(2);
        let frame = scan.seed(seed).run().unwrap();
        (column(&frame, "overlap")[0], column(&frame, "overlap_err")[0])
    };
    let (mean, error) = run(1_000_000, 10_000);
    assert!(error < 0.004);
    let covered = (0..300)
        .filter(|&seed| {
            let (value, its) = run(seed, 60);
            (value - mean).abs() < its
        })
        .count();
    assert!((189..=219).contains(&covered), "{covered} of 300 within one error");
}

#[test]
fn errors_of_the_capacity_cover() {
    let capacity = CapacityScan::new(StorageRule::Hebb).sizes([30, 60]).samples(50);
    let loads: Vec<[(f64, f64); 2]> = (0..240)
        .map(|seed| {
            let frame = capacity.seed(seed).run().unwrap().frame;
            let (load, error) = (column(&frame, "load"), column(&frame, "load_err"));
            [(load[0], error[0]), (load[1], error[1])]
        })
        .collect();
    for size in 0..2 {
        let mean = loads.iter().map(|load| load[size].0).sum::<f64>() / 240.0;
        let covered = loads.iter().filter(|l| (l[size].0 - mean).abs() < l[size].1).count();
        assert!((151..=175).contains(&covered), "size {size}: {covered} of 240 within one error");
    }
}

#[test]
fn pairs_are_recalled_both_ways() {
    let (x, y) = (random_patterns(5, 80, 1).unwrap(), random_patterns(5, 120, 2).unwrap());
    let memory = Associator::hebb(&x, &y).unwrap();
    for mu in 0..5 {
        let (a, b) = (x.row(mu).to_owned(), y.row(mu).to_owned());
        let end = memory.recall(&corrupted(&a, 0.15, mu as u64).unwrap()).unwrap();
        assert_eq!((end.x, end.y, end.converged), (a.clone(), b.clone(), true));
        assert!(end.energies.windows(2).all(|e| e[1] <= e[0]));
        assert_eq!(memory.backward(&b).unwrap(), a);
        // −yᵀWx by hand.
        let mut energy = 0.0;
        for nu in 0..5 {
            let dot = |u: &Array1<i8>, v: Array1<i8>| {
                u.iter().zip(&v).map(|(p, q)| f64::from(p * q)).sum::<f64>()
            };
            energy -= dot(&a, x.row(nu).to_owned()) * dot(&b, y.row(nu).to_owned()) / 80.0;
        }
        assert!((memory.energy(&a, &b).unwrap() - energy).abs() < 1e-10);
    }
    // A pattern with itself by the pseudo-inverse rule is Hopfield's projection.
    let own = Associator::pseudo_inverse(&x, &x).unwrap().weights();
    let projection = Hopfield::pseudo_inverse(&x).unwrap().keep_diagonal(true).couplings().unwrap();
    assert!((own - projection).iter().all(|d| d.abs() < 1e-12));
    // Exact on many correlated pairs, where Hebb's rule fails.
    let (x, y) =
        (correlated_patterns(60, 80, 0.3, 3).unwrap(), random_patterns(60, 90, 4).unwrap());
    let exact = Associator::pseudo_inverse(&x, &y).unwrap();
    let plain = Associator::hebb(&x, &y).unwrap();
    let wrong = |memory: &Associator| {
        (0..60).filter(|mu| memory.forward(&x.row(*mu).to_owned()).unwrap() != y.row(*mu)).count()
    };
    assert_eq!((wrong(&exact), wrong(&plain)), (0, 60));
    assert!(
        Associator::pseudo_inverse(
            &random_patterns(9, 8, 1).unwrap(),
            &random_patterns(9, 20, 1).unwrap()
        )
        .is_err()
    );
    assert!(
        Associator::hebb(&random_patterns(2, 8, 1).unwrap(), &random_patterns(3, 8, 1).unwrap())
            .is_err()
    );
    assert!(Associator::hebb(&array![[0]], &array![[1]]).is_err());
    assert!(exact.forward(&array![1]).is_err() && exact.backward(&array![1]).is_err());
    assert!(exact.recall(&array![1]).is_err() && exact.energy(&array![1], &array![1]).is_err());
}

#[test]
fn sequences_step_and_wait() {
    let patterns = random_patterns(6, 300, 5).unwrap();
    let start = patterns.row(0).to_owned();
    let sequence = Sequence::new(&patterns).unwrap();
    let course = sequence.run(&start, 12).unwrap();
    let expected: Vec<f64> = (0..=12).map(|t| f64::from(t % 6)).collect();
    assert_eq!(column(&course, "pattern"), expected);
    assert!(column(&course, "overlap").iter().all(|m| *m > 0.98));
    // The same by the couplings as a matrix.
    let net = Hopfield::from_couplings(&sequence.couplings().unwrap()).unwrap();
    let net = net.with_patterns(&patterns).unwrap();
    let states = net.recall(&start).synchronous().sweeps(12).states().unwrap();
    let overlaps = column(&sequence.overlaps(&start, 12).unwrap(), "overlap");
    for (t, state) in states.rows().into_iter().enumerate() {
        for (mu, m) in net.overlaps(&state.to_owned()).unwrap().iter().enumerate() {
            assert!((overlaps[6 * t + mu] - m).abs() < 1e-12);
        }
    }
    // Before the start the network stood at the start, so that it moves on at once, and then every τ sweeps.
    for delay in [4, 8] {
        let slow = sequence.delay(2.0, delay).seed(1).run(&start, 5 * delay).unwrap();
        let expected: Vec<f64> = (0..=5 * delay).map(|t| (t.div_ceil(delay) % 6) as f64).collect();
        assert_eq!(column(&slow, "pattern"), expected, "delay {delay}");
    }
    // Too weak a pull leaves the network at the first pattern.
    let held = sequence.delay(0.5, 4).run(&start, 40).unwrap();
    assert!(column(&held, "pattern").iter().all(|mu| *mu == 0.0));
    // An open chain ends at its last pattern, where the symmetric couplings hold it.
    let open = sequence.cyclic(false).delay(2.0, 2).run(&start, 30).unwrap();
    assert_eq!(column(&open, "pattern")[10..], [5.0; 21]);
    let alone = sequence.cyclic(false).run(&start, 6).unwrap();
    assert_eq!(column(&alone, "pattern")[..6], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn sequences_have_twice_the_capacity_of_fixed_points() {
    // 0.269 for N → ∞ (Düring, Coolen and Sherrington, 1998).
    let overlap_at = |load: f64| {
        let patterns = random_patterns((load * 1000.0) as usize, 1000, 7).unwrap();
        let course =
            Sequence::new(&patterns).unwrap().overlaps(&patterns.row(0).to_owned(), 60).unwrap();
        let count = patterns.nrows();
        column(&course, "overlap")[60 * count + 60 % count]
    };
    assert!(overlap_at(0.2) > 0.9, "{}", overlap_at(0.2));
    assert!(overlap_at(0.34) < 0.4, "{}", overlap_at(0.34));
}

#[test]
fn threads_and_deadlines() {
    let scan = RetrievalScan::new().sizes([100, 200]).noise([0.0, 0.2]).samples(6).seed(2);
    let run = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| scan.run().unwrap())
    };
    assert!(run(1).equals_missing(&run(2)));
    assert!(!run(1).equals_missing(&scan.seed(3).run().unwrap()));
    let cut = scan.samples(1_000_000).deadline(0.3).run().unwrap();
    assert!(!cut.column("complete").unwrap().bool().unwrap().any());
    assert!(column(&cut, "samples").iter().all(|s| *s >= 1.0 && *s < 1e6));
    let cut = BasinScan::new().samples(1_000_000).deadline(0.3).run().unwrap();
    assert!(!cut.column("complete").unwrap().bool().unwrap().any());
    let capacity =
        CapacityScan::new(StorageRule::Hebb).sizes([50, 100]).samples(1_000_000).deadline(0.5);
    let cut = capacity.run().unwrap();
    assert!(!cut.complete && column(&cut.frame, "samples")[0] < 1e6);
    assert!(
        capacity
            .sizes([4000, 8000])
            .deadline(1e-6)
            .run()
            .unwrap_err()
            .to_string()
            .contains("deadline")
    );
}

#[test]
fn bad_input_is_a_sentence() {
    let scan = RetrievalScan::new();
    let said = |frame: statmech::Result<DataFrame>| frame.unwrap_err().to_string();
    assert!(said(scan.rules([]).run()).contains("`rules`"));
    assert!(said(scan.sizes([]).run()).contains("`sizes`"));
    assert!(said(scan.sizes([1]).run()).contains("`sizes`"));
    assert!(said(scan.sizes([usize::MAX]).run()).contains("units"));
    assert!(said(scan.loads([]).run()).contains("`loads`"));
    for load in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(said(scan.loads([load]).run()).contains("`loads`"));
        assert!(said(BasinScan::new().loads([load]).run()).contains("`loads`"));
        assert!(said(RetrievalMap::new().loads([load]).run()).contains("`loads`"));
        assert!(said(MixtureScan::new().loads([load]).run()).contains("`loads`"));
    }
    for noise in [-0.1, 1.1, f64::NAN] {
        assert!(said(scan.noise([noise]).run()).contains("`noise`"));
        assert!(said(RetrievalMap::new().overlaps([11.0 * noise]).run()).contains("`overlaps`"));
        assert!(CapacityScan::new(StorageRule::Hebb).noise(noise).run().is_err());
    }
    for threshold in [-1.1, 1.1, f64::NAN] {
        assert!(said(scan.threshold(threshold).run()).contains("`threshold`"));
        assert!(said(BasinScan::new().threshold(threshold).run()).contains("`threshold`"));
    }
    assert!(said(scan.noise([]).run()).contains("`noise`"));
    assert!(said(scan.samples(1).run()).contains("`samples`"));
    assert!(said(scan.starts(0).run()).contains("`starts`"));
    assert!(said(scan.sweeps(0).run()).contains("`sweeps`"));
    assert!(said(scan.deadline(f64::NAN).run()).contains("`deadline`"));
    let inverse = scan.rules([StorageRule::PseudoInverse]).sizes([20]).loads([1.5]);
    assert!(said(inverse.run()).contains("linearly dependent"));
    assert!(said(MixtureScan::new().orders([2]).run()).contains("odd"));
    assert!(said(MixtureScan::new().orders([]).run()).contains("`orders`"));
    assert!(said(RetrievalMap::new().steps(0).run()).contains("`steps`"));
    let capacity = CapacityScan::new(StorageRule::Hebb);
    for bad in [
        capacity.sizes([100]),
        capacity.sizes([100, 100]),
        capacity.samples(0),
        capacity.most(0.0),
        capacity.most(f64::NAN),
        capacity.exponent(-1.0),
        capacity.threshold(2.0),
        capacity.sweeps(0),
        capacity.deadline(0.0),
    ] {
        assert!(bad.run().is_err(), "{bad:?}");
    }
    let large = Hopfield::hebb(&random_patterns(2, 21, 1).unwrap()).unwrap();
    assert!(large.fixed_points().unwrap_err().to_string().contains("2^21"));
    assert!(Sequence::new(&Array2::zeros((0, 3))).is_err());
    assert!(Sequence::new(&array![[0, 1]]).is_err());
    let sequence = Sequence::new(&array![[1, 1, -1]]).unwrap();
    let start = array![1, 1, -1];
    assert!(sequence.run(&array![1], 5).is_err());
    assert!(sequence.run(&start, 0).is_err());
    assert!(sequence.run(&start, usize::MAX).is_err());
    assert!(sequence.delay(f64::NAN, 2).run(&start, 5).is_err());
    assert!(sequence.delay(1.0, 0).run(&start, 5).is_err());
    assert!(sequence.deadline(-1.0).run(&start, 5).is_err());
}
