//! What rust-analyzer sees of rand in a warm kernel: signatures without bodies.

pub trait RngCore { fn next_u32(&mut self) -> u32; fn next_u64(&mut self) -> u64; }
pub trait SeedableRng: Sized { fn seed_from_u64(state: u64) -> Self; }
pub trait SampleRange<T> {}
impl<T> SampleRange<T> for std::ops::Range<T> {}
impl<T> SampleRange<T> for std::ops::RangeInclusive<T> {}
pub trait Rng: RngCore { fn random<T>(&mut self) -> T { loop {} } fn random_range<T, R: SampleRange<T>>(&mut self, range: R) -> T { loop {} } fn random_bool(&mut self, p: f64) -> bool { loop {} } }
impl<R: RngCore + ?Sized> Rng for R {}
