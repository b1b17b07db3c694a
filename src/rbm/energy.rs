//! Energies of states, and of one layer with the other summed over.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis};
use crate::rbm::Rbm;

impl Rbm {
    /// E(v, h) of one pair of states.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[1.0], [0.5]])?;
    /// assert_eq!(rbm.energy(&array![1.0, -1.0], &array![1.0])?, -0.5);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a length does not fit, or a unit cannot have a value given.
    pub fn energy(&self, visible: &Array1<f64>, hidden: &Array1<f64>) -> Result<f64> {
        let (v, h) = (visible.to_vec(), hidden.to_vec());
        self.visible.allows("visible", &v)?;
        self.hidden.allows("hidden", &h)?;
        let coupled = visible.dot(&self.weights.dot(hidden));
        Ok(self.visible.energy(&v) + self.hidden.energy(&h) - coupled)
    }

    /// The free energy F(v) = −ln ∫dh e^{−E(v, h)} of one visible state.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[1.0], [0.5]])?;
    /// let expected = -(2.0 * 0.5_f64.cosh()).ln();
    /// assert!((rbm.free_energy(&array![1.0, -1.0])? - expected).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the length does not fit, or a unit cannot have a value given.
    pub fn free_energy(&self, visible: &Array1<f64>) -> Result<f64> {
        let v = visible.to_vec();
        self.visible.allows("visible", &v)?;
        let inputs = self.weights.t().dot(visible).to_vec();
        Ok(self.visible.energy(&v) - self.hidden.log_partition(&inputs))
    }

    /// E(v, h) of pairs of states, one a row: Σ_i U_i(v_i) + Σ_μ U_μ(h_μ) − Σ_iμ v_i W_iμ h_μ.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[1.0], [0.5]])?;
    /// assert_eq!(rbm.energies(&array![[1.0, -1.0]], &array![[1.0]])?, array![-0.5]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the shapes do not fit, or a unit cannot have a value given.
    pub fn energies(&self, visible: &Array2<f64>, hidden: &Array2<f64>) -> Result<Array1<f64>> {
        self.visible.allows_all("visible", visible)?;
        self.hidden.allows_all("hidden", hidden)?;
        if visible.nrows() != hidden.nrows() {
            return Err(Error::Shape {
                what: "The array of hidden states",
                expected: format!("{} rows, as the visible ones", visible.nrows()),
                given: format!("{} rows", hidden.nrows()),
            });
        }
        let m = self.hidden.len();
        let inputs =
            self.over_visible(visible.view(), m, |_, inputs, out| out.copy_from_slice(inputs));
        let rows = visible.rows().into_iter().zip(hidden.rows()).zip(inputs.rows());
        Ok(rows
            .map(|((v, h), inputs)| {
                self.visible.energy(&v.to_vec()) + self.hidden.energy(&h.to_vec()) - inputs.dot(&h)
            })
            .collect())
    }

    /// Free energies F(v) = −ln ∫dh e^{−E(v, h)} of visible states, one a row; P(v) = e^{−F(v)}/Z.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::binary(2, 3)?;
    /// // Without weights each hidden unit adds −ln 2.
    /// let f = rbm.free_energies(&array![[0.0, 1.0]])?;
    /// assert!((f[0] + 3.0 * 2_f64.ln()).abs() < 1e-14);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no state, the number of columns is another, or a unit cannot have a value given.
    pub fn free_energies(&self, visible: &Array2<f64>) -> Result<Array1<f64>> {
        self.visible.allows_all("visible", visible)?;
        let (n, m) = self.weights.dim();
        let column = self.over_visible(visible.view(), 1, |states, inputs, out| {
            let rows = states.chunks_exact(n).zip(inputs.chunks_exact(m));
            for ((v, inputs), out) in rows.zip(out) {
                *out = self.visible.energy(v) - self.hidden.log_partition(inputs);
            }
        });
        Ok(column.remove_axis(Axis(1)))
    }

    /// Free energies −ln ∫dv e^{−E(v, h)} of hidden states, one a row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let f = Rbm::spin(4, 1)?.hidden_free_energies(&array![[1.0], [-1.0]])?;
    /// assert!(f.iter().all(|f| (f + 4.0 * 2_f64.ln()).abs() < 1e-14));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`free_energies`](Self::free_energies).
    pub fn hidden_free_energies(&self, hidden: &Array2<f64>) -> Result<Array1<f64>> {
        self.hidden.allows_all("hidden", hidden)?;
        let (n, m) = self.weights.dim();
        let column = self.over_hidden(hidden.view(), 1, |states, inputs, out| {
            let rows = states.chunks_exact(m).zip(inputs.chunks_exact(n));
            for ((h, inputs), out) in rows.zip(out) {
                *out = self.hidden.energy(h) - self.visible.log_partition(inputs);
            }
        });
        Ok(column.remove_axis(Axis(1)))
    }

    /// Means ⟨h⟩ of the hidden units given visible states, one a row: what the machine makes of its input.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::spin(1, 1)?.weights(&array![[0.5]])?;
    /// assert!((rbm.hidden_means(&array![[-1.0]])?[(0, 0)] + 0.5_f64.tanh()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`free_energies`](Self::free_energies).
    pub fn hidden_means(&self, visible: &Array2<f64>) -> Result<Array2<f64>> {
        self.visible.allows_all("visible", visible)?;
        let m = self.hidden.len();
        Ok(self.over_visible(visible.view(), m, |_, inputs, out| {
            for (inputs, out) in inputs.chunks_exact(m).zip(out.chunks_exact_mut(m)) {
                self.hidden.mean(inputs, out);
            }
        }))
    }

    /// Means ⟨v⟩ of the visible units given hidden states, one a row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let rbm = Rbm::binary(1, 1)?.weights(&array![[3_f64.ln()]])?;
    /// assert!((rbm.visible_means(&array![[1.0]])?[(0, 0)] - 0.75).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`free_energies`](Self::free_energies).
    pub fn visible_means(&self, hidden: &Array2<f64>) -> Result<Array2<f64>> {
        self.hidden.allows_all("hidden", hidden)?;
        let n = self.visible.len();
        Ok(self.over_hidden(hidden.view(), n, |_, inputs, out| {
            for (inputs, out) in inputs.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
                self.visible.mean(inputs, out);
            }
        }))
    }
}
