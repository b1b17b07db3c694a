//! Hetero-association: a pattern calls up another.

use crate::error::{Error, Result};
use crate::hopfield::check;
use crate::ndarray::{Array1, Array2};
use crate::operator::dense::{product, solve_positive};

/// Steps there and back before a bidirectional recall is given up; it always ends long before.
const MOST_STEPS: usize = 10_000;

/// Pairs of patterns x^μ → y^μ in one matrix of weights W: y = sign(W x), and back, x = sign(Wᵀ y).
///
/// With Hebb's rule W = Σ_μ y^μ (x^μ)ᵀ/N this is the bidirectional associative memory: going there and back lowers the energy −yᵀ W x at every step until both stand still
/// (B. Kosko, IEEE Trans. Syst. Man Cybern. 18, 49 (1988)). The pseudo-inverse rule W = Y X⁺ maps each x^μ exactly onto y^μ if the x^μ are linearly independent (T. Kohonen,
/// *Self-Organization and Associative Memory* (1984)); its way back is the pseudo-inverse of the pairs turned around.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let (names, faces) = (random_patterns(4, 60, 1)?, random_patterns(4, 100, 2)?);
/// let memory = Associator::hebb(&names, &faces)?;
/// let recalled = memory.recall(&corrupted(&names.row(2).to_owned(), 0.1, 3)?)?;
/// assert_eq!(recalled.y, faces.row(2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Associator {
    /// W, a row for each unit of y.
    forward: Array2<f64>,
    /// A row for each unit of x.
    backward: Array2<f64>,
    rule: &'static str,
}

/// Where a bidirectional recall ended.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let memory = Associator::hebb(&array![[1, -1, 1]], &array![[1, 1]])?;
/// let recalled = memory.recall(&array![1, 1, 1])?;
/// assert_eq!((recalled.x, recalled.y), (array![1, -1, 1], array![1, 1]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Association {
    /// The state of the first layer.
    pub x: Array1<i8>,
    /// The state of the second layer.
    pub y: Array1<i8>,
    /// The energy −yᵀ W x after each step to the second layer.
    pub energies: Vec<f64>,
    /// Whether both layers stood still at the end.
    pub converged: bool,
}

impl Associator {
    /// Kosko's bidirectional memory of pairs: row μ of `x` with row μ of `y`, W = Σ_μ y^μ (x^μ)ᵀ/N with N the number of units in `x`.
    ///
    /// # Errors
    /// If there is no pair, the numbers of rows differ, or an entry is not ±1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let memory = Associator::hebb(&array![[1, -1]], &array![[1, 1, -1]])?;
    /// assert_eq!(memory.weights(), array![[0.5, -0.5], [0.5, -0.5], [-0.5, 0.5]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn hebb(x: &Array2<i8>, y: &Array2<i8>) -> Result<Self> {
        let (x, y) = pairs(x, y)?;
        let forward = product(&y.t().to_owned(), &x)? / x.ncols() as f64;
        let backward = forward.t().to_owned();
        Ok(Self { forward, backward, rule: "hebb" })
    }

    /// The linear map that takes each x^μ exactly to y^μ, W = Y X⁺.
    ///
    /// # Errors
    /// As for [`hebb`](Self::hebb), or if the patterns of a layer are linearly dependent.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// // Correlated patterns, which Hebb's rule would mix up.
    /// let (x, y) = (correlated_patterns(20, 50, 0.4, 1)?, correlated_patterns(20, 40, 0.4, 2)?);
    /// let memory = Associator::pseudo_inverse(&x, &y)?;
    /// assert_eq!(memory.forward(&x.row(7).to_owned())?, y.row(7));
    /// # Ok(())
    /// # }
    /// ```
    pub fn pseudo_inverse(x: &Array2<i8>, y: &Array2<i8>) -> Result<Self> {
        let (x, y) = pairs(x, y)?;
        Ok(Self { forward: map(&x, &y)?, backward: map(&y, &x)?, rule: "pseudo_inverse" })
    }

    /// The weights W, a row for each unit of y and a column for each of x.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = Associator::hebb(&array![[1, -1, 1]], &array![[1, -1]])?;
    /// assert_eq!(memory.weights().dim(), (2, 3));
    /// # Ok(()) }
    /// ```
    pub fn weights(&self) -> Array2<f64> {
        self.forward.clone()
    }

    /// The rule: "hebb" or "pseudo_inverse".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Associator::hebb(&array![[1, -1, 1]], &array![[1, -1]])?.rule(), "hebb");
    /// # Ok(()) }
    /// ```
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// What x calls up, sign(W x) with +1 for zero.
    ///
    /// # Errors
    /// If the state has not an entry ±1 for each unit.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let memory = Associator::hebb(&array![[1, -1, 1]], &array![[1, -1]])?;
    /// assert_eq!(memory.forward(&array![1, -1, -1])?, array![1, -1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn forward(&self, x: &Array1<i8>) -> Result<Array1<i8>> {
        check::state("The state of the first layer", x, self.forward.ncols())?;
        Ok(answer(&self.forward, x, None))
    }

    /// What y calls up in the first layer.
    ///
    /// # Errors
    /// As for [`forward`](Self::forward).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let memory = Associator::hebb(&array![[1, -1, 1]], &array![[1, -1]])?;
    /// assert_eq!(memory.backward(&array![1, -1])?, array![1, -1, 1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn backward(&self, y: &Array1<i8>) -> Result<Array1<i8>> {
        check::state("The state of the second layer", y, self.backward.ncols())?;
        Ok(answer(&self.backward, y, None))
    }

    /// The energy −yᵀ W x.
    ///
    /// # Errors
    /// If a state has not an entry ±1 for each unit of its layer.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let memory = Associator::hebb(&array![[1, -1, 1]], &array![[1, -1]])?;
    /// assert_eq!(memory.energy(&array![1, -1, 1], &array![1, -1])?, -2.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn energy(&self, x: &Array1<i8>, y: &Array1<i8>) -> Result<f64> {
        check::state("The state of the first layer", x, self.forward.ncols())?;
        check::state("The state of the second layer", y, self.forward.nrows())?;
        Ok(self.energy_of(x, y))
    }

    fn energy_of(&self, x: &Array1<i8>, y: &Array1<i8>) -> f64 {
        -y.mapv(f64::from).dot(&self.forward.dot(&x.mapv(f64::from)))
    }

    /// There and back from x until both layers stand still; a unit in a field of zero keeps its state.
    ///
    /// # Errors
    /// As for [`forward`](Self::forward).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let (x, y) = (random_patterns(3, 50, 1)?, random_patterns(3, 50, 2)?);
    /// let recalled = Associator::hebb(&x, &y)?.recall(&x.row(0).to_owned())?;
    /// assert!(recalled.converged && recalled.energies.is_sorted_by(|a, b| b <= a));
    /// # Ok(())
    /// # }
    /// ```
    pub fn recall(&self, x: &Array1<i8>) -> Result<Association> {
        let mut y = self.forward(x)?;
        let mut x = x.clone();
        let mut energies = vec![self.energy_of(&x, &y)];
        let mut converged = false;
        while !converged && energies.len() < MOST_STEPS {
            let next_x = answer(&self.backward, &y, Some(&x));
            let next_y = answer(&self.forward, &next_x, Some(&y));
            converged = next_x == x && next_y == y;
            (x, y) = (next_x, next_y);
            if !converged {
                energies.push(self.energy_of(&x, &y));
            }
        }
        Ok(Association { x, y, energies, converged })
    }
}

/// The signs of the fields; where one is zero, the state before, or +1.
fn answer(weights: &Array2<f64>, from: &Array1<i8>, before: Option<&Array1<i8>>) -> Array1<i8> {
    let fields = weights.dot(&from.mapv(f64::from));
    let sign = |(i, field): (usize, &f64)| {
        if *field > 0.0 {
            1
        } else if *field < 0.0 {
            -1
        } else {
            before.map_or(1, |before| before[i])
        }
    };
    fields.iter().enumerate().map(sign).collect()
}

/// Both layers as numbers, a pair a row.
fn pairs(x: &Array2<i8>, y: &Array2<i8>) -> Result<(Array2<f64>, Array2<f64>)> {
    let size = check::patterns(x)?;
    check::patterns(y)?;
    if x.nrows() != y.nrows() {
        return Err(Error::Shape {
            what: "The second layer's patterns",
            expected: format!("({}, …), a row for each of the first's", x.nrows()),
            given: format!("({}, {})", y.nrows(), y.ncols()),
        });
    }
    check::dense("The matrix of weights", size.max(y.ncols()))?;
    Ok((x.mapv(f64::from), y.mapv(f64::from)))
}

/// Y X⁺ = Yᵀ C⁻¹ X / N with C = X Xᵀ / N, patterns as rows.
fn map(x: &Array2<f64>, y: &Array2<f64>) -> Result<Array2<f64>> {
    let n = x.ncols() as f64;
    let overlaps = product(x, &x.t().to_owned())? / n;
    let inverse = solve_positive(&overlaps, &Array2::eye(x.nrows()))?;
    let inverse = inverse.filter(|inverse| inverse.diag().sum() < 1e10).ok_or_else(|| {
        Error::Unsupported {
            what: "The pseudo-inverse rule".to_owned(),
            why: "the patterns of a layer are linearly dependent".to_owned(),
            advice: "Leave out patterns that are sums of others, or use Hebb's rule.".to_owned(),
        }
    })?;
    Ok(product(&y.t().to_owned(), &product(&inverse, x)?)? / n)
}
