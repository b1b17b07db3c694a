//! Machines with random parameters, and their sums by brute force, written without the crate's own energies.

use statmech::ndarray_rand::rand_distr::{Distribution as _, StandardNormal};
use statmech::prelude::*;

/// A layer of this kind with random fields and precisions.
pub fn layer(kind: &str, n: usize, seed: u64) -> Layer {
    let layer = match kind {
        "binary" => Layer::binary(n),
        "spin" => Layer::spin(n),
        "gaussian" => Layer::gaussian(n),
        "relu" => Layer::relu(n),
        "potts" => Layer::potts(n, 3),
        other => panic!("{other}"),
    };
    let layer = layer.unwrap();
    let layer = layer.fields(&normal(1, layer.len(), seed).row(0).mapv(|x| 0.5 * x)).unwrap();
    if matches!(kind, "gaussian" | "relu") {
        let gamma = normal(1, n, seed + 1).row(0).mapv(|x| (0.3 * x).exp());
        return layer.precisions(&gamma).unwrap();
    }
    layer
}

pub fn normal(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut generator = Seed::new(seed).generator();
    Array2::from_shape_fn((rows, columns), |_| StandardNormal.sample(&mut generator))
}

pub fn machine(visible: &Layer, hidden: &Layer, scale: f64, seed: u64) -> Rbm {
    let weights = scale * normal(visible.len(), hidden.len(), seed);
    Rbm::new(visible.clone(), hidden.clone()).unwrap().weights(&weights).unwrap()
}

/// All states of a discrete layer, the last site fastest.
pub fn states(layer: &Layer) -> Vec<Vec<f64>> {
    let values: Vec<Vec<f64>> = match layer.units() {
        Units::Binary => vec![vec![0.0], vec![1.0]],
        Units::Spin => vec![vec![-1.0], vec![1.0]],
        Units::Potts { colors } => (0..colors)
            .map(|c| (0..colors).map(|d| f64::from(u8::from(c == d))).collect())
            .collect(),
        other => panic!("{other:?}"),
    };
    (0..layer.sites()).fold(vec![vec![]], |states, _| {
        let longer = |state: &Vec<f64>| -> Vec<Vec<f64>> {
            values.iter().map(|value| [state.clone(), value.clone()].concat()).collect()
        };
        states.iter().flat_map(longer).collect()
    })
}

pub fn rows(states: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((states.len(), states[0].len()), |(k, i)| states[k][i])
}

/// U of a layer.
fn potential(b: &Array1<f64>, gamma: &Array1<f64>, x: &[f64]) -> f64 {
    (0..x.len())
        .map(|i| {
            let square = if gamma.is_empty() { 0.0 } else { 0.5 * gamma[i] * x[i] * x[i] };
            square - b[i] * x[i]
        })
        .sum()
}

/// A machine's parameters, taken out once.
pub struct Plain {
    visible: (Array1<f64>, Array1<f64>),
    hidden: (Array1<f64>, Array1<f64>),
    w: Array2<f64>,
}

impl Plain {
    pub fn of(rbm: &Rbm) -> Self {
        let parameters = |layer: Layer| (layer.b(), layer.gamma());
        Self { visible: parameters(rbm.visible()), hidden: parameters(rbm.hidden()), w: rbm.w() }
    }

    pub fn energy(&self, v: &[f64], h: &[f64]) -> f64 {
        let mut energy = potential(&self.visible.0, &self.visible.1, v)
            + potential(&self.hidden.0, &self.hidden.1, h);
        for (i, v) in v.iter().enumerate() {
            for (mu, h) in h.iter().enumerate() {
                energy -= v * self.w[(i, mu)] * h;
            }
        }
        energy
    }
}

pub fn ln_sum(terms: &[f64]) -> f64 {
    let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + terms.iter().map(|x| (x - top).exp()).sum::<f64>().ln()
}

/// ln Z and averages by a joint sum, in which continuous units take values on a fine grid.
pub struct Joint {
    pub ln_z: f64,
    pub statistics: RbmStatistics,
    pub visible_pairs: Array2<f64>,
    pub hidden_pairs: Array2<f64>,
}

/// States and the logarithms of their weights for sums: of a discrete layer all, of a continuous one a grid.
fn nodes(layer: &Layer) -> Vec<(Vec<f64>, f64)> {
    if layer.units().is_discrete() {
        return states(layer).into_iter().map(|state| (state, 0.0)).collect();
    }
    // Trapezoids on an analytic integrand that falls off at both ends converge exponentially; from 0 on, Gauss–Legendre panels.
    let axis: Vec<(f64, f64)> = if layer.units() == Units::Gaussian {
        (-96..=96).map(|k| (0.25 * f64::from(k), 0.25)).collect()
    } else {
        let rule = [
            (0.1834346424956498, 0.3626837833783620),
            (0.5255324099163290, 0.3137066458778873),
            (0.7966664774136267, 0.2223810344533745),
            (0.9602898564975363, 0.1012285362903763),
        ];
        let panel = |k: i32| {
            let middle = 0.5 + f64::from(k);
            let pair = move |&(x, w): &(f64, f64)| {
                [(middle - 0.5 * x, 0.5 * w), (middle + 0.5 * x, 0.5 * w)]
            };
            rule.iter().flat_map(pair).collect::<Vec<_>>()
        };
        (0..24).flat_map(panel).collect()
    };
    (0..layer.len()).fold(vec![(vec![], 0.0)], |states, _| {
        let longer = |(state, weight): &(Vec<f64>, f64)| -> Vec<(Vec<f64>, f64)> {
            axis.iter()
                .map(|(x, w)| ([state.clone(), vec![*x]].concat(), weight + w.ln()))
                .collect()
        };
        states.iter().flat_map(longer).collect()
    })
}

pub fn joint(rbm: &Rbm) -> Joint {
    let (visible, hidden) = (nodes(&rbm.visible()), nodes(&rbm.hidden()));
    let plain = Plain::of(rbm);
    let mut log_weights = Vec::with_capacity(visible.len() * hidden.len());
    for (v, weight) in &visible {
        for (h, other) in &hidden {
            log_weights.push(weight + other - plain.energy(v, h));
        }
    }
    let ln_z = ln_sum(&log_weights);
    let (n, m) = (rbm.visible().len(), rbm.hidden().len());
    let mut statistics = RbmStatistics {
        visible: Array1::zeros(n),
        hidden: Array1::zeros(m),
        pairs: Array2::zeros((n, m)),
        visible_squares: Array1::zeros(n),
        hidden_squares: Array1::zeros(m),
    };
    let (mut visible_pairs, mut hidden_pairs) = (Array2::zeros((n, n)), Array2::zeros((m, m)));
    for (a, (v, _)) in visible.iter().enumerate() {
        for (b, (h, _)) in hidden.iter().enumerate() {
            let p = (log_weights[a * hidden.len() + b] - ln_z).exp();
            for i in 0..n {
                statistics.visible[i] += p * v[i];
                (0..m).for_each(|mu| statistics.pairs[(i, mu)] += p * v[i] * h[mu]);
                (0..n).for_each(|j| visible_pairs[(i, j)] += p * v[i] * v[j]);
            }
            for mu in 0..m {
                statistics.hidden[mu] += p * h[mu];
                (0..m).for_each(|nu| hidden_pairs[(mu, nu)] += p * h[mu] * h[nu]);
            }
        }
    }
    statistics.visible_squares.assign(&visible_pairs.diag());
    statistics.hidden_squares.assign(&hidden_pairs.diag());
    Joint { ln_z, statistics, visible_pairs, hidden_pairs }
}

pub fn largest_difference<'a>(
    a: impl IntoIterator<Item = &'a f64>,
    b: impl IntoIterator<Item = &'a f64>,
) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

pub fn differ(a: &RbmStatistics, b: &RbmStatistics) -> f64 {
    [
        largest_difference(&a.visible, &b.visible),
        largest_difference(&a.hidden, &b.hidden),
        largest_difference(&a.pairs, &b.pairs),
        largest_difference(&a.visible_squares, &b.visible_squares),
        largest_difference(&a.hidden_squares, &b.hidden_squares),
    ]
    .into_iter()
    .fold(0.0, f64::max)
}
