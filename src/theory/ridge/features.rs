//! Random features φ(w·x) in place of the inputs, by their Gaussian equivalents.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use super::{Level, RidgeTheory, require_ratio};
use crate::error::{Error, Result, require_amount};
use crate::theory::spectra::MarchenkoPastur;

/// Eigenvalues that stand for the continuous law of Marchenko and Pastur.
const NODES: usize = 400;

/// What of a feature's activation matters in high dimensions: φ(z) for a normal z acts as μ₀ + μ₁z + μ_* ζ, with ζ a normal number of its own for each feature and example.
///
/// ```
/// use statmech::prelude::*;
/// let relu = FeatureMoments::relu();
/// assert!((relu.linear - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FeatureMoments {
    /// μ₁ = ⟨z φ(z)⟩.
    pub linear: f64,
    /// μ_*² = ⟨φ²⟩ − μ₀² − μ₁².
    pub rest: f64,
}

impl FeatureMoments {
    /// Of max(0, z) − 1/√(2π), the mean removed: μ₁ = ½, μ_*² = ¼ − 1/(2π).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!((FeatureMoments::relu().rest - 0.0908).abs() < 1e-4);
    /// ```
    pub fn relu() -> Self {
        Self { linear: 0.5, rest: 0.25 - 1.0 / TAU }
    }

    /// Of any activation from its μ₁ and μ_*².
    ///
    /// # Errors
    /// If they are not between −10¹⁰⁰ and 10¹⁰⁰, or 0 and 10¹⁰⁰, or are both 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let sign = FeatureMoments::new((2.0 / std::f64::consts::PI).sqrt(), 1.0 - 2.0 / std::f64::consts::PI)?;
    /// # Ok(()) }
    /// ```
    pub fn new(linear: f64, rest: f64) -> Result<Self> {
        require_amount("linear", linear.abs())?;
        require_amount("rest", rest)?;
        if linear == 0.0 && rest == 0.0 {
            return Err(Error::argument("linear, rest", "0, 0", "not 0 both"));
        }
        Ok(Self { linear, rest })
    }
}

impl RidgeTheory {
    /// Ridge regression on N random features φ(w·x/√d) of d inputs, for n examples: inputs and weights w are normal, the signal β·x with |β|² = `signal` is linear, and
    /// `features` = N/n, `inputs` = d/n.
    ///
    /// Features are replaced by Gaussian ones of the same covariance μ₁²WWᵀ/d + μ_*², and what of the signal they cannot express acts as noise and adds to the bias.
    ///
    /// # Errors
    /// If ratios are not from 10⁻⁶ to 10⁶, or signal or noise are not between 0 and 10¹⁰⁰.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let risk = |features: f64| RidgeTheory::random_features(FeatureMoments::relu(), features, 0.3, 1.0, 0.1)?.at(1e-8);
    /// let [few, peak, many] = [risk(0.5)?.risk, risk(1.0)?.risk, risk(10.0)?.risk];
    /// assert!(peak > 10.0 * few && many < few); // double descent
    /// # Ok(()) }
    /// ```
    pub fn random_features(
        moments: FeatureMoments,
        features: f64,
        inputs: f64,
        signal: f64,
        noise: f64,
    ) -> Result<Self> {
        require_ratio("ratio", features)?;
        require_ratio("ratio", inputs)?;
        require_amount("signal", signal)?;
        require_amount("noise", noise)?;
        let FeatureMoments { linear, rest } = FeatureMoments::new(moments.linear, moments.rest)?;
        let law = MarchenkoPastur::new(features / inputs, 1.0)?;
        let (mut levels, mut explained) = (Vec::with_capacity(NODES + 1), 0.0);
        for (s, fraction) in nodes(&law) {
            // In each direction the best weight is μ₁√s b/h of the signal's b, with ⟨b²⟩ = |β|²/d.
            let h = linear * linear * s + rest;
            let share = fraction * law.ratio * linear * linear * s / h;
            explained += share;
            levels.push(Level { eigenvalue: h, fraction, signal: signal * share / h });
        }
        if law.zeros() > 0.0 {
            levels.push(Level { eigenvalue: rest, fraction: law.zeros(), signal: 0.0 });
        }
        let floor = signal * (1.0 - explained).max(0.0);
        Ok(Self { ratio: features, noise, floor, levels })
    }
}

/// Points and weights of the law's continuous part: λ = c + R sin φ makes its density smooth, and the midpoint rule exact to all digits.
fn nodes(law: &MarchenkoPastur) -> Vec<(f64, f64)> {
    let (low, high) = law.edges();
    let (center, radius) = (0.5 * (low + high), 0.5 * (high - low));
    let step = PI / NODES as f64;
    let node = |k: usize| {
        let phi = (k as f64 + 0.5) * step - FRAC_PI_2;
        let s = center + radius * phi.sin();
        (s, step * (radius * phi.cos()).powi(2) / (TAU * law.ratio * law.variance * s))
    };
    let nodes: Vec<(f64, f64)> = (0..NODES).map(node).collect();
    let total: f64 = nodes.iter().map(|node| node.1).sum();
    let whole = 1.0 - law.zeros();
    nodes.into_iter().map(|(s, weight)| (s, weight * whole / total)).collect()
}
