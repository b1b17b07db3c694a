//! Wolff and Swendsen–Wang clusters against enumeration and closed forms.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::ndarray::Array1;
use statmech::prelude::*;

const CLUSTERS: [Update; 2] = [Update::Wolff, Update::SwendsenWang];

/// All quantities within 4 errors of the exact ones.
fn assert_agrees(ising: &Ising, t: f64, update: Update, sweeps: i64) {
    let exact = ising.enumerate().unwrap().at(t).unwrap();
    let mut simulation = ising.simulation(t).unwrap().update(update).seed(6);
    simulation.advance(sweeps / 20).unwrap();
    let sampled = simulation.measure(sweeps).unwrap().observables().unwrap();
    for (what, estimate, value) in [
        ("e", sampled.energy, exact.energy),
        ("c", sampled.heat_capacity, exact.heat_capacity),
        ("m", sampled.magnetization, exact.magnetization),
        ("|m|", sampled.abs_magnetization, exact.abs_magnetization),
        ("chi", sampled.susceptibility_full, exact.susceptibility_full),
        ("U", sampled.binder, exact.binder),
    ] {
        let off = (estimate.mean - value).abs();
        assert!(
            off <= 4.0 * estimate.error + 1e-9,
            "{ising:?}, T = {t}, {update:?}: {what} = {estimate:?} for {value}"
        );
    }
}

#[test]
fn uniform_tori_agree_with_enumeration() {
    // Odd sides with J < 0 are frustrated; a side of 2 has double bonds.
    for (rows, cols) in [(4, 4), (3, 5), (4, 3), (2, 7)] {
        for j in [1.0, -1.0] {
            let lattice = Lattice::rectangle(rows, cols);
            let ising = Ising::on(lattice).unwrap().coupling(j).unwrap();
            for update in CLUSTERS {
                for t in [1.5, 2.5, 1e3] {
                    assert_agrees(&ising, t, update, 40_000);
                }
            }
        }
    }
    for update in CLUSTERS {
        assert_agrees(&Ising::cubic(3).unwrap(), 4.0, update, 40_000);
    }
}

#[test]
fn disorder_is_sampled_without_bias_by_swendsen_wang_also_in_fields() {
    let square = Ising::square(4).unwrap();
    let bonds = square.bonds().len();
    let signs: Array1<f64> = (0..bonds).map(|k| if k * 7 % 5 < 2 { -1.0 } else { 1.0 }).collect();
    let real: Array1<f64> = (0..bonds).map(|k| (k as f64 * 1.7).sin() * 1.3).collect();
    let fields: Array1<f64> = (0..16).map(|k| (f64::from(k) * 2.3).cos()).collect();
    for ising in [
        square.bond_couplings(&signs).unwrap(),
        square.bond_couplings(&real).unwrap(),
        Ising::triangular(4).unwrap().coupling(-1.0).unwrap(),
        Ising::complete(16).unwrap(),
    ] {
        for t in [1.0, 2.0] {
            assert_agrees(&ising, t, Update::Wolff, 40_000);
            assert_agrees(&ising, t, Update::SwendsenWang, 40_000);
            let fielded = ising.site_fields(&fields).unwrap();
            assert_agrees(&fielded, t, Update::SwendsenWang, 100_000);
        }
    }
    for h in [0.1, -1.0] {
        assert_agrees(&square.field(h).unwrap(), 2.3, Update::SwendsenWang, 40_000);
    }
    let free = Ising::on(Lattice::chain(1).open()).unwrap();
    assert_agrees(&free, 1.0, Update::SwendsenWang, 10_000);
    assert_agrees(&free.field(0.4).unwrap(), 1.0, Update::SwendsenWang, 10_000);
}

#[test]
fn what_is_measured_belongs_to_the_spins() {
    let models = [
        Ising::square(12).unwrap(),
        Ising::cubic(6).unwrap().coupling(-0.3).unwrap(),
        Ising::cubic(5).unwrap(),
        Ising::on(Lattice::rectangle(5, 9)).unwrap().coupling(2.5).unwrap(),
        Ising::triangular(6).unwrap(),
    ];
    for ising in models {
        for update in CLUSTERS {
            let mut simulation =
                ising.simulation(3.0).unwrap().update(update).start(Start::Random).seed(2);
            for _ in 0..10 {
                let series = simulation.measure(1).unwrap();
                let spins = simulation.spins();
                let n = spins.len() as f64;
                let energy = ising.energy(&spins).unwrap() / n;
                assert!((series.energy[0] - energy).abs() < 1e-12, "{ising:?} {update:?}");
                let up = spins.iter().map(|&s| f64::from(s)).sum::<f64>();
                assert!((series.magnetization[0] - up / n).abs() < 1e-15);
            }
        }
    }
}

#[test]
fn large_lattices_agree_with_onsager_and_with_each_other() {
    let square = Ising::square(64).unwrap();
    let run = |ising: &Ising, t: f64, update: Update| {
        let mut simulation = ising.simulation(t).unwrap().update(update).seed(3);
        simulation.advance(200).unwrap();
        simulation.measure(4_000).unwrap().observables().unwrap()
    };
    for update in CLUSTERS {
        for t in [2.0, 3.0] {
            let energy = run(&square, t, update).energy;
            let exact = onsager::energy(t).unwrap();
            assert!((energy.mean - exact).abs() < 4.0 * energy.error && energy.error < 1e-3);
        }
    }
    let cubic = Ising::cubic(12).unwrap();
    let [wolff, all] = CLUSTERS.map(|update| run(&cubic, 4.5115, update));
    for (a, b) in [
        (wolff.energy, all.energy),
        (wolff.abs_magnetization, all.abs_magnetization),
        (wolff.binder, all.binder),
    ] {
        assert!((a.mean - b.mean).abs() < 4.0 * a.error.hypot(b.error), "{a:?} {b:?}");
    }
}

#[test]
fn swendsen_wang_goes_on_from_where_it_was_and_names_itself() {
    let ising = Ising::square(6).unwrap();
    let new = || ising.simulation(2.3).unwrap().update(Update::SwendsenWang).seed(7);
    let (mut whole, mut parts) = (new(), new());
    whole.advance(30).unwrap();
    parts.advance(10).unwrap();
    parts.advance(20).unwrap();
    assert_eq!(whole.spins(), parts.spins());
    let scan = ising.scan([2.0, 3.0]).update(Update::SwendsenWang).sweeps(100).run().unwrap();
    let text = |name: &str| scan.column(name).unwrap().str().unwrap().get(0).unwrap().to_owned();
    assert_eq!((text("update").as_str(), text("order").as_str()), ("swendsen_wang", "cluster"));
    assert!(ising.simulation(2.3).unwrap().update(Update::SwendsenWang).advance(0).is_err());
    // Wolff has no ghost spin and says what to use.
    let error = ising.field(0.1).unwrap().scan([2.0]).update(Update::Wolff).run().unwrap_err();
    assert!(error.to_string().contains("SwendsenWang"), "{error}");
}
