//! The square lattice on a finite torus without a field: Kaufman's solution.
//!
//! With K₁ the coupling over T along one side (m sites) and K₂ along the other (n sites), q the wave numbers (2r + 1)π/n or 2rπ/n,
//! and u = e^{−2K},
//! Z = ½ e^{mn(K₁+K₂)} Σ_± [Π_{q odd} (A_q^m ± B_q^m) + Π_{q even} (A_q^m ± B_q^m)], A_q = √Q + √P, A_q B_q = u₂(1 − u₁²),
//! P = ¼(u₁ + u₂ + u₁u₂ − 1)² + b, Q = ¼(1 + u₂ − u₁ + u₁u₂)² + b, b = u₁(1 − u₂²) sin²(q/2);
//! at q = 0, A = 1 − u₁ and B = u₂(1 + u₁), so that the last product changes its sign at T_c.
//!
//! This is the form of B. Kaufman, Phys. Rev. 76, 1232 (1949), eqs. 71–75 (A. Ferdinand and M. Fisher, Phys. Rev. 185, 832 (1969), eqs.
//! 1.4–1.7) with (2 sinh 2K₁)^{1/2} e^{±γ/2} multiplied out, which leaves nothing that is infinite at T = 0 or T = ∞.

use std::f64::consts::{LN_2, PI};

use crate::error::{Error, Result, require_beta, require_finite, require_temperatures};
use crate::exact::caloric::Caloric;
use crate::exact::jet::Jet;
use crate::polars::prelude::DataFrame;
use crate::spin::{Lattice, MAX_SPINS};

/// Relative weights (B/A)^m below this are dropped; their logarithms' derivatives could overflow.
const NEGLIGIBLE: f64 = 1e-100;

/// A torus of `rows` × `cols` spins, coupled with J = 1 unless set, without a field.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::kaufman::Torus;
/// use statmech::prelude::*;
/// let exact = Torus::new(3, 4)?.at(2.0)?;
/// let enumerated = Ising::on(Lattice::rectangle(3, 4))?.enumerate()?.at(2.0)?;
/// assert!((exact.ln_z - enumerated.ln_z).abs() < 1e-12);
/// assert!((exact.heat_capacity - enumerated.heat_capacity).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Torus {
    rows: usize,
    cols: usize,
    along_rows: f64,
    along_columns: f64,
}

impl Torus {
    /// A torus with J = 1. A side of 2 has double bonds, as [`Lattice`] has.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::exact::kaufman::Torus;
    /// assert!(Torus::new(1024, 2)?.at(2.0)?.ln_z > 0.0);
    /// assert!(Torus::new(1, 4).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a side is below 2, or there would be more than [`MAX_SPINS`] spins.
    pub fn new(rows: usize, cols: usize) -> Result<Self> {
        Lattice::rectangle(rows, cols).n_sites()?;
        Ok(Self { rows, cols, along_rows: 1.0, along_columns: 1.0 })
    }

    /// Sets the coupling between neighbours in a row and the one between neighbours in a column, of either sign; default 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// use statmech::exact::kaufman::Torus;
    /// // Rows that do not see each other are rings.
    /// let rings = Torus::new(4, 100)?.couplings(1.0, 0.0)?.at(1.5)?;
    /// assert!((rings.ln_z - 4.0 * chain::ring(100, 1.0, 0.0, 1.5)?.ln_z).abs() < 1e-11);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If one is not finite, if the energy would overflow, or if one is negative along an odd number of sites: such a torus is frustrated,
    /// and its Z is a difference of products that agree to more digits than numbers have.
    pub fn couplings(&self, along_rows: f64, along_columns: f64) -> Result<Self> {
        for (side, j) in [(self.cols, along_rows), (self.rows, along_columns)] {
            require_finite("coupling", j)?;
            if !(4.0 * MAX_SPINS as f64 * j).is_finite() {
                return Err(Error::argument("coupling", j, "so small that energies stay finite"));
            }
            if j < 0.0 && side % 2 == 1 {
                return Err(Error::Unsupported {
                    what: "Kaufman's solution".to_owned(),
                    why: format!(
                        "a coupling of {j} along an odd side of {side} spins is frustrated"
                    ),
                    advice:
                        "Take even sides, or `elimination()` or `enumerate()` on a small torus."
                            .to_owned(),
                });
            }
        }
        Ok(Self { along_rows, along_columns, ..*self })
    }

    /// ln Z and its derivatives at temperature `t`, to about 1e-13 of their scale.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::exact::kaufman::Torus;
    /// // Two ground states of energy −2N.
    /// let cold = Torus::new(8, 8)?.at(0.1)?;
    /// assert!((cold.ln_z - (1280.0 + 2_f64.ln())).abs() < 1e-10);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0, or so small that ln Z would be beyond the range of numbers.
    pub fn at(&self, t: f64) -> Result<Caloric> {
        // Flipping every other spin along an even side turns its coupling around. Wave numbers run along the stronger one.
        let (row, column) = (self.along_rows.abs(), self.along_columns.abs());
        let (j1, m, j2, n) = if row >= column {
            (column, self.rows, row, self.cols)
        } else {
            (row, self.cols, column, self.rows)
        };
        let spins = (m * n) as f64;
        let depth = spins * (j1 + j2);
        let beta = require_beta(t, depth)?;
        let modes = Modes::new(Jet::linear(j1, beta), Jet::linear(j2, beta), m, n);
        let mut exact = Caloric::new(t, spins, depth, modes.ln_sum());
        exact.entropy = exact.entropy.min(LN_2);
        Ok(exact)
    }

    /// One row per temperature: `temperature`, `ln_z` (whole system), and per spin `free_energy`, `energy`, `heat_capacity`, `entropy`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::exact::kaufman::Torus;
    /// use statmech::prelude::*;
    /// let flat = Torus::new(64, 64)?.couplings(1.0, 0.1)?;
    /// assert_eq!(flat.frame(&linspace(0.5, 2.0, 16))?.shape(), (16, 6));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`at`](Self::at); also if there is no temperature.
    pub fn frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        let rows = temperatures.iter().map(|&t| self.at(t)).collect::<Result<Vec<_>>>()?;
        Caloric::frame(&rows)
    }
}

/// What all wave numbers share.
struct Modes {
    k1: Jet,
    k2: Jet,
    u1: Jet,
    /// ¼(u₁ + u₂ + u₁u₂ − 1)² and ¼(1 + u₂ − u₁ + u₁u₂)².
    squares: [Jet; 2],
    /// u₁(1 − u₂²).
    dispersion: Jet,
    /// A_q B_q = u₂(1 − u₁²).
    product: Jet,
    m: f64,
    n: usize,
}

/// ln Π (A_q^m + B_q^m) and Π (A_q^m − B_q^m)/(A_q^m + B_q^m).
struct Sector {
    ln_sum: Jet,
    ratio: Jet,
}

impl Modes {
    fn new(k1: Jet, k2: Jet, m: usize, n: usize) -> Self {
        let one = Jet::constant(1.0);
        let (u1, u2) = (k1.scale(-2.0).exp(), k2.scale(-2.0).exp());
        let squared = |x: Jet| (x * x).scale(0.25);
        Self {
            squares: [squared(u1 + u2 + u1 * u2 - one), squared(one + u2 - u1 + u1 * u2)],
            dispersion: u1 * k2.scale(-4.0).exp_m1().scale(-1.0),
            product: u2 * k1.scale(-4.0).exp_m1().scale(-1.0),
            k1,
            k2,
            u1,
            m: m as f64,
            n,
        }
    }

    /// ln Z without the exponential of the ground state.
    fn ln_sum(&self) -> Jet {
        let (odd, even) = (self.sector(1), self.sector(0));
        // Relative to the sector of odd wave numbers, the larger one.
        let one = Jet::constant(1.0);
        let even_weight = (even.ln_sum - odd.ln_sum).exp() * (one + even.ratio);
        odd.ln_sum + (one + odd.ratio + even_weight).scale(0.5).ln()
    }

    fn sector(&self, parity: usize) -> Sector {
        let mut sector = Sector { ln_sum: Jet::default(), ratio: Jet::constant(1.0) };
        for r in 0..self.n {
            let index = 2 * r + parity;
            let (ln_sum, ratio) = if index == 0 { self.zero_mode() } else { self.mode(index) };
            sector.ln_sum = sector.ln_sum + ln_sum;
            sector.ratio = sector.ratio * ratio;
        }
        sector
    }

    fn mode(&self, index: usize) -> (Jet, Jet) {
        let sine = (0.5 * PI * index as f64 / self.n as f64).sin();
        let bend = self.dispersion.scale(sine * sine);
        let [p, q] = self.squares.map(|square| (square + bend).sqrt());
        let a = p + q;
        let b = self.product * a.recip();
        self.pair(a.ln(), b, a)
    }

    /// A = 1 − u₁ and B = u₂(1 + u₁): below T_c, A is the larger one, above it B.
    fn zero_mode(&self) -> (Jet, Jet) {
        let a = self.k1.scale(-2.0).exp_m1().scale(-1.0);
        let one_plus = Jet::constant(1.0) + self.u1;
        let b = self.k2.scale(-2.0).exp() * one_plus;
        if a.value >= b.value {
            self.pair(a.ln(), b, a)
        } else {
            let ln_b = self.k2.scale(-2.0) + one_plus.ln();
            let (ln_sum, ratio) = self.pair(ln_b, a, b);
            (ln_sum, ratio.scale(-1.0))
        }
    }

    /// ln(X^m + Y^m) and (X^m − Y^m)/(X^m + Y^m) with Y ≤ X.
    fn pair(&self, ln_larger: Jet, smaller: Jet, larger: Jet) -> (Jet, Jet) {
        let one = Jet::constant(1.0);
        let base = ln_larger.scale(self.m);
        let fraction = smaller.value / larger.value;
        if fraction.powf(self.m) <= NEGLIGIBLE {
            return (base, one);
        }
        let x = (smaller * larger.recip()).ln().scale(self.m).exp();
        (base + x.ln_1p(), (one - x) * (one + x).recip())
    }
}

/// One row per temperature for a torus with J = 1: `temperature`, `ln_z` (whole system), and per spin `free_energy`, `energy`,
/// `heat_capacity`, `entropy`.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = kaufman::frame(64, 64, &linspace(2.0, 2.6, 61))?;
/// assert_eq!(exact.shape(), (61, 6));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`Torus::new`] and [`Torus::at`]; also if there is no temperature.
pub fn frame(rows: usize, cols: usize, temperatures: &[f64]) -> Result<DataFrame> {
    Torus::new(rows, cols)?.frame(temperatures)
}

/// ln Z of a torus of `rows` × `cols` spins with J = 1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert!((kaufman::ln_z(1024, 1024, 1e9)? / 1048576.0 - 2_f64.ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`Torus::new`] and [`Torus::at`].
pub fn ln_z(rows: usize, cols: usize, t: f64) -> Result<f64> {
    Ok(Torus::new(rows, cols)?.at(t)?.ln_z)
}

/// Energy per spin of a torus of `rows` × `cols` spins with J = 1.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Far from T_c a large torus is as good as the infinite lattice.
/// assert!((kaufman::energy(128, 128, 3.0)? - onsager::energy(3.0)?).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`Torus::new`] and [`Torus::at`].
pub fn energy(rows: usize, cols: usize, t: f64) -> Result<f64> {
    Ok(Torus::new(rows, cols)?.at(t)?.energy)
}

/// Heat capacity per spin of a torus of `rows` × `cols` spins with J = 1: finite at T_c, where it grows as (8/π)/T_c² · ln L.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let growth = kaufman::heat_capacity(512, 512, ONSAGER_TC)? - kaufman::heat_capacity(256, 256, ONSAGER_TC)?;
/// assert!((growth - 0.494538 * 2_f64.ln()).abs() < 1e-3);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`Torus::new`] and [`Torus::at`].
pub fn heat_capacity(rows: usize, cols: usize, t: f64) -> Result<f64> {
    Ok(Torus::new(rows, cols)?.at(t)?.heat_capacity)
}
