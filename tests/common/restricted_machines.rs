//! Small restricted machines and their sums written out.

use statmech::Result;
use statmech::ndarray::{Array1, Array2, ArrayView1};
use statmech::prelude::*;
use statmech::rand::Rng;

pub const KINDS: [Units; 3] = [Units::Binary, Units::Spin, Units::Potts { colors: 3 }];

pub fn random(shape: (usize, usize), scale: f64, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_fn(shape, |_| scale * generator.random_range(-1.0..1.0))
}

/// A layer of few states in random fields.
pub fn layer(units: Units, sites: usize, seed: u64) -> Result<Layer> {
    let layer = match units {
        Units::Binary => Layer::binary(sites)?,
        Units::Spin => Layer::spin(sites)?,
        Units::Gaussian => Layer::gaussian(sites)?,
        Units::Relu => Layer::relu(sites)?,
        Units::Potts { colors } => Layer::potts(sites, colors)?,
    };
    let fields = random((1, layer.len()), 0.6, seed).row(0).to_owned();
    layer.fields(&fields)
}

pub fn machine(
    visible: (Units, usize),
    hidden: (Units, usize),
    scale: f64,
    seed: u64,
) -> Result<Rbm> {
    let (v, h) = (layer(visible.0, visible.1, seed)?, layer(hidden.0, hidden.1, seed + 1)?);
    let weights = random((v.len(), h.len()), scale, seed + 2);
    Rbm::new(v, h)?.weights(&weights)
}

/// A machine of about 16 times 8 states.
pub fn small(visible: Units, hidden: Units, seed: u64) -> Result<Rbm> {
    let sites = |units, two, three| if matches!(units, Units::Potts { .. }) { three } else { two };
    machine((visible, sites(visible, 4, 2)), (hidden, sites(hidden, 3, 2)), 1.2, seed)
}

/// All states of a layer of discrete units.
pub fn states(layer: &Layer) -> Vec<Vec<f64>> {
    let site: Vec<Vec<f64>> = match layer.units() {
        Units::Binary => vec![vec![0.0], vec![1.0]],
        Units::Spin => vec![vec![-1.0], vec![1.0]],
        Units::Potts { colors } => (0..colors)
            .map(|c| (0..colors).map(|d| f64::from(u8::from(c == d))).collect())
            .collect(),
        _ => panic!("not discrete"),
    };
    let mut all = vec![Vec::new()];
    for _ in 0..layer.sites() {
        all = all
            .iter()
            .flat_map(|state| site.iter().map(|more| [state.clone(), more.clone()].concat()))
            .collect();
    }
    all
}

pub fn dot(a: &[f64], b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// −E(v, h), of discrete units.
pub fn ln_weight(rbm: &Rbm, v: &[f64], h: &[f64]) -> f64 {
    let coupling: f64 = v.iter().zip(rbm.w().rows()).map(|(x, row)| x * dot(h, row)).sum();
    coupling + dot(v, rbm.visible().b().view()) + dot(h, rbm.hidden().b().view())
}

/// All joint states with their probabilities.
pub fn joint(rbm: &Rbm) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (mut both, mut weights) = (Vec::new(), Vec::new());
    for v in states(&rbm.visible()) {
        for h in states(&rbm.hidden()) {
            weights.push(ln_weight(rbm, &v, &h).exp());
            both.push([v.clone(), h].concat());
        }
    }
    let z: f64 = weights.iter().sum();
    (both, weights.into_iter().map(|w| w / z).collect())
}

/// How many standard deviations the total variation between counts and probabilities lies above that of independent samples.
pub fn excess(keys: &[Vec<f64>], probabilities: &[f64], samples: &[Vec<f64>]) -> f64 {
    let key = |state: &[f64]| -> Vec<i8> { state.iter().map(|x| *x as i8).collect() };
    let places: std::collections::HashMap<Vec<i8>, usize> =
        keys.iter().enumerate().map(|(k, state)| (key(state), k)).collect();
    let mut counts = vec![0.0; keys.len()];
    for sample in samples {
        counts[places[&key(sample)]] += 1.0;
    }
    let n = samples.len() as f64;
    let total = 0.5 * counts.iter().zip(probabilities).map(|(c, p)| (c / n - p).abs()).sum::<f64>();
    let spread = |p: &f64| p * (1.0 - p) / n;
    let pi = std::f64::consts::PI;
    let floor = 0.5 * probabilities.iter().map(|p| (2.0 * spread(p) / pi).sqrt()).sum::<f64>();
    let variance = 0.25 * (1.0 - 2.0 / pi) * probabilities.iter().map(spread).sum::<f64>();
    (total - floor) / variance.sqrt()
}

pub fn rows(states: &Array2<f64>) -> Vec<Vec<f64>> {
    states.rows().into_iter().map(|row| row.to_vec()).collect()
}

pub fn both(visible: &Array2<f64>, hidden: &Array2<f64>) -> Vec<Vec<f64>> {
    rows(visible).into_iter().zip(rows(hidden)).map(|(v, h)| [v, h].concat()).collect()
}

pub fn pairs() -> impl Iterator<Item = (usize, Units, Units)> {
    let all = KINDS.into_iter().flat_map(|v| KINDS.into_iter().map(move |h| (v, h)));
    all.enumerate().map(|(k, (v, h))| (k, v, h))
}

/// ⟨x⟩ and ⟨x²⟩ of one unit with weight exp(a x − ½γx²), by the trapezoidal rule, and its ln Z.
pub fn unit(units: Units, a: f64, gamma: f64) -> (f64, f64, f64) {
    let (peak, width) = (a / gamma, 1.0 / gamma.sqrt());
    let low = peak - 12.0 * width;
    let low = if units == Units::Relu { low.max(0.0) } else { low };
    let high = peak.max(0.0) + 12.0 * width;
    let n = 4_000;
    let step = (high - low) / f64::from(n);
    let mut sums = [0.0; 3];
    for k in 0..=n {
        let x = low + step * f64::from(k);
        let end = if k == 0 || k == n { 0.5 } else { 1.0 };
        let weight = end * step * (a * x - 0.5 * gamma * x * x).exp();
        sums[0] += weight;
        sums[1] += weight * x;
        sums[2] += weight * x * x;
    }
    (sums[1] / sums[0], sums[2] / sums[0], sums[0].ln())
}

/// A mean of independent values within four errors of what it should be.
pub fn check_mean(values: Vec<f64>, expected: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    let error = (squares / (n * (n - 1.0))).sqrt();
    assert!((mean - expected).abs() < 4.0 * error, "{mean} ± {error} for {expected}");
}

/// ln Z by the sum over hidden states, for visible units of any kind.
pub fn exact_ln_z(rbm: &Rbm) -> f64 {
    let (b, gamma) = (rbm.visible().b(), rbm.visible().gamma());
    let ln_sum = |a: &[f64], at: usize| match rbm.visible().units() {
        Units::Binary => a.iter().map(|a| (1.0 + a.exp()).ln()).sum::<f64>(),
        Units::Spin => a.iter().map(|a| (2.0 * a.cosh()).ln()).sum(),
        Units::Potts { .. } => a.iter().map(|a| a.exp()).sum::<f64>().ln(),
        units => a.iter().enumerate().map(|(i, a)| unit(units, *a, gamma[at + i]).2).sum(),
    };
    let per_site = b.len() / rbm.visible().sites();
    let coupling = rbm.w();
    let logs: Vec<f64> = states(&rbm.hidden())
        .into_iter()
        .map(|h| {
            let a = coupling.dot(&Array1::from(h.clone())) + &b;
            let sites = a.as_slice().unwrap().chunks(per_site).enumerate();
            let visible: f64 = sites.map(|(site, a)| ln_sum(a, site * per_site)).sum();
            visible + dot(&h, rbm.hidden().b().view())
        })
        .collect();
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + logs.iter().map(|ln| (ln - top).exp()).sum::<f64>().ln()
}

pub fn twenty_units(k: usize, scale: f64) -> Result<Rbm> {
    let kinds = [
        ((Units::Binary, 12), (Units::Binary, 8)),
        ((Units::Spin, 12), (Units::Spin, 8)),
        ((Units::Potts { colors: 3 }, 5), (Units::Binary, 5)),
        ((Units::Gaussian, 12), (Units::Spin, 8)),
        ((Units::Relu, 12), (Units::Binary, 8)),
    ];
    let (visible, hidden) = kinds[k % kinds.len()];
    machine(visible, hidden, scale, 700 + k as u64)
}
