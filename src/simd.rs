//! One loop, compiled for each width of SIMD registers and chosen at run time.
//!
//! The crate is compiled for every processor of an architecture, so that a loop would otherwise see the narrowest registers
//! only. [`widths!`] compiles an `#[inline(always)]` function once for each [`Width`]; the same source gives the same numbers
//! on each, since the compiler neither reorders floating-point sums nor fuses products by itself.

use std::sync::OnceLock;

/// A set of vector instructions that a loop is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Width {
    /// What every processor of the architecture has.
    Baseline,
    /// 256 bits, with fused multiply-add (x86-64-v3).
    Avx2,
    /// 512 bits (x86-64-v4).
    Avx512,
}

impl Width {
    /// The widest that this processor has.
    pub fn best() -> Self {
        static BEST: OnceLock<Width> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().last().copied().unwrap_or(Self::Baseline))
    }

    /// All that this processor has, from narrow to wide.
    pub fn available() -> Vec<Self> {
        let mut widths = vec![Self::Baseline];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") && has!("fma") && has!("bmi1") && has!("bmi2") && has!("popcnt") {
                widths.push(Self::Avx2);
                if has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
                    widths.push(Self::Avx512);
                }
            }
        }
        widths
    }
}

/// `widths!(pub(crate) fn name(a: A, b: B) -> R = body)` makes `name(width, a, b)` out of an `#[inline(always)] fn body(a, b)`.
///
/// A width that the processor lacks falls back to the widest it has.
macro_rules! widths {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $output:ty)? = $body:path) => {
        $(#[$meta])*
        #[allow(unsafe_code, clippy::too_many_arguments)]
        $vis fn $name(width: $crate::simd::Width, $($arg: $type),*) $(-> $output)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma,bmi1,bmi2,popcnt")]
                fn avx2($($arg: $type),*) $(-> $output)? {
                    $body($($arg),*)
                }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,popcnt")]
                fn avx512($($arg: $type),*) $(-> $output)? {
                    $body($($arg),*)
                }
                match width.min($crate::simd::Width::best()) {
                    // SAFETY: `best` found all of these instructions on this processor.
                    $crate::simd::Width::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::simd::Width::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::simd::Width::Baseline => {}
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = width;
            $body($($arg),*)
        }
    };
}
pub(crate) use widths;

#[inline(always)]
fn touch_body(lanes: &mut [f64; 8]) {
    for x in lanes {
        *x += 1.0;
    }
}

widths!(fn touch(lanes: &mut [f64; 8]) = touch_body);

/// To be called after a matrix product of faer: its kernels leave the upper halves of vector registers in use, after which `exp` and all
/// else that is compiled for narrow ones is several times slower. A function of our own with wide registers clears them when it returns.
pub(crate) fn clear_registers() {
    let mut lanes = [0.0; 8];
    touch(Width::best(), &mut lanes);
    std::hint::black_box(&mut lanes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(always)]
    fn sum_of_squares(values: &[f64]) -> f64 {
        let mut lanes = [0.0; 8];
        for chunk in values.chunks_exact(8) {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += x * x;
            }
        }
        lanes.iter().sum()
    }

    widths!(fn squares(values: &[f64]) -> f64 = sum_of_squares);

    #[test]
    fn all_widths_give_the_same_bits() {
        let values: Vec<f64> = (0..800).map(|k| f64::from(k).sin()).collect();
        let expected = sum_of_squares(&values);
        for width in Width::available() {
            assert_eq!(squares(width, &values).to_bits(), expected.to_bits(), "{width:?}");
        }
        assert_eq!(squares(Width::Avx512, &values).to_bits(), expected.to_bits());
        assert!(Width::available().contains(&Width::best()));
    }
}
