//! The Curie–Weiss model: every pair of N spins coupled with J/N, so that T_c = J; exactly at finite N, and for N → ∞.
//!
//! The energy depends on the magnetization M alone, E = −(J/2N)(M² − N) − hM, so that Z is a sum over N + 1 values of M with
//! binomial weights. In the limit m = tanh((Jm + h)/T), with the solution on the field's side, and
//! f = Jm²/2 − T ln(2 cosh((Jm + h)/T)).
//!
//! Sources: R. J. Baxter, *Exactly Solved Models in Statistical Mechanics* (1982), chapter 3; M. Kac, in *Statistical Physics: Phase Transitions and
//! Superfluidity*, Brandeis lectures 1966.

use std::f64::consts::LN_2;

use crate::error::{Error, Result, require_beta, require_finite, require_temperatures};
use crate::exact::bulk::BulkInField;
use crate::exact::thermodynamics::Thermodynamics;
use crate::numeric::binomial::ln_binomial;
use crate::numeric::gaussian::sech2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::spin::binder;

/// The most spins at finite N; a temperature takes about a second there.
const MAX_CURIE_WEISS: usize = 10_000_000;

/// Below this, a − tanh a is taken from its series.
const SMALL: f64 = 0.2;

/// N spins, each pair coupled with J/N (J = 1 unless set), in a field (0 unless set).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let model = CurieWeiss::new(12)?;
/// let enumerated = Ising::complete(12)?.enumerate()?.at(0.8)?;
/// assert!((model.at(0.8)?.binder - enumerated.binder).abs() < 1e-12);
/// assert_eq!(model.limit(1.5)?.magnetization, 0.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct CurieWeiss {
    n: usize,
    j: f64,
    h: f64,
}

impl CurieWeiss {
    /// A model of `n` spins.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert!(CurieWeiss::new(1_000_000)?.at(0.5)?.abs_magnetization > 0.95);
    /// assert!(CurieWeiss::new(0).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `n` is not between 1 and 10⁷.
    pub fn new(n: usize) -> Result<Self> {
        if (1..=MAX_CURIE_WEISS).contains(&n) {
            return Ok(Self { n, j: 1.0, h: 0.0 });
        }
        Err(Error::argument("n", n, "from 1 to 10^7 (for more, take `limit(t)`)"))
    }

    /// Sets J, of either sign; default 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// // T_c = J.
    /// let model = CurieWeiss::new(100)?.coupling(2.0)?;
    /// assert!(model.limit(1.9)?.magnetization > 0.3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If it is not a finite number below 1e290.
    pub fn coupling(&self, j: f64) -> Result<Self> {
        require_below("coupling", j)?;
        Ok(Self { j, ..*self })
    }

    /// Sets the field h; default 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let model = CurieWeiss::new(100)?.field(-0.1)?;
    /// assert!(model.limit(0.5)?.magnetization < -0.9);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If it is not a finite number below 1e290.
    pub fn field(&self, h: f64) -> Result<Self> {
        require_below("field", h)?;
        Ok(Self { h, ..*self })
    }

    /// All quantities of the finite system at temperature `t`, those of the complete graph of the same N.
    ///
    /// Relative errors are about 1e-16 N at most, from the logarithms of the weights.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let finite = CurieWeiss::new(10_000)?.field(0.1)?;
    /// let difference = finite.at(1.0)?.magnetization - finite.limit(1.0)?.magnetization;
    /// assert!(difference.abs() < 1e-3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0, or so small that energies over T overflow.
    pub fn at(&self, t: f64) -> Result<Thermodynamics> {
        let beta = self.beta(t)?;
        let (logs, largest) = self.log_weights(beta);
        let n = self.n as f64;
        let magnetization = |down: usize| 1.0 - 2.0 * down as f64 / n;
        let weights = || logs.iter().map(|log| (log - largest).exp()).enumerate();
        let total: f64 = weights().map(|(_, weight)| weight).sum();
        let mean = |value: &dyn Fn(usize) -> f64| {
            weights().map(|(down, weight)| weight * value(down)).sum::<f64>() / total
        };
        let m = if self.h == 0.0 { 0.0 } else { mean(&magnetization) };
        let abs_m = mean(&|down| magnetization(down).abs());
        let energy = mean(&|down| self.energy(down));
        // About their means, so that variances are not differences of large numbers.
        let energy2 = mean(&|down| (self.energy(down) - energy).powi(2));
        let variance = mean(&|down| (magnetization(down) - m).powi(2));
        let abs_variance = mean(&|down| (magnetization(down).abs() - abs_m).powi(2));
        let (m2, m4) =
            (mean(&|down| magnetization(down).powi(2)), mean(&|down| magnetization(down).powi(4)));
        let ln_z = largest + total.ln();
        Ok(Thermodynamics {
            temperature: t,
            ln_z,
            free_energy: -t * ln_z / n,
            energy: energy / n,
            heat_capacity: energy2 / t / t / n,
            entropy: ((ln_z + beta * energy) / n).clamp(0.0, LN_2),
            magnetization: m,
            abs_magnetization: abs_m,
            susceptibility: abs_variance * n / t,
            susceptibility_full: variance * n / t,
            binder: binder(m2, m4),
        })
    }

    /// The limit N → ∞ of this J and h at temperature `t`; without a field, the solution of positive magnetization.
    ///
    /// At T_c = J without a field the susceptibility is infinite, and the heat capacity 0, the limit from above (3/2 from below).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let m = CurieWeiss::new(2)?.limit(0.5)?.magnetization;
    /// assert!((m - (2.0 * m).tanh()).abs() < 1e-15 && m > 0.9);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`at`](Self::at).
    pub fn limit(&self, t: f64) -> Result<BulkInField> {
        let beta = self.beta(t)?;
        // By symmetry the field may point up; m = tanh a.
        let a = self.argument(t);
        let decay = (-2.0 * a).exp();
        let m = a.tanh();
        let one_minus_square = sech2(a);
        let stiffness = self.stiffness(t, a);
        let ordered = a > 0.0;
        let local = self.j * m + self.h.abs();
        Ok(BulkInField {
            temperature: t,
            free_energy: 0.5 * self.j * m * m - local - t * decay.ln_1p(),
            energy: -m * (0.5 * self.j * m + self.h.abs()),
            heat_capacity: if ordered { a * (a * one_minus_square) * (t / stiffness) } else { 0.0 },
            entropy: (decay.ln_1p() + 2.0 * beta * local * decay / (1.0 + decay)).clamp(0.0, LN_2),
            magnetization: if self.h < 0.0 { -m } else { m },
            susceptibility_full: one_minus_square / stiffness,
        })
    }

    /// The probability of each magnetization at temperature `t`: columns `magnetization` (per spin, ascending) and `probability`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let two_peaks = CurieWeiss::new(400)?.distribution(0.8)?;
    /// assert_eq!(two_peaks.shape(), (401, 2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`at`](Self::at).
    pub fn distribution(&self, t: f64) -> Result<DataFrame> {
        let (logs, largest) = self.log_weights(self.beta(t)?);
        let total: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
        let n = self.n as f64;
        let ascending = (0..=self.n).rev();
        let magnetizations: Vec<f64> =
            ascending.clone().map(|down| 1.0 - 2.0 * down as f64 / n).collect();
        let probabilities: Vec<f64> =
            ascending.map(|down| (logs[down] - largest).exp() / total).collect();
        Ok(df!("magnetization" => magnetizations, "probability" => probabilities)?)
    }

    /// One row per temperature: the columns of [`Enumeration::frame`](crate::exact::Enumeration::frame).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = CurieWeiss::new(1000)?.frame(&linspace(0.5, 1.5, 21))?;
    /// assert_eq!(exact.shape(), (21, 11));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`at`](Self::at); also if there is no temperature.
    pub fn frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        let rows = temperatures.iter().map(|&t| self.at(t).map(Some));
        Thermodynamics::frame(temperatures, &rows.collect::<Result<Vec<_>>>()?)
    }

    /// The limit N → ∞, one row per temperature: `temperature`, `free_energy`, `energy`, `heat_capacity`, `entropy`, `magnetization`,
    /// `susceptibility_full`, per spin.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let limit = CurieWeiss::new(2)?.limit_frame(&linspace(0.1, 2.0, 20))?;
    /// assert_eq!(limit.shape(), (20, 7));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`limit`](Self::limit); also if there is no temperature.
    pub fn limit_frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        let rows = temperatures.iter().map(|&t| self.limit(t)).collect::<Result<Vec<_>>>()?;
        BulkInField::frame(&rows)
    }

    /// The energy with so many spins down.
    fn energy(&self, down: usize) -> f64 {
        let n = self.n as f64;
        let m = n - 2.0 * down as f64;
        -0.5 * self.j * (m * (m / n) - 1.0) - self.h * m
    }

    /// ln of the number of states times their weight for each number of spins down, and the largest.
    fn log_weights(&self, beta: f64) -> (Vec<f64>, f64) {
        let logs: Vec<f64> =
            (0..=self.n).map(|down| ln_binomial(self.n, down) - beta * self.energy(down)).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (logs, largest)
    }

    /// The solution a ≥ 0 of T a = J tanh a + |h|, the largest one.
    fn argument(&self, t: f64) -> f64 {
        let (j, h) = (self.j, self.h.abs());
        if h == 0.0 && t >= j {
            return 0.0;
        }
        // For J > 0 the function is convex beyond the solution, for J < 0 concave before it: from that side Newton's
        // steps never pass it.
        let mut a: f64 = if j > 0.0 { (j + h) / t } else { 0.0 };
        for _ in 0..200 {
            let value =
                if a < SMALL { (t - j) * a + j * minus_tanh(a) } else { t * a - j * a.tanh() };
            let next = a - (value - h) / self.stiffness(t, a);
            if !(next.is_finite() && (next - a).abs() > 1e-16 * a.abs()) {
                break;
            }
            a = next.max(0.0);
        }
        a
    }

    /// T − J(1 − m²) = (1 − m²)/χ at m = tanh a.
    fn stiffness(&self, t: f64, a: f64) -> f64 {
        if a < SMALL {
            // Near T_c both terms are small.
            (t - self.j) + self.j * a.tanh().powi(2)
        } else {
            let decay = (-2.0 * a).exp();
            t - self.j * 4.0 * decay / (1.0 + decay).powi(2)
        }
    }

    fn beta(&self, t: f64) -> Result<f64> {
        require_beta(t, 4.0 * self.n as f64 * (self.j.abs() + self.h.abs()))
    }
}

/// a − tanh a, by its series where the difference would cancel.
fn minus_tanh(a: f64) -> f64 {
    if a >= SMALL {
        return a - a.tanh();
    }
    let x = a * a;
    let series = [
        1.0 / 3.0,
        -2.0 / 15.0,
        17.0 / 315.0,
        -62.0 / 2835.0,
        1382.0 / 155925.0,
        -21844.0 / 6081075.0,
        929569.0 / 638512875.0,
        -6404582.0 / 10854718875.0,
    ];
    a * x * series.iter().rev().fold(0.0, |sum, factor| sum * x + factor)
}

fn require_below(name: &'static str, value: f64) -> Result<f64> {
    if require_finite(name, value)?.abs() < 1e290 {
        Ok(value)
    } else {
        Err(Error::argument(name, value, "a finite number below 1e290"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_differences_keep_their_digits() {
        assert!((minus_tanh(0.2) - (0.2 - 0.2_f64.tanh())).abs() < 1e-15 * 0.2);
        let a: f64 = 1e-4;
        assert!((minus_tanh(a) / (a.powi(3) / 3.0) - 1.0 + 0.4 * a * a).abs() < 1e-14);
    }
}
