//! Where a reweighted quantity is largest.

use crate::error::{Error, Result, require_positive};
use crate::rayon::prelude::*;
use crate::sample::reweighting::average::{Averages, Weights};
use crate::sample::reweighting::{QUANTITIES, Reweighting};

/// Temperatures at which the maximum is looked for first.
const GRID: usize = 41;

/// Golden sections after that, which shrink the interval by 10⁻⁵.
const SECTIONS: usize = 24;

/// A maximum of a reweighted quantity over temperature.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let runs = Ising::square(8)?.scan([2.3, 2.5]).update(Update::Wolff).sweeps(4_000).run_series()?;
/// let peak: Peak = Reweighting::new(&runs)?.maximum("susceptibility", 2.2, 2.8)?;
/// assert!(peak.value > 0.0 && peak.temperature_err < 0.1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Where the quantity is largest.
    pub temperature: f64,
    /// One standard error of this temperature.
    pub temperature_err: f64,
    /// The quantity there.
    pub value: f64,
    /// One standard error of the quantity at its own maximum.
    pub value_err: f64,
}

impl Reweighting {
    /// The maximum of a quantity ("heat_capacity", "susceptibility", …: a column of [`frame`](Self::frame) but for `ln_z` and `free_energy`) between two
    /// temperatures, as needed for finite-size scaling of T_c.
    ///
    /// Errors come from the maximum without each block of the data.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let runs = Ising::square(8)?.scan([2.3, 2.5]).update(Update::Wolff).sweeps(4_000).run_series()?;
    /// let peak = Reweighting::new(&runs)?.maximum("heat_capacity", 2.1, 2.7)?;
    /// assert!((peak.temperature - 2.3).abs() < 0.1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such quantity, the temperatures are not ascending numbers above 0 that the data support, or the largest value lies
    /// at an end of the interval.
    pub fn maximum(&self, quantity: &str, from: f64, to: f64) -> Result<Peak> {
        let Some(&(_, function)) = QUANTITIES.iter().find(|known| known.0 == quantity) else {
            let names: Vec<&str> = QUANTITIES.iter().map(|known| known.0).collect();
            let allowed = format!("one of {}", names.join(", "));
            return Err(Error::argument("quantity", quantity, allowed));
        };
        require_positive("from", from)?;
        require_positive("to", to)?;
        if from >= to {
            return Err(Error::argument("to", to, format!("above `from` = {from}")));
        }
        let step = (to - from) / (GRID - 1) as f64;
        let grid: Vec<f64> = (0..GRID).map(|k| from + step * k as f64).collect();
        let weights =
            grid.iter().map(|t| self.supported(1.0 / t)).collect::<Result<Vec<Weights>>>()?;
        let whole: Vec<f64> =
            weights.iter().map(|w| function(&self.weighted.whole(w), self)).collect();
        let best = highest(&whole);
        if best == 0 || best == GRID - 1 {
            return Err(Error::argument(
                "from, to",
                format!("{from}, {to} (where `{quantity}` is largest at {})", grid[best]),
                "temperatures on both sides of a maximum",
            ));
        }
        // The values without one block have their maximum near by, not always between the same points.
        let without: Vec<Vec<f64>> = weights
            .iter()
            .map(|w| self.weighted.without_blocks(w).iter().map(|x| function(x, self)).collect())
            .collect();
        let left_out = without[0].len();
        let value = |t: f64, averages: &dyn Fn(&Weights) -> Averages| {
            function(&averages(&self.weighted.weights(1.0 / t)), self)
        };
        let refine = |curve: &[f64], averages: &dyn Fn(&Weights) -> Averages| {
            let best = highest(curve).clamp(1, GRID - 2);
            golden(grid[best - 1], grid[best + 1], |t| value(t, averages))
        };
        let (temperature, largest) = refine(&whole, &|w| self.weighted.whole(w));
        let peaks: Vec<(f64, f64)> = (0..left_out)
            .into_par_iter()
            .map(|k| {
                let curve: Vec<f64> = without.iter().map(|values| values[k]).collect();
                refine(&curve, &|w| self.weighted.without_block(w, k))
            })
            .collect();
        let places: Vec<f64> = peaks.iter().map(|peak| peak.0).collect();
        let heights: Vec<f64> = peaks.iter().map(|peak| peak.1).collect();
        Ok(Peak {
            temperature,
            temperature_err: self.weighted.error(&places),
            value: largest,
            value_err: self.weighted.error(&heights),
        })
    }
}

fn highest(values: &[f64]) -> usize {
    (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0)
}

/// The maximum between two points of a function with one maximum there, by golden sections.
fn golden(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> (f64, f64) {
    let ratio = 0.5 * (5_f64.sqrt() - 1.0);
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (function(left), function(right));
    for _ in 0..SECTIONS {
        if at_left > at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - ratio * (high - low);
            at_left = function(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + ratio * (high - low);
            at_right = function(right);
        }
    }
    if at_left > at_right { (left, at_left) } else { (right, at_right) }
}
