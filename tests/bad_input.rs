//! Bad input gives a sentence that says what was given and what is allowed.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;

use says::assert_says;
use statmech::ndarray::{Array1, Array2, array};
use statmech::prelude::*;
use statmech::spin::{Couplings, PairModel};
use statmech::stats::estimate;

#[test]
fn sizes() {
    assert_says(Ising::square(0), &["`size`", "0", "(1 with open boundaries)"]);
    assert_says(Ising::chain(1), &["at least 2 along every periodic side"]);
    assert_says(Ising::square(100_000), &["10000000000 spins", "4194304 spins"]);
    assert_says(Ising::cubic(usize::MAX), &["more spins than can be counted"]);
    assert_says(Ising::complete(1 << 20), &["bonds"]);
    assert_says(Ising::complete(usize::MAX), &["spins"]);
    assert_says(Ising::random_graph(10, -1.0, 1), &["`mean_degree`", "-1", "from 0 to 9"]);
}

#[test]
fn temperatures() {
    let ising = Ising::square(4).unwrap();
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_says(ising.simulation(t), &["`temperature`", "above 0", &t.to_string()]);
        assert_says(ising.scan([1.0, t]).run(), &["`temperature`", &t.to_string()]);
        assert_says(ising.enumerate().unwrap().at(t), &["`temperature`"]);
        assert_says(ising.mean_field(t), &["`temperature`"]);
        assert_says(onsager::energy(t), &["`temperature`"]);
        assert_says(ising.simulation(1.0).unwrap().temperature(t), &["`temperature`"]);
    }
    assert_says(ising.scan([]).run(), &["`temperatures`", "empty"]);
    assert_says(ising.enumerate().unwrap().frame(&[]), &["`temperatures`", "empty"]);
}

#[test]
fn sweeps_and_deadlines() {
    let ising = Ising::square(4).unwrap();
    for sweeps in [0, -5, 15, i64::MIN] {
        assert_says(
            ising.scan([2.0]).sweeps(sweeps).run(),
            &["`sweeps`", &sweeps.to_string(), "16"],
        );
    }
    assert_says(ising.scan([2.0]).thermalization(-1).run(), &["`thermalization`", "-1"]);
    assert_says(ising.scan([2.0]).sweeps(i64::MAX).run(), &["in memory"]);
    let mut simulation = ising.simulation(2.0).unwrap();
    assert_says(simulation.advance(0), &["`sweeps`", "at least 1"]);
    assert_says(simulation.measure(-3), &["`sweeps`", "-3"]);
    assert_says(simulation.measure(i64::MAX), &["at most 50000000"]);
    assert_says(simulation.measure(3).unwrap().observables(), &["a series of 3"]);
    for deadline in [0.0, -1.0, f64::NAN] {
        assert_says(ising.scan([2.0]).deadline(deadline).run(), &["`deadline`"]);
    }
    // No thermalization at all is allowed.
    assert!(ising.scan([2.0]).sweeps(16).thermalization(0).run().is_ok());
}

#[test]
fn couplings_and_fields() {
    assert_says(Ising::from_couplings(&Array2::zeros((2, 3))), &["(n, n)", "(2, 3)"]);
    assert_says(
        Ising::from_couplings(&array![[0.0, 1.0], [0.5, 0.0]]),
        &["J[(0, 1)] = 1", "symmetric"],
    );
    let nan = array![[0.0, f64::NAN], [f64::NAN, 0.0]];
    assert_says(Ising::from_couplings(&nan), &["J[(0, 1)] = NaN"]);
    assert_says(Ising::from_couplings(&array![[0.0, 0.0], [f64::NAN, 0.0]]), &["J[(1, 0)] = NaN"]);
    assert_says(Ising::from_couplings(&array![[2.0]]), &["diagonal"]);
    let ising = Ising::square(4).unwrap();
    assert_says(ising.clone().field(f64::NAN), &["`field`"]);
    assert_says(ising.clone().coupling(f64::INFINITY), &["`coupling`"]);
    assert_says(ising.clone().site_fields(&Array1::zeros(3)), &["(16,)", "(3,)"]);
    assert_says(ising.clone().bond_couplings(&Array1::zeros(3)), &["(32,)", "(3,)"]);
    assert_says(
        Ising::from_couplings(&array![[0.0]]).unwrap().coupling(2.0),
        &["couplings, not on a lattice"],
    );
    assert_says(Ising::square(100).unwrap().couplings(), &["10000 rows", "bonds()"]);
    // Couplings whose sums overflow, over a double bond or around a site.
    assert_says(Ising::square(2).unwrap().coupling(1e308), &["J[(0, 1)] = inf", "finite"]);
    assert_says(ising.coupling(1e308), &["overflowing", "1e308"]);
    assert_says(ising.field(1e308), &["overflowing", "1e308"]);
    assert!(
        ising.coupling(1e300).unwrap().enumerate().unwrap().at(1.0).unwrap().energy.is_finite()
    );
}

#[test]
fn shapes_whose_product_overflows() {
    let couplings = || Couplings::from_bonds(4, &[(0, 1, 1.0)]).unwrap();
    for shape in [vec![usize::MAX, 2], vec![1 << 63, 2, 4], vec![3]] {
        assert_says(PairModel::new("model", shape, couplings(), vec![0.0; 4]), &["product of 4"]);
    }
    // 2⁶⁴ + 4 sites would wrap around to 4.
    let wrapping = vec![(1_usize << 62) + 1, 4];
    assert_says(PairModel::new("model", wrapping, couplings(), vec![0.0; 4]), &["product of 4"]);
}

#[test]
fn states() {
    let ising = Ising::square(2).unwrap();
    assert_says(ising.energy(&array![1, 1, 1]), &["(4,)", "(3,)"]);
    assert_says(ising.energy(&array![1, 0, 1, 1]), &["s[1] = 0"]);
    assert_says(ising.energy_change(&array![1, 1, 1, 1], 4), &["`i`", "below 4"]);
    assert_says(Ising::chain(9).unwrap().simulation(1.0).unwrap().snapshot(), &["[9]", "spins()"]);
}

#[test]
fn methods_that_do_not_apply() {
    assert_says(
        Ising::on(Lattice::rectangle(6, 10)).unwrap().enumerate(),
        &["60 spins", "32", "years", "`elimination()`"],
    );
    let fielded = Ising::square(4).unwrap().field(0.1).unwrap();
    assert_says(fielded.scan([2.0]).update(Update::Wolff).run(), &["Wolff", "field"]);
    let odd = Ising::triangular(3).unwrap();
    assert_says(odd.scan([2.0]).order(SiteOrder::Checkerboard).run(), &["sublattices"]);
    let scan = Ising::square(4).unwrap().scan([2.0]).sweeps(100).run().unwrap();
    assert_says(thermodynamic_integration(&odd.model(), &scan), &["16 spins", "9 spins"]);
    let short = scan.select(["n_spins", "temperature"]).unwrap();
    assert_says(
        thermodynamic_integration(&Ising::square(4).unwrap().model(), &short),
        &["`energy`", "temperature"],
    );
    assert_says(estimate(&[]), &["series of 0"]);
}

#[test]
fn temperatures_whose_inverse_overflows() {
    let small = Ising::square(4).unwrap().enumerate().unwrap();
    assert_says(small.at(1e-310), &["`temperature`", "finite"]);
    for refused in [onsager::free_energy(1e-310), onsager::entropy(1e-310), onsager::energy(1e-310)]
    {
        assert_says(refused, &["`temperature`", "1/T"]);
    }
}

/// What is no temperature.
const NO_TEMPERATURES: [f64; 5] = [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn glass() -> Ising {
    Ising::edwards_anderson(Lattice::square(4), Disorder::PlusMinus, 1).unwrap()
}

#[test]
fn temperatures_of_sampling_methods() {
    let ising = glass();
    let empty: [f64; 0] = [];
    assert_says(ising.tempering(empty).run(), &["`temperatures`", "at least two"]);
    assert_says(ising.population_annealing(empty).run(), &["`temperatures`", "empty"]);
    assert_says(ising.annealed_importance(empty).run(), &["`temperatures`", "empty"]);
    assert_says(ising.bennett(empty).run(), &["`temperatures`", "empty"]);
    let density = ising.wang_landau().sweeps(100).run().unwrap();
    let series = ising.scan([2.0, 3.0]).sweeps(2_000).run_series().unwrap();
    let reweighting = Reweighting::new(&series).unwrap();
    assert_says(density.frame(&empty), &["`temperatures`", "empty"]);
    assert_says(reweighting.frame(&empty), &["`temperatures`", "empty"]);
    for t in NO_TEMPERATURES {
        let parts = ["`temperature`", "above 0", &t.to_string()];
        assert_says(ising.tempering([1.0, t]).run(), &parts);
        assert_says(ising.annealing().temperatures(t, 0.1).run(), &parts);
        assert_says(ising.annealing().temperatures(3.0, t).run(), &parts);
        assert_says(ising.population_annealing([1.0, t]).run(), &parts);
        assert_says(ising.annealed_importance([1.0, t]).run(), &parts);
        assert_says(ising.bennett([1.0, t]).run(), &parts);
        assert_says(ising.free_energies(t).run(), &parts);
        assert_says(ising.high_temperature(t), &parts);
        assert_says(density.ln_z(t), &parts);
        assert_says(density.frame(&[1.0, t]), &parts);
        assert_says(reweighting.frame(&[2.5, t]), &["temperature", &t.to_string()]);
        for approximation in [Approximation::MeanField, Approximation::Tap, Approximation::Bethe] {
            assert_says(ising.approximation(t, approximation).run(), &parts);
        }
        let error = ["`error`", "above 0", &t.to_string()];
        assert_says(Target::absolute("energy", t), &error);
        assert_says(Target::relative("energy", t), &error);
    }
    assert_says(Target::absolute("colour", 0.1), &["`observable`", "colour", "heat_capacity"]);
    // Where order does not matter, any is taken, and rows come from hot to cold.
    for frame in [
        ising.population_annealing([1.0, 3.0, 2.0]).population(20).run().unwrap(),
        ising.bennett([1.0, 3.0, 2.0]).sweeps(64).run().unwrap(),
        ising.annealed_importance([1.0, 3.0, 2.0]).runs(20).reverse(false).run().unwrap(),
    ] {
        assert_eq!(frame.values("temperature").unwrap(), [3.0, 2.0, 1.0]);
    }
}

/// Every number of these columns of a frame is finite.
#[track_caller]
fn assert_finite(frame: &DataFrame, names: &[&str]) {
    for name in names {
        let values = frame.values(name).unwrap();
        assert!(values.iter().all(|x| x.is_finite()), "{name}: {values:?}");
    }
}

#[test]
fn infinite_heat_and_huge_couplings_give_numbers_or_sentences() {
    let ln_z = ["ln_z", "ln_z_err", "free_energy", "free_energy_err"];
    // So hot that only the 2^N states count.
    let (hot, expected) = (f64::MAX, 16.0 * 2_f64.ln());
    let ising = glass();
    let population = ising.population_annealing([hot]).population(20).run().unwrap();
    let annealed = ising.annealed_importance([hot]).runs(20).run().unwrap();
    assert_says(ising.bennett([hot]).run(), &["`temperature`", "rungs of the ladder"]);
    let bennett = ising.bennett([1e300]).sweeps(64).run().unwrap();
    let density = ising.wang_landau().sweeps(100).run().unwrap().frame(&[hot]).unwrap();
    for frame in [population, annealed, bennett, density] {
        let values = frame.values("ln_z").unwrap();
        assert!(values.iter().all(|x| (x - expected).abs() < 1e-9), "{values:?}");
        assert!(frame.values("ln_z_err").unwrap().iter().all(|&x| (0.0..1e-9).contains(&x)));
    }
    let tempered = ising.tempering([1.0, hot]).sweeps(100).run().unwrap();
    assert_finite(&tempered.frame().unwrap(), &["energy", "energy_err", "heat_capacity", "binder"]);
    let best = ising.annealing().temperatures(hot, 0.1).sweeps(50).run().unwrap();
    assert!(best.energy.is_finite());
    assert!(ising.free_energies(hot).sweeps(500).run().is_ok());
    for approximation in [Approximation::MeanField, Approximation::Tap, Approximation::Bethe] {
        let solution = ising.approximation(hot, approximation).run().unwrap();
        assert!(solution.magnetization.abs() < 1e-9 && solution.energy.is_finite());
    }

    // Energies of 10³⁰¹, at a temperature that is theirs and at one of 1.
    let strong = Ising::square(4).unwrap().coupling(1e300).unwrap();
    for t in [1e300, 1.0] {
        for frame in [
            strong.population_annealing([t]).population(20).steps(20).run(),
            strong.annealed_importance([t]).runs(20).steps(20).run(),
            strong.bennett([t]).sweeps(64).steps(20).run(),
            strong.wang_landau().sweeps(100).run().and_then(|density| density.frame(&[t])),
        ] {
            match frame {
                Ok(frame) => assert_finite(&frame, &ln_z),
                Err(error) => assert!(error.to_string().ends_with('.'), "{error}"),
            }
        }
        let tempered = strong.tempering([t, 2.0 * t]).sweeps(100).run().unwrap();
        assert_finite(&tempered.frame().unwrap(), &["energy", "binder", "overlap_squared"]);
        let frame = strong.free_energies(t).sweeps(500).deadline(1.0).run().unwrap();
        for (name, value) in [("ln_z", 11), ("free_energy", 11)] {
            let values = frame.values(name).unwrap();
            assert!(values.len() == value && values.iter().all(|x| !x.is_infinite()), "{values:?}");
        }
        for approximation in [Approximation::MeanField, Approximation::Tap, Approximation::Bethe] {
            match strong.approximation(t, approximation).run() {
                Ok(solution) => assert!(solution.free_energy.is_finite()),
                Err(error) => assert!(error.to_string().ends_with('.'), "{error}"),
            }
        }
    }
    let best = strong.annealing().sweeps(50).run().unwrap();
    assert!(best.energy == -2e300);
}

#[test]
fn counts_of_sampling_methods() {
    let ising = glass();
    let population = ising.population_annealing([1.0]);
    let walk = ising.wang_landau();
    let annealed = ising.annealed_importance([1.0]);
    let approximation = ising.approximation(2.0, Approximation::Bethe);
    for count in [0, -1, i64::MIN] {
        let given = count.to_string();
        let says = |name: &'static str| [name, "at least"].map(str::to_owned);
        let assert_refused = |result: statmech::Result<()>, name: &'static str| {
            let [name, least] = says(name);
            assert_says(result, &[&name, &least, &given]);
        };
        let tempering = ising.tempering([1.0, 2.0]);
        assert_refused(tempering.swap_interval(count).run().map(drop), "`swap_interval`");
        assert_says(tempering.sweeps(count).run(), &["`sweeps`", &given]);
        assert_says(tempering.replicas(count).run(), &["`replicas`", &given]);
        assert_refused(ising.annealing().sweeps(count).run().map(drop), "`sweeps`");
        assert_refused(ising.annealing().restarts(count).run().map(drop), "`restarts`");
        assert_refused(population.population(count).run().map(drop), "`population`");
        assert_refused(population.runs(count).run().map(drop), "`runs`");
        assert_says(population.steps(count).run(), &["`steps`", &given]);
        assert_refused(walk.sweeps(count).run().map(drop), "`sweeps`");
        assert_refused(walk.runs(count).run().map(drop), "`runs`");
        assert_refused(walk.bins(count).run().map(drop), "`bins`");
        assert_refused(annealed.runs(count).run().map(drop), "`runs`");
        assert_says(annealed.steps(count).run(), &["`steps`", &given]);
        assert_refused(ising.bennett([1.0]).sweeps(count).run().map(drop), "`sweeps`");
        assert_says(ising.bennett([1.0]).steps(count).run(), &["`steps`", &given]);
        assert_refused(ising.free_energies(1.0).sweeps(count).run().map(drop), "`sweeps`");
        assert_refused(approximation.iterations(count).run().map(drop), "`iterations`");
    }
    let target = Target::absolute("energy", 0.1).unwrap();
    let mut simulation = ising.simulation(2.0).unwrap();
    assert_says(simulation.measure_until(&target, 0), &["`max_sweeps`", "0"]);
    assert_says(simulation.measure_until(&target, i64::MAX), &["`max_sweeps`", "at most"]);
    assert_says(Reweighting::new(&[]), &["`series`"]);
    let series = vec![ising.simulation(2.0).unwrap().measure(100).unwrap().energy];
    let first = |s: &[Vec<f64>]| s[0][0];
    for resamples in [0, 1, usize::MAX] {
        assert_says(
            statmech::stats::bootstrap(&series, resamples, 0, first),
            &["`resamples`", &resamples.to_string()],
        );
    }
    assert_says(statmech::stats::bootstrap(&[], 100, 0, first), &["series of 0"]);
}

#[test]
fn what_fits_no_memory_is_refused_before_it_is_tried() {
    let ising = glass();
    assert_says(ising.annealing().restarts(1 << 40).run(), &["GiB", "restarts"]);
    assert_says(ising.population_annealing([1.0]).population(1 << 40).run(), &["GiB"]);
    assert_says(ising.population_annealing([1.0]).runs(1 << 40).run(), &["GiB"]);
    assert_says(ising.annealed_importance([1.0]).runs(1 << 40).run(), &["GiB"]);
    assert_says(ising.wang_landau().runs(1 << 40).run(), &["levels"]);
    assert_says(ising.bennett([1.0]).sweeps(1 << 40).run(), &["in memory"]);
    assert_says(ising.tempering([1.0, 2.0]).sweeps(1 << 40).run(), &["in memory"]);
    for steps in [1 << 40, i64::MAX] {
        assert_says(ising.bennett([1.0]).steps(steps).run(), &["`steps`"]);
        assert_says(ising.population_annealing([1.0]).steps(steps).run(), &["`steps`"]);
        assert_says(ising.annealed_importance([1.0]).steps(steps).run(), &["`steps`"]);
    }
    // A quarter of a million spins at two thousand temperatures in two replicas.
    let ladder = linspace(1.0, 3.0, 2_000);
    let large = Ising::square(512).unwrap().field(0.01).unwrap();
    assert_says(large.tempering(ladder).sweeps(16).run(), &["GiB", "temperatures"]);
    // The same in a comparison: the rows that would need so much say so, and the others stop in time.
    let frame = large.free_energies(0.5).deadline(2.0).run().unwrap();
    let notes = frame.column("note").unwrap().str().unwrap().clone();
    let names = frame.column("method").unwrap().str().unwrap().clone();
    for (name, note) in names.iter().zip(notes.iter()) {
        if ["thermodynamic_integration", "bennett"].contains(&name.unwrap()) {
            assert!(note.unwrap().contains("GiB"), "{name:?}: {note:?}");
        }
    }
}

/// A folder of this test's own.
fn folder(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("statmech-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn files_that_are_cut_or_cannot_be_written() {
    use std::fs;
    let folder = folder("bad-input");
    let (mut simulation, file) = (glass().simulation(2.0).unwrap(), folder.join("it"));
    let series = simulation.measure(20).unwrap();
    series.save(&file).unwrap();
    let whole = fs::read(&file).unwrap();
    for end in [0, 1, 12, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..end]).unwrap();
        assert_says(TimeSeries::load(&file), &["it"]);
        assert_says(Simulation::load(&file), &["it"]);
    }
    // A folder is no file, and what is below a file is no folder: both hold for a superuser too, whom no permissions keep out.
    assert_says(TimeSeries::load(&folder), &["could not be read"]);
    for nowhere in [folder.clone(), file.join("below"), folder.join("missing").join("it")] {
        assert_says(series.save(&nowhere), &["could not be written"]);
        assert_says(simulation.save(&nowhere), &["could not be written"]);
    }
    let mut permissions = fs::metadata(&folder).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&folder, permissions.clone()).unwrap();
    if fs::write(folder.join("probe"), "").is_err() {
        assert_says(series.save(folder.join("new")), &["could not be written"]);
        assert_says(simulation.save(folder.join("new")), &["could not be written"]);
    }
    #[allow(clippy::permissions_set_readonly_false, reason = "a folder to be removed")]
    permissions.set_readonly(false);
    fs::set_permissions(&folder, permissions).unwrap();
    // Nothing is left behind by what failed.
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|x| x.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| name == "it" || name == "probe"), "{names:?}");
    fs::remove_dir_all(folder).unwrap();
}

/// Everything that the sampling methods and approximations give, as frames.
fn all_frames() -> Vec<(&'static str, DataFrame)> {
    let ising = glass().field(0.25).unwrap();
    let gaussian = Ising::edwards_anderson(Lattice::square(4), Disorder::Gaussian, 1).unwrap();
    let series = ising.scan([2.0, 3.0]).sweeps(2_000).run_series().unwrap();
    let ladder = [1.0, 1.5, 2.5];
    let annealed = gaussian.annealing().sweeps(50).seed(1).run().unwrap();
    let target = Target::absolute("energy", 0.05).unwrap();
    let energies = gaussian.free_energies(1.5).sweeps(2_000).seed(1).run().unwrap();
    let density = |ising: &Ising| ising.wang_landau().sweeps(300).seed(1).run().unwrap();
    let solution = ising.approximation(0.8, Approximation::Tap).seed(1).run().unwrap();
    vec![
        ("scan", ising.scan(ladder).sweeps(200).seed(1).run().unwrap()),
        ("target", ising.scan(ladder).sweeps(20_000).target(&target).run().unwrap()),
        ("packed", ising.tempering(ladder).sweeps(200).run().unwrap().frame().unwrap()),
        ("scalar", gaussian.tempering(ladder).sweeps(200).run().unwrap().frame().unwrap()),
        ("annealing", annealed.trace),
        ("population", ising.population_annealing(ladder).population(100).run().unwrap()),
        ("levels", density(&ising).frame(&ladder).unwrap()),
        ("bins", density(&gaussian).frame(&ladder).unwrap()),
        ("reweighting", Reweighting::new(&series).unwrap().frame(&[2.2, 2.7]).unwrap()),
        ("importance", ising.annealed_importance(ladder).runs(100).run().unwrap()),
        ("bennett", ising.bennett(ladder).sweeps(100).run().unwrap()),
        ("comparison", energies.drop("seconds").unwrap()),
        ("approximation", statmech::polars::df!("m" => solution.magnetizations.to_vec()).unwrap()),
    ]
}

#[test]
fn one_thread_and_four_give_the_same_frames() {
    let run = |threads: usize| {
        let pool = statmech::rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(all_frames)
    };
    for ((name, one), (_, four)) in run(1).into_iter().zip(run(4)) {
        assert!(one.equals_missing(&four), "{name}: {one:?} and {four:?}");
    }
}
