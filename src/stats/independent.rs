//! The mean of independent values.

/// The mean of independent values and its standard error; none of fewer than two.
pub(crate) fn mean_and_error(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((mean, (squares / (n * (n - 1.0))).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Variance (1 + 0 + 1)/2 = 1.
        assert_eq!(mean_and_error(&[1.0, 2.0, 3.0]), Some((2.0, (1.0_f64 / 3.0).sqrt())));
        assert_eq!(mean_and_error(&[1.0]), None);
    }
}
