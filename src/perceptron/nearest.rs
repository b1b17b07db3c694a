//! The point of a convex hull that is nearest to the origin: maximal stability, or the proof that there is none.
//!
//! The vectors z_i = y_i x_i can all be on the positive side of a plane through the origin if and only if the origin is outside their convex hull
//! (Gordan). The nearest point of the hull, w = Σ a_i z_i with a ≥ 0, is then the normal of the plane of largest margin, and its length is that
//! margin (over Σ a). It is found as the least-squares solution a ≥ 0 of Σ a_i (z_i, 1) = (0, 1) by the active-set method of C. L. Lawson and
//! R. J. Hanson (*Solving Least Squares Problems*, 1974, chapter 23; the reduction is that of their problem LDP), which ends after finitely many steps with the exact set of support vectors; compare P. Wolfe, Math. Program. 11, 128
//! (1976).

use crate::perceptron::factor::Factor;
use crate::perceptron::rows::{Rows, add, dot};
use crate::progress::Deadline;

/// A hull that comes as near as this to the origin, in units of its farthest point, is taken to hold it.
pub(super) const TOUCHES: f64 = 1e-10;

/// Relative violation of the optimality conditions at which the search ends.
const SATISFIED: f64 = 1e-10;

/// How much of the search is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// Any separating weights, or a combination that vanishes.
    Decide,
    /// The weights of largest stability.
    Optimum,
}

/// Where the search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All z_i·w > 0; of largest stability if that was the goal.
    Separates,
    /// Σ a_i z_i = 0 with a ≥ 0, Σ a = 1.
    Vanishes,
    /// Rounding, the deadline or the limit of steps ended the search before either.
    Undecided,
}

#[derive(Clone, Debug)]
pub(super) struct Nearest {
    /// Non-negative, summing to 1: which point of the hull.
    pub strengths: Vec<f64>,
    /// That point.
    pub weights: Vec<f64>,
    /// The smallest z_i·w/|w|, in the units of the rows.
    pub stability: f64,
    /// |w|, which no stability exceeds.
    pub bound: f64,
    pub steps: usize,
    pub end: End,
}

/// The nearest point, by Lawson and Hanson's method.
pub(super) fn nearest(rows: &Rows, goal: Goal, deadline: Deadline) -> Nearest {
    Search::new(rows).run(goal, deadline)
}

struct Search<'a> {
    rows: &'a Rows,
    /// One over the farthest point's distance.
    unit: f64,
    /// The examples with positive strength, in the factor's order, and their strengths.
    active: Vec<usize>,
    strengths: Vec<f64>,
    factor: Factor,
    weights: Vec<f64>,
    fields: Vec<f64>,
    /// Examples that rounding kept from entering since the last step that moved.
    blocked: Vec<bool>,
}

impl<'a> Search<'a> {
    fn new(rows: &'a Rows) -> Self {
        let radius = rows.radius();
        Self {
            rows,
            unit: if radius > 0.0 { 1.0 / radius } else { 1.0 },
            active: Vec::new(),
            strengths: Vec::new(),
            factor: Factor::default(),
            weights: rows.zeros(),
            fields: vec![0.0; rows.count],
            blocked: vec![false; rows.count],
        }
    }

    fn run(mut self, goal: Goal, deadline: Deadline) -> Nearest {
        let most = 50 * (self.rows.count + self.rows.dimension) + 1000;
        let mut end = End::Undecided;
        let mut steps = 0;
        while steps < most && !deadline.passed() {
            steps += 1;
            let Some(entering) = self.entering() else {
                end = self.verdict();
                break;
            };
            if !self.enter(entering) {
                self.blocked[entering] = true;
                continue;
            }
            if self.settle() {
                self.blocked.fill(false);
            } else {
                self.blocked[entering] = true;
            }
            self.look();
            if self.length() <= TOUCHES {
                end = End::Vanishes;
                break;
            }
            if goal == Goal::Decide && self.least() > TOUCHES * self.length() {
                end = End::Separates;
                break;
            }
        }
        self.outcome(end, steps)
    }

    /// The example farthest below the plane through the present point, if one is below it.
    fn entering(&self) -> Option<usize> {
        let open = (0..self.rows.count).filter(|&k| !self.blocked[k]);
        let lowest = open.min_by(|&a, &b| self.fields[a].total_cmp(&self.fields[b]))?;
        if self.active.is_empty() {
            return Some(lowest);
        }
        let level = dot(&self.weights, &self.weights);
        // Below it the fields are rounding.
        let slack = (SATISFIED * level).max(1e-15 * level.sqrt());
        let entered = self.active.contains(&lowest);
        (!entered && self.fields[lowest] < level - slack).then_some(lowest)
    }

    /// Adds an example to the active set; false if it depends on those there, to rounding.
    fn enter(&mut self, index: usize) -> bool {
        let square = self.unit * self.unit;
        let new = self.rows.row(index);
        let products: Vec<f64> =
            self.active.iter().map(|&k| 1.0 + square * dot(self.rows.row(k), new)).collect();
        if !self.factor.push(products, 1.0 + square * dot(new, new)) {
            return false;
        }
        self.active.push(index);
        self.strengths.push(0.0);
        true
    }

    /// Moves to the least-squares solution of the active set, and drops examples whose strengths would become negative on the way; false if it
    /// was the newest at once.
    fn settle(&mut self) -> bool {
        let mut moved = false;
        loop {
            let target = self.factor.solve_ones();
            let ratio = |(k, &u): (usize, &f64)| {
                let a = self.strengths[k];
                (u <= 0.0).then(|| (k, if a > u { a / (a - u) } else { 0.0 }))
            };
            let least = target.iter().enumerate().filter_map(ratio);
            let Some((leaving, part)) = least.min_by(|a, b| a.1.total_cmp(&b.1)) else {
                self.strengths = target;
                return true;
            };
            for (a, u) in self.strengths.iter_mut().zip(&target) {
                *a += part * (u - *a);
            }
            if leaving + 1 == self.active.len() && part == 0.0 {
                self.drop_at(leaving);
                return moved;
            }
            moved = true;
            self.drop_at(leaving);
        }
    }

    fn drop_at(&mut self, place: usize) {
        self.factor.remove(place);
        self.active.remove(place);
        self.strengths.remove(place);
    }

    /// The point of the hull that belongs to the strengths, and the fields on it, in units of the farthest point.
    fn look(&mut self) {
        self.weights.fill(0.0);
        let sum: f64 = self.strengths.iter().sum();
        for (&k, a) in self.active.iter().zip(&self.strengths) {
            add(&mut self.weights, a / sum * self.unit, self.rows.row(k));
        }
        self.rows.fields(&self.weights, &mut self.fields);
        for field in &mut self.fields {
            *field *= self.unit;
        }
    }

    fn length(&self) -> f64 {
        dot(&self.weights, &self.weights).sqrt()
    }

    fn least(&self) -> f64 {
        self.fields.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// What no further example to enter means.
    fn verdict(&self) -> End {
        let length = self.length();
        if length <= TOUCHES {
            End::Vanishes
        } else if self.least() >= length * length * (1.0 - 1e-6) {
            End::Separates
        } else {
            End::Undecided
        }
    }

    fn outcome(self, end: End, steps: usize) -> Nearest {
        let length = self.length();
        let stability = if length > 0.0 { self.least() / length } else { 0.0 };
        let mut strengths = vec![0.0; self.rows.count];
        let sum: f64 = self.strengths.iter().sum();
        for (&k, a) in self.active.iter().zip(&self.strengths) {
            strengths[k] = a / sum;
        }
        Nearest {
            strengths,
            stability: stability / self.unit,
            bound: length / self.unit,
            weights: self.weights.iter().map(|w| w / self.unit).collect(),
            steps,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perceptron::Examples;

    fn of(examples: &Examples) -> Nearest {
        nearest(&Rows::new(examples, false), Goal::Optimum, Deadline::new(None).unwrap())
    }

    #[test]
    fn optimality_conditions_hold_on_random_dichotomies() {
        for (n, p) in [(1, 1), (2, 3), (5, 8), (20, 30), (20, 60), (50, 75), (50, 100)] {
            for seed in 0..20 {
                let found = of(&Examples::random(p, n, seed).unwrap());
                let sum: f64 = found.strengths.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9 && found.strengths.iter().all(|&a| a >= 0.0));
                match found.end {
                    End::Separates => {
                        let gap = 1.0 - found.stability / found.bound;
                        assert!(gap.abs() < 1e-7, "N = {n}, P = {p}, seed {seed}: {gap}");
                    }
                    End::Vanishes => assert!(found.bound < 1e-8),
                    End::Undecided => panic!("N = {n}, P = {p}, seed {seed}: {found:?}"),
                }
            }
        }
    }

    #[test]
    fn degenerate_hulls() {
        use crate::ndarray::{Array1, Array2, array};
        // The same point many times; opposite points; a zero; collinear points; the edge of a square through the origin.
        let same = Examples::new(Array2::ones((7, 3)), Array1::ones(7)).unwrap();
        let found = of(&same);
        assert_eq!(found.end, End::Separates);
        assert!((found.stability - 3_f64.sqrt()).abs() < 1e-9);
        for inputs in [
            array![[1.0, 2.0], [-1.0, -2.0]],
            array![[0.0, 0.0], [1.0, 0.0]],
            array![[1.0, 1.0], [-3.0, -3.0], [2.0, 2.0]],
            array![[1.0, 0.0], [-1.0, 0.0], [1.0, 1.0], [-1.0, 1.0]],
            array![[0.0, 0.0], [0.0, 0.0]],
        ] {
            let count = inputs.nrows();
            let found = of(&Examples::new(inputs.clone(), Array1::ones(count)).unwrap());
            assert_eq!(found.end, End::Vanishes, "{inputs}");
        }
    }
}
