//! Classes of hypotheses: dichotomies, shattering and complexities against closed forms, brute force and each other.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;

use coverage::coverage;
use says::assert_says;
use statmech::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use statmech::prelude::*;
use statmech::rand::Rng;

fn normal(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut generator))
}

/// Random labels of `rows` hypotheses.
fn table(rows: usize, columns: usize, seed: u64) -> Array2<i8> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_simple_fn((rows, columns), || if generator.random() { 1 } else { -1 })
}

const ON_THE_LINE: [HypothesisClass; 5] = [
    HypothesisClass::Thresholds,
    HypothesisClass::Rays,
    HypothesisClass::Intervals,
    HypothesisClass::Unions(2),
    HypothesisClass::Unions(3),
];

#[test]
fn points_on_the_line_have_as_many_dichotomies_as_the_closed_forms_say() {
    for class in ON_THE_LINE {
        for m in 1..=12 {
            let made = class.dichotomies(&normal(m, 1, m as u64)).unwrap();
            let expected = class.growth_function(m, 1).unwrap();
            assert_eq!(made.count().to_string(), expected.to_string(), "{class} at {m}");
        }
    }
    // Closed forms by hand.
    let by_hand = |class: HypothesisClass, m| class.growth_function(m, 1).unwrap().to_string();
    assert_eq!(by_hand(HypothesisClass::Thresholds, 7), "8");
    assert_eq!(by_hand(HypothesisClass::Rays, 7), "14");
    assert_eq!(by_hand(HypothesisClass::Intervals, 7), "29");
    // Five points with at most two runs of +1: all 32 but + − + − +.
    assert_eq!(by_hand(HypothesisClass::Unions(2), 5), "31");
}

/// Every labelling of points on the line, kept if it has the class's form: nothing of the enumeration is used.
fn by_form(class: HypothesisClass, m: usize) -> usize {
    let fits = |labels: usize| {
        let bit = |k: usize| labels >> k & 1 == 1;
        let runs = (0..m).filter(|&k| bit(k) && (k == 0 || !bit(k - 1))).count();
        let changes = (1..m).filter(|&k| bit(k) != bit(k - 1)).count();
        match class {
            HypothesisClass::Thresholds => changes == 0 || changes == 1 && bit(m - 1),
            HypothesisClass::Rays => changes <= 1,
            HypothesisClass::Intervals => runs <= 1,
            HypothesisClass::Unions(k) => runs <= k,
            _ => unreachable!(),
        }
    };
    (0..1 << m).filter(|&labels| fits(labels)).count()
}

#[test]
fn points_on_the_line_against_all_labellings() {
    for class in ON_THE_LINE {
        for m in 1..=10 {
            assert_eq!(
                class.growth_function(m, 1).unwrap().to_string(),
                by_form(class, m).to_string(),
                "{class}"
            );
        }
    }
}

#[test]
fn half_spaces_in_general_position_have_covers_count() {
    for (m, d) in [(1, 1), (4, 2), (7, 2), (8, 3), (6, 5), (9, 4)] {
        let points = normal(m, d, 3);
        let through = HypothesisClass::HalfSpaces.dichotomies(&points).unwrap();
        assert_eq!(through.count().to_string(), cover::count(m, d).unwrap().to_string());
        let anywhere = HypothesisClass::AffineHalfSpaces.dichotomies(&points).unwrap();
        assert_eq!(
            anywhere.count().to_string(),
            cover::count_with_threshold(m, d).unwrap().to_string()
        );
    }
    // On the line planes are rays.
    let line = normal(6, 1, 1);
    let rays = HypothesisClass::Rays.dichotomies(&line).unwrap();
    assert_eq!(HypothesisClass::AffineHalfSpaces.dichotomies(&line).unwrap(), rays);
}

#[test]
fn half_spaces_against_the_linear_programme() {
    // Points that are not in general position: a grid, three in a row.
    let grid = Array2::from_shape_fn(
        (9, 2),
        |(i, k)| if k == 0 { (i / 3) as f64 } else { (i % 3) as f64 },
    );
    let lines = HypothesisClass::AffineHalfSpaces.dichotomies(&grid).unwrap();
    let mut count = 0;
    for code in 0..512_usize {
        let labels = Array1::from_shape_fn(9, |i| if code >> i & 1 == 1 { 1 } else { -1 });
        let examples = Examples::new(grid.clone(), labels).unwrap().extended();
        count += usize::from(examples.separation_by_programme().unwrap().separable);
    }
    assert_eq!(lines.count(), count);
    assert!(count < 2 * (1 + 8 + 28), "fewer than Cover's number: {count}");
    assert_eq!(lines.vc_dimension().unwrap().dimension, 3);
}

#[test]
fn rectangles_against_all_labellings() {
    for (m, d, seed) in [(5, 2, 1), (9, 2, 2), (8, 3, 3)] {
        let points = normal(m, d, seed);
        let made = HypothesisClass::Rectangles.dichotomies(&points).unwrap();
        // A labelling is a box's if the smallest box around its +1 holds no −1.
        let mut count = 0;
        for code in 0..1_usize << m {
            let inside: Vec<usize> = (0..m).filter(|&i| code >> i & 1 == 1).collect();
            let holds = |i: usize| {
                (0..d).all(|k| {
                    let values = inside.iter().map(|&j| points[(j, k)]);
                    let low = values.clone().fold(f64::INFINITY, f64::min);
                    let high = values.fold(f64::NEG_INFINITY, f64::max);
                    (low..=high).contains(&points[(i, k)])
                })
            };
            count += usize::from((0..m).all(|i| code >> i & 1 == 1 || !holds(i)));
        }
        assert_eq!(made.count(), count);
    }
}

#[test]
fn vc_dimensions_are_found_with_their_certificates() {
    // Four points as a diamond are shattered by rectangles; no five are, on many points.
    let diamond = array![[0.0, 1.0], [0.0, -1.0], [1.0, 0.0], [-1.0, 0.0]];
    let boxes = HypothesisClass::Rectangles.dichotomies(&diamond).unwrap();
    assert_eq!(boxes.vc_dimension().unwrap().shattered, [0, 1, 2, 3]);
    let cases = [
        (HypothesisClass::Rectangles, 14, 2, 4),
        (HypothesisClass::HalfSpaces, 9, 3, 3),
        (HypothesisClass::AffineHalfSpaces, 9, 3, 4),
        (HypothesisClass::Unions(3), 12, 1, 6),
        (HypothesisClass::Thresholds, 12, 1, 1),
        (HypothesisClass::Rays, 12, 1, 2),
        (HypothesisClass::Intervals, 12, 1, 2),
    ];
    for (class, m, d, expected) in cases {
        let made = class.dichotomies(&normal(m, d, 5)).unwrap();
        let found = made.vc_dimension().unwrap();
        assert_eq!(found.dimension, expected, "{class}");
        assert_eq!(found.dimension, class.vc_dimension(d).unwrap(), "{class}");
        assert!(made.shatters(&found.shattered).unwrap());
        // Pajor: at least as many sets are shattered as there are dichotomies; Sauer: no more dichotomies than small sets.
        assert!(found.shattered_sets.iter().sum::<u64>() >= made.count() as u64);
        assert!(sauer_bound(m, expected).unwrap() >= made.count().into());
    }
}

#[test]
fn vc_dimension_of_tables_against_all_sets_of_points() {
    for seed in 0..20 {
        let class = Dichotomies::new(&table(40, 8, seed)).unwrap();
        let found = class.vc_dimension().unwrap();
        let mut by_size = vec![1_u64];
        let mut richest = [0.0_f64; 8];
        for set in 1..256_usize {
            let points: Vec<usize> = (0..8).filter(|k| set >> k & 1 == 1).collect();
            let made = class.restricted(&points).unwrap().count() as f64;
            richest[points.len() - 1] = richest[points.len() - 1].max(made);
            if class.shatters(&points).unwrap() {
                by_size.resize(by_size.len().max(points.len() + 1), 0);
                by_size[points.len()] += 1;
            }
        }
        assert_eq!(found.shattered_sets, by_size);
        assert_eq!(
            (found.dimension, found.shattered.len()),
            (by_size.len() - 1, by_size.len() - 1)
        );
        let growth = class.growth().unwrap();
        let shattered = growth.values("shattered").unwrap();
        for (k, count) in by_size.iter().enumerate().skip(1) {
            assert_eq!(shattered[k - 1], *count as f64);
        }
        let (most, sauer) = (growth.values("growth").unwrap(), growth.values("sauer").unwrap());
        assert_eq!(most[7], class.count() as f64);
        assert_eq!(most, richest);
        assert!(most.iter().zip(sauer).all(|(most, sauer)| *most <= sauer));
    }
}

#[test]
fn growth_on_points_is_the_growth_function_where_all_points_are_alike() {
    for class in [HypothesisClass::Intervals, HypothesisClass::Unions(2)] {
        let growth = class.dichotomies(&normal(10, 1, 4)).unwrap().growth().unwrap();
        let closed = class.growth_frame(1, 10).unwrap();
        assert_eq!(growth.values("growth").unwrap(), closed.values("growth").unwrap());
        assert_eq!(growth.values("sauer").unwrap(), closed.values("sauer").unwrap());
    }
    // Twenty runs label forty points in all ways: numbers of more than 32 bits.
    let frame = HypothesisClass::Unions(20).growth_frame(1, 40).unwrap();
    assert_eq!(frame.values("growth").unwrap()[39], 1_099_511_627_776.0);
    let planes = HypothesisClass::AffineHalfSpaces;
    let growth = planes.dichotomies(&normal(9, 2, 4)).unwrap().growth().unwrap();
    assert_eq!(
        growth.values("growth").unwrap(),
        planes.growth_frame(2, 9).unwrap().values("growth").unwrap()
    );
}

#[test]
fn growth_function_of_rectangles() {
    let growth = |m, d| HypothesisClass::Rectangles.growth_function(m, d).unwrap().to_string();
    for m in 1..=4 {
        assert_eq!(growth(m, 2), (1 << m).to_string());
        assert_eq!(growth(m, 3), (1 << m).to_string());
    }
    // By going through all orders and all labellings in another language.
    assert_eq!([5, 6, 7].map(|m| growth(m, 2)), ["28", "49", "77"]);
    assert_eq!(growth(5, 3), "32");
    // No random arrangement has more than the largest of all orders, and some have as many.
    let best = (0..300)
        .map(|seed| HypothesisClass::Rectangles.dichotomies(&normal(7, 2, seed)).unwrap().count());
    let largest: usize = growth(7, 2).parse().unwrap();
    assert_eq!(best.max().unwrap(), largest);
    assert!(sauer_bound(7, 4).unwrap() >= largest.into());
}

#[test]
fn equal_points_have_equal_labels() {
    let twice = array![[1.0], [2.0], [1.0]];
    for class in ON_THE_LINE {
        let made = class.dichotomies(&twice).unwrap();
        assert!(made.table().rows().into_iter().all(|row| row[0] == row[2]));
    }
    let plane = array![[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]];
    assert_eq!(HypothesisClass::Rectangles.dichotomies(&plane).unwrap().count(), 4);
    assert_eq!(HypothesisClass::HalfSpaces.dichotomies(&plane).unwrap().count(), 4);
    // −0 is 0.
    assert_eq!(HypothesisClass::Thresholds.dichotomies(&array![[0.0], [-0.0]]).unwrap().count(), 2);
}

#[test]
fn half_spaces_of_points_of_any_size() {
    let points = normal(6, 2, 4);
    let powers = [-300, 100, -5, 300, 0, -150];
    let rays = Array2::from_shape_fn((6, 2), |(i, k)| points[(i, k)] * 10_f64.powi(powers[i]));
    let class = HypothesisClass::HalfSpaces;
    assert_eq!(class.dichotomies(&rays).unwrap(), class.dichotomies(&points).unwrap());
    assert_eq!(class.dichotomies(&points).unwrap().count(), 12);
    // All planes: one scale for each coordinate changes nothing, however far the coordinates are apart.
    let class = HypothesisClass::AffineHalfSpaces;
    let grid = Array2::from_shape_fn((9, 2), |(i, k)| if k == 0 { i / 3 } else { i % 3 } as f64);
    let expected = class.dichotomies(&grid).unwrap();
    for scales in [[1e-300, 1e-300], [1e300, 1e300], [1e-310, 1e100], [f64::MAX / 2.0, 1e-20]] {
        let scaled = Array2::from_shape_fn((9, 2), |(i, k)| grid[(i, k)] * scales[k]);
        assert_eq!(class.dichotomies(&scaled).unwrap(), expected, "{scales:?}");
    }
    // Nor does where 0 is.
    for offset in [[1e12, -3e13], [0.0, 1e15]] {
        assert_eq!(
            class.dichotomies(&(&grid + &Array1::from(offset.to_vec()))).unwrap(),
            expected,
            "{offset:?}"
        );
    }
    // Copies on a ray, up to the rounding of their numbers, are one point.
    let copies = array![[1.0, 3.0], [0.1, 0.3], [1e-200, 3e-200], [-7.0, 2.0]];
    assert_eq!(HypothesisClass::HalfSpaces.dichotomies(&copies).unwrap().count(), 4);
}

/// ⟨max_h Σσh⟩/m, sign by sign and hypothesis by hypothesis.
fn complexity(class: &Dichotomies) -> f64 {
    let m = class.points();
    let best = |code: usize| {
        let fit = |row: usize| {
            let signs = (0..m).map(|i| if code >> i & 1 == 1 { 1 } else { -1 });
            signs.zip(class.table().row(row)).map(|(s, &h)| s * i64::from(h)).sum::<i64>()
        };
        (0..class.count()).map(fit).max().unwrap()
    };
    (0..1 << m).map(best).sum::<i64>() as f64 / (m as f64 * (m as f64).exp2())
}

#[test]
fn rademacher_complexity_against_brute_force_and_closed_forms() {
    for seed in 0..10 {
        let class = Dichotomies::new(&table(1 + 7 * seed as usize, 9, seed)).unwrap();
        assert!((class.rademacher().unwrap() - complexity(&class)).abs() < 1e-12);
        assert!(class.rademacher().unwrap() <= class.massart_bound() + 1e-12);
    }
    let all = Array2::from_shape_fn((1 << 10, 10), |(r, i)| if r >> i & 1 == 1 { 1 } else { -1 });
    assert_eq!(Dichotomies::new(&all).unwrap().rademacher().unwrap(), 1.0);
    // h and −h on 20 points: ⟨|S|⟩/20 of a walk, 20 (19 over 9)/2^19/20.
    let pair = Array2::from_shape_fn((2, 20), |(r, _)| if r == 0 { 1 } else { -1 });
    let expected = 92_378.0 / 524_288.0;
    assert!((Dichotomies::new(&pair).unwrap().rademacher().unwrap() - expected).abs() < 1e-14);
}

#[test]
fn linear_complexity_against_brute_force_and_bounds() {
    for (m, d) in [(1, 3), (5, 2), (14, 3), (15, 1)] {
        let inputs = normal(m, d, 7);
        let class = LinearClass::new(&inputs, 1.7).unwrap();
        let mut total = 0.0;
        for code in 0..1_usize << m {
            let signs = Array1::from_shape_fn(m, |i| if code >> i & 1 == 1 { 1.0 } else { -1.0 });
            let sum = signs.dot(&inputs);
            total += sum.dot(&sum).sqrt();
        }
        let expected = 1.7 * total / (m as f64 * (m as f64).exp2());
        let exact = class.rademacher().unwrap();
        assert!((exact / expected - 1.0).abs() < 1e-12, "{exact} {expected}");
        assert!(exact <= class.bound() * (1.0 + 1e-12) && exact >= class.bound() / 2_f64.sqrt());
    }
}

#[test]
fn sampled_complexities_cover_the_exact_ones() {
    let class = HypothesisClass::Intervals.dichotomies(&normal(14, 1, 2)).unwrap();
    let sampling = class.rademacher_sampling().samples(60);
    let held = coverage(class.rademacher().unwrap(), |seed| {
        let found = sampling.seed(seed).run().unwrap();
        (found.mean, found.error)
    });
    assert!((252..=292).contains(&held), "{held} of 400");
    // One hypothesis alone has no complexity: its fit is as often below 0 as above.
    let single = Dichotomies::new(&table(1, 14, 3)).unwrap();
    let found = single.rademacher_sampling().samples(400).run().unwrap();
    assert!(found.mean.abs() < 4.0 * found.error, "{found}");
    let linear = LinearClass::new(&normal(12, 3, 1), 1.7).unwrap();
    let sampling = linear.rademacher_sampling().samples(60);
    let held = coverage(linear.rademacher().unwrap(), |seed| {
        let found = sampling.seed(seed).run().unwrap();
        (found.mean, found.error)
    });
    assert!((252..=292).contains(&held), "{held} of 400");
}

#[test]
fn limits_of_sampled_complexities_hold_where_means_do_not() {
    let (points, inputs) = (normal(12, 1, 2), normal(12, 3, 5));
    let labels = HypothesisClass::Intervals.dichotomies(&points).unwrap();
    let linear = LinearClass::new(&inputs, 2.0).unwrap();
    let squares: f64 = inputs.iter().map(|x| x * x).sum();
    let cases = [
        (labels.rademacher_sampling(), labels.rademacher().unwrap(), 1.0 / 12_f64.sqrt(), 1.0),
        (
            linear.rademacher_sampling(),
            linear.rademacher().unwrap(),
            squares.sqrt() / 6.0,
            linear.bound(),
        ),
    ];
    for (sampling, exact, reach, certain) in cases {
        let sampling = sampling.samples(10);
        let (mut means, mut limits) = (0, 0);
        for seed in 0..200 {
            let mean = sampling.seed(seed).run().unwrap().mean;
            let limit = sampling.seed(seed).upper_limit(0.3).unwrap();
            let expected = mean + reach * (2.0 * (1.0 / 0.3_f64).ln() / 10.0).sqrt();
            assert!((limit - expected.min(certain)).abs() < 1e-12);
            means += usize::from(mean < exact);
            limits += usize::from(limit < exact);
        }
        assert!((60..=140).contains(&means) && limits <= 60, "{means} {limits} of 200");
    }
    // Gaussian noise has no certain limit on labellings.
    let all = Dichotomies::new(&table(64, 3, 1)).unwrap().rademacher_sampling().samples(2);
    assert!((0..40).any(|seed| all.gaussian(true).seed(seed).upper_limit(0.5).unwrap() > 1.0));
    for bad in [0.0, 1.0, f64::NAN] {
        assert_says(all.upper_limit(bad), &["`delta`"]);
    }
}

#[test]
fn gaussian_complexity_of_orthogonal_inputs() {
    // |g| of 25 normal numbers: √2 Γ(13)/Γ(12.5).
    let class = LinearClass::new(&Array2::eye(25), 1.0).unwrap();
    let found = class.rademacher_sampling().gaussian(true).samples(4_000).run().unwrap();
    let mean_length = 4.950_262;
    assert!((25.0 * found.mean - mean_length).abs() < 4.0 * 25.0 * found.error + 1e-4, "{found}");
    let coins = class.rademacher().unwrap();
    assert!(found.mean > (2.0 / std::f64::consts::PI).sqrt() * coins);
}

#[test]
fn a_shift_changes_no_dichotomy_and_is_not_counted_wrongly() {
    let points = normal(7, 3, 3);
    let count = |points: &Array2<f64>| HypothesisClass::AffineHalfSpaces.dichotomies(points);
    assert_eq!(count(&points).unwrap().count(), 84);
    for far in [1e2, 1e5, 1e7, 1e8] {
        for signs in [array![1.0, -1.0, 1.0], array![1.0, -1.0, 0.0], array![0.01, 0.0, -1.0]] {
            let shifted = count(&(&points + &(far * signs)));
            assert!(shifted.is_ok_and(|found| found.count() == 84), "{far}");
        }
    }
    // Through the origin, directions that nearly agree are counted rightly or refused.
    for far in [1e3, 1e5, 1e7, 1e8] {
        let found = HypothesisClass::HalfSpaces.dichotomies(&(&normal(8, 2, 3) + far));
        assert!(found.map_or(far > 1e4, |found| found.count() == 16), "{far}");
    }
}

#[test]
fn bad_input() {
    let class = HypothesisClass::Rectangles;
    assert_says(class.dichotomies(&Array2::zeros((0, 2))), &["`points`", "empty"]);
    assert_says(class.dichotomies(&Array2::zeros((3, 0))), &["`dimension`", "0", "at least 1"]);
    assert_says(class.dichotomies(&array![[f64::NAN, 0.0]]), &["`points`", "NaN"]);
    assert_says(class.dichotomies(&Array2::zeros((65, 2))), &["64 points"]);
    assert_says(
        HypothesisClass::Rays.dichotomies(&Array2::zeros((3, 2))),
        &["`dimension`", "2", "line"],
    );
    assert_says(HypothesisClass::HalfSpaces.dichotomies(&array![[0.0, 0.0]]), &["origin"]);
    assert_says(
        HypothesisClass::HalfSpaces.dichotomies(&normal(60, 8, 1)),
        &["60 points", "cover::count"],
    );
    // Three places on the line that no proof within rounding tells apart, in one coordinate of two.
    let near = array![[1.0, 0.0], [1.0 + 1e-12, 0.0], [3.0, 1.0]];
    for class in [HypothesisClass::HalfSpaces, HypothesisClass::AffineHalfSpaces] {
        let turned = near.dot(&array![[1.0, 1.0], [-1.0, 2.0]]);
        let turned = if class == HypothesisClass::HalfSpaces {
            &turned + &array![[0.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
        } else {
            turned
        };
        assert_says(class.dichotomies(&turned), &["`points`", "0 and 1", "1e-5"]);
    }
    let apart = array![[1e-300], [2e-300], [1e100]];
    assert_says(HypothesisClass::AffineHalfSpaces.dichotomies(&apart), &["`points`"]);
    // Of 3.7 · 10⁻³¹¹, beside 1, digits are lost.
    let rounded = array![[3.7e-211, 0.0], [0.0, 1.0], [1e100, 1.0]];
    assert_says(
        HypothesisClass::AffineHalfSpaces.dichotomies(&rounded),
        &["`points`", "300 orders"],
    );
    assert_says(
        HypothesisClass::Unions(9).dichotomies(&normal(60, 1, 1)),
        &["unions of intervals"],
    );
    assert_says(HypothesisClass::Unions(0).growth_function(3, 1), &["`k`", "at least 1"]);
    assert_says(HypothesisClass::Rectangles.growth_function(12, 2), &["orders"]);
    // Points fewer than twice the dimensions are shattered, however many.
    let all = HypothesisClass::Rectangles.growth_function(20_000, usize::MAX).unwrap();
    assert_eq!(all.bits(), 20_001);
    assert_says(HypothesisClass::Rectangles.vc_dimension(usize::MAX), &["`dimension`"]);
    assert_says(HypothesisClass::Thresholds.growth_function(0, 1), &["`m`"]);
    assert_says(HypothesisClass::Thresholds.growth_frame(1, 5_000), &["`most`"]);
    assert_says(sauer_bound(usize::MAX, 3), &["`m`"]);
    assert_says(Dichotomies::new(&Array2::zeros((0, 3))), &["`table`"]);
    assert_says(Dichotomies::new(&array![[1, 0]]), &["`table`", "0"]);
    let three = Dichotomies::new(&array![[1, 1, -1], [1, -1, -1]]).unwrap();
    assert_says(three.shatters(&[]), &["`points`", "empty"]);
    assert_says(three.restricted(&[0, 3]), &["`points`", "3"]);
    assert_says(three.restricted(&[1, 1]), &["twice"]);
    let wide = Dichotomies::new(&table(4, 30, 1)).unwrap();
    assert_says(wide.rademacher(), &["2^30", "rademacher_sampling"]);
    assert_says(wide.growth(), &["22 points"]);
    assert_says(wide.rademacher_sampling().samples(1).run(), &["`samples`"]);
    assert_says(LinearClass::new(&Array2::zeros((0, 1)), 1.0), &["`inputs`"]);
    assert_says(LinearClass::new(&array![[f64::INFINITY]], 1.0), &["`inputs`", "inf"]);
    assert_says(LinearClass::new(&array![[1.0]], f64::NAN), &["`norm`"]);
    assert_says(LinearClass::new(&Array2::ones((30, 1)), 1.0).unwrap().rademacher(), &["2^30"]);
    assert_says(massart_bound(0, 3), &["`count`"]);
}
