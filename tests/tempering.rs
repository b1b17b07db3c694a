//! Parallel tempering against enumeration: thermodynamics, swap rates, ladders, both engines; for overlaps see overlaps.rs.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;
#[path = "common/tempering.rs"]
mod tempering;

use says::assert_says;
use statmech::ndarray::Array1;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;
use statmech::rayon::prelude::*;
use tempering::{LADDER, assert_close, assert_thermodynamics, glass, states, values};

/// Models that 64 systems in a word can hold: fields, odd loops, odd degrees, double bonds, isolated spins.
fn packable() -> Vec<(&'static str, Ising)> {
    let field = |ising: Ising, h: f64| ising.random_fields(Disorder::PlusMinus, h, 9).unwrap();
    let mut diluted = glass(Lattice::square(4), Disorder::PlusMinus, 1);
    let kept: Array1<f64> = diluted
        .bonds()
        .iter()
        .enumerate()
        .map(|(k, bond)| if k % 3 == 0 { 0.0 } else { bond.2 })
        .collect();
    diluted = diluted.bond_couplings(&kept).unwrap();
    vec![
        ("square", glass(Lattice::square(4), Disorder::PlusMinus, 2)),
        ("square in fields", field(glass(Lattice::rectangle(3, 4), Disorder::PlusMinus, 3), 1.0)),
        ("triangular", glass(Lattice::triangular(3), Disorder::PlusMinus, 4)),
        ("double bonds", glass(Lattice::cubic(2), Disorder::PlusMinus, 5)),
        ("open", glass(Lattice::rectangle(3, 5).open(), Disorder::PlusMinus, 6)),
        (
            "random graph",
            field(glass(Lattice::random_graph(13, 3.0, 1), Disorder::PlusMinus, 7), 2.0),
        ),
        ("diluted", diluted),
        ("complete", Ising::sherrington_kirkpatrick_with(11, Disorder::PlusMinus, 8).unwrap()),
        ("uniform field", Ising::square(3).unwrap().coupling(0.4).unwrap().field(0.2).unwrap()),
    ]
}

fn unpackable() -> Vec<(&'static str, Ising)> {
    let fields = |ising: Ising| ising.random_fields(Disorder::Gaussian, 0.4, 5).unwrap();
    vec![
        ("gaussian", glass(Lattice::square(4), Disorder::Gaussian, 2)),
        ("gaussian in fields", fields(glass(Lattice::rectangle(3, 4), Disorder::Gaussian, 3))),
        ("sherrington-kirkpatrick", fields(Ising::sherrington_kirkpatrick(12, 4).unwrap())),
    ]
}

#[test]
fn packed_systems_have_the_exact_thermodynamics_at_all_temperatures() {
    packable().into_par_iter().enumerate().for_each(|(index, (what, ising))| {
        for update in [Update::HeatBath, Update::Metropolis] {
            let run = ising.tempering(LADDER).update(update).sweeps(20_000).thermalization(500);
            let frame = run.seed(index as u64 + 40).run().unwrap().frame().unwrap();
            assert_eq!(
                frame.column("order").unwrap().str().unwrap().get(0),
                Some("colors"),
                "{what}"
            );
            assert_thermodynamics(&frame, &format!("{what}, {update:?}"));
        }
    });
}

#[test]
fn scalar_systems_have_the_exact_thermodynamics_at_all_temperatures() {
    let mut models = unpackable();
    models.push(packable().remove(1));
    models.into_par_iter().enumerate().for_each(|(index, (what, ising))| {
        for update in [Update::HeatBath, Update::Metropolis] {
            for order in [SiteOrder::Random, SiteOrder::Sequential] {
                let run = ising.tempering(LADDER).update(update).order(order);
                let run = run.sweeps(20_000).thermalization(500).seed(index as u64);
                let frame = run.run().unwrap().frame().unwrap();
                assert_thermodynamics(&frame, &format!("{what}, {update:?}, {order:?}"));
            }
        }
    });
}

#[test]
fn swap_rates_are_those_of_the_total_energies() {
    let fields = |ising: Ising| ising.random_fields(Disorder::Gaussian, 0.5, 9).unwrap();
    let packed = glass(Lattice::square(3), Disorder::PlusMinus, 2);
    let scalar = fields(Ising::sherrington_kirkpatrick(9, 4).unwrap());
    for (what, ising) in [("packed", packed), ("scalar", scalar)] {
        let runs: Vec<Vec<f64>> = (0..20_u64)
            .into_par_iter()
            .map(|seed| {
                let run = ising.tempering(LADDER).sweeps(2_000).thermalization(200).seed(seed);
                run.run().unwrap().swap_rates()
            })
            .collect();
        for gap in 0..LADDER.len() - 1 {
            let (cold, energies) = states(&ising, LADDER[gap]);
            let (hot, _) = states(&ising, LADDER[gap + 1]);
            let gap_beta = 1.0 / LADDER[gap] - 1.0 / LADDER[gap + 1];
            let mut exact = 0.0;
            for (w, e) in cold.iter().zip(&energies) {
                for (v, f) in hot.iter().zip(&energies) {
                    exact += w * v * (gap_beta * (e - f)).min(0.0).exp();
                }
            }
            let rates: Vec<f64> = runs.iter().map(|run| run[gap]).collect();
            let mean = rates.iter().sum::<f64>() / 20.0;
            let squares: f64 = rates.iter().map(|rate| (rate - mean).powi(2)).sum();
            let error = (squares / (20.0 * 19.0)).sqrt();
            assert!(error < 0.01, "{error}");
            assert_close(&format!("{what}, gap {gap}"), mean, error, exact);
        }
    }
}

#[test]
fn walkers_make_round_trips() {
    let ising = glass(Lattice::square(4), Disorder::PlusMinus, 2);
    // Two temperatures that always exchange: a walker is cold at every other measurement, a trip takes two of them.
    let run = ising.tempering([1.0, 1.0 + 1e-9]).sweeps(1_000).replicas(2);
    let tempered = run.run().unwrap();
    assert!((tempered.swap_rates()[0] - 1.0).abs() < 1e-6);
    // An exchange of the only pair is tried every other round; two walkers in two replicas, a trip in four rounds each.
    assert!((990..=1000).contains(&tempered.round_trips()), "{}", tempered.round_trips());
    // Temperatures too far apart never exchange.
    let apart = Ising::square(16).unwrap().tempering([0.5, 10.0]).sweeps(200).run().unwrap();
    assert_eq!(apart.round_trips(), 0);
    assert!(apart.swap_rates()[0] < 1e-9);
}

#[test]
fn ladders_reach_the_acceptance_asked_for() {
    let packed = glass(Lattice::cubic(4), Disorder::PlusMinus, 1);
    let scalar = Ising::sherrington_kirkpatrick(64, 2).unwrap();
    for (what, ising) in [("packed", packed), ("scalar", scalar)] {
        let settings = ising.tempering([0.5, 2.5]).sweeps(10_000).thermalization(5_000).seed(3);
        let mut before = 0;
        for target in [0.2, 0.5] {
            let ladder = settings.ladder_for_acceptance(target).unwrap();
            assert_eq!((ladder[0], ladder[ladder.len() - 1]), (0.5, 2.5));
            assert!(ladder.len() > before);
            before = ladder.len();
            let run = ising.tempering(ladder).sweeps(4_000).seed(4).run().unwrap();
            for rate in run.swap_rates() {
                assert!((rate - target).abs() < 0.1, "{what}: {:?} for {target}", run.swap_rates());
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_numbers_on_any_number_of_threads() {
    let models = [
        glass(Lattice::cubic(4), Disorder::PlusMinus, 1),
        glass(Lattice::cubic(6), Disorder::Gaussian, 1),
    ];
    for ising in models {
        let run = ising.tempering(linspace(0.8, 2.0, 9)).replicas(8).sweeps(40).houdayer(true);
        let on = |threads: usize, seed: u64| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let tempered = pool.install(|| run.seed(seed).run()).unwrap();
            let spins: Vec<_> = (0..8).map(|r| tempered.spins(3, r).unwrap()).collect();
            (tempered.frame().unwrap(), tempered.overlaps(2).unwrap(), spins)
        };
        let (one, three, other) = (on(1, 5), on(3, 5), on(1, 6));
        assert!(one.0.equals_missing(&three.0) && one.1 == three.1 && one.2 == three.2);
        assert!(!one.0.equals_missing(&other.0));
    }
}

#[test]
fn series_and_spins_belong_to_the_frame() {
    let ising = glass(Lattice::cubic(4), Disorder::PlusMinus, 1);
    let run = ising.tempering([1.0, 1.5]).replicas(4).sweeps(1_000).swap_interval(10).seed(2);
    let tempered = run.run().unwrap();
    let frame = tempered.frame().unwrap();
    assert_eq!(values(&frame, "sweeps"), [1000.0; 2]);
    assert!(tempered.complete());
    for k in 0..2 {
        let series = tempered.series(k).unwrap();
        assert_eq!((series.len(), series[0].len()), (4, 100));
        let mean = series.iter().flat_map(|series| &series.energy).sum::<f64>() / 400.0;
        assert!((mean - values(&frame, "energy")[k]).abs() < 1e-12);
        assert_eq!(tempered.overlaps(k).unwrap().dim(), (2, 100));
    }
    // Energies of the last measurement, before the last exchange: in either order.
    for replica in 0..4 {
        let energy = |k: usize| ising.energy(&tempered.spins(k, replica).unwrap()).unwrap() / 64.0;
        let last = |k: usize| *tempered.series(k).unwrap()[replica].energy.last().unwrap();
        let (now, then) = ([energy(0), energy(1)], [last(0), last(1)]);
        assert!(now == then || now == [then[1], then[0]], "{now:?} {then:?}");
    }
}

#[test]
fn a_deadline_gives_a_shorter_run() {
    for disorder in [Disorder::PlusMinus, Disorder::Gaussian] {
        let ising = glass(Lattice::cubic(8), disorder, 1);
        let run = ising.tempering(linspace(0.8, 2.0, 8)).sweeps(500_000).thermalization(10_000_000);
        // Threads of its own, since those that the other tests share are busy.
        let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let tempered = pool.install(|| run.deadline(1.0).run()).unwrap();
        assert!(!tempered.complete());
        let sweeps = values(&tempered.frame().unwrap(), "sweeps")[0];
        assert!((16.0..500_000.0).contains(&sweeps), "{sweeps}");
    }
    // What errors need is measured even where there is no time at all.
    let hurried = glass(Lattice::square(4), Disorder::PlusMinus, 1).tempering([1.0, 2.0]);
    let hurried = hurried.deadline(1e-9).thermalization(i64::MAX).run().unwrap();
    assert!(!hurried.complete());
    let frame = hurried.frame().unwrap();
    assert_eq!(values(&frame, "sweeps"), [16.0; 2]);
    assert!(values(&frame, "energy_err").iter().all(|error| error.is_finite()));
}

#[test]
fn bad_input_is_refused() {
    let ising = glass(Lattice::square(4), Disorder::PlusMinus, 1);
    let run = ising.tempering([1.0, 2.0]).sweeps(100);
    assert_says(ising.tempering([1.0]).run(), &["`temperatures`", "1 of them", "at least two"]);
    assert_says(ising.tempering([]).run(), &["`temperatures`", "at least two"]);
    assert_says(ising.tempering([2.0, 1.0]).run(), &["2 followed by 1", "ascending"]);
    assert_says(ising.tempering([1.0, 1.0]).run(), &["1 followed by 1", "different"]);
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(ising.tempering([1.0, t]).run(), &["`temperature`", &t.to_string()]);
    }
    for sweeps in [0, -1, 15] {
        assert_says(run.sweeps(sweeps).run(), &["`sweeps`", &sweeps.to_string()]);
    }
    assert_says(run.swap_interval(0).run(), &["`swap_interval`", "at least 1"]);
    assert_says(run.swap_interval(10).run(), &["`sweeps`", "16 times `swap_interval`"]);
    assert_says(run.thermalization(-1).run(), &["`thermalization`", "-1"]);
    assert_says(run.sweeps(i64::MAX).run(), &["in memory"]);
    for replicas in [0, -2, 3, 1026] {
        assert_says(run.replicas(replicas).run(), &["`replicas`", &replicas.to_string(), "even"]);
    }
    for deadline in [0.0, -1.0, f64::NAN] {
        assert_says(run.deadline(deadline).run(), &["`deadline`"]);
    }
    assert_says(run.update(Update::Wolff).run(), &["Wolff", "one by one"]);
    assert_says(run.update(Update::SwendsenWang).run(), &["SwendsenWang", "one by one"]);
    let odd = Ising::edwards_anderson(Lattice::triangular(3), Disorder::PlusMinus, 1).unwrap();
    assert_says(
        odd.tempering([1.0, 2.0]).order(SiteOrder::Checkerboard).run(),
        &["Checkerboard", "odd length"],
    );
    assert_says(run.houdayer(true).replicas(1).run(), &["`replicas`", "Houdayer"]);
    assert_says(
        ising.tempering([1.5, 2.0]).houdayer(true).run(),
        &["Houdayer", "root mean square of the couplings, 1"],
    );
    let single = run.replicas(1).run().unwrap();
    assert!(single.frame().unwrap().column("overlap").is_err());
    assert_says(single.overlap_histogram(), &["`replicas`"]);
    assert_says(single.overlaps(0), &["`replicas`"]);
    assert_says(single.series(2), &["`k`", "2 temperatures"]);
    assert_says(single.spins(0, 1), &["`replica`", "1"]);
    for target in [0.0, 1.0, -1.0, f64::NAN] {
        assert_says(run.ladder_for_acceptance(target), &["`target`", &target.to_string()]);
    }
}

#[test]
fn extreme_temperatures_and_models_stay_finite() {
    let free = Ising::from_couplings(&statmech::ndarray::Array2::zeros((3, 3))).unwrap();
    let one = Ising::on(Lattice::chain(1).open()).unwrap();
    let ising = glass(Lattice::square(4), Disorder::PlusMinus, 1);
    for model in [free, one, ising] {
        let tempered = model.tempering([1e-300, 1.0, 1e300]).sweeps(100).run().unwrap();
        let frame = tempered.frame().unwrap();
        for name in ["energy", "overlap_squared", "overlap_binder", "link_overlap"] {
            assert!(values(&frame, name).iter().all(|x| x.is_finite()), "{name}");
        }
        assert!(tempered.swap_rates().iter().all(|rate| (0.0..=1.0).contains(rate)));
    }
}
