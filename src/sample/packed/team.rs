//! Threads that share the tiles of a lattice.

use std::hint::spin_loop;
use std::iter::zip;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, TryLockError};
use std::thread::yield_now;

use crate::sample::packed::kernel::{Counts, Step};
use crate::sample::packed::tile::{Rules, Tile};

/// Fruitless looks at its own tiles, of roughly 0.1 µs each, after which a thread turns to those of others, and after which it lets
/// other threads have its core.
const PATIENCE: [u32; 2] = [400, 2000];

/// Half-sweeps of all tiles, done by any number of threads that may come late or never.
///
/// A tile may go on as soon as both its neighbours have come as far as itself: threads meet nowhere else. Each prefers a range of tiles, those
/// in its caches, and takes any other only if it has long had nothing to do, as when the system has taken a thread's core away.
///
/// Aligned, for it lies on the stack of a thread that works: lines of a cache that this thread writes to must hold nothing that the others read.
#[repr(align(128))]
pub(super) struct Team<'a> {
    tiles: Vec<Mutex<(&'a mut Tile, &'a mut Vec<Counts>)>>,
    borders: Vec<Border>,
    rules: Rules<'a>,
    /// All half-sweeps, of the first sublattice and the second in turn.
    steps: &'a [Step],
    joined: AtomicUsize,
}

/// What neighbours see of a tile.
#[repr(align(128))]
struct Border {
    /// The half-sweeps it has behind it.
    done: AtomicUsize,
    /// In each sublattice, the first and the last word of each row.
    ends: [Vec<[AtomicU64; 2]>; 2],
}

impl<'a> Team<'a> {
    /// Counts of half-sweeps that measure are added to each tile's list.
    pub fn new(
        tiles: &'a mut [Tile],
        counts: &'a mut [Vec<Counts>],
        rules: Rules<'a>,
        steps: &'a [Step],
    ) -> Self {
        let ends =
            |tile: &Tile, s: usize| tile.ends(s).map(|ends| ends.map(AtomicU64::new)).collect();
        let border =
            |tile: &Tile| Border { done: AtomicUsize::new(0), ends: [0, 1].map(|s| ends(tile, s)) };
        Self {
            borders: tiles.iter().map(border).collect(),
            tiles: zip(tiles, counts).map(Mutex::new).collect(),
            rules,
            steps,
            joined: AtomicUsize::new(0),
        }
    }

    /// Works until all half-sweeps are done.
    pub fn join(&self) {
        let (me, n) = (self.joined.fetch_add(1, Ordering::Relaxed), self.tiles.len());
        let mut fruitless = 0_u32;
        while !self.finished() {
            let members = self.joined.load(Ordering::Relaxed);
            let own = if fruitless < PATIENCE[0] {
                me * n / members..(me + 1) * n / members
            } else {
                0..n
            };
            // Where two ranges meet, both threads come first or both come last, and none waits for what the other has just begun.
            let advanced = if me % 2 == 0 {
                own.filter(|&tile| self.advance(tile)).count()
            } else {
                own.rev().filter(|&tile| self.advance(tile)).count()
            };
            fruitless = if advanced > 0 { 0 } else { fruitless.saturating_add(1) };
            if fruitless > PATIENCE[1] {
                yield_now();
            } else if fruitless > 0 {
                spin_loop();
            }
        }
    }

    fn finished(&self) -> bool {
        self.borders.iter().all(|border| border.done.load(Ordering::Acquire) == self.steps.len())
    }

    /// Does the tile's next half-sweep, if its neighbours have come as far and no other thread is at it.
    fn advance(&self, tile: usize) -> bool {
        if self.next(tile).is_none() {
            return false;
        }
        let mut guard = match self.tiles[tile].try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::WouldBlock) => return false,
            // A thread panicked, which the caller will hear of; the others come to their end.
            Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
        };
        // Another thread may have done it meanwhile.
        let Some((done, step)) = self.next(tile) else {
            return false;
        };
        let (words, counts) = &mut *guard;
        let (own, other) = (done % 2, 1 - done % 2);
        let [left, right] = self.beside(tile).map(|beside| &beside.ends[other]);
        let ends = zip(left, right).map(|(left, right)| {
            [left[1].load(Ordering::Relaxed), right[0].load(Ordering::Relaxed)]
        });
        words.border(other, ends);
        let counted = words.update(self.rules, own, step);
        if step.measures {
            counts.push(counted);
        }
        let border = &self.borders[tile];
        for (seen, ends) in zip(&border.ends[own], words.ends(own)) {
            zip(seen, ends).for_each(|(seen, word)| seen.store(word, Ordering::Relaxed));
        }
        border.done.store(done + 1, Ordering::Release);
        true
    }

    /// How many half-sweeps the tile has behind it, and the next, if its neighbours let it.
    ///
    /// They have then finished the one before, and go no further than the same one before this tile has done it: the ends that it reads stay as they are.
    fn next(&self, tile: usize) -> Option<(usize, Step)> {
        let done = self.borders[tile].done.load(Ordering::Acquire);
        let step = *self.steps.get(done)?;
        let ready =
            self.beside(tile).iter().all(|border| border.done.load(Ordering::Acquire) >= done);
        ready.then_some((done, step))
    }

    /// The tiles to the left and right, around the torus; a single one is its own neighbour.
    fn beside(&self, tile: usize) -> [&Border; 2] {
        let n = self.borders.len();
        [&self.borders[(tile + n - 1) % n], &self.borders[(tile + 1) % n]]
    }
}
