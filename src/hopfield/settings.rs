//! What can be set on a network: its diagonal, its fields, its patterns.

use std::sync::Arc;

use crate::error::{Error, Result, require_finite};
use crate::hopfield::rules::Rule;
use crate::hopfield::{Hopfield, check};
use crate::ndarray::{Array1, Array2};

impl Hopfield {
    /// Whether each unit feels itself with the J_ii that the rule gives (P/N by Hebb's rule); default not, but for [`from_couplings`](Self::from_couplings).
    ///
    /// The energy leaves out the diagonal, which would add a constant. With J_ii ≥ 0 it still never rises at T = 0, where a unit now flips only against
    /// fields above J_ii; at T > 0 the heat bath samples exp(−E/T) without self-couplings only. Storkey's and trained couplings have none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?.keep_diagonal(true);
    /// assert_eq!(net.couplings()?[(0, 0)], 0.25);
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep_diagonal(&self, keep: bool) -> Self {
        Self { diagonal: keep, ..self.clone() }
    }

    /// The same external field h on every unit, in place of any before.
    ///
    /// # Errors
    /// If `h` is not finite, or so large that energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, -1]])?.field(0.5)?;
    /// assert_eq!(net.local_fields(&array![1, -1])?, array![1.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn field(&self, h: f64) -> Result<Self> {
        self.site_fields(&Array1::from_elem(self.n_units(), h))
    }

    /// An external field h_i on each unit (a threshold −h_i), in place of any before.
    ///
    /// # Errors
    /// If the length is not N, a value is not finite, or their sum overflows.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, -1]])?.site_fields(&array![0.0, 2.0])?;
    /// assert!(net.is_fixed_point(&array![-1, 1])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn site_fields(&self, fields: &Array1<f64>) -> Result<Self> {
        if fields.len() != self.n_units() {
            return Err(Error::Shape {
                what: "The array of fields",
                expected: format!("({},)", self.n_units()),
                given: format!("({},)", fields.len()),
            });
        }
        fields.iter().try_for_each(|&h| require_finite("field", h).map(|_| ()))?;
        require_finite("sum of fields", 4.0 * fields.iter().map(|h| h.abs()).sum::<f64>())?;
        let none = fields.iter().all(|&h| h == 0.0);
        let fields = Arc::new(if none { Vec::new() } else { fields.to_vec() });
        Ok(Self { fields, ..self.clone() })
    }

    /// The same couplings with these as the patterns that overlaps are taken with.
    ///
    /// # Errors
    /// If the patterns are not rows of N entries ±1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::from_couplings(&array![[0.0, 1.0], [1.0, 0.0]])?;
    /// let net = net.with_patterns(&array![[1, 1]])?;
    /// assert_eq!(net.overlaps(&array![1, -1])?, array![0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_patterns(&self, patterns: &Array2<i8>) -> Result<Self> {
        check::states(patterns, self.n_units())?;
        let rule = Rule::Given;
        Ok(Self { rule, patterns: Arc::new(patterns.clone()), ..self.clone() })
    }
}
