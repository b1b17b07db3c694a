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
