//! Operators and their spectra: Lanczos and probes against spectra that are known by construction, errors against their coverage.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/matrices.rs"]
mod matrices;
use matrices::{normal, symmetric, uniform, with_spectrum};

use std::time::Duration;

use statmech::operator::Operator;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

#[test]
fn lanczos_finds_both_ends_of_spectra_known_by_construction() {
    let n = 200;
    let with = |ends: &[f64]| [uniform(n - ends.len(), -1.0, 1.0), ends.to_vec()].concat();
    let spectra = [
        ("random", normal(n, 5)),
        ("isolated", with(&[10.0, 7.0, 3.0, -2.0, -5.0])),
        ("degenerate", with(&[4.0, 4.0, 4.0, -3.0, -3.0])),
        ("clustered", with(&[4.0, 4.0 - 1e-7, 4.0 - 3e-5, 3.999, -3.0, -3.0 + 1e-6])),
        ("low rank", [vec![0.0; n - 3], vec![1.0, 1.0, -2.0]].concat()),
        ("positive", (1..=n).map(|k| 1.0 / (k * k) as f64).collect()),
        ("tiny", normal(n, 6).iter().map(|x| 1e-100 * x).collect()),
        ("huge", normal(n, 7).iter().map(|x| 1e100 * x).collect()),
    ];
    for (name, spectrum) in spectra {
        let matrix = with_spectrum(&spectrum, 1);
        let operator = Operator::from_matrix(&matrix).unwrap();
        let mut sorted = spectrum.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let size = sorted[0].abs().max(sorted[n - 1].abs());
        for (block, single) in [(1, false), (3, false), (1, true)] {
            for seed in 0..3 {
                // An eigenvalue is within the residual; isolated ones are far closer.
                let tolerance = if single { 1e-4 } else { 1e-9 };
                let run = operator.lanczos(4).block(block).single_precision(single).basis(60);
                let pairs = run.tolerance(tolerance).seed(seed).run().unwrap();
                let what =
                    format!("{name}, block {block}, single {single}, seed {seed}: {pairs:?}");
                assert!(pairs.complete, "{what}");
                // The smallest of 1/k² lie within 10⁻⁶ of each other, and take longest.
                assert!(pairs.products < 5000, "{what}");
                for k in 0..8 {
                    let exact = sorted[if k < 4 { k } else { n - 8 + k }];
                    assert!(
                        (pairs.eigenvalues[k] - exact).abs() < tolerance * size,
                        "{what}, {k}: {exact}"
                    );
                    let v = pairs.vector(k).unwrap();
                    let excess = matrix.dot(&v) - pairs.eigenvalues[k] * &v;
                    let residual = excess.dot(&excess).sqrt();
                    assert!(residual <= 1.01 * pairs.residuals[k] + 1e-13 * size, "{what}, {k}");
                    assert!(residual <= 1.01 * tolerance * size, "{what}, {k}: {residual}");
                    for l in 0..=k {
                        let product = v.dot(&pairs.vector(l).unwrap());
                        let expected = if k == l { 1.0 } else { 0.0 };
                        let allowed = if single { 1e-5 } else { 1e-12 };
                        assert!((product - expected).abs() < allowed, "{what}: {k}, {l}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_multiple_eigenvalue_shows_all_its_copies_only_after_fresh_vectors() {
    let isolated = vec![2.0, 2.0, 2.0, 2.0, 1.7, 1.5, 1.3];
    let spectrum = [uniform(493, -0.1, 0.1), isolated].concat();
    let operator = Operator::from_diagonal(&Array1::from(spectrum)).unwrap();
    let copies = |find: bool, seed: u64| {
        let run = operator.lanczos(3).bottom(0).multiplicities(find).tolerance(1e-3);
        let pairs = run.seed(seed).run().unwrap();
        pairs.eigenvalues.iter().filter(|&&x| (x - 2.0).abs() < 1e-6).count()
    };
    assert!((0..20).all(|seed| copies(true, seed) == 3));
    assert!((0..20).all(|seed| copies(false, seed) == 1));
}

#[test]
fn the_saddle_of_a_thousand_and_one_dimensions() {
    // L = ½ θ_n (Σ_{i ≤ 800} θ_i² − Σ_{i > 800} θ_i²) at (0, …, 0, 1).
    let entry = |i: usize| [1.0, -1.0, 0.0][usize::from(i >= 800) + usize::from(i >= 1000)];
    let saddle = Operator::from_diagonal(&Array1::from_shape_fn(1001, entry)).unwrap();
    let pairs = saddle.lanczos(5).run().unwrap();
    assert!(pairs.complete && pairs.eigenvalues.iter().all(|x| (x.abs() - 1.0).abs() < 1e-12));
    let inertia = saddle.inertia().run().unwrap();
    assert_eq!((inertia.negative, inertia.zero, inertia.positive), (200.0, 1.0, 800.0));
    let probed = saddle.inertia().dense_up_to(0).run().unwrap();
    assert!((probed.negative - 200.0).abs() < 4.0 * probed.negative_err && !probed.exact);
    assert!((probed.zero - 1.0).abs() < 4.0 * probed.zero_err);
    let trace = saddle.trace().products(3).run().unwrap();
    assert!((trace.value - 600.0).abs() < 1e-9 && trace.error < 1e-9);
}

#[test]
fn signs_are_exact_for_diagonal_operators() {
    let entries = Array1::from(normal(300, 3));
    let operator = Operator::from_diagonal(&entries).unwrap();
    let trace = operator.trace().products(5).run().unwrap();
    assert!((trace.value - entries.sum()).abs() < 1e-11 && trace.error < 1e-12);
    let diagonal = operator.diagonal().products(2).run().unwrap();
    assert!(diagonal.values.iter().zip(&entries).all(|(a, b)| (a - b).abs() < 1e-15));
    assert!(diagonal.errors.iter().all(|&e| e < 1e-15));
    let gaussian = operator.trace().estimator(TraceEstimator::Gaussian).products(5).run().unwrap();
    assert!(gaussian.error > 1.0);
}

#[test]
fn parts_and_sums_of_operators_are_those_of_matrices() {
    let matrix = symmetric(30, 12);
    let operator = Operator::from_matrix(&matrix).unwrap();
    let same =
        |a: &Array2<f64>, b: &Array2<f64>| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
    assert!(same(&operator.matrix().unwrap(), &matrix));
    let part = operator.restricted([3, 17, 5]).unwrap().matrix().unwrap();
    assert!(
        (part[(0, 1)] - matrix[(3, 17)]).abs() < 1e-14
            && (part[(2, 2)] - matrix[(5, 5)]).abs() < 1e-14
    );
    let eye = Array2::<f64>::eye(30);
    assert!(same(&operator.shifted(2.0).unwrap().matrix().unwrap(), &(&matrix + &(2.0 * eye))));
    assert!(same(&operator.scaled(-3.0).unwrap().matrix().unwrap(), &(-3.0 * &matrix)));
    assert!(same(&operator.plus(&operator).unwrap().matrix().unwrap(), &(2.0 * &matrix)));
    let before = operator.products();
    let run = operator.lanczos(2).basis(12).run().unwrap();
    assert_eq!(operator.products() - before, run.products);
    let ising = Ising::square(6).unwrap().random_couplings();
    assert!(same(&ising.operator().unwrap().matrix().unwrap(), &ising.couplings().unwrap()));
}

trait Random {
    fn random_couplings(&self) -> Ising;
}

impl Random for Ising {
    fn random_couplings(&self) -> Ising {
        self.bond_couplings(&Array1::from(normal(self.bonds().len(), 13))).unwrap()
    }
}

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    let operator = Operator::from_diagonal(&Array1::from(normal(50_000, 14))).unwrap();
    let results = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let pairs = operator.lanczos(2).tolerance(1e-2).products(60).run().unwrap();
            let trace =
                operator.trace().estimator(TraceEstimator::XTrace).products(24).run().unwrap();
            let plain =
                operator.trace().estimator(TraceEstimator::Gaussian).products(20).run().unwrap();
            let density = operator.density().probes(3).steps(12).run().unwrap();
            let diagonal = operator.diagonal().probe(Probe::Gaussian).products(4).run().unwrap();
            let numbers = [
                pairs.eigenvalues.to_vec(),
                pairs.vector(1).unwrap().to_vec(),
                diagonal.errors.to_vec(),
            ];
            let mut bits: Vec<u64> = numbers.concat().iter().map(|x| x.to_bits()).collect();
            let values = [trace.value, trace.error, plain.value, density.moment(3).unwrap().0];
            bits.extend(values.map(f64::to_bits));
            bits
        })
    };
    assert_eq!(results(1), results(4));
}

#[test]
fn deadlines_leave_valid_partial_results() {
    let n = 400;
    let slow = Operator::from_block_fn(n, move |x, y| {
        std::thread::sleep(Duration::from_millis(4 * (x.len() / n) as u64));
        for (y, x) in y.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
            for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
                *y = i as f64 * x;
            }
        }
        Ok(())
    })
    .unwrap();
    let pairs = slow.lanczos(2).deadline(0.1).run().unwrap();
    assert!(!pairs.complete && pairs.eigenvalues.len() == 4 && pairs.products < 60);
    assert!(pairs.eigenvalues[0] > 300.0 && pairs.eigenvalues[0] < 399.0 + 1e-9);
    let residual = |k: usize| {
        let v = pairs.vector(k).unwrap();
        let excess = slow.apply(&v).unwrap() - pairs.eigenvalues[k] * &v;
        excess.dot(&excess).sqrt()
    };
    // Without products of their own, residuals are what the recursion says.
    assert!((0..4).all(|k| (pairs.residuals[k] / residual(k) - 1.0).abs() < 1e-6));
    let early = slow.lanczos(2).deadline(1e-6).run().unwrap();
    assert!(!early.complete && early.eigenvalues.len() == 1);
    for estimator in
        [TraceEstimator::Gaussian, TraceEstimator::HutchPlusPlus, TraceEstimator::XTrace]
    {
        let run = slow.trace().estimator(estimator).products(3000).deadline(0.3);
        let trace = run.run().unwrap();
        assert!(!trace.complete && trace.products >= 2 && trace.error.is_finite());
        assert!((trace.value - 79_800.0).abs() < 6.0 * trace.error, "{trace:?}");
    }
    let density = slow.density().probes(100).deadline(0.3).run().unwrap();
    assert!(!density.complete && (density.moment(0).unwrap().0 - 1.0).abs() < 1e-12);
    let diagonal = slow.diagonal().products(10_000).deadline(0.3).run().unwrap();
    assert!(
        !diagonal.complete
            && diagonal.values.iter().enumerate().all(|(i, &x)| (x - i as f64).abs() < 1e-9)
    );
}

/// The sentence of an error.
fn sentence<T: std::fmt::Debug>(result: statmech::Result<T>) -> String {
    let sentence = result.unwrap_err().to_string();
    assert!(sentence.ends_with('.'), "{sentence}");
    sentence
}

#[test]
fn bad_input_is_refused_in_sentences() {
    let ok = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 100)).unwrap();
    assert!(sentence(Operator::from_matrix(&Array2::zeros((0, 0)))).contains("n × n"));
    assert!(sentence(Operator::from_matrix(&Array2::zeros((2, 3)))).contains("2 × 3"));
    assert!(sentence(Operator::from_matrix(&array![[1.0, 2.0], [3.0, 1.0]])).contains("symmetric"));
    assert!(sentence(Operator::from_matrix(&array![[f64::NAN]])).contains("NaN"));
    assert!(sentence(Operator::from_fn(0, |_, _| Ok(()))).contains("at least 1"));
    assert!(sentence(Operator::from_diagonal(&Array1::zeros(0))).contains("at least 1"));
    assert!(sentence(ok.apply(&Array1::zeros(3))).contains("[100]"));
    assert!(sentence(ok.restricted([1, 1])).contains("different"));
    assert!(sentence(ok.restricted([100])).contains("below 100"));
    assert!(sentence(ok.restricted([])).contains("at least one"));
    assert!(ok.shifted(f64::NAN).is_err() && ok.scaled(f64::INFINITY).is_err());
    assert!(ok.plus(&Operator::from_diagonal(&array![1.0]).unwrap()).is_err());

    assert!(sentence(ok.lanczos(0).run()).contains("from 1 to 100"));
    assert!(sentence(ok.lanczos(101).run()).contains("from 1 to 100"));
    assert!(sentence(ok.lanczos(2).basis(6).run()).contains("at least 10"));
    for tolerance in [0.0, 1e-15, 0.5, f64::NAN] {
        assert!(sentence(ok.lanczos(1).tolerance(tolerance).run()).contains("tolerance"));
    }
    assert!(ok.lanczos(1).single_precision(true).tolerance(1e-8).run().is_err());
    assert!(ok.lanczos(1).block(0).run().is_err() && ok.lanczos(1).products(0).run().is_err());
    assert!(ok.lanczos(1).deadline(f64::NAN).run().is_err());
    assert!(sentence(ok.lanczos(1).run().unwrap().vector(2)).contains("below 2"));
    let pairs = ok.lanczos(1).run().unwrap();
    assert!(pairs.outliers(1.0, 0.0, 0.0).is_err() && pairs.outliers(0.0, 1.0, -1.0).is_err());

    for estimator in
        [TraceEstimator::Gaussian, TraceEstimator::HutchPlusPlus, TraceEstimator::XTrace]
    {
        assert!(sentence(ok.trace().estimator(estimator).products(1).run()).contains("at least"));
    }
    assert!(
        ok.trace().target_error(0.0).run().is_err()
            && ok.trace().target_relative(f64::NAN).run().is_err()
    );
    assert!(sentence(ok.squared_norm().estimator(TraceEstimator::XTrace).run()).contains("traces"));
    assert!(ok.trace().estimator(TraceEstimator::XTrace).run().unwrap().course().is_err());
    assert!(ok.density().width(-1.0).run().is_err() && ok.density().probes(1).run().is_err());
    assert!(ok.density().steps(0).run().is_err() && ok.density().deadline(0.0).run().is_err());
    let density = ok.density().run().unwrap();
    assert!(density.fraction(1.0, 0.0).is_err() && density.at(f64::NAN).is_err());
    assert!(density.moment(1001).is_err() && density.with_width(0.0).is_err());
    assert!(SpectralDensity::exact(&Array1::zeros(0), 1.0).is_err());
    assert!(
        sentence(ok.shifted(-0.5).unwrap().log_determinant().run()).contains("positive definite")
    );
    assert!(sentence(ok.spectral_sum(|_| f64::NAN).run()).contains("NaN"));
    assert!(
        ok.inertia().zero_within(f64::NAN).run().is_err() && ok.inertia().probes(0).run().is_err()
    );
    assert!(sentence(ok.diagonal().blocks([1, 2]).run()).contains("sum 100"));
    assert!(
        ok.diagonal().blocks([100, 0]).run().is_err() && ok.diagonal().products(0).run().is_err()
    );

    assert!(
        Semicircle::new(f64::NAN).is_err()
            && Semicircle::new(1.0).unwrap().around(f64::NAN).is_err()
    );
    assert!(MarchenkoPastur::new(-1.0, 1.0).is_err() && MarchenkoPastur::new(1.0, 0.0).is_err());
    assert!(Semicircle::new(1e3).unwrap().moment(200).is_err());
    assert!(MarchenkoPastur::new(1.0, 1.0).unwrap().moment(201).is_err());
    assert!(Semicircle::new(1.0).unwrap().edge_width(0).is_err());
}

#[test]
fn products_that_are_wrong_are_refused() {
    // NaN, an error of the closure's own, and an operator that is not symmetric, in every run.
    let nan = Operator::from_fn(200, |_, y| {
        y.fill(f64::NAN);
        Ok(())
    })
    .unwrap();
    let failing = Operator::from_fn(200, |_, _| {
        Err(statmech::Error::argument("theta", "nothing", "set before"))
    })
    .unwrap();
    let shift = Operator::from_fn(200, |x, y| {
        for i in 0..200 {
            y[i] = x[(i + 1) % 200];
        }
        Ok(())
    })
    .unwrap();
    let runs = |operator: &Operator| {
        vec![
            operator.lanczos(2).run().map(|_| ()),
            operator.density().run().map(|_| ()),
            operator.log_determinant().run().map(|_| ()),
            operator.inertia().run().map(|_| ()),
            operator.inertia().dense_up_to(0).run().map(|_| ()),
            operator.eigenpairs().map(|_| ()),
        ]
    };
    let probes = |operator: &Operator| {
        vec![
            operator.trace().run().map(|_| ()),
            operator.trace().estimator(TraceEstimator::XTrace).run().map(|_| ()),
            operator.trace().estimator(TraceEstimator::HutchPlusPlus).run().map(|_| ()),
            operator.diagonal().run().map(|_| ()),
            operator.asymmetry(1).map(|_| ()),
        ]
    };
    for result in runs(&nan).into_iter().chain(probes(&nan)) {
        assert!(sentence(result).contains("finite numbers"));
    }
    for result in runs(&failing).into_iter().chain(probes(&failing)) {
        assert!(sentence(result).contains("theta"));
    }
    for result in runs(&shift) {
        assert!(sentence(result).contains("symmetric"));
    }
    assert!(shift.asymmetry(1).unwrap() > 1e-3);
    // Sizes whose squares are 0 or infinite.
    for size in [1e-200, 1e200] {
        let extreme = Operator::from_diagonal(&Array1::linspace(0.5 * size, size, 200)).unwrap();
        let low_rank = [TraceEstimator::XTrace, TraceEstimator::HutchPlusPlus];
        let traces =
            low_rank.map(|estimator| extreme.trace().estimator(estimator).run().map(|_| ()));
        let spectra = [extreme.lanczos(2).run().map(|_| ()), extreme.density().run().map(|_| ())];
        for result in traces.into_iter().chain(spectra) {
            assert!(sentence(result).contains("1e-140"));
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_before_a_product_is_done() {
    let huge = Operator::from_fn(1 << 44, |_, _| Ok(())).unwrap();
    let results = [
        huge.lanczos(3).run().map(|_| ()),
        huge.lanczos(3).single_precision(true).run().map(|_| ()),
        huge.density().run().map(|_| ()),
        huge.log_determinant().run().map(|_| ()),
        huge.inertia().run().map(|_| ()),
        huge.trace().run().map(|_| ()),
        huge.trace().estimator(TraceEstimator::HutchPlusPlus).run().map(|_| ()),
        huge.trace().estimator(TraceEstimator::XTrace).run().map(|_| ()),
        huge.diagonal().run().map(|_| ()),
        huge.asymmetry(0).map(|_| ()),
        huge.eigenvalues().map(|_| ()),
    ];
    for result in results {
        let text = sentence(result);
        assert!(text.contains("GiB") || text.contains("rows"), "{text}");
    }
    assert_eq!(huge.products(), 0);
    let wide = Operator::from_fn(200_000, |_, _| Ok(())).unwrap();
    assert!(sentence(wide.lanczos(20_000).run()).contains("GiB"));
}

/// `cargo test --release --test operator -- --ignored --nocapture seven_million`
#[test]
#[ignore = "half a minute and 3 GiB"]
fn seven_million_parameters_fit_into_four_gibibytes() {
    let n = 7_000_000;
    let spectrum = |i: usize| match i {
        0..3 => 10.0 - i as f64,
        3 => -2.0,
        _ => (i as f64 * 0.618).fract() - 0.5,
    };
    let operator = Operator::from_diagonal(&Array1::from_shape_fn(n, spectrum)).unwrap();
    let started = std::time::Instant::now();
    let run = operator.lanczos(3).bottom(1).basis(40).tolerance(1e-3);
    let pairs = run.run().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kibibytes: f64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    println!("{pairs:?} in {:.1} s, {peak}", started.elapsed().as_secs_f64());
    for (value, exact) in pairs.eigenvalues.iter().zip([10.0, 9.0, 8.0, -2.0]) {
        assert!((value - exact).abs() < 1e-4);
    }
    assert!(pairs.complete && kibibytes < 4.0 * 1024.0 * 1024.0);
}

#[test]
fn numbers_beyond_memory_and_beyond_a_word_are_refused() {
    let huge = Operator::from_fn(1 << 50, |_, _| Ok(())).unwrap();
    assert!(huge.restricted([0]).unwrap_err().to_string().contains("memory"));
    let small = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 200)).unwrap();
    assert_eq!(small.lanczos(1).block(usize::MAX).run().unwrap().eigenvalues.len(), 2);
    let cut = small.density().probes(usize::MAX).deadline(0.05).run().unwrap();
    assert!(!cut.complete && cut.at(0.5).unwrap().0 > 0.0);
}

/// A single node tells nothing of how many eigenvalues are negative, so that none need be.
#[test]
fn the_least_number_of_negatives_leaves_out_the_last_node() {
    let diagonal = Operator::from_diagonal(&Array1::linspace(-3.0, 1.0, 200)).unwrap();
    let signs = diagonal.inertia().dense_up_to(0).steps(1).run().unwrap();
    assert!(signs.negative_least == 0.0 && signs.negative_most >= 150.0);
}

#[test]
fn several_vectors_at_once_have_the_products_of_each() -> statmech::Result<()> {
    // Across the sizes at which blocks of rows and of vectors begin.
    for (n, vectors) in [(1, 1), (5, 3), (127, 4), (128, 5), (129, 9), (300, 40)] {
        let (a, x) = (symmetric(n, 1), symmetric(n.max(vectors), 2));
        let x = x.slice(s![..vectors, ..n]).to_owned();
        let products = Operator::from_matrix(&a)?.apply_all(&x)?;
        let difference = &products - &x.dot(&a);
        assert!(difference.iter().all(|e| e.abs() < 1e-12 * n as f64), "{n} {vectors}");
    }
    Ok(())
}
