//! Spin glasses and random fields: models whose couplings or fields are drawn at random and then kept.

use crate::error::{Error, Result, require_finite};
use crate::ndarray::Array1;
use crate::ndarray_rand::rand_distr::StandardNormal;
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::spin::{Couplings, Lattice, PairModel};

use super::Ising;

/// The distribution that quenched couplings or fields are drawn from; either has mean 0 and variance 1 before scaling.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let glass = Ising::edwards_anderson(Lattice::square(4), Disorder::Gaussian, 1)?;
/// assert!(glass.bonds().iter().all(|bond| bond.2.abs() != 1.0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Disorder {
    /// +1 or −1 with probability ½ each: "±J", bimodal.
    #[default]
    PlusMinus,
    /// The normal distribution N(0, 1).
    Gaussian,
}

impl Disorder {
    /// The name in frames: "plus_minus", "gaussian".
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Disorder::PlusMinus.name(), "plus_minus");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::PlusMinus => "plus_minus",
            Self::Gaussian => "gaussian",
        }
    }

    fn draw(self, generator: &mut Generator) -> f64 {
        match self {
            Self::PlusMinus => {
                if generator.random::<bool>() {
                    1.0
                } else {
                    -1.0
                }
            }
            Self::Gaussian => generator.sample(StandardNormal),
        }
    }
}

impl Ising {
    /// The Edwards–Anderson spin glass: on every bond of the lattice an independent J_ij = ±1 or J_ij ~ N(0, 1), no field.
    ///
    /// The seed fixes the couplings, which follow the order of [`Lattice::bonds`]; a double bond of a narrow torus draws twice and couples
    /// with the sum. On the cubic lattice T_c = 1.102(3) for ±J (M. Baity-Jesi et al., Phys. Rev. B 88, 224416 (2013)) and 0.951(9) for
    /// Gaussian couplings (H. G. Katzgraber, M. Körner and A. P. Young, Phys. Rev. B 73, 224432 (2006)); in two dimensions T_c = 0.
    /// Source of the model: S. F. Edwards and P. W. Anderson, J. Phys. F 5, 965 (1975).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::edwards_anderson(Lattice::cubic(4), Disorder::PlusMinus, 7)?;
    /// assert_eq!(glass.bonds().len(), 192);
    /// assert!(glass.bonds().iter().all(|bond| bond.2.abs() == 1.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`Lattice::bonds`].
    pub fn edwards_anderson(
        lattice: Lattice,
        disorder: Disorder,
        seed: impl Into<Seed>,
    ) -> Result<Self> {
        let mut generator = seed.into().generator();
        let pairs = lattice.bonds()?;
        let bonds: Vec<_> =
            pairs.into_iter().map(|(i, j)| (i, j, disorder.draw(&mut generator))).collect();
        let ising = Self::on(lattice)?;
        let couplings = Couplings::from_bonds(ising.n_spins(), &bonds)?;
        let name = format!("{} {} glass", ising.model.name(), disorder.name());
        ising.named(name, couplings)
    }

    /// The Sherrington–Kirkpatrick model: all pairs coupled with J_ij ~ N(0, 1/N), no field; T_c = 1.
    ///
    /// In the limit N → ∞ the ground state has E/N = −0.7632 (A. Crisanti and T. Rizzo, Phys. Rev. E 65, 046137 (2002)); above T_c
    /// the energy is −1/(2T) per spin. For ±1/√N couplings, which share these limits, see
    /// [`sherrington_kirkpatrick_with`](Self::sherrington_kirkpatrick_with).
    /// Source of the model: D. Sherrington and S. Kirkpatrick, Phys. Rev. Lett. 35, 1792 (1975).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::sherrington_kirkpatrick(100, 1)?;
    /// let variance: f64 = glass.bonds().iter().map(|bond| bond.2 * bond.2).sum::<f64>() / 4950.0;
    /// assert!((100.0 * variance - 1.0).abs() < 0.1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `n` is not between 1 and 5793.
    pub fn sherrington_kirkpatrick(n: usize, seed: impl Into<Seed>) -> Result<Self> {
        Self::sherrington_kirkpatrick_with(n, Disorder::Gaussian, seed)
    }

    /// The Sherrington–Kirkpatrick model with couplings of variance 1/N of either kind: N(0, 1/N), or ±1/√N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::sherrington_kirkpatrick_with(16, Disorder::PlusMinus, 1)?;
    /// assert!(glass.bonds().iter().all(|bond| bond.2.abs() == 0.25));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`sherrington_kirkpatrick`](Self::sherrington_kirkpatrick).
    pub fn sherrington_kirkpatrick_with(
        n: usize,
        disorder: Disorder,
        seed: impl Into<Seed>,
    ) -> Result<Self> {
        let pairs = Lattice::complete(n).bonds()?;
        let ising = Self::on(Lattice::complete(n))?;
        let scale = 1.0 / (n as f64).sqrt();
        let mut generator = seed.into().generator();
        let bonds: Vec<_> =
            pairs.into_iter().map(|(i, j)| (i, j, scale * disorder.draw(&mut generator))).collect();
        let couplings = Couplings::from_bonds(n, &bonds)?;
        ising.named(format!("sherrington-kirkpatrick {}", disorder.name()), couplings)
    }

    /// Random fields h_i of this standard deviation: ±`strength`, or N(0, `strength`²); they replace the fields that were there.
    ///
    /// On a ferromagnet this is the random-field Ising model (Y. Imry and S.-k. Ma, Phys. Rev. Lett. 35, 1399 (1975)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let random_field = Ising::cubic(6)?.random_fields(Disorder::Gaussian, 1.5, 3)?;
    /// assert!((random_field.fields().std(0.0) - 1.5).abs() < 0.3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `strength` is not a finite number of at least 0.
    pub fn random_fields(
        &self,
        disorder: Disorder,
        strength: f64,
        seed: impl Into<Seed>,
    ) -> Result<Self> {
        require_finite("strength", strength)?;
        if strength < 0.0 {
            return Err(Error::argument("strength", strength, "a finite number of at least 0"));
        }
        let mut generator = seed.into().generator();
        let fields: Array1<f64> =
            (0..self.n_spins()).map(|_| strength * disorder.draw(&mut generator)).collect();
        self.site_fields(&fields)
    }

    /// The same lattice under a new name with other couplings.
    fn named(&self, name: String, couplings: Couplings) -> Result<Self> {
        let fields = self.model.fields().to_vec();
        let model = PairModel::new(name, self.model.shape(), couplings, fields)?;
        Ok(Self { model: model.into(), lattice: self.lattice.clone() })
    }
}
