//! Exact quantities of restricted Boltzmann machines, against sums over all states and integrals on grids.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where something is missing or a layer has no such kind"
)]

#[path = "common/coverage.rs"]
mod coverage;
#[path = "common/machines.rs"]
mod machines;
#[path = "common/says.rs"]
mod says;

use machines::*;
use says::assert_says;
use statmech::prelude::*;

const DISCRETE: [&str; 3] = ["binary", "spin", "potts"];
const CONTINUOUS: [&str; 2] = ["gaussian", "relu"];

/// Small machines of all pairs of kinds that have an exact sum, and of two Gaussian layers.
fn small() -> Vec<Rbm> {
    let mut all = Vec::new();
    for (k, visible) in DISCRETE.into_iter().chain(CONTINUOUS).enumerate() {
        for (l, hidden) in DISCRETE.into_iter().chain(CONTINUOUS).enumerate() {
            let seed = 100 * k as u64 + 10 * l as u64;
            if CONTINUOUS.contains(&visible) && CONTINUOUS.contains(&hidden) {
                continue;
            }
            let columns = |kind| if CONTINUOUS.contains(&kind) || kind == "potts" { 2 } else { 3 };
            let visible = layer(visible, columns(visible), seed);
            all.push(machine(&visible, &layer(hidden, columns(hidden), seed + 3), 0.6, seed + 5));
        }
    }
    all.push(machine(&layer("gaussian", 1, 7), &layer("gaussian", 1, 8), 0.4, 9));
    all
}

#[test]
fn every_pair_of_layers_has_the_ln_z_and_averages_of_its_joint_sum() {
    for rbm in small() {
        let expected = joint(&rbm);
        assert!((rbm.ln_z().unwrap() - expected.ln_z).abs() < 1e-11, "{rbm:?}: {}", expected.ln_z);
        let statistics = rbm.statistics().unwrap();
        let differ = differ(&statistics, &expected.statistics);
        assert!(differ < 1e-10, "{rbm:?}: {differ}");
        let exact = rbm.exact();
        let pairs = exact.visible_pairs().unwrap();
        assert!(largest_difference(&pairs, &expected.visible_pairs) < 1e-10, "{rbm:?}");
        let pairs = exact.hidden_pairs().unwrap();
        assert!(largest_difference(&pairs, &expected.hidden_pairs) < 1e-10, "{rbm:?}");
        // The same from the other side.
        let transposed = rbm.transposed();
        assert!((transposed.ln_z().unwrap() - expected.ln_z).abs() < 1e-11);
        let pairs = transposed.statistics().unwrap().pairs.t().to_owned();
        assert!(largest_difference(&pairs, &expected.statistics.pairs) < 1e-10);
    }
}

#[test]
fn two_gaussian_layers_of_many_units_agree_with_finite_differences_of_ln_z() {
    let rbm = machine(&layer("gaussian", 4, 1), &layer("gaussian", 3, 2), 0.15, 3);
    let (exact, step) = (rbm.statistics().unwrap(), 1e-5);
    for (i, mu) in [(0, 0), (1, 2), (3, 1)] {
        let moved = |by: f64| {
            let mut w = rbm.w();
            w[(i, mu)] += by;
            rbm.weights(&w).unwrap().ln_z().unwrap()
        };
        let slope = (moved(step) - moved(-step)) / (2.0 * step);
        assert!((slope - exact.pairs[(i, mu)]).abs() < 1e-8);
    }
    // Without weights the layers are independent, with ln Z in closed form.
    let free = rbm.weights(&Array2::zeros((4, 3))).unwrap();
    let of_layer = |layer: Layer| -> f64 {
        let both = layer.b().to_vec().into_iter().zip(layer.gamma());
        both.map(|(b, g)| 0.5 * (b * b / g + (std::f64::consts::TAU / g).ln())).sum()
    };
    let expected = of_layer(rbm.visible()) + of_layer(rbm.hidden());
    assert!((free.ln_z().unwrap() - expected).abs() < 1e-13);
}

/// ln Z as the sum over one layer's states with the other summed by the free energies.
fn by_free_energies(rbm: &Rbm) -> (Option<f64>, Option<f64>) {
    let of = |layer: Layer, hidden: bool| {
        if !layer.units().is_discrete() || layer.sites() > 16 {
            return None;
        }
        let states = rows(&states(&layer));
        let f = if hidden { rbm.hidden_free_energies(&states) } else { rbm.free_energies(&states) };
        Some(ln_sum(&f.unwrap().mapv(|f| -f).to_vec()))
    };
    (of(rbm.visible(), false), of(rbm.hidden(), true))
}

#[test]
fn sums_over_the_visible_the_hidden_and_both_layers_agree() {
    for rbm in small() {
        let ln_z = joint(&rbm).ln_z;
        let (visible, hidden) = by_free_energies(&rbm);
        for sum in [visible, hidden].into_iter().flatten() {
            assert!((sum - ln_z).abs() < 1e-11, "{rbm:?}");
        }
    }
}

#[test]
fn larger_sums_take_all_branches() {
    // More sites than lie side by side, both sides, and weights up to where products overflow many times over.
    let kinds = [("binary", 9, "spin", 40), ("spin", 40, "binary", 9), ("spin", 11, "spin", 12)];
    let more = [
        ("potts", 5, "binary", 30),
        ("binary", 12, "potts", 20),
        ("spin", 10, "gaussian", 30),
        ("potts", 4, "gaussian", 9),
    ];
    for (k, (a, n, b, m)) in kinds.into_iter().chain(more).enumerate() {
        for scale in [0.0, 0.1, 1.0, 10.0] {
            let seed = 1000 + k as u64;
            let rbm = machine(&layer(a, n, seed), &layer(b, m, seed + 50), scale, seed + 70);
            let (visible, hidden) = by_free_energies(&rbm);
            let expected = visible.or(hidden).unwrap();
            let ln_z = rbm.ln_z().unwrap();
            assert!((ln_z / expected - 1.0).abs() < 1e-13, "{rbm:?} {scale}: {ln_z} {expected}");
        }
    }
    // More colours than lie side by side.
    let layers = (Layer::potts(2, 40).unwrap(), Layer::potts(3, 50).unwrap());
    let rbm = machine(&layers.0, &layers.1, 1.0, 4);
    let expected = by_free_energies(&rbm).0.unwrap();
    assert!((rbm.ln_z().unwrap() - expected).abs() < 1e-12 * expected.abs());
}

#[test]
fn huge_weights_and_fields_neither_overflow_nor_vanish() {
    for scale in [1e3, 1e6, 1e30] {
        for (a, b) in
            [("binary", "spin"), ("spin", "binary"), ("potts", "binary"), ("binary", "potts")]
        {
            let rbm = machine(&layer(a, 4, 1), &layer(b, 3, 2), scale, 3);
            let expected = joint(&rbm).ln_z;
            assert!((rbm.ln_z().unwrap() / expected - 1.0).abs() < 1e-12, "{rbm:?} {scale}");
            let differ = differ(&rbm.statistics().unwrap(), &joint(&rbm).statistics);
            assert!(differ < 1e-9, "{rbm:?} {scale}: {differ}");
        }
    }
    // Fields alone.
    let visible = Layer::spin(6).unwrap().fields(&Array1::from_elem(6, 900.0)).unwrap();
    let rbm = machine(&visible, &layer("spin", 7, 2), 0.3, 3);
    assert!((rbm.ln_z().unwrap() / joint(&rbm).ln_z - 1.0).abs() < 1e-13);
}

#[test]
fn energies_and_free_energies_are_those_of_the_formula() {
    for rbm in small()
        .into_iter()
        .filter(|rbm| rbm.visible().units().is_discrete() && rbm.hidden().units().is_discrete())
    {
        let (visible, hidden) = (states(&rbm.visible()), states(&rbm.hidden()));
        let plain = Plain::of(&rbm);
        let f = rbm.free_energies(&rows(&visible)).unwrap();
        let means = rbm.hidden_means(&rows(&visible)).unwrap();
        for (k, v) in visible.iter().enumerate() {
            let terms: Vec<f64> = hidden.iter().map(|h| -plain.energy(v, h)).collect();
            assert!((f[k] + ln_sum(&terms)).abs() < 1e-12);
            assert!((rbm.free_energy(&Array1::from(v.clone())).unwrap() - f[k]).abs() < 1e-12);
            for mu in 0..rbm.hidden().len() {
                let mean: f64 =
                    hidden.iter().zip(&terms).map(|(h, w)| h[mu] * (w + f[k]).exp()).sum();
                assert!((mean - means[(k, mu)]).abs() < 1e-12);
            }
        }
        // As many hidden as visible states, by repetition.
        let paired: Vec<Vec<f64>> = hidden.iter().cycle().take(visible.len()).cloned().collect();
        let energies = rbm.energies(&rows(&visible), &rows(&paired)).unwrap();
        for (k, (v, h)) in visible.iter().zip(&paired).enumerate() {
            assert!((energies[k] - plain.energy(v, h)).abs() < 1e-12);
            let one = rbm.energy(&Array1::from(v.clone()), &Array1::from(h.clone())).unwrap();
            assert!((energies[k] - one).abs() < 1e-12);
        }
        let means = rbm.visible_means(&rows(&hidden)).unwrap();
        let again = rbm.transposed().hidden_means(&rows(&hidden)).unwrap();
        assert!(largest_difference(&means, &again) < 1e-15);
    }
}

/// Data that a layer allows.
fn data(layer: &Layer, count: usize, seed: u64) -> Array2<f64> {
    let noise = normal(count, layer.len(), seed);
    match layer.units() {
        Units::Binary => noise.mapv(|x| f64::from(u8::from(x > 0.3))),
        Units::Spin => noise.mapv(|x| if x > 0.3 { 1.0 } else { -1.0 }),
        Units::Gaussian => noise.mapv(|x| 0.7 * x + 0.3),
        Units::Relu => noise.mapv(|x| (x + 0.4).max(0.0)),
        Units::Potts { .. } => {
            let states = states(layer);
            let pick = |k: usize| ((noise[(k, 0)].abs() * 1e6) as usize) % states.len();
            rows(&(0..count).map(|k| states[pick(k)].clone()).collect::<Vec<_>>())
        }
    }
}

#[test]
fn gradients_are_finite_differences_of_the_log_likelihood() {
    let step = 1e-5;
    let mut machines = small();
    machines.push(machine(&layer("gaussian", 3, 7), &layer("gaussian", 2, 8), 0.2, 9));
    for rbm in machines {
        let data = data(&rbm.visible(), 7, 77);
        let gradient = rbm.gradient(&data).unwrap();
        let slope = |moved: &dyn Fn(f64) -> Rbm| {
            let l = |by: f64| moved(by).log_likelihood(&data).unwrap();
            (l(step) - l(-step)) / (2.0 * step)
        };
        let near =
            |a: f64, b: f64, what: &str| assert!((a - b).abs() < 2e-8, "{rbm:?} {what}: {a} {b}");
        for ((i, mu), expected) in gradient.weights.indexed_iter() {
            let moved = |by: f64| {
                let mut w = rbm.w();
                w[(i, mu)] += by;
                rbm.weights(&w).unwrap()
            };
            near(slope(&moved), *expected, "weight");
        }
        let field = |layer: Layer, i: usize, by: f64| {
            let mut b = layer.b();
            b[i] += by;
            layer.fields(&b).unwrap()
        };
        let precision = |layer: Layer, i: usize, by: f64| {
            let mut gamma = layer.gamma();
            gamma[i] += by;
            layer.precisions(&gamma).unwrap()
        };
        for (i, expected) in gradient.visible_fields.iter().enumerate() {
            let moved = |by| rbm.with_visible(field(rbm.visible(), i, by)).unwrap();
            near(slope(&moved), *expected, "visible field");
        }
        for (i, expected) in gradient.hidden_fields.iter().enumerate() {
            let moved = |by| rbm.with_hidden(field(rbm.hidden(), i, by)).unwrap();
            near(slope(&moved), *expected, "hidden field");
        }
        assert_eq!(gradient.visible_precisions.len(), rbm.visible().gamma().len());
        for (i, expected) in gradient.visible_precisions.iter().enumerate() {
            let moved = |by| rbm.with_visible(precision(rbm.visible(), i, by)).unwrap();
            near(slope(&moved), *expected, "visible precision");
        }
        for (i, expected) in gradient.hidden_precisions.iter().enumerate() {
            let moved = |by| rbm.with_hidden(precision(rbm.hidden(), i, by)).unwrap();
            near(slope(&moved), *expected, "hidden precision");
        }
    }
}

/// P(v) of all visible states, by the joint sum.
fn distribution(rbm: &Rbm) -> Vec<f64> {
    let (visible, hidden) = (states(&rbm.visible()), states(&rbm.hidden()));
    let plain = Plain::of(rbm);
    let weights: Vec<f64> = visible
        .iter()
        .map(|v| ln_sum(&hidden.iter().map(|h| -plain.energy(v, h)).collect::<Vec<_>>()))
        .collect();
    let ln_z = ln_sum(&weights);
    weights.iter().map(|w| (w - ln_z).exp()).collect()
}

/// P(v) by free energies, for machines whose hidden units are continuous.
fn by_free_energy(rbm: &Rbm) -> Vec<f64> {
    let f = rbm.free_energies(&rows(&states(&rbm.visible()))).unwrap().mapv(|f| -f).to_vec();
    let ln_z = ln_sum(&f);
    f.iter().map(|w| (w - ln_z).exp()).collect()
}

#[test]
fn the_list_of_visible_states_has_their_distribution() {
    for rbm in small().into_iter().filter(|rbm| rbm.visible().units().is_discrete()) {
        let (listed, p) = rbm.visible_distribution().unwrap();
        assert_eq!(listed, rows(&states(&rbm.visible())));
        let expected = if rbm.hidden().units().is_discrete() {
            distribution(&rbm)
        } else {
            by_free_energy(&rbm)
        };
        assert!(largest_difference(p.probabilities(), &expected) < 1e-13);
        // The log-likelihood of states drawn in these proportions is minus the entropy.
        let l: f64 = (0..listed.nrows())
            .map(|k| {
                p.probabilities()[k]
                    * rbm.log_likelihood(&listed.slice(s![k..=k, ..]).to_owned()).unwrap()
            })
            .sum();
        assert!((l + p.entropy()).abs() < 1e-11);
    }
}

#[test]
fn gauges_keep_the_distribution() {
    // RestrictedBoltzmannMachines.jl #108: a gauge that did not.
    let potts = |n, seed| layer("potts", n, seed);
    let machines = [
        machine(&potts(3, 1), &layer("spin", 4, 2), 1.0, 3),
        machine(&layer("binary", 4, 1), &potts(2, 2), 1.0, 3),
        machine(&potts(2, 1), &potts(3, 2), 1.0, 3),
    ];
    for rbm in &machines {
        let gauged = rbm.zero_sum().unwrap();
        assert!(largest_difference(&distribution(&gauged), &distribution(rbm)) < 1e-13, "{rbm:?}");
        let transposed = (gauged.transposed(), rbm.transposed());
        let hidden = (distribution(&transposed.0), distribution(&transposed.1));
        assert!(largest_difference(&hidden.0, &hidden.1) < 1e-13);
        for layers in [(&gauged, gauged.visible()), (&transposed.0, gauged.hidden())] {
            if matches!(layers.1.units(), Units::Potts { .. }) {
                let w = layers.0.w();
                assert!((0..layers.1.sites()).all(|s| {
                    w.slice(s![3 * s..3 * s + 3, ..])
                        .sum_axis(Axis(0))
                        .iter()
                        .all(|x| x.abs() < 1e-13)
                }));
                assert!(
                    (0..layers.1.sites()).all(|s| layers
                        .1
                        .b()
                        .slice(s![3 * s..3 * s + 3])
                        .sum()
                        .abs()
                        < 1e-13)
                );
            }
        }
    }
    for kind in ["binary", "spin", "gaussian"] {
        let rbm = machine(&layer("spin", 5, 1), &layer(kind, 3, 2), 0.7, 3);
        let flipped = rbm.flip_hidden(&[0, 2]).unwrap();
        assert!(
            largest_difference(&by_free_energy(&flipped), &by_free_energy(&rbm)) < 1e-13,
            "{kind}"
        );
        assert!(flipped.w() != rbm.w());
        let (mean, before) =
            (flipped.statistics().unwrap().hidden, rbm.statistics().unwrap().hidden);
        let turned = |h: f64| if kind == "binary" { 1.0 - h } else { -h };
        assert!((mean[0] - turned(before[0])).abs() < 1e-12 && (mean[1] - before[1]).abs() < 1e-12);
    }
    let rbm = machine(&layer("binary", 5, 1), &layer("gaussian", 3, 2), 0.7, 3);
    let shifted = rbm.shift_hidden(&array![0.5, -3.0, 1.0]).unwrap();
    assert!(largest_difference(&by_free_energy(&shifted), &by_free_energy(&rbm)) < 1e-13);
    let moved = shifted.statistics().unwrap().hidden - rbm.statistics().unwrap().hidden;
    assert!(largest_difference(&moved, &array![0.5, -3.0, 1.0]) < 1e-12);
    for kind in CONTINUOUS {
        let rbm = machine(&layer("binary", 5, 1), &layer(kind, 3, 2), 0.7, 3);
        let scaled = rbm.scale_hidden(&array![0.5, 2.0, 7.0]).unwrap();
        assert!(largest_difference(&by_free_energy(&scaled), &by_free_energy(&rbm)) < 1e-13);
        let ratio = scaled.statistics().unwrap().hidden / rbm.statistics().unwrap().hidden;
        assert!(largest_difference(&ratio, &array![0.5, 2.0, 7.0]) < 1e-11);
    }
}

#[test]
fn centred_fields_keep_the_distribution() {
    let rbm = machine(&layer("binary", 4, 1), &layer("spin", 3, 2), 0.8, 3);
    let (m, l) = (array![0.2, 0.9, 0.4, 0.5], array![-0.3, 0.8, 0.1]);
    let plain = rbm.from_centered(&m, &l).unwrap();
    // By hand: −(v − m)ᵀ W (h − l) − bᵀv − cᵀh.
    let (w, b, c) = (rbm.w(), rbm.visible().b(), rbm.hidden().b());
    let hidden = states(&rbm.hidden());
    let weights: Vec<f64> = states(&rbm.visible())
        .into_iter()
        .map(|v| {
            let v = Array1::from(v);
            let term = |h: &Vec<f64>| {
                let h = Array1::from(h.clone());
                (&v - &m).dot(&w.dot(&(&h - &l))) + b.dot(&v) + c.dot(&h)
            };
            ln_sum(&hidden.iter().map(term).collect::<Vec<_>>())
        })
        .collect();
    let ln_z = ln_sum(&weights);
    let expected: Vec<f64> = weights.iter().map(|w| (w - ln_z).exp()).collect();
    assert!(largest_difference(&distribution(&plain), &expected) < 1e-14);
    let (b, c) = plain.centered_fields(&m, &l).unwrap();
    assert!(largest_difference(&b, &rbm.visible().b()) < 1e-14);
    assert!(largest_difference(&c, &rbm.hidden().b()) < 1e-14);
}

#[test]
fn conversions_keep_the_distribution() {
    for (a, b) in [
        ("binary", "binary"),
        ("spin", "spin"),
        ("binary", "spin"),
        ("spin", "binary"),
        ("binary", "potts"),
    ] {
        let rbm = machine(&layer(a, 4, 1), &layer(b, 3, 2), 0.9, 3);
        for converted in [rbm.to_spin().unwrap(), rbm.to_binary().unwrap()] {
            // States are listed in the same order in both codings.
            assert!(largest_difference(&distribution(&converted), &distribution(&rbm)) < 1e-13);
            let hidden = (distribution(&converted.transposed()), distribution(&rbm.transposed()));
            assert!(largest_difference(&hidden.0, &hidden.1) < 1e-13);
        }
        assert_ne!(rbm.to_spin().unwrap().visible().units(), Units::Binary);
        assert_ne!(rbm.to_binary().unwrap().visible().units(), Units::Spin);
    }
    // At any temperature: a schedule must not differ between the codings.
    let rbm = machine(&layer("binary", 4, 1), &layer("binary", 3, 2), 0.9, 3);
    let cold = rbm.at_temperature(0.5).unwrap();
    let other = rbm.to_spin().unwrap().at_temperature(0.5).unwrap();
    assert!(largest_difference(&distribution(&cold), &distribution(&other)) < 1e-13);
    for kind in CONTINUOUS {
        let rbm = machine(&layer("spin", 4, 1), &layer(kind, 3, 2), 0.5, 3);
        let converted = by_free_energy(&rbm.to_binary().unwrap());
        assert!(largest_difference(&converted, &by_free_energy(&rbm)) < 1e-13);
    }
}

#[test]
fn temperature_divides_the_whole_energy() {
    for rbm in small() {
        let cold = rbm.at_temperature(0.8).unwrap();
        let visible = data(&rbm.visible(), 4, 5);
        let hidden = data(&rbm.hidden(), 4, 6);
        let (a, b) =
            (cold.energies(&visible, &hidden).unwrap(), rbm.energies(&visible, &hidden).unwrap());
        assert!(largest_difference(&a, &(b / 0.8)) < 1e-12);
    }
    let rbm = Rbm::binary(2, 2).unwrap();
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-310] {
        assert_says(rbm.at_temperature(bad), &["temperature"]);
    }
}

#[test]
fn hopfield_networks_are_machines_with_gaussian_hidden_units() {
    let patterns = random_patterns(3, 10, 4).unwrap();
    let spins = rows(&states(&Layer::spin(10).unwrap()));
    let networks = [
        Hopfield::hebb(&patterns).unwrap(),
        Hopfield::hebb(&patterns).unwrap().field(0.3).unwrap(),
        Hopfield::pseudo_inverse(&patterns).unwrap(),
        Hopfield::from_couplings(&array![[0.0, -1.0], [-1.0, 0.0]]).unwrap(),
    ];
    for (net, t) in networks.iter().zip([0.5, 1.0, 2.0, 0.7]) {
        let rbm = Rbm::from_hopfield(net, t).unwrap();
        let states = if net.n_units() == 2 {
            rows(&states(&Layer::spin(2).unwrap()))
        } else {
            spins.clone()
        };
        // F(v) = E(v)/T and a constant.
        let f = rbm.free_energies(&states).unwrap();
        let energies: Vec<f64> = states
            .rows()
            .into_iter()
            .map(|row| net.energy(&row.mapv(|x| x as i8)).unwrap() / t)
            .collect();
        let constant = f[0] - energies[0];
        assert!(f.iter().zip(&energies).all(|(f, e)| (f - e - constant).abs() < 1e-11), "{net:?}");
        let again = rbm.to_hopfield().unwrap();
        let couplings = (again.couplings().unwrap() * t, net.couplings().unwrap());
        assert!(largest_difference(&couplings.0, &couplings.1) < 1e-12);
        assert!(largest_difference(&(again.fields() * t), &net.fields()) < 1e-12);
    }
    // The hidden means are the overlaps, in units of √(T/N).
    let (net, t) = (&networks[0], 0.5);
    let rbm = Rbm::from_hopfield(net, t).unwrap();
    let state = spins.row(137).mapv(|x| x as i8);
    let means = rbm.hidden_means(&spins.slice(s![137..138, ..]).to_owned()).unwrap();
    let overlaps = net.overlaps(&state).unwrap() * (10.0 / t).sqrt();
    assert!(largest_difference(means.row(0), &overlaps) < 1e-13);
    // And ln Z that of the Ising model, with the self-couplings P/(2T).
    let ising = net.ising().unwrap().enumerate().unwrap().at(t).unwrap().ln_z;
    assert!(
        (rbm.ln_z().unwrap() - ising - 3.0 / (2.0 * t) - 1.5 * std::f64::consts::TAU.ln()).abs()
            < 1e-11
    );
    // From the machine's side: fields and precisions of the hidden units.
    let rbm = machine(&layer("spin", 6, 1), &layer("gaussian", 2, 2), 0.4, 3);
    let again = Rbm::from_hopfield(&rbm.to_hopfield().unwrap(), 1.0).unwrap();
    assert!(largest_difference(&by_free_energy(&again), &by_free_energy(&rbm)) < 1e-13);
}

#[test]
fn pseudo_likelihoods_are_those_of_the_conditional_distributions() {
    for rbm in small().into_iter().filter(|rbm| rbm.visible().units().is_discrete()) {
        let (listed, p) = rbm.visible_distribution().unwrap();
        let values = rbm.pseudo_likelihoods(&listed).unwrap();
        let (layer, p) = (rbm.visible(), p.probabilities().clone());
        let width = layer.len() / layer.sites();
        for (k, state) in listed.rows().into_iter().enumerate() {
            let ln_p: f64 = (0..layer.sites())
                .map(|site| {
                    // All states that differ at this site only.
                    let elsewhere = |other: &Array1<f64>| {
                        (0..layer.len()).all(|i| i / width == site || other[i] == state[i])
                    };
                    let sum: f64 = (0..listed.nrows())
                        .filter(|&j| elsewhere(&listed.row(j).to_owned()))
                        .map(|j| p[j])
                        .sum();
                    (p[k] / sum).ln()
                })
                .sum();
            assert!((values[k] - ln_p / layer.sites() as f64).abs() < 1e-11, "{rbm:?}");
        }
        assert!((rbm.pseudo_likelihood(&listed).unwrap() - values.mean().unwrap()).abs() < 1e-14);
    }
}

#[test]
fn pseudo_likelihood_per_site_does_not_grow_with_the_number_of_sites() {
    // scikit-learn #23179: copies of one machine side by side are as well predicted as each.
    let one = machine(&layer("binary", 4, 1), &layer("binary", 2, 2), 1.0, 3);
    let examples = data(&one.visible(), 9, 8);
    let expected = one.pseudo_likelihood(&examples).unwrap();
    for copies in [2, 5] {
        let repeat = |b: Array1<f64>| Array1::from(b.to_vec().repeat(copies));
        let mut w = Array2::zeros((4 * copies, 2 * copies));
        (0..copies).for_each(|k| {
            w.slice_mut(s![4 * k..4 * k + 4, 2 * k..2 * k + 2]).assign(&one.w());
        });
        let visible =
            Layer::binary(4 * copies).unwrap().fields(&repeat(one.visible().b())).unwrap();
        let hidden = Layer::binary(2 * copies).unwrap().fields(&repeat(one.hidden().b())).unwrap();
        let many = Rbm::new(visible, hidden).unwrap().weights(&w).unwrap();
        let wide = Array2::from_shape_fn((9, 4 * copies), |(k, i)| examples[(k, i % 4)]);
        assert!((many.pseudo_likelihood(&wide).unwrap() - expected).abs() < 1e-13);
        let estimate = many.stochastic_pseudo_likelihood(&wide, 1).unwrap();
        assert!((estimate.mean - expected).abs() < 5.0 * estimate.error);
    }
}

#[test]
fn one_random_site_estimates_the_pseudo_likelihood_with_its_error() {
    let rbm = machine(&layer("spin", 5, 1), &layer("binary", 3, 2), 0.8, 3);
    let (listed, p) = rbm.visible_distribution().unwrap();
    let exact: f64 = p.average(&rbm.pseudo_likelihoods(&listed).unwrap()).unwrap();
    let covered = coverage::coverage(exact, |seed| {
        // 200 states drawn from the distribution.
        let uniform = normal(200, 1, 5000 + seed);
        let cumulative: Vec<f64> = p
            .probabilities()
            .iter()
            .scan(0.0, |sum, p| {
                *sum += p;
                Some(*sum)
            })
            .collect();
        let draws: Vec<Vec<f64>> = uniform
            .iter()
            .map(|x| {
                let u = (x.abs() * 1e4).fract();
                let k = cumulative.iter().position(|c| u < *c).unwrap_or(cumulative.len() - 1);
                listed.row(k).to_vec()
            })
            .collect();
        let estimate = rbm.stochastic_pseudo_likelihood(&rows(&draws), seed).unwrap();
        (estimate.mean, estimate.error)
    });
    assert!((252..=292).contains(&covered), "{covered} of 400");
}

#[test]
fn machines_without_a_distribution_are_refused() {
    // RestrictedBoltzmannMachines.jl #142: a finite ln Z where there is none.
    let pair = |a: &str, b: &str, n, m| {
        let layer =
            |kind: &str, n| if kind == "relu" { Layer::relu(n) } else { Layer::gaussian(n) };
        Rbm::new(layer(a, n).unwrap(), layer(b, m).unwrap()).unwrap()
    };
    let says = ["cannot be used", "Z is infinite", "smaller"];
    let two = pair("gaussian", "gaussian", 2, 2);
    // Singular values of this matrix are 1.5 times those of a rotation.
    let rotation = array![[0.6, 0.8], [-0.8, 0.6]];
    let refused = two.weights(&(1.001 * &rotation)).unwrap();
    assert!(!refused.is_normalizable());
    assert_says(refused.ln_z(), &says);
    assert_says(refused.statistics(), &says);
    assert_says(refused.exact().visible_pairs(), &says);
    assert_says(refused.log_likelihood(&array![[0.0, 1.0]]), &says);
    let allowed = two.weights(&(0.999 * &rotation)).unwrap();
    assert!(allowed.is_normalizable() && allowed.ln_z().is_ok());
    // Precisions count: the limit is W² < γγ'.
    let one = |w: f64, gamma: f64| {
        let visible = Layer::gaussian(1).unwrap().precisions(&array![gamma]).unwrap();
        Rbm::new(visible, Layer::gaussian(1).unwrap()).unwrap().weights(&array![[w]]).unwrap()
    };
    assert!(one(1.99, 4.0).is_normalizable() && !one(2.01, 4.0).is_normalizable());
    // ReLU units: only directions without negative parts count. Gaussian units follow either sign.
    assert!(!pair("gaussian", "relu", 1, 1).weights(&array![[-1.1]]).unwrap().is_normalizable());
    assert!(pair("gaussian", "relu", 1, 1).weights(&array![[-0.9]]).unwrap().is_normalizable());
    // Two ReLU units that push one Gaussian unit apart never grow together; that pull it one way, do.
    let pushed = pair("gaussian", "relu", 1, 2);
    assert!(pushed.weights(&array![[0.8, -0.8]]).unwrap().is_normalizable());
    assert!(!pushed.weights(&array![[0.8, 0.8]]).unwrap().is_normalizable());
    let both = pair("relu", "relu", 2, 2);
    assert!(both.weights(&array![[-9.0, -9.0], [-9.0, -9.0]]).unwrap().is_normalizable());
    assert!(both.weights(&array![[0.7, -9.0], [-9.0, 0.7]]).unwrap().is_normalizable());
    assert!(!both.weights(&array![[0.7, 0.7], [0.7, 0.7]]).unwrap().is_normalizable());
    // Inhibition that holds an attraction in check: without it there would be none, so that only the faces decide.
    let held = |inhibition: f64| both.weights(&array![[0.62, 0.62], [0.62, inhibition]]).unwrap();
    assert!(held(-50.0).is_normalizable() && !held(0.0).is_normalizable());
    assert!(!both.weights(&array![[1.1, -5.0], [-5.0, 0.0]]).unwrap().is_normalizable());
    // Without a closed form, though it is a distribution.
    assert_says(both.ln_z(), &["both continuous", "importance sampling"]);
    // One bounded layer is enough.
    assert!(
        Rbm::new(Layer::gaussian(1).unwrap(), Layer::spin(1).unwrap())
            .unwrap()
            .weights(&array![[1e3]])
            .unwrap()
            .is_normalizable()
    );
}

#[test]
fn copositivity_is_what_random_directions_find() {
    // A form that goes below 0 somewhere does so for one of many random directions, if it does so by much.
    let mut found = [0, 0];
    for seed in 0..60 {
        let w = 0.55 * normal(2, 3, 900 + seed);
        for (a, b) in [("gaussian", "relu"), ("relu", "relu")] {
            let layer = |kind, n| if kind == "relu" { Layer::relu(n) } else { Layer::gaussian(n) };
            let rbm =
                Rbm::new(layer(a, 2).unwrap(), layer(b, 3).unwrap()).unwrap().weights(&w).unwrap();
            let directions = normal(4000, 5, 300 + seed);
            let lowest = directions
                .rows()
                .into_iter()
                .map(|x| {
                    let v = x.slice(s![..2]).mapv(|x| if a == "relu" { x.abs() } else { x });
                    let h = x.slice(s![2..]).mapv(f64::abs);
                    (0.5 * v.dot(&v) + 0.5 * h.dot(&h) - v.dot(&w.dot(&h)))
                        / (v.dot(&v) + h.dot(&h))
                })
                .fold(f64::INFINITY, f64::min);
            // Random directions miss the lowest one by a little.
            if lowest < 0.0 {
                assert!(!rbm.is_normalizable(), "{a} {b} {w}");
                found[0] += 1;
            } else if lowest > 0.05 {
                assert!(rbm.is_normalizable(), "{a} {b} {w}: {lowest}");
                found[1] += 1;
            }
        }
    }
    assert!(found[0] > 10 && found[1] > 10, "{found:?}");
}

#[test]
fn initial_machines_have_the_means_of_the_data() {
    for kind in DISCRETE.into_iter().chain(CONTINUOUS) {
        let start = layer(kind, 2, 1);
        let data = data(&start, 400, 2);
        let rbm = Rbm::new(start, Layer::spin(4).unwrap()).unwrap().initialized(&data, 3).unwrap();
        let means = rbm.statistics().unwrap().visible;
        let expected = data.mean_axis(Axis(0)).unwrap();
        // Half an example more, and small weights.
        assert!(largest_difference(&means, &expected) < 0.01, "{kind}: {means} {expected}");
        assert!(rbm.w().iter().any(|w| *w != 0.0));
        let again = Rbm::new(rbm.visible(), rbm.hidden()).unwrap().initialized(&data, 3).unwrap();
        assert_eq!(again.w(), rbm.w());
    }
    let constant = Array2::ones((5, 3));
    for rbm in [Rbm::binary(3, 2), Rbm::spin(3, 2)] {
        let rbm = rbm.unwrap().initialized(&constant, 1).unwrap();
        assert!(rbm.log_likelihood(&constant).unwrap().is_finite());
    }
}

#[test]
fn saved_machines_come_back_and_damaged_files_do_not() {
    let path =
        std::env::temp_dir().join(format!("statmech-rbm-{}.safetensors", std::process::id()));
    for rbm in small() {
        rbm.save(&path).unwrap();
        assert_eq!(Rbm::load(&path).unwrap(), rbm);
    }
    let rbm = machine(&layer("potts", 2, 1), &layer("relu", 2, 2), 0.5, 3);
    rbm.save(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for end in (0..whole.len()).step_by(5) {
        std::fs::write(&path, &whole[..end]).unwrap();
        assert_says(Rbm::load(&path), &["could not be read"]);
    }
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 0x08;
        std::fs::write(&path, &changed).unwrap();
        match Rbm::load(&path) {
            // A blank between the header's words may change without harm, but nothing in the arrays.
            Ok(loaded) => assert!(place < header && loaded == rbm, "changed at {place}"),
            Err(error) => assert!(error.to_string().contains("could not be read"), "{error}"),
        }
    }
    std::fs::write(&path, b"not at all").unwrap();
    assert_says(Rbm::load(&path), &["no whole safetensors file"]);
    assert_says(Rbm::load(path.with_extension("missing")), &["could not be read"]);
    // A folder that cannot be written to, even by an administrator.
    assert_says(rbm.save("/proc/rbm.safetensors"), &["could not be written"]);
    assert_says(rbm.save(path.with_extension("missing").join("rbm")), &["could not be written"]);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn sums_that_take_too_long_say_so() {
    let large = Rbm::binary(60, 50).unwrap();
    assert_says(large.ln_z(), &["2^50 states", "importance sampling"]);
    assert_says(large.visible_distribution(), &["list of the states"]);
    let slow = Rbm::spin(300, 31).unwrap();
    let started = std::time::Instant::now();
    assert_says(slow.exact().deadline(0.1).ln_z(), &["deadline", "2^31"]);
    assert_says(slow.exact().deadline(0.1).statistics(), &["deadline"]);
    assert!(started.elapsed().as_secs_f64() < 5.0);
    for bad in [0.0, -1.0, f64::NAN] {
        assert_says(large.exact().deadline(bad).ln_z(), &["deadline"]);
    }
}

#[test]
fn bad_input_is_refused_in_sentences() {
    assert_says(Rbm::binary(0, 3), &["`n`", "at least 1"]);
    assert_says(Rbm::binary(3, 0), &["`n`", "at least 1"]);
    assert_says(Rbm::spin(usize::MAX, 3), &["1000000"]);
    assert_says(Rbm::binary(1_000_000, 1_000_000), &["weights", "allowed"]);
    assert_says(Layer::potts(2, 1), &["`colors`", "at least 2"]);
    assert_says(Layer::potts(usize::MAX, usize::MAX), &["`sites`"]);
    let layer = Layer::gaussian(2).unwrap();
    assert_says(layer.fields(&array![1.0]), &["[2]", "[1]"]);
    assert_says(layer.fields(&array![1.0, f64::NAN]), &["`fields`", "NaN"]);
    assert_says(layer.fields(&array![1.0, 1e51]), &["`fields`", "1e50"]);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-60] {
        assert_says(layer.precisions(&array![1.0, bad]), &["`precisions`", "γ[1]"]);
    }
    assert_says(Layer::spin(2).unwrap().precisions(&array![1.0, 1.0]), &["spin units have none"]);
    let rbm = Rbm::binary(2, 3).unwrap();
    assert_says(rbm.weights(&Array2::zeros((3, 2))), &["(2, 3)", "(3, 2)"]);
    assert_says(rbm.weights(&Array2::from_elem((2, 3), f64::INFINITY)), &["`weights`", "inf"]);
    assert_says(rbm.with_visible(Layer::spin(3).unwrap()), &["visible layer", "[2]"]);
    assert_says(rbm.with_hidden(Layer::spin(2).unwrap()), &["hidden layer", "[3]"]);
    let one = |x: f64| array![[0.0, x]];
    for bad in [0.5, 2.0, -1.0, f64::NAN] {
        assert_says(rbm.free_energies(&one(bad)), &["`visible`", "row 0, column 1", "0 or 1"]);
        assert_says(rbm.hidden_means(&one(bad)), &["column 1"]);
        assert_says(rbm.data_statistics(&one(bad)), &["column 1"]);
        assert_says(rbm.log_likelihood(&one(bad)), &["column 1"]);
        assert_says(rbm.gradient(&one(bad)), &["column 1"]);
        assert_says(rbm.pseudo_likelihood(&one(bad)), &["`data`", "column 1"]);
        assert_says(rbm.stochastic_pseudo_likelihood(&one(bad), 1), &["column 1"]);
        assert_says(rbm.initialized(&one(bad), 1), &["`data`", "column 1"]);
        assert_says(rbm.free_energy(&array![0.0, bad]), &["column 1"]);
    }
    let empty = Array2::zeros((0, 2));
    assert_says(rbm.free_energies(&empty), &["at least 1", "(0, 2)"]);
    assert_says(rbm.pseudo_likelihood(&empty), &["at least 1"]);
    assert_says(rbm.initialized(&empty, 1), &["at least 1"]);
    assert_says(rbm.free_energies(&Array2::zeros((1, 3))), &["(1, 3)"]);
    assert_says(rbm.hidden_free_energies(&Array2::zeros((1, 2))), &["(1, 2)"]);
    assert_says(rbm.visible_means(&array![[0.0, 1.0, 7.0]]), &["`hidden`", "column 2"]);
    assert_says(
        rbm.energies(&Array2::zeros((2, 2)), &Array2::zeros((1, 3))),
        &["2 rows", "1 rows"],
    );
    assert_says(rbm.energy(&array![0.0], &array![0.0, 0.0, 0.0]), &["[2]", "[1]"]);
    assert_says(rbm.stochastic_pseudo_likelihood(&one(1.0), 1), &["at least two examples"]);
    let gaussian = Rbm::new(layer, Layer::binary(2).unwrap()).unwrap();
    assert_says(gaussian.pseudo_likelihood(&one(0.3)), &["continuous"]);
    assert_says(gaussian.visible_distribution(), &["infinitely many"]);
    assert_says(gaussian.free_energies(&one(f64::INFINITY)), &["inf"]);
    assert_says(gaussian.to_hopfield(), &["gaussian visible and binary hidden"]);
    assert_says(rbm.shift_hidden(&array![1.0, 1.0, 1.0]), &["binary units"]);
    assert_says(rbm.scale_hidden(&array![1.0, 1.0, 1.0]), &["binary units"]);
    assert_says(rbm.flip_hidden(&[3]), &["below 3"]);
    assert_says(rbm.flip_hidden(&[1, 1]), &["different"]);
    assert_says(rbm.from_centered(&array![0.0], &array![0.0, 0.0, 0.0]), &["visible offsets"]);
    assert_says(rbm.centered_fields(&array![0.0, f64::NAN], &array![0.0, 0.0, 0.0]), &["NaN"]);
    let scaled = rbm.with_hidden(Layer::relu(3).unwrap()).unwrap();
    assert_says(scaled.flip_hidden(&[0]), &["relu units"]);
    assert_says(scaled.scale_hidden(&array![1.0, 0.0, 1.0]), &["above 0"]);
    assert_says(scaled.scale_hidden(&array![1.0]), &["[3]"]);
    let net = Hopfield::hebb(&array![[1, -1]]).unwrap();
    for bad in [0.0, -1.0, f64::NAN] {
        assert_says(Rbm::from_hopfield(&net, bad), &["temperature"]);
    }
    let one_way = Hopfield::from_couplings(&array![[0.0, 1.0], [0.0, 0.0]]).unwrap();
    assert_says(Rbm::from_hopfield(&one_way, 1.0), &["not symmetric"]);
    let none = Hopfield::from_couplings(&Array2::zeros((2, 2))).unwrap();
    assert_says(Rbm::from_hopfield(&none, 1.0), &["zero"]);
}
