//! Spectra of large random matrices: Wigner's semicircle and the law of Marchenko and Pastur.
//!
//! Reference lines for measured spectra: what lies beyond a law's edges by more than their fluctuations is an outlier that noise alone does not make.
//!
//! Sources: E. Wigner, Ann. Math. 67, 325 (1958); V. Marchenko and L. Pastur, Math. USSR Sb. 1, 457 (1967); edges' fluctuations: C. Tracy and H.
//! Widom, Commun. Math. Phys. 177, 727 (1996); I. Johnstone, Ann. Stat. 29, 295 (2001).

use std::f64::consts::PI;

use crate::error::{Error, Result, require_finite, require_positive};
use crate::grid::linspace;
use crate::polars::df;
use crate::polars::prelude::*;

/// Points of a frame.
const POINTS: usize = 512;

/// The highest moment that is computed.
const MAX_MOMENT: usize = 200;

/// The semicircle ρ(λ) = 2√(R² − (λ − c)²)/(πR²) on [c − R, c + R]: the spectrum of a symmetric n × n matrix of independent entries of variance σ²/n,
/// n → ∞, with R = 2σ and c the mean of the diagonal.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Couplings of the Sherrington–Kirkpatrick model, variance 1/N.
/// let law = Semicircle::new(1.0)?;
/// assert_eq!(law.edges(), (-2.0, 2.0));
/// assert_eq!(law.moment(4)?, 2.0);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Semicircle {
    /// σ: the square root of the spectrum's variance.
    pub sigma: f64,
    /// c: the spectrum's mean.
    pub center: f64,
}

/// The law of Marchenko and Pastur: the spectrum of XᵀX/p for p rows of n independent entries of variance σ², both large with n/p = γ,
///
/// ρ(λ) = √((λ₊ − λ)(λ − λ₋)) / (2πγσ²λ) between λ± = σ²(1 ± √γ)², and for γ > 1 the fraction 1 − 1/γ of zeros.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Hebb's couplings of P = N/4 random patterns, their diagonal P/N included, are (P/N) times such a matrix with γ = 4.
/// let law = MarchenkoPastur::new(4.0, 0.25)?;
/// assert_eq!(law.edges(), (0.25, 2.25));
/// assert_eq!(law.zeros(), 0.75);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MarchenkoPastur {
    /// γ, columns over rows.
    pub ratio: f64,
    /// σ², the variance of entries.
    pub variance: f64,
}

impl Semicircle {
    /// The semicircle of variance σ² around 0, on ±2σ.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Semicircle::new(0.0).is_err());
    /// ```
    ///
    /// # Errors
    /// If σ is not a finite number above 0.
    pub fn new(sigma: f64) -> Result<Self> {
        Ok(Self { sigma: require_positive("sigma", sigma)?, center: 0.0 })
    }

    /// The same around `center`: for spectra whose trace is not 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Semicircle::new(1.0)?.around(3.0)?.edges(), (1.0, 5.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the centre is not finite.
    pub fn around(&self, center: f64) -> Result<Self> {
        Ok(Self { center: require_finite("center", center)?, ..*self })
    }

    /// c ± 2σ.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Semicircle::new(0.5)?.edges(), (-1.0, 1.0));
    /// # Ok(()) }
    /// ```
    pub fn edges(&self) -> (f64, f64) {
        (self.center - 2.0 * self.sigma, self.center + 2.0 * self.sigma)
    }

    /// σ n^(−2/3): the largest eigenvalue of a finite matrix is 2σ and this times a number of Tracy and Widom's distribution, which is mostly between −4 and 2.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!((Semicircle::new(1.0)?.edge_width(1000)? - 0.01).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If n is 0.
    pub fn edge_width(&self, n: usize) -> Result<f64> {
        if n == 0 {
            return Err(Error::argument("n", 0, "at least 1"));
        }
        Ok(self.sigma * (n as f64).powf(-2.0 / 3.0))
    }

    /// Where the eigenvalue of a spike lies: of the matrix with θ v vᵀ added, |v| = 1. Beyond the transition |θ| > σ it leaves the bulk, for c + θ + σ²/θ; below it stays at
    /// the edge (J. Baik, G. Ben Arous and S. Péché, Ann. Probab. 33, 1643 (2005); S. Péché, Probab. Theory Relat. Fields 134, 127 (2006)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = Semicircle::new(1.0)?;
    /// assert_eq!((law.outlier(2.0)?, law.outlier(0.5)?, law.outlier(-2.0)?), (2.5, 2.0, -2.5));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If θ is not finite.
    pub fn outlier(&self, spike: f64) -> Result<f64> {
        let spike = require_finite("spike", spike)?;
        let strength = spike.abs().max(self.sigma);
        Ok(self.center + (strength + self.sigma * (self.sigma / strength)).copysign(spike))
    }

    /// (u·v)² of the outlier's eigenvector u and the spike's direction v: 1 − σ²/θ² beyond the transition, else 0 (F. Benaych-Georges and R. Nadakuditi, Adv. Math. 227, 494 (2011)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = Semicircle::new(1.0)?;
    /// assert_eq!((law.outlier_overlap(2.0)?, law.outlier_overlap(0.5)?), (0.75, 0.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If θ is not finite.
    pub fn outlier_overlap(&self, spike: f64) -> Result<f64> {
        let ratio = self.sigma / require_finite("spike", spike)?.abs();
        Ok(if ratio < 1.0 { 1.0 - ratio * ratio } else { 0.0 })
    }

    /// ρ(λ).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert!((Semicircle::new(1.0)?.density(0.0) - 1.0 / std::f64::consts::PI).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn density(&self, eigenvalue: f64) -> f64 {
        let y = (eigenvalue - self.center) / (2.0 * self.sigma);
        if y.abs() < 1.0 { (1.0 - y * y).sqrt() / (PI * self.sigma) } else { 0.0 }
    }

    /// The fraction of eigenvalues up to λ.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = Semicircle::new(1.0)?;
    /// assert_eq!((law.cdf(-2.0), law.cdf(0.0), law.cdf(2.0)), (0.0, 0.5, 1.0));
    /// # Ok(()) }
    /// ```
    pub fn cdf(&self, eigenvalue: f64) -> f64 {
        let y = ((eigenvalue - self.center) / (2.0 * self.sigma)).clamp(-1.0, 1.0);
        (0.5 + (y * (1.0 - y * y).sqrt() + y.asin()) / PI).clamp(0.0, 1.0)
    }

    /// ∫ λ^k ρ(λ) dλ: around 0, σ^k times a Catalan number for even k.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = Semicircle::new(1.0)?;
    /// assert_eq!((law.moment(5)?, law.moment(6)?, law.moment(8)?), (0.0, 5.0, 14.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If k is above 200, or the moment overflows.
    pub fn moment(&self, k: usize) -> Result<f64> {
        check_moment(k)?;
        let (mut sum, mut binomial, mut even) = (0.0, 1.0, 1.0);
        for j in 0..=k {
            // C(k, j) c^(k − j) times the central moment of order j.
            if j % 2 == 0 {
                sum += binomial * self.center.powi((k - j) as i32) * even;
                let catalan = (j / 2) as f64;
                even *= self.sigma * self.sigma * 2.0 * (2.0 * catalan + 1.0) / (catalan + 2.0);
            }
            binomial *= (k - j) as f64 / (j + 1) as f64;
        }
        finite_moment(k, sum)
    }

    /// 512 rows over the support: `eigenvalue`, `density`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Semicircle::new(1.0)?.frame()?.values("density")?[0], 0.0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        curve(self.edges(), |x| self.density(x))
    }
}

impl MarchenkoPastur {
    /// The law of ratio γ = columns / rows and variance σ² of entries.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(MarchenkoPastur::new(1.0, 1.0).is_ok() && MarchenkoPastur::new(0.0, 1.0).is_err());
    /// ```
    ///
    /// # Errors
    /// If one of them is not a finite number above 0.
    pub fn new(ratio: f64, variance: f64) -> Result<Self> {
        let ratio = require_positive("ratio", ratio)?;
        Ok(Self { ratio, variance: require_positive("variance", variance)? })
    }

    /// λ₋ and λ₊ = σ²(1 ± √γ)²; zeros, where there are any, lie apart.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(MarchenkoPastur::new(0.25, 1.0)?.edges(), (0.25, 2.25));
    /// # Ok(()) }
    /// ```
    pub fn edges(&self) -> (f64, f64) {
        let root = self.ratio.sqrt();
        (self.variance * (1.0 - root).powi(2), self.variance * (1.0 + root).powi(2))
    }

    /// The scale of the largest eigenvalue's fluctuations for n columns, σ²(√p + √n)(1/√p + 1/√n)^(1/3)/p with p = n/γ rows: it is λ₊ and this times
    /// a number of Tracy and Widom's distribution, mostly between −4 and 2.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let width = MarchenkoPastur::new(1.0, 1.0)?.edge_width(1000)?;
    /// assert!((width - 2_f64.powf(4.0 / 3.0) / 100.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If n is 0.
    pub fn edge_width(&self, n: usize) -> Result<f64> {
        if n == 0 {
            return Err(Error::argument("n", 0, "at least 1"));
        }
        let (columns, rows) = (n as f64, n as f64 / self.ratio);
        let (a, b) = (rows.sqrt(), columns.sqrt());
        Ok(self.variance * (a + b) * (1.0 / a + 1.0 / b).cbrt() / rows)
    }

    /// Where the eigenvalue of a spike lies: of XᵀX/p whose rows have the variance ℓ along one direction, σ² along all others. Beyond the transition, ℓ > σ²(1 + √γ), or
    /// ℓ < σ²(1 − √γ), it leaves the bulk for ℓ(1 + γσ²/(ℓ − σ²)), else it stays at the edge (J. Baik and J. Silverstein, J. Multivar. Anal. 97, 1382 (2006)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = MarchenkoPastur::new(0.25, 1.0)?;
    /// assert_eq!((law.outlier(3.0)?, law.outlier(1.2)?), (3.375, 2.25));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If ℓ is not a finite number above 0.
    pub fn outlier(&self, spike: f64) -> Result<f64> {
        let distance = require_positive("spike", spike)? - self.variance;
        let transition = self.variance * self.ratio.sqrt();
        let (low, high) = self.edges();
        Ok(if distance.abs() > transition {
            spike * (1.0 + self.ratio * self.variance / distance)
        } else if distance < 0.0 {
            low
        } else {
            high
        })
    }

    /// (u·v)² of the outlier's eigenvector u and the spike's direction v: (1 − γσ⁴/(ℓ − σ²)²)/(1 + γσ²/(ℓ − σ²)) beyond the transition, else 0
    /// (D. Paul, Stat. Sin. 17, 1617 (2007)).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = MarchenkoPastur::new(0.25, 1.0)?;
    /// assert!((law.outlier_overlap(3.0)? - 0.9375 / 1.125).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If ℓ is not a finite number above 0.
    pub fn outlier_overlap(&self, spike: f64) -> Result<f64> {
        let distance = (require_positive("spike", spike)? - self.variance) / self.variance;
        let rest = 1.0 - self.ratio / (distance * distance);
        Ok(if rest > 0.0 { rest / (1.0 + self.ratio / distance) } else { 0.0 })
    }

    /// The fraction of eigenvalues that are 0: 1 − 1/γ for γ > 1, else none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(MarchenkoPastur::new(2.0, 1.0)?.zeros(), 0.5);
    /// # Ok(()) }
    /// ```
    pub fn zeros(&self) -> f64 {
        (1.0 - 1.0 / self.ratio).max(0.0)
    }

    /// ρ(λ) of the continuous part, whose integral is 1 less the fraction of [`zeros`](Self::zeros).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = MarchenkoPastur::new(0.25, 1.0)?;
    /// assert!(law.density(0.2) == 0.0 && law.density(1.0) > 0.5);
    /// # Ok(()) }
    /// ```
    pub fn density(&self, eigenvalue: f64) -> f64 {
        let (low, high) = self.edges();
        if eigenvalue > low && eigenvalue < high {
            let root = ((high - eigenvalue) * (eigenvalue - low)).sqrt();
            root / (2.0 * PI * self.ratio * self.variance * eigenvalue)
        } else {
            0.0
        }
    }

    /// The fraction of eigenvalues up to λ, zeros included.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = MarchenkoPastur::new(2.0, 1.0)?;
    /// assert_eq!((law.cdf(-0.1), law.cdf(0.1), law.cdf(6.0)), (0.0, 0.5, 1.0));
    /// # Ok(()) }
    /// ```
    pub fn cdf(&self, eigenvalue: f64) -> f64 {
        let (low, high) = self.edges();
        if eigenvalue < 0.0 {
            return 0.0;
        }
        if eigenvalue >= high {
            return 1.0;
        }
        if eigenvalue <= low {
            return self.zeros();
        }
        // λ = c + R sin φ, of which the integral is elementary.
        let (c, r) = (0.5 * (low + high), 0.5 * (high - low));
        let gap = (low * high).sqrt();
        let primitive = |phi: f64| {
            let half = (0.5 * phi).tan();
            let turn = if gap > 0.0 { 2.0 * gap * ((c * half + r) / gap).atan() } else { 0.0 };
            c * phi + r * phi.cos() - turn
        };
        let phi = ((eigenvalue - c) / r).clamp(-1.0, 1.0).asin();
        let inside =
            (primitive(phi) - primitive(-0.5 * PI)) / (2.0 * PI * self.ratio * self.variance);
        (self.zeros() + inside).clamp(0.0, 1.0)
    }

    /// The mean of λ^k, zeros included: σ^(2k) Σ_{r<k} γ^r C(k, r) C(k − 1, r)/(r + 1).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let law = MarchenkoPastur::new(1.0, 1.0)?;
    /// assert_eq!((law.moment(2)?, law.moment(3)?, law.moment(4)?), (2.0, 5.0, 14.0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If k is above 200, or the moment overflows.
    pub fn moment(&self, k: usize) -> Result<f64> {
        check_moment(k)?;
        if k == 0 {
            return Ok(1.0);
        }
        // Narayana numbers from one to the next.
        let (mut sum, mut term) = (0.0, self.variance.powi(k as i32));
        for r in 0..k {
            sum += term;
            let (top, r) = ((k - r) as f64, r as f64);
            term *= self.ratio * top * (top - 1.0) / ((r + 1.0) * (r + 2.0));
        }
        finite_moment(k, sum)
    }

    /// 512 rows over the support: `eigenvalue`, `density` of the continuous part.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(MarchenkoPastur::new(0.5, 1.0)?.frame()?.height(), 512);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        curve(self.edges(), |x| self.density(x))
    }
}

fn curve((low, high): (f64, f64), density: impl Fn(f64) -> f64) -> Result<DataFrame> {
    let points = linspace(low, high, POINTS);
    let densities: Vec<f64> = points.iter().map(|&x| density(x)).collect();
    Ok(df!("eigenvalue" => points, "density" => densities)?)
}

fn check_moment(k: usize) -> Result<()> {
    if k > MAX_MOMENT {
        return Err(Error::argument("k", k, format!("at most {MAX_MOMENT}")));
    }
    Ok(())
}

fn finite_moment(k: usize, moment: f64) -> Result<f64> {
    if moment.is_finite() {
        Ok(moment)
    } else {
        Err(Error::argument("k", k, "small enough that λ^k does not overflow"))
    }
}
