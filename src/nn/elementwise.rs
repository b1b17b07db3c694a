//! Passes over slices: activations with their derivatives, and sums, each for every width of registers.

/// The passes of one floating-point type.
macro_rules! elementwise {
    ($type:ident, $lanes:literal) => {
        pub(crate) mod $type {
            use crate::nn::activation::Activation;
            use crate::numeric::elementary::$type as elementary;
            use crate::numeric::gaussian;
            use crate::simd::{Width, widths};

            const LANES: usize = $lanes;

            /// A nonlinearity: its value, and its first two derivatives given z and the value.
            trait Unit {
                fn value(z: $type) -> $type;
                fn slope(z: $type, a: $type) -> $type;
                fn bend(z: $type, a: $type) -> $type;
            }

            struct Tanh;
            struct Relu;
            struct Gelu;
            struct Softplus;

            impl Unit for Tanh {
                #[inline(always)]
                fn value(z: $type) -> $type {
                    elementary::tanh(z)
                }
                #[inline(always)]
                fn slope(_z: $type, a: $type) -> $type {
                    1.0 - a * a
                }
                #[inline(always)]
                fn bend(_z: $type, a: $type) -> $type {
                    -2.0 * a * (1.0 - a * a)
                }
            }

            impl Unit for Relu {
                #[inline(always)]
                fn value(z: $type) -> $type {
                    if z > 0.0 { z } else { 0.0 * z }
                }
                #[inline(always)]
                fn slope(z: $type, _a: $type) -> $type {
                    if z > 0.0 { 1.0 } else { 0.0 }
                }
                #[inline(always)]
                fn bend(_z: $type, _a: $type) -> $type {
                    0.0
                }
            }

            /// Φ(z); the tail is computed in double precision.
            #[inline(always)]
            fn below(z: $type) -> $type {
                gaussian::tail(-f64::from(z)) as $type
            }

            #[inline(always)]
            fn density(z: $type) -> $type {
                elementary::exp(-0.5 * z * z) / (gaussian::SQRT_TAU as $type)
            }

            impl Unit for Gelu {
                #[inline(always)]
                fn value(z: $type) -> $type {
                    z * below(z)
                }
                #[inline(always)]
                fn slope(z: $type, _a: $type) -> $type {
                    below(z) + z * density(z)
                }
                #[inline(always)]
                fn bend(z: $type, _a: $type) -> $type {
                    density(z) * (2.0 - z * z)
                }
            }

            impl Unit for Softplus {
                #[inline(always)]
                fn value(z: $type) -> $type {
                    elementary::softplus(z)
                }
                #[inline(always)]
                fn slope(z: $type, _a: $type) -> $type {
                    elementary::logistic(z)
                }
                #[inline(always)]
                fn bend(z: $type, _a: $type) -> $type {
                    elementary::logistic(z) * elementary::logistic(-z)
                }
            }

            #[inline(always)]
            fn values<U: Unit>(z: &[$type], a: &mut [$type]) {
                for (a, z) in a.iter_mut().zip(z) {
                    *a = U::value(*z);
                }
            }

            #[inline(always)]
            fn slopes<U: Unit>(z: &[$type], a: &[$type], g: &mut [$type]) {
                for ((g, a), z) in g.iter_mut().zip(a).zip(z) {
                    *g *= U::slope(*z, *a);
                }
            }

            #[inline(always)]
            fn bends<U: Unit>(
                z: &[$type],
                a: &[$type],
                g: &[$type],
                t: &[$type],
                r: &mut [$type],
            ) {
                for ((((r, t), g), a), z) in r.iter_mut().zip(t).zip(g).zip(a).zip(z) {
                    *r = *r * U::slope(*z, *a) + *g * U::bend(*z, *a) * *t;
                }
            }

            #[inline(always)]
            fn lanes(values: &[$type]) -> $type {
                let mut sums = [0.0; LANES];
                let chunks = values.chunks_exact(LANES);
                let rest: $type = chunks.remainder().iter().sum();
                for chunk in chunks {
                    for (sum, x) in sums.iter_mut().zip(chunk) {
                        *sum += x;
                    }
                }
                sums.iter().sum::<$type>() + rest
            }

            #[inline(always)]
            fn from_double(values: &[f64], out: &mut [$type]) {
                for (out, value) in out.iter_mut().zip(values) {
                    *out = *value as $type;
                }
            }

            #[inline(always)]
            fn to_double(values: &[$type], out: &mut [f64]) {
                for (out, value) in out.iter_mut().zip(values) {
                    *out = f64::from(*value);
                }
            }

            widths!(pub fn narrow(values: &[f64], out: &mut [$type]) = from_double);
            widths!(pub fn widen(values: &[$type], out: &mut [f64]) = to_double);

            widths!(fn sum_lanes(values: &[$type]) -> $type = lanes);

            pub fn sum(values: &[$type]) -> $type {
                sum_lanes(Width::best(), values)
            }

            macro_rules! unit {
                ($name:ident, $unit:ident) => {
                    mod $name {
                        use super::*;
                        widths!(pub fn value(z: &[$type], a: &mut [$type]) = values::<$unit>);
                        widths!(pub fn slope(z: &[$type], a: &[$type], g: &mut [$type]) = slopes::<$unit>);
                        widths!(
                            pub fn bend(z: &[$type], a: &[$type], g: &[$type], t: &[$type], r: &mut [$type])
                                = bends::<$unit>
                        );
                    }
                };
            }

            unit!(tanh, Tanh);
            unit!(relu, Relu);
            unit!(gelu, Gelu);
            unit!(softplus, Softplus);

            pub fn activate(activation: Activation, z: &[$type], a: &mut [$type]) {
                let width = Width::best();
                match activation {
                    Activation::Tanh => tanh::value(width, z, a),
                    Activation::Relu => relu::value(width, z, a),
                    Activation::Gelu => gelu::value(width, z, a),
                    Activation::Softplus => softplus::value(width, z, a),
                    Activation::Identity => a.copy_from_slice(z),
                }
            }

            pub fn times_slope(activation: Activation, z: &[$type], a: &[$type], g: &mut [$type]) {
                let width = Width::best();
                match activation {
                    Activation::Tanh => tanh::slope(width, z, a, g),
                    Activation::Relu => relu::slope(width, z, a, g),
                    Activation::Gelu => gelu::slope(width, z, a, g),
                    Activation::Softplus => softplus::slope(width, z, a, g),
                    Activation::Identity => {}
                }
            }

            pub fn times_slope_and_bend(
                activation: Activation,
                z: &[$type],
                a: &[$type],
                g: &[$type],
                t: &[$type],
                r: &mut [$type],
            ) {
                let width = Width::best();
                match activation {
                    Activation::Tanh => tanh::bend(width, z, a, g, t, r),
                    Activation::Relu => relu::bend(width, z, a, g, t, r),
                    Activation::Gelu => gelu::bend(width, z, a, g, t, r),
                    Activation::Softplus => softplus::bend(width, z, a, g, t, r),
                    Activation::Identity => {}
                }
            }
        }
    };
}

elementwise!(f64, 16);
elementwise!(f32, 32);
