//! What rust-analyzer sees of num-bigint in a warm kernel: signatures without bodies. One function a line.

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)] pub struct BigUint(());

impl std::fmt::Display for BigUint { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
impl From<u32> for BigUint { fn from(n: u32) -> Self { loop {} } }
impl From<u64> for BigUint { fn from(n: u64) -> Self { loop {} } }
impl From<u128> for BigUint { fn from(n: u128) -> Self { loop {} } }
impl From<usize> for BigUint { fn from(n: usize) -> Self { loop {} } }
impl std::ops::Add for BigUint { type Output = BigUint; fn add(self, other: BigUint) -> BigUint { loop {} } }
impl std::ops::Add<&BigUint> for &BigUint { type Output = BigUint; fn add(self, other: &BigUint) -> BigUint { loop {} } }
impl std::ops::Mul for BigUint { type Output = BigUint; fn mul(self, other: BigUint) -> BigUint { loop {} } }
impl std::ops::Mul<&BigUint> for &BigUint { type Output = BigUint; fn mul(self, other: &BigUint) -> BigUint { loop {} } }

impl BigUint {
    pub fn bits(&self) -> u64 { loop {} }
    pub fn pow(&self, exponent: u32) -> BigUint { loop {} }
    pub fn to_str_radix(&self, radix: u32) -> String { loop {} }
    pub fn to_u64_digits(&self) -> Vec<u64> { loop {} }
    pub fn parse_bytes(buf: &[u8], radix: u32) -> Option<BigUint> { loop {} }
}
