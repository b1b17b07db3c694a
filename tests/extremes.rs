//! Inputs at the ends of what is allowed: sizes beyond the memory, numbers next to the limits of floating point.

use statmech::prelude::*;

#[test]
fn sizes_beyond_the_memory_are_refused_before_they_are_allocated() {
    assert!(Distribution::uniform(1 << 40).is_err());
    assert!(Distribution::uniform(usize::MAX).is_err());
    let many = MultiPerceptron::train_on(&Array2::ones((1, 1_000_000)), &array![9999]);
    assert!(many.run().is_err());
    let patterns = random_patterns(20_000, 10, 1).unwrap();
    let start = patterns.row(0).to_owned();
    assert!(Sequence::new(&patterns).unwrap().overlaps(&start, 1_000_000).is_err());
    let hot = Hopfield::hebb(&patterns).unwrap().recall(&start).temperature(1.0).sweeps(usize::MAX);
    assert!(hot.overlaps().is_err() && hot.trace().is_err() && hot.states().is_err());
}

#[test]
fn many_samples_do_not_allocate_before_they_are_drawn() {
    let scan = DenseCapacity::new(Interaction::Polynomial(2)).sizes([10]).samples(usize::MAX);
    let frame = scan.deadline(0.05).run().unwrap();
    assert_eq!(frame.column("complete").unwrap().bool().unwrap().get(0), Some(false));
}

#[test]
fn separations_of_many_patterns_need_no_matrix_of_them() {
    // 200,000² products would take 320 GB.
    let memory = ModernHopfield::new(&Array2::ones((200_000, 1)), 1.0).unwrap();
    assert_eq!(memory.one_step_bound(0, 0.1).unwrap(), 2.0);
}

#[test]
fn many_patterns_of_few_units_have_their_fixed_points_listed_at_once() {
    let patterns = random_patterns(20_000, 10, 1).unwrap();
    let found = Hopfield::hebb(&patterns).unwrap().fixed_points().unwrap();
    // 20,000 random patterns are all 1,024 states.
    let kinds = found.frame().unwrap();
    let kinds = kinds.column("kind").unwrap().str().unwrap();
    assert!(!kinds.is_empty() && kinds.iter().all(|kind| kind == Some("pattern")));
}

#[test]
fn information_is_finite_where_products_of_probabilities_underflow() {
    let rare = Joint::from_weights(array![[1.0, 0.0], [0.0, 1e-200]]).unwrap();
    let expected = 1e-200 * (200.0 * 10_f64.ln() + 1.0);
    assert!((rare.mutual_information() / expected - 1.0).abs() < 0.01);
    let sure = Distribution::from_weights([1.0, 1.0]).unwrap();
    let other = Distribution::from_weights([1e-310, 1.0]).unwrap();
    let direct = -0.5 * 1e-310_f64.ln() - std::f64::consts::LN_2;
    assert!((sure.kl(&other).unwrap() - direct).abs() < 1e-9);
}

#[test]
fn activities_next_to_none_and_all_are_refused() {
    let patterns = random_patterns(3, 10, 1).unwrap();
    for activity in [5e-324, 1e-20, 1e-10, 1.0 - 1e-12] {
        assert!(Hopfield::covariance(&patterns, activity).is_err());
        assert!(Hopfield::tsodyks_feigelman(&patterns, activity, 0.0).is_err());
    }
    let couplings = Hopfield::covariance(&patterns, 1e-9).unwrap().couplings().unwrap();
    assert!(couplings.iter().all(|j| j.is_finite()));
}

#[test]
fn weights_whose_sum_overflows_are_refused() {
    assert!(Neuron::new([1e308, 1e308], 1.0).is_err());
    assert!(Neuron::new([1e308], -1e308).is_err());
    assert!(Neuron::new([8e307, -8e307], 1.0).unwrap().signed().threshold().is_finite());
}

#[test]
fn a_sign_of_a_mixture_other_than_one_is_refused() {
    let patterns = random_patterns(3, 5, 1).unwrap();
    assert!(mixture_state(&patterns, &[(0, i8::MIN)]).is_err());
}

#[test]
fn exponents_too_small_to_tell_sizes_apart_are_refused() {
    let scan = CapacityScan::new(StorageRule::Hebb).sizes([10, 20]).samples(4);
    for bad in [0.0, 1e-20, 1e-8, 4.1, f64::NAN] {
        assert!(scan.exponent(bad).run().is_err());
    }
    assert!(scan.exponent(0.01).run().unwrap().load.is_finite());
}

#[test]
fn the_cost_of_a_flip_keeps_its_digits_at_small_steepness() {
    // β → 0: every pattern weighs the same, and a flip costs 4·(share of the patterns that agree) − 2.
    let patterns = random_patterns(5, 8, 1).unwrap();
    let state = patterns.row(0).to_owned();
    for beta in [1e-300, 1e-17, 1e-10] {
        let costs = DenseMemory::log_sum_exp(&patterns, beta).unwrap().flip_costs(&state).unwrap();
        for (i, cost) in costs.iter().enumerate() {
            let agree = patterns.column(i).iter().filter(|&&x| x == state[i]).count() as f64;
            assert!((cost - (4.0 * agree / 5.0 - 2.0)).abs() < 1e-7, "β {beta}: {cost}");
        }
    }
}

#[test]
fn theory_next_to_its_ends_is_finite_or_refused() {
    assert!(ags::spin_glass(1e-300, 0.5).is_err());
    assert!(ags::spin_glass(1e-10, 0.5).unwrap().free_energy.is_finite());
    assert!(gardner::biased_capacity(-1.0, 0.9999).is_err());
    assert_eq!(dense::bit_error(10, 3, 5e-324).unwrap(), 0.0);
}
