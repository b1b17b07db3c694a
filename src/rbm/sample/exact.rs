//! Independent samples, drawn from all states of the smaller layer.

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::rand::Rng;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::rbm::sample::block::block_sizes;
use crate::rbm::sample::states::{EXACT, check_size, count, rows_of};
use crate::rbm::{Layer, Rbm};

/// At most so many states of the smaller layer, 8 MB of weights.
const MOST_STATES: f64 = (1 << 20) as f64;

/// At most so many states times units of the other layer, a few seconds.
const MOST_TERMS: f64 = (1 << 28) as f64;

impl Rbm {
    /// Independent samples of the visible units, one a row, from the exact distribution: all states of one layer are enumerated with their weights
    /// exp(−U(x)) Σ_y exp(−U(y) + x W y), one is drawn, and then the other layer given it.
    ///
    /// A block of samples has a random stream of its own: the numbers are the same for any number of threads.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[3.0], [3.0]])?;
    /// let samples = rbm.exact_samples(1_000, 1)?;
    /// // The two spins nearly always agree.
    /// let agree = samples.rows().into_iter().filter(|row| row[0] == row[1]).count();
    /// assert!(agree > 990);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `samples` is below 1 or would not fit in memory; if no layer of discrete units has at most 2²⁰ states, or these times the units of the other layer
    /// are more than 2²⁸.
    pub fn exact_samples(&self, samples: i64, seed: impl Into<Seed>) -> Result<Array2<f64>> {
        let samples = count("samples", samples, 1)?;
        check_size("Exact samples", &[&[samples, self.visible.len() + self.hidden.len(), 2]])?;
        Ok(exact_states(self, samples, seed.into())?.0)
    }
}

/// Samples of the visible and of the hidden units, jointly.
pub(crate) fn exact_states(
    rbm: &Rbm,
    samples: usize,
    seed: Seed,
) -> Result<(Array2<f64>, Array2<f64>)> {
    let Listing { listed, other, coupling, from_hidden } = Listing::of(rbm)?;
    let cumulative = cumulative_weights(listed, other, &coupling);
    let (n, m) = coupling.dim();
    let seed = seed.child(EXACT);
    let parts: Vec<(Vec<f64>, Vec<f64>)> = block_sizes(samples)
        .into_par_iter()
        .enumerate()
        .map(|(index, rows)| {
            let mut generator = seed.child(index as u64).generator();
            let (mut first, mut second) = (vec![0.0; rows * n], vec![0.0; rows * m]);
            let mut inputs = vec![0.0; m];
            for (x, y) in first.chunks_exact_mut(n).zip(second.chunks_exact_mut(m)) {
                let total = cumulative.last().copied().unwrap_or(0.0);
                let at: f64 = generator.random::<f64>() * total;
                let state = cumulative.partition_point(|&sum| sum <= at).min(cumulative.len() - 1);
                listed.write_state(state as u64, x);
                inputs.fill(0.0);
                for (x, row) in x.iter().zip(coupling.rows()) {
                    inputs.iter_mut().zip(row).for_each(|(input, w)| *input += x * w);
                }
                other.sample(&inputs, &mut generator, y);
            }
            (first, second)
        })
        .collect();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (x, y) in parts {
        first.extend(x);
        second.extend(y);
    }
    let (first, second) = (rows_of(first, n)?, rows_of(second, m)?);
    Ok(if from_hidden { (second, first) } else { (first, second) })
}

/// Whether there are exact samples of the machine.
pub(crate) fn can_be_exact(rbm: &Rbm) -> bool {
    Listing::of(rbm).is_ok()
}

/// The layer whose states are enumerated, and the other one.
struct Listing<'a> {
    listed: &'a Layer,
    other: &'a Layer,
    /// Rows belong to the listed layer.
    coupling: Array2<f64>,
    from_hidden: bool,
}

impl<'a> Listing<'a> {
    fn of(rbm: &'a Rbm) -> Result<Self> {
        let (visible, hidden) = (rbm.visible.states(), rbm.hidden.states());
        let from_hidden = hidden < visible;
        let (listed, other, coupling) = if from_hidden {
            (&rbm.hidden, &rbm.visible, rbm.weights.t())
        } else {
            (&rbm.visible, &rbm.hidden, rbm.weights.view())
        };
        let least = visible.min(hidden);
        if least <= MOST_STATES && least * other.len() as f64 <= MOST_TERMS {
            let coupling = coupling.as_standard_layout().into_owned();
            return Ok(Self { listed, other, coupling, from_hidden });
        }
        let needs = if least.is_finite() {
            let others = other.len();
            format!("{least:.3e} states of the smaller layer, with {others} units in the other")
        } else {
            "more states than can be counted".to_owned()
        };
        Err(Error::TooLarge {
            what: "Exact sampling".to_owned(),
            needs,
            limit: "2²⁰ states, or 2²⁸ states times units".to_owned(),
            advice: "Take `gibbs()` or `tempering()`.".to_owned(),
        })
    }
}

/// Sums of the weights of all states up to each, over the largest weight.
fn cumulative_weights(listed: &Layer, other: &Layer, coupling: &Array2<f64>) -> Vec<f64> {
    /// States whose inputs follow from one another.
    const RUN: usize = 1 << 10;
    let count = listed.states() as usize;
    let (n, m) = coupling.dim();
    let mut logs = vec![0.0; count];
    logs.par_chunks_mut(RUN).enumerate().for_each(|(run, logs)| {
        let (mut x, mut last, mut inputs) = (vec![0.0; n], vec![0.0; n], vec![0.0; m]);
        for (k, log) in logs.iter_mut().enumerate() {
            listed.write_state((run * RUN + k) as u64, &mut x);
            for (i, row) in coupling.rows().into_iter().enumerate() {
                let change = x[i] - last[i];
                if change != 0.0 {
                    inputs.iter_mut().zip(row).for_each(|(input, w)| *input += change * w);
                }
            }
            last.copy_from_slice(&x);
            *log = other.log_partition(&inputs) - listed.energy(&x);
        }
    });
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for log in &mut logs {
        sum += (*log - top).exp();
        *log = sum;
    }
    logs
}
