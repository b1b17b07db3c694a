//! All fixed points of a small network.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::hopfield::Hopfield;
use crate::hopfield::experiment::mixture_state;
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::rayon::prelude::*;

/// The most units whose states are all looked at.
const MAX_UNITS: usize = 20;
/// Fields this small beside the sum of the couplings are zero but for rounding.
const ROUNDING: f64 = 1e-12;
/// States looked at one flip apart before fields are computed anew.
const BLOCK: u32 = 1 << 10;

/// The fixed points of a network at T = 0, all of them, found by looking at each of its 2^N states.
///
/// A state is a fixed point if no unit would change: s_i h_i ≥ 0 for all i, where a field of zero leaves a unit as it is. It is *strict* if all s_i h_i > 0. Without external
/// fields the mirror image −s of a fixed point is one, too.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let net = Hopfield::hebb(&random_patterns(3, 15, 2)?)?;
/// let all = net.fixed_points()?;
/// assert!(all.strict() <= all.count() && all.count() % 2 == 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FixedPoints {
    size: usize,
    rule: &'static str,
    load: f64,
    points: Vec<FixedPoint>,
}

#[derive(Clone, Debug, PartialEq)]
struct FixedPoint {
    /// Bit i is 1 where unit i is +1.
    state: u32,
    energy: f64,
    /// The smallest s_i h_i.
    margin: f64,
    strict: bool,
    /// The pattern of the largest |m_μ|, and its m_μ.
    nearest: Option<(usize, f64)>,
    kind: &'static str,
    /// Patterns in the mixture; 1 for a pattern, 0 where it is none.
    order: u32,
}

impl Hopfield {
    /// All fixed points at T = 0, in order of their energy, for at most 20 units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let all = Hopfield::hebb(&array![[1, 1, -1, 1, -1]])?.fixed_points()?;
    /// assert_eq!(all.frame()?.values("overlap")?, [1.0, -1.0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are more than 20 units.
    pub fn fixed_points(&self) -> Result<FixedPoints> {
        let size = self.n_units();
        if size > MAX_UNITS {
            return Err(Error::TooLarge {
                what: "The list of all fixed points".to_owned(),
                needs: format!("2^{size} states"),
                limit: format!("2^{MAX_UNITS}"),
                advice: "Take fewer units, or recall from many random starts.".to_owned(),
            });
        }
        let table = Table::new(self)?;
        let states = 1_u32 << size;
        let block = BLOCK.min(states);
        let mut found: Vec<(u32, f64, bool)> = (0..states / block)
            .into_par_iter()
            .flat_map_iter(|index| table.fixed_in_block(index * block, block))
            .collect();
        found.sort_unstable_by_key(|(state, _, _)| *state);
        let mixtures = self.mixtures();
        let point = |(state, margin, strict): (u32, f64, bool)| {
            let spins = spins(state, size);
            let overlaps = self.overlaps_with(&spins);
            let larger = |best: (usize, f64), next: (usize, f64)| {
                if next.1.abs() > best.1.abs() { next } else { best }
            };
            let nearest = overlaps.iter().copied().enumerate().reduce(larger);
            let order = mixtures.get(&state).copied().unwrap_or(0);
            let kind = match order {
                0 => "spurious",
                1 => "pattern",
                _ => "mixture",
            };
            let energy = self.at(spins).energy() / size as f64;
            FixedPoint { state, energy, margin, strict, nearest, kind, order }
        };
        let mut points: Vec<FixedPoint> = found.into_iter().map(point).collect();
        // Rounding must not decide the order of mirror images; the one nearer to its pattern comes first.
        let near = |p: &FixedPoint| p.nearest.map_or(0.0, |(_, m)| m);
        points.sort_by(|a, b| {
            let same = (a.energy - b.energy).abs() <= ROUNDING * (1.0 + a.energy.abs());
            let by_energy =
                if same { std::cmp::Ordering::Equal } else { a.energy.total_cmp(&b.energy) };
            by_energy.then(near(b).total_cmp(&near(a)))
        });
        Ok(FixedPoints { size, rule: self.rule(), load: self.load(), points })
    }

    /// The patterns (order 1) and the mixtures of 3, 5 and 7 of them with all signs, as far as there are patterns, by their bits.
    fn mixtures(&self) -> HashMap<u32, u32> {
        let patterns = self.patterns();
        let mut known = HashMap::new();
        // Of few patterns only: their number grows as (2P)^n.
        let whole = u32::MAX >> (32 - self.n_units());
        for pattern in patterns.rows() {
            let code = bits(&pattern.to_owned());
            known.extend([(code, 1), (!code & whole, 1)]);
        }
        for (order, most) in [(3, 30), (5, 12), (7, 9)] {
            if patterns.nrows() < order || patterns.nrows() > most {
                continue;
            }
            for subset in subsets(patterns.nrows(), order) {
                for signs in 0..1_u32 << order {
                    let members: Vec<(usize, i8)> = subset
                        .iter()
                        .enumerate()
                        .map(|(k, mu)| (*mu, if signs >> k & 1 == 1 { -1 } else { 1 }))
                        .collect();
                    if let Ok(mixture) = mixture_state(&patterns, &members) {
                        known.entry(bits(&mixture)).or_insert(order as u32);
                    }
                }
            }
        }
        known
    }
}

/// The couplings and fields of few units, as numbers.
struct Table {
    size: usize,
    couplings: Array2<f64>,
    fields: Array1<f64>,
    /// By unit: below this a field is zero.
    zero: Vec<f64>,
}

impl Table {
    fn new(network: &Hopfield) -> Result<Self> {
        let (couplings, fields) = (network.couplings()?, network.fields());
        let rows = couplings.rows().into_iter().zip(&fields);
        let zero = rows
            .map(|(row, h)| ROUNDING * (row.iter().map(|j| j.abs()).sum::<f64>() + h.abs()))
            .collect();
        Ok(Self { size: network.n_units(), couplings, fields, zero })
    }

    /// The fixed points among `count` states from the first on: in Gray's order, where neighbours differ by one unit.
    fn fixed_in_block(&self, first: u32, count: u32) -> Vec<(u32, f64, bool)> {
        let mut gray = first ^ (first >> 1);
        let state = Array1::from(spins(gray, self.size)).mapv(f64::from);
        let mut local = self.couplings.dot(&state) + &self.fields;
        let mut found = Vec::new();
        for number in first..first + count {
            if number > first {
                let unit = number.trailing_zeros() as usize;
                gray ^= 1 << unit;
                let change = if gray >> unit & 1 == 1 { 2.0 } else { -2.0 };
                local.scaled_add(change, &self.couplings.column(unit));
            }
            found.extend(self.fixed(gray, &local).map(|(margin, strict)| (gray, margin, strict)));
        }
        found
    }

    /// The margin of a fixed point and whether it is strict.
    fn fixed(&self, state: u32, local: &Array1<f64>) -> Option<(f64, bool)> {
        let (mut margin, mut strict) = (f64::INFINITY, true);
        for (i, h) in local.iter().enumerate() {
            let aligned = if state >> i & 1 == 1 { *h } else { -*h };
            if aligned < -self.zero[i] {
                return None;
            }
            strict &= aligned > self.zero[i];
            margin = margin.min(aligned);
        }
        Some((if strict { margin } else { 0.0 }, strict))
    }
}

impl FixedPoints {
    /// How many there are, mirror images counted.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // One pattern and its mirror image.
    /// assert_eq!(Hopfield::hebb(&array![[1, 1, -1, 1]])?.fixed_points()?.count(), 2);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.points.len()
    }

    /// How many are strict.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Two units without a coupling keep any state, but are not held in it.
    /// let free = Hopfield::from_couplings(&array![[0.0, 0.0], [0.0, 0.0]])?.fixed_points()?;
    /// assert_eq!((free.count(), free.strict()), (4, 0));
    /// # Ok(()) }
    /// ```
    pub fn strict(&self) -> usize {
        self.points.iter().filter(|point| point.strict).count()
    }

    /// The states, one a row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let all = Hopfield::hebb(&array![[1, 1, -1]])?.fixed_points()?;
    /// assert_eq!(all.states(), array![[1, 1, -1], [-1, -1, 1]]);
    /// # Ok(()) }
    /// ```
    pub fn states(&self) -> Array2<i8> {
        let rows: Vec<Vec<i8>> =
            self.points.iter().map(|point| spins(point.state, self.size)).collect();
        Array2::from_shape_fn((rows.len(), self.size), |(k, i)| rows[k][i])
    }

    /// A row for each: `state` (a number whose bit i is 1 where unit i is +1), `energy` (per unit), `strict`, `margin` (the smallest s_i h_i), `kind` ("pattern", "mixture" or "spurious"),
    /// `order` (1 for a pattern, 3, 5, 7 for a mixture, 0 otherwise), `pattern` (the μ of the largest |m_μ|) and `overlap` (that m_μ; −1 for a pattern's negative), `mirror` (whether −s is
    /// in the list, too); then `rule`, `n_units`, `load`.
    ///
    /// Mixtures, with all signs, are looked for among up to 30 patterns for order 3, 12 for order 5 and 9 for order 7.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, -1, -1, -1]])?;
    /// let frame = net.fixed_points()?.frame()?;
    /// assert_eq!(frame.values("mirror")?, vec![1.0; frame.height()]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If polars refuses the frame.
    pub fn frame(&self) -> Result<DataFrame> {
        let points = &self.points;
        let all: std::collections::HashSet<u32> = points.iter().map(|point| point.state).collect();
        let whole = u32::MAX >> (32 - self.size);
        let height = points.len();
        Ok(df!(
            "state" => points.iter().map(|p| p.state).collect::<Vec<_>>(),
            "energy" => points.iter().map(|p| p.energy).collect::<Vec<_>>(),
            "strict" => points.iter().map(|p| p.strict).collect::<Vec<_>>(),
            "margin" => points.iter().map(|p| p.margin).collect::<Vec<_>>(),
            "kind" => points.iter().map(|p| p.kind).collect::<Vec<_>>(),
            "order" => points.iter().map(|p| p.order).collect::<Vec<_>>(),
            "pattern" => points.iter().map(|p| p.nearest.map(|(mu, _)| mu as u64)).collect::<Vec<_>>(),
            "overlap" => points.iter().map(|p| p.nearest.map(|(_, m)| m)).collect::<Vec<_>>(),
            "mirror" => points.iter().map(|p| all.contains(&(!p.state & whole))).collect::<Vec<_>>(),
            "rule" => vec![self.rule; height],
            "n_units" => vec![self.size as u64; height],
            "load" => vec![self.load; height],
        )?)
    }
}

fn spins(state: u32, size: usize) -> Vec<i8> {
    (0..size).map(|i| if state >> i & 1 == 1 { 1 } else { -1 }).collect()
}

fn bits(state: &Array1<i8>) -> u32 {
    state.iter().enumerate().map(|(i, s)| u32::from(*s > 0) << i).sum()
}

/// All subsets of 0 … n − 1 with k members.
fn subsets(n: usize, k: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for left in (1..=k).rev() {
        all = all
            .into_iter()
            .flat_map(|subset: Vec<usize>| {
                let from = subset.last().map_or(0, |last| last + 1);
                (from..=n - left).map(move |next| [subset.as_slice(), &[next]].concat())
            })
            .collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_are_all_and_different() {
        assert_eq!(subsets(4, 3), [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]);
        assert_eq!(subsets(9, 5).len(), 126);
        assert_eq!(subsets(3, 3), [[0, 1, 2]]);
    }
}
