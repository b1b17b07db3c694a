//! Changes of parameters that keep the distribution.
//!
//! Those of the hidden layer keep P(v), and P(v, h) up to a renaming or rescaling of h that each method states. For the visible layer apply them to the
//! [transposed](Rbm::transposed) machine.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Axis};
use crate::rbm::Rbm;
use crate::rbm::layer::Layer;
use crate::rbm::units::Units;

impl Rbm {
    /// The machine with its layers exchanged: P'(v = x, h = y) = P(v = y, h = x).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Rbm::binary(3, 2)?.transposed().w().dim(), (2, 3));
    /// # Ok(()) }
    /// ```
    pub fn transposed(&self) -> Self {
        let weights = self.weights.t().as_standard_layout().into_owned();
        Self { visible: self.hidden.clone(), hidden: self.visible.clone(), weights: weights.into() }
    }

    /// The zero-sum gauge of Potts layers: Σ_c W_{sc,μ} = 0 and Σ_c b_{sc} = 0 at each site s, in either layer; P(v, h) stays as it is.
    ///
    /// A site has just one colour, so that what all of its weights have in common is a field on the other layer, and is moved there. Layers of other
    /// units stay as they are, but for their fields.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::new(Layer::potts(1, 2)?, Layer::spin(1)?)?.weights(&array![[1.0], [0.0]])?;
    /// let gauged = rbm.zero_sum()?;
    /// assert_eq!(gauged.w(), array![[0.5], [-0.5]]);
    /// assert_eq!(gauged.hidden().b(), array![0.5]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a field would leave its range.
    pub fn zero_sum(&self) -> Result<Self> {
        self.zero_sum_visible()?.transposed().zero_sum_visible().map(|rbm| rbm.transposed())
    }

    fn zero_sum_visible(&self) -> Result<Self> {
        let Units::Potts { colors } = self.visible.units else { return Ok(self.clone()) };
        let (mut weights, mut b, mut hidden) = (self.w(), self.visible.b(), self.hidden.b());
        for mut site in weights.axis_chunks_iter_mut(Axis(0), colors) {
            let common = site.sum_axis(Axis(0)) / colors as f64;
            site -= &common;
            hidden += &common;
        }
        for mut site in b.axis_chunks_iter_mut(Axis(0), colors) {
            let common = site.sum() / colors as f64;
            site -= common;
        }
        self.with_fields(&b, &hidden)?.weights(&weights)
    }

    /// Gaussian hidden units measured from other origins: h → h + c. P(v) stays as it is.
    ///
    /// b_μ grows by γ_μ c_μ, and b_i falls by Σ_μ W_iμ c_μ. With c = −⟨h⟩ the units have mean 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::new(Layer::spin(2)?, Layer::gaussian(1)?)?.weights(&array![[0.5], [0.5]])?;
    /// let shifted = rbm.shift_hidden(&array![2.0])?;
    /// let data = array![[1.0, 1.0], [1.0, -1.0]];
    /// let (before, after) = (rbm.free_energies(&data)?, shifted.free_energies(&data)?);
    /// assert!(((before[0] - before[1]) - (after[0] - after[1])).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the hidden units are not Gaussian (others have values that cannot be shifted), there is not one number for each, or one is not finite.
    pub fn shift_hidden(&self, c: &Array1<f64>) -> Result<Self> {
        if self.hidden.units != Units::Gaussian {
            return Err(cannot(
                "A shift",
                &self.hidden,
                "Only Gaussian units can be shifted; for others `from_centered` moves the origins of fields.",
            ));
        }
        require_one_each("The array of shifts", &self.hidden, c)?;
        super::layer::require_bounded("c", c.iter())?;
        let hidden = self.hidden.b() + self.hidden.gamma() * c;
        self.with_fields(&(self.visible.b() - self.weights.dot(c)), &hidden)
    }

    /// Gaussian or ReLU hidden units measured in other units: h → s h with s > 0. P(v) stays as it is.
    ///
    /// W_iμ and b_μ are divided by s_μ, γ_μ by its square. With s = √γ all precisions become 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let hidden = Layer::relu(1)?.precisions(&array![4.0])?;
    /// let rbm = Rbm::new(Layer::spin(1)?, hidden)?.weights(&array![[1.0]])?;
    /// let scaled = rbm.scale_hidden(&array![2.0])?;
    /// assert_eq!((scaled.hidden().gamma()[0], scaled.w()[(0, 0)]), (1.0, 0.5));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the hidden units are discrete, there is not one factor for each, one is not a finite number above 0, or a parameter leaves its range.
    pub fn scale_hidden(&self, s: &Array1<f64>) -> Result<Self> {
        if self.hidden.units.is_discrete() {
            return Err(cannot(
                "A scale",
                &self.hidden,
                "Only Gaussian and ReLU units can be scaled.",
            ));
        }
        require_one_each("The array of factors", &self.hidden, s)?;
        if let Some(factor) = s.iter().find(|s| !(**s > 0.0 && s.is_finite())) {
            return Err(Error::argument("s", factor, "finite numbers above 0"));
        }
        let hidden = self.hidden.fields(&(self.hidden.b() / s))?;
        let hidden = hidden.precisions(&(self.hidden.gamma() / s / s))?;
        self.with_hidden(hidden)?.weights(&(&*self.weights / s))
    }

    /// Hidden units with these indices turned around: h → −h for spins and Gaussian units, h → 1 − h for binary ones. P(v) stays as it is.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::binary(1, 2)?.weights(&array![[1.0, 3.0]])?;
    /// let flipped = rbm.flip_hidden(&[1])?;
    /// assert_eq!(flipped.w(), array![[1.0, -3.0]]);
    /// assert_eq!(flipped.visible().b(), array![3.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the hidden units are ReLU or Potts units, which cannot be turned around, an index is too large or comes twice, or a field leaves its range.
    pub fn flip_hidden(&self, indices: &[usize]) -> Result<Self> {
        if matches!(self.hidden.units, Units::Relu | Units::Potts { .. }) {
            return Err(cannot(
                "A flip",
                &self.hidden,
                "Only binary, spin and Gaussian units can be turned around.",
            ));
        }
        let mut flipped = vec![false; self.hidden.len()];
        for &mu in indices {
            match flipped.get_mut(mu) {
                Some(seen) if !*seen => *seen = true,
                _ => {
                    let count = self.hidden.len();
                    let allowed =
                        format!("different numbers below {count}, the number of hidden units");
                    return Err(Error::argument("indices", mu, allowed));
                }
            }
        }
        let (mut weights, mut visible, mut hidden) = (self.w(), self.visible.b(), self.hidden.b());
        for (mu, _) in flipped.iter().enumerate().filter(|(_, flipped)| **flipped) {
            if self.hidden.units == Units::Binary {
                visible += &weights.column(mu);
            }
            weights.column_mut(mu).mapv_inplace(|w| -w);
            hidden[mu] = -hidden[mu];
        }
        self.with_fields(&visible, &hidden)?.weights(&weights)
    }

    /// The machine whose fields are those of the centred energy −(v − m)ᵀ W (h − l) − bᵀv − cᵀh: its plain fields are b − W l and c − Wᵀm.
    ///
    /// With offsets m and l near ⟨v⟩ and ⟨h⟩ learning is better conditioned. [`centered_fields`](Self::centered_fields) is the way back. Source: G.
    /// Montavon and K.-R. Müller, in *Neural Networks: Tricks of the Trade*, LNCS 7700 (2012); J. Melchior, A. Fischer and L. Wiskott, J. Mach.
    /// Learn. Res. 17, 99 (2016).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::binary(1, 1)?.weights(&array![[2.0]])?;
    /// let plain = rbm.from_centered(&array![0.5], &array![0.5])?;
    /// assert_eq!((plain.visible().b()[0], plain.hidden().b()[0]), (-1.0, -1.0));
    /// assert_eq!(plain.centered_fields(&array![0.5], &array![0.5])?.0, array![0.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is not one offset for each column, or one is not finite.
    #[allow(clippy::wrong_self_convention)] // It reads this machine's fields as centred ones.
    pub fn from_centered(&self, m: &Array1<f64>, l: &Array1<f64>) -> Result<Self> {
        self.require_offsets(m, l)?;
        let hidden = self.hidden.b() - self.weights.t().dot(m);
        self.with_fields(&(self.visible.b() - self.weights.dot(l)), &hidden)
    }

    /// The fields b and c with which the centred energy −(v − m)ᵀ W (h − l) − bᵀv − cᵀh has this machine's distribution.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Spins in no field are 0/1 units in a field that balances their weights; centred, it is gone.
    /// let rbm = Rbm::spin(1, 1)?.weights(&array![[0.5]])?.to_binary()?;
    /// let (b, c) = rbm.centered_fields(&array![0.5], &array![0.5])?;
    /// assert_eq!((b[0], c[0]), (0.0, 0.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`from_centered`](Self::from_centered).
    pub fn centered_fields(
        &self,
        m: &Array1<f64>,
        l: &Array1<f64>,
    ) -> Result<(Array1<f64>, Array1<f64>)> {
        self.require_offsets(m, l)?;
        Ok((self.visible.b() + self.weights.dot(l), self.hidden.b() + self.weights.t().dot(m)))
    }

    fn require_offsets(&self, m: &Array1<f64>, l: &Array1<f64>) -> Result<()> {
        require_one_each("The array of visible offsets", &self.visible, m)?;
        require_one_each("The array of hidden offsets", &self.hidden, l)?;
        super::layer::require_bounded("offsets", m.iter().chain(l))
    }

    /// The same machine with these fields.
    pub(super) fn with_fields(&self, visible: &Array1<f64>, hidden: &Array1<f64>) -> Result<Self> {
        let (visible, hidden) = (self.visible.fields(visible)?, self.hidden.fields(hidden)?);
        Ok(Self { visible, hidden, weights: self.weights.clone() })
    }
}

fn require_one_each(what: &'static str, layer: &Layer, numbers: &Array1<f64>) -> Result<()> {
    if numbers.len() == layer.len() {
        return Ok(());
    }
    let expected = format!("[{}], one number for each column", layer.len());
    Err(Error::Shape { what, expected, given: format!("[{}]", numbers.len()) })
}

fn cannot(what: &str, layer: &Layer, advice: &str) -> Error {
    Error::Unsupported {
        what: what.to_owned(),
        why: format!("the hidden layer has {} units", layer.units.name()),
        advice: advice.to_owned(),
    }
}
