//! Curves between two points, and the average loss along them as a function of their bends.

use std::fmt;

use crate::error::Result;
use crate::landscape::function::hessian_only;
use crate::landscape::{Function, Objective, ParameterBlock, ParameterRole, Request};
use crate::rayon::prelude::*;

/// From so many parameters on, gradients are taken one after the other, since they keep all threads busy and memory is dear.
const LARGE: usize = 1 << 18;

/// The shape of a curve from t = 0 to 1 with fixed ends.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let ring = Objective::exact(2, |x| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2))?;
/// let way = ring.connect(&array![1.0, 0.0], &array![0.0, 1.0]);
/// // More bends follow the ring more closely.
/// let (one, five) = (way.curve(CurveKind::Chain(1)).run()?, way.curve(CurveKind::Chain(5)).run()?);
/// assert!(five.barrier_after < one.barrier_after);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CurveKind {
    /// (1 − t)² a + 2t(1 − t) c + t² b with one bend c, the quadratic Bézier curve.
    Bezier,
    /// Straight pieces from a to b through so many bends, each for the same part of t.
    Chain(usize),
}

impl CurveKind {
    /// How many bends there are.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert_eq!((CurveKind::Bezier.bends(), CurveKind::Chain(3).bends()), (1, 3));
    /// ```
    pub fn bends(self) -> usize {
        match self {
            Self::Bezier => 1,
            Self::Chain(bends) => bends,
        }
    }

    /// The weights of a, the bends and b at t; they sum to 1.
    pub(super) fn weights(self, t: f64) -> Vec<f64> {
        match self {
            Self::Bezier => vec![(1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t],
            Self::Chain(bends) => {
                let pieces = (bends + 1) as f64;
                let hat = |knot: usize| (1.0 - (t * pieces - knot as f64).abs()).max(0.0);
                (0..bends + 2).map(hat).collect()
            }
        }
    }

    /// The name in tables.
    pub(super) fn name(self) -> String {
        match self {
            Self::Bezier => "bezier".to_string(),
            Self::Chain(bends) => format!("chain of {bends}"),
        }
    }
}

/// ∫₀¹ L(φ(t)) dt over the bends of φ, by the midpoint rule; the nodes play the part of examples.
#[derive(Clone)]
pub(super) struct CurveLoss {
    pub objective: Objective,
    pub from: Vec<f64>,
    pub to: Vec<f64>,
    pub curve: CurveKind,
    /// The weights of a, bends and b at each node.
    nodes: Vec<Vec<f64>>,
}

impl fmt::Debug for CurveLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CurveLoss({:?} of {} nodes)", self.curve, self.nodes.len())
    }
}

impl CurveLoss {
    pub fn new(
        objective: &Objective,
        from: &[f64],
        to: &[f64],
        curve: CurveKind,
        nodes: usize,
    ) -> Self {
        let midpoint = |k: usize| curve.weights((k as f64 + 0.5) / nodes as f64);
        Self {
            objective: objective.clone(),
            from: from.to_vec(),
            to: to.to_vec(),
            curve,
            nodes: (0..nodes).map(midpoint).collect(),
        }
    }

    /// The point of the curve with these weights, into `x`.
    pub fn place(&self, bends: &[f64], weights: &[f64], x: &mut [f64]) {
        let n = self.from.len();
        let last = weights[weights.len() - 1];
        for ((x, a), b) in x.iter_mut().zip(&self.from).zip(&self.to) {
            *x = weights[0] * a + last * b;
        }
        combine(&weights[1..], bends.chunks_exact(n), x);
    }

    /// The mean loss of some nodes, and its gradient.
    fn average(&self, bends: &[f64], nodes: &[usize], gradient: &mut [f64]) -> Result<f64> {
        let n = self.from.len();
        gradient.fill(0.0);
        let (share, mut sum) = (1.0 / nodes.len() as f64, 0.0);
        for group in nodes.chunks(group(n)) {
            let found: Result<Vec<(f64, Vec<f64>)>> = group
                .par_iter()
                .map(|node| {
                    let (mut x, mut slope) = (vec![0.0; n], vec![0.0; n]);
                    self.place(bends, &self.nodes[*node], &mut x);
                    let loss = self.objective.gradient_at(&x, &mut slope)?;
                    Ok((loss, slope))
                })
                .collect();
            for (node, (loss, slope)) in group.iter().zip(found?) {
                sum += loss;
                self.spread(*node, share, &slope, gradient);
            }
        }
        Ok(sum * share)
    }

    /// Adds what a vector at a node gives to each bend.
    fn spread(&self, node: usize, share: f64, vector: &[f64], out: &mut [f64]) {
        let weights = &self.nodes[node][1..];
        for (out, weight) in out.chunks_exact_mut(vector.len()).zip(weights) {
            if *weight != 0.0 {
                out.iter_mut().zip(vector).for_each(|(out, v)| *out += share * weight * v);
            }
        }
    }

    fn all(&self) -> Vec<usize> {
        (0..self.nodes.len()).collect()
    }
}

/// Adds weighted rows to `x`.
fn combine<'a>(weights: &[f64], rows: impl Iterator<Item = &'a [f64]>, x: &mut [f64]) {
    for (weight, row) in weights.iter().zip(rows) {
        if *weight != 0.0 {
            x.iter_mut().zip(row).for_each(|(x, y)| *x += weight * y);
        }
    }
}

/// Nodes whose gradients are held at a time.
fn group(n: usize) -> usize {
    if n >= LARGE { 1 } else { 16 }
}

impl Function for CurveLoss {
    fn dimension(&self) -> usize {
        self.from.len() * self.curve.bends()
    }

    fn loss(&self, bends: &[f64]) -> Result<f64> {
        let n = self.from.len();
        let mut sum = 0.0;
        for group in self.nodes.chunks(group(n)) {
            let losses: Result<Vec<f64>> = group
                .par_iter()
                .map(|weights| {
                    let mut x = vec![0.0; n];
                    self.place(bends, weights, &mut x);
                    self.objective.loss_at(&x)
                })
                .collect();
            sum += losses?.iter().sum::<f64>();
        }
        Ok(sum / self.nodes.len() as f64)
    }

    fn gradient(
        &self,
        bends: &[f64],
        gradient: &mut [f64],
        _error: Option<&mut [f64]>,
    ) -> Result<f64> {
        self.average(bends, &self.all(), gradient)
    }

    fn products(&self, request: Request<'_>, _error: Option<&mut [f64]>) -> Result<()> {
        hessian_only(request.curvature)?;
        let (n, long) = (self.from.len(), self.dimension());
        let share = 1.0 / self.nodes.len() as f64;
        let (mut x, mut v, mut image) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let rows = request.vectors.chunks_exact(long);
        for (vector, product) in rows.zip(request.products.chunks_exact_mut(long)) {
            product.fill(0.0);
            for (node, weights) in self.nodes.iter().enumerate() {
                self.place(request.theta, weights, &mut x);
                v.fill(0.0);
                combine(&weights[1..], vector.chunks_exact(n), &mut v);
                self.objective.products_at(request.curvature, &x, &v, &mut image)?;
                self.spread(node, share, &image, product);
            }
        }
        Ok(())
    }

    fn is_exact(&self) -> bool {
        self.objective.is_exact()
    }

    fn blocks(&self) -> Vec<ParameterBlock> {
        let n = self.from.len();
        let bend =
            |k: usize| ParameterBlock::new(format!("bend.{k}"), k * n, &[n], ParameterRole::Weight);
        (0..self.curve.bends()).map(bend).collect()
    }

    fn examples(&self) -> usize {
        self.nodes.len()
    }

    fn batch_gradient(
        &self,
        bends: &[f64],
        examples: &[usize],
        gradient: &mut [f64],
    ) -> Result<f64> {
        self.average(bends, examples, gradient)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ndarray::Array1;

    #[test]
    fn derivatives_by_the_bends_agree_with_differences() -> Result<()> {
        let hills = Objective::exact(2, |x| (x[0] * x[1]).sin() + x[0].powi(3) * 0.1)?;
        for curve in [CurveKind::Bezier, CurveKind::Chain(1), CurveKind::Chain(3)] {
            let loss = CurveLoss::new(&hills, &[0.3, -1.0], &[1.2, 0.7], curve, 7);
            let whole = Objective::new(Arc::new(loss.clone()));
            let twin =
                Objective::from_fn(whole.dimension(), move |x| loss.loss(x).unwrap_or(f64::NAN))?;
            let bends = Array1::from_shape_fn(whole.dimension(), |i| (i as f64).cos());
            let v = Array1::from_shape_fn(whole.dimension(), |i| (1.0 + i as f64).sin());
            let error = whole.gradient(&bends)? - twin.gradient(&bends)?;
            assert!(error.iter().all(|e| e.abs() < 1e-9), "{curve:?}");
            let error = whole.hessian_vector(&bends, &v)? - twin.hessian_vector(&bends, &v)?;
            assert!(error.iter().all(|e| e.abs() < 1e-6), "{curve:?}");
        }
        Ok(())
    }

    #[test]
    fn weights_sum_to_one_and_meet_the_ends() {
        assert_eq!(CurveKind::Bezier.weights(0.5), [0.25, 0.5, 0.25]);
        assert_eq!(CurveKind::Chain(1).weights(0.75), [0.0, 0.5, 0.5]);
        for curve in [CurveKind::Bezier, CurveKind::Chain(1), CurveKind::Chain(4)] {
            for t in [0.0, 0.1, 0.37, 0.5, 0.8, 1.0] {
                assert!((curve.weights(t).iter().sum::<f64>() - 1.0).abs() < 1e-14);
            }
            assert_eq!(curve.weights(0.0)[0], 1.0);
            assert!((curve.weights(1.0)[curve.bends() + 1] - 1.0).abs() < 1e-14);
        }
    }
}
