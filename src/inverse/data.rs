//! What couplings are inferred from: states with weights, or moments.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis};

/// The most spins whose couplings are inferred.
pub const MAX_INFERRED: usize = 1_000;

/// How far given moments may be from symmetric, or from 1 on the diagonal.
const ROUNDING: f64 = 1e-9;

/// A probability that is none: rounding of sums of 10⁸ terms stays below it, and one observation in so many above.
const EDGE: f64 = 1e-12;

/// Distinct states, one after the other, and the fraction of observations that each has.
#[derive(Clone, Debug)]
pub(super) struct States {
    pub n: usize,
    pub spins: Vec<i8>,
    pub weights: Vec<f64>,
}

/// Means and correlations, and the states they come from where these are known.
#[derive(Clone, Debug)]
pub(super) struct Data {
    /// How many observations there are, where they are observations.
    pub samples: Option<usize>,
    pub states: Option<States>,
    /// ⟨s_i⟩.
    pub means: Array1<f64>,
    /// ⟨s_i s_j⟩, with ones on the diagonal.
    pub correlations: Array2<f64>,
}

impl Data {
    /// From states, one a row, each with a weight if there are weights.
    pub fn of_states(states: &Array2<i8>, weights: Option<&Array1<f64>>) -> Result<Self> {
        let (rows, n) = states.dim();
        check_size(n)?;
        if rows == 0 {
            return Err(Error::argument("states", "no state", "at least one state, a row each"));
        }
        if let Some(((row, i), s)) = states.indexed_iter().find(|(_, s)| **s != 1 && **s != -1) {
            let given = format!("s[({row}, {i})] = {s}");
            return Err(Error::argument("states", given, "+1 or -1 everywhere"));
        }
        let fractions = match weights {
            Some(weights) => fractions(rows, weights)?,
            None => vec![1.0 / rows as f64; rows],
        };
        let spins: Vec<i8> = states.iter().copied().collect();
        let states = States::pooled(n, &spins, &fractions);
        let (means, correlations) = states.moments();
        let samples = weights.is_none().then_some(rows);
        Ok(Self { samples, states: Some(states), means, correlations })
    }

    /// From means and correlations ⟨s_i s_j⟩.
    pub fn of_moments(means: &Array1<f64>, correlations: &Array2<f64>) -> Result<Self> {
        let n = means.len();
        check_size(n)?;
        if correlations.dim() != (n, n) {
            return Err(Error::Shape {
                what: "The table of correlations",
                expected: format!("({n}, {n})"),
                given: format!("{:?}", correlations.dim()),
            });
        }
        if let Some((i, m)) = means.iter().enumerate().find(|(_, m)| !(m.abs() <= 1.0)) {
            return Err(Error::argument("means", format!("m[{i}] = {m}"), "between -1 and 1"));
        }
        for ((i, j), &c) in correlations.indexed_iter() {
            let given = || format!("⟨s_{i} s_{j}⟩ = {c}");
            if i == j && !((c - 1.0).abs() <= ROUNDING) {
                let allowed = "⟨s_i s_j⟩ with ones on the diagonal, not the connected ones";
                return Err(Error::argument("correlations", given(), allowed));
            }
            if !((c - correlations[(j, i)]).abs() <= ROUNDING) {
                return Err(Error::argument("correlations", given(), "symmetric and finite"));
            }
            let least = (means[i] + means[j]).abs() - 1.0;
            let most = 1.0 - (means[i] - means[j]).abs();
            if i != j && !(least - ROUNDING <= c && c <= most + ROUNDING) {
                let allowed = format!("between {least} and {most}, given the means of both spins");
                return Err(Error::argument("correlations", given(), allowed));
            }
        }
        let means = means.clone();
        let mut correlations = 0.5 * (correlations + &correlations.t());
        correlations.diag_mut().fill(1.0);
        Ok(Self { samples: None, states: None, means, correlations })
    }

    pub fn n_spins(&self) -> usize {
        self.means.len()
    }

    /// ⟨s_i s_j⟩ − m_i m_j.
    pub fn connected(&self) -> Array2<f64> {
        let m = &self.means;
        let pairs = self.correlations.indexed_iter();
        let values = pairs.map(|((i, j), c)| c - m[i] * m[j]).collect();
        Array2::from_shape_vec(self.correlations.dim(), values)
            .unwrap_or_else(|_| self.correlations.clone())
    }

    /// Refuses spins that never change: their fields have no finite value.
    pub fn require_changing(&self) -> Result<()> {
        match self.means.iter().enumerate().find(|(_, m)| m.abs() >= 1.0 - EDGE) {
            Some((i, m)) => Err(Error::argument(
                "states",
                format!("a set in which spin {i} is always {:+}", m.signum()),
                "such that every spin takes both values: leave this one out, or add `.l2(0.01)` to a method that takes it",
            )),
            None => Ok(()),
        }
    }

    /// Refuses these, and pairs that never take one of their four values: their couplings have no finite value.
    pub fn require_inner(&self) -> Result<()> {
        self.require_changing()?;
        for ((i, j), &c) in self.correlations.indexed_iter().filter(|((i, j), _)| i < j) {
            for (si, sj) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                let p = 0.25 * (1.0 + si * self.means[i] + sj * self.means[j] + si * sj * c);
                if p <= EDGE {
                    return Err(Error::argument(
                        "states",
                        format!("a set in which spins {i} and {j} are never ({si:+}, {sj:+})"),
                        "such that every pair of spins takes all four values, or its coupling is not finite: observe more states, or add `.l2(0.01)` to \
                         a method that takes it",
                    ));
                }
            }
        }
        Ok(())
    }
}

impl States {
    /// Each distinct state once, in ascending order.
    fn pooled(n: usize, spins: &[i8], fractions: &[f64]) -> Self {
        let row = |k: usize| &spins[k * n..(k + 1) * n];
        let mut order: Vec<usize> = (0..fractions.len()).filter(|&k| fractions[k] > 0.0).collect();
        order.sort_by(|&a, &b| row(a).cmp(row(b)));
        let mut pooled = Self { n, spins: Vec::new(), weights: Vec::new() };
        for k in order {
            if pooled.spins.ends_with(row(k)) && !pooled.weights.is_empty() {
                if let Some(weight) = pooled.weights.last_mut() {
                    *weight += fractions[k];
                }
            } else {
                pooled.spins.extend_from_slice(row(k));
                pooled.weights.push(fractions[k]);
            }
        }
        pooled
    }

    /// The states as numbers, one a row.
    pub fn numbers(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.weights.len(), self.n), |(k, i)| {
            f64::from(self.spins[k * self.n + i])
        })
    }

    fn moments(&self) -> (Array1<f64>, Array2<f64>) {
        let numbers = self.numbers();
        let weights = Array1::from(self.weights.clone());
        let weighted = &numbers * &weights.insert_axis(Axis(1));
        let mut correlations = numbers.t().dot(&weighted);
        correlations.diag_mut().fill(1.0);
        // The product's blocks may round the two halves differently.
        for i in 0..self.n {
            for j in 0..i {
                correlations[(j, i)] = correlations[(i, j)];
            }
        }
        (weighted.sum_axis(Axis(0)), correlations)
    }
}

fn check_size(n: usize) -> Result<()> {
    if (2..=MAX_INFERRED).contains(&n) {
        Ok(())
    } else {
        Err(Error::argument("spins", n, format!("between 2 and {MAX_INFERRED} of them")))
    }
}

/// Weights with a sum of 1.
fn fractions(rows: usize, weights: &Array1<f64>) -> Result<Vec<f64>> {
    if weights.len() != rows {
        return Err(Error::Shape {
            what: "The array of weights",
            expected: format!("({rows},)"),
            given: format!("({},)", weights.len()),
        });
    }
    if let Some(bad) = weights.iter().find(|w| !(**w >= 0.0 && w.is_finite())) {
        return Err(Error::argument("weights", bad, "finite numbers of at least 0"));
    }
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if largest <= 0.0 {
        return Err(Error::argument("weights", "none above 0", "at least one above 0"));
    }
    let scaled = weights / largest;
    let sum = scaled.sum();
    Ok(scaled.iter().map(|w| w / sum).collect())
}
