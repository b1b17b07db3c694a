//! Hopfield networks as machines with Gaussian hidden units, and back.
//!
//! exp(½ β (Σ_i ξ_i s_i)²/N) is a Gaussian integral over one unit h coupled to all spins by ξ_i √(β/N): an associative memory is a restricted
//! Boltzmann machine whose hidden units are its overlaps. Source: A. Barra, A. Bernacchia, E. Santucci and P. Contucci, Neural Netw. 34, 1 (2012).

use crate::error::{Error, Result, require_positive};
use crate::hopfield::Hopfield;
use crate::ndarray::{Array1, Array2, Axis};
use crate::operator::dense::{eigen_symmetric, product};
use crate::rbm::Rbm;
use crate::rbm::layer::Layer;
use crate::rbm::units::Units;

/// Modes whose eigenvalue lies this close, relative to the largest, above the lowest are left out.
const FLAT: f64 = 1e-12;

impl Rbm {
    /// The machine of spins and Gaussian hidden units whose P(v) is the Hopfield network's Gibbs distribution e^{−E(v)/T}/Z.
    ///
    /// With Hebb's rule there is a hidden unit for each pattern, W_iμ = ξ_i^μ/√(N T), of mean √(N/T) m_μ given a state with overlap m_μ. Other
    /// symmetric couplings J are taken apart into their eigenvectors u_μ, W_iμ = u_iμ √((λ_μ − λ_min)/T): the lowest eigenvalue is taken off the
    /// diagonal, which changes the energy of spins by a constant only. The network's fields become those of the spins.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let net = Hopfield::hebb(&random_patterns(2, 8, 1)?)?;
    /// let rbm = Rbm::from_hopfield(&net, 0.5)?;
    /// let (a, b) = (net.pattern(0)?, net.pattern(1)?);
    /// let data = Array2::from_shape_fn((2, 8), |(k, i)| f64::from(if k == 0 { a[i] } else { b[i] }));
    /// let f = rbm.free_energies(&data)?;
    /// assert!((f[0] - f[1] - (net.energy(&a)? - net.energy(&b)?) / 0.5).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If T is not a finite number above 0, the couplings are not symmetric, all zero, or too many for a matrix, or a weight leaves its range.
    pub fn from_hopfield(network: &Hopfield, temperature: f64) -> Result<Self> {
        let beta = 1.0 / require_positive("temperature", temperature)?;
        if !network.is_symmetric() {
            return Err(Error::Unsupported {
                what: "A restricted Boltzmann machine of this network".to_owned(),
                why: "its couplings are not symmetric, so that it has no energy".to_owned(),
                advice: "Use symmetric couplings, such as Hebb's.".to_owned(),
            });
        }
        let weights = if network.rule() == "hebb" {
            let scale = (beta / network.n_units() as f64).sqrt();
            network.patterns().t().mapv(|xi| scale * f64::from(xi))
        } else {
            modes(&network.couplings()?, beta)?
        };
        let visible = Layer::spin(network.n_units())?.fields(&(beta * network.fields()))?;
        Self::new(visible, Layer::gaussian(weights.ncols())?)?.weights(&weights)
    }

    /// The Hopfield network at T = 1 that a machine of spins and Gaussian hidden units is: J_ij = Σ_μ W_iμ W_jμ/γ_μ for i ≠ j and h_i = b_i + Σ_μ W_iμ b_μ/γ_μ.
    ///
    /// For a machine made by [`from_hopfield`](Self::from_hopfield) at temperature T these are the network's couplings and fields over T.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let net = Hopfield::hebb(&array![[1, 1, -1], [1, -1, -1]])?;
    /// let again = Rbm::from_hopfield(&net, 2.0)?.to_hopfield()?;
    /// let difference = 2.0 * again.couplings()? - net.couplings()?;
    /// assert!(difference.iter().all(|j| j.abs() < 1e-15));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the visible units are not spins or the hidden ones not Gaussian, or there are too many spins for a matrix of couplings.
    pub fn to_hopfield(&self) -> Result<Hopfield> {
        if (self.visible.units, self.hidden.units) != (Units::Spin, Units::Gaussian) {
            return Err(Error::Unsupported {
                what: "A Hopfield network of this machine".to_owned(),
                why: format!(
                    "it has {} visible and {} hidden units, and only Gaussian hidden units leave pair couplings between spins",
                    self.visible.units.name(),
                    self.hidden.units.name()
                ),
                advice: "Convert binary visible units by `to_spin()`.".to_owned(),
            });
        }
        let gamma = self.hidden.gamma();
        let scaled: Array2<f64> = &*self.weights / &gamma.mapv(f64::sqrt);
        let mut couplings = product(&scaled, &scaled.t().to_owned())?;
        couplings.diag_mut().fill(0.0);
        let fields = self.visible.b() + self.weights.dot(&(self.hidden.b() / gamma));
        Hopfield::from_couplings(&couplings)?.site_fields(&fields)
    }
}

/// Eigenvectors times √(β(λ − λ_min)), the flat ones left out.
fn modes(couplings: &Array2<f64>, beta: f64) -> Result<Array2<f64>> {
    let (values, vectors) = eigen_symmetric(couplings)?;
    let lowest = values[0];
    let span = values[values.len() - 1] - lowest;
    if !(span > 0.0) {
        return Err(Error::argument("couplings", "zero for all pairs", "not all zero"));
    }
    let kept: Vec<usize> =
        (0..values.len()).filter(|&k| values[k] - lowest > FLAT * span).collect();
    let scale: Array1<f64> = kept.iter().map(|&k| (beta * (values[k] - lowest)).sqrt()).collect();
    Ok(vectors.select(Axis(1), &kept) * scale)
}
