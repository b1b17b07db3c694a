//! What sets of states say about an Ising model: Monte Carlo's, a learning machine's, or any other.

use crate::error::{Error, Result};
use crate::ising::Ising;
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::rayon::prelude::*;
use crate::sample::{require_states, states_observables};
use crate::spin::Lattice;
use crate::stats::{MIN_SERIES, estimate};

impl Ising {
    /// Energy, heat capacity, |m|, susceptibility and Binder cumulant of these states, one a row, with errors: a row as of a [`Scan`](crate::sample::Scan).
    ///
    /// The states may come from anywhere, from [`snapshots`](Self::snapshots) or from a machine trained on them. Heat capacity and susceptibilities are
    /// the fluctuations of energy and magnetization over T² and T, as if the states were drawn at temperature `t`; whether they were shows in a
    /// heat capacity other than the exact one.
    ///
    /// Rows that follow each other may be correlated, as in a chain: errors take account of it, and `energy_tau` and `energy_ess` say by how much. So give chains one after
    /// the other, not mixed. Fewer than 16 states have means of energy, m and |m| only.
    ///
    /// Columns as [`Scan::run`](crate::sample::Scan::run) has them up to `binder_err`, and `samples`, the number of states.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let all_up_or_down = array![[1_i8; 16], [-1; 16]];
    /// let table = ising.observables_of(&all_up_or_down, 1.0)?;
    /// assert_eq!((table.values("energy")?[0], table.values("abs_magnetization")?[0]), (-2.0, 1.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no state, the states are not of the model's spins, a spin is not ±1, or `t` is not a finite number above 0.
    pub fn observables_of(&self, states: &Array2<i8>, t: f64) -> Result<DataFrame> {
        states_observables(&self.model, states, t)
    }

    /// The correlation function C(r) = ⟨s_i s_{i+r}⟩ along the axes of these states, one a row, with errors: a row for each distance r.
    ///
    /// The mean is over all sites and all axes, and over the states, of which neighbouring rows may be correlated. r goes up to half a periodic side, and to the
    /// end of an open one. Below T_c, C(r) tends to ⟨m²⟩. Columns: `distance`, `correlation`, `correlation_err` (missing for fewer than 16 states), `samples`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::chain(20)?;
    /// let states = ising.snapshots(1.0).samples(2_000).seed(1).run()?.states;
    /// let correlation = ising.correlations_of(&states)?;
    /// // On a long chain C(r) = tanh(J/T)^r.
    /// assert!((correlation.values("correlation")?[1] - 1_f64.tanh()).abs() < 0.02);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the model is not on a chain or a square, rectangular or cubic lattice, there is no state, the states are not of the model's spins, or a spin is not ±1.
    pub fn correlations_of(&self, states: &Array2<i8>) -> Result<DataFrame> {
        let Some((sides, open)) = self.lattice.as_ref().and_then(Lattice::axes) else {
            return Err(Error::Unsupported {
                what: "A correlation function along the axes".to_owned(),
                why: "the model is not on a chain, or a square, rectangular or cubic lattice"
                    .to_owned(),
                advice: "Average the products of those spins that are meant.".to_owned(),
            });
        };
        require_states(&self.model, states)?;
        let axes = Axes { sides, open };
        let count = states.nrows();
        let each: Vec<Vec<f64>> = (0..count)
            .into_par_iter()
            .map(|k| axes.correlations(&states.row(k).to_vec()))
            .collect();
        let reach = axes.reach();
        let (mut means, mut errors) = (Vec::new(), Vec::new());
        for r in 0..=reach {
            let series: Vec<f64> = each.iter().map(|of_state| of_state[r]).collect();
            if count < MIN_SERIES {
                means.push(series.iter().sum::<f64>() / count as f64);
                errors.push(None);
            } else {
                let found = estimate(&series)?;
                means.push(found.mean);
                errors.push(Some(found.error));
            }
        }
        Ok(df!(
            "distance" => (0..=reach as u64).collect::<Vec<_>>(),
            "correlation" => means,
            "correlation_err" => errors,
            "samples" => vec![count as u64; reach + 1],
        )?)
    }
}

/// The sides of a lattice whose axes are at right angles, from the slowest index to the fastest.
struct Axes {
    sides: Vec<usize>,
    open: bool,
}

impl Axes {
    /// The largest distance along a side of this length.
    fn along(&self, side: usize) -> usize {
        if self.open { side - 1 } else { side / 2 }
    }

    fn reach(&self) -> usize {
        self.sides.iter().map(|&side| self.along(side)).max().unwrap_or(0)
    }

    /// The mean product of two spins of one state at each distance.
    fn correlations(&self, spins: &[i8]) -> Vec<f64> {
        let mut sums = vec![(0_i64, 0_i64); self.reach() + 1];
        let mut stride = 1;
        for &side in self.sides.iter().rev() {
            for (r, (sum, pairs)) in sums.iter_mut().enumerate().take(self.along(side) + 1) {
                let (shift, block) = (r * stride, side * stride);
                for line in spins.chunks_exact(block) {
                    *sum += products(line, &line[shift..]);
                    *pairs += (block - shift) as i64;
                    if !self.open {
                        *sum += products(&line[block - shift..], line);
                        *pairs += shift as i64;
                    }
                }
            }
            stride *= side;
        }
        sums.iter().map(|&(sum, pairs)| sum as f64 / pairs as f64).collect()
    }
}

/// Σ a_i b_i over the shorter of the two.
fn products(a: &[i8], b: &[i8]) -> i64 {
    a.iter().zip(b).map(|(&a, &b)| i64::from(a * b)).sum()
}
