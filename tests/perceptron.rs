//! Learning rules and separability against each other, against enumeration and by hand.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod common;

use common::column;
use statmech::Result;
use statmech::prelude::*;

/// Separable by a homogeneous plane, by trying all directions of a fine fan in the plane.
fn separable_in_the_plane(examples: &Examples) -> bool {
    (0..200_000).any(|k| {
        let angle = f64::from(k) * std::f64::consts::TAU / 200_000.0;
        let fan = Perceptron::new(array![angle.cos(), angle.sin()], 0.0).unwrap();
        fan.errors(examples).unwrap() == 0
    })
}

#[test]
fn the_bound_of_mistakes_holds_on_every_run_that_converges() -> Result<()> {
    let mut tightest: f64 = 0.0;
    for seed in 0..200 {
        let (n, load) = [(2, 1.0), (5, 1.2), (20, 1.0), (40, 0.7)][seed as usize % 4];
        let p = (load * f64::from(n)) as usize;
        let teacher = Perceptron::random(n as usize, seed)?;
        let examples = if seed % 3 == 0 {
            Examples::random(p, n as usize, seed)?
        } else {
            Examples::from_teacher(&teacher, 3 * p, seed)?
        };
        for shuffled in [false, true] {
            for bias in [false, true] {
                let training = examples.train(LearningRule::Rosenblatt).epochs(100_000);
                let learned = training.shuffled(shuffled).bias(bias).seed(seed).run()?;
                if !learned.converged {
                    assert_eq!(learned.separable, Some(false), "{}", learned.verdict());
                    continue;
                }
                assert_eq!(learned.perceptron.errors(&examples)?, 0);
                let bound = learned.bound.unwrap();
                assert!(learned.updates as f64 <= bound, "{} > {bound}", learned.updates);
                tightest = tightest.max(learned.updates as f64 / bound);
                // Any separating plane gives a bound, the teacher's too.
                if seed % 3 != 0 && !bias {
                    let gamma = teacher.stability(&examples)?;
                    assert!(bound <= (1.0 + 1e-9) * radius(&examples).powi(2) / gamma.powi(2));
                }
            }
        }
    }
    // A bound that no run comes near would be wrong somewhere.
    assert!(tightest > 0.2, "{tightest}");
    Ok(())
}

fn radius(examples: &Examples) -> f64 {
    examples.inputs().outer_iter().map(|x| x.dot(&x).sqrt()).fold(0.0, f64::max)
}

#[test]
fn rosenblatt_by_hand() -> Result<()> {
    // (1, 0) wrong at w = 0; (0, 1) wrong at (1, 0); the third, y x = (−1, 2), is right at (1, 1); then all are.
    let examples = Examples::new(array![[1.0, 0.0], [0.0, 1.0], [1.0, -2.0]], array![1, 1, -1])?;
    let learned = examples.train(LearningRule::Rosenblatt).shuffled(false).run()?;
    assert_eq!(learned.perceptron.weights, array![1.0, 1.0]);
    assert_eq!((learned.updates, learned.epochs), (2, 2));
    // Weights after the three steps of each of two passes: (1,0), (1,1), …, so that the mean is (1, 5/6).
    let averaged = examples.train(LearningRule::Averaged).shuffled(false).run()?;
    assert!((averaged.perceptron.weights[0] - 1.0).abs() < 1e-12);
    assert!((averaged.perceptron.weights[1] - 5.0 / 6.0).abs() < 1e-12);
    let hebb = examples.train(LearningRule::Hebb).run()?;
    assert_eq!(hebb.perceptron.weights, array![0.0, 3.0]);
    // Nearest point to the origin of the triangle (1, 0), (0, 1), (−1, 2): on its edge, (½, ½).
    let best = examples.train(LearningRule::MaxStability).run()?;
    assert!((best.stability - 0.5_f64.sqrt()).abs() < 1e-12, "{}", best.stability);
    assert!((best.perceptron.weights[0] - 1.0).abs() < 1e-9, "|w| = √2");
    Ok(())
}

#[test]
fn the_weights_after_k_mistakes_lie_on_the_path_of_a_longer_run() -> Result<()> {
    let examples = Examples::blobs(30, 1.5, 2)?;
    let training = examples.train(LearningRule::Rosenblatt).bias(true).epochs(50).seed(4);
    let mut before = Perceptron::new(array![0.0, 0.0], 0.0)?;
    for k in 1..8 {
        let now = training.updates(k).run()?;
        assert_eq!(now.updates, k);
        let step = &now.perceptron.weights - &before.weights;
        let side = now.perceptron.bias - before.bias;
        let found = examples.inputs().outer_iter().zip(examples.labels()).any(|(x, y)| {
            let y = f64::from(*y);
            (&step - &(&x * y)).iter().all(|d| d.abs() < 1e-12) && (side - y).abs() < 1e-12
        });
        assert!(found, "mistake {k} adds one example");
        before = now.perceptron;
    }
    Ok(())
}

#[test]
fn every_rule_learns_and_none_exceeds_the_largest_stability() -> Result<()> {
    for seed in 0..10 {
        let examples = Examples::random(30, 25, seed)?;
        let best = examples.train(LearningRule::MaxStability).run()?;
        let bound = best.stability_bound.unwrap();
        assert!((best.stability / bound - 1.0).abs() < 1e-8, "duality gap");
        for rule in [
            LearningRule::Rosenblatt,
            LearningRule::Pocket,
            LearningRule::MinOver,
            LearningRule::AdaTron,
            LearningRule::Gibbs,
            LearningRule::Bayes,
        ] {
            let learned = examples.train(rule).seed(seed).run()?;
            assert_eq!(learned.errors, 0, "{learned:?}");
            assert_eq!(learned.perceptron.errors(&examples)?, 0);
            assert!(learned.stability <= bound * (1.0 + 1e-9), "{learned:?}");
            assert!((learned.perceptron.stability(&examples)? - learned.stability).abs() < 1e-9);
            match rule {
                LearningRule::AdaTron => assert!(learned.stability > 0.999_99 * best.stability),
                LearningRule::MinOver => assert!(learned.stability > 0.989 * best.stability),
                _ => {}
            }
        }
        // Strengths of the optimum: only examples at the margin bear it, and they compose the weights.
        let strengths = best.strengths.unwrap();
        let stabilities = best.perceptron.stabilities(&examples)?;
        let mut composed = Array1::<f64>::zeros(25);
        for k in 0..30 {
            if strengths[k] > 0.0 {
                assert!((stabilities[k] - best.stability).abs() < 1e-8);
            }
            composed.scaled_add(
                strengths[k] * f64::from(examples.labels()[k]),
                &examples.inputs().row(k),
            );
        }
        let composed = Perceptron::new(composed, 0.0)?;
        assert!(composed.overlap(&best.perceptron)? > 1.0 - 1e-9);
    }
    Ok(())
}

#[test]
fn the_pseudo_inverse_fits_exactly_up_to_n_examples_and_solves_the_normal_equations_beyond()
-> Result<()> {
    let few = Examples::random(15, 20, 3)?;
    let fields = few.train(LearningRule::PseudoInverse).run()?.perceptron.fields(few.inputs())?;
    for (field, label) in fields.iter().zip(few.labels()) {
        assert!((field - f64::from(*label)).abs() < 1e-10);
    }
    let many = Examples::random(60, 20, 3)?.extended();
    let learned = many.train(LearningRule::PseudoInverse).run()?.perceptron;
    let residual = many.labels().mapv(f64::from) - learned.fields(many.inputs())?;
    assert!(many.inputs().t().dot(&residual).iter().all(|x| x.abs() < 1e-10));
    // Through the bias setting as through the further input.
    let biased =
        Examples::random(60, 20, 3)?.train(LearningRule::PseudoInverse).bias(true).run()?;
    assert!((biased.perceptron.bias - learned.weights[20]).abs() < 1e-12);
    // Repeated examples: a singular matrix.
    let same = Examples::new(array![[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]], array![1, 1, 1])?;
    let short = same.train(LearningRule::PseudoInverse).run()?.perceptron.weights;
    assert!((short[0] - 1.0 / 3.0).abs() < 1e-10 && (short[1] - 1.0 / 3.0).abs() < 1e-10);
    Ok(())
}

#[test]
fn separability_against_a_fan_of_directions_in_the_plane() -> Result<()> {
    let mut counts = [0, 0];
    for seed in 0..25 {
        let examples = Examples::random(4, 2, seed)?;
        let answer = examples.separation()?;
        assert_eq!(answer.separable, separable_in_the_plane(&examples), "seed {seed}");
        counts[usize::from(answer.separable)] += 1;
    }
    assert!(counts[0] > 3 && counts[1] > 3, "both answers occur: {counts:?}");
    Ok(())
}

#[test]
fn the_linear_programme_agrees_and_every_answer_is_proved() -> Result<()> {
    for (n, p, seeds) in [(2, 5, 40), (5, 10, 60), (10, 20, 60), (20, 40, 40), (50, 100, 12)] {
        let mut yes = 0;
        for seed in 0..seeds {
            let examples = match seed % 2 {
                0 => Examples::random(p, n, seed)?,
                _ => Examples::random_binary(p, n, seed)?,
            };
            let answer = examples.separation()?;
            let programme = examples.separation_by_programme()?;
            assert_eq!(answer.separable, programme.separable, "N = {n}, P = {p}, seed {seed}");
            assert!(programme.by_programme && !answer.by_programme);
            yes += u64::from(answer.separable);
            if let Some(perceptron) = &answer.perceptron {
                assert_eq!(perceptron.errors(&examples)?, 0);
                assert!(answer.stability > 0.0);
            } else {
                let a = answer.combination.unwrap();
                assert!(a.iter().all(|a| *a >= 0.0) && (a.sum() - 1.0).abs() < 1e-9);
                let signed = a * examples.labels().mapv(f64::from);
                assert!(signed.dot(examples.inputs()).iter().all(|x| x.abs() < 1e-8));
                assert!(answer.residual < 1e-9);
            }
        }
        assert!(yes > 0 && yes < seeds, "both answers occur at N = {n}: {yes} of {seeds}");
    }
    Ok(())
}

#[test]
fn all_dichotomies_of_a_few_points_are_as_many_as_cover_counts() -> Result<()> {
    // C(P, N) = 2 Σ_{k<N} C(P−1, k) for points in general position.
    for (p, n, expected) in
        [(1, 2, 2), (3, 2, 6), (5, 2, 10), (3, 3, 8), (5, 3, 22), (6, 3, 32), (7, 4, 84)]
    {
        let inputs = Examples::random(p, n, 8)?.inputs().clone();
        let mut count = 0;
        for code in 0..1_u32 << p {
            let labels = Array1::from_shape_fn(p, |k| if code >> k & 1 == 1 { 1 } else { -1 });
            count += u32::from(Examples::new(inputs.clone(), labels)?.separation()?.separable);
        }
        assert_eq!(count, expected, "P = {p}, N = {n}");
    }
    Ok(())
}

#[test]
fn xor_is_learned_by_no_rule_and_the_sentences_say_why() -> Result<()> {
    let xor = Examples::xor();
    for rule in [
        LearningRule::Rosenblatt,
        LearningRule::Averaged,
        LearningRule::Pocket,
        LearningRule::MinOver,
        LearningRule::AdaTron,
        LearningRule::MaxStability,
        LearningRule::Hebb,
        LearningRule::PseudoInverse,
    ] {
        let failed = xor.train(rule).bias(true).epochs(200).run()?;
        assert!(failed.errors > 0 && failed.separable == Some(false), "{failed:?}");
        assert!(failed.verdict().contains("not linearly separable"), "{}", failed.verdict());
    }
    // The pocket keeps a plane that cuts one corner off, which is the best there is.
    assert_eq!(xor.train(LearningRule::Pocket).bias(true).run()?.errors, 1);
    for rule in [LearningRule::Gibbs, LearningRule::Bayes] {
        let message = xor.train(rule).bias(true).run().unwrap_err().to_string();
        assert!(message.contains("no perceptron has all examples right"), "{message}");
    }
    Ok(())
}

#[test]
fn the_pocket_never_gets_worse() -> Result<()> {
    let overlapping = Examples::blobs(60, 1.5, 7)?;
    let learned = overlapping.train(LearningRule::Pocket).bias(true).epochs(200).seed(1).run()?;
    let errors = column(&learned.history, "errors");
    assert!(errors.windows(2).all(|pair| pair[1] <= pair[0]));
    assert_eq!(errors[errors.len() - 1], learned.errors as f64);
    let last = overlapping.train(LearningRule::Rosenblatt).bias(true).epochs(200).seed(1).run()?;
    assert!(learned.errors > 0 && learned.errors <= last.errors);
    Ok(())
}

#[test]
fn binary_weights_against_trying_them_one_by_one() -> Result<()> {
    for seed in 0..6 {
        let examples = Examples::random(12, 9, seed)?;
        let found = examples.binary_perceptrons()?;
        let (mut solutions, mut fewest) = (0, usize::MAX);
        for code in 0..512 {
            let sign = |k: usize| if code >> k & 1 == 1 { 1.0 } else { -1.0 };
            let one = Perceptron::new(Array1::from_shape_fn(9, sign), 0.0)?;
            let errors = one.errors(&examples)?;
            solutions += u64::from(errors == 0);
            fewest = fewest.min(errors);
        }
        assert_eq!((found.solutions, found.fewest_errors), (solutions, fewest));
        assert_eq!(found.best.errors(&examples)?, fewest);
    }
    assert!(Examples::random(100, 40, 1)?.binary_perceptrons().is_err());
    Ok(())
}

#[test]
fn several_classes_on_real_digits() -> Result<()> {
    let images = digits()?;
    let (known, new) = (images.take(1_200), images.skip(1_200));
    let trained = MultiPerceptron::train(&known).epochs(20).seed(1).run()?;
    let accuracy = trained.perceptron.accuracy(&new)?;
    // What linear classifiers reach on the last third of these digits.
    assert!(accuracy.mean > 0.88 && accuracy.mean < 0.97, "{accuracy}");
    let p = accuracy.mean;
    assert!((accuracy.error / (p * (1.0 - p) / 597.0).sqrt() - 1.0).abs() < 0.05);
    let confusion = trained.perceptron.confusion(&new)?;
    assert_eq!(confusion.diag().sum() as f64, (accuracy.mean * 597.0).round());
    // Two classes are one perceptron: the difference of the weights makes the same mistakes as Rosenblatt's.
    let pair = Examples::from_images(&known, 3, 8)?;
    let labels = pair.labels().mapv(|y| usize::from(y == 1));
    let two =
        MultiPerceptron::train_on(pair.inputs(), &labels).averaged(false).epochs(100).run()?;
    let difference = &two.perceptron.weights.row(1) - &two.perceptron.weights.row(0);
    let bias = two.perceptron.biases[1] - two.perceptron.biases[0];
    assert!(two.converged);
    assert_eq!(Perceptron::new(difference, bias)?.errors(&pair)?, 0);
    // A run again gives the same; another seed another.
    let again = MultiPerceptron::train(&known).epochs(20).seed(1).run()?;
    assert_eq!(again.perceptron, trained.perceptron);
    assert_ne!(MultiPerceptron::train(&known).epochs(20).run()?.perceptron, trained.perceptron);
    Ok(())
}

#[test]
fn pictures_of_the_plane() -> Result<()> {
    let perceptron = Perceptron::new(array![1.0, -2.0], 0.5)?;
    let grid = perceptron.decision_grid((-1.0, 1.0), (-2.0, 2.0), 5)?;
    assert_eq!(grid.height(), 25);
    let rows = column(&grid, "x_1").into_iter().zip(column(&grid, "x_2"));
    for ((x, y), field) in rows.zip(column(&grid, "field")) {
        assert!((field - (x - 2.0 * y + 0.5)).abs() < 1e-12);
    }
    for (weights, bias) in [([1.0, -2.0], 0.5), ([1.0, 0.0], 0.3), ([0.0, 2.0], -0.5)] {
        let perceptron = Perceptron::new(Array1::from(weights.to_vec()), bias)?;
        let ends = perceptron.boundary((-1.0, 1.0), (-1.0, 1.0))?;
        assert_eq!(ends.height(), 2);
        for (x, y) in column(&ends, "x_1").into_iter().zip(column(&ends, "x_2")) {
            assert!((weights[0] * x + weights[1] * y + bias).abs() < 1e-12);
            assert!(x.abs() <= 1.0 && y.abs() <= 1.0);
        }
    }
    let outside = Perceptron::new(array![1.0, 0.0], 5.0)?.boundary((-1.0, 1.0), (-1.0, 1.0))?;
    assert_eq!(outside.height(), 0);
    assert!(perceptron.decision(&Examples::xor())?.svg()?.contains("boundary"));
    assert!(perceptron.decision_grid((1.0, 1.0), (0.0, 1.0), 5).is_err());
    assert!(perceptron.decision_grid((0.0, 1.0), (0.0, f64::NAN), 5).is_err());
    assert!(Perceptron::random(3, 1)?.boundary((0.0, 1.0), (0.0, 1.0)).is_err());
    Ok(())
}

#[test]
fn bad_input_is_an_error_with_a_sentence() -> Result<()> {
    assert!(Examples::new(Array2::zeros((0, 2)), array![]).is_err());
    assert!(Examples::new(Array2::zeros((2, 0)), array![1, 1]).is_err());
    assert!(Examples::new(array![[1.0]], array![1, -1]).is_err());
    assert!(Examples::new(array![[1e200]], array![1]).is_err());
    let message = Examples::new(array![[1.0]], array![2]).unwrap_err().to_string();
    assert_eq!(message, "`labels` must be +1 or −1 each, but 2 was given.");
    assert!(Examples::new(array![[1.0]], array![i8::MIN]).is_err());
    assert!(Examples::random(0, 3, 0).is_err() && Examples::random(3, 0, 0).is_err());
    assert!(Examples::random_binary(usize::MAX, 2, 0).is_err());
    assert!(Examples::random(1 << 40, 1 << 40, 0).is_err());
    assert!(Examples::blobs(4, f64::NAN, 0).is_err());
    assert!(Examples::from_images(&digits()?, 3, 3).is_err());
    assert!(Examples::from_images(&digits()?, 3, 11).is_err());
    assert!(Perceptron::new(array![], 0.0).is_err());
    assert!(Perceptron::new(array![1.0], f64::NAN).is_err());
    assert!(Perceptron::random(0, 0).is_err());
    let one = Perceptron::new(array![1.0], 0.0)?;
    assert!(one.classify(&array![[1.0, 2.0]]).is_err());
    assert!(one.classify(&array![[f64::NAN]]).is_err());
    assert!(one.errors(&Examples::xor()).is_err());
    assert!(one.overlap(&Perceptron::random(2, 0)?).is_err());
    let biased = Perceptron::new(array![1.0], 1.0)?;
    assert!(biased.generalization_error(&one).is_err());
    let xor = Examples::xor();
    for rule in [LearningRule::Rosenblatt, LearningRule::AdaTron] {
        assert!(xor.train(rule).epochs(0).run().is_err());
        assert!(xor.train(rule).updates(0).run().is_err());
        assert!(xor.train(rule).tolerance(0.0).run().is_err());
        assert!(xor.train(rule).tolerance(f64::NAN).run().is_err());
        assert!(xor.train(rule).tolerance(1.0).run().is_err());
        assert!(xor.train(rule).deadline(-1.0).run().is_err());
    }
    let stopped = xor.train(LearningRule::Rosenblatt).epochs(usize::MAX).deadline(0.05).run()?;
    assert!(!stopped.complete && stopped.errors > 0);
    // Zeros and numbers of very different size.
    let zeros = Examples::new(Array2::zeros((3, 2)), array![1, -1, 1])?;
    assert!(!zeros.separation()?.separable);
    assert_eq!(zeros.train(LearningRule::AdaTron).epochs(10).run()?.errors, 3);
    assert_eq!(zeros.train(LearningRule::Hebb).run()?.stability, 0.0);
    assert!(zeros.train(LearningRule::PseudoInverse).run().is_ok());
    for scale in [1e-90, 1e90] {
        let scaled = Examples::new(
            Examples::random(10, 12, 1)?.inputs() * scale,
            Examples::random(10, 12, 1)?.labels().clone(),
        )?;
        let best = scaled.train(LearningRule::MaxStability).run()?;
        assert!(best.errors == 0 && best.stability > 0.0 && best.stability.is_finite());
        assert_eq!(scaled.train(LearningRule::Rosenblatt).run()?.errors, 0);
    }
    let multi =
        |inputs: Array2<f64>, labels: Array1<usize>| MultiPerceptron::train_on(&inputs, &labels);
    assert!(multi(Array2::zeros((0, 2)), array![]).run().is_err());
    assert!(multi(array![[1.0]], array![usize::MAX]).run().is_err());
    assert!(multi(array![[f64::INFINITY]], array![0]).run().is_err());
    assert!(multi(array![[1.0]], array![0]).epochs(0).run().is_err());
    Ok(())
}
