//! ln Z and the likelihood, exactly: every other layer is enumerated, and the layers between are summed out unit by unit.

use crate::boltzmann::Coding;
use crate::boltzmann::deep::DeepBoltzmann;
use crate::error::{Error, Result};
use crate::exact::MAX_PROBABILITIES;
use crate::ndarray::{Array1, Array2, ArrayView1};
use crate::numeric::logistic::{ln_sum_exp, softplus};
use crate::progress::Progress;
use crate::rayon::prelude::*;

/// Units whose states are enumerated in one piece of work.
const CHUNK_UNITS: usize = 10;

/// Pieces between two looks at the clock.
const BATCH: usize = 64;

impl DeepBoltzmann {
    /// ln Z, exactly, by enumerating the even or the odd layers, whichever have fewer units.
    ///
    /// # Errors
    /// If those have more than [`MAX_PROBABILITIES`] units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!((DeepBoltzmann::new(&[100, 10, 50])?.ln_z()? - 160.0 * 2_f64.ln()).abs() < 1e-10);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ln_z(&self) -> Result<f64> {
        ln_sum(&self.weights, &self.biases)
    }

    /// The mean of ln P(v) over visible states, one a row of 0 and 1, exactly, in nats.
    ///
    /// # Errors
    /// If a row does not fit; as for [`ln_z`](Self::ln_z), for all layers and for the hidden ones alone.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let deep = DeepBoltzmann::new(&[4, 3, 2])?.randomized(1.0, 1)?;
    /// let rows = bars_and_stripes(2, Coding::Binary)?;
    /// assert!((deep.log_likelihood(&rows)? - deep.machine()?.log_likelihood(&rows)?).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn log_likelihood(&self, rows: &Array2<i8>) -> Result<f64> {
        let values = self.visible(rows)?;
        let evidence = |row: ArrayView1<'_, f64>| {
            let mut biases = self.biases[1..].to_vec();
            biases[0] += &row.dot(&self.weights[0]);
            Ok(row.dot(&self.biases[0]) + ln_sum(&self.weights[1..], &biases)?)
        };
        let sum: f64 = values.outer_iter().map(evidence).sum::<Result<f64>>()?;
        Ok(sum / rows.nrows() as f64 - self.ln_z()?)
    }

    /// How many states an exact ln Z sums over.
    pub(super) fn states_to_sum(&self) -> usize {
        let sizes = self.sizes();
        let units = |first: usize| sizes.iter().skip(first).step_by(2).sum::<usize>();
        1_usize.checked_shl(units(0).min(units(1)) as u32).unwrap_or(usize::MAX)
    }

    /// Visible states as numbers, checked.
    pub(super) fn visible(&self, rows: &Array2<i8>) -> Result<Array2<f64>> {
        Coding::Binary.check("data", rows, self.biases[0].len())?;
        Ok(rows.mapv(f64::from))
    }
}

/// ln Σ_x exp(Σ_l x_l W_l x_{l+1} + Σ_l b_l x_l) over layers of 0/1 units.
fn ln_sum(weights: &[Array2<f64>], biases: &[Array1<f64>]) -> Result<f64> {
    let units =
        |parity: usize| biases.iter().skip(parity).step_by(2).map(Array1::len).sum::<usize>();
    let parity = usize::from(units(1) < units(0));
    let count = units(parity);
    if count > MAX_PROBABILITIES {
        return Err(Error::TooLarge {
            what: "The exact ln Z of a deep Boltzmann machine".to_owned(),
            needs: format!("2^{count} states of every other layer"),
            limit: format!("those of {MAX_PROBABILITIES} units"),
            advice: "Estimate it: `machine()?.ising()?.annealed_importance(…)`.".to_owned(),
        });
    }
    // Each enumerated unit by its bias and by what it adds to the inputs of the other layers, side by side.
    let others: Vec<usize> = (0..biases.len()).filter(|l| l % 2 != parity).collect();
    let base: Vec<f64> = others.iter().flat_map(|&l| biases[l].iter().copied()).collect();
    let mut effects: Vec<(f64, Vec<f64>)> = Vec::with_capacity(count);
    for l in (parity..biases.len()).step_by(2) {
        for unit in 0..biases[l].len() {
            let effect = |&other: &usize| -> Vec<f64> {
                if other + 1 == l {
                    weights[other].column(unit).to_vec()
                } else if other == l + 1 {
                    weights[l].row(unit).to_vec()
                } else {
                    vec![0.0; biases[other].len()]
                }
            };
            effects.push((biases[l][unit], others.iter().flat_map(effect).collect()));
        }
    }
    let low = count.min(CHUNK_UNITS);
    let chunk = |high: usize| {
        let (mut bias, mut inputs) = (0.0, base.clone());
        let mut turn = |unit: usize, sign: f64| {
            bias += sign * effects[unit].0;
            inputs.iter_mut().zip(&effects[unit].1).for_each(|(x, w)| *x += sign * w);
            bias + inputs.iter().map(|&x| softplus(x)).sum::<f64>()
        };
        let mut first = None;
        for unit in (low..count).filter(|unit| high >> (unit - low) & 1 == 1) {
            first = Some(turn(unit, 1.0));
        }
        let mut logs = vec![first.unwrap_or_else(|| base.iter().map(|&x| softplus(x)).sum())];
        // In the order of the reflected Gray code.
        for step in 1_usize..1 << low {
            let unit = step.trailing_zeros() as usize;
            let on = (step ^ step >> 1) >> unit & 1 == 1;
            logs.push(turn(unit, if on { 1.0 } else { -1.0 }));
        }
        ln_sum_exp(&logs)
    };
    let all = 1_usize << (count - low);
    let mut progress = Progress::new("states", all << low);
    let mut chunks: Vec<f64> = Vec::with_capacity(all);
    while chunks.len() < all {
        let end = all.min(chunks.len() + BATCH);
        let next: Vec<f64> = (chunks.len()..end).into_par_iter().map(chunk).collect();
        progress.add(next.len() << low);
        chunks.extend(next);
    }
    Ok(ln_sum_exp(&chunks))
}
