//! Methods of annealing keep their deadlines. Alone in its process, so that no other test holds the threads.

use statmech::Result;
use statmech::prelude::*;

#[test]
fn annealing_methods_keep_their_deadlines() -> Result<()> {
    let ising = Ising::square(64)?;
    let best = ising.annealing().sweeps(10_000_000).deadline(0.2).run()?;
    assert!(!best.complete && best.energy < -0.5 && best.trace.height() >= 1);
    let density = ising.wang_landau().sweeps(10_000_000).deadline(0.2).run()?;
    assert!(!density.complete && density.sweeps < 10_000_000);
    let temperatures = [1000.0, 2.0];
    let settings = ising.population_annealing(temperatures).population(20).runs(2);
    let frame = settings.sweeps(20).steps(1_000).deadline(1.0).run()?;
    assert_eq!(frame.values("temperature")?, [1000.0]);
    assert_eq!(frame.values("complete")?, [0.0]);
    assert!(settings.sweeps(100_000).deadline(0.05).run().is_err());
    let annealed = ising.annealed_importance(temperatures).runs(20).sweeps(20).steps(1_000);
    let frame = annealed.deadline(1.0).run()?;
    assert_eq!(frame.values("complete")?, [0.0]);
    assert_eq!(frame.values("temperature")?, [1000.0]);
    let bennett = ising.bennett([3.0]).steps(10).sweeps(1_000_000).deadline(0.5).run()?;
    assert_eq!(bennett.values("complete")?, [0.0]);
    // All methods in two seconds, where each would take minutes; each row that fails says why.
    let begun = std::time::Instant::now();
    let frame = ising.free_energies(2.3).sweeps(10_000_000).deadline(2.0).run()?;
    let taken = begun.elapsed().as_secs_f64();
    assert!(taken < 6.0 && frame.height() == 10, "{taken} s");
    assert_eq!(frame.values("converged")?[4..], [0.0; 6]);
    Ok(())
}
