//! Snapshots as data, and what sets of states say about a model.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod common;
#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/says.rs"]
mod says;

use common::column;
use coverage::coverage;
use says::assert_says;
use statmech::polars::prelude::DataFrame;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

fn first(frame: &DataFrame, name: &str) -> f64 {
    column(frame, name)[0]
}

/// Observables of snapshots within 4.5 errors of the exact ones.
fn assert_exact(ising: &Ising, settings: &SnapshotSampling, t: f64, names: &[&str]) {
    let snapshots = settings.run().unwrap();
    assert!(snapshots.complete);
    let table = ising.observables_of(&snapshots.states, t).unwrap();
    let exact = ising.enumerate().unwrap().frame(&[t]).unwrap();
    for name in names {
        let (value, error) = (first(&table, name), first(&table, &format!("{name}_err")));
        let expected = first(&exact, name);
        assert!(
            (value - expected).abs() <= 4.5 * error + 1e-12,
            "{settings:?}: {name} = {value} ± {error} for {expected}"
        );
    }
}

const EVEN: [&str; 6] = [
    "energy",
    "heat_capacity",
    "abs_magnetization",
    "susceptibility",
    "susceptibility_full",
    "binder",
];

#[test]
fn snapshots_have_the_exact_averages() {
    let ising = Ising::square(4).unwrap();
    for t in [1.8, 2.3, 4.0] {
        let settings = ising.snapshots(t).samples(2_000).seed(1);
        assert_exact(&ising, &settings, t, &EVEN);
        assert_exact(&ising, &settings, t, &["magnetization"]);
        for update in [Update::Metropolis, Update::HeatBath, Update::Wolff] {
            assert_exact(&ising, &settings.update(update), t, &EVEN);
        }
        let checkerboard = settings.update(Update::HeatBath).order(SiteOrder::Checkerboard);
        assert_exact(&ising, &checkerboard, t, &EVEN);
    }
    // With a field, and frustrated, where clusters would be none of the choice.
    let tilted = ising.field(0.2).unwrap();
    assert_exact(&tilted, &tilted.snapshots(2.5).seed(2), 2.5, &EVEN);
    assert_exact(&tilted, &tilted.snapshots(2.5).seed(2), 2.5, &["magnetization"]);
    let frustrated = Ising::triangular(3).unwrap().coupling(-1.0).unwrap();
    assert!(format!("{:?}", frustrated.snapshots(2.0)).contains("heat_bath"));
    assert_exact(&frustrated, &frustrated.snapshots(2.0).seed(3), 2.0, &EVEN);
}

#[test]
fn usual_snapshots_are_decorrelated_and_have_both_signs() -> statmech::Result<()> {
    let ising = Ising::square(32)?;
    for t in [1.5, ONSAGER_TC, 3.0] {
        let states = ising.snapshots(t).samples(1_000).seed(4).run()?.states;
        let table = ising.observables_of(&states, t)?;
        assert!(first(&table, "energy_tau") < 0.7, "{t}: {}", first(&table, "energy_tau"));
        assert!(first(&table, "abs_magnetization_tau") < 0.8);
        let m = states.map_axis(Axis(1), |row| row.iter().map(|&s| i32::from(s)).sum::<i32>());
        let up = m.iter().filter(|&&m| m > 0).count() as f64;
        // Five standard deviations of the binomial distribution.
        assert!((up - 500.0).abs() < 5.0 * 250_f64.sqrt(), "{t}: {up}");
        let exact = ising.kaufman(t)?;
        let error = first(&table, "energy_err");
        assert!((first(&table, "energy") - exact.energy).abs() < 4.5 * error);
        let error = first(&table, "heat_capacity_err");
        assert!((first(&table, "heat_capacity") - exact.heat_capacity).abs() < 4.5 * error);
    }
    Ok(())
}

#[test]
fn chains_follow_each_other_and_threads_change_nothing() -> statmech::Result<()> {
    let settings = Ising::square(6)?.snapshots(2.0).samples(11).chains(3).seed(5);
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| settings.run())
    };
    let (one, three) = (on(1)?, on(3)?);
    assert_eq!(one, three);
    // The first chain has four of the eleven, and is the same if it runs alone.
    let alone = settings.samples(4).chains(1).run()?;
    assert_eq!(one.states.slice(s![..4, ..]), alone.states);
    assert_ne!(settings.seed(6).run()?, one);
    // More chains than snapshots: one each.
    let many = settings.chains(100).run()?;
    assert_eq!((many.chains, many.states.nrows()), (11, 11));
    Ok(())
}

#[test]
fn deadlines_leave_one_snapshot_of_each_chain_at_least() -> statmech::Result<()> {
    let settings = Ising::square(64)?.snapshots(2.2).samples(1_000_000 / 4).chains(4);
    let cut = settings.deadline(0.3).run()?;
    assert!(!cut.complete && cut.states.nrows() >= 4 && cut.states.nrows() < 250_000);
    let long = settings.thermalization(i64::MAX).deadline(0.1).run()?;
    assert!(!long.complete && long.states.nrows() >= 4);
    let slow = settings.thinning(i64::MAX).thermalization(0).deadline(0.1).run()?;
    assert!(!slow.complete && slow.states.nrows() == 4);
    Ok(())
}

#[test]
fn bad_settings_are_sentences() -> statmech::Result<()> {
    let ising = Ising::square(4)?;
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(ising.snapshots(t).run(), &["`temperature`"]);
        assert_says(ising.observables_of(&array![[1; 16]], t), &["`temperature`"]);
    }
    let settings = ising.snapshots(2.0);
    assert_says(settings.samples(1).run(), &["`samples`", "at least 2"]);
    assert_says(settings.samples(usize::MAX).run(), &["GiB", "fewer"]);
    assert_says(settings.chains(0).run(), &["`chains`", "at least 1"]);
    assert_says(settings.thinning(0).run(), &["`thinning`"]);
    assert_says(settings.thermalization(-1).run(), &["`thermalization`"]);
    assert_says(settings.deadline(f64::NAN).run(), &["`deadline`"]);
    assert_says(ising.field(0.1)?.snapshots(2.0).update(Update::Wolff).run(), &["field"]);
    for bad in [Array2::zeros((0, 16)), Array2::ones((3, 15)), Array2::zeros((2, 16))] {
        assert!(ising.observables_of(&bad, 2.0).is_err());
        assert!(ising.correlations_of(&bad).is_err());
    }
    assert_says(ising.correlations_of(&Array2::zeros((2, 16))), &["0 for spin 0 of state 0"]);
    assert_says(ising.correlations_of(&Array2::ones((2, 15))), &["(states, 16)", "(2, 15)"]);
    for other in [Ising::triangular(4)?, Ising::complete(16)?] {
        assert_says(other.correlations_of(&Array2::ones((2, 16))), &["chain", "square"]);
    }
    Ok(())
}

#[test]
fn few_states_have_means_without_errors() -> statmech::Result<()> {
    let ising = Ising::square(4)?;
    let table = ising.observables_of(&Array2::ones((3, 16)), 2.0)?;
    assert_eq!((first(&table, "energy"), first(&table, "samples")), (-2.0, 3.0));
    assert_eq!(table.column("energy_err")?.null_count(), 1);
    let correlation = ising.correlations_of(&Array2::ones((3, 16)))?;
    assert_eq!(column(&correlation, "correlation"), [1.0; 3]);
    assert_eq!(correlation.column("correlation_err")?.null_count(), 3);
    Ok(())
}

/// The same mean products by the plainest loops.
fn naive(sides: &[usize], open: bool, spins: &[i8], r: usize) -> Option<f64> {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (axis, &side) in sides.iter().enumerate() {
        if r > if open { side - 1 } else { side / 2 } {
            continue;
        }
        let stride: usize = sides[axis + 1..].iter().product();
        for site in 0..spins.len() {
            let along = site / stride % side;
            if open && along + r >= side {
                continue;
            }
            let other = site - along * stride + (along + r) % side * stride;
            sum += f64::from(spins[site]) * f64::from(spins[other]);
            pairs += 1.0;
        }
    }
    (pairs > 0.0).then_some(sum / pairs)
}

#[test]
fn correlations_are_mean_products_on_every_lattice_with_axes() -> statmech::Result<()> {
    for lattice in [
        Lattice::chain(7),
        Lattice::chain(8).open(),
        Lattice::rectangle(3, 6),
        Lattice::rectangle(5, 2).open(),
        Lattice::cubic(4),
        Lattice::cubic(3).open(),
    ] {
        let ising = Ising::on(lattice.clone())?;
        let states = ising.snapshots(3.0).samples(5).seed(6).run()?.states;
        let found = ising.correlations_of(&states)?;
        let open = lattice == lattice.open();
        for (r, value) in column(&found, "correlation").into_iter().enumerate() {
            let each = states
                .outer_iter()
                .map(|state| naive(&lattice.shape(), open, &state.to_vec(), r).unwrap());
            assert!((value - each.sum::<f64>() / 5.0).abs() < 1e-12, "{lattice:?}, r = {r}");
        }
        assert!(naive(&lattice.shape(), open, &states.row(0).to_vec(), found.height()).is_none());
    }
    Ok(())
}

#[test]
fn sampled_correlations_are_the_exact_ones() -> statmech::Result<()> {
    // The ring: (u^r + u^{n−r})/(1 + u^n) with u = tanh(J/T).
    let ring = Ising::chain(12)?;
    let states = ring.snapshots(1.2).samples(4_000).seed(7).run()?.states;
    let found = ring.correlations_of(&states)?;
    let u = (1.0_f64 / 1.2).tanh();
    for r in 1..=6 {
        let exact = (u.powi(r) + u.powi(12 - r)) / (1.0 + u.powi(12));
        let (value, error) = (
            column(&found, "correlation")[r as usize],
            column(&found, "correlation_err")[r as usize],
        );
        assert!((value - exact).abs() < 4.5 * error, "{r}: {value} ± {error} for {exact}");
    }
    // A torus much longer than the correlations, against the infinite lattice.
    let torus = Ising::square(32)?;
    for t in [1.5, 3.5] {
        let states = torus.snapshots(t).samples(1_000).seed(8).run()?.states;
        let found = torus.correlations_of(&states)?;
        for r in 1..=10 {
            let exact = onsager::correlation(r, t)?;
            let value = column(&found, "correlation")[r];
            let error = column(&found, "correlation_err")[r];
            assert!((value - exact).abs() < 4.5 * error, "{t}, {r}: {value} ± {error}, {exact}");
        }
    }
    Ok(())
}

#[test]
fn correlations_of_the_infinite_lattice_have_their_known_values() -> statmech::Result<()> {
    for t in [0.1, 0.5, 1.5, 2.2, 2.3, 2.5, 4.0, 50.0] {
        let neighbours = onsager::correlation(1, t)?;
        assert!((neighbours + onsager::energy(t)? / 2.0).abs() < 1e-8, "{t}: {neighbours}");
    }
    assert!((onsager::correlation(1, ONSAGER_TC)? - 0.5_f64.sqrt()).abs() < 1e-8);
    // At T_c 0.70338016 r^{−1/4} (T. T. Wu, Phys. Rev. 149, 380 (1966)), and below it the square of the magnetization.
    let tail = onsager::correlation(60, ONSAGER_TC)?;
    assert!((tail * 60_f64.powf(0.25) - 0.703_380_16).abs() < 1e-5, "{tail}");
    let order = onsager::magnetization(2.0)?.powi(2);
    assert!((onsager::correlation(100, 2.0)? - order).abs() < 1e-9);
    // Two sites apart, to the fourth power of v = tanh(1/T): the straight path and those around.
    let v = 0.02_f64.tanh();
    let series = v * v * (1.0 + 6.0 * v * v);
    assert!((onsager::correlation(2, 50.0)? / series - 1.0).abs() < 1e-5);
    assert_eq!(onsager::correlation(0, 2.0)?, 1.0);
    assert!(onsager::correlation(200, 2.3)?.is_finite());
    assert_says(onsager::correlation(201, 2.0), &["`distance`", "at most 200"]);
    assert_says(onsager::correlation(1, f64::NAN), &["`temperature`"]);
    assert!((onsager::correlation(3, 1e-300)? - 1.0).abs() < 1e-14);
    assert!(onsager::correlation(3, 1e300)?.abs() < 1e-14);
    Ok(())
}

#[test]
fn errors_hold_the_truth_two_times_in_three() -> statmech::Result<()> {
    let ising = Ising::square(4)?;
    let t = 2.5;
    let exact = ising.enumerate()?.at(t)?;
    let elimination = ising.elimination()?;
    // Independent states, drawn exactly.
    let covered = |truth: f64, name: &str| {
        coverage(truth, |seed| {
            let states = elimination.sample(t, 400, seed).unwrap();
            let table = ising.observables_of(&states, t).unwrap();
            (first(&table, name), first(&table, &format!("{name}_err")))
        })
    };
    for (truth, name) in [
        (exact.energy, "energy"),
        (exact.heat_capacity, "heat_capacity"),
        (exact.abs_magnetization, "abs_magnetization"),
        (exact.susceptibility, "susceptibility"),
    ] {
        let count = covered(truth, name);
        assert!((252..=292).contains(&count), "{name}: {count} of 400");
    }
    let truth = ising.enumerate()?.correlations(t)?[(0, 2)];
    let count = coverage(truth, |seed| {
        let states = elimination.sample(t, 400, seed).unwrap();
        let found = ising.correlations_of(&states).unwrap();
        (column(&found, "correlation")[2], column(&found, "correlation_err")[2])
    });
    assert!((252..=292).contains(&count), "C(2): {count} of 400");
    Ok(())
}
