//! The stationary distribution of jumps between neighbours, without detailed balance.

use crate::error::{Error, Result};
use crate::numeric::vector::scale;
use crate::phase_space::fokker_planck::generator::Generator;
use crate::phase_space::patience::require_time;
use crate::progress::Deadline;

/// Numbers of a band, and operations of its elimination, at most.
const MOST: f64 = 1e8;
const MOST_WORK: f64 = 1e11;

/// Cells that are eliminated between two looks at the clock.
const LOOK: usize = 256;

/// Larger numbers are scaled down on the way.
const LARGE: f64 = 1e200;

/// By elimination of one cell after the other, in which nothing is subtracted, so that all digits stay (W. K. Grassmann, M. I. Taksar and D. P. Heyman, Oper. Res. 33, 1107 (1985)).
pub(super) fn stationary(generator: &Generator, whole: &Deadline) -> Result<Vec<f64>> {
    let n = generator.exit.len();
    let reach = generator.edges.iter().map(|edge| edge.second - edge.first).max().unwrap_or(1);
    let (numbers, work) = (n as f64 * (2 * reach + 1) as f64, n as f64 * (reach * reach) as f64);
    if numbers > MOST || work > MOST_WORK {
        return Err(Error::TooLarge {
            what: "The stationary state of a drift".to_string(),
            needs: format!("{numbers:.1e} numbers and {work:.1e} operations"),
            limit: format!("{MOST:.0e} and {MOST_WORK:.0e}"),
            advice: "Take fewer cells.".to_string(),
        });
    }
    // Row i holds the rates to i − reach … i + reach.
    let row = 2 * reach + 1;
    let mut band = vec![0.0; n * row];
    for (k, edge) in generator.edges.iter().enumerate() {
        let apart = edge.second - edge.first;
        band[edge.first * row + reach + apart] = generator.forth[k];
        band[edge.second * row + reach - apart] = generator.back[k];
    }
    for last in (1..n).rev() {
        if last.is_multiple_of(LOOK) {
            require_time(whole, "the stationary state")?;
        }
        let first = last.saturating_sub(reach);
        let (before, own) = band.split_at_mut(last * row);
        let out: Vec<f64> = (first..last).map(|j| own[reach + j - last]).collect();
        let leave: f64 = out.iter().sum();
        for i in first..last {
            let into = &mut before[i * row + reach + last - i];
            if *into == 0.0 {
                continue;
            }
            *into /= leave;
            let share = *into;
            for (j, rate) in (first..last).zip(&out) {
                before[i * row + reach + j - i] += share * rate;
            }
        }
    }
    let mut p = vec![0.0; n];
    p[0] = 1.0;
    for j in 1..n {
        let first = j.saturating_sub(reach);
        p[j] = (first..j).map(|i| p[i] * band[i * row + reach + j - i]).sum();
        if p[j] > LARGE {
            p[..=j].iter_mut().for_each(|x| *x /= LARGE);
        }
    }
    let whole: f64 = p.iter().sum();
    if !(whole > 0.0 && whole.is_finite()) {
        let given = "one under which some cells are never left again";
        return Err(Error::argument("drift", given, "less steep beside the diffusion"));
    }
    scale(&mut p, 1.0 / whole);
    Ok(p)
}
