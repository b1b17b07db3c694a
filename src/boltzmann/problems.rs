//! Small sets of visible states that are interesting to learn.

use crate::boltzmann::Coding;
use crate::boltzmann::states::all_states;
use crate::error::{Error, Result};
use crate::ndarray::Array2;

/// The most rows of a set, as a power of 2.
const MAX_BITS: usize = 16;

/// Bars and stripes: all images of side × side pixels whose rows are uniform, or whose columns are, each once. There are 2^(side + 1) − 2, one a row.
///
/// Source: D. J. C. MacKay, *Information Theory, Inference, and Learning Algorithms* (2003), section 43.
///
/// # Errors
/// If the side is not from 1 to 15.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(bars_and_stripes(3, Coding::Binary)?.dim(), (14, 9));
/// # Ok(())
/// # }
/// ```
pub fn bars_and_stripes(side: usize, coding: Coding) -> Result<Array2<i8>> {
    check("side", side, MAX_BITS - 1)?;
    let lines = all_states(coding, side);
    let count = lines.nrows();
    let images = if side == 1 { count } else { 2 * count - 2 };
    // Bars first; of the stripes those that are not uniform.
    let pixel = |(image, at): (usize, usize)| {
        let (row, column) = (at / side, at % side);
        if image < count { lines[(image, row)] } else { lines[(image - count + 1, column)] }
    };
    Ok(Array2::from_shape_fn((images, side * side), pixel))
}

/// Parity: all states of `bits` units, and one more that is on if an odd number of them are. Two bits are XOR. 2^bits rows of bits + 1 units.
///
/// All pairs of units are uncorrelated, so that a machine without hidden units learns nothing.
///
/// # Errors
/// If there is no bit, or more than 16.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(parity_patterns(2, Coding::Binary)?, array![[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]);
/// # Ok(())
/// # }
/// ```
pub fn parity_patterns(bits: usize, coding: Coding) -> Result<Array2<i8>> {
    check("bits", bits, MAX_BITS)?;
    let states = all_states(coding, bits);
    let odd = |row: usize| states.row(row).iter().filter(|&&s| s == 1).count() % 2 == 1;
    let unit =
        |(row, i): (usize, usize)| if i < bits { states[(row, i)] } else { coding.value(odd(row)) };
    Ok(Array2::from_shape_fn((states.nrows(), bits + 1), unit))
}

/// The encoder problem: two groups of units, in each of which one unit is on, the same in both. `groups` rows of 2 · groups units; see
/// [`BoltzmannMachine::encoder`](crate::boltzmann::BoltzmannMachine::encoder).
///
/// Source: D. H. Ackley, G. E. Hinton and T. J. Sejnowski, Cognitive Science 9, 147 (1985), section 4.
///
/// # Errors
/// If there is no unit in a group, or more than 1024.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(encoder_patterns(2, Coding::Binary)?, array![[1, 0, 1, 0], [0, 1, 0, 1]]);
/// # Ok(())
/// # }
/// ```
pub fn encoder_patterns(groups: usize, coding: Coding) -> Result<Array2<i8>> {
    check("groups", groups, 1_024)?;
    let unit = |(row, i): (usize, usize)| coding.value(i % groups == row);
    Ok(Array2::from_shape_fn((groups, 2 * groups), unit))
}

/// The shifter problem: a ring of `width` units in any state, a second ring with the same moved by one place to the left, not at all, or to the
/// right, and three units of which the one is on that tells which. 3 · 2^width rows of 2 · width + 3 units.
///
/// Source: G. E. Hinton and T. J. Sejnowski, in *Parallel Distributed Processing* 1 (1986), chapter 7.
///
/// # Errors
/// If the width is not from 1 to 14.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// assert_eq!(shifter_patterns(4, Coding::Binary)?.dim(), (48, 11));
/// # Ok(())
/// # }
/// ```
pub fn shifter_patterns(width: usize, coding: Coding) -> Result<Array2<i8>> {
    check("width", width, MAX_BITS - 2)?;
    let states = all_states(coding, width);
    let unit = |(row, i): (usize, usize)| {
        let (state, shift) = (row / 3, row % 3);
        if i < width {
            states[(state, i)]
        } else if i < 2 * width {
            // What stands at i − width came from one place to its right, from there, or from its left.
            states[(state, (i + width + 1 - shift) % width)]
        } else {
            coding.value(i - 2 * width == shift)
        }
    };
    Ok(Array2::from_shape_fn((3 * states.nrows(), 2 * width + 3), unit))
}

fn check(name: &'static str, given: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&given) {
        return Ok(());
    }
    Err(Error::argument(name, given, format!("from 1 to {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sets_have_the_rows_they_promise() -> Result<()> {
        for side in 1..=4 {
            let images = bars_and_stripes(side, Coding::Spin)?;
            let distinct: BTreeSet<Vec<i8>> = images.outer_iter().map(|row| row.to_vec()).collect();
            assert_eq!((distinct.len(), images.nrows()), ((2 << side) - 2, (2 << side) - 2));
            for image in images.outer_iter() {
                let rows =
                    (0..side).all(|i| (0..side).all(|j| image[i * side + j] == image[i * side]));
                let columns = (0..side).all(|i| (0..side).all(|j| image[i * side + j] == image[j]));
                assert!(rows || columns);
            }
        }
        let parity = parity_patterns(3, Coding::Spin)?;
        assert!(parity.outer_iter().all(|row| row.iter().product::<i8>() == 1));
        let shifted = shifter_patterns(3, Coding::Binary)?;
        // 100 moved to the left, not, and to the right, around the ring.
        let rows: Vec<Vec<i8>> = (12..15).map(|k| shifted.row(k).to_vec()).collect();
        assert_eq!(rows[0], [1, 0, 0, 0, 0, 1, 1, 0, 0]);
        assert_eq!(rows[1], [1, 0, 0, 1, 0, 0, 0, 1, 0]);
        assert_eq!(rows[2], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
        for bad in [0, 17, usize::MAX] {
            assert!(bars_and_stripes(bad, Coding::Spin).is_err());
            assert!(parity_patterns(bad, Coding::Spin).is_err());
            assert!(shifter_patterns(bad, Coding::Spin).is_err());
        }
        assert!(
            encoder_patterns(0, Coding::Spin).is_err()
                && encoder_patterns(1 << 40, Coding::Spin).is_err()
        );
        Ok(())
    }
}
