//! The mean of independent values.

/// The error of a fraction k/n: the standard deviation of what it may be, all fractions taken for equally likely before. It is not 0 for k = 0.
pub(crate) fn fraction_error(k: usize, n: usize) -> f64 {
    let (k, n) = (k as f64, n as f64);
    let p = (k + 1.0) / (n + 2.0);
    (p * (1.0 - p) / (n + 3.0)).sqrt()
}

/// The same for the mean of values from 0 to 1: as with fractions, a 0 and a 1 more count, so that it is not 0 where all are equal.
pub(crate) fn bounded_error(values: impl IntoIterator<Item = f64>) -> f64 {
    let [mut n, mut sum, mut squares] = [2.0, 1.0, 1.0];
    for value in values {
        n += 1.0;
        sum += value;
        squares += value * value;
    }
    ((squares / n - (sum / n).powi(2)) / (n + 1.0)).sqrt()
}

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

/// The means and standard errors of the first 2, 3, … independent values, with their numbers, by Welford's update.
pub(crate) fn running_means(values: &[f64]) -> (Vec<u64>, Vec<f64>, Vec<f64>) {
    let (mut mean, mut squares) = (0.0, 0.0);
    let mut rows = (Vec::new(), Vec::new(), Vec::new());
    for (k, value) in values.iter().enumerate() {
        let count = (k + 1) as f64;
        let change = value - mean;
        mean += change / count;
        squares += change * (value - mean);
        if k > 0 {
            rows.0.push((k + 1) as u64);
            rows.1.push(mean);
            rows.2.push((squares / (count * (count - 1.0))).sqrt());
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Variance (1 + 0 + 1)/2 = 1.
        assert_eq!(mean_and_error(&[1.0, 2.0, 3.0]), Some((2.0, (1.0_f64 / 3.0).sqrt())));
        assert_eq!(mean_and_error(&[1.0]), None);
        let (counts, means, errors) = running_means(&[1.0, 2.0, 3.0]);
        assert_eq!((counts, means), (vec![2, 3], vec![1.5, 2.0]));
        assert_eq!(errors, [0.5, (1.0_f64 / 3.0).sqrt()]);
        // Beta(1, 2) has variance 1·2/(3²·4).
        assert!((fraction_error(0, 1) - 18_f64.sqrt().recip()).abs() < 1e-15);
        // Of 0, 1 and ½ twice: variance ⅛, over 5.
        assert!((bounded_error([0.5, 0.5]) - 40_f64.sqrt().recip()).abs() < 1e-15);
        for k in 0..=7 {
            let values = (0..7).map(|i| if i < k { 1.0 } else { 0.0 });
            assert!((bounded_error(values) - fraction_error(k, 7)).abs() < 1e-15);
        }
    }
}
