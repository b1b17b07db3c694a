//! The theory of the projected Hessian for a spectrum, or for its first two moments.

use std::sync::Arc;

use crate::error::{Error, Result, require_finite};
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::rayon::prelude::*;
use crate::theory::projections::directions::DirectionKind;
use crate::theory::projections::distribution;
use crate::theory::projections::many::Many;
use crate::theory::projections::moments::radial;
use crate::theory::projections::pictures::PictureProbabilities;
use crate::theory::projections::spectrum::Spectrum;

/// What theory says about the 2 × 2 Hessian of a slice along two random directions, for a Hessian H of n parameters.
///
/// The means and variances of entries are exact for every [`DirectionKind`]; so are, where the eigenvalues are known, the [`pictures`](Self::pictures), and for
/// normal directions the principal curvatures' [means and variances](Self::curvatures) and [distribution](Self::distribution). All else takes m and r
/// for normal and Rayleigh distributed, as with many eigenvalues of like size; [`is_exact`](Self::is_exact) tells which it is. See the [module](super).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // 500 curvatures of either sign: on average, the slice is as much curved upwards as downwards, by √π Γ(½·1001)/Γ(500) ≈ 39.6.
/// let curvatures = ProjectionTheory::of_signs(500, 500, 1)?.curvatures();
/// assert!((curvatures.plus - 39.623).abs() < 1e-3 && (curvatures.minus + 39.623).abs() < 1e-3);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct ProjectionTheory {
    n: usize,
    trace: f64,
    squares: f64,
    spectrum: Option<Arc<Spectrum>>,
    directions: DirectionKind,
}

/// Expected principal curvatures and their variances.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let theory = ProjectionTheory::of_signs(800, 200, 1)?;
/// let curvatures = theory.curvatures();
/// // Both together are the trace of the slice's Hessian.
/// assert!((curvatures.minus + curvatures.plus - 2.0 * theory.mean_diagonal()).abs() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SliceCurvatures {
    /// 𝔼κ₋ of the smaller one.
    pub minus: f64,
    /// 𝔼κ₊ of the larger one.
    pub plus: f64,
    /// Var κ₋.
    pub variance_minus: f64,
    /// Var κ₊.
    pub variance_plus: f64,
}

impl ProjectionTheory {
    /// The theory for a Hessian with these eigenvalues, all n of them; those below 10⁻¹² of the largest are 0.
    ///
    /// # Errors
    /// If there is none, or one is not finite or so large that the sum of squares overflows.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let theory = ProjectionTheory::of_spectrum(&array![3.0, 1.0, -1.0])?;
    /// assert_eq!((theory.trace(), theory.squares()), (3.0, 11.0));
    /// # Ok(()) }
    /// ```
    pub fn of_spectrum(eigenvalues: &Array1<f64>) -> Result<Self> {
        let values = eigenvalues.to_vec();
        let spectrum = Spectrum::new(&values)?;
        let (trace, squares) =
            (values.iter().sum::<f64>(), values.iter().map(|x| x * x).sum::<f64>());
        require_finite("tr H²", squares)?;
        let spectrum = Some(Arc::new(spectrum));
        Ok(Self { n: values.len(), trace, squares, spectrum, directions: DirectionKind::default() })
    }

    /// The theory for `positive` eigenvalues 1, `negative` eigenvalues −1 and `zero` eigenvalues 0.
    ///
    /// # Errors
    /// If there is none of any.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(ProjectionTheory::of_signs(800, 200, 1)?.curvatures().minus.round(), 560.0);
    /// # Ok(()) }
    /// ```
    pub fn of_signs(positive: usize, negative: usize, zero: usize) -> Result<Self> {
        let n = positive.saturating_add(negative).saturating_add(zero);
        if n == 0 {
            return Err(Error::argument("positive, negative, zero", 0, "at least 1 in all"));
        }
        let (p, m) = (positive as f64, negative as f64);
        let spectrum = Some(Arc::new(Spectrum::of_signs(positive, negative)));
        let directions = DirectionKind::default();
        Ok(Self { n, trace: p - m, squares: p + m, spectrum, directions })
    }

    /// The theory where only n, tr H and tr H² are known: for networks, from [`Operator::trace`](crate::operator::Operator::trace) and
    /// [`Operator::squared_norm`](crate::operator::Operator::squared_norm).
    ///
    /// # Errors
    /// If n is 0, a number is not finite, or (tr H)² > n tr H², which no matrix has; rounding is forgiven.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let few = ProjectionTheory::of_traces(1001, 0.0, 1000.0)?.pictures();
    /// let all = ProjectionTheory::of_signs(500, 500, 1)?.pictures();
    /// assert!((few.saddle - 0.5_f64.sqrt()).abs() < 1e-12 && (few.saddle - all.saddle).abs() < 1e-3);
    /// # Ok(()) }
    /// ```
    pub fn of_traces(n: usize, trace: f64, squares: f64) -> Result<Self> {
        if n == 0 {
            return Err(Error::argument("n", n, "at least 1"));
        }
        require_finite("trace", trace)?;
        let least = trace / n as f64 * trace;
        if !(squares.is_finite() && squares >= least * (1.0 - 1e-9) && squares >= 0.0) {
            let allowed = format!("finite and at least (tr H)²/n = {least}");
            return Err(Error::argument("squares", squares, allowed));
        }
        let directions = DirectionKind::default();
        Ok(Self { n, trace, squares, spectrum: None, directions })
    }

    /// The same for other directions; default [`DirectionKind::Gaussian`]. An orthonormal pair needs at least two dimensions, of which errors of n = 1 tell nothing.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let unit = ProjectionTheory::of_signs(3, 1, 0)?.directions(DirectionKind::Unit);
    /// assert_eq!(unit.mean_diagonal(), 0.5); // tr H / n
    /// # Ok(()) }
    /// ```
    pub fn directions(&self, directions: DirectionKind) -> Self {
        Self { directions, ..self.clone() }
    }

    /// n, the number of parameters.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(ProjectionTheory::of_signs(3, 2, 1)?.dimension(), 6);
    /// # Ok(()) }
    /// ```
    pub fn dimension(&self) -> usize {
        self.n
    }

    /// tr H, the sum of the eigenvalues.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(ProjectionTheory::of_spectrum(&array![3.0, 1.0, -1.0])?.trace(), 3.0);
    /// # Ok(()) }
    /// ```
    pub fn trace(&self) -> f64 {
        self.trace
    }

    /// tr H², the sum of squares of all entries of H.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(ProjectionTheory::of_spectrum(&array![3.0, 1.0, -1.0])?.squares(), 11.0);
    /// # Ok(()) }
    /// ```
    pub fn squares(&self) -> f64 {
        self.squares
    }

    /// Whether the principal curvatures' means, variances and distribution are exact: the spectrum is known and the directions are normal.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let theory = ProjectionTheory::of_signs(3, 1, 0)?;
    /// assert!(theory.is_exact() && !theory.directions(DirectionKind::Unit).is_exact());
    /// # Ok(()) }
    /// ```
    pub fn is_exact(&self) -> bool {
        self.spectrum.is_some() && self.directions == DirectionKind::Gaussian
    }

    /// The directions that it is about.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let theory = ProjectionTheory::of_signs(3, 2, 1)?;
    /// assert_eq!(theory.drawn(), DirectionKind::Gaussian); // the default
    /// assert_eq!(theory.directions(DirectionKind::Unit).drawn(), DirectionKind::Unit);
    /// # Ok(()) }
    /// ```
    pub fn drawn(&self) -> DirectionKind {
        self.directions
    }

    /// Whether the entries' means and variances and the pictures' probabilities are exact: the spectrum is known.
    pub(crate) fn knows_spectrum(&self) -> bool {
        self.spectrum.is_some()
    }

    /// 𝔼 ηᵀHη = tr H, or tr H/n for directions of length 1. The expected ηᵀHδ is 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let theory = ProjectionTheory::of_signs(3, 1, 0)?;
    /// assert_eq!(theory.mean_diagonal(), 2.0);
    /// assert_eq!(theory.directions(DirectionKind::Unit).mean_diagonal(), 0.5);
    /// # Ok(()) }
    /// ```
    pub fn mean_diagonal(&self) -> f64 {
        match self.directions {
            DirectionKind::Gaussian => self.trace,
            DirectionKind::Unit | DirectionKind::Orthonormal => self.trace / self.n as f64,
        }
    }

    /// Var ηᵀHη = 2 tr H²; 2 (n tr H² − (tr H)²)/(n²(n + 2)) for directions of length 1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // H = 1: all slices along unit vectors are alike.
    /// let theory = ProjectionTheory::of_spectrum(&array![1.0, 1.0, 1.0])?;
    /// assert_eq!(theory.variance_diagonal(), 6.0);
    /// assert_eq!(theory.directions(DirectionKind::Unit).variance_diagonal(), 0.0);
    /// # Ok(()) }
    /// ```
    pub fn variance_diagonal(&self) -> f64 {
        let n = self.n as f64;
        match self.directions {
            DirectionKind::Gaussian => 2.0 * self.squares,
            DirectionKind::Unit | DirectionKind::Orthonormal => 2.0 * self.scatter() / (n + 2.0),
        }
    }

    /// Var ηᵀHδ = tr H²; tr H²/n² for independent directions of length 1, (n tr H² − (tr H)²)/((n − 1) n (n + 2)) for orthonormal ones.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let theory = ProjectionTheory::of_spectrum(&array![1.0, 1.0, 1.0])?.directions(DirectionKind::Orthonormal);
    /// assert_eq!(theory.variance_off_diagonal(), 0.0);
    /// # Ok(()) }
    /// ```
    pub fn variance_off_diagonal(&self) -> f64 {
        let n = self.n as f64;
        match self.directions {
            DirectionKind::Gaussian => self.squares,
            DirectionKind::Unit => self.squares / n / n,
            DirectionKind::Orthonormal => self.scatter() * n / ((n - 1.0).max(1.0) * (n + 2.0)),
        }
    }

    /// Cov(ηᵀHη, δᵀHδ): 0 for independent directions, −2 (n tr H² − (tr H)²)/(n² (n − 1)(n + 2)) for orthonormal ones. ηᵀHδ is uncorrelated with both.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // In two dimensions an orthonormal pair spans all: the sum of both is tr H.
    /// let theory = ProjectionTheory::of_spectrum(&array![2.0, -1.0])?.directions(DirectionKind::Orthonormal);
    /// assert!((theory.covariance_diagonals() + theory.variance_diagonal()).abs() < 1e-15);
    /// # Ok(()) }
    /// ```
    pub fn covariance_diagonals(&self) -> f64 {
        let n = self.n as f64;
        match self.directions {
            DirectionKind::Gaussian | DirectionKind::Unit => 0.0,
            DirectionKind::Orthonormal => -2.0 * self.scatter() / ((n - 1.0).max(1.0) * (n + 2.0)),
        }
    }

    /// tr H²/n − (tr H/n)², the variance of the spectrum.
    fn scatter(&self) -> f64 {
        let n = self.n as f64;
        (self.squares / n - (self.trace / n).powi(2)).max(0.0)
    }

    /// 𝔼κ± = 𝔼m ± 𝔼r and their variances, where 𝔼m = tr H and 𝔼m² − (𝔼m)² = tr H² for normal directions.
    ///
    /// For n₊ eigenvalues 1 and n₋ eigenvalues −1, 𝔼r = √π Γ((n₊ + n₋ + 1)/2)/Γ((n₊ + n₋)/2), whatever their signs.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // One direction each: κ± = ±|η₁δ₂ − …| has 𝔼r = √π Γ(3/2)/Γ(1) = π/2.
    /// let curvatures = ProjectionTheory::of_signs(1, 1, 0)?.curvatures();
    /// assert!((curvatures.plus - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn curvatures(&self) -> SliceCurvatures {
        let spread = (0.5 * (self.variance_diagonal() + self.covariance_diagonals())).max(0.0);
        let mean = self.mean_diagonal();
        if let (Some(spectrum), DirectionKind::Gaussian) = (&self.spectrum, self.directions) {
            let (r, mr) = radial(spectrum);
            let (r, mr) = (r * spectrum.unit, mr * spectrum.unit * spectrum.unit);
            let (variance, covariance) = (2.0 * self.squares - r * r, mr - mean * r);
            return SliceCurvatures {
                minus: mean - r,
                plus: mean + r,
                variance_minus: (spread + variance - 2.0 * covariance).max(0.0),
                variance_plus: (spread + variance + 2.0 * covariance).max(0.0),
            };
        }
        let (r, variance) = self.many().radial();
        SliceCurvatures {
            minus: mean - r,
            plus: mean + r,
            variance_minus: spread + variance,
            variance_plus: spread + variance,
        }
    }

    fn many(&self) -> Many {
        let (diagonal, covariance) = (self.variance_diagonal(), self.covariance_diagonals());
        let squared_radius = 0.5 * (diagonal - covariance) + self.variance_off_diagonal();
        Many {
            mean: self.mean_diagonal(),
            spread: (0.5 * (diagonal + covariance)).max(0.0).sqrt(),
            radius: (0.5 * squared_radius).max(0.0).sqrt(),
        }
    }

    /// How often the slice shows a bowl, a saddle or a cap: exact where the spectrum is known, and then the same for every [`DirectionKind`], since a
    /// picture depends on the plane alone. From traces it is that of the normal and Rayleigh distributions, whose moments depend on the kind.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Nine small curvatures upwards and a large one downwards: the picture is a saddle in most slices.
    /// let mut eigenvalues = Array1::from_elem(10, 0.1);
    /// eigenvalues[0] = -5.0;
    /// let pictures = ProjectionTheory::of_spectrum(&eigenvalues)?.pictures();
    /// assert!(pictures.saddle > 0.75 && pictures.cap == 0.0);
    /// # Ok(()) }
    /// ```
    pub fn pictures(&self) -> PictureProbabilities {
        let Some(spectrum) = &self.spectrum else {
            return self.many().pictures();
        };
        let (positive, negative) = spectrum.signs();
        if spectrum.is_signs() || positive + negative <= 2 || positive.min(negative) == 0 {
            return PictureProbabilities::of_signs(positive, negative);
        }
        let bowl = if positive < 2 { 0.0 } else { distribution::above(spectrum, 0.0).0 };
        let cap = match negative {
            0 | 1 => 0.0,
            _ => distribution::above(&spectrum.mirrored(), 0.0).0,
        };
        PictureProbabilities { bowl, saddle: (1.0 - bowl - cap).max(0.0), cap, flat: 0.0 }
    }

    /// The distribution of the principal curvatures, a row each curvature: `curvature`, densities `density_minus` and `density_plus` of κ₋ and κ₊, their
    /// `cumulative_minus` = P(κ₋ ≤ curvature) and `cumulative_plus`, and `exact`.
    ///
    /// Exact values are good to about 10⁻⁹ for normal directions and spectra of a few eigenvalues or more; see [`is_exact`](Self::is_exact).
    ///
    /// # Errors
    /// If a curvature is not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = ProjectionTheory::of_signs(500, 500, 1)?.distribution(&linspace(-300.0, 300.0, 601))?;
    /// let integral: f64 = frame.values("density_plus")?.iter().sum();
    /// assert!((integral - 1.0).abs() < 1e-4);
    /// # Ok(()) }
    /// ```
    pub fn distribution(&self, curvatures: &[f64]) -> Result<DataFrame> {
        curvatures.iter().try_for_each(|&x| require_finite("curvatures", x).map(|_| ()))?;
        let mirrored = self.spectrum.as_ref().map(|spectrum| spectrum.mirrored());
        let at = |&x: &f64| match (&self.spectrum, &mirrored) {
            (Some(spectrum), Some(mirrored)) if self.is_exact() && spectrum.unit > 0.0 => {
                let unit = spectrum.unit;
                let (above, minus) = distribution::above(spectrum, x / unit);
                let (below, plus) = distribution::above(mirrored, -x / unit);
                [minus / unit, plus / unit, 1.0 - above, below]
            }
            _ => {
                let many = self.many();
                let ((above, minus), (below, plus)) = (many.above(x), many.below(x));
                [minus, plus, 1.0 - above, below]
            }
        };
        let rows: Vec<[f64; 4]> = curvatures.par_iter().map(at).collect();
        let column = |k: usize| rows.iter().map(|row| row[k]).collect::<Vec<f64>>();
        Ok(df!(
            "curvature" => curvatures.to_vec(),
            "density_minus" => column(0),
            "density_plus" => column(1),
            "cumulative_minus" => column(2),
            "cumulative_plus" => column(3),
            "exact" => vec![self.is_exact(); curvatures.len()],
        )?)
    }

    /// Means and variances, a row each `quantity`: `eta_eta` (ηᵀHη), `eta_delta`, `delta_delta`, `kappa_minus`, `kappa_plus`; `mean`, `variance`, `exact`, and
    /// the conditions `dimension` and `directions`.
    ///
    /// # Errors
    /// [`Error::Polars`] never in practice.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let frame = ProjectionTheory::of_signs(2, 1, 0)?.frame()?;
    /// assert_eq!(frame.values("mean")?[..3], [1.0, 0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let [mean, variance] = self.moments();
        let exact = self.is_exact();
        Ok(df!(
            "quantity" => QUANTITIES,
            "mean" => mean.to_vec(),
            "variance" => variance.to_vec(),
            "exact" => [true, true, true, exact, exact],
            "dimension" => [self.n as u64; 5],
            "directions" => [self.directions.name(); 5],
        )?)
    }

    /// The means and variances of [`QUANTITIES`].
    pub(crate) fn moments(&self) -> [[f64; 5]; 2] {
        let curvatures = self.curvatures();
        let (mean, variance) = (self.mean_diagonal(), self.variance_diagonal());
        [
            [mean, 0.0, mean, curvatures.minus, curvatures.plus],
            [
                variance,
                self.variance_off_diagonal(),
                variance,
                curvatures.variance_minus,
                curvatures.variance_plus,
            ],
        ]
    }
}

/// Entries of the projected Hessian and its eigenvalues, as tables name them.
pub(crate) const QUANTITIES: [&str; 5] =
    ["eta_eta", "eta_delta", "delta_delta", "kappa_minus", "kappa_plus"];
