//! The infinite square lattice without a field, J = 1: Onsager's solution and Yang's magnetization.
//!
//! With K = 1/T, κ = 2 sinh 2K/cosh² 2K and κ' = 2 tanh² 2K − 1 (κ² + κ'² = 1), and K₁, E₁ the complete elliptic
//! integrals of modulus κ, all per spin:
//! −f/T = ln(2 cosh 2K) + (1/π) ∫₀^{π/2} ln[(1 + √(1 − κ² sin² θ))/2] dθ,
//! e = −coth 2K · [1 + (2/π) κ' K₁],
//! c = (4/π)(K coth 2K)² {K₁ − E₁ − (1 − tanh² 2K)[π/2 + κ' K₁]}, s = (e − f)/T,
//! m = (1 − sinh⁻⁴ 2K)^{1/8} below T_c and 0 above.
//!
//! Sources: L. Onsager, Phys. Rev. 65, 117 (1944), eqs. 109b, 111, 117; C. N. Yang, Phys. Rev. 85, 808 (1952), eq. 96. Values are good
//! to about 1e-12; the heat capacity diverges at T_c as −(8/π)/T_c² · ln|1 − T/T_c|.

use std::f64::consts::{FRAC_PI_2, LN_2, PI};

use crate::error::{Error, Result, require_positive};
use crate::exact::bulk::Bulk;
use crate::exact::toeplitz;
use crate::exact::triangular::inverse;
use crate::numeric::quadrature::DoubleExponential;
use crate::polars::prelude::DataFrame;

/// The critical temperature 2/ln(1 + √2) of the square lattice, J = 1 (L. Onsager, 1944).
pub const ONSAGER_TC: f64 = 2.269185314213022;

/// The largest distance whose correlation is computed: a determinant of that order.
const MAX_DISTANCE: usize = 200;

/// Half the number of nodes of the integral for the free energy; doubling it changes nothing at 1e-14.
const NODES: i32 = 160;

/// Below this K = 1/T, energy and heat capacity come from the high-temperature series, since their closed forms are differences of
/// nearly equal terms there. What the series leaves out is below 1e-13 of them.
const SERIES_BELOW: f64 = 0.02;

/// Energy and heat capacity from ln z = ln(2 cosh² K) + v⁴ + 2v⁶ + 9/2 v⁸ + 12 v¹⁰ + O(v¹²), v = tanh K (C. Domb, Adv. Phys. 9, 149 (1960)).
fn high_temperature(k: f64) -> (f64, f64) {
    let v = k.tanh();
    let v2 = v * v;
    // Derivatives of the series in v; dv/dK = 1 − v².
    let first = v * v2 * (4.0 + v2 * (12.0 + v2 * (36.0 + v2 * 120.0)));
    let second = v2 * (12.0 + v2 * (60.0 + v2 * (252.0 + v2 * 1080.0)));
    let dv = 1.0 - v2;
    let energy = -(2.0 * v + dv * first);
    (energy, k * k * dv * (2.0 + dv * second - 2.0 * v * first))
}

/// The hyperbolic functions and elliptic integrals that all quantities share.
struct Elliptic {
    k: f64,
    tanh: f64,
    /// 1/cosh 2K.
    sech: f64,
    /// κ' with its sign: positive below T_c, negative above.
    complement: f64,
    /// K₁(κ).
    first: f64,
    /// K₁ − E₁, not taken as a difference.
    first_minus_second: f64,
}

impl Elliptic {
    fn at(t: f64) -> Result<Self> {
        let k = inverse(t)?;
        let tanh = (2.0 * k).tanh();
        let sech = 2.0 * (-2.0 * k).exp() / (1.0 + (-4.0 * k).exp());
        let complement = 2.0 * tanh * tanh - 1.0;
        // Arithmetic–geometric mean: K₁ = π/(2 agm(1, κ')), K₁ − E₁ = K₁ Σ 2ⁿ⁻¹ c_n², c₀ = κ (Abramowitz and Stegun, 17.6). At
        // T_c itself K₁ diverges; the smallest κ' that f64 resolves stands for it.
        let (mut a, mut b) = (1.0, complement.abs().max(f64::EPSILON));
        let modulus = 2.0 * tanh * sech;
        let (mut sum, mut power) = (0.5 * modulus * modulus, 1.0);
        while a - b > 1e-15 * a {
            let c = 0.5 * (a - b);
            (a, b) = (0.5 * (a + b), (a * b).sqrt());
            sum += power * c * c;
            power *= 2.0;
        }
        let first = FRAC_PI_2 / a;
        Ok(Self { k, tanh, sech, complement, first, first_minus_second: first * sum })
    }

    fn free_energy(&self) -> f64 {
        let ln_two_cosh = 2.0 * self.k + (-4.0 * self.k).exp().ln_1p();
        let modulus = 2.0 * self.tanh * self.sech;
        // With φ = π/2 − θ the root is √(κ'² + κ² sin² φ), which bends sharply only at φ = 0 when T is near T_c, where
        // double exponential nodes crowd.
        let rule = DoubleExponential::new(NODES);
        let terms = rule.nodes(FRAC_PI_2).map(|(phi, weight)| {
            let root = self.complement.hypot(modulus * phi.sin());
            weight * f64::midpoint(1.0, root).ln()
        });
        -(ln_two_cosh + rule.step * terms.sum::<f64>() / PI) / self.k
    }

    fn energy(&self) -> f64 {
        if self.k < SERIES_BELOW { high_temperature(self.k).0 } else { self.closed_energy() }
    }

    fn heat_capacity(&self) -> f64 {
        if self.k < SERIES_BELOW { high_temperature(self.k).1 } else { self.closed_heat_capacity() }
    }

    fn closed_energy(&self) -> f64 {
        -(1.0 + self.complement * self.first / FRAC_PI_2) / self.tanh
    }

    fn closed_heat_capacity(&self) -> f64 {
        let sech2 = self.sech * self.sech;
        let bracket = self.first_minus_second - sech2 * (FRAC_PI_2 + self.complement * self.first);
        // At very low T both terms agree to all digits and only rounding is left.
        (4.0 / PI * (self.k / self.tanh).powi(2) * bracket).max(0.0)
    }

    fn entropy(&self) -> f64 {
        ((self.energy() - self.free_energy()) * self.k).clamp(0.0, LN_2)
    }

    fn magnetization(&self) -> f64 {
        // sinh 2K above 1, written so that it cannot overflow at low T.
        if self.complement <= 0.0 {
            return 0.0;
        }
        let inverse_sinh = self.sech / self.tanh;
        (1.0 - inverse_sinh.powi(4)).max(0.0).powf(0.125)
    }
}

/// All quantities at temperature `t`.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let bulk = onsager::at(2.0)?;
/// assert_eq!((bulk.energy, bulk.magnetization), (onsager::energy(2.0)?, onsager::magnetization(2.0)?));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0.
pub fn at(t: f64) -> Result<Bulk> {
    let elliptic = Elliptic::at(t)?;
    Ok(Bulk {
        temperature: t,
        free_energy: elliptic.free_energy(),
        energy: elliptic.energy(),
        heat_capacity: elliptic.heat_capacity(),
        entropy: elliptic.entropy(),
        magnetization: elliptic.magnetization(),
    })
}

/// Free energy per spin.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::onsager;
/// // At T_c, −f/T = ln 2/2 + 2G/π with Catalan's constant G.
/// let t = onsager::ONSAGER_TC;
/// assert!((-onsager::free_energy(t)? / t - 0.9296953983416103).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0.
pub fn free_energy(t: f64) -> Result<f64> {
    Ok(Elliptic::at(t)?.free_energy())
}

/// Energy per spin; −√2 at T_c.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::onsager;
/// assert!((onsager::energy(onsager::ONSAGER_TC)? + 2_f64.sqrt()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0.
pub fn energy(t: f64) -> Result<f64> {
    Ok(Elliptic::at(t)?.energy())
}

/// Heat capacity per spin; large, about 18, instead of infinite where `t` is T_c to all digits.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::onsager;
/// assert!(onsager::heat_capacity(2.27)? > onsager::heat_capacity(2.3)?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0.
pub fn heat_capacity(t: f64) -> Result<f64> {
    Ok(Elliptic::at(t)?.heat_capacity())
}

/// Entropy per spin, between 0 and ln 2.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::onsager;
/// assert!((onsager::entropy(1e6)? - 2_f64.ln()).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0.
pub fn entropy(t: f64) -> Result<f64> {
    Ok(Elliptic::at(t)?.entropy())
}

/// Spontaneous magnetization per spin: the limit of a vanishing field, 0 at and above T_c.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::exact::onsager;
/// assert_eq!(onsager::magnetization(3.0)?, 0.0);
/// assert!((onsager::magnetization(2.0)? - 0.9113193778774960).abs() < 1e-14);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0.
pub fn magnetization(t: f64) -> Result<f64> {
    Ok(Elliptic::at(t)?.magnetization())
}

/// The correlation ⟨s_0 s_r⟩ of two spins of a row (or column) at `distance` r, up to 200; it tends to the square of the magnetization.
///
/// The determinant of an r × r Toeplitz matrix. The error is about 10⁻⁸ next to T_c, and 10⁻¹³ elsewhere.
///
/// Source: E. W. Montroll, R. B. Potts and J. C. Ward, J. Math. Phys. 4, 308 (1963).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Neighbours carry the energy.
/// assert!((onsager::correlation(1, 2.5)? + onsager::energy(2.5)? / 2.0).abs() < 1e-10);
/// assert!((onsager::correlation(20, 2.0)? - onsager::magnetization(2.0)?.powi(2)).abs() < 1e-3);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0, or `distance` is above 200.
pub fn correlation(distance: usize, t: f64) -> Result<f64> {
    let k = 1.0 / require_positive("temperature", t)?;
    if distance > MAX_DISTANCE {
        let allowed = format!("at most {MAX_DISTANCE}");
        return Err(Error::argument("distance", distance, allowed));
    }
    if distance == 0 {
        return Ok(1.0);
    }
    let complement = 2.0 / ((2.0 * k).exp() + 1.0);
    Ok(toeplitz::correlation(distance, k.tanh(), complement))
}

/// One row per temperature: `temperature`, `free_energy`, `energy`, `heat_capacity`, `entropy`, `abs_magnetization`, per spin.
///
/// The last is the spontaneous magnetization, under the name of the finite-size quantity that tends to it.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = onsager::frame(&linspace(1.5, 3.5, 41))?;
/// assert_eq!(exact.shape(), (41, 6));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If there is no temperature, or one is not a finite number above 0.
pub fn frame(temperatures: &[f64]) -> Result<DataFrame> {
    Bulk::frame(temperatures, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_temperature_solves_its_equation() {
        assert!((ONSAGER_TC - 2.0 / (1.0 + 2_f64.sqrt()).ln()).abs() < 1e-15);
        assert!(((2.0 / ONSAGER_TC).sinh() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn quantities_are_derivatives_of_the_free_energy() {
        for t in [0.8, 1.5, 2.0, 2.2, 2.4, 3.0, 5.0, 20.0] {
            let beta = 1.0 / t;
            let ln_z = |beta: f64| -beta * free_energy(1.0 / beta).unwrap();
            let d = 1e-4 * beta;
            let slope = (8.0 * (ln_z(beta + d) - ln_z(beta - d))
                - (ln_z(beta + 2.0 * d) - ln_z(beta - 2.0 * d)))
                / (12.0 * d);
            assert!((energy(t).unwrap() + slope).abs() < 1e-9, "e at {t}");
            let d = 1e-4 * t;
            let slope = (8.0 * (energy(t + d).unwrap() - energy(t - d).unwrap())
                - (energy(t + 2.0 * d).unwrap() - energy(t - 2.0 * d).unwrap()))
                / (12.0 * d);
            assert!((heat_capacity(t).unwrap() - slope).abs() < 1e-8, "c at {t}");
        }
    }

    #[test]
    fn free_energy_agrees_with_the_row_to_row_transfer_matrix() {
        // −f/T = ½ ln(2 sinh 2K) + (1/2π)∫₀^π γ(q) dq, cosh γ = cosh 2K coth 2K − cos q (Onsager's eq. 108), by the midpoint rule with
        // 4000 points (400 000 near T_c), computed apart in Python.
        for (t, f) in [
            (0.8, -2.000036816943862),
            (2.0, -2.051585625389834),
            (2.26, -2.106894939200264),
            (2.2692, -2.109655645665144),
            (2.5, -2.198409551937372),
            (3.0, -2.447648195573164),
            (5.0, -3.672654061381631),
        ] {
            assert!((free_energy(t).unwrap() - f).abs() < 1e-12, "T = {t}");
        }
    }

    #[test]
    fn free_energy_agrees_with_low_and_high_temperature_series() {
        // ln Λ = ln(2 cosh² K) + v⁴ + 2v⁶ + 9/2 v⁸ + 12 v¹⁰ + … in v = tanh K (Domb, Adv. Phys. 9, 149 (1960)).
        let k: f64 = 0.05;
        let v2 = k.tanh().powi(2);
        let series = (2.0 * k.cosh().powi(2)).ln()
            + v2.powi(2)
            + 2.0 * v2.powi(3)
            + 4.5 * v2.powi(4)
            + 12.0 * v2.powi(5);
        assert!((-k * free_energy(1.0 / k).unwrap() - series).abs() < 1e-13);
        // ln Λ = 2K + x⁴ + 2x⁶ + 9/2 x⁸ + … in x = e^{−2K}: the same series by duality (Kramers and Wannier).
        let k: f64 = 1.5;
        let x2 = (-4.0 * k).exp();
        let series = 2.0 * k + x2.powi(2) + 2.0 * x2.powi(3) + 4.5 * x2.powi(4) + 12.0 * x2.powi(5);
        assert!((-k * free_energy(1.0 / k).unwrap() - series).abs() < 1e-12);
    }

    #[test]
    fn hot_lattices_keep_their_digits() {
        // e = −2K(1 + 5K²/3 …), c = 2K²(1 + 5K² …): e is tanh to lowest order, −2v − 4v³.
        for t in [1e4, 1e6, 1e8, 1e100] {
            let k = 1.0 / t;
            let e = energy(t).unwrap() / (-2.0 * k);
            assert!((e - (1.0 + 5.0 / 3.0 * k * k)).abs() < 1e-14, "e at {t}: {e}");
            let c = heat_capacity(t).unwrap() / 2.0 * t * t;
            assert!((c - (1.0 + 5.0 * k * k)).abs() < 1e-14, "c at {t}: {c}");
        }
        // Where one takes over from the other.
        let closed = Elliptic::at(1.0 / SERIES_BELOW).unwrap();
        let (e, c) = high_temperature(SERIES_BELOW);
        assert!((closed.closed_energy() / e - 1.0).abs() < 1e-12);
        assert!((closed.closed_heat_capacity() / c - 1.0).abs() < 1e-12);
    }

    #[test]
    fn extreme_temperatures_stay_finite() {
        for t in [1e-4, 1e-2, 0.1, ONSAGER_TC, 1e3, 1e8] {
            let row = frame(&[t]).unwrap();
            for column in row.columns() {
                assert!(column.f64().unwrap().get(0).unwrap().is_finite(), "{t}: {column:?}");
            }
        }
        assert!((energy(0.01).unwrap() + 2.0).abs() < 1e-15);
        assert!(heat_capacity(0.1).unwrap().abs() < 1e-12);
        assert!(frame(&[]).is_err());
        assert!(energy(-1.0).is_err());
    }
}
