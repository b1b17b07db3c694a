//! What rust-analyzer sees of rand_xoshiro in a warm kernel: signatures without bodies.

#[derive(Clone, Debug)]
pub struct Xoshiro256PlusPlus(());
impl crate::rand::RngCore for Xoshiro256PlusPlus { fn next_u32(&mut self) -> u32 { loop {} } fn next_u64(&mut self) -> u64 { loop {} } }
impl crate::rand::SeedableRng for Xoshiro256PlusPlus { fn seed_from_u64(state: u64) -> Self { loop {} } }
impl Xoshiro256PlusPlus {
    pub fn jump(&mut self) { loop {} }
    pub fn long_jump(&mut self) { loop {} }
}
