//! What rust-analyzer sees of statrs in a warm kernel: signatures without bodies. One function a line.

pub mod function {
    pub mod erf {
        pub fn erf(x: f64) -> f64 { loop {} }
        pub fn erfc(x: f64) -> f64 { loop {} }
        pub fn erf_inv(x: f64) -> f64 { loop {} }
    }
    pub mod gamma {
        pub fn gamma(x: f64) -> f64 { loop {} }
        pub fn ln_gamma(x: f64) -> f64 { loop {} }
        pub fn digamma(x: f64) -> f64 { loop {} }
    }
    pub mod beta {
        pub fn beta(a: f64, b: f64) -> f64 { loop {} }
        pub fn ln_beta(a: f64, b: f64) -> f64 { loop {} }
    }
    pub mod factorial {
        pub fn ln_factorial(x: u64) -> f64 { loop {} }
        pub fn binomial(n: u64, k: u64) -> f64 { loop {} }
        pub fn ln_binomial(n: u64, k: u64) -> f64 { loop {} }
    }
}

pub mod distribution {
    #[derive(Clone, Copy, Debug)] pub struct Normal(());
    #[derive(Clone, Copy, Debug)] pub enum NormalError { MeanInvalid, StandardDeviationInvalid }
    impl std::fmt::Display for NormalError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
    impl std::error::Error for NormalError {}
    impl Normal {
        pub fn new(mean: f64, std_dev: f64) -> Result<Normal, NormalError> { loop {} }
        pub fn standard() -> Normal { loop {} }
    }
    pub trait Continuous<K, T> { fn pdf(&self, x: K) -> T; fn ln_pdf(&self, x: K) -> T; }
    pub trait ContinuousCDF<K, T> { fn cdf(&self, x: K) -> T; fn sf(&self, x: K) -> T; fn inverse_cdf(&self, p: T) -> K; }
    impl Continuous<f64, f64> for Normal { fn pdf(&self, x: f64) -> f64 { loop {} } fn ln_pdf(&self, x: f64) -> f64 { loop {} } }
    impl ContinuousCDF<f64, f64> for Normal { fn cdf(&self, x: f64) -> f64 { loop {} } fn sf(&self, x: f64) -> f64 { loop {} } fn inverse_cdf(&self, p: f64) -> f64 { loop {} } }
}
