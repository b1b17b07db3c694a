//! Exact values of an Ising model.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::exact::kaufman::Torus;
use crate::exact::{Caloric, Elimination, Enumeration, PartitionFunction};
use crate::ising::Ising;

impl Ising {
    /// Visits all 2^N states: exact thermodynamics, density of states, ground states. See [`Enumeration`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(4)?.enumerate()?.ground_degeneracy(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beyond [`MAX_ENUMERATED`](crate::exact::MAX_ENUMERATED) spins.
    pub fn enumerate(&self) -> Result<Enumeration> {
        Enumeration::new(Arc::clone(&self.model), None)
    }

    /// [`enumerate`](Self::enumerate) with a limit in seconds.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let torus = Ising::on(Lattice::rectangle(4, 8))?;
    /// let message = torus.enumerate_within(0.01).unwrap_err().to_string();
    /// assert!(message.contains("beyond its deadline"), "{message}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As there, and if the limit passes before all states are visited, with an estimate of the time they take.
    pub fn enumerate_within(&self, seconds: f64) -> Result<Enumeration> {
        Enumeration::new(Arc::clone(&self.model), Some(seconds))
    }

    /// The partition function at temperature `t`, summed over all states of up to [`MAX_SUMMED`](crate::exact::MAX_SUMMED) spins
    /// with any couplings: ln Z, all magnetizations and correlations. See [`PartitionFunction`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let moments = Ising::chain(10)?.partition_function(2.0)?.moments()?;
    /// // Neighbours on a ring: (tanh K + tanh⁹ K)/(1 + tanh¹⁰ K).
    /// let th = 0.5_f64.tanh();
    /// assert!((moments.correlations[(0, 1)] - (th + th.powi(9)) / (1.0 + th.powi(10))).abs() < 1e-14);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beyond [`MAX_SUMMED`](crate::exact::MAX_SUMMED) spins, or if `t` is not a finite number above 0, or so small that energies over it overflow.
    pub fn partition_function(&self, t: f64) -> Result<PartitionFunction> {
        PartitionFunction::new(Arc::clone(&self.model), t)
    }

    /// Exact quantities, marginals and samples by summing out one spin after the other, for chains, trees, strips and other thin
    /// graphs of any size, with any couplings and fields. See [`Elimination`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ladder = Ising::on(Lattice::rectangle(2, 500).open())?.field(0.2)?;
    /// let exact = ladder.elimination()?;
    /// assert_eq!(exact.width(), 2);
    /// assert!((exact.at(1e6)?.entropy - 2_f64.ln()).abs() < 1e-9);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If it would need more than 1 GiB, which begins at width 25; the message names width and memory.
    pub fn elimination(&self) -> Result<Elimination> {
        Elimination::shared(Arc::clone(&self.model))
    }

    /// Kaufman's exact ln Z, energy, heat capacity and entropy of the square or rectangular torus without a field at temperature `t`.
    ///
    /// All bonds along rows must have one coupling and all along columns one, maybe another. Any size; see [`Torus`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let torus = Ising::square(64)?;
    /// assert!((torus.kaufman(2.0)?.energy - onsager::energy(2.0)?).abs() < 1e-12);
    /// assert!(torus.field(0.1)?.kaufman(2.0).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the model is not of this kind, is frustrated (negative couplings along an odd side), or as for [`Torus::at`].
    pub fn kaufman(&self, t: f64) -> Result<Caloric> {
        self.kaufman_torus()?.at(t)
    }

    fn kaufman_torus(&self) -> Result<Torus> {
        let unfit = |why: &str| Error::Unsupported {
            what: "Kaufman's solution".to_owned(),
            why: why.to_owned(),
            advice: "Use `elimination()` or `enumerate()` for small systems, or sample.".to_owned(),
        };
        let Some((rows, cols)) = self.lattice().and_then(|lattice| lattice.torus()) else {
            return Err(unfit("the model is not on a periodic square or rectangular lattice"));
        };
        if self.model.has_field() {
            return Err(unfit("the model has a field"));
        }
        let (mut along_rows, mut along_columns) = (None, None);
        for (i, j, value) in self.bonds() {
            // A double bond is one pair with 2J.
            let (seen, bond) = if i / cols == j / cols {
                (&mut along_rows, if cols == 2 { 0.5 * value } else { value })
            } else {
                (&mut along_columns, if rows == 2 { 0.5 * value } else { value })
            };
            if *seen.get_or_insert(bond) != bond {
                return Err(unfit("its couplings differ from bond to bond"));
            }
        }
        let torus = Torus::new(rows, cols)?;
        torus.couplings(along_rows.unwrap_or(0.0), along_columns.unwrap_or(0.0))
    }
}
