//! Deep Boltzmann machines: their layers as one machine, the mean-field bound, learning layer by layer.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

use statmech::prelude::*;

type Result<T = ()> = statmech::Result<T>;

#[test]
fn deep_machines_are_machines_in_layers() -> Result {
    for sizes in [vec![4, 3], vec![3, 2, 2], vec![2, 3, 2, 3], vec![5, 1, 4]] {
        let deep = deep(&sizes, 1.0, 3)?;
        let machine = deep.machine()?;
        assert!((deep.ln_z()? - machine.ln_z()?).abs() < 1e-11);
        let rows = machine.visible_states()?;
        assert!((deep.log_likelihood(&rows)? - machine.log_likelihood(&rows)?).abs() < 1e-11);
        // By hand, from the layers.
        let (w, b) = (deep.weights(), deep.biases());
        let states =
            BoltzmannMachine::new(Coding::Binary, machine.n_units(), 0)?.visible_states()?;
        let energies = machine.energies(&states)?;
        for (state, energy) in states.outer_iter().zip(&energies) {
            let (mut rest, mut layers) = (state.to_vec(), Vec::new());
            for &n in &sizes {
                let next = rest.split_off(n);
                layers.push(rest.iter().map(|&s| f64::from(s)).collect::<Array1<f64>>());
                rest = next;
            }
            let pairs: f64 =
                w.iter().enumerate().map(|(l, w)| layers[l].dot(&w.dot(&layers[l + 1]))).sum();
            let singles: f64 = b.iter().zip(&layers).map(|(b, x)| b.dot(x)).sum();
            assert!((energy + pairs + singles).abs() < 1e-12);
        }
    }
    // More than one chunk of states.
    let wide = deep(&[12, 13, 1], 0.3, 1)?;
    assert!((wide.ln_z()? - wide.machine()?.ln_z()?).abs() < 1e-9);
    Ok(())
}

/// A deep machine with random weights and biases.
fn deep(sizes: &[usize], scale: f64, seed: u64) -> Result<DeepBoltzmann> {
    let deep = DeepBoltzmann::new(sizes)?.randomized(scale, seed)?;
    let biases: Vec<Array1<f64>> = sizes
        .iter()
        .map(|&n| (0..n).map(|i| scale * ((i as f64) * 1.7 + seed as f64).sin()).collect())
        .collect();
    deep.with(&deep.weights(), &biases)
}

#[test]
fn mean_field_bounds_from_below() -> Result {
    let mut gaps = Vec::new();
    for (sizes, scale) in
        [(vec![4, 3, 2], 0.3), (vec![4, 3, 2], 1.0), (vec![3, 3, 3, 2], 1.5), (vec![4, 4, 3], 3.0)]
    {
        for seed in 0..5 {
            let deep = deep(&sizes, scale, seed)?;
            let rows = deep.machine()?.visible_states()?;
            let posterior = deep.infer(&rows)?;
            let free = deep.machine()?.free_energies(&rows)?;
            for (bound, free) in posterior.evidence.iter().zip(&free) {
                assert!(*bound <= -free + 1e-10, "{bound} above {}", -free);
            }
            assert!(deep.lower_bound(&rows)? <= deep.log_likelihood(&rows)? + 1e-10);
            gaps.push(deep.log_likelihood(&rows)? - deep.lower_bound(&rows)?);
            if scale < 2.0 {
                assert!(posterior.converged);
                // A maximum of the bound: the bound by the definition, at averages moved by a little.
                let (w, b) = (deep.weights(), deep.biases());
                let bound = |layers: &[Array1<f64>]| -> f64 {
                    let pairs: f64 = w
                        .iter()
                        .enumerate()
                        .map(|(l, w)| layers[l].dot(&w.dot(&layers[l + 1])))
                        .sum();
                    let singles: f64 = b.iter().zip(layers).map(|(b, x)| b.dot(x)).sum();
                    let entropy: f64 = layers[1..]
                        .iter()
                        .flatten()
                        .map(|&p| -p * p.ln() - (1.0 - p) * (1.0 - p).ln())
                        .sum();
                    pairs + singles + entropy
                };
                let row = 3;
                let mut layers = vec![rows.row(row).mapv(f64::from)];
                layers.extend(posterior.layers.iter().map(|layer| layer.row(row).to_owned()));
                let best = bound(&layers);
                assert!((best - posterior.evidence[row]).abs() < 1e-10);
                for l in 1..layers.len() {
                    for i in 0..layers[l].len() {
                        for step in [-1e-3, 1e-3] {
                            let mut moved = layers.clone();
                            moved[l][i] = (moved[l][i] + step).clamp(1e-9, 1.0 - 1e-9);
                            assert!(bound(&moved) <= best + 1e-12);
                        }
                    }
                }
            }
        }
    }
    assert!(gaps.iter().any(|gap| *gap > 1e-3)); // the bound is no identity
    let shallow = deep(&[4, 3], 1.0, 2)?;
    let rows = shallow.machine()?.visible_states()?;
    assert!((shallow.lower_bound(&rows)? - shallow.log_likelihood(&rows)?).abs() < 1e-11);
    Ok(())
}

/// With weights doubled where a layer misses its other neighbour the stacked machine starts near what its pairs have learned; without, or with biases
/// of both pairs added up, it starts far below.
#[test]
fn pretrained_layers_fit_each_other() -> Result {
    let rows = bars_and_stripes(2, Coding::Binary)?;
    let mut sum = 0.0;
    for seed in 0..4 {
        let settings = DeepBoltzmann::new(&[4, 6, 6])?.pretrain(&rows)?.learning_rate(0.3);
        sum += settings.epochs(2_000).seed(seed).run()?.machine.log_likelihood(&rows)?;
    }
    assert!(sum / 4.0 > -4.3, "{}", sum / 4.0);
    Ok(())
}

/// The model's units are practically always off and the data's on, so that each epoch moves by the whole learning rate.
#[test]
fn deep_learning_slows_down_in_the_second_half() -> Result {
    let far = DeepBoltzmann::new(&[1, 1])?
        .with(&[array![[0.0]]], &[array![-60.0], array![60.0]])?
        .learn(&array![[1]])?;
    let (epochs, rate) = (20, 0.01);
    let learned = far.learning_rate(rate).epochs(epochs).run()?.machine;
    let rates = (0..epochs).map(|k| (2.0 * (1.0 - k as f64 / epochs as f64)).min(1.0));
    let moved = rate * rates.sum::<f64>();
    assert!((learned.biases()[0][0] + 60.0 - moved).abs() < 1e-12, "{}", learned.biases()[0]);
    assert!((learned.weights()[0][(0, 0)] - moved).abs() < 1e-12);
    Ok(())
}

#[test]
fn deep_learning_raises_bound_and_likelihood() -> Result {
    let rows = bars_and_stripes(2, Coding::Binary)?;
    let blank = DeepBoltzmann::new(&[4, 4, 3])?;
    let uniform = -(16_f64.ln());
    let start = blank.pretrain(&rows)?.epochs(300).seed(2).run()?.machine;
    assert!(start.log_likelihood(&rows)? > uniform, "{}", start.log_likelihood(&rows)?);
    let learning = start.learn(&rows)?.learning_rate(0.3).epochs(2000).chains(200).seed(3);
    let learned = learning.record_every(200).run()?;
    let (bound, likelihood) =
        (learned.history.values("bound")?, learned.history.values("log_likelihood")?);
    assert!(bound.iter().zip(&likelihood).all(|(b, l)| b <= &(l + 1e-10)));
    let (first, last) = (likelihood[0], likelihood[10]);
    // The entropy of six images is ln 6 = 1.79.
    assert!(last > first + 0.2 && last > -2.3 && last < -(6_f64.ln()), "{first} to {last}");
    assert!((learned.machine.log_likelihood(&rows)? - last).abs() < 1e-12);
    assert_eq!(learned.machine, learning.record_every(500).run()?.machine);
    let one = statmech::rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let short = || start.learn(&rows)?.epochs(20).seed(3).run();
    assert_eq!(one.install(short)?.machine, short()?.machine);
    let again = || blank.pretrain(&rows)?.epochs(20).seed(2).run();
    assert_eq!(one.install(again)?.machine, again()?.machine);
    let stopped = blank.pretrain(&rows)?.epochs(1_000_000_000).deadline(0.05).run()?;
    assert!(!stopped.complete && again()?.complete);
    let cut = start
        .learn(&rows)?
        .epochs(usize::MAX)
        .chains(10)
        .record_every(1000)
        .deadline(0.05)
        .run()?;
    assert!(!cut.complete && cut.epochs > 0);
    assert_eq!(cut.history.values("epoch")?.last().copied(), Some(cut.epochs as f64));
    Ok(())
}

#[test]
fn deep_bad_input_is_refused() -> Result {
    for sizes in [vec![], vec![3], vec![3, 0], vec![0, 3], vec![usize::MAX, 2]] {
        assert!(DeepBoltzmann::new(&sizes).is_err());
    }
    let deep = DeepBoltzmann::new(&[2, 2])?;
    assert!(
        deep.infer(&array![[0, -1]]).is_err()
            && deep.infer(&array![[0]]).is_err()
            && deep.infer(&Array2::zeros((0, 2))).is_err()
    );
    assert!(deep.log_likelihood(&array![[2, 0]]).is_err() && deep.randomized(f64::NAN, 0).is_err());
    assert!(
        deep.with(&[array![[f64::NAN, 0.0], [0.0, 0.0]]], &deep.biases()).is_err()
            && deep.with(&[], &deep.biases()).is_err()
    );
    let wide = DeepBoltzmann::new(&[2048, 2048])?.learn(&Array2::zeros((1, 2048)))?;
    assert!(wide.chains(1 << 20).run().is_err()); // 34 GB of states
    let learning = deep.learn(&array![[0, 1]])?.epochs(3);
    for bad in [
        learning.epochs(0),
        learning.chains(0),
        learning.chains(i64::MAX),
        learning.sweeps(0),
        learning.sweeps(i64::MAX).deadline(0.1),
        learning.record_every(0),
        learning.learning_rate(f64::NAN),
        learning.learning_rate(1e308),
    ] {
        assert!(bad.run().is_err(), "{bad:?}");
    }
    let pretraining = deep.pretrain(&array![[0, 1]])?.epochs(3);
    assert!(
        pretraining.epochs(0).run().is_err()
            && pretraining.learning_rate(0.0).run().is_err()
            && pretraining.deadline(-1.0).run().is_err()
    );
    let large = DeepBoltzmann::new(&[60, 50, 40])?;
    assert!(large.ln_z().unwrap_err().to_string().contains("annealed_importance"));
    let rows = Array2::from_elem((3, 60), 1);
    assert!(
        large.learn(&rows)?.epochs(2).run()?.history.column("bound").unwrap().null_count() == 3
    );
    Ok(())
}
