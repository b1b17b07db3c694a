//! Exact quantities, by a sum over all states of the layer that has fewer.

use crate::error::{Error, Result};
use crate::exact::chunks::{in_chunks, in_watched_chunks};
use crate::information::Distribution;
use crate::ndarray::{Array1, Array2, s};
use crate::progress::Deadline;
use crate::rbm::Rbm;
use crate::rbm::blocks::Summed;
use crate::rbm::gaussian::Joint;
use crate::rbm::gradient::RbmGradient;
use crate::rbm::statistics::{Pairs, RbmStatistics, correct_within_sites, total};
use crate::rbm::sum::LogSum;

/// A sum takes at most so many states.
const MOST_STATES: f64 = 4_294_967_296.0;

/// A list of visible states has at most so many entries.
const MOST_LISTED: f64 = 67_108_864.0;

/// Memory for the parts of sums, in numbers.
const PARTS: usize = 1 << 25;

/// For the estimate of a sum that a deadline cut off before it began.
const SECONDS_PER_STATE: f64 = 1e-7;

/// Exact quantities of an [`Rbm`], by a sum over the 2ⁿ (qⁿ) states of its smaller discrete layer; made by [`Rbm::exact`].
///
/// The other layer is summed or integrated unit by unit, of whatever kind it is. ln Z costs one multiplication for each state and unit of the other
/// layer and no exponential, for binary, spin and Potts units there: 24 hidden with 784 visible units take seconds. ReLU units there cost a logarithm
/// each. Averages take about ten times as long. Two Gaussian layers are solved in closed form.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let exact = Rbm::spin(100, 10)?.exact().deadline(60.0);
/// assert!((exact.ln_z()? - 110.0 * 2_f64.ln()).abs() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct RbmExact {
    rbm: Rbm,
    deadline: Option<f64>,
}

impl Rbm {
    /// Exact quantities with a deadline; without one, [`ln_z`](Self::ln_z), [`statistics`](Self::statistics) and others are methods of the machine itself.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(Rbm::binary(5, 3)?.exact().deadline(10.0).ln_z().is_ok());
    /// # Ok(()) }
    /// ```
    pub fn exact(&self) -> RbmExact {
        RbmExact { rbm: self.clone(), deadline: None }
    }

    /// ln Z, exactly: as [`RbmExact::ln_z`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(1, 1)?.weights(&array![[0.5]])?;
    /// assert!((rbm.ln_z()? - (4.0 * 0.5_f64.cosh()).ln()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`RbmExact::ln_z`].
    pub fn ln_z(&self) -> Result<f64> {
        self.exact().ln_z()
    }

    /// Averages over the machine's own distribution, exactly: as [`RbmExact::statistics`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::binary(2, 2)?;
    /// assert!((rbm.statistics()?.pairs[(0, 1)] - 0.25).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`RbmExact::ln_z`].
    pub fn statistics(&self) -> Result<RbmStatistics> {
        self.exact().statistics()
    }

    /// The mean log-likelihood of the data, one example a row, ⟨ln P(v)⟩ in nats per example, exactly: as [`RbmExact::log_likelihood`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = array![[0.0, 1.0], [1.0, 1.0]];
    /// let l = Rbm::binary(2, 2)?.log_likelihood(&data)?;
    /// assert!((l + 2.0 * 2_f64.ln()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`RbmExact::log_likelihood`].
    pub fn log_likelihood(&self, data: &Array2<f64>) -> Result<f64> {
        self.exact().log_likelihood(data)
    }

    /// The gradient of the mean log-likelihood of the data, one example a row, exactly: as [`RbmExact::gradient`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = array![[0.0, 1.0], [1.0, 1.0]];
    /// let gradient = Rbm::binary(2, 2)?.gradient(&data)?;
    /// assert!((gradient.visible_fields[1] - 0.5).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`RbmExact::log_likelihood`].
    pub fn gradient(&self, data: &Array2<f64>) -> Result<RbmGradient> {
        self.exact().gradient(data)
    }

    /// All states of a discrete visible layer, one a row, and their distribution P(v).
    ///
    /// The last site changes fastest, as in a truth table. ([`Distribution`] has entropies and distances to others.)
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::binary(2, 1)?.weights(&array![[2.0], [2.0]])?;
    /// let (states, p) = rbm.visible_distribution()?;
    /// assert_eq!(states.row(1).to_owned(), array![0.0, 1.0]);
    /// assert!(p.probabilities()[3] > p.probabilities()[1]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the visible layer is continuous, or has more than 2²⁶ entries in all its states.
    pub fn visible_distribution(&self) -> Result<(Array2<f64>, Distribution)> {
        let count = self.visible.states();
        let entries = count * self.visible.len() as f64;
        if self.visible.options().is_none() {
            return Err(Error::Unsupported {
                what: "A list of visible states".to_owned(),
                why: format!("{} units have infinitely many", self.visible.units.name()),
                advice: "Use `statistics()` for means, or sample.".to_owned(),
            });
        }
        if entries > MOST_LISTED {
            return Err(Error::TooLarge {
                what: format!("A list of the states of {:?}", self.visible),
                needs: format!("{entries:.1e} numbers"),
                limit: format!("the {MOST_LISTED} allowed"),
                advice: "Use `statistics()` for means, or sample.".to_owned(),
            });
        }
        let mut states = Array2::zeros((count as usize, self.visible.len()));
        for (index, mut row) in states.rows_mut().into_iter().enumerate() {
            if let Some(row) = row.as_slice_mut() {
                self.visible.write_state(index as u64, row);
            }
        }
        let log_weights = -self.free_energies(&states)?;
        let ln_z = LogSum::of(log_weights.iter().copied());
        let p = Distribution::from_weights(log_weights.mapv(|x| (x - ln_z).exp()).iter().copied())?;
        Ok((states, p))
    }
}

impl RbmExact {
    /// What can be had before this deadline.
    pub(super) fn before(rbm: &Rbm, deadline: &Deadline) -> Self {
        Self { rbm: rbm.clone(), deadline: deadline.seconds_left() }
    }

    /// Seconds after which a sum is given up, with an error that says how far it came; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let exact = Rbm::binary(4, 3)?.exact();
    /// assert!(exact.deadline(60.0).ln_z().is_ok() && exact.deadline(-1.0).ln_z().is_err());
    /// # Ok(()) }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// ln Z = ln ∫dv dh e^{−E(v, h)}: sums over discrete units, integrals over others.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Gaussian units integrated out: ∫dv e^{−v²/2 + v w h} = √(2π) e^{w²/2} for h = ±1.
    /// let rbm = Rbm::new(Layer::gaussian(1)?, Layer::spin(1)?)?.weights(&array![[0.6]])?;
    /// let expected = 2_f64.ln() + 0.5 * std::f64::consts::TAU.ln() + 0.18;
    /// assert!((rbm.exact().ln_z()? - expected).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the smaller discrete layer has more than 2³² states, the deadline passes, Z is infinite (see [`Rbm::is_normalizable`]), or both layers are
    /// continuous and one is not Gaussian: there is no closed form.
    pub fn ln_z(&self) -> Result<f64> {
        let deadline = Deadline::new(self.deadline)?;
        match self.summed()? {
            Some(summed) => ln_z(&summed, &deadline),
            None => Ok(Joint::of(&self.rbm)?.ln_z),
        }
    }

    /// Averages ⟨v⟩, ⟨h⟩, ⟨v h⟩, ⟨v²⟩, ⟨h²⟩ over the machine's own distribution.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(1, 1)?.weights(&array![[0.7]])?;
    /// assert!((rbm.exact().statistics()?.pairs[(0, 0)] - 0.7_f64.tanh()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z).
    pub fn statistics(&self) -> Result<RbmStatistics> {
        let Some(summed) = self.summed()? else {
            return Ok(Joint::of(&self.rbm)?.statistics());
        };
        let (x, y, x_squares, y_squares, pairs) = self.averages(&summed, Pairs::Across)?;
        Ok(if summed.hidden {
            RbmStatistics {
                visible: y,
                hidden: x,
                pairs: pairs.t().as_standard_layout().into_owned(),
                visible_squares: y_squares,
                hidden_squares: x_squares,
            }
        } else {
            RbmStatistics {
                visible: x,
                hidden: y,
                pairs,
                visible_squares: x_squares,
                hidden_squares: y_squares,
            }
        })
    }

    /// ⟨v_i v_j⟩ of all pairs of visible units, a symmetric matrix; ⟨v_i²⟩ on the diagonal.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // A hidden spin correlates what it is coupled to: ⟨v₁v₂⟩ = tanh² w.
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[0.7], [0.7]])?;
    /// assert!((rbm.exact().visible_pairs()?[(0, 1)] - 0.7_f64.tanh().powi(2)).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z), or if the layer has more than 5000 units.
    pub fn visible_pairs(&self) -> Result<Array2<f64>> {
        self.pairs(false)
    }

    /// ⟨h_μ h_ν⟩ of all pairs of hidden units, a symmetric matrix; ⟨h_μ²⟩ on the diagonal.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(1, 2)?.weights(&array![[0.7, -0.7]])?;
    /// assert!((rbm.exact().hidden_pairs()?[(0, 1)] + 0.7_f64.tanh().powi(2)).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`visible_pairs`](Self::visible_pairs).
    pub fn hidden_pairs(&self) -> Result<Array2<f64>> {
        self.pairs(true)
    }

    /// The mean log-likelihood of the data, M examples v_k as rows, (1/M) Σ_k ln P(v_k) = −⟨F(v)⟩ − ln Z, in nats per example; a density where visible units
    /// are continuous.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(3, 2)?;
    /// let l = rbm.exact().log_likelihood(&array![[1.0, 1.0, -1.0]])?;
    /// assert!((l + 8_f64.ln()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z), or if the data do not fit the visible layer.
    pub fn log_likelihood(&self, data: &Array2<f64>) -> Result<f64> {
        let free_energies = self.rbm.free_energies(data)?;
        Ok(-free_energies.sum() / free_energies.len() as f64 - self.ln_z()?)
    }

    /// The gradient of the mean log-likelihood: averages over the data, one example a row, minus averages over the machine.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[0.1], [0.1]])?;
    /// // The data are more correlated than the machine, whose weights should grow.
    /// let gradient = rbm.exact().gradient(&array![[1.0, 1.0], [-1.0, -1.0]])?;
    /// assert!(gradient.weights[(0, 0)] > 0.0 && gradient.visible_fields[0].abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`log_likelihood`](Self::log_likelihood).
    pub fn gradient(&self, data: &Array2<f64>) -> Result<RbmGradient> {
        let data = self.rbm.data_statistics(data)?;
        Ok(RbmGradient::between(&self.rbm, &data, &self.statistics()?))
    }

    fn pairs(&self, hidden: bool) -> Result<Array2<f64>> {
        const MOST: usize = 5000;
        let layer = if hidden { &self.rbm.hidden } else { &self.rbm.visible };
        if layer.len() > MOST {
            return Err(Error::TooLarge {
                what: "The matrix of all pairs of a layer".to_owned(),
                needs: format!("{} rows", layer.len()),
                limit: format!("the {MOST} allowed"),
                advice: "Use `statistics()` for means and squares.".to_owned(),
            });
        }
        let Some(summed) = self.summed()? else {
            let (joint, n) = (Joint::of(&self.rbm)?.pairs(), self.rbm.visible.len());
            let part = if hidden { joint.slice(s![n.., n..]) } else { joint.slice(s![..n, ..n]) };
            return Ok(part.to_owned());
        };
        let of_summed = summed.hidden == hidden;
        let which = if of_summed { Pairs::Summed } else { Pairs::Other };
        let (_, _, _, y_squares, mut pairs) = self.averages(&summed, which)?;
        if !of_summed {
            correct_within_sites(layer, &y_squares.to_vec(), &mut pairs);
        }
        Ok(pairs)
    }

    #[allow(clippy::type_complexity)] // Taken apart at once.
    fn averages(
        &self,
        summed: &Summed,
        which: Pairs,
    ) -> Result<(Array1<f64>, Array1<f64>, Array1<f64>, Array1<f64>, Array2<f64>)> {
        let deadline = Deadline::new(self.deadline)?;
        let ln_z = ln_z(summed, &deadline)?;
        let (n, m) = summed.rows.dim();
        let shape = which.shape(n, m);
        let states = summed.layer.states();
        // Pieces of whole blocks, as many as memory allows.
        let most = (PARTS / (shape.0 * shape.1 + 2 * (n + m))).clamp(1, 4096);
        let pieces = ((states / 1024.0) as usize).clamp(1, most);
        let cost = SECONDS_PER_STATE * (m as f64).max(1.0);
        let parts = in_watched_chunks(pieces, states, &deadline, |piece, watch| {
            let (first, last) = part(states as u64, pieces as u64, piece as u64);
            summed.averages(which, ln_z, first..last, watch)
        });
        let parts = parts.whole(cost, |_| Some(ln_z))?;
        // There is a part for each piece, and at least one piece.
        let Some(sum) = total(parts) else {
            return Err(Error::argument("deadline", "too short a time", "longer"));
        };
        let pairs = Array2::from_shape_fn(shape, |(i, j)| sum.pairs[i * shape.1 + j]);
        Ok((sum.x.into(), sum.y.into(), sum.x_squares.into(), sum.y_squares.into(), pairs))
    }

    /// The layer to sum over; none for two Gaussian ones.
    fn summed(&self) -> Result<Option<Summed>> {
        self.rbm.require_normalizable()?;
        let Some(summed) = Summed::of(&self.rbm) else {
            let kinds = (self.rbm.visible.units, self.rbm.hidden.units);
            if kinds == (super::Units::Gaussian, super::Units::Gaussian) {
                return Ok(None);
            }
            return Err(Error::Unsupported {
                what: "An exact sum".to_owned(),
                why: format!(
                    "{} and {} units are both continuous, with no closed form",
                    kinds.0.name(),
                    kinds.1.name()
                ),
                advice:
                    "Estimate ln Z by annealed importance sampling, and averages by Gibbs sampling."
                        .to_owned(),
            });
        };
        if summed.layer.states() > MOST_STATES {
            return Err(Error::TooLarge {
                what: "The exact sum over the smaller discrete layer".to_owned(),
                needs: format!("2^{:.0} states ({:?})", log2_states(&summed), summed.layer),
                limit: "the 2^32 allowed".to_owned(),
                advice:
                    "Estimate ln Z by annealed importance sampling, and averages by Gibbs sampling."
                        .to_owned(),
            });
        }
        Ok(Some(summed))
    }
}

fn log2_states(summed: &Summed) -> f64 {
    summed.layer.sites() as f64 * (summed.layer.options().unwrap_or(1) as f64).log2()
}

fn ln_z(summed: &Summed, deadline: &Deadline) -> Result<f64> {
    let states = summed.layer.states();
    let cost = SECONDS_PER_STATE * (summed.other.len() as f64 / 100.0).max(1.0);
    let parts = if let Some(sum) = summed.sum() {
        in_chunks(sum.pieces(), states, deadline, |piece| sum.piece(piece))
    } else {
        let pieces = ((states / 16_384.0) as usize).max(64).min(states as usize);
        in_chunks(pieces, states, deadline, |piece| {
            let (first, last) = part(states as u64, pieces as u64, piece as u64);
            summed.log_sum(first, last)
        })
    };
    let parts = parts.whole(cost, |parts| Some(LogSum::of(parts.iter().copied())))?;
    Ok(LogSum::of(parts.into_iter()))
}

/// The bounds of one of so many nearly equal parts of `count` states.
fn part(count: u64, parts: u64, index: u64) -> (u64, u64) {
    let bound = |k: u64| (u128::from(count) * u128::from(k) / u128::from(parts)) as u64;
    (bound(index), bound(index + 1))
}
