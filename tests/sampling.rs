//! Sampled values against exact ones, for every update rule and site order.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod common;

use common::column;
use statmech::ndarray::Array1;
use statmech::polars::prelude::DataFrame;
use statmech::prelude::*;
use statmech::rayon::ThreadPoolBuilder;

const TEMPERATURES: [f64; 4] = [1.0, 2.0, 2.269, 4.0];

const MOVES: [(Update, SiteOrder); 7] = [
    (Update::Metropolis, SiteOrder::Random),
    (Update::Metropolis, SiteOrder::Sequential),
    (Update::Metropolis, SiteOrder::Checkerboard),
    (Update::HeatBath, SiteOrder::Random),
    (Update::HeatBath, SiteOrder::Sequential),
    (Update::HeatBath, SiteOrder::Checkerboard),
    (Update::Wolff, SiteOrder::Random),
];

/// Every sampled quantity within `sigmas` errors of its exact value.
fn assert_agrees(scan: &DataFrame, sigmas: f64, what: &str) {
    assert_even_agree(scan, sigmas, what);
    assert_columns_agree(scan, &["magnetization"], sigmas, what);
}

/// The same for the quantities that do not ask for both signs of m: below T_c single flips hardly ever turn the whole system.
fn assert_even_agree(scan: &DataFrame, sigmas: f64, what: &str) {
    let even = [
        "energy",
        "heat_capacity",
        "abs_magnetization",
        "susceptibility",
        "susceptibility_full",
        "binder",
    ];
    assert_columns_agree(scan, &even, sigmas, what);
}

fn assert_columns_agree(scan: &DataFrame, names: &[&str], sigmas: f64, what: &str) {
    for name in names {
        let exact = column(scan, &format!("{name}_exact"));
        let error = column(scan, &format!("{name}_err"));
        for (row, mean) in column(scan, name).into_iter().enumerate() {
            let distance = (mean - exact[row]).abs();
            // A quantity that never left its ground-state value has no error bar; rare excitations are below 1e-4 then.
            let allowed = sigmas * error[row] + if error[row] == 0.0 { 1e-4 } else { 1e-12 };
            assert!(
                distance <= allowed,
                "{what}, row {row}: {name} = {mean} ± {} for {}",
                error[row],
                exact[row]
            );
        }
    }
}

#[test]
fn every_rule_and_order_samples_the_8_ring_and_the_4x4_torus() {
    for ising in [Ising::chain(8).unwrap(), Ising::square(4).unwrap()] {
        for (update, order) in MOVES {
            let scan = ising
                .scan(TEMPERATURES)
                .update(update)
                .order(order)
                .sweeps(40_000)
                .seed(1)
                .run()
                .unwrap();
            // 2 systems × 7 moves × 4 temperatures × 6 quantities: the largest of 336 normal deviates is near 3.
            assert_even_agree(&scan, 4.0, &format!("{ising:?} {update:?} {order:?}"));
        }
    }
}

#[test]
fn measuring_after_any_number_of_sweeps_gives_the_same_averages() {
    // A period in the dynamics would show when measured only every second, third, … sweep.
    let ising = Ising::chain(8).unwrap();
    for (update, order) in MOVES {
        for (t, stride) in [(1.0, 2), (2.0, 3), (2.269, 4), (4.0, 5), (1000.0, 2), (1000.0, 1)] {
            let exact = ising.enumerate().unwrap().at(t).unwrap().energy;
            let mut simulation = ising.simulation(t).unwrap().update(update).order(order).seed(5);
            simulation.advance(500).unwrap();
            let series = simulation.measure(20_000 * stride).unwrap();
            let every: Vec<f64> = series.energy.iter().copied().step_by(stride as usize).collect();
            let energy = statmech::stats::estimate(&every).unwrap();
            assert!(
                (energy.mean - exact).abs() < 4.0 * energy.error,
                "{update:?} {order:?} every {stride} at T = {t}: {energy} for {exact}"
            );
        }
    }
}

#[test]
fn the_smallest_systems_are_not_periodic() {
    let pair = Ising::on(Lattice::chain(2).open()).unwrap();
    let free = Ising::on(Lattice::chain(1).open()).unwrap().coupling(0.0).unwrap();
    for (update, order) in MOVES {
        for t in [0.7, 1e6] {
            for ising in [&pair, &free] {
                let scan = ising.scan([t]).update(update).order(order).sweeps(20_000).seed(2);
                assert_agrees(
                    &scan.run().unwrap(),
                    4.5,
                    &format!("{ising:?} {update:?} {order:?}"),
                );
            }
        }
    }
}

#[test]
fn frustrated_and_real_couplings_are_sampled_without_bias() {
    // ±J on a 4×4 torus, antiferromagnet on a triangular lattice, real couplings, fields.
    let square = Ising::square(4).unwrap();
    let signs: Array1<f64> =
        (0..square.bonds().len()).map(|k| if k * 7 % 5 < 2 { -1.0 } else { 1.0 }).collect();
    let real: Array1<f64> =
        (0..square.bonds().len()).map(|k| (k as f64 * 1.7).sin() * 1.3).collect();
    let glass = square.clone().bond_couplings(&signs).unwrap();
    let gauss = square.clone().bond_couplings(&real).unwrap();
    let triangular = Ising::triangular(4).unwrap().coupling(-1.0).unwrap();
    let complete = Ising::complete(16).unwrap();
    for ising in [glass, gauss, triangular, complete] {
        for update in [Update::Metropolis, Update::HeatBath, Update::Wolff] {
            let scan =
                ising.scan([1.0, 2.0]).update(update).sweeps(40_000).start(Start::Random).seed(3);
            assert_agrees(&scan.run().unwrap(), 4.0, &format!("{ising:?} {update:?}"));
        }
        let fields: Array1<f64> = (0..16).map(|k| (f64::from(k) * 2.3).cos()).collect();
        let ising = ising.site_fields(&fields).unwrap();
        for (update, order) in [
            (Update::Metropolis, SiteOrder::Random),
            (Update::Metropolis, SiteOrder::Sequential),
            (Update::HeatBath, SiteOrder::Random),
            (Update::HeatBath, SiteOrder::Sequential),
        ] {
            let scan = ising.scan([1.0, 2.0]).update(update).order(order).sweeps(40_000).seed(4);
            assert_agrees(&scan.run().unwrap(), 4.0, &format!("{ising:?} {update:?} {order:?}"));
        }
    }
}

#[test]
fn energies_kept_along_the_way_are_those_of_the_spins() {
    let real: Array1<f64> = (0..200).map(|k| (f64::from(k) * 1.7).sin()).collect();
    let disordered = Ising::square(10).unwrap().bond_couplings(&real).unwrap();
    let fielded = disordered.clone().field(0.37).unwrap();
    for (ising, update) in [
        (&disordered, Update::Wolff),
        (&disordered, Update::Metropolis),
        (&fielded, Update::HeatBath),
        (&Ising::square(10).unwrap(), Update::Metropolis),
    ] {
        let mut simulation = ising.simulation(2.0).unwrap().update(update).start(Start::Random);
        let series = simulation.measure(1000).unwrap();
        let spins = simulation.spins();
        let last = series.energy[999] * 100.0;
        assert!((ising.energy(&spins).unwrap() - last).abs() < 1e-10);
        let sum: i32 = spins.iter().map(|&s| i32::from(s)).sum();
        assert!((f64::from(sum) / 100.0 - series.magnetization[999]).abs() < 1e-15);
    }
}

#[test]
fn the_number_of_threads_does_not_change_the_frame() {
    let ising = Ising::square(8).unwrap();
    for update in [Update::Metropolis, Update::HeatBath, Update::Wolff] {
        let run = |threads: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let scan = ising.scan(linspace(1.5, 3.5, 7)).update(update).sweeps(500).seed(9);
            pool.install(|| scan.run().unwrap())
        };
        let (one, two) = (run(1), run(2));
        assert!(one.equals(&two));
        assert!(one.equals(&run(2)));
        // Long enough a deadline only changes the slices.
        let scan = ising.scan(linspace(1.5, 3.5, 7)).update(update).sweeps(500).seed(9);
        assert!(one.equals(&scan.clone().deadline(1000.0).run().unwrap()));
        assert!(!one.equals(&scan.seed(10).run().unwrap()));
    }
}

#[test]
fn rows_of_a_scan_are_independent_of_each_other() {
    let scan = Ising::square(8).unwrap().scan([2.5; 4]).sweeps(200).seed(1).run().unwrap();
    let energy = column(&scan, "energy");
    assert!((1..4).all(|row| energy[row] != energy[0]), "{energy:?}");
}

#[test]
fn samples_of_a_seed_are_pinned() {
    // A change here changes every published sample of the crate.
    let ising = Ising::square(16).unwrap();
    for (update, pinned) in [
        (Update::Metropolis, (-348.0, 188)),
        (Update::HeatBath, (-348.0, 180)),
        (Update::Wolff, (-416.0, 224)),
    ] {
        let mut simulation = ising.simulation(2.269).unwrap().update(update).seed(1);
        simulation.advance(20).unwrap();
        let sum: i32 = simulation.spins().iter().map(|&s| i32::from(s)).sum();
        assert_eq!((simulation.energy().unwrap(), sum), pinned, "{update:?}");
    }
}

#[test]
fn a_simulation_goes_on_from_where_it_was() {
    for update in [Update::Metropolis, Update::HeatBath, Update::Wolff] {
        let ising = Ising::square(6).unwrap();
        let new = || ising.simulation(2.3).unwrap().update(update).seed(7);
        let (mut whole, mut parts) = (new(), new());
        whole.advance(30).unwrap();
        parts.advance(10).unwrap();
        let mut copy = parts.clone();
        parts.advance(20).unwrap();
        copy.advance(20).unwrap();
        assert_eq!(whole.spins(), parts.spins());
        assert_eq!(whole.spins(), copy.spins());
        let series = whole.measure(20).unwrap();
        let mut first = parts.measure(5).unwrap();
        let second = parts.measure(15).unwrap();
        first.energy.extend(second.energy);
        assert_eq!(series.energy, first.energy);
        let at_start = whole.seed(7).spins();
        assert_eq!(at_start, new().spins());
        assert_eq!(at_start, Array1::from_elem(36, 1_i8));
    }
}

#[test]
fn a_cut_scan_says_so_and_has_every_row() {
    let ising = Ising::square(16).unwrap();
    let scan = ising.scan([2.0, 2.5, 3.0]).sweeps(10_000_000).deadline(1.0).run().unwrap();
    assert_eq!(scan.height(), 3);
    assert!(column(&scan, "sweeps").iter().all(|&sweeps| (1.0..1e7).contains(&sweeps)));
    assert!(!scan.column("complete").unwrap().bool().unwrap().any());
    assert!(column(&scan, "energy").iter().all(|energy| energy.is_finite()));
    // Too short for an error, not for a mean.
    let short = Ising::square(512).unwrap().scan([2.0; 4]).deadline(1e-3).run().unwrap();
    assert!(column(&short, "energy").iter().all(|energy| energy.is_finite()));
    assert_eq!(short.column("energy_err").unwrap().null_count(), 4);
}

#[test]
fn wolff_sweeps_are_whole_sweeps_from_the_first_on() {
    // Hot clusters are single spins: a few clusters a sweep would leave nearly all spins up, e near −1.6.
    let exact = onsager::energy(50.0).unwrap();
    for thermalization in [20, 1, 0] {
        let scan = Ising::square(64).unwrap().scan([50.0]).update(Update::Wolff).sweeps(100);
        let scan = scan.thermalization(thermalization).run().unwrap();
        let (energy, error) = (column(&scan, "energy")[0], column(&scan, "energy_err")[0]);
        assert!((energy - exact).abs() < 4.0 * error, "{energy} ± {error} for {exact}");
        assert!(error < 0.004, "{energy} ± {error} for {exact}");
    }
    // A change of settings has what was learnt forgotten and learnt again.
    let mut cold = Ising::square(64).unwrap().simulation(1.0).unwrap().update(Update::Wolff);
    cold.advance(50).unwrap();
    let energy =
        cold.temperature(50.0).unwrap().measure(100).unwrap().observables().unwrap().energy;
    assert!((energy.mean - exact).abs() < 4.0 * energy.error && energy.error < 0.004, "{energy}");
}

/// The columns that integration reads, from exact values with the errors given for each row.
fn exact_scan(ising: &Ising, temperatures: &[f64], errors: &[(f64, f64)]) -> DataFrame {
    let exact = ising.enumerate().unwrap().frame(temperatures).unwrap();
    df!(
        "n_spins" => vec![ising.n_spins() as u64; temperatures.len()],
        "temperature" => temperatures.to_vec(),
        "energy" => column(&exact, "energy"),
        "energy_err" => errors.iter().map(|error| error.0).collect::<Vec<_>>(),
        "heat_capacity" => column(&exact, "heat_capacity"),
        "heat_capacity_err" => errors.iter().map(|error| error.1).collect::<Vec<_>>(),
    )
    .unwrap()
}

#[test]
fn integration_needs_few_temperatures_for_its_end_correction() {
    // Fields enter the variance at T = ∞. Two steps of Δβ = 0.05, whose own error is below 1e-5.
    let ising = Ising::square(4).unwrap();
    let ising = ising.site_fields(&(0..16).map(|k| (f64::from(k) * 2.3).cos()).collect()).unwrap();
    let temperatures = [20.0, 10.0];
    let scan = exact_scan(&ising, &temperatures, &[(0.0, 0.0); 2]);
    let frame = thermodynamic_integration(&ising.model(), &scan).unwrap();
    for (ln_z, t) in column(&frame, "ln_z").into_iter().zip(temperatures) {
        let exact = ising.enumerate().unwrap().at(t).unwrap().ln_z;
        assert!((ln_z - exact).abs() < 1.5e-5, "{} at {t}", ln_z - exact);
    }
}

#[test]
fn integration_weighs_errors_as_it_weighs_values() {
    // The sum over Δβ = 0.1, 0.15 by hand: what ln Z changes by if one input changes by its error, added in squares.
    let ising = Ising::square(4).unwrap();
    let temperatures = [10.0, 4.0];
    let errors = [(0.01, 0.02), (0.03, 0.05)];
    let scan = exact_scan(&ising, &temperatures, &errors);
    let ln_z = |scan: &DataFrame| {
        column(&thermodynamic_integration(&ising.model(), scan).unwrap(), "ln_z")[1]
    };
    let base = ln_z(&scan);
    let mut squares = 0.0;
    for name in ["energy", "heat_capacity"] {
        for row in 0..2 {
            let mut values = column(&scan, name);
            values[row] += column(&scan, &format!("{name}_err"))[row];
            let mut moved = scan.clone();
            moved.with_column(Column::new(name.into(), values)).unwrap();
            squares += (ln_z(&moved) - base).powi(2);
        }
    }
    let frame = thermodynamic_integration(&ising.model(), &scan).unwrap();
    let error = column(&frame, "ln_z_err")[1];
    assert!((error / squares.sqrt() - 1.0).abs() < 1e-9, "{error} for {}", squares.sqrt());
}

#[test]
fn integration_refuses_what_is_no_scan() {
    let ising = Ising::square(4).unwrap();
    let scan = exact_scan(&ising, &[10.0, 5.0], &[(0.0, 0.0); 2]);
    for name in ["temperature", "energy", "energy_err", "heat_capacity", "heat_capacity_err"] {
        let mut bad = scan.clone();
        bad.with_column(Column::new(name.into(), vec![1.0, f64::NAN])).unwrap();
        assert!(thermodynamic_integration(&ising.model(), &bad).is_err(), "{name}");
    }
    for t in [0.0, -1.0] {
        let mut bad = scan.clone();
        bad.with_column(Column::new("temperature".into(), vec![1.0, t])).unwrap();
        assert!(thermodynamic_integration(&ising.model(), &bad).is_err(), "{t}");
    }
}

#[test]
fn real_valued_sums_do_not_drift() {
    // Without a refresh the energy is off by about 1e-16 · √flips at 1e8 flips and large cancelling couplings.
    let values: Array1<f64> =
        (0..128).map(|k| (f64::from(k) * 1.7).sin() * if k % 9 == 0 { 1e6 } else { 1.0 }).collect();
    let ising = Ising::square(8).unwrap().bond_couplings(&values).unwrap();
    let mut simulation = ising.simulation(1e6).unwrap().seed(3);
    let series = simulation.measure(256 * 800).unwrap();
    let exact = simulation.energy().unwrap() / 64.0;
    assert!((series.energy[256 * 800 - 1] - exact).abs() < 1e-9);
}

#[test]
fn checkerboard_and_sequential_orders_differ() {
    let visit = |order: SiteOrder| {
        let simulation = Ising::square(8).unwrap().simulation(3.0).unwrap();
        let mut simulation = simulation.update(Update::HeatBath).order(order).seed(1);
        simulation.advance(3).unwrap();
        simulation.spins()
    };
    assert_ne!(visit(SiteOrder::Checkerboard), visit(SiteOrder::Sequential));
    assert_ne!(visit(SiteOrder::Checkerboard), visit(SiteOrder::Random));
}

#[test]
fn integration_of_a_scan_gives_the_free_energy() {
    let ising = Ising::square(4).unwrap();
    let exact = ising.enumerate().unwrap();
    let betas = linspace(0.02, 0.5, 25);
    let scan =
        ising.scan(betas.iter().map(|beta| 1.0 / beta)).sweeps(20_000).seed(1).run().unwrap();
    let frame = thermodynamic_integration(&ising.model(), &scan).unwrap();
    let (ln_z, error) = (column(&frame, "ln_z"), column(&frame, "ln_z_err"));
    for (row, t) in column(&frame, "temperature").into_iter().enumerate() {
        let exact = exact.at(t).unwrap().ln_z;
        // Discretisation: 25 steps of Δβ⁵ · e''''/720 · N stay below 1e-4.
        let allowed = 4.0 * error[row] + 1e-4;
        assert!(
            (ln_z[row] - exact).abs() < allowed,
            "T = {t}: {} ± {} for {exact}",
            ln_z[row],
            error[row]
        );
        assert!(error[row] < 0.05);
    }
}
