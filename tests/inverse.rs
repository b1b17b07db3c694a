//! The inverse Ising problem against known models, enumeration and expansions.

use statmech::Result;
use statmech::prelude::*;
use statmech::rayon::prelude::*;

#[path = "common/says.rs"]
mod says;

use says::assert_says;

/// Couplings and fields of both signs among `n` spins.
fn glass(n: usize, beta: f64, field: f64, seed: u64) -> Result<Ising> {
    let couplings = Ising::sherrington_kirkpatrick(n, seed)?.couplings()? * beta;
    let fields = Ising::chain(n)?.random_fields(Disorder::Gaussian, 1.0, seed)?.fields() * field;
    Ising::from_couplings(&couplings)?.site_fields(&fields)
}

/// All states of a model with their probabilities at T = 1.
fn distribution(model: &Ising) -> Result<InverseIsing> {
    let exact = model.enumerate()?;
    let p = exact.probabilities(1.0)?;
    let mut states = Array2::zeros((p.len(), model.n_spins()));
    for (k, mut row) in states.rows_mut().into_iter().enumerate() {
        row.assign(&exact.configuration(k as u64)?);
    }
    InverseIsing::weighted(&states, &p)
}

fn moments(model: &Ising) -> Result<InverseIsing> {
    let moments = model.partition_function(1.0)?.moments()?;
    InverseIsing::from_moments(&moments.magnetizations, &moments.correlations)
}

/// The largest deviation of couplings and of fields.
fn deviation(found: &InferredIsing, truth: &Ising) -> Result<(f64, f64)> {
    let most = |values: Vec<f64>| values.into_iter().fold(0.0, |most, x| f64::max(most, x.abs()));
    let couplings = (&found.couplings - &truth.couplings()?).iter().copied().collect();
    Ok((most(couplings), most((&found.fields - &truth.fields()).to_vec())))
}

fn assert_recovers(found: &InferredIsing, truth: &Ising, tolerance: f64) -> Result<()> {
    let (couplings, fields) = deviation(found, truth)?;
    let what = found.method.name();
    assert!(couplings <= tolerance && fields <= tolerance, "{what}: {couplings:e}, {fields:e}");
    assert!(found.converged && found.complete);
    Ok(())
}

#[test]
fn a_known_model_of_twelve_spins_comes_back_from_its_moments() -> Result<()> {
    let truth = glass(12, 1.0, 0.5, 3)?;
    let found = moments(&truth)?.run()?;
    assert_recovers(&found, &truth, 1e-8)?;
    assert!(found.residual <= 1e-10 && found.steps < 20);
    // And what was found has the moments that were given.
    let (given, back) = (truth.enumerate()?, found.ising()?.enumerate()?);
    let gap = given.correlations(1.0)? - back.correlations(1.0)?;
    assert!(gap.iter().all(|gap| gap.abs() < 1e-9));
    // The same out of all states with their probabilities, and on a ferromagnet well below its T_c.
    assert_recovers(&distribution(&truth)?.method(InverseMethod::Exact).run()?, &truth, 1e-8)?;
    let cold = Ising::chain(9)?.coupling(1.5)?.field(0.1)?;
    assert_recovers(&moments(&cold)?.tolerance(1e-13).run()?, &cold, 1e-7)?;
    Ok(())
}

#[test]
fn it_is_the_distribution_of_largest_entropy() -> Result<()> {
    // The general solver of maximum entropy, given all features of four spins.
    let truth = glass(4, 1.0, 0.5, 5)?;
    let exact = truth.enumerate()?;
    let states: Vec<Array1<i8>> = (0..16).map(|k| exact.configuration(k)).collect::<Result<_>>()?;
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
    let features = Array2::from_shape_fn((10, 16), |(k, s)| {
        let state = &states[s];
        f64::from(if k < 4 { state[k] } else { state[pairs[k - 4].0] * state[pairs[k - 4].1] })
    });
    let p = exact.probabilities(1.0)?;
    let least_biased = maximum_entropy(&features, &features.dot(&p)).run()?;
    let found = moments(&truth)?.run()?;
    for (k, multiplier) in least_biased.multipliers.iter().enumerate() {
        let value = if k < 4 { found.fields[k] } else { found.couplings[pairs[k - 4]] };
        assert!((value - multiplier).abs() < 1e-8);
    }
    Ok(())
}

#[test]
fn pseudo_likelihood_and_flow_are_right_on_exact_distributions() -> Result<()> {
    for (n, seed) in [(5, 1), (9, 2)] {
        let truth = glass(n, 0.8, 0.4, seed)?;
        for method in [InverseMethod::PseudoLikelihood, InverseMethod::ProbabilityFlow] {
            let found = distribution(&truth)?.method(method).run()?;
            assert_recovers(&found, &truth, 1e-7)?;
        }
    }
    Ok(())
}

#[test]
fn expansions_have_errors_of_their_order_in_the_couplings() -> Result<()> {
    // (method, order of J without fields, of J and h with fields)
    let orders = [
        (InverseMethod::IndependentPair, 2.0, 2.0),
        (InverseMethod::MeanField, 3.0, 2.0),
        (InverseMethod::Tap, 3.0, 3.0),
        (InverseMethod::SessakMonasson, 5.0, 4.0),
    ];
    for (method, without, with) in orders {
        for (field, order) in [(0.0, without), (0.6, with)] {
            let model = |beta: f64| {
                let fields = glass(7, 1.0, field, 11)?.fields();
                glass(7, beta, 0.0, 11)?.site_fields(&fields)
            };
            let error = |beta: f64| {
                let truth = model(beta)?;
                deviation(&moments(&truth)?.method(method).run()?, &truth)
            };
            let (large, small) = (error(0.08)?, error(0.04)?);
            let slope = (large.0 / small.0).log2();
            assert!((slope - order).abs() < 0.35, "{}: J as β^{slope}", method.name());
            if field > 0.0 {
                let slope = (large.1 / small.1).log2();
                assert!((slope - order).abs() < 0.35, "{}: h as β^{slope}", method.name());
            } else {
                assert!(small.1 < 1e-12);
            }
        }
    }
    Ok(())
}

#[test]
fn pairs_are_exact_alone_and_on_trees() -> Result<()> {
    let alone = Ising::from_bonds(2, &[(0, 1, -0.7)])?.site_fields(&array![0.3, -1.1])?;
    for method in [InverseMethod::IndependentPair, InverseMethod::SessakMonasson] {
        assert_recovers(&moments(&alone)?.method(method).run()?, &alone, 1e-12)?;
    }
    // An open chain with a branch, in a field: its bonds are right, while other pairs get what they share through others.
    let bonds = [(0, 1, 0.8), (1, 2, -0.5), (2, 3, 0.6), (1, 4, 0.4)];
    let tree = Ising::from_bonds(5, &bonds)?.site_fields(&array![0.2, -0.4, 0.1, 0.5, 0.0])?;
    let found = moments(&tree)?.method(InverseMethod::IndependentPair).run()?;
    for (i, j, coupling) in bonds {
        assert!((found.couplings[(i, j)] - coupling).abs() < 1e-12);
    }
    assert!(found.couplings[(0, 2)].abs() > 0.1);
    Ok(())
}

#[test]
fn boltzmann_learning_is_within_its_errors_of_the_exact_answer() -> Result<()> {
    let truth = glass(8, 0.8, 0.3, 4)?;
    let data = InverseIsing::new(&truth.enumerate()?.draw(1.0, 2_000, 4)?)?;
    let exact = data.method(InverseMethod::Exact).run()?;
    let learned = data.method(InverseMethod::BoltzmannLearning).seed(2).run()?;
    assert!(learned.converged && learned.complete && learned.steps == 2_000);
    let errors = learned.coupling_errors.as_ref().unwrap();
    let field_errors = learned.field_errors.as_ref().unwrap();
    let mut deviations = Vec::new();
    for i in 0..8 {
        deviations.push((learned.fields[i] - exact.fields[i]) / field_errors[i]);
        for j in 0..i {
            deviations.push((learned.couplings[(i, j)] - exact.couplings[(i, j)]) / errors[(i, j)]);
            assert!(errors[(i, j)] < 0.02);
        }
    }
    // 36 values of Student's t with 7 degrees of freedom, whose variance is 7/5.
    let square = deviations.iter().map(|d| d * d).sum::<f64>() / 36.0;
    assert!((0.5..3.0).contains(&square), "mean square {square}");
    assert!(deviations.iter().all(|d| d.abs() < 6.0), "{deviations:?}");
    // With a penalty, too; and the seed fixes the numbers.
    let penalised = data.l2(0.1).method(InverseMethod::Exact).run()?;
    let short = data.l2(0.1).method(InverseMethod::BoltzmannLearning).steps(800);
    let (a, b) = (short.run()?, short.run()?);
    assert_eq!(a.couplings, b.couplings);
    assert!((&a.couplings - &penalised.couplings).iter().all(|d| d.abs() < 0.03));
    assert!(short.seed(1).run()?.couplings != a.couplings);
    Ok(())
}

#[test]
fn learning_that_is_still_on_its_way_does_not_say_that_it_converged() -> Result<()> {
    // (root mean square deviation from the truth in units of the errors, converged) for six glasses, cold and warm
    let learned = |beta: f64| -> Result<Vec<(f64, bool)>> {
        (0..6_u64)
            .into_par_iter()
            .map(|seed| {
                let truth = glass(8, beta, 0.0, seed)?;
                let found = moments(&truth)?.method(InverseMethod::BoltzmannLearning).run()?;
                let deviations = (&found.couplings - &truth.couplings()?)
                    / found.coupling_errors.as_ref().unwrap().mapv(|error| error.max(1e-9));
                let square = deviations.iter().map(|d| d * d).sum::<f64>() / 56.0;
                Ok((square.sqrt(), found.converged))
            })
            .collect()
    };
    let cold = learned(2.0)?;
    let wrong: Vec<_> = cold.iter().filter(|(deviation, _)| *deviation > 3.0).collect();
    assert!(wrong.len() >= 3 && wrong.iter().all(|(_, converged)| !converged), "{cold:?}");
    let warm = learned(0.8)?;
    assert!(warm.iter().all(|(deviation, _)| *deviation < 2.5), "{warm:?}");
    assert!(warm.iter().filter(|(_, converged)| *converged).count() >= 5, "{warm:?}");
    Ok(())
}

#[test]
fn errors_fall_as_one_over_the_root_of_the_number_of_states() -> Result<()> {
    let truth = glass(8, 0.7, 0.3, 6)?;
    let methods =
        [InverseMethod::Exact, InverseMethod::PseudoLikelihood, InverseMethod::ProbabilityFlow];
    let comparison = InverseComparison::new(&truth, 1.0)?.methods(methods).seed(3);
    let frame = comparison.counts([1_000, 16_000]).runs(12).run()?;
    let error = frame.values("reconstruction_error")?;
    for (method, pair) in methods.iter().zip(error.chunks(2)) {
        let ratio = pair[0] / pair[1];
        // 12 runs of 28 couplings: the ratio is known to about 6 %.
        assert!((3.2..5.0).contains(&ratio), "{}: {ratio}", method.name());
    }
    // The exact answer is the best that there is, and pseudo-likelihood is close.
    assert!(error[1] <= 1.02 * error[3] && error[3] < 1.3 * error[1]);
    assert_eq!(frame.values("refused")?, [0.0; 6]);
    assert!(frame.values("converged")?.iter().all(|&c| c == 1.0));
    Ok(())
}

#[test]
fn error_bars_hold_the_truth_as_often_as_they_say() -> Result<()> {
    let truth = glass(5, 0.8, 0.4, 8)?;
    let enumeration = truth.enumerate()?;
    for method in [InverseMethod::Exact, InverseMethod::PseudoLikelihood] {
        // Five couplings and fields of 120 data sets each, of 1000 states.
        let hits: Vec<[bool; 10]> = (0..120_u64)
            .into_par_iter()
            .map(|seed| {
                let states = enumeration.draw(1.0, 1_000, seed)?;
                let found = InverseIsing::new(&states)?.method(method).run()?;
                let errors = found.coupling_errors.as_ref().unwrap();
                let field_errors = found.field_errors.as_ref().unwrap();
                let expected = truth.couplings()?;
                Ok(std::array::from_fn(|k| {
                    let (i, j) = (k % 5, (k % 5 + 1) % 5);
                    if k < 5 {
                        (found.couplings[(i, j)] - expected[(i, j)]).abs() <= errors[(i, j)]
                    } else {
                        (found.fields[i] - truth.fields()[i]).abs() <= field_errors[i]
                    }
                }))
            })
            .collect::<Result<_>>()?;
        for half in [0..5, 5..10] {
            let count = hits.iter().flat_map(|hit| &hit[half.clone()]).filter(|hit| **hit).count();
            let share = count as f64 / 600.0;
            assert!((0.63..0.73).contains(&share), "{}: {share}", method.name());
        }
    }
    Ok(())
}

#[test]
fn a_penalty_on_couplings_leaves_the_bonds_of_a_lattice() -> Result<()> {
    let truth = Ising::square(4)?.coupling(1.0)?;
    let t = 4.0;
    let states = truth.enumerate()?.draw(t, 20_000, 1)?;
    let found = InverseIsing::new(&states)?.l1(0.05).run()?;
    assert!(found.converged && found.coupling_errors.is_none());
    let bonds: Vec<(usize, usize)> =
        found.ising()?.bonds().into_iter().map(|(i, j, _)| (i, j)).collect();
    let expected: Vec<(usize, usize)> = truth.bonds().into_iter().map(|(i, j, _)| (i, j)).collect();
    assert_eq!(bonds, expected);
    // What it minimises is stationary: the slope of each spin's likelihood is ∓λ₁ at couplings, and within ±λ₁ at zeros.
    let penalised = found.couplings.iter().filter(|j| **j != 0.0);
    assert!(penalised.clone().count() == 64 && penalised.clone().all(|&j| j > 0.0 && j < 0.27));
    // A strong penalty leaves none.
    assert!(InverseIsing::new(&states)?.l1(3.0).run()?.couplings.iter().all(|&j| j == 0.0));
    Ok(())
}

#[test]
fn penalised_minima_are_minima() -> Result<()> {
    // The penalised pseudo-likelihood of each spin by the plainest sums, around what was found.
    let truth = glass(4, 1.0, 0.5, 9)?;
    let states = truth.enumerate()?.draw(1.0, 300, 2)?;
    for (l1, l2) in [(0.0, 0.05), (0.03, 0.0), (0.02, 0.02)] {
        // Two spins, so that symmetry averages what is equal only if each is a minimum: compare each regression through a pair.
        let two = states.slice(s![.., ..2]).to_owned();
        let found = InverseIsing::new(&two)?.l1(l1).l2(l2).run()?;
        let cost = |h: f64, j: f64| {
            let fit: f64 = two
                .rows()
                .into_iter()
                .map(|s| (-2.0 * f64::from(s[0]) * (h + j * f64::from(s[1]))).exp().ln_1p())
                .sum();
            fit / 300.0 + l1 * j.abs() + 0.5 * l2 * (h * h + j * j)
        };
        // The other spin's regression by the same sum; both couplings by golden bracketing on a grid.
        let best = |cost: &dyn Fn(f64, f64) -> f64| {
            let (mut h, mut j, mut step) = (0.0, 0.0, 0.5);
            while step > 1e-7 {
                let around = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
                let lower =
                    around.iter().find(|(a, b)| cost(h + step * a, j + step * b) < cost(h, j));
                match lower {
                    Some((a, b)) => (h, j) = (h + step * a, j + step * b),
                    None => step *= 0.5,
                }
            }
            (h, j)
        };
        let other = |h: f64, j: f64| {
            let fit: f64 = two
                .rows()
                .into_iter()
                .map(|s| (-2.0 * f64::from(s[1]) * (h + j * f64::from(s[0]))).exp().ln_1p())
                .sum();
            fit / 300.0 + l1 * j.abs() + 0.5 * l2 * (h * h + j * j)
        };
        let (a, b) = (best(&cost), best(&other));
        assert!((found.fields[0] - a.0).abs() < 1e-4 && (found.fields[1] - b.0).abs() < 1e-4);
        let middle = 0.5 * (a.1 + b.1);
        assert!((found.couplings[(0, 1)] - middle).abs() < 1e-4, "{l1} {l2}");
    }
    Ok(())
}

#[test]
fn errors_of_couplings_and_fields_are_relative_and_absolute() -> Result<()> {
    let (truth, t) = (glass(6, 1.0, 0.4, 3)?, 2.5);
    let mut found = moments(&truth)?.method(InverseMethod::MeanField).run()?;
    found.fields = truth.fields() / t + 0.25;
    found.couplings = 1.5 * truth.couplings()? / t;
    assert!((found.field_error(&truth, t)? - 0.25).abs() < 1e-14);
    assert!((found.reconstruction_error(&truth, t)? - 0.5).abs() < 1e-14);
    Ok(())
}

#[test]
fn hundred_spins_from_ten_thousand_states() -> Result<()> {
    let truth = Ising::sherrington_kirkpatrick(100, 1)?;
    let few = InverseComparison::new(&truth, 2.5)?.methods([InverseMethod::PseudoLikelihood]);
    let frame = few.counts([3_000]).runs(2).run()?;
    // Each coupling has an error of about 1/√3000 = 0.018, where couplings are 0.04 large.
    let error = frame.values("reconstruction_error")?[0];
    assert!((0.35..0.75).contains(&error), "{error}");
    Ok(())
}

#[test]
fn deadlines_leave_what_was_found() -> Result<()> {
    let truth = glass(12, 0.5, 0.2, 1)?;
    let data = InverseIsing::new(&truth.enumerate()?.draw(1.0, 2_000, 1)?)?;
    for method in [
        InverseMethod::Exact,
        InverseMethod::BoltzmannLearning,
        InverseMethod::PseudoLikelihood,
        InverseMethod::ProbabilityFlow,
    ] {
        let found = data.method(method).deadline(1e-9).run()?;
        assert!(!found.complete && found.couplings.iter().all(|j| j.is_finite()), "{found:?}");
        let cut = data.method(method).steps(1).run()?;
        assert!(cut.complete && cut.steps == 1, "{cut:?}");
    }
    let frame = InverseComparison::new(&truth, 1.0)?
        .methods([InverseMethod::Tap])
        .counts([500])
        .deadline(1e-9)
        .run()?;
    assert_eq!((frame.values("runs")?[0], frame.values("complete")?[0]), (1.0, 0.0));
    assert!(frame.values("reconstruction_error_err")?[0].is_nan());
    // Beyond enumeration already the states may take too long; then there is no set.
    let large = InverseComparison::new(&Ising::sherrington_kirkpatrick(400, 1)?, 2.0)?;
    let begun = std::time::Instant::now();
    let none = large.methods([InverseMethod::Tap]).deadline(0.2).run()?;
    assert!(begun.elapsed().as_secs_f64() < 5.0, "{:?}", begun.elapsed());
    assert_eq!((none.values("runs")?, none.values("complete")?), (vec![0.0; 3], vec![0.0; 3]));
    assert_eq!(none.column("reconstruction_error")?.null_count(), 3);
    // A comparison's searches are cut, too, and say so, which marks their rows.
    let compared = InverseComparison::new(&Ising::square(3)?, 3.0)?.counts([2_000]).runs(2);
    let learning = compared.methods([InverseMethod::BoltzmannLearning]);
    let (cut, whole) = (learning.deadline(1e-3).run()?, learning.run()?);
    for (frame, expected) in [(&cut, 0.0), (&whole, 1.0)] {
        assert_eq!(frame.values("converged")?, [expected]);
        assert_eq!(frame.values("complete")?, [expected]);
    }
    Ok(())
}

#[test]
fn what_cannot_be_inverted_is_refused_with_a_sentence() -> Result<()> {
    let of = |states: Array2<i8>| InverseIsing::new(&states);
    assert_says(of(Array2::zeros((0, 3))), &["no state"]);
    assert_says(of(array![[1], [-1]]), &["between 2 and 1000"]);
    assert_says(of(array![[1, 0]]), &["s[(0, 1)] = 0"]);
    let two = array![[1, 1], [-1, 1]];
    assert_says(InverseIsing::weighted(&two, &array![1.0]), &["(2,)"]);
    assert_says(InverseIsing::weighted(&two, &array![1.0, f64::NAN]), &["NaN"]);
    assert_says(InverseIsing::weighted(&two, &array![0.0, 0.0]), &["above 0"]);
    let moments = |m: Array1<f64>, c: Array2<f64>| InverseIsing::from_moments(&m, &c);
    assert_says(moments(array![0.0, 0.0], Array2::eye(3)), &["(2, 2)"]);
    assert_says(moments(array![0.0, f64::NAN], Array2::eye(2)), &["m[1] = NaN"]);
    assert_says(moments(array![0.0, 1.1], Array2::eye(2)), &["between -1 and 1"]);
    assert_says(moments(array![0.0, 0.0], array![[1.0, 0.2], [0.3, 1.0]]), &["symmetric"]);
    assert_says(moments(array![0.0, 0.0], array![[0.9, 0.2], [0.2, 1.0]]), &["diagonal"]);
    assert_says(moments(array![0.9, 0.9], array![[1.0, 0.2], [0.2, 1.0]]), &["0.8"]);
    // Possible for each pair, and for no distribution of three spins.
    let frustrated = array![[1.0, -0.9, -0.9], [-0.9, 1.0, -0.9], [-0.9, -0.9, 1.0]];
    assert_says(moments(Array1::zeros(3), frustrated.clone())?.run(), &["no finite"]);
    let tap = moments(Array1::zeros(3), frustrated)?.method(InverseMethod::Tap).run();
    assert_says(tap, &["positive definite"]);
    // A spin that never changes, and a pair that is never unequal.
    let constant = of(array![[1, 1, 1], [1, -1, 1], [1, 1, -1], [1, -1, -1]])?;
    let equal = of(array![[1, 1, 1], [1, 1, -1], [-1, -1, 1], [-1, -1, -1]])?;
    for method in InverseMethod::ALL {
        let parts = ["but a set in which spin 0 is always", "leave this one out"];
        assert_says(constant.method(method).run(), &parts);
        assert!(equal.method(method).run().is_err());
    }
    assert_says(equal.run(), &["a set in which spins 0 and 1 are never (+1, -1) was given."]);
    assert_says(
        equal.method(InverseMethod::MeanField).run(),
        &["positive definite", "of 4 states"],
    );
    assert!(constant.l2(0.1).run()?.converged && equal.l2(0.1).run()?.converged);
    assert!(equal.l1(0.1).run()?.converged);
    // Fewer states than spins, every pair with all four values.
    let few = Ising::sherrington_kirkpatrick(16, 1)?.enumerate()?.draw(5.0, 14, 3)?;
    for method in [InverseMethod::MeanField, InverseMethod::PseudoLikelihood] {
        assert!(of(few.clone())?.method(method).run().is_err());
    }
    // Three spins of which one of eight states is missing in a way that no pair shows.
    let one_sided =
        array![[1, 1, -1], [1, -1, 1], [-1, 1, 1], [-1, -1, 1], [-1, 1, -1], [1, -1, -1]];
    for method in
        [InverseMethod::Exact, InverseMethod::PseudoLikelihood, InverseMethod::ProbabilityFlow]
    {
        assert_says(of(one_sided.clone())?.method(method).run(), &["no finite"]);
        assert!(of(one_sided.clone())?.method(method).l2(0.01).run()?.converged);
    }
    Ok(())
}

#[test]
fn settings_out_of_range_are_refused() -> Result<()> {
    let truth = glass(4, 0.5, 0.2, 1)?;
    let data = InverseIsing::new(&truth.enumerate()?.draw(1.0, 500, 1)?)?;
    assert_says(data.l1(-1.0).run(), &["l1"]);
    assert_says(data.l2(f64::NAN).run(), &["l2"]);
    assert_says(data.l2(0.1).method(InverseMethod::Tap).run(), &["tap"]);
    assert_says(data.l1(0.1).method(InverseMethod::Exact).run(), &["`l1`"]);
    assert_says(data.tolerance(0.0).run(), &["tolerance"]);
    assert_says(data.steps(0).run(), &["steps"]);
    assert_says(data.sweeps(-1).run(), &["sweeps"]);
    assert_says(data.sweeps(1_000_000_000).run(), &["sweeps", "100000"]);
    assert_says(data.chains(0).run(), &["chains"]);
    let many = Array2::from_shape_fn((3, 1000), |(k, i)| if (k + i) % 3 == 0 { 1 } else { -1 });
    let learning = InverseIsing::new(&many)?.method(InverseMethod::BoltzmannLearning).l2(0.1);
    assert_says(learning.chains(1 << 20).run(), &["1000 spins", "GiB", "fewer chains"]);
    assert_says(data.deadline(0.0).run(), &["deadline"]);
    assert_says(moments(&truth)?.method(InverseMethod::PseudoLikelihood).run(), &["only moments"]);
    let large = Ising::sherrington_kirkpatrick(24, 1)?;
    let hot = large.partition_function(10.0)?.moments()?;
    let settings = InverseIsing::from_moments(&hot.magnetizations, &hot.correlations)?;
    assert_says(settings.run(), &["20 spins", "PseudoLikelihood"]);
    let found = data.run()?;
    assert_says(found.reconstruction_error(&large, 1.0), &["4 spins", "24 spins"]);
    assert_says(found.reconstruction_error(&truth, 0.0), &["temperature"]);
    assert_says(found.compared(&large, 1.0), &["24 spins"]);
    let free = Ising::from_bonds(4, &[])?;
    assert_says(found.reconstruction_error(&free, 1.0), &["without couplings"]);
    assert_says(InverseComparison::new(&free, 1.0), &["bonds"]);
    assert_says(InverseComparison::new(&truth, f64::NAN), &["temperature"]);
    let comparison = InverseComparison::new(&truth, 1.0)?;
    assert_says(comparison.methods([]).run(), &["methods"]);
    assert_says(comparison.counts([]).run(), &["counts"]);
    assert_says(comparison.counts([0]).run(), &["counts"]);
    assert_says(comparison.counts([usize::MAX]).run(), &["counts"]);
    assert_says(comparison.runs(1).run(), &["runs"]);
    assert_says(comparison.l2(-1.0).run(), &["l2"]);
    let enumeration = truth.enumerate()?;
    assert_says(enumeration.draw(1.0, usize::MAX, 0), &["count"]);
    assert_says(enumeration.draw(-1.0, 3, 0), &["temperature"]);
    assert_eq!(enumeration.draw(1.0, 0, 0)?.dim(), (0, 4));
    Ok(())
}

#[test]
fn drawn_states_have_their_probabilities() -> Result<()> {
    let model = glass(4, 1.0, 0.5, 2)?;
    let enumeration = model.enumerate()?;
    let (p, count) = (enumeration.probabilities(1.0)?, 40_000);
    let states = enumeration.draw(1.0, count, 5)?;
    let mut seen = [0.0; 16];
    for row in states.rows() {
        let number: usize = row.iter().enumerate().map(|(i, s)| usize::from(*s < 0) << i).sum();
        seen[number] += 1.0;
    }
    // χ² of 15 degrees of freedom is above 37.7 in one case of 1000.
    let chi: f64 = seen
        .iter()
        .zip(&p)
        .map(|(seen, p)| (seen - count as f64 * p).powi(2) / (count as f64 * p))
        .sum();
    assert!(chi < 37.7, "{chi}");
    assert_eq!(enumeration.draw(1.0, 5, 5)?, states.slice(s![..5, ..]));
    Ok(())
}
