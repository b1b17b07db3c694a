//! Do error bars hold the truth as often as they claim?

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;
use statmech::rayon::prelude::*;

/// One standard deviation of 400 trials is 2.3 %, so the band of 63 to 73 % is only 2 of them wide to either side, and one set of seeds in
/// five strays from it in some case by chance. Over 3000 seeds the energies of the torus were covered in 68.0 ± 0.9 % (Wolff, T = 2.269),
/// 67.7 % (Wolff, T = 3) and 69.1 % (heat bath, T = 2.269).
const SEED: u64 = 2;

/// How many of 400 seeds have the exact value within one error, for energy, |m|, heat capacity, susceptibility and Binder cumulant.
fn coverage(ising: &Ising, t: f64, sweeps: i64, update: Update) -> [usize; 5] {
    let exact = ising.enumerate().unwrap().at(t).unwrap();
    let within = |estimate: Estimate, exact: f64| {
        usize::from((estimate.mean - exact).abs() <= estimate.error)
    };
    (0..400_u64)
        .into_par_iter()
        .map(|index| {
            let seed = Seed::new(SEED).child(index);
            let mut simulation = ising.simulation(t).unwrap().update(update).seed(seed);
            simulation.advance(200).unwrap();
            let sampled = simulation.measure(sweeps).unwrap().observables().unwrap();
            [
                within(sampled.energy, exact.energy),
                within(sampled.abs_magnetization, exact.abs_magnetization),
                within(sampled.heat_capacity, exact.heat_capacity),
                within(sampled.susceptibility, exact.susceptibility),
                within(sampled.binder, exact.binder),
            ]
        })
        .reduce(|| [0; 5], |a, b| std::array::from_fn(|k| a[k] + b[k]))
}

#[test]
fn one_error_covers_the_exact_value_in_63_to_73_percent_of_400_runs() {
    let torus = Ising::square(4).unwrap();
    let ring = Ising::chain(8).unwrap();
    for (ising, t, sweeps, update) in [
        (&torus, 3.0, 4_000, Update::Metropolis),
        (&torus, 2.269, 8_000, Update::HeatBath),
        (&torus, 2.269, 4_000, Update::Wolff),
        (&ring, 2.0, 4_000, Update::Metropolis),
    ] {
        let [energy, abs_magnetization, derived @ ..] = coverage(ising, t, sweeps, update);
        let what = format!("{ising:?}, T = {t}, {update:?}");
        println!("{what}: {energy} {abs_magnetization} {derived:?} of 400");
        assert!((252..=292).contains(&energy), "{what}: energy covered {energy} times of 400");
        assert!(
            (252..=292).contains(&abs_magnetization),
            "{what}: |m| covered {abs_magnetization} times of 400"
        );
        // Jackknife errors over 8 to 64 blocks scatter by 10 to 25 %, which costs a few percent: 3.5 sigma of 400 around 66 %.
        for count in derived {
            assert!((230..=300).contains(&count), "{what}: {derived:?} of 400");
        }
    }
}
