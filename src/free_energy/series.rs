//! High- and low-temperature series.

use crate::error::{Error, Result, require_positive};
use crate::exact::ONSAGER_TC;
use crate::progress::Progress;
use crate::rayon::prelude::*;
use crate::spin::PairModel;

/// The most multiplications for the fourth order: a few seconds.
const MOST_WORK: usize = 4_000_000_000;

/// Sites between progress reports.
const CHUNK: usize = 4_096;

/// Coefficients of v⁴, v⁶, v⁸, …: ln Z/N = ln 2 + 2 ln cosh K + Σ a_n vⁿ on the square lattice, v = tanh K.
///
/// The exponential of the sum is 1 + v⁴ + 2v⁶ + 5v⁸ + 14v¹⁰ + 44v¹² + 152v¹⁴ + … (C. Domb, Adv. Phys. 9, 149 (1960), section 3.3); these were
/// expanded from Onsager's solution in exact fractions.
const SQUARE: [f64; 12] = [
    1.0,
    2.0,
    4.5,
    12.0,
    112.0 / 3.0,
    130.0,
    490.25,
    5876.0 / 3.0,
    8174.2,
    35302.0,
    156740.0,
    712052.0,
];

/// The largest order of the series for the square lattice.
pub const MAX_SERIES_ORDER: usize = 2 * SQUARE.len() + 2;

/// A truncated high-temperature series.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let series: HighTemperature = Ising::triangular(6)?.high_temperature(20.0)?;
/// assert!(series.loops > 0.0 && series.loops < 0.01 * series.ln_z);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HighTemperature {
    /// The temperature T.
    pub temperature: f64,
    /// ln Z of the whole system.
    pub ln_z: f64,
    /// Free energy per spin.
    pub free_energy: f64,
    /// The part of ln Z that is of third and fourth order; where it is not small beside 1 a spin, the series means little.
    pub loops: f64,
}

/// ln Z of any model to fourth order in tanh(J/T) and tanh(h/T), with all that belongs to single bonds and fields exact.
///
/// ln Z = N ln 2 + Σ_{i<j} ln cosh(J_ij/T) + Σ_i ln cosh(h_i/T) + Σ over triangles and squares of the product of their tanh, where fields are
/// bonds to one more spin. What is left out begins with pentagons, so that the error is of order T⁻⁵ (T⁻⁶ on lattices without odd loops and field), and
/// a tree without fields is exact. On the square lattice it is within 1 % of the free energy for T ≥ 3 J. Source: the expansion of van der Waerden,
/// as in C. Domb, Adv. Phys. 9, 149 (1960), section 3.2. Cost: Σ_i z_i² for z_i neighbours.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let series = ising.high_temperature(6.0)?;
/// assert!((series.ln_z - ising.enumerate()?.at(6.0)?.ln_z).abs() < 1e-2);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `temperature` is not a finite number above 0 or so small that J/T overflows; if the sum over pairs of neighbours would take more than 4·10⁹
/// multiplications.
pub fn high_temperature(model: &PairModel, temperature: f64) -> Result<HighTemperature> {
    require_positive("temperature", temperature)?;
    let n = model.n_spins();
    let couplings = model.couplings();
    let work: usize = (0..n).map(|i| couplings.row(i).0.len().saturating_pow(2)).sum();
    if work > MOST_WORK {
        return Err(Error::TooLarge {
            what: "The fourth order of the series".to_owned(),
            needs: format!("{work} multiplications"),
            limit: format!("{MOST_WORK}"),
            advice: "Use `tap(t)`, which sums dense couplings to second order.".to_owned(),
        });
    }
    let bonds: Vec<f64> =
        couplings.values().iter().map(|value| (value / temperature).tanh()).collect();
    let fields: Vec<f64> = model.fields().iter().map(|h| (h / temperature).tanh()).collect();
    let free = n as f64 * std::f64::consts::LN_2
        + 0.5 * couplings.values().iter().map(|value| ln_cosh(value / temperature)).sum::<f64>()
        + model.fields().iter().map(|h| ln_cosh(h / temperature)).sum::<f64>();
    let mut loops = 0.0;
    let mut progress = Progress::new("sites", n);
    for start in (0..n).step_by(CHUNK) {
        let sites = start..n.min(start + CHUNK);
        progress.add(sites.len());
        let parts: Vec<f64> = sites
            .into_par_iter()
            .map_init(|| vec![0.0; n], |paths, i| loops_through(model, &bonds, &fields, i, paths))
            .collect();
        loops += parts.iter().sum::<f64>();
    }
    let ln_z = free + loops;
    if !ln_z.is_finite() {
        let allowed = "so large that J/T does not overflow";
        return Err(Error::argument("temperature", temperature, allowed));
    }
    Ok(HighTemperature { temperature, ln_z, free_energy: -temperature * ln_z / n as f64, loops })
}

/// The share of spin `i` in the sums over triangles and squares; `paths` is a row of zeros, and is left so.
fn loops_through(
    model: &PairModel,
    bonds: &[f64],
    fields: &[f64],
    i: usize,
    paths: &mut [f64],
) -> f64 {
    let couplings = model.couplings();
    let row = |i: usize| couplings.row(i).0.iter().zip(&bonds[couplings.entries(i)]);
    // Products over paths of two bonds from i to each k, and tr V⁴ less the walks that turn back.
    let mut degree = 0.0;
    let mut fourths = 0.0;
    let mut pull = 0.0;
    let mut pull_squares = 0.0;
    let mut triangles_with_field = 0.0;
    for (&j, v) in row(i) {
        let j = j as usize;
        degree += v * v;
        fourths += v.powi(4);
        pull += v * fields[j];
        pull_squares += (v * fields[j]).powi(2);
        triangles_with_field += 0.5 * v * fields[i] * fields[j];
        for (&k, w) in row(j) {
            paths[k as usize] += v * w;
        }
    }
    let mut closed = 0.0;
    for (&j, v) in row(i) {
        closed += v * paths[j as usize];
    }
    let mut squares = 0.0;
    for &j in couplings.row(i).0 {
        for &k in couplings.row(j as usize).0 {
            let path = &mut paths[k as usize];
            squares += *path * *path;
            *path = 0.0;
        }
    }
    // Each triangle is six closed walks, each square eight; squares through the field are pairs of neighbours of i.
    closed / 6.0
        + (squares - 2.0 * degree * degree + fourths) / 8.0
        + triangles_with_field
        + 0.5 * (pull * pull - pull_squares)
}

/// ln cosh x, without overflow and with all digits near 0.
pub(super) fn ln_cosh(x: f64) -> f64 {
    let x = x.abs();
    // Small x in the form that keeps its digits.
    if x < 1.0 {
        (2.0 * (0.5 * x).sinh().powi(2)).ln_1p()
    } else {
        x + (-2.0 * x).exp().ln_1p() - std::f64::consts::LN_2
    }
}

/// Free energy per spin of the infinite square lattice, J = 1, from its high-temperature series in v = tanh(1/T) up to v^`order`.
///
/// −f/T = ln 2 + 2 ln cosh(1/T) + v⁴ + 2v⁶ + (9/2)v⁸ + …, which converges for T ≥ T_c; to v²⁶ the error is below 5e-5 for T ≥ 2.5 and 1.1e-3
/// at T_c. Source: C. Domb, Adv. Phys. 9, 149 (1960), section 3.3.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::free_energy::square_high_temperature;
/// use statmech::prelude::*;
/// assert!((square_high_temperature(3.0, 20)? - onsager::free_energy(3.0)?).abs() < 1e-5);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a finite number of at least T_c, where the series stops converging, or `order` is above [`MAX_SERIES_ORDER`].
pub fn square_high_temperature(t: f64, order: usize) -> Result<f64> {
    if !(t >= ONSAGER_TC && t.is_finite()) {
        let allowed = format!("a finite number of at least T_c = {ONSAGER_TC}");
        return Err(Error::argument("temperature", t, allowed));
    }
    let loops = square_loops((1.0 / t).tanh(), order)?;
    Ok(-t * (std::f64::consts::LN_2 + 2.0 * ln_cosh(1.0 / t) + loops))
}

/// Free energy per spin of the infinite square lattice, J = 1, from its low-temperature series in u = exp(−2/T) up to u^`order`.
///
/// −f/T = 2/T + u⁴ + 2u⁶ + (9/2)u⁸ + …, dual to the [high-temperature series](square_high_temperature) with the same coefficients
/// (H. A. Kramers and G. H. Wannier, Phys. Rev. 60, 252 (1941)); converges for T ≤ T_c.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::free_energy::square_low_temperature;
/// use statmech::prelude::*;
/// assert!((square_low_temperature(1.5, 20)? - onsager::free_energy(1.5)?).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If `t` is not a number above 0 and of at most T_c, or `order` is above [`MAX_SERIES_ORDER`].
pub fn square_low_temperature(t: f64, order: usize) -> Result<f64> {
    if !(t > 0.0 && t <= ONSAGER_TC) {
        let allowed = format!("above 0 and at most T_c = {ONSAGER_TC}");
        return Err(Error::argument("temperature", t, allowed));
    }
    Ok(-2.0 - t * square_loops((-2.0 / t).exp(), order)?)
}

fn square_loops(v: f64, order: usize) -> Result<f64> {
    if order > MAX_SERIES_ORDER {
        let allowed = format!("at most {MAX_SERIES_ORDER}");
        return Err(Error::argument("order", order, allowed));
    }
    // v⁴ is the first term, and odd orders add nothing.
    let terms = (order / 2).saturating_sub(1);
    Ok(SQUARE[..terms].iter().rev().fold(0.0, |sum, a| (sum + a) * v * v) * v * v)
}
