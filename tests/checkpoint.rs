//! Saved, loaded, continued and bounded runs.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::fs;
use std::path::PathBuf;

use statmech::ndarray::{Array1, Array2};
use statmech::prelude::*;
use statmech::rayon::prelude::*;

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("statmech-{}-{name}", std::process::id()))
}

fn instance() -> Ising {
    let couplings = Array2::from_shape_fn((12, 12), |(i, j)| {
        if i == j { 0.0 } else { 0.4 * ((i * j + 3 * (i + j)) as f64).sin() }
    });
    Ising::from_couplings(&couplings).unwrap()
}

#[test]
fn a_loaded_simulation_goes_on_as_if_it_had_never_stopped() {
    let fields: Array1<f64> = (0..12).map(|i| 0.2 * f64::from(i * i).cos()).collect();
    let models = [
        Ising::square(6).unwrap(),
        Ising::square(6).unwrap().field(0.3).unwrap(),
        Ising::cubic(2).unwrap().coupling(-0.7).unwrap(),
        instance(),
        instance().site_fields(&fields).unwrap(),
    ];
    let file = path("resumed");
    let mut tried = 0;
    for ising in &models {
        for update in [Update::Metropolis, Update::HeatBath, Update::Wolff, Update::SwendsenWang] {
            for order in [SiteOrder::Random, SiteOrder::Sequential, SiteOrder::Checkerboard] {
                let simulation = ising.simulation(1.7).unwrap().update(update).order(order);
                let mut simulation = simulation.start(Start::Random).seed(5);
                // 300 sweeps pass the refresh of real sums once.
                if simulation.advance(300).is_err() {
                    continue;
                }
                simulation.save(&file).unwrap();
                let mut loaded = Simulation::load(&file).unwrap();
                assert_eq!(format!("{loaded:?}"), format!("{simulation:?}"));
                assert_eq!(loaded.spins(), simulation.spins());
                assert_eq!(loaded.measure(600).unwrap(), simulation.measure(600).unwrap());
                assert_eq!(loaded.spins(), simulation.spins());
                // Settings came along, too.
                let again = (loaded.seed(3), simulation.seed(3));
                assert_eq!(again.0.spins(), again.1.spins());
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
    // Before the first sweep, and with a deadline.
    let mut fresh = models[0].simulation(2.0).unwrap().deadline(1e-9);
    fresh.save(&file).unwrap();
    let mut loaded = Simulation::load(&file).unwrap();
    assert_eq!(loaded.measure(50).unwrap(), fresh.measure(50).unwrap());
    fs::remove_file(file).unwrap();
}

#[test]
fn a_file_takes_about_a_bit_a_spin_and_eight_bytes_a_bond() {
    let file = path("compact");
    Ising::square(128).unwrap().simulation(2.0).unwrap().save(&file).unwrap();
    let (spins, bonds) = (128 * 128, 2 * 128 * 128);
    let size = fs::metadata(&file).unwrap().len();
    assert!((8 * bonds + spins / 8..8 * bonds + spins / 8 + 400).contains(&size), "{size}");
    fs::remove_file(file).unwrap();
}

#[test]
fn damaged_files_are_refused_with_a_sentence() {
    let file = path("damaged");
    let mut simulation = instance().simulation(2.0).unwrap();
    simulation.measure(10).unwrap().save(&file).unwrap();
    let message = Simulation::load(&file).unwrap_err().to_string();
    assert!(message.contains("something else than a simulation"), "{message}");
    simulation.save(&file).unwrap();
    let message = TimeSeries::load(&file).unwrap_err().to_string();
    assert!(message.contains("something else than a series"), "{message}");
    let whole = fs::read(&file).unwrap();
    for end in 0..whole.len() {
        fs::write(&file, &whole[..end]).unwrap();
        assert!(Simulation::load(&file).is_err(), "cut at {end}");
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(&file, changed).unwrap();
        assert!(Simulation::load(&file).is_err(), "changed at {place}");
    }
    fs::write(&file, &whole[..whole.len() - 20]).unwrap();
    let message = Simulation::load(&file).unwrap_err().to_string();
    assert!(message.contains("not complete") && message.ends_with('.'), "{message}");
    fs::write(&file, "energy,magnetization\n").unwrap();
    let message = Simulation::load(&file).unwrap_err().to_string();
    assert!(message.contains("no simulation saved by this crate"), "{message}");
    fs::remove_file(&file).unwrap();
    let message = Simulation::load(&file).unwrap_err().to_string();
    assert!(message.contains("could not be read"), "{message}");
    let nowhere = simulation.save(file.join("nowhere")).unwrap_err().to_string();
    assert!(nowhere.contains("could not be written"), "{nowhere}");
}

#[test]
fn a_failed_save_leaves_the_old_file_and_no_other() {
    let folder = path("folder");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("run.bin");
    let simulation = Ising::square(4).unwrap().simulation(2.0).unwrap();
    simulation.save(&file).unwrap();
    // The target is a folder that cannot be replaced by a file.
    let occupied = folder.join("occupied");
    fs::create_dir(&occupied).unwrap();
    assert!(simulation.save(&occupied).is_err());
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["occupied", "run.bin"]);
    assert!(Simulation::load(&file).is_ok());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_series_in_two_parts_is_the_series_in_one() {
    let ising = Ising::square(8).unwrap();
    let mut simulation = ising.simulation(2.0).unwrap().seed(4);
    let whole = simulation.clone().measure(500).unwrap();
    let mut parts = simulation.measure(200).unwrap();
    let file = path("series");
    parts.save(&file).unwrap();
    assert_eq!(TimeSeries::load(&file).unwrap(), parts);
    fs::remove_file(file).unwrap();
    parts.append(&simulation.measure(300).unwrap()).unwrap();
    assert_eq!(parts, whole);
    let mut hotter = simulation.temperature(2.5).unwrap();
    assert!(parts.append(&hotter.measure(20).unwrap()).is_err());
    let mut other = Ising::square(4).unwrap().simulation(2.0).unwrap();
    assert!(parts.append(&other.measure(20).unwrap()).is_err());
    assert_eq!(parts, whole);
    let mut cut = whole.clone();
    cut.complete = false;
    parts.append(&cut).unwrap();
    assert!(!parts.complete && parts.len() == 1000);
}

#[test]
fn a_run_ends_at_its_target_and_its_error_still_covers_the_truth() {
    let ising = Ising::square(4).unwrap();
    let exact = ising.enumerate().unwrap().at(3.0).unwrap();
    let targets = [
        (Target::absolute("energy", 0.02).unwrap(), exact.energy),
        (Target::relative("heat_capacity", 0.03).unwrap(), exact.heat_capacity),
    ];
    for (target, exact) in targets {
        let runs: Vec<(usize, bool)> = (0..400_u64)
            .into_par_iter()
            .map(|index| {
                let seed = Seed::new(3).child(index);
                let mut simulation = ising.simulation(3.0).unwrap().seed(seed);
                simulation.advance(200).unwrap();
                let series = simulation.measure_until(&target, 1_000_000).unwrap();
                assert!(series.complete);
                let observables = series.observables().unwrap();
                let heat = format!("{target:?}").contains("heat");
                let name = if heat { "heat_capacity" } else { "energy" };
                let estimate = observables.named(name).unwrap();
                let aim = if heat { 0.03 * estimate.mean } else { 0.02 };
                assert!(estimate.error <= aim && estimate.error > 0.4 * aim, "{estimate:?}");
                (series.len(), (estimate.mean - exact).abs() <= estimate.error)
            })
            .collect();
        let covered = runs.iter().filter(|run| run.1).count();
        let longest = runs.iter().map(|run| run.0).max().unwrap();
        println!("{target:?}: {covered} of 400 covered, {longest} sweeps at most");
        assert!((252..=292).contains(&covered), "{target:?}: {covered} of 400");
        assert!(longest < 100_000);
    }
}

#[test]
fn a_scan_ends_each_temperature_at_its_target() {
    let ising = Ising::square(8).unwrap();
    let target = Target::absolute("abs_magnetization", 0.01).unwrap();
    let settings = ising.scan([1.5, 2.4, 5.0]).sweeps(60_000).target(&target).seed(2);
    let scan = settings.run().unwrap();
    let sweeps = scan.values("sweeps").unwrap();
    assert!(sweeps[0] < sweeps[1] && sweeps[2] < sweeps[1], "{sweeps:?}");
    assert_eq!(scan.values("complete").unwrap(), [1.0; 3]);
    assert!(scan.values("abs_magnetization_err").unwrap().iter().all(|&error| error <= 0.01));
    // The same sweeps as without a target, up to where it was reached.
    let series = settings.run_series().unwrap();
    let plain = ising.scan([1.5, 2.4, 5.0]).sweeps(60_000).seed(2).run_series().unwrap();
    for (series, plain) in series.iter().zip(&plain) {
        assert_eq!(series.energy, plain.energy[..series.len()]);
    }
    let tight = Target::absolute("abs_magnetization", 1e-6).unwrap();
    let scan = settings.sweeps(2_000).target(&tight).run().unwrap();
    assert_eq!(scan.values("sweeps").unwrap(), [2_000.0; 3]);
    assert_eq!(scan.values("complete").unwrap(), [0.0; 3]);
    let cut = settings.sweeps(50_000).target(&tight).deadline(1e-9).run().unwrap();
    assert_eq!(cut.values("sweeps").unwrap(), [1.0; 3]);
}

#[test]
fn targets_that_cannot_be_reached_end_at_the_most_sweeps() {
    let ising = Ising::square(4).unwrap();
    let tight = Target::absolute("energy", 1e-9).unwrap();
    let series = ising.simulation(2.0).unwrap().measure_until(&tight, 3_000).unwrap();
    assert!(!series.complete && series.len() == 3_000);
    // A frozen run has no error, and no target is reached by that.
    let frozen = Target::relative("energy", 0.5).unwrap();
    let series = ising.simulation(0.1).unwrap().measure_until(&frozen, 3_000).unwrap();
    assert!(!series.complete && series.len() == 3_000);
    let observables = series.observables().unwrap();
    assert_eq!((observables.energy.error, observables.energy.ess), (0.0, 1.0));
    let late = ising.simulation(2.0).unwrap().deadline(1e-9).measure_until(&tight, 3_000).unwrap();
    assert!(!late.complete && late.len() == 1);
    assert!(ising.simulation(2.0).unwrap().measure_until(&tight, 15).is_err());
    assert!(ising.simulation(2.0).unwrap().measure_until(&tight, i64::MAX).is_err());
    for (name, error) in [("heat", 0.1), ("energy", 0.0), ("energy", f64::NAN)] {
        assert!(Target::absolute(name, error).is_err() && Target::relative(name, error).is_err());
    }
}
