//! Overlaps of replicas against sums over pairs of states, with and without Houdayer moves; error bars of parallel tempering.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/tempering.rs"]
mod tempering;

use statmech::polars::prelude::DataFrame;
use statmech::prelude::*;
use statmech::rayon::prelude::*;
use tempering::{
    LADDER, assert_close, assert_thermodynamics, assert_within, glass, states, values,
};

/// P(q) at q = 1 − 2k/N for k unequal spins, and ⟨q_link⟩, by summing over pairs of states.
fn exact_overlaps(ising: &Ising, t: f64) -> (Vec<f64>, f64) {
    let n = ising.n_spins();
    let (weights, _) = states(ising, t);
    let mut by_difference = vec![0.0; 1 << n];
    for (a, wa) in weights.iter().enumerate() {
        for (b, wb) in weights.iter().enumerate() {
            by_difference[a ^ b] += wa * wb;
        }
    }
    let bonds: Vec<_> = ising.bonds().into_iter().filter(|bond| bond.2 != 0.0).collect();
    let (mut p, mut link) = (vec![0.0; n + 1], 0.0);
    for (difference, w) in by_difference.iter().enumerate() {
        p[difference.count_ones() as usize] += w;
        let broken =
            bonds.iter().filter(|bond| (difference >> bond.0 ^ difference >> bond.1) & 1 == 1);
        link += w * (1.0 - 2.0 * broken.count() as f64 / bonds.len() as f64);
    }
    (p, link)
}

fn assert_overlaps(ising: &Ising, run: &Tempering, sigmas: f64, what: &str) {
    let n = ising.n_spins();
    let tempered = run.run().unwrap();
    let frame = tempered.frame().unwrap();
    assert_thermodynamics(&frame, what);
    let histogram = tempered.overlap_histogram().unwrap();
    assert_eq!(histogram.height(), tempered.temperatures().len() * (n + 1));
    let (density, density_err) = (values(&histogram, "density"), values(&histogram, "density_err"));
    for (k, t) in tempered.temperatures().into_iter().enumerate() {
        let (p, link) = exact_overlaps(ising, t);
        let q = |unequal: usize| 1.0 - 2.0 * unequal as f64 / n as f64;
        let moment = |f: &dyn Fn(f64) -> f64| (0..=n).map(|u| p[u] * f(q(u))).sum::<f64>();
        let (squared, fourth) = (moment(&|q| q * q), moment(&|q| q.powi(4)));
        for (name, exact) in [
            ("overlap", moment(&|q| q)),
            ("abs_overlap", moment(&f64::abs)),
            ("overlap_squared", squared),
            ("overlap_fourth", fourth),
            ("overlap_binder", 0.5 * (3.0 - fourth / (squared * squared))),
            ("spin_glass_susceptibility", n as f64 * squared),
            ("link_overlap", link),
        ] {
            let (mean, error) =
                (values(&frame, name)[k], values(&frame, &format!("{name}_err"))[k]);
            assert_within(sigmas, &format!("{what}, T{k}, {name}"), mean, error, exact);
        }
        for (unequal, weight) in p.iter().enumerate() {
            // Bins ascend in q; each has the width 2/N.
            let bin = k * (n + 1) + n - unequal;
            let exact = weight * n as f64 / 2.0;
            let what = format!("{what}, T{k}, P({})", q(unequal));
            // Rare values are counted in few blocks, whose scatter is a poor error.
            assert!(
                (density[bin] - exact).abs() <= 5.0 * density_err[bin] + 2e-3,
                "{what}: {} ± {} for {exact}",
                density[bin],
                density_err[bin]
            );
        }
    }
}

#[test]
fn overlaps_of_two_replicas_are_exact() {
    let fields = |ising: Ising| ising.random_fields(Disorder::PlusMinus, 1.0, 9).unwrap();
    let packed = glass(Lattice::square(3), Disorder::PlusMinus, 2);
    let tilted = fields(glass(Lattice::square(3), Disorder::PlusMinus, 3));
    let double = glass(Lattice::cubic(2), Disorder::PlusMinus, 5);
    let scalar = Ising::sherrington_kirkpatrick(9, 4).unwrap();
    [packed, tilted, double, scalar].into_par_iter().enumerate().for_each(|(index, ising)| {
        for replicas in [2, 6] {
            let run = ising.tempering(LADDER).replicas(replicas).sweeps(20_000).seed(index as u64);
            assert_overlaps(&ising, &run, 4.0, &format!("model {index}, {replicas} replicas"));
        }
    });
}

#[test]
fn replicas_that_do_not_share_a_word_are_exact_too() {
    // 33 to 64 temperatures fill a word with one replica.
    let ising = glass(Lattice::square(3), Disorder::PlusMinus, 2);
    let run = ising.tempering(geomspace(0.5, 3.0, 40)).sweeps(5_000).thermalization(500).seed(3);
    // Errors from 32 blocks scatter by 13 %, and there are several hundred comparisons.
    assert_overlaps(&ising, &run, 5.0, "40 temperatures");
}

#[test]
fn houdayer_moves_keep_the_distribution() {
    let packed = glass(Lattice::rectangle(2, 5).open(), Disorder::PlusMinus, 2);
    let tilted = glass(Lattice::square(3), Disorder::PlusMinus, 3);
    let tilted = tilted.random_fields(Disorder::PlusMinus, 1.0, 1).unwrap();
    let scalar = glass(Lattice::square(3).open(), Disorder::Gaussian, 4);
    let scalar = scalar.random_fields(Disorder::Gaussian, 0.3, 1).unwrap();
    let free = glass(Lattice::rectangle(2, 5), Disorder::Gaussian, 5);
    [packed, tilted, scalar, free].into_par_iter().enumerate().for_each(|(index, ising)| {
        let run = ising.tempering([0.5, 0.65, 0.8, 1.3]).houdayer(true).sweeps(20_000);
        assert_overlaps(
            &ising,
            &run.seed(index as u64 + 7),
            4.0,
            &format!("Houdayer, model {index}"),
        );
    });
}

#[test]
fn houdayer_moves_speed_up_two_dimensions() {
    // At low temperature the overlap of two replicas decorrelates by exchanging droplets; both runs agree.
    let ising = glass(Lattice::square(8), Disorder::Gaussian, 1);
    let run = ising.tempering(geomspace(0.2, 2.0, 8)).sweeps(4_000).seed(1);
    let (plain, helped) = (run.run().unwrap(), run.houdayer(true).run().unwrap());
    let (plain, helped) = (plain.frame().unwrap(), helped.frame().unwrap());
    let tau = |frame: &DataFrame| values(frame, "overlap_squared_tau")[0];
    assert!(tau(&helped) < tau(&plain), "{} and {}", tau(&helped), tau(&plain));
    for k in 0..8 {
        let at = |frame: &DataFrame, name: &str| values(frame, name)[k];
        let difference = at(&plain, "energy") - at(&helped, "energy");
        let error = at(&plain, "energy_err").hypot(at(&helped, "energy_err"));
        assert!(difference.abs() < 4.0 * error + 1e-12, "T{k}: {difference} ± {error}");
    }
}

/// Gaussian couplings J_ij ~ N(0, 1) integrated by parts: the energy, averaged over the disorder, is −(bonds/N)(1 − q_link)/T.
/// Source: H. G. Katzgraber, M. Palassini and A. P. Young, Phys. Rev. B 63, 184422 (2001).
#[test]
fn energy_and_link_overlap_of_gaussian_glasses_obey_the_identity() {
    let ladder = [0.6, 1.0, 1.8];
    let samples = 300;
    let runs: Vec<Vec<f64>> = (0..samples)
        .into_par_iter()
        .map(|seed| {
            let ising = glass(Lattice::square(4), Disorder::Gaussian, seed);
            let run = ising.tempering(ladder).sweeps(1_500).thermalization(300).seed(seed);
            let frame = run.run().unwrap().frame().unwrap();
            let (energy, link) = (values(&frame, "energy"), values(&frame, "link_overlap"));
            // Two bonds per spin.
            (0..3).map(|k| energy[k] + 2.0 * (1.0 - link[k]) / ladder[k]).collect()
        })
        .collect();
    for k in 0..3 {
        let mean = runs.iter().map(|run| run[k]).sum::<f64>() / samples as f64;
        let squares: f64 = runs.iter().map(|run| (run[k] - mean).powi(2)).sum();
        let error = (squares / (samples * (samples - 1)) as f64).sqrt();
        assert!(error < 0.05, "{error}");
        assert_close(&format!("T{k}"), mean, error, 0.0);
    }
}

#[test]
fn error_bars_cover_the_truth() {
    // One standard deviation of 400 runs is 2.3 %.
    let ising = glass(Lattice::square(3), Disorder::PlusMinus, 2);
    let scalar = Ising::sherrington_kirkpatrick(8, 4).unwrap();
    // Two valleys that differ in magnetization, between which only exchanges lead.
    let valleys = glass(Lattice::rectangle(3, 4), Disorder::Gaussian, 3);
    let valleys = valleys.random_fields(Disorder::Gaussian, 0.4, 5).unwrap();
    let models = [("packed", ising, 1_500), ("scalar", scalar, 1_500), ("valleys", valleys, 6_000)];
    for (what, ising, sweeps) in models {
        let ladder = [0.7, 1.2, 2.0];
        let energies = ladder.map(|t| ising.enumerate().unwrap().at(t).unwrap().energy);
        let exact = |of: fn(&Thermodynamics) -> f64| {
            ladder.map(|t| of(&ising.enumerate().unwrap().at(t).unwrap()))
        };
        let moments = |power: i32| {
            ladder.map(|t| {
                let (p, _) = exact_overlaps(&ising, t);
                let n = ising.n_spins() as f64;
                (0..p.len()).map(|u| p[u] * (1.0 - 2.0 * u as f64 / n).powi(power)).sum::<f64>()
            })
        };
        let truths = [
            ("energy", energies),
            ("overlap_squared", moments(2)),
            ("binder", exact(|x| x.binder)),
            ("magnetization", exact(|x| x.magnetization)),
            ("overlap", moments(1)),
        ];
        let covered = (0..400_u64)
            .into_par_iter()
            .map(|seed| {
                let run = ising.tempering(ladder).sweeps(sweeps).thermalization(100).seed(seed);
                let frame = run.run().unwrap().frame().unwrap();
                truths.map(|(name, exact)| -> [u32; 3] {
                    let error = values(&frame, &format!("{name}_err"));
                    let mean = values(&frame, name);
                    std::array::from_fn(|k| u32::from((mean[k] - exact[k]).abs() <= error[k]))
                })
            })
            .reduce(
                || [[0; 3]; 5],
                |a, b| std::array::from_fn(|i| std::array::from_fn(|k| a[i][k] + b[i][k])),
            );
        println!("{what}: {covered:?} of 400");
        for (index, count) in covered.into_iter().enumerate().flat_map(|(i, x)| x.map(|c| (i, c))) {
            // The errors of ⟨m⟩ and ⟨q⟩ are some 5 % too large where signs are drawn at random.
            let most = if index < 3 { 292 } else { 306 };
            assert!((252..=most).contains(&count), "{what}: {covered:?} of 400");
        }
    }
}
