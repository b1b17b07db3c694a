//! Means over chains, step by step.

/// Number, mean and sum of squared deviations.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    pub n: f64,
    pub mean: f64,
    squares: f64,
}

impl Moments {
    pub fn add(&mut self, value: f64) {
        self.n += 1.0;
        let from_old = value - self.mean;
        self.mean += from_old / self.n;
        self.squares += from_old * (value - self.mean);
    }

    /// The moments of both sets of values together.
    pub fn and(self, other: Self) -> Self {
        let n = self.n + other.n;
        if n == 0.0 {
            return self;
        }
        let between = other.mean - self.mean;
        Self {
            n,
            mean: self.mean + between * (other.n / n),
            squares: self.squares + other.squares + between * between * (self.n * other.n / n),
        }
    }

    /// The standard error of the mean; none of a single value.
    pub fn error(&self) -> Option<f64> {
        (self.n > 1.0).then(|| (self.squares / (self.n * (self.n - 1.0))).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole() {
        let of = |values: &[f64]| {
            let mut moments = Moments::default();
            for &value in values {
                moments.add(value);
            }
            moments
        };
        // Mean 4, squares 9 + 4 + 0 + 4 + 9 = 26, error √(26/20).
        let both = of(&[1.0, 2.0]).and(of(&[4.0, 6.0, 7.0])).and(Moments::default());
        assert!((both.mean - 4.0).abs() < 1e-15 && both.n == 5.0);
        assert!((both.error().unwrap() - 1.3_f64.sqrt()).abs() < 1e-15);
        assert_eq!(of(&[3.0]).error(), None);
    }
}
