//! Where a yes turns into a no, among whole numbers.

use crate::error::Result;

/// The last number from `low` on for which `test` holds, if it holds up to there and not beyond, found by bisection; `low` itself is taken to pass and `high` to fail.
pub(crate) fn last_passing(
    low: usize,
    high: usize,
    mut test: impl FnMut(usize) -> Result<bool>,
) -> Result<usize> {
    let (mut low, mut high) = (low, high);
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if test(middle)? { low = middle } else { high = middle }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_turn_is_found() -> Result<()> {
        for high in 1..20 {
            for last in 0..high {
                let mut asked = Vec::new();
                let found = last_passing(0, high, |k| {
                    asked.push(k);
                    Ok(k <= last)
                })?;
                assert_eq!(found, last);
                assert!(asked.iter().all(|k| (1..high).contains(k)) && asked.len() <= 5);
            }
        }
        Ok(())
    }
}
