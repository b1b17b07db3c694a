//! Patterns to store, and how to spoil them.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::hopfield::check;
use crate::ndarray::{Array1, Array2};
use crate::rand::Rng;
use crate::random::Seed;

/// `count` random patterns of `size` units: every entry ±1 with probability ½, one pattern a row.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(random_patterns(14, 100, 1)?.dim(), (14, 100));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If there would be no entry, or more than [`MAX_PATTERN_ENTRIES`](super::MAX_PATTERN_ENTRIES).
pub fn random_patterns(count: usize, size: usize, seed: impl Into<Seed>) -> Result<Array2<i8>> {
    biased_patterns(count, size, 0.0, seed)
}

/// `count` random patterns of `size` units with independent entries of this mean b: +1 with probability (1 + b)/2.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = biased_patterns(10, 1000, -0.8, 1)?;
/// let mean = patterns.iter().map(|&s| f64::from(s)).sum::<f64>() / 1e4;
/// assert!((mean + 0.8).abs() < 0.03);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`random_patterns`], or if the mean does not lie between −1 and 1.
pub fn biased_patterns(
    count: usize,
    size: usize,
    mean: f64,
    seed: impl Into<Seed>,
) -> Result<Array2<i8>> {
    require_some(count, size)?;
    if !(-1.0..=1.0).contains(&mean) {
        return Err(Error::argument("mean", mean, "between -1 and 1"));
    }
    let mut generator = seed.into().generator();
    let up = 0.5 * (1.0 + mean);
    let entry = |_| if generator.random::<f64>() < up { 1 } else { -1 };
    Ok(Array2::from_shape_fn((count, size), entry))
}

/// `count` patterns of `size` units, any two of which overlap by `correlation` on average: each entry is that of one random parent with probability
/// (1 + √correlation)/2, and its negative otherwise.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = correlated_patterns(2, 10_000, 0.5, 1)?;
/// let overlap: i32 = (0..10_000).map(|i| i32::from(patterns[(0, i)] * patterns[(1, i)])).sum();
/// assert!((f64::from(overlap) / 1e4 - 0.5).abs() < 0.04);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`random_patterns`], or if the correlation does not lie between 0 and 1.
pub fn correlated_patterns(
    count: usize,
    size: usize,
    correlation: f64,
    seed: impl Into<Seed>,
) -> Result<Array2<i8>> {
    require_some(count, size)?;
    require_fraction("correlation", correlation)?;
    let seed = seed.into();
    let parent = random_patterns(1, size, seed.child(0))?;
    let mut alike = biased_patterns(count, size, correlation.sqrt(), seed.child(1))?;
    for ((_, i), entry) in alike.indexed_iter_mut() {
        *entry *= parent[(0, i)];
    }
    Ok(alike)
}

/// The pattern with exactly this many units flipped, chosen at random.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pattern = Array1::from_elem(100, 1_i8);
/// assert_eq!(flipped(&pattern, 10, 1)?.iter().filter(|&&s| s == -1).count(), 10);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If an entry is not ±1, or there are fewer units than flips.
pub fn flipped(pattern: &Array1<i8>, flips: usize, seed: impl Into<Seed>) -> Result<Array1<i8>> {
    let mut spoiled = check::state("The pattern", pattern, pattern.len())?;
    let size = spoiled.len();
    if flips > size {
        return Err(Error::argument(
            "flips",
            flips,
            format!("at most {size}, the units there are"),
        ));
    }
    let mut generator = seed.into().generator();
    let mut units: Vec<usize> = (0..size).collect();
    for k in 0..flips {
        units.swap(k, generator.random_range(k..size));
        spoiled[units[k]] = -spoiled[units[k]];
    }
    Ok(Array1::from(spoiled))
}

/// The pattern with this fraction of its units flipped, chosen at random, their number rounded: its overlap is 1 − 2 · fraction.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pattern = Array1::from_elem(100, 1_i8);
/// assert_eq!(corrupted(&pattern, 0.25, 1)?.iter().filter(|&&s| s == -1).count(), 25);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If an entry is not ±1, or the fraction does not lie between 0 and 1.
pub fn corrupted(pattern: &Array1<i8>, fraction: f64, seed: impl Into<Seed>) -> Result<Array1<i8>> {
    require_fraction("fraction", fraction)?;
    flipped(pattern, (fraction * pattern.len() as f64).round() as usize, seed)
}

/// The pattern with each unit flipped with this probability, independently of the others: noise.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pattern = Array1::from_elem(100, 1_i8);
/// assert_ne!(noisy(&pattern, 0.1, 1)?, pattern);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If an entry is not ±1, or the probability does not lie between 0 and 1.
pub fn noisy(pattern: &Array1<i8>, probability: f64, seed: impl Into<Seed>) -> Result<Array1<i8>> {
    require_fraction("probability", probability)?;
    let state = check::state("The pattern", pattern, pattern.len())?;
    let mut generator = seed.into().generator();
    let flip = |s: i8| if generator.random::<f64>() < probability { -s } else { s };
    Ok(state.into_iter().map(flip).collect())
}

/// The pattern with the units of a mask (true for each) set to `fill`: occlusion.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let lower_half = rectangle((2, 2), 1..2, 0..2)?;
/// assert_eq!(occluded(&array![1, -1, 1, -1], &lower_half, -1)?, array![1, -1, -1, -1]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If an entry or `fill` is not ±1, or the mask has another length than the pattern.
pub fn occluded(pattern: &Array1<i8>, mask: &Array1<bool>, fill: i8) -> Result<Array1<i8>> {
    let mut state = check::state("The pattern", pattern, pattern.len())?;
    if mask.len() != state.len() {
        return Err(Error::Shape {
            what: "The mask",
            expected: format!("({},)", state.len()),
            given: format!("({},)", mask.len()),
        });
    }
    if fill != 1 && fill != -1 {
        return Err(Error::argument("fill", fill, "+1 or -1"));
    }
    for (entry, _) in state.iter_mut().zip(mask).filter(|(_, hidden)| **hidden) {
        *entry = fill;
    }
    Ok(Array1::from(state))
}

/// The mask of a rectangle in an image of this shape (height, width), line by line: true for the pixels of these rows and columns.
///
/// For [`occluded`] and for [`Recall::clamped`](super::Recall::clamped).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(rectangle((2, 3), 0..1, 1..3)?, array![false, true, true, false, false, false]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the image is empty or the rectangle does not lie within it.
pub fn rectangle(
    (height, width): (usize, usize),
    rows: Range<usize>,
    columns: Range<usize>,
) -> Result<Array1<bool>> {
    require_some(height, width)?;
    if rows.start > rows.end
        || columns.start > columns.end
        || rows.end > height
        || columns.end > width
    {
        let given = format!("rows {rows:?}, columns {columns:?}");
        let allowed = format!("within the {height} rows and {width} columns of the image");
        return Err(Error::argument("rows, columns", given, allowed));
    }
    let inside =
        |pixel: usize| rows.contains(&(pixel / width)) && columns.contains(&(pixel % width));
    Ok((0..height * width).map(inside).collect())
}

fn require_some(count: usize, size: usize) -> Result<()> {
    if count == 0 || size == 0 {
        let given = format!("{count} by {size}");
        return Err(Error::argument("count, size", given, "at least 1 by 1"));
    }
    check::entries(count, size)
}

fn require_fraction(name: &'static str, value: f64) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(Error::argument(name, value, "between 0 and 1"))
    }
}
