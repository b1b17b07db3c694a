//! Which Boolean functions one threshold unit can compute, with a certificate for either answer.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::neuron::unit::Neuron;
use crate::neuron::{bits, certificate};
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};

/// Linear programmes over the 2ⁿ rows stay quick up to here.
const MOST_INPUTS: usize = 10;
/// Every Boolean function of this many inputs can be listed; of five there are 2³².
const MOST_LISTED: usize = 4;
/// Integer weights within this bound give every threshold function of up to four inputs: a function that they missed would be one
/// without weights and without a contradiction, and the listing refuses that.
const BOUND: i64 = 3;

/// Why no threshold unit computes a function: rows on which it should fire and rows on which it should not, counted with
/// multiplicities, whose sums coincide, Σ_k a_k x_k = Σ_l b_l z_l, with Σ a = Σ b.
///
/// A unit would need Σ a_k (w·x_k) ≥ θ Σ a on the one side and Σ b_l (w·z_l) < θ Σ b on the other, while both are the same number. Divided by
/// Σ a, the sums are a point that the convex hulls of the two classes share (Radon, Farkas); functions without such rows are called
/// asummable, and are the threshold functions.
///
/// Source: C. C. Elgot, in Switching Circuit Theory and Logical Design (AIEE, 1961), p. 225.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // XOR fires on rows 01 and 10, whose sum is that of 00 and 11, on which it is silent.
/// let Realization::Impossible(contradiction) = realize(&[false, true, true, false])? else { unreachable!() };
/// assert_eq!(contradiction.frame()?.height(), 4);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    n_inputs: usize,
    /// Row and multiplicity.
    firing: Vec<(usize, i64)>,
    silent: Vec<(usize, i64)>,
}

impl Contradiction {
    /// The rows, with columns `x1`, `x2`, …, `fires` (what is asked for, 0 or 1) and `times`.
    ///
    /// # Errors
    /// If the frame cannot be made.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let Realization::Impossible(contradiction) = realize(&[false, true, true, false])? else { unreachable!() };
    /// let rows = contradiction.frame()?;
    /// assert_eq!(rows.values("fires")?, [1.0, 1.0, 0.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let rows: Vec<(usize, i64)> = self.firing.iter().chain(&self.silent).copied().collect();
        let digit = |i: usize| -> Vec<i32> {
            rows.iter().map(|&(row, _)| bits::digit(row, i, self.n_inputs).into()).collect()
        };
        let mut columns: Vec<Column> = (0..self.n_inputs)
            .map(|i| Column::new(format!("x{}", i + 1).into(), digit(i)))
            .collect();
        let fires: Vec<i32> = (0..rows.len()).map(|k| i32::from(k < self.firing.len())).collect();
        columns.push(Column::new("fires".into(), fires));
        columns.push(Column::new("times".into(), rows.iter().map(|r| r.1).collect::<Vec<_>>()));
        Ok(DataFrame::new_infer_height(columns)?)
    }

    /// Whether the rows do refute this function: each in its class, all counted at least once, and the two sums equal, in integers.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let xor = [false, true, true, false];
    /// let Realization::Impossible(contradiction) = realize(&xor)? else { unreachable!() };
    /// assert!(contradiction.refutes(&xor));
    /// assert!(!contradiction.refutes(&[false, false, true, true]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn refutes(&self, truth: &[bool]) -> bool {
        let belongs = |rows: &[(usize, i64)], class: bool| {
            !rows.is_empty() && rows.iter().all(|&(r, k)| k > 0 && truth.get(r) == Some(&class))
        };
        let total = |rows: &[(usize, i64)], of: &dyn Fn(usize) -> i64| -> i128 {
            rows.iter().map(|&(row, k)| i128::from(of(row)) * i128::from(k)).sum()
        };
        let same = |of: &dyn Fn(usize) -> i64| total(&self.firing, of) == total(&self.silent, of);
        truth.len() == 1 << self.n_inputs
            && belongs(&self.firing, true)
            && belongs(&self.silent, false)
            && same(&|_| 1)
            && (0..self.n_inputs).all(|i| same(&|row| bits::digit(row, i, self.n_inputs).into()))
    }
}

/// One unit that computes a function, or the reason why there is none; from [`realize`].
///
/// ```
/// use statmech::prelude::*;
/// let possible = |truth: &[bool]| matches!(realize(truth), Ok(Realization::Possible(_)));
/// assert!(possible(&[false, true, true, true]) && !possible(&[false, true, true, false])); // OR, XOR
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Realization {
    /// A unit with integer weights that computes the function.
    Possible(Neuron),
    /// The rows that contradict each other.
    Impossible(Contradiction),
}

/// Looks for a threshold unit that computes the Boolean function with these outputs, one for each of the 2ⁿ rows of a truth table.
///
/// Either answer carries its proof, and is checked in integers before it is returned: integer weights, or a [`Contradiction`]. Two
/// pairs of rows with equal sums, as for XOR, (0,1) + (1,0) = (0,0) + (1,1), are tried first; then a linear programme either finds weights or, through
/// its dual, rows in larger number.
///
/// # Errors
/// If the number of outputs is not 1, 2, 4, …, 2¹⁰; if the linear programme fails for numerical reasons.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert!(matches!(realize(&[false, true, true, false])?, Realization::Impossible(_)));
/// let Realization::Possible(unit) = realize(&[true, false, true, true])? else { unreachable!() };
/// assert_eq!(unit.truth()?, [true, false, true, true]);
/// # Ok(())
/// # }
/// ```
pub fn realize(truth: &[bool]) -> Result<Realization> {
    let n = inputs_of(truth)?;
    let answer = if let Some((firing, silent)) = pairs(truth, n) {
        Realization::Impossible(Contradiction { n_inputs: n, firing, silent })
    } else if let Some((weights, threshold)) = certificate::separate(truth, n)? {
        let weights = weights.into_iter().map(|w| w as f64);
        Realization::Possible(Neuron::new(weights, threshold as f64)?)
    } else {
        let (firing, silent) = certificate::common_point(truth, n)?;
        Realization::Impossible(Contradiction { n_inputs: n, firing, silent })
    };
    let proven = match &answer {
        Realization::Possible(unit) => unit.truth()? == truth,
        Realization::Impossible(contradiction) => contradiction.refutes(truth),
    };
    if proven { Ok(answer) } else { Err(certificate::undecided()) }
}

/// Whether one threshold unit computes the Boolean function with these outputs; see [`realize`].
///
/// # Errors
/// As for [`realize`].
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert!(is_threshold_function(&[false, true, true, true])?);
/// assert!(!is_threshold_function(&[false, true, true, false])?);
/// # Ok(())
/// # }
/// ```
pub fn is_threshold_function(truth: &[bool]) -> Result<bool> {
    Ok(matches!(realize(truth)?, Realization::Possible(_)))
}

/// Every Boolean function of `n` inputs, with the unit that computes it or the rows that forbid one: the proof by exhaustion.
///
/// Of the 2, 4, 16, 256, 65 536 functions of n = 0, 1, 2, 3, 4 inputs, one unit computes 2, 4, 14, 104, 1882 (OEIS A000609). For two
/// inputs, all but XOR and its negation.
///
/// Columns: `inputs`, `function` (its outputs as digits, first row first), `ones` (rows on which it fires), `one_unit` (true or false), `w1`, …, `threshold` of
/// a unit that computes it with the smallest Σ|w| + |θ| (missing if there is none), and `contradiction`, such as "01 + 10 = 00 + 11" (missing if there
/// is a unit). Every row is checked in integers.
///
/// # Errors
/// If n is above 4.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let functions = boolean_functions(2)?;
/// assert_eq!(functions.values("one_unit")?.iter().sum::<f64>(), 14.0);
/// # Ok(())
/// # }
/// ```
pub fn boolean_functions(n: usize) -> Result<DataFrame> {
    if n > MOST_LISTED {
        return Err(Error::TooLarge {
            what: "The list of all Boolean functions".to_owned(),
            needs: format!("2^(2^{n}) rows"),
            limit: format!("those of {MOST_LISTED} inputs"),
            advice: "Ask `realize` about single functions.".to_owned(),
        });
    }
    let rows = 1_usize << n;
    let units = small_units(n);
    let functions: Vec<Vec<bool>> = (0..1_usize << rows)
        .map(|f| (0..rows).map(|row| bits::digit(f, row, rows) > 0).collect())
        .collect();
    let mut contradictions: Vec<Option<String>> = Vec::with_capacity(functions.len());
    for (f, truth) in functions.iter().enumerate() {
        let found = pairs(truth, n);
        let proven = match (units.contains_key(&f), &found) {
            (true, None) => true,
            (false, Some((firing, silent))) => {
                let (firing, silent) = (firing.clone(), silent.clone());
                Contradiction { n_inputs: n, firing, silent }.refutes(truth)
            }
            _ => false,
        };
        if !proven {
            return Err(certificate::undecided());
        }
        contradictions.push(found.map(|(firing, silent)| {
            let side = |rows: &[(usize, i64)]| {
                let times = |&(row, k): &(usize, i64)| vec![bits::text(row, n); k as usize];
                rows.iter().flat_map(times).collect::<Vec<_>>().join(" + ")
            };
            format!("{} = {}", side(&firing), side(&silent))
        }));
    }
    let of_unit = |f: usize, part: &dyn Fn(&Weighted) -> i64| units.get(&f).map(part);
    let all = 0..functions.len();
    let mut columns = vec![
        Column::new("inputs".into(), vec![n as u32; functions.len()]),
        Column::new(
            "function".into(),
            all.clone().map(|f| bits::text(f, rows)).collect::<Vec<_>>(),
        ),
        Column::new("ones".into(), all.clone().map(usize::count_ones).collect::<Vec<_>>()),
        Column::new(
            "one_unit".into(),
            all.clone().map(|f| units.contains_key(&f)).collect::<Vec<_>>(),
        ),
    ];
    for i in 0..n {
        let weights: Vec<Option<i64>> =
            all.clone().map(|f| of_unit(f, &|unit| unit.0[i])).collect();
        columns.push(Column::new(format!("w{}", i + 1).into(), weights));
    }
    let answers = df!(
        "threshold" => all.map(|f| of_unit(f, &|unit| unit.1)).collect::<Vec<_>>(),
        "contradiction" => contradictions,
    )?;
    columns.extend(answers.columns().iter().cloned());
    Ok(DataFrame::new_infer_height(columns)?)
}

/// Integer weights and threshold.
type Weighted = (Vec<i64>, i64);

/// The functions that units with small integer weights compute, each with the smallest of these.
fn small_units(n: usize) -> BTreeMap<usize, Weighted> {
    let rows = 1_usize << n;
    let side = (2 * BOUND + 1) as usize;
    let largest = BOUND * n as i64;
    let mut found: BTreeMap<usize, Weighted> = BTreeMap::new();
    for code in 0..side.pow(n as u32) {
        let weights: Vec<i64> =
            (0..n).map(|i| (code / side.pow(i as u32) % side) as i64 - BOUND).collect();
        let sums: Vec<i64> = (0..rows)
            .map(|row| (0..n).map(|i| weights[i] * i64::from(bits::digit(row, i, n))).sum())
            .collect();
        for threshold in -largest..=largest + 1 {
            let f = sums.iter().fold(0, |f, &sum| f << 1 | usize::from(sum >= threshold));
            let size = |w: &[i64], t: i64| w.iter().map(|w| w.abs()).sum::<i64>() + t.abs();
            let better = match found.get(&f) {
                Some((w, t)) => size(&weights, threshold) < size(w, *t),
                None => true,
            };
            if better {
                found.insert(f, (weights.clone(), threshold));
            }
        }
    }
    found
}

/// Rows with multiplicities, of the firing and of the silent class.
pub(super) type Sides = (Vec<(usize, i64)>, Vec<(usize, i64)>);

/// Two firing and two silent rows with equal sums. Up to eight inputs every function that no unit computes has them.
fn pairs(truth: &[bool], n: usize) -> Option<Sides> {
    // The sum of two rows has digits 0, 1 and 2: one number of two binary digits each.
    let spread = |row: usize| (0..n).fold(0_usize, |s, i| s | (row >> i & 1) << (2 * i));
    let mut seen: BTreeMap<usize, [Option<(usize, usize)>; 2]> = BTreeMap::new();
    for b in 0..truth.len() {
        for a in 0..=b {
            if truth[a] != truth[b] {
                continue;
            }
            let entry = seen.entry(spread(a) + spread(b)).or_default();
            entry[usize::from(truth[a])].get_or_insert((a, b));
            if let [Some(silent), Some(firing)] = *entry {
                let counted = |(a, b)| if a == b { vec![(a, 2)] } else { vec![(a, 1), (b, 1)] };
                return Some((counted(firing), counted(silent)));
            }
        }
    }
    None
}

fn inputs_of(truth: &[bool]) -> Result<usize> {
    let n = truth.len().trailing_zeros() as usize;
    if truth.len().is_power_of_two() && n <= MOST_INPUTS {
        return Ok(n);
    }
    let allowed = format!("an output for each of the 2^n rows, with n at most {MOST_INPUTS}");
    Err(Error::argument("truth", format!("a list of {}", truth.len()), allowed))
}
