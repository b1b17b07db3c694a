//! Rules of storage against couplings by hand, by definition, and by other methods.

use statmech::prelude::*;

fn close(a: &Array2<f64>, b: &Array2<f64>, tolerance: f64) -> bool {
    a.dim() == b.dim() && a.iter().zip(b).all(|(x, y)| (x - y).abs() <= tolerance)
}

fn row(patterns: &Array2<i8>, mu: usize) -> Array1<i8> {
    patterns.row(mu).to_owned()
}

fn first(patterns: &Array2<i8>, count: usize) -> Array2<i8> {
    patterns.slice(s![..count, ..]).to_owned()
}

fn least(values: &Array2<f64>) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

#[test]
fn hebb_by_hand() {
    let net = Hopfield::hebb(&array![[1, 1, -1, 1], [1, -1, -1, -1]]).unwrap();
    let expected = array![
        [0.0, 0.0, -0.5, 0.0],
        [0.0, 0.0, 0.0, 0.5],
        [-0.5, 0.0, 0.0, 0.0],
        [0.0, 0.5, 0.0, 0.0]
    ];
    assert_eq!(net.couplings().unwrap(), expected);
    // The diagonal is P/N: divided by the number of units, not of patterns.
    let kept = net.keep_diagonal(true).couplings().unwrap();
    assert!(kept.diag().iter().all(|&own| own == 0.5));
    assert_eq!(net.couplings().unwrap(), expected, "the original stays as it was");
}

#[test]
fn storkey_by_hand() {
    // After (1, 1, 1) all couplings are 1/3. Then h_01 = J_02 ξ_2 = 1/3, h_10 = 1/3, h_02 = J_01 ξ_1 = -1/3 = h_20, h_12 = h_21 = 1/3.
    let net = Hopfield::storkey(&array![[1, 1, 1], [1, -1, 1]]).unwrap();
    let (a, b) =
        (1.0 / 3.0 + (-1.0 - 1.0 / 3.0 + 1.0 / 3.0) / 3.0, 1.0 / 3.0 + (1.0 + 2.0 / 3.0) / 3.0);
    let expected = array![[0.0, a, b], [a, 0.0, a], [b, a, 0.0]];
    assert!(close(&net.couplings().unwrap(), &expected, 1e-15));
}

#[test]
fn storkey_by_definition_one_pattern_at_a_time() {
    let patterns = random_patterns(6, 11, 3).unwrap();
    let n = 11;
    let mut j = Array2::<f64>::zeros((n, n));
    for mu in 0..6 {
        let xi: Vec<f64> = patterns.row(mu).iter().map(|&s| f64::from(s)).collect();
        let before = j.clone();
        let h = |a: usize, b: usize| -> f64 {
            (0..n).filter(|&k| k != a && k != b).map(|k| before[(a, k)] * xi[k]).sum()
        };
        for a in 0..n {
            for b in (0..n).filter(|&b| b != a) {
                j[(a, b)] += (xi[a] * xi[b] - xi[a] * h(b, a) - h(a, b) * xi[b]) / n as f64;
            }
        }
    }
    let net = Hopfield::storkey(&patterns).unwrap();
    assert!(close(&net.couplings().unwrap(), &j, 1e-13));
    // The order of the patterns matters: a rule summed over patterns at once would not see it.
    let mut reversed = patterns.clone();
    reversed.invert_axis(Axis(0));
    let other = Hopfield::storkey(&reversed).unwrap().couplings().unwrap();
    assert!(!close(&other, &j, 1e-3));
}

#[test]
fn pseudo_inverse_by_hand_is_a_projection() {
    // The patterns span (1, 0, 1) and (0, 1, 0).
    let net = Hopfield::pseudo_inverse(&array![[1, 1, 1], [1, -1, 1]]).unwrap();
    let expected = array![[0.5, 0.0, 0.5], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]];
    assert!(close(&net.keep_diagonal(true).couplings().unwrap(), &expected, 1e-15));
    let mut bare = expected;
    bare.diag_mut().fill(0.0);
    assert!(close(&net.couplings().unwrap(), &bare, 1e-15));
}

#[test]
fn pseudo_inverse_keeps_patterns_exactly() {
    for patterns in [
        random_patterns(90, 100, 5).unwrap(),
        correlated_patterns(30, 100, 0.6, 6).unwrap(),
        biased_patterns(30, 700, -0.8, 7).unwrap(),
    ] {
        let net = Hopfield::pseudo_inverse(&patterns).unwrap();
        let projection = net.keep_diagonal(true);
        let own = projection.couplings().unwrap().diag().to_owned();
        for pattern in patterns.rows() {
            let pattern = pattern.to_owned();
            let kept = projection.local_fields(&pattern).unwrap();
            let bare = net.local_fields(&pattern).unwrap();
            for i in 0..pattern.len() {
                let xi = f64::from(pattern[i]);
                assert!((kept[i] - xi).abs() < 1e-10);
                assert!((bare[i] - (1.0 - own[i]) * xi).abs() < 1e-10);
            }
        }
        let j = projection.couplings().unwrap();
        assert!(close(&j.dot(&j), &j, 1e-10));
        assert!((j.diag().sum() - patterns.nrows() as f64).abs() < 1e-9, "trace is the rank");
    }
}

#[test]
fn covariance_by_definition_and_at_zero_bias_hebb() {
    let patterns = biased_patterns(7, 20, -0.4, 8).unwrap();
    let b = 2.0 * 0.3 - 1.0;
    let expected = Array2::from_shape_fn((20, 20), |(i, j)| {
        let xi = |mu: usize, i: usize| f64::from(patterns[(mu, i)]) - b;
        (0..7).map(|mu| xi(mu, i) * xi(mu, j)).sum::<f64>() / (20.0 * (1.0 - b * b))
    });
    let net = Hopfield::covariance(&patterns, 0.3).unwrap().keep_diagonal(true);
    assert!(close(&net.couplings().unwrap(), &expected, 1e-14));
    let half = Hopfield::covariance(&patterns, 0.5).unwrap();
    let hebb = Hopfield::hebb(&patterns).unwrap();
    assert_eq!(half.couplings().unwrap(), hebb.couplings().unwrap());
    // Fields and energy, from overlaps here, are those of the matrix.
    let state = row(&random_patterns(1, 20, 9).unwrap(), 0);
    let s = state.mapv(f64::from);
    assert!((net.local_fields(&state).unwrap() - expected.dot(&s)).iter().all(|e| e.abs() < 1e-13));
    let energy = -0.5 * (s.dot(&expected.dot(&s)) - expected.diag().sum());
    assert!((net.energy(&state).unwrap() - energy).abs() < 1e-12);
}

#[test]
fn covariance_stores_biased_patterns_where_hebb_fails() {
    let patterns = biased_patterns(20, 500, -0.7, 10).unwrap();
    let mean = |net: &Hopfield| {
        let recalled = net.recall_many(&patterns).run().unwrap();
        recalled.iter().enumerate().map(|(mu, r)| r.overlaps[mu]).sum::<f64>() / 20.0
    };
    let covariance = Hopfield::covariance(&patterns, 0.15).unwrap().field(-0.7).unwrap();
    let hebb = Hopfield::hebb(&patterns).unwrap();
    // Hebb's rule drifts to the common mean, whose overlap with a pattern is 0.7.
    assert!(mean(&covariance) > 0.99, "{}", mean(&covariance));
    assert!(mean(&hebb) < 0.8, "{}", mean(&hebb));
}

#[test]
fn zeros_and_ones_keep_the_distribution() {
    let patterns = biased_patterns(4, 7, -0.3, 11).unwrap();
    let (p, theta) = (0.35, 0.2);
    let net = Hopfield::tsodyks_feigelman(&patterns, p, theta).unwrap();
    let n = 7;
    let eta = |mu: usize, i: usize| f64::from((1 + patterns[(mu, i)]) / 2) - p;
    let w = Array2::from_shape_fn((n, n), |(i, j)| {
        if i == j {
            return 0.0;
        }
        (0..4).map(|mu| eta(mu, i) * eta(mu, j)).sum::<f64>() / (n as f64 * p * (1.0 - p))
    });
    let energy = |units: &Array1<f64>| -0.5 * units.dot(&w.dot(units)) + theta * units.sum();
    let (weights, thresholds) = net.binary().unwrap();
    assert!(close(&weights, &w, 1e-14));
    assert!(thresholds.iter().all(|t| (t - theta).abs() < 1e-14));
    let again = Hopfield::from_binary(&weights, &thresholds).unwrap();
    let down = Array1::from_elem(n, -1_i8);
    for bits in 0..1_u32 << n {
        let state: Array1<i8> = (0..n).map(|i| if bits >> i & 1 == 1 { 1 } else { -1 }).collect();
        let units = state.mapv(|s| f64::from((1 + s) / 2));
        for net in [&net, &again] {
            let difference = net.energy(&state).unwrap() - net.energy(&down).unwrap();
            assert!((difference - energy(&units)).abs() < 1e-13);
        }
    }
}

/// The greatest stability of two couplings by a scan of their angle.
fn scanned(examples: &[(f64, f64)]) -> f64 {
    let kappa = |angle: f64| {
        let least = |(x, y): &(f64, f64)| x * angle.cos() + y * angle.sin();
        examples.iter().map(least).fold(f64::INFINITY, f64::min)
    };
    (0..20_000).map(|k| kappa(f64::from(k) * std::f64::consts::TAU / 20_000.0)).fold(-9.0, f64::max)
}

#[test]
fn trained_stability_is_the_greatest_there_is() {
    for patterns in [
        array![[1_i8, 1, 1], [1, -1, -1]],
        array![[1, 1, -1], [1, -1, 1]],
        array![[1, 1, 1], [1, -1, 1], [-1, -1, 1]],
    ] {
        let trained = Hopfield::perceptron(&patterns).tolerance(1e-6).run().unwrap();
        for i in 0..3 {
            let others: Vec<usize> = (0..3).filter(|&j| j != i).collect();
            let example = |mu: usize| {
                let x = |j: usize| f64::from(patterns[(mu, i)] * patterns[(mu, j)]);
                (x(others[0]), x(others[1]))
            };
            let best = scanned(&(0..patterns.nrows()).map(example).collect::<Vec<_>>());
            if best > 1e-3 {
                assert!((trained.margins[i] - best).abs() < 1e-5, "{} {best}", trained.margins[i]);
            } else {
                assert!(trained.margins[i] <= 1e-9 && !trained.converged);
            }
        }
    }
}

#[test]
fn training_reaches_gardners_margin_and_says_what_cannot_be_stored() {
    // 1/α = (1 + κ²)Φ(κ) + κφ(κ) gives α = 0.5196 at κ = 1 (E. Gardner, J. Phys. A 21, 257 (1988)).
    let patterns = random_patterns(156, 300, 12).unwrap();
    let trained = Hopfield::perceptron(&patterns).run().unwrap();
    assert!(trained.converged);
    let mean = trained.margins.mean().unwrap();
    assert!((mean - 1.0).abs() < 0.03, "{mean}");
    let fields = |mu: usize| trained.network.local_fields(&row(&patterns, mu)).unwrap();
    let aligned = (0..156).map(|mu| fields(mu) * row(&patterns, mu).mapv(f64::from));
    let smallest = aligned.flatten().fold(f64::INFINITY, f64::min);
    assert!((smallest - 1.0).abs() < 1e-9);
    let modest = Hopfield::perceptron(&patterns).margin(0.5).run().unwrap();
    assert!(modest.converged && modest.margin >= 0.5 && modest.sweeps < trained.sweeps);
    let much = Hopfield::perceptron(&patterns).margin(1.5).run().unwrap();
    assert!(!much.converged && much.margin < 1.5);
}

#[test]
fn symmetric_training_stores_with_symmetric_couplings() {
    let patterns = random_patterns(40, 100, 13).unwrap();
    let trained = Hopfield::perceptron(&patterns).symmetric(true).run().unwrap();
    let free = Hopfield::perceptron(&patterns).run().unwrap();
    assert!(trained.converged && trained.network.is_symmetric() && !free.network.is_symmetric());
    assert!(trained.margin > 0.0 && trained.margin <= free.margin + 1e-3);
    assert!(trained.network.ising().is_ok() && free.network.ising().is_err());
    // Nothing smaller does it: the mean of J and its transpose of the free solution is symmetric and stores, if scaled.
    let j = free.network.couplings().unwrap();
    let other = Hopfield::from_couplings(&((&j + &j.t()) / 2.0)).unwrap();
    let smallest = (0..40)
        .flat_map(|mu| {
            let pattern = row(&patterns, mu);
            (other.local_fields(&pattern).unwrap() * pattern.mapv(f64::from)).to_vec()
        })
        .fold(f64::INFINITY, f64::min);
    assert!(smallest > 0.0);
    let size = |j: &Array2<f64>| j.iter().map(|j| j * j).sum::<f64>();
    let least = size(&trained.network.couplings().unwrap());
    assert!(least <= size(&(other.couplings().unwrap() / smallest)) * (1.0 + 3e-3));
}

#[test]
fn stabilities_by_definition() {
    let patterns = random_patterns(5, 30, 14).unwrap();
    let net = Hopfield::storkey(&patterns).unwrap().field(0.1).unwrap();
    let (j, kappa) = (net.couplings().unwrap(), net.stabilities().unwrap());
    for mu in 0..5 {
        for i in 0..30 {
            let field = j.row(i).dot(&row(&patterns, mu).mapv(f64::from)) + 0.1;
            let norm = j.row(i).dot(&j.row(i)).sqrt();
            let expected = f64::from(patterns[(mu, i)]) * field / norm;
            assert!((kappa[(mu, i)] - expected).abs() < 1e-12);
        }
    }
}

#[test]
fn learning_and_forgetting_undo_each_other() {
    let patterns = random_patterns(6, 40, 15).unwrap();
    let five = first(&patterns, 5);
    let rules: [fn(&Array2<i8>) -> Hopfield; 6] = [
        |p| Hopfield::hebb(p).unwrap(),
        |p| Hopfield::covariance(p, 0.4).unwrap(),
        |p| Hopfield::tsodyks_feigelman(p, 0.4, 0.1).unwrap(),
        |p| Hopfield::storkey(p).unwrap(),
        |p| Hopfield::pseudo_inverse(p).unwrap(),
        |p| Hopfield::perceptron(p).run().unwrap().network,
    ];
    for rule in rules {
        let (small, large) = (rule(&five).keep_diagonal(true), rule(&patterns).keep_diagonal(true));
        let learned = small.learn(&row(&patterns, 5)).unwrap();
        let name = large.rule();
        assert_eq!(learned.patterns(), patterns);
        assert_eq!(learned.couplings().unwrap(), large.couplings().unwrap(), "{name}");
        assert_eq!(learned.fields(), large.fields(), "{name}");
        let forgot = learned.forget(5).unwrap();
        assert_eq!(forgot.couplings().unwrap(), small.couplings().unwrap(), "{name}");
        assert_eq!(forgot.rule(), name);
    }
    let given = Hopfield::from_couplings(&Array2::zeros((40, 40))).unwrap();
    let given = five.rows().into_iter().fold(given, |net, p| net.learn(&p.to_owned()).unwrap());
    let hebb = Hopfield::hebb(&five).unwrap();
    assert!(close(&given.couplings().unwrap(), &hebb.couplings().unwrap(), 1e-15));
    let without = Hopfield::hebb(&five.slice(s![1.., ..]).to_owned()).unwrap();
    let forgot = given.forget(0).unwrap().couplings().unwrap();
    assert!(close(&forgot, &without.couplings().unwrap(), 1e-15));
}

#[test]
fn unlearning_takes_a_fixed_point_out() {
    let patterns = random_patterns(12, 60, 16).unwrap();
    let net = Hopfield::hebb(&patterns).unwrap();
    let one = net.unlearn().strength(0.3).dreams(1).seed(4).run().unwrap();
    let change = net.couplings().unwrap() - one.network.couplings().unwrap();
    // ε s sᵀ / N: the signs of one row are the dream, up to a common sign.
    let dream: Array1<i8> =
        (0..60).map(|i| if i == 0 || change[(0, i)] > 0.0 { 1 } else { -1 }).collect();
    assert!(net.is_fixed_point(&dream).unwrap());
    for ((i, j), value) in change.indexed_iter() {
        let expected = if i == j { 0.0 } else { 0.3 / 60.0 * f64::from(dream[i] * dream[j]) };
        assert!((value - expected).abs() < 1e-15);
    }
    let many = net.unlearn().dreams(300).seed(4).run().unwrap();
    let (before, after) = (net.stabilities().unwrap(), many.network.stabilities().unwrap());
    assert!(least(&after) > least(&before) + 0.1, "{} {}", least(&before), least(&after));
    let late = net.unlearn().deadline(1e-9).run().unwrap();
    assert!(!late.complete && late.dreams == 0);
    assert_eq!(late.network.couplings().unwrap(), net.couplings().unwrap());
}

#[test]
fn the_spectrum_is_that_of_the_matrix() {
    let net = Hopfield::hebb(&random_patterns(4, 25, 17).unwrap()).unwrap();
    let j = net.couplings().unwrap();
    let values = net.spectrum().unwrap().values("eigenvalue").unwrap();
    let squares: f64 = values.iter().map(|v| v * v).sum();
    assert!(values.iter().sum::<f64>().abs() < 1e-12);
    assert!((squares - j.iter().map(|j| j * j).sum::<f64>()).abs() < 1e-11);
    assert!(values.windows(2).all(|pair| pair[0] <= pair[1]));
}

#[test]
fn patterns_are_as_asked_for() {
    let biased = biased_patterns(50, 2000, 0.3, 18).unwrap();
    let mean = biased.iter().map(|&s| f64::from(s)).sum::<f64>() / 1e5;
    assert!((mean - 0.3).abs() < 4.0 * (0.91_f64 / 1e5).sqrt());
    let alike = correlated_patterns(20, 4000, 0.25, 19).unwrap();
    let overlap = |a: usize, b: usize| {
        (0..4000).map(|i| f64::from(alike[(a, i)] * alike[(b, i)])).sum::<f64>() / 4000.0
    };
    let pairs: Vec<f64> =
        (0..20).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| overlap(a, b)).collect();
    let mean = pairs.iter().sum::<f64>() / pairs.len() as f64;
    // The 20 patterns share a parent: the mean varies by about √c / √N.
    assert!((mean - 0.25).abs() < 0.02, "{mean}");
    let pattern = row(&alike, 0);
    for flips in [0, 1, 17, 4000] {
        let spoiled = flipped(&pattern, flips, 20).unwrap();
        assert_eq!(spoiled.iter().zip(&pattern).filter(|(a, b)| a != b).count(), flips);
    }
    let noisy = noisy(&pattern, 0.1, 21).unwrap();
    let different = noisy.iter().zip(&pattern).filter(|(a, b)| a != b).count() as f64;
    assert!((different - 400.0).abs() < 4.0 * 360_f64.sqrt());
    // Every unit is as likely to be flipped as any other.
    let mut counts = [0_u32; 10];
    let short = Array1::from_elem(10, 1_i8);
    for seed in 0..4000 {
        for (count, &s) in counts.iter_mut().zip(&flipped(&short, 3, seed).unwrap()) {
            *count += u32::from(s == -1);
        }
    }
    let sigma = (4000.0 * 0.3 * 0.7_f64).sqrt();
    assert!(counts.iter().all(|&count| (f64::from(count) - 1200.0).abs() < 4.0 * sigma));
}
