//! Conversions between units of 0 and 1 and spins, which keep the distribution.

use crate::error::Result;
use crate::ndarray::{Array2, Axis};
use crate::rbm::Rbm;
use crate::rbm::layer::Layer;
use crate::rbm::units::Units;

impl Rbm {
    /// Units of 0 and 1 in either layer as spins s = 2x − 1, with the same distribution.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::binary(1, 1)?.weights(&array![[4.0]])?.to_spin()?;
    /// assert_eq!((rbm.w()[(0, 0)], rbm.visible().b()[0]), (1.0, 1.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a field would leave its range.
    pub fn to_spin(&self) -> Result<Self> {
        self.visible_spin()?.transposed().visible_spin().map(|rbm| rbm.transposed())
    }

    /// Spins in either layer as units x = (1 + s)/2 of 0 and 1, with the same distribution.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(1, 1)?.weights(&array![[1.0]])?.to_binary()?;
    /// assert_eq!((rbm.w()[(0, 0)], rbm.visible().b()[0]), (4.0, -2.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a field or weight would leave its range.
    pub fn to_binary(&self) -> Result<Self> {
        self.visible_binary()?.transposed().visible_binary().map(|rbm| rbm.transposed())
    }

    /// −b x − x w h = −½b s − ½ s w h − ½ w h, and a constant.
    fn visible_spin(&self) -> Result<Self> {
        if self.visible.units != Units::Binary {
            return Ok(self.clone());
        }
        let weights: Array2<f64> = 0.5 * &*self.weights;
        let hidden = self.hidden.b() + weights.sum_axis(Axis(0));
        let visible = Layer::spin(self.visible.len())?;
        let b = 0.5 * self.visible.b();
        self.with_visible(visible)?.with_fields(&b, &hidden)?.weights(&weights)
    }

    /// −b s − s w h = −2b x − 2 x w h + w h, and a constant.
    fn visible_binary(&self) -> Result<Self> {
        if self.visible.units != Units::Spin {
            return Ok(self.clone());
        }
        let hidden = self.hidden.b() - self.weights.sum_axis(Axis(0));
        let weights: Array2<f64> = 2.0 * &*self.weights;
        let visible = Layer::binary(self.visible.len())?;
        let b = 2.0 * self.visible.b();
        self.with_visible(visible)?.with_fields(&b, &hidden)?.weights(&weights)
    }
}
