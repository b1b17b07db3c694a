//! Rows of truth tables as numbers: the first unit is the most significant binary digit.

use crate::error::{Error, Result};

/// More inputs or units than this are not enumerated.
pub(super) const MOST_BITS: usize = 20;

/// Digit `place` of `row`, written with `width` digits.
pub(super) fn digit(row: usize, place: usize, width: usize) -> i8 {
    i8::from(row >> (width - 1 - place) & 1 == 1)
}

/// All digits of `row`.
pub(super) fn digits(row: usize, width: usize) -> Vec<i8> {
    (0..width).map(|place| digit(row, place, width)).collect()
}

/// The number whose digits these are.
pub(super) fn number(digits: &[i8]) -> usize {
    digits.iter().fold(0, |row, &x| row << 1 | usize::from(x > 0))
}

/// The digits of `row` as text.
pub(super) fn text(row: usize, width: usize) -> String {
    (0..width).map(|place| if digit(row, place, width) > 0 { '1' } else { '0' }).collect()
}

/// Refuses values that are not 0 or 1, and a list of another length.
pub(super) fn require_bits(what: &'static str, bits: &[i8], length: usize) -> Result<()> {
    if bits.len() != length {
        return Err(Error::Shape {
            what,
            expected: format!("[{length}]"),
            given: format!("[{}]", bits.len()),
        });
    }
    match bits.iter().find(|&&x| x != 0 && x != 1) {
        Some(x) => Err(Error::argument("inputs", x, "0 or 1")),
        None => Ok(()),
    }
}

/// Refuses an enumeration of more than 2²⁰ rows, or of more entries than fit well in memory.
pub(super) fn require_enumerable(what: &str, width: usize, columns: usize) -> Result<()> {
    const MOST_ENTRIES: usize = 1 << 26;
    let too_large = |needs: String, limit: String| Error::TooLarge {
        what: what.to_owned(),
        needs,
        limit,
        advice: "Take a smaller network, or follow single inputs.".to_owned(),
    };
    if width > MOST_BITS {
        let limit = format!("2^{MOST_BITS}");
        return Err(too_large(format!("2^{width} rows"), limit));
    }
    let entries = columns.saturating_mul(1 << width);
    if entries > MOST_ENTRIES {
        return Err(too_large(format!("{entries} entries"), format!("{MOST_ENTRIES}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_numbers_are_inverse() {
        for width in 0..6 {
            for row in 0..1 << width {
                assert_eq!(number(&digits(row, width)), row);
                assert_eq!(text(row, width).len(), width);
            }
        }
        assert_eq!(text(6, 4), "0110");
    }
}
