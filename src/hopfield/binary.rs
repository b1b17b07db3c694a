//! Units of 0 and 1: n_i = (1 + s_i)/2.
//!
//! With E(n) = −½ Σ_{i≠j} W_ij n_i n_j + Σ_i θ_i n_i, weights W = 4J and thresholds θ_i = 2 Σ_{j≠i} J_ij − 2 h_i, E(n) and E(s) differ by a constant: every
//! distribution exp(−E/T) and every heat bath is the same in both codings, at the same T.

use std::sync::Arc;

use crate::error::{Error, Result, require_finite};
use crate::hopfield::rules::{self, Rule};
use crate::hopfield::{Hopfield, check};
use crate::ndarray::{Array1, Array2};

impl Hopfield {
    /// The network of 0/1 units with these weights W_ij, shape (N, N), and thresholds θ_i, E(n) = −½ Σ_{i≠j} W_ij n_i n_j + Σ_i θ_i n_i, in which a unit is at 1 where
    /// Σ_j W_ij n_j > θ_i.
    ///
    /// In units s = 2n − 1 it has J = W/4 and h_i = ¼ Σ_{j≠i} W_ij − ½ θ_i, which keeps energy differences, and with them distributions at any temperature.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::from_binary(&array![[0.0, 2.0], [2.0, 0.0]], &array![1.0, 1.0])?;
    /// // E(n = 11) − E(n = 00) = −2 + 1 + 1.
    /// assert_eq!(net.energy(&array![1, 1])? - net.energy(&array![-1, -1])?, 0.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`from_couplings`](Self::from_couplings) and [`site_fields`](Self::site_fields), or if the weights have a diagonal.
    pub fn from_binary(weights: &Array2<f64>, thresholds: &Array1<f64>) -> Result<Self> {
        let net = Self::from_couplings(&weights.mapv(|w| w / 4.0))?;
        if let Some(own) = weights.diag().iter().find(|w| **w != 0.0) {
            return Err(Error::argument(
                "weights",
                format!("W_ii = {own}"),
                "zero on the diagonal",
            ));
        }
        if thresholds.len() != net.n_units() {
            return Err(Error::Shape {
                what: "The array of thresholds",
                expected: format!("({},)", net.n_units()),
                given: format!("({},)", thresholds.len()),
            });
        }
        let rows = weights.rows().into_iter().zip(thresholds);
        net.site_fields(&rows.map(|(row, theta)| row.sum() / 4.0 - theta / 2.0).collect())
    }

    /// The weights W, shape (N, N), and thresholds θ of the same network in units of 0 and 1; what [`from_binary`](Self::from_binary) takes. Self-couplings are left out.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let (weights, thresholds) = Hopfield::hebb(&array![[1, -1]])?.binary()?;
    /// assert_eq!((weights[(0, 1)], thresholds[0]), (-2.0, -1.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are more than [`MAX_DENSE`](super::MAX_DENSE) units.
    pub fn binary(&self) -> Result<(Array2<f64>, Array1<f64>)> {
        let couplings = self.keep_diagonal(false).couplings()?;
        let rows = couplings.rows().into_iter().zip(self.fields());
        let thresholds = rows.map(|(row, h)| 2.0 * (row.sum() - h)).collect();
        Ok((couplings * 4.0, thresholds))
    }

    /// The rule of Tsodyks and Feigelman for sparse patterns in units of 0 and 1, W_ij = Σ_μ (η_i^μ − p)(η_j^μ − p) / (N p(1 − p)) with activity p, the expected fraction of
    /// ones, and one threshold θ for all units.
    ///
    /// Patterns and states are given as ±1, for 1 and 0. In a pattern, units at 1 feel 1 − p and units at 0 feel −p, so that θ = ½ − p is halfway. The capacity grows as 1/(2p |ln p|)
    /// for p → 0. Source: M. V. Tsodyks and M. V. Feigelman, Europhys. Lett. 6, 101 (1988).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = biased_patterns(60, 500, -0.9, 1)?;
    /// let net = Hopfield::tsodyks_feigelman(&patterns, 0.05, 0.45)?;
    /// assert!(net.recall(&patterns.row(0).to_owned()).run()?.overlaps[0] > 0.98);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`covariance`](Self::covariance), or if the threshold is not finite.
    pub fn tsodyks_feigelman(patterns: &Array2<i8>, activity: f64, threshold: f64) -> Result<Self> {
        let size = check::patterns(patterns)?;
        let mean = rules::mean_of(activity)?;
        require_finite("threshold", 4.0 * threshold * size as f64)?;
        // W = Σ (ξ − b)(ξ − b) / (N(1 − b²)), since η − p = (ξ − b)/2 and p(1 − p) = (1 − b²)/4.
        let scale = 1.0 / (4.0 * size as f64 * (1.0 - mean * mean));
        let rule = Rule::TsodyksFeigelman { activity, threshold };
        let net = Self::outer(rule, patterns, mean, scale);
        // Σ_{j≠i} J_ij is the field of the state with all units up.
        let up = net.at(vec![1; size]).local_fields();
        let fields: Vec<f64> = up.into_iter().map(|sum| sum - threshold / 2.0).collect();
        Ok(Self { fields: Arc::new(fields), ..net })
    }
}
