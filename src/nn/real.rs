//! The two floating-point types that networks compute in.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};
use std::sync::Arc;

use crate::nn::activation::Activation;
use crate::nn::elementwise;
use crate::nn::matrix::{Numbers, Shelf, TASK};
use crate::rayon::prelude::*;
use crate::simd::Width;

/// The precision of a network's passes; parameters, losses and derivatives are f64 in either.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let data = Dataset::from_images(&digits()?.take(50));
/// let network = Network::mlp([64, 16, 10]);
/// let theta = network.initial(0)?;
/// let double = network.loss(&data)?.loss(&theta)?;
/// let single = network.precision(Precision::Single).loss(&data)?.loss(&theta)?;
/// assert!((single / double - 1.0).abs() < 1e-5 && single != double);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// f32: half the memory and about twice the speed; relative errors near 10⁻⁶, which are too coarse for
    /// eigenvalues below 10⁻⁶ of the largest.
    Single,
    /// f64.
    #[default]
    Double,
}

/// f32 or f64.
pub(crate) trait Real:
    faer::traits::ComplexField
    + Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + Sum
    + 'static
{
    const ZERO: Self;
    const ONE: Self;

    fn of(x: f64) -> Self;
    fn double(self) -> f64;
    fn sqrt(self) -> Self;

    /// The numbers in this precision, with memory of a shelf if they are not yet.
    fn view<'a>(shelf: &Arc<Shelf<Self>>, values: &'a [f64]) -> Numbers<'a, Self>;

    /// Lets `fill` write numbers in this precision, which are zero before, to where f64 stand.
    fn fill(shelf: &Arc<Shelf<Self>>, out: &mut [f64], fill: &mut dyn FnMut(&mut [Self]));

    /// The numbers in this precision, to another place.
    fn narrow(values: &[f64], out: &mut [Self]);
    /// The numbers in double precision, to another place.
    fn widen(values: &[Self], out: &mut [f64]);

    /// The sum, in a fixed order.
    fn total(values: &[Self]) -> Self;

    /// a = σ(z).
    fn activate(activation: Activation, z: &[Self], a: &mut [Self]);
    /// g ← g σ'(z), with a = σ(z).
    fn times_slope(activation: Activation, z: &[Self], a: &[Self], g: &mut [Self]);
    /// r ← r σ'(z) + g σ''(z) t.
    fn times_slope_and_bend(
        activation: Activation,
        z: &[Self],
        a: &[Self],
        g: &[Self],
        t: &[Self],
        r: &mut [Self],
    );
}

macro_rules! real {
    ($type:ident, $view:expr, $fill:expr) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            fn of(x: f64) -> Self {
                x as $type
            }

            fn double(self) -> f64 {
                f64::from(self)
            }

            fn sqrt(self) -> Self {
                self.sqrt()
            }

            fn view<'a>(shelf: &Arc<Shelf<Self>>, values: &'a [f64]) -> Numbers<'a, Self> {
                ($view)(shelf, values)
            }

            fn fill(shelf: &Arc<Shelf<Self>>, out: &mut [f64], fill: &mut dyn FnMut(&mut [Self])) {
                ($fill)(shelf, out, fill);
            }

            fn narrow(values: &[f64], out: &mut [Self]) {
                elementwise::$type::narrow(Width::best(), values, out);
            }

            fn widen(values: &[Self], out: &mut [f64]) {
                elementwise::$type::widen(Width::best(), values, out);
            }

            fn total(values: &[Self]) -> Self {
                elementwise::$type::sum(values)
            }

            fn activate(activation: Activation, z: &[Self], a: &mut [Self]) {
                elementwise::$type::activate(activation, z, a);
            }

            fn times_slope(activation: Activation, z: &[Self], a: &[Self], g: &mut [Self]) {
                elementwise::$type::times_slope(activation, z, a, g);
            }

            fn times_slope_and_bend(
                activation: Activation,
                z: &[Self],
                a: &[Self],
                g: &[Self],
                t: &[Self],
                r: &mut [Self],
            ) {
                elementwise::$type::times_slope_and_bend(activation, z, a, g, t, r);
            }
        }
    };
}

fn as_double<'a>(_shelf: &Arc<Shelf<f64>>, values: &'a [f64]) -> Numbers<'a, f64> {
    Numbers::Own(values)
}

fn as_single<'a>(shelf: &Arc<Shelf<f32>>, values: &'a [f64]) -> Numbers<'a, f32> {
    Numbers::Converted(shelf.converted(values))
}

fn fill_double(_shelf: &Arc<Shelf<f64>>, out: &mut [f64], fill: &mut dyn FnMut(&mut [f64])) {
    out.par_chunks_mut(TASK).for_each(|out| out.fill(0.0));
    fill(out);
}

fn fill_single(shelf: &Arc<Shelf<f32>>, out: &mut [f64], fill: &mut dyn FnMut(&mut [f32])) {
    let mut single = shelf.zeros(out.len());
    fill(&mut single.data);
    let tasks = out.par_chunks_mut(TASK).zip(single.data.par_chunks(TASK));
    tasks.for_each(|(out, x)| f32::widen(x, out));
}

real!(f64, as_double, fill_double);
real!(f32, as_single, fill_single);
