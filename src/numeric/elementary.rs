//! e^x, e^x − 1, tanh, ln(1 + x) and their kin without branches, so that loops over them become vector code.
//!
//! Inlined into loops that [`crate::simd::widths!`] compiles. Errors in the tests below are a few units in the last place.

/// The functions of one floating-point type.
macro_rules! elementary {
    ($type:ident, $mantissa:literal, $bias:literal, $magic:literal, $ln2_high:literal,
        $ln2_low:literal, $least:literal, $most:literal, $flat:literal,
        [$($exp:literal)*], [$($log:literal)*]
    ) => {
        pub(crate) mod $type {
            /// 2ⁿ and e^r − 1 with x = n ln 2 + r, |r| ≤ ½ ln 2, by W. J. Cody and W. Waite, *Software Manual for the Elementary Functions* (1980).
            #[inline(always)]
            fn parts(x: $type) -> ($type, $type) {
                // Adding 1.5·2^mantissa rounds to a whole number, which then stands in the lowest bits.
                let shifted = x * std::$type::consts::LOG2_E + $magic;
                let n = shifted - $magic;
                let power = $type::from_bits(shifted.to_bits().wrapping_add($bias) << $mantissa);
                let r = (x - n * $ln2_high) - n * $ln2_low;
                // Taylor's series of (e^r − 1 − r)/r², from its end.
                let mut series = 0.0;
                $(series = series * r + 1.0 / $exp;)*
                (power, r + r * r * series)
            }

            /// e^x where it is a normal number: |x| at most 708 in double and 87 in single precision.
            #[inline(always)]
            pub fn exp_within(x: $type) -> $type {
                let (power, rest) = parts(x);
                power + power * rest
            }

            /// e^x; below the smallest normal number it stays there, and above the largest one as well.
            #[inline(always)]
            pub fn exp(x: $type) -> $type {
                exp_within(x.max($least).min($most))
            }

            /// e^x − 1 for x ≥ 0 up to where it is a normal number.
            #[inline(always)]
            pub fn exp_m1(x: $type) -> $type {
                let (power, rest) = parts(x);
                power * rest + (power - 1.0)
            }

            #[inline(always)]
            pub fn tanh(x: $type) -> $type {
                let e = exp_m1(2.0 * x.abs().min($flat));
                (e / (e + 2.0)).copysign(x)
            }

            /// ln(1 + x) for 0 ≤ x ≤ 1, as 2 artanh(x/(2 + x)).
            #[inline(always)]
            pub fn ln_1p(x: $type) -> $type {
                let s = x / (2.0 + x);
                let square = s * s;
                let mut series = 0.0;
                $(series = series * square + 1.0 / $log;)*
                2.0 * s * series
            }

            /// 1/(1 + e⁻ˣ).
            #[inline(always)]
            pub fn logistic(x: $type) -> $type {
                let e = exp(-x.abs());
                let small = e / (1.0 + e);
                if x < 0.0 { small } else { 1.0 / (1.0 + e) }
            }

            /// ln(1 + e^x).
            #[inline(always)]
            pub fn softplus(x: $type) -> $type {
                x.max(0.0) + ln_1p(exp(-x.abs()))
            }
        }
    };
}

elementary!(
    f64, 52, 1023, 6755399441055744.0, 6.93147180369123816490e-01, 1.90821492927058770002e-10,
    -708.0, 709.0, 22.0,
    [87178291200.0 6227020800.0 479001600.0 39916800.0 3628800.0 362880.0 40320.0 5040.0 720.0 120.0 24.0 6.0 2.0],
    [37.0 35.0 33.0 31.0 29.0 27.0 25.0 23.0 21.0 19.0 17.0 15.0 13.0 11.0 9.0 7.0 5.0 3.0 1.0]
);
elementary!(
    f32, 23, 127, 12582912.0, 0.693359375, -2.12194440e-4,
    -87.0, 88.0, 10.0,
    [40320.0 5040.0 720.0 120.0 24.0 6.0 2.0],
    [17.0 15.0 13.0 11.0 9.0 7.0 5.0 3.0 1.0]
);

#[cfg(test)]
mod tests {
    /// The largest relative error over points of both signs and many sizes.
    fn worst(f: impl Fn(f64) -> f64, exact: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
        let mut worst = 0.0_f64;
        for k in 0..40_001 {
            let u = f64::from(k) / 40_000.0;
            for x in [from + (to - from) * u, (to - from) * 10_f64.powf(-12.0 * u)] {
                if x >= from && x <= to {
                    worst = worst.max((f(x) / exact(x) - 1.0).abs());
                }
            }
        }
        worst
    }

    #[test]
    fn double_precision_keeps_its_digits() {
        use super::f64 as fast;
        let eps = f64::EPSILON;
        assert!(worst(fast::exp, f64::exp, -700.0, 700.0) < 3.0 * eps);
        assert!(worst(fast::exp_m1, f64::exp_m1, 0.0, 40.0) < 6.0 * eps);
        assert!(worst(fast::tanh, f64::tanh, -30.0, 30.0) < 6.0 * eps);
        assert!(worst(fast::ln_1p, f64::ln_1p, 0.0, 1.0) < 6.0 * eps);
        assert!(worst(fast::logistic, |x| 1.0 / (1.0 + (-x).exp()), -30.0, 30.0) < 6.0 * eps);
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        assert!(worst(fast::softplus, softplus, -30.0, 30.0) < 8.0 * eps);
        assert_eq!((fast::tanh(0.0), fast::tanh(1e300), fast::tanh(-1e300)), (0.0, 1.0, -1.0));
        assert!(fast::exp(-1e300) < 1e-300 && fast::exp(-1e300) > 0.0);
    }

    #[test]
    fn single_precision_keeps_its_digits() {
        use super::f32 as fast;
        let eps = f64::from(f32::EPSILON);
        let single = |f: fn(f32) -> f32| move |x: f64| f64::from(f(x as f32));
        let double = |f: fn(f64) -> f64| move |x: f64| f(f64::from(x as f32));
        assert!(worst(single(fast::exp), double(f64::exp), -80.0, 80.0) < 3.0 * eps);
        assert!(worst(single(fast::tanh), double(f64::tanh), -12.0, 12.0) < 6.0 * eps);
        assert!(worst(single(fast::ln_1p), double(f64::ln_1p), 0.0, 1.0) < 6.0 * eps);
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        assert!(worst(single(fast::softplus), double(softplus), -30.0, 30.0) < 8.0 * eps);
    }
}
