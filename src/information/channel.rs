//! Noisy channels and what they can carry.

use std::fmt;

use crate::error::{Error, Result};
use crate::information::distribution::divergence;
use crate::information::{BIT, Distribution, Joint};
use crate::ndarray::{Array1, Array2};
use crate::progress::Progress;

/// The gap between the bounds on a capacity at which the iteration stops, in nats.
const GAP: f64 = 1e-12;

/// The iteration's limit: some channels approach their capacity only as 1/steps.
const MAX_STEPS: usize = 200_000;

/// A memoryless channel: row x holds the probabilities p(y|x) of what is received when x is sent.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let noisy = Channel::binary_symmetric(0.11)?;
/// assert!((noisy.capacity()?.nats / BIT - 0.5).abs() < 1e-4);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct Channel {
    p: Array2<f64>,
}

/// What a channel can carry, with the input that achieves it.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let capacity = Channel::binary_erasure(0.25)?.capacity()?;
/// assert!(capacity.converged && (capacity.nats / BIT - 0.75).abs() < 1e-12);
/// assert!((capacity.input.probabilities()[0] - 0.5).abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct ChannelCapacity {
    /// The capacity in nats per use, a lower bound that the input reaches.
    pub nats: f64,
    /// The capacity lies at most this far above, in nats.
    pub gap: f64,
    /// The input distribution that reaches it.
    pub input: Distribution,
    /// Iterations taken.
    pub steps: usize,
    /// Whether the gap fell to 1e-12.
    pub converged: bool,
}

impl Channel {
    /// A channel from its matrix p(y|x), an input a row.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is no row, or a row is not a distribution.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let silent = Channel::new(&array![[0.5, 0.5], [0.5, 0.5]])?;
    /// assert_eq!(silent.capacity()?.nats, 0.0);
    /// # Ok(()) }
    /// ```
    pub fn new(p: &Array2<f64>) -> Result<Self> {
        if p.is_empty() {
            return Err(Error::argument(
                "p",
                "an empty table",
                "a table with a row for each input",
            ));
        }
        let mut normal = p.clone();
        for mut row in normal.rows_mut() {
            let letter = Distribution::new(row.iter().copied())?;
            row.assign(letter.probabilities());
        }
        Ok(Self { p: normal })
    }

    /// Two letters, each turned into the other with probability `error`.
    ///
    /// # Errors
    /// [`Error::Argument`] if it is not between 0 and 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // What is always wrong says as much as what is always right.
    /// assert!((Channel::binary_symmetric(1.0)?.capacity()?.nats - BIT).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn binary_symmetric(error: f64) -> Result<Self> {
        let q = probability(error)?;
        Self::new(&crate::ndarray::array![[1.0 - q, q], [q, 1.0 - q]])
    }

    /// Two letters, each lost with probability `loss`, and then known to be lost.
    ///
    /// # Errors
    /// [`Error::Argument`] if it is not between 0 and 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!((Channel::binary_erasure(0.3)?.capacity()?.nats / BIT - 0.7).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn binary_erasure(loss: f64) -> Result<Self> {
        let q = probability(loss)?;
        Self::new(&crate::ndarray::array![[1.0 - q, q, 0.0], [0.0, q, 1.0 - q]])
    }

    /// The joint distribution of what is sent and what is received.
    ///
    /// # Errors
    /// [`Error::Shape`] if the input has not one probability for each row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let channel = Channel::binary_symmetric(0.1)?;
    /// let joint = channel.joint(&Distribution::uniform(2)?)?;
    /// assert!((joint.equivocation() - binary_entropy(0.1)?).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn joint(&self, input: &Distribution) -> Result<Joint> {
        if input.outcomes() != self.p.nrows() {
            return Err(super::distribution::shape("The input", self.p.nrows(), input.outcomes()));
        }
        let mut p = self.p.clone();
        for (mut row, &weight) in p.rows_mut().into_iter().zip(input.probabilities()) {
            row *= weight;
        }
        Joint::from_weights(p)
    }

    /// The capacity, the largest mutual information over all inputs, by the algorithm of Blahut and Arimoto.
    ///
    /// Each step bounds the capacity from both sides, and it ends when the bounds are within 1e-12 nats or after 200,000 steps; the gap is part
    /// of the answer. Sources: R. E. Blahut, IEEE Trans. Inf. Theory 18, 460 (1972); S. Arimoto, ibid. 14.
    ///
    /// # Errors
    /// None for a channel that exists.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // 1 − H(0.1) in bits.
    /// let capacity = Channel::binary_symmetric(0.1)?.capacity()?;
    /// assert!((capacity.nats - (BIT - binary_entropy(0.1)?)).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn capacity(&self) -> Result<ChannelCapacity> {
        let inputs = self.p.nrows();
        let mut input = Array1::from_elem(inputs, 1.0 / inputs as f64);
        let mut steps = 0;
        let (mut nats, mut gap) = (0.0, f64::INFINITY);
        let mut progress = Progress::new("steps at most", MAX_STEPS);
        while steps < MAX_STEPS && gap > GAP {
            steps += 1;
            progress.add(1);
            let received = input.dot(&self.p);
            let gains: Array1<f64> = self
                .p
                .rows()
                .into_iter()
                .map(|row| divergence(row.iter().copied().zip(received.iter().copied())))
                .collect();
            let most = gains.iter().copied().fold(0.0, f64::max);
            let grown = Array1::from_shape_fn(inputs, |x| input[x] * (gains[x] - most).exp());
            let sum = grown.sum();
            nats = most + sum.ln();
            gap = most - nats;
            input = grown / sum;
        }
        let input = Distribution::from_weights(input)?;
        // The bound was that of the input before the last step; what this input carries is no less.
        Ok(ChannelCapacity {
            nats: nats.max(0.0),
            gap: gap.max(0.0),
            input,
            steps,
            converged: gap <= GAP,
        })
    }
}

fn probability(p: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&p) {
        Ok(p)
    } else {
        Err(Error::argument("probability", p, "between 0 and 1"))
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (inputs, outputs) = self.p.dim();
        write!(f, "Channel({inputs} inputs, {outputs} outputs)")
    }
}

impl fmt::Debug for ChannelCapacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nats, gap, steps, .. } = self;
        let end = if self.converged { "converged" } else { "not converged" };
        let bits = nats / BIT;
        write!(
            f,
            "ChannelCapacity({nats:.4} nats = {bits:.4} bits, gap {gap:.0e}, {end}, {steps} steps)"
        )
    }
}
