//! The Ising chain in a field: rings of any length, and the infinite chain.
//!
//! The ring's Z is the trace of the n-th power of the 2 × 2 transfer matrix with entries e^{(J s s' + h s)/T}. Here each entry also carries
//! mean and variance of energy and magnetization, so that all quantities come from sums of positive terms, at any temperature and
//! for either sign of J; the power takes about 2 log₂ n products. The infinite chain has closed forms, with K = J/T and b = h/T:
//! −f/T = ln[e^K cosh b + √(e^{2K} sinh² b + e^{−2K})], m = sinh b/√(sinh² b + e^{−4K}), ξ = 1/ln|λ₊/λ₋|.
//!
//! Source: R. J. Baxter, *Exactly Solved Models in Statistical Mechanics* (1982), section 2.1.

use std::f64::consts::LN_2;

use crate::error::{Error, Result, require_beta, require_finite, require_temperatures};
use crate::exact::bulk::BulkInField;
use crate::exact::jet::Jet;
use crate::exact::potential::Potential;
use crate::polars::prelude::DataFrame;

/// The longest ring: all its spins are counted exactly.
const MAX_RING: usize = 1 << 52;

/// A sum over states with given ends: its logarithm, and mean and variance of energy and magnetization in it.
#[derive(Clone, Copy, Debug)]
struct Weight {
    log: f64,
    energy: [f64; 2],
    magnetization: [f64; 2],
}

impl Weight {
    /// One piece after the other.
    fn times(self, other: Self) -> Self {
        let add = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
        Self {
            log: self.log + other.log,
            energy: add(self.energy, other.energy),
            magnetization: add(self.magnetization, other.magnetization),
        }
    }

    /// One or the other.
    fn plus(self, other: Self) -> Self {
        let (a, b) = if self.log >= other.log { (self, other) } else { (other, self) };
        let ratio = (b.log - a.log).exp();
        let (p, q) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
        let mix = |a: [f64; 2], b: [f64; 2]| {
            let step = b[0] - a[0];
            [a[0] + q * step, p * a[1] + q * b[1] + p * q * step * step]
        };
        Self {
            log: a.log + ratio.ln_1p(),
            energy: mix(a.energy, b.energy),
            magnetization: mix(a.magnetization, b.magnetization),
        }
    }
}

type Matrix = [[Weight; 2]; 2];

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let entry = |i: usize, k: usize| a[i][0].times(b[0][k]).plus(a[i][1].times(b[1][k]));
    [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]
}

/// ln Z and its derivatives for a ring of `n` spins with coupling `j` in a field `h` at temperature `t`.
///
/// A ring of two spins has a double bond, as [`Lattice`](crate::spin::Lattice) has.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = chain::ring(12, 1.0, 0.3, 1.5)?;
/// let enumerated = Ising::chain(12)?.field(0.3)?.enumerate()?.at(1.5)?;
/// assert!((exact.susceptibility_full - enumerated.susceptibility_full).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `n` is below 2 or above 2⁵², `t` is not a finite number above 0, `j` or `h` is not finite, or ln Z would be beyond the range of
/// numbers.
pub fn ring(n: usize, j: f64, h: f64, t: f64) -> Result<Potential> {
    if !(2..=MAX_RING).contains(&n) {
        return Err(Error::argument("n", n, "from 2, the shortest ring, to 2^52"));
    }
    let beta = checked(j, h, t, n as f64)?;
    let entry = |s: f64, next: f64| {
        let energy = -(j * s * next + h * s);
        Weight { log: -beta * energy, energy: [energy, 0.0], magnetization: [s, 0.0] }
    };
    let mut power = [[entry(1.0, 1.0), entry(1.0, -1.0)], [entry(-1.0, 1.0), entry(-1.0, -1.0)]];
    let (mut result, mut left) = (None, n);
    loop {
        if left % 2 == 1 {
            result = Some(result.map_or(power, |result| product(&result, &power)));
        }
        left /= 2;
        if left == 0 {
            break;
        }
        power = product(&power, &power);
    }
    let matrix = result.unwrap_or(power);
    let sum = matrix[0][0].plus(matrix[1][1]);
    let n = n as f64;
    Ok(Potential {
        temperature: t,
        ln_z: sum.log,
        free_energy: -t * sum.log / n,
        energy: sum.energy[0] / n,
        // Two divisions by T: T² would underflow before the quotient does.
        heat_capacity: sum.energy[1] / t / t / n,
        entropy: ((sum.log + beta * sum.energy[0]) / n).clamp(0.0, LN_2),
        // By symmetry without a field; the sum leaves rounding errors.
        magnetization: if h == 0.0 { 0.0 } else { sum.magnetization[0] / n },
        susceptibility_full: sum.magnetization[1] / t / n,
    })
}

/// The infinite chain with coupling `j` in a field `h` at temperature `t`.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Without a field χ = e^{2J/T}/T.
/// let exact = chain::infinite(1.0, 0.0, 2.0)?;
/// assert!((exact.susceptibility_full - 1_f64.exp() / 2.0).abs() < 1e-14);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number above 0, `j` or `h` is not finite, or (J + |h|)/T or χ would be beyond the range of numbers.
pub fn infinite(j: f64, h: f64, t: f64) -> Result<BulkInField> {
    let beta = checked(j, h, t, 4.0)?;
    let depth = (j + h.abs()).max(-j);
    let one = Jet::constant(1.0);
    // λ₊ relative to the ground state's weight.
    let aligned = Jet::linear(j + h.abs() - depth, beta).exp().scale(0.5);
    let decay = Jet::linear(-2.0 * h.abs(), beta).exp();
    let apart = Jet::linear(-j - depth, beta).exp();
    let difference = aligned * (one - decay);
    let square = difference * difference + apart * apart;
    // Where it underflows it is nothing beside the other term.
    let root = if square.value > 1e-280 { square.sqrt() } else { Jet::default() };
    let excitations = (aligned * (one + decay) + root).ln();
    // m = x/√(x² + y²), χ = (cosh b/T) y²/(x² + y²)^{3/2}, where x : y = sinh b : e^{−2K}.
    let (x, y) = (difference.value, apart.value);
    let hypotenuse = x.hypot(y);
    let cosh = aligned.value * (1.0 + decay.value);
    let magnetization = if x > 0.0 { (x / hypotenuse).copysign(h) } else { 0.0 };
    let susceptibility_full = if h == 0.0 {
        beta * (2.0 * beta * j).exp()
    } else if hypotenuse > 0.0 {
        beta * (cosh / hypotenuse) * (y / hypotenuse).powi(2)
    } else {
        0.0
    };
    if !susceptibility_full.is_finite() {
        let allowed = format!("not so small that χ = e^(2J/T)/T overflows (J = {j})");
        return Err(Error::argument("temperature", t, allowed));
    }
    Ok(BulkInField {
        temperature: t,
        free_energy: -(depth + t * excitations.value),
        energy: -(depth + excitations.first),
        heat_capacity: excitations.second.max(0.0) / t / t,
        entropy: (excitations.value - excitations.first * beta).clamp(0.0, LN_2),
        magnetization,
        susceptibility_full,
    })
}

/// The correlation length ξ of the infinite chain, ⟨s_0 s_r⟩ − ⟨s⟩² ∝ e^{−r/ξ}, with alternating signs where J is negative; 0 where J is.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let length = chain::correlation_length(1.0, 0.0, 0.5)?;
/// assert!((length + 1.0 / 2_f64.tanh().ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`infinite`]; also where ξ would be beyond the range of numbers.
pub fn correlation_length(j: f64, h: f64, t: f64) -> Result<f64> {
    let beta = checked(j, h, t, 4.0)?;
    if j == 0.0 {
        return Ok(0.0);
    }
    let (k, b) = (beta * j, beta * h.abs());
    // |λ₋/λ₊| without the difference of nearly equal terms.
    let scale = (k + b).max(-k);
    let aligned = 0.5 * (k + b - scale).exp();
    let decay = (-2.0 * b).exp();
    let root = (aligned * -(-2.0 * b).exp_m1()).hypot((-k - scale).exp());
    let half_trace = aligned * (1.0 + decay);
    let length = -1.0 / (-2.0 * half_trace.min(root) / (half_trace + root)).ln_1p();
    if length.is_finite() {
        return Ok(length);
    }
    let allowed = format!("not so small that ξ overflows (J = {j}, h = {h})");
    Err(Error::argument("temperature", t, allowed))
}

/// One row per temperature for a ring: `temperature`, `ln_z` (whole ring), and per spin `free_energy`, `energy`, `heat_capacity`, `entropy`,
/// `magnetization`, `susceptibility_full`.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(chain::ring_frame(100, 1.0, 0.1, &linspace(0.2, 4.0, 20))?.shape(), (20, 8));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`ring`]; also if there is no temperature.
pub fn ring_frame(n: usize, j: f64, h: f64, temperatures: &[f64]) -> Result<DataFrame> {
    require_temperatures(temperatures)?;
    let row = |&t: &f64| ring(n, j, h, t).map(Some);
    Potential::frame(temperatures, &temperatures.iter().map(row).collect::<Result<Vec<_>>>()?)
}

/// One row per temperature for the infinite chain: `temperature`, `free_energy`, `energy`, `heat_capacity`, `entropy`, `magnetization`,
/// `susceptibility_full`, per spin.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(chain::frame(1.0, 0.1, &linspace(0.2, 4.0, 20))?.shape(), (20, 7));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`infinite`]; also if there is no temperature.
pub fn frame(j: f64, h: f64, temperatures: &[f64]) -> Result<DataFrame> {
    require_temperatures(temperatures)?;
    let rows = temperatures.iter().map(|&t| infinite(j, h, t)).collect::<Result<Vec<_>>>()?;
    BulkInField::frame(&rows)
}

/// 1/T, where energies of `n` spins over T are within the range of numbers.
fn checked(j: f64, h: f64, t: f64, n: f64) -> Result<f64> {
    let each = require_finite("coupling", j)?.abs() + require_finite("field", h)?.abs();
    require_beta(t, n * each)
}
