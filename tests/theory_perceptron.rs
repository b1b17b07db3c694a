//! Capacities, version spaces and learning curves against enumeration, quadrature, identities and published digits.
//!
//! Reference numbers without a citation are 20 to 25 digits from the same equations by mpmath (Python), with its own quadrature and root finder.

use std::collections::HashSet;
use std::f64::consts::{LN_2, PI};

use statmech::prelude::*;
use statmech::rand::Rng;

/// The dichotomies of these points that planes through the origin separate: every cell of weights has a corner, normal to N − 1 of the points, around which
/// those points may fall on either side.
fn separable(points: &[Vec<f64>]) -> HashSet<Vec<bool>> {
    let (p, n) = (points.len(), points[0].len());
    let corners: Vec<(Vec<usize>, Vec<f64>)> = if n == 2 {
        (0..p).map(|i| (vec![i], vec![-points[i][1], points[i][0]])).collect()
    } else {
        (0..p)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| {
                let (a, b) = (&points[i], &points[j]);
                let normal = [1, 2, 0].map(|k| a[k] * b[(k + 1) % 3] - a[(k + 1) % 3] * b[k]);
                (vec![i, j], normal.to_vec())
            })
            .collect()
    };
    let mut found = HashSet::new();
    for (on, normal) in corners {
        for sign in [1.0, -1.0] {
            for sides in 0..1 << on.len() {
                let mut classes = classes(points, &normal, sign);
                for (bit, &point) in on.iter().enumerate() {
                    classes[point] = sides >> bit & 1 == 1;
                }
                found.insert(classes);
            }
        }
    }
    found
}

fn classes(points: &[Vec<f64>], weights: &[f64], sign: f64) -> Vec<bool> {
    points
        .iter()
        .map(|x| sign * x.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() > 0.0)
        .collect()
}

fn random_points(p: usize, n: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut generator = Seed::new(seed).generator();
    (0..p).map(|_| (0..n).map(|_| generator.random_range(-1.0..1.0)).collect()).collect()
}

#[test]
fn counting_the_dichotomies_of_points() -> statmech::Result<()> {
    for n in [2, 3] {
        for p in n..=12 {
            let points = random_points(p, n, (100 * n + p) as u64);
            let found = separable(&points);
            assert_eq!(
                found.len().to_string(),
                cover::count(p, n)?.to_string(),
                "{p} points in {n}"
            );
            // No weights of any kind find another one.
            for weights in random_points(2_000, n, 7) {
                assert!(found.contains(&classes(&points, &weights, 1.0)));
            }
            if n == 3 {
                let lifted: Vec<Vec<f64>> = points.iter().map(|x| vec![x[0], x[1], 1.0]).collect();
                let with_threshold = cover::count_with_threshold(p, 2)?.to_string();
                assert_eq!(separable(&lifted).len().to_string(), with_threshold);
            }
        }
    }
    Ok(())
}

#[test]
fn cover_by_recursion_and_symmetry() -> statmech::Result<()> {
    for p in 1..=80 {
        assert_eq!(cover::count(p, 1)?.to_string(), "2");
        for n in 1..=80 {
            if n > 1 {
                assert_eq!(cover::count(p + 1, n)?, cover::count(p, n)? + cover::count(p, n - 1)?);
            }
            let exact: f64 = cover::count(p, n)?.to_string().parse().unwrap();
            let fraction = cover::fraction(p, n)?;
            assert!((fraction * 2.0_f64.powi(p as i32) / exact - 1.0).abs() < 1e-13, "{p} {n}");
            assert!((cover::ln_count(p, n)? - exact.ln()).abs() < 1e-13 * exact.ln().max(1.0));
            assert_eq!(cover::fraction_with_threshold(p, n)?, cover::fraction(p, n + 1)?);
        }
    }
    for n in [1, 5, 77, 1_000, 1_000_000] {
        assert_eq!(cover::fraction(cover::capacity(n)?, n)?, 0.5);
    }
    assert_eq!(cover::count(20_000, 20_000)?.bits(), 20_001);
    Ok(())
}

#[test]
fn cover_of_many_points() -> statmech::Result<()> {
    // Sums of whole numbers, or of terms with 40 digits.
    let references = [
        (10_001, 4_950, 0.15624760475533957, 1e-12),
        (20_000, 9_000, 8.789020844556037634e-46, 1e-12),
        (1_000_000, 499_000, 0.022750050961703566714, 1e-11),
        (1_000_000_000, 499_950_000, 0.00078270111837581660945, 1e-9),
    ];
    for (p, n, exact, tolerance) in references {
        let fraction = cover::fraction(p, n)?;
        assert!((fraction / exact - 1.0).abs() < tolerance, "{p} {n}: {}", fraction / exact - 1.0);
    }
    assert!((cover::ln_count(20_000, 9_000)? - 13759.198200232423913).abs() < 1e-9);
    // For N → ∞ a normal law around 2N, of the width √P/2.
    let (p, n) = (1_000_000_000_000, 500_000_500_000);
    let below_one = cover::fraction(p, n)?;
    assert!((below_one - 0.841344746).abs() < 1e-6);
    assert_eq!(cover::fraction(1_000_000, 1)?, 0.0);
    assert!((cover::ln_count(1_000_000, 1)? - LN_2).abs() < 1e-15);
    Ok(())
}

#[test]
fn gardner_capacities() -> statmech::Result<()> {
    let references = [
        (-6.0, 20641638114.75238039),
        (-2.0, 173.3484787003329278),
        (-0.5, 4.770098882619385700),
        (0.0, 2.0),
        (0.5, 0.9612050528015417565),
        (1.0, 0.5195722296049379695),
        (2.0, 0.2002310156017554608),
        (5.0, 0.03846153849015280355),
    ];
    for (kappa, alpha) in references {
        let found = gardner::capacity(kappa)?;
        assert!((found / alpha - 1.0).abs() < 1e-13, "{kappa} {found}");
        assert!((gardner::margin(found)? - kappa).abs() < 1e-12);
    }
    assert!((gardner::capacity(1e50)? * 1e100 - 1.0).abs() < 1e-14);
    assert!((gardner::margin(0.1)? - 3.000033901336942).abs() < 1e-13);
    let frame = gardner::frame(&[-1.0, 0.0])?;
    assert_eq!(frame.values("exact")?, [0.0, 1.0]);
    Ok(())
}

#[test]
fn biased_patterns_are_easier_to_store() -> statmech::Result<()> {
    let references = [
        (0.0, 0.5, 2.405870596485100995),
        (0.0, 0.9, 6.082845210828110996),
        (0.5, 0.5, 1.058172094467245994),
        (0.0, 0.99, 32.65628183425025760),
    ];
    for (kappa, m, alpha) in references {
        let found = gardner::biased_capacity(kappa, m)?;
        assert!((found / alpha - 1.0).abs() < 1e-12, "{kappa} {m} {found}");
        assert_eq!(found, gardner::biased_capacity(kappa, -m)?);
    }
    for kappa in [0.0, 0.7, 2.0] {
        let unbiased = gardner::capacity(kappa)?;
        assert!((gardner::biased_capacity(kappa, 0.0)? / unbiased - 1.0).abs() < 1e-14);
    }
    // Gardner's law for m → 1, whose corrections are of relative order ln|ln|/|ln|.
    let rest = 1e-11_f64;
    let law = -1.0 / (rest * rest.ln());
    assert!((gardner::biased_capacity(0.0, 1.0 - rest)? / law - 1.0).abs() < 0.5);
    Ok(())
}

#[test]
fn version_spaces() -> statmech::Result<()> {
    for (load, kappa, overlap, entropy) in [
        (1.0, 0.0, 0.5853118517910983509, -0.8558205967147616490),
        (0.5, 0.5, 0.5918207322245469535, -0.7567429119324622104),
    ] {
        let space = version_space::spherical(load, kappa)?;
        assert!((space.overlap - overlap).abs() < 1e-13 && (space.entropy - entropy).abs() < 1e-13);
    }
    let binary = version_space::binary(0.5, 0.0)?;
    assert!((binary.overlap - 0.3223853632235613095).abs() < 1e-12, "{binary:?}");
    assert!((binary.entropy - 0.3143900668556251187).abs() < 1e-12, "{binary:?}");
    assert!((version_space::binary(0.0, 0.0)?.entropy - LN_2).abs() < 1e-15);
    // Krauth and Mézard (1989) print 0.83.
    let capacity = version_space::binary_capacity(0.0)?;
    assert!((capacity - 0.8330785997395792).abs() < 1e-12);
    assert!((version_space::binary(capacity, 0.0)?.overlap - 0.5639490800845616).abs() < 1e-11);
    assert!(version_space::binary_capacity(0.5)? < capacity);
    Ok(())
}

#[test]
fn the_entropy_is_stationary_and_ends_at_capacity() -> statmech::Result<()> {
    // ds/dα at fixed q is the cost of one pattern: ∫Dt ln H(u), here by a trapezoidal sum.
    let (load, step) = (0.8, 1e-4);
    for kappa in [0.0, 0.3] {
        let entropy = |load: f64| version_space::spherical(load, kappa).map(|space| space.entropy);
        let slope = (entropy(load + step)? - entropy(load - step)?) / (2.0 * step);
        let q = version_space::spherical(load, kappa)?.overlap;
        let cost: f64 = (-1600..=1600)
            .map(|k| f64::from(k) * 0.005)
            .map(|t| {
                let u = (kappa + q.sqrt() * t) / (1.0 - q).sqrt();
                let tail = 0.5 * statmech::statrs::function::erf::erfc(u / 2.0_f64.sqrt());
                0.005 * (-0.5 * t * t).exp() / (2.0 * PI).sqrt() * tail.ln()
            })
            .sum();
        assert!((slope - cost).abs() < 1e-7, "{slope} {cost}");
        let capacity = gardner::capacity(kappa)?;
        let nearly = version_space::spherical(0.999 * capacity, kappa)?;
        assert!(nearly.overlap > 0.998 && nearly.entropy < -2.0);
        let beyond = version_space::spherical(capacity, kappa).unwrap_err().to_string();
        assert!(beyond.contains("no weights store as many patterns"), "{beyond}");
    }
    // One pattern at a time halves the space at first.
    let first = version_space::spherical(1e-6, 0.0)?.entropy;
    assert!((first / 1e-6 + LN_2).abs() < 1e-5);
    let frame = version_space::frame(&linspace(0.0, 1.9, 20), 0.0)?;
    let overlaps = frame.values("overlap")?;
    assert!(overlaps[0] == 0.0 && overlaps.windows(2).all(|pair| pair[0] < pair[1]));
    Ok(())
}

#[test]
fn learning_curves() -> statmech::Result<()> {
    for (load, gibbs, bayes) in [
        (0.1, 0.4801964499390464339, 0.4197836137502596486),
        (1.0, 0.3383594684214715865, 0.2543729703393751880),
        (5.0, 0.1180060332977288331, 0.08393516984452636662),
        (100.0, 0.006245612995806259844, 0.004416386151086755862),
    ] {
        assert!((Student::Gibbs.generalization_error(load)? / gibbs - 1.0).abs() < 1e-12, "{load}");
        assert!((Student::Bayes.generalization_error(load)? / bayes - 1.0).abs() < 1e-12, "{load}");
    }
    for (load, overlap, error, margin) in [
        (0.5, 0.5121484693513224317, 0.3288497529730468654, 1.256380339010309120),
        (1.0, 0.6713576482351460356, 0.2657114699383002713, 0.7865498417060089680),
        (3.0, 0.9009981761016566570, 0.1428356399910496541, 0.3177650503720873786),
    ] {
        let student = Student::MaxStability;
        assert!((student.overlap(load)? - overlap).abs() < 1e-12);
        assert!((student.generalization_error(load)? - error).abs() < 1e-12);
        assert!((learning_curves::teacher_margin(load)? - margin).abs() < 1e-12);
    }
    Ok(())
}

#[test]
fn the_perceptron_on_line() -> statmech::Result<()> {
    // scipy's Radau integrator with relative tolerance 1e-12, from the same equations.
    for (load, error) in [
        (0.01, 0.48184258200139063),
        (0.1, 0.44162132672343407),
        (1.0, 0.3192238626961136),
        (5.0, 0.18222178175107429),
        (100.0, 0.06050500614811007),
        (1e6, 0.0027807462023280998),
    ] {
        let found = Student::OnlinePerceptron.generalization_error(load)?;
        assert!((found / error - 1.0).abs() < 2e-8, "{load} {found}");
    }
    assert!((Student::OnlinePerceptron.overlap(1e-20)? * (PI * 1e20).sqrt() - 1.0).abs() < 1e-5);
    // Students of N = 300 after 2N examples; corrections of the size are of order 1/N.
    let (n, load) = (300, 2.0);
    let errors: Vec<f64> = (0..60)
        .map(|k| {
            let mut generator = Seed::new(9).child(k).generator();
            let mut student = vec![0.0; n];
            for _ in 0..(load * n as f64) as usize {
                let x: Vec<f64> =
                    (0..n).map(|_| if generator.random() { 1.0 } else { -1.0 }).collect();
                let class = if x.iter().sum::<f64>() + 0.5 > 0.0 { 1.0 } else { -1.0 };
                let field: f64 = student.iter().zip(&x).map(|(j, x)| j * x).sum();
                if class * field < 0.0 || (field == 0.0 && generator.random()) {
                    student.iter_mut().zip(&x).for_each(|(j, x)| *j += class * x);
                }
            }
            let norm = student.iter().map(|j| j * j).sum::<f64>().sqrt();
            (student.iter().sum::<f64>() / norm / (n as f64).sqrt()).acos() / PI
        })
        .collect();
    let mean = errors.iter().sum::<f64>() / 60.0;
    let error = (errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 59.0 / 60.0).sqrt();
    let theory = Student::OnlinePerceptron.generalization_error(load)?;
    assert!((mean - theory).abs() < 4.0 * error && error < 0.003, "{mean} ± {error} {theory}");
    Ok(())
}

#[test]
fn limits_of_the_learning_curves() -> statmech::Result<()> {
    // Constants as printed in Engel and Van den Broeck (2001) and, for 0.5005, Opper et al. (1990).
    let printed = [
        (Student::Gibbs, 0.625, 5e-4),
        (Student::Bayes, 0.442, 5e-4),
        (Student::Hebb, 0.40, 5e-3),
        (Student::MaxStability, 0.5005, 5e-5),
        (Student::OnlinePerceptron, 0.28, 5e-3),
    ];
    for (student, constant, rounding) in printed {
        assert!((student.asymptotic_error(1.0)? - constant).abs() < rounding, "{student:?}");
    }
    for student in Student::ALL {
        assert_eq!(student.generalization_error(0.0)?, 0.5);
        let far = student.generalization_error(1e6)? / student.asymptotic_error(1e6)?;
        assert!((far - 1.0).abs() < 1e-4, "{student:?} {far}");
        if student != Student::OnlinePerceptron {
            let farthest =
                student.generalization_error(1e100)? / student.asymptotic_error(1e100)?;
            assert!((farthest - 1.0).abs() < 1e-12, "{student:?} {farthest}");
        }
        for load in linspace(0.1, 20.0, 60) {
            assert!(Student::Bayes.overlap(load)? >= student.overlap(load)?, "{student:?} {load}");
        }
    }
    // As the first examples come, all learn as Hebb does (Gibbs less: R = q is the square of Bayes').
    let small = 1e-5;
    for student in [Student::Bayes, Student::Hebb, Student::PseudoInverse, Student::MaxStability] {
        assert!(
            (student.overlap(small)? / (2.0 * small / PI).sqrt() - 1.0).abs() < 0.02,
            "{student:?}"
        );
    }
    // At as many examples as weights least squares fits their noise and learns nothing.
    assert!(Student::PseudoInverse.generalization_error(1.0)? == 0.5);
    assert!(Student::PseudoInverse.generalization_error(1.0 + 1e-12)? < 0.5);
    Ok(())
}

#[test]
fn hebb_students_of_finite_size() -> statmech::Result<()> {
    // Means over 60 students of N = 400; the finite size adds less than the error.
    let (n, load) = (400, 2.0);
    let overlaps: Vec<f64> = (0..60)
        .map(|k| {
            let mut generator = Seed::new(3).child(k).generator();
            let mut student = vec![0.0; n];
            for _ in 0..(load * n as f64) as usize {
                let x: Vec<f64> =
                    (0..n).map(|_| if generator.random() { 1.0 } else { -1.0 }).collect();
                let class = if x.iter().sum::<f64>() + 0.5 > 0.0 { 1.0 } else { -1.0 };
                student.iter_mut().zip(&x).for_each(|(j, x)| *j += class * x);
            }
            let norm = student.iter().map(|j| j * j).sum::<f64>().sqrt();
            student.iter().sum::<f64>() / norm / (n as f64).sqrt()
        })
        .collect();
    let count = overlaps.len() as f64;
    let mean = overlaps.iter().sum::<f64>() / count;
    let variance = overlaps.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let (deviation, error) = (mean - Student::Hebb.overlap(load)?, (variance / count).sqrt());
    assert!(deviation.abs() < 4.0 * error && error < 0.005, "{deviation} ± {error}");
    Ok(())
}

#[test]
fn bad_input_is_refused_in_sentences() {
    for message in [
        cover::count(0, 3).unwrap_err(),
        cover::count(3, 0).unwrap_err(),
        cover::count(20_001, 3).unwrap_err(),
        cover::count_with_threshold(3, 0).unwrap_err(),
        cover::fraction(usize::MAX, 1).unwrap_err(),
        cover::fraction_with_threshold(0, usize::MAX).unwrap_err(),
        cover::capacity(0).unwrap_err(),
        cover::capacity(usize::MAX).unwrap_err(),
        cover::frame(3, &[]).unwrap_err(),
        cover::frame(0, &[1]).unwrap_err(),
        gardner::capacity(f64::NAN).unwrap_err(),
        gardner::capacity(-40.0).unwrap_err(),
        gardner::margin(0.0).unwrap_err(),
        gardner::margin(f64::INFINITY).unwrap_err(),
        gardner::biased_capacity(f64::NAN, 0.0).unwrap_err(),
        gardner::biased_capacity(0.0, 1.0).unwrap_err(),
        gardner::biased_capacity(0.0, f64::NAN).unwrap_err(),
        gardner::frame(&[]).unwrap_err(),
        version_space::spherical(-0.1, 0.0).unwrap_err(),
        version_space::spherical(f64::NAN, 0.0).unwrap_err(),
        version_space::spherical(1.0, 1e3).unwrap_err(),
        version_space::binary(1.3, 0.0).unwrap_err(),
        version_space::binary(0.5, f64::NAN).unwrap_err(),
        version_space::binary_capacity(-1.0).unwrap_err(),
        version_space::frame(&[], 0.0).unwrap_err(),
        Student::Gibbs.overlap(-1.0).unwrap_err(),
        Student::MaxStability.generalization_error(f64::NAN).unwrap_err(),
        Student::Hebb.asymptotic_error(0.0).unwrap_err(),
        Student::OnlinePerceptron.overlap(1e7).unwrap_err(),
        learning_curves::teacher_margin(0.0).unwrap_err(),
        learning_curves::frame(&[]).unwrap_err(),
    ] {
        let sentence = message.to_string();
        assert!(
            sentence.ends_with('.') && sentence.contains("must be") || sentence.contains("needs"),
            "{sentence}"
        );
    }
}
