//! Probabilities of two variables together.

use std::fmt;

use crate::error::{Error, Result};
use crate::information::Distribution;
use crate::information::distribution::{checked_sum, entropy, ln_ratio, shape};
use crate::ndarray::{Array2, Axis};

/// Joint probabilities p(x, y): rows are values of x, columns of y.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let equal = Joint::new(array![[0.5, 0.0], [0.0, 0.5]])?;
/// assert_eq!(equal.mutual_information() / BIT, 1.0);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct Joint {
    p: Array2<f64>,
}

impl Joint {
    /// Probabilities p(x, y) as given, a row for each x and a column for each y; their sum may differ from 1 by rounding (1e-9) and is made 1.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is none, one is negative or not finite, or the sum is not 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert!(Joint::new(array![[0.5, 0.5], [0.5, 0.5]]).is_err());
    /// # Ok(()) }
    /// ```
    pub fn new(p: Array2<f64>) -> Result<Self> {
        let shape = p.dim();
        let p = Distribution::new(p)?;
        Self::shaped(shape, &p)
    }

    /// Probabilities in proportion to weights, such as a table of counts: a row for each x, a column for each y.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is none, one is negative or not finite, or all are zero.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let joint = Joint::from_weights(array![[2.0, 2.0], [2.0, 2.0]])?;
    /// assert_eq!(joint.mutual_information(), 0.0);
    /// # Ok(()) }
    /// ```
    pub fn from_weights(weights: Array2<f64>) -> Result<Self> {
        checked_sum("weights", weights.iter())?;
        let shape = weights.dim();
        Self::shaped(shape, &Distribution::from_weights(weights)?)
    }

    /// The probabilities, x along rows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Joint::from_weights(array![[3.0, 1.0]])?.probabilities(), array![[0.75, 0.25]]);
    /// # Ok(()) }
    /// ```
    pub fn probabilities(&self) -> &Array2<f64> {
        &self.p
    }

    /// The distribution of x.
    ///
    /// # Errors
    /// None for a joint distribution that exists.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let joint = Joint::new(array![[0.5, 0.25], [0.25, 0.0]])?;
    /// assert_eq!(joint.x()?.probabilities(), array![0.75, 0.25]);
    /// # Ok(()) }
    /// ```
    pub fn x(&self) -> Result<Distribution> {
        Distribution::from_weights(self.p.sum_axis(Axis(1)))
    }

    /// The distribution of y.
    ///
    /// # Errors
    /// None for a joint distribution that exists.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Joint::new(array![[0.5, 0.25], [0.25, 0.0]])?.y()?.probabilities(), array![0.75, 0.25]);
    /// # Ok(()) }
    /// ```
    pub fn y(&self) -> Result<Distribution> {
        Distribution::from_weights(self.p.sum_axis(Axis(0)))
    }

    /// The entropy H(x, y) in nats.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Joint::new(array![[0.25, 0.25], [0.25, 0.25]])?.entropy() / BIT, 2.0);
    /// # Ok(()) }
    /// ```
    pub fn entropy(&self) -> f64 {
        entropy(self.p.iter())
    }

    /// The mutual information I = Σ p(x,y) ln(p(x,y)/(p(x)p(y))) in nats: how far the two are from independent.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let joint = Joint::new(array![[0.4, 0.1], [0.1, 0.4]])?;
    /// let sum = joint.x()?.entropy() + joint.y()?.entropy() - joint.entropy();
    /// assert!((joint.mutual_information() - sum).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn mutual_information(&self) -> f64 {
        let (x, y) = (self.p.sum_axis(Axis(1)), self.p.sum_axis(Axis(0)));
        // p/x against y, since x y underflows where both are rare.
        let terms = self.p.indexed_iter().filter(|(_, p)| **p > 0.0);
        terms.map(|((i, j), &p)| p * ln_ratio(p / x[i], y[j])).sum::<f64>().max(0.0)
    }

    /// The conditional entropy H(x|y) = H(x, y) − H(y) in nats, Shannon's equivocation: what is still unknown of x once y is seen.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Joint::new(array![[0.5, 0.0], [0.0, 0.5]])?.equivocation(), 0.0);
    /// # Ok(()) }
    /// ```
    pub fn equivocation(&self) -> f64 {
        (self.entropy() - entropy(self.p.sum_axis(Axis(0)).iter())).max(0.0)
    }

    fn shaped(shape: (usize, usize), p: &Distribution) -> Result<Self> {
        Array2::from_shape_vec(shape, p.probabilities().to_vec())
            .map(|p| Self { p })
            .map_err(|e| Error::argument("p", e, "a table of probabilities"))
    }
}

/// The conditional information I(x; y|z) = Σ_z p(z) I(x; y at this z) in nats: what x and y say of each other once z is known, from the distribution of z and
/// the joint one of x and y for each of its values.
///
/// # Errors
/// [`Error::Shape`] if there is not one joint distribution for each value of z.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // Two fair bits say nothing of each other, until one knows whether they are equal.
/// let (equal, unequal) = (Joint::new(array![[0.5, 0.0], [0.0, 0.5]])?, Joint::new(array![[0.0, 0.5], [0.5, 0.0]])?);
/// let known = conditional_information(&Distribution::uniform(2)?, &[equal, unequal])?;
/// assert_eq!(known / BIT, 1.0);
/// # Ok(()) }
/// ```
pub fn conditional_information(z: &Distribution, given_z: &[Joint]) -> Result<f64> {
    if z.outcomes() != given_z.len() {
        return Err(shape("The list of joint distributions", z.outcomes(), given_z.len()));
    }
    let parts = z.probabilities().iter().zip(given_z);
    Ok(parts.map(|(p, joint)| p * joint.mutual_information()).sum())
}

impl fmt::Debug for Joint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((rows, columns), information) = (self.p.dim(), self.mutual_information());
        write!(f, "Joint({rows} × {columns} outcomes, mutual information {information:.4} nats)")
    }
}
