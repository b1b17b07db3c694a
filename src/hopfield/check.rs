//! What patterns and states have to be.

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::spin::MAX_SPINS;

/// The most entries of a pattern matrix, P·N: half a GiB, and as much again in the form that the dynamics works on.
pub const MAX_PATTERN_ENTRIES: usize = 1 << 29;

/// The most neurons of a network that keeps its couplings as a matrix: 1 GiB of numbers.
pub const MAX_DENSE: usize = 11_585;

/// The size that a network of such patterns has; refuses what is empty, not ±1, or too large.
pub(super) fn patterns(patterns: &Array2<i8>) -> Result<usize> {
    let (count, size) = patterns.dim();
    if count == 0 || size == 0 {
        let given = format!("{count} patterns of {size} units");
        return Err(Error::argument(
            "patterns",
            given,
            "at least one pattern of at least one unit",
        ));
    }
    entries(count, size)?;
    match patterns.iter().position(|&s| s != 1 && s != -1) {
        Some(at) => {
            let (mu, i) = (at / size, at % size);
            let given = format!("an entry of {} (pattern {mu}, unit {i})", patterns[(mu, i)]);
            Err(Error::argument("patterns", given, "of entries +1 and -1"))
        }
        None => Ok(size),
    }
}

/// Refuses a number of patterns and units beyond memory.
pub(super) fn entries(count: usize, size: usize) -> Result<()> {
    if size > MAX_SPINS || count.checked_mul(size).is_none_or(|all| all > MAX_PATTERN_ENTRIES) {
        return Err(Error::TooLarge {
            what: format!("A network of {size} units with {count} patterns"),
            needs: format!("{:.3e} entries", count as f64 * size as f64),
            limit: format!("{MAX_PATTERN_ENTRIES} entries and {MAX_SPINS} units"),
            advice: "Take fewer patterns or fewer units.".to_owned(),
        });
    }
    Ok(())
}

/// Refuses a matrix of couplings beyond memory.
pub(super) fn dense(what: &str, size: usize) -> Result<()> {
    if size > MAX_DENSE {
        return Err(Error::TooLarge {
            what: format!("{what} of {size} units"),
            needs: format!("{:.1} GiB", (size as f64).powi(2) * 8.0 / f64::from(1 << 30)),
            limit: format!("the 1 GiB that {MAX_DENSE} units need"),
            advice: "Take fewer units, or Hebb's or the covariance rule, which keep patterns in place of a matrix.".to_owned(),
        });
    }
    Ok(())
}

/// Refuses a state that is not `size` entries of ±1.
pub(super) fn state(what: &'static str, state: &Array1<i8>, size: usize) -> Result<Vec<i8>> {
    if state.len() != size {
        return Err(Error::Shape {
            what,
            expected: format!("({size},)"),
            given: format!("({},)", state.len()),
        });
    }
    match state.indexed_iter().find(|(_, s)| **s != 1 && **s != -1) {
        Some((i, s)) => {
            let given = format!("an entry of {s} (unit {i})");
            Err(Error::argument("state", given, "of entries +1 and -1"))
        }
        None => Ok(state.to_vec()),
    }
}

/// Refuses states, one a row, that are not `size` entries of ±1 each.
pub(super) fn states(states: &Array2<i8>, size: usize) -> Result<()> {
    if states.ncols() != size || states.nrows() == 0 {
        return Err(Error::Shape {
            what: "The matrix of starts, one state a row,",
            expected: format!("(at least 1, {size})"),
            given: format!("({}, {})", states.nrows(), states.ncols()),
        });
    }
    patterns(states).map(|_| ())
}

/// Refuses to keep `each` numbers after every one of so many sweeps where they would not fit in the memory.
pub(super) fn kept(sweeps: usize, each: usize) -> Result<()> {
    const MOST: usize = 1 << 27;
    if sweeps.saturating_add(1).saturating_mul(each) > MOST {
        return Err(Error::TooLarge {
            what: format!("A record of {sweeps} sweeps"),
            needs: format!("{each} numbers of each"),
            limit: format!("{MOST} numbers"),
            advice: "Take fewer sweeps, or look at one pattern.".to_owned(),
        });
    }
    Ok(())
}
