//! Mixtures of several patterns at vanishing load.

use crate::error::{Error, Result};
use crate::numeric::gaussian::ln_two_cosh;
use crate::numeric::roots::root;
use crate::theory::ags::require_temperature;

/// Sums over more patterns meet 2^−1023.
const MAX_MIXED: usize = 1000;

/// A state that overlaps alike with n patterns, at vanishing load; from [`mixture`].
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let three: Mixture = ags::mixture(3, 0.0)?;
/// assert_eq!((three.patterns, three.overlap), (3, 0.5)); // half of each of the three patterns
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture {
    /// n, how many patterns are mixed.
    pub patterns: usize,
    /// T.
    pub temperature: f64,
    /// m_n, the overlap with each of them.
    pub overlap: f64,
    /// f, per neuron.
    pub free_energy: f64,
}

/// The symmetric mixture of n patterns at temperature T < 1 and load 0: n m = ⟨X tanh(mX/T)⟩ with X the sum of n random signs,
/// f = n m²/2 − T⟨ln 2cosh(mX/T)⟩.
///
/// For odd n they are (spurious) local minima at low temperature; those of even n are saddle points. At T = 0, m₃ = ½ and f₃ = −3/8 against −½ of a memory.
///
/// Source: D. J. Amit, H. Gutfreund and H. Sompolinsky, *Spin-glass models of neural networks*, Phys. Rev. A 32, 1007 (1985).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let mixture = ags::mixture(3, 0.0)?;
/// assert_eq!((mixture.overlap, mixture.free_energy), (0.5, -0.375));
/// # Ok(()) }
/// ```
///
/// # Errors
/// If `n` is not from 1 to 1000, or `t` not from 0 to below 1, where all overlaps vanish.
pub fn mixture(n: usize, t: f64) -> Result<Mixture> {
    if !(1..=MAX_MIXED).contains(&n) {
        return Err(Error::argument("n", n, "from 1 to 1000"));
    }
    if !(require_temperature(t)? < 1.0) {
        return Err(Error::argument("temperature", t, "below 1, above which all overlaps vanish"));
    }
    let signs = sums_of_signs(n);
    let count = n as f64;
    let mean = |f: &dyn Fn(f64) -> f64| signs.iter().map(|&(x, weight)| weight * f(x)).sum::<f64>();
    let flat = mean(&f64::abs) / count;
    if t < 1e-12 {
        let free_energy = 0.5 * count * flat * flat - count * flat * flat;
        return Ok(Mixture { patterns: n, temperature: t, overlap: flat, free_energy });
    }
    let excess = |m: f64| mean(&|x| x * (m * x / t).tanh()) / count - m;
    // tanh x lies between x − x³/3 and 1; ⟨X⁴⟩ = 3n² − 2n.
    let least = (t * t * (1.0 - t) / (count - 2.0 / 3.0)).sqrt();
    let overlap = root(excess, 0.999 * least, 1.001 * flat)
        .ok_or_else(|| Error::argument("temperature", t, "further below 1"))?;
    let free_energy = 0.5 * count * overlap * overlap - t * mean(&|x| ln_two_cosh(overlap * x / t));
    Ok(Mixture { patterns: n, temperature: t, overlap, free_energy })
}

/// The sums of n random signs and their probabilities.
fn sums_of_signs(n: usize) -> Vec<(f64, f64)> {
    let mut weight = 0.5_f64.powi(n as i32);
    (0..=n)
        .map(|up| {
            let here = (2.0 * up as f64 - n as f64, weight);
            weight *= (n - up) as f64 / (up + 1) as f64;
            here
        })
        .collect()
}
