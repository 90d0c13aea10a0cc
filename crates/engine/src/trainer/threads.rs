//! How many threads a run gets, and whether it uses them.

use std::time::Duration;

use downslope_kernels::team::Lease;

use crate::machine;

/// Multiply-adds of a step that are worth a second thread: about 40 µs of work.
const WORTH_A_THREAD: usize = 2_000_000;

/// The cores of a run. `threads` of 0 takes what is free, if a step is large enough.
pub fn lease(threads: usize, work: usize) -> Option<Lease> {
    let cores = machine::cores();
    match threads {
        0 if work < WORTH_A_THREAD => Some(Lease::take(1, cores)),
        0 => Some(Lease::take(cores, cores)),
        n => Some(Lease::exactly(n.min(cores))),
    }
}

/// Steps that are measured with each number of threads.
const PROBE: u32 = 8;
/// Steps between two measurements.
const SETTLED: u32 = 2_000;

/// Measures whether the team is faster than one thread, again and again: a barrier between threads that share a core with somebody else is
/// ruinous. The number of threads never changes a bit, so this is free to change between any two steps.
#[derive(Debug)]
pub struct Choice {
    threads: usize,
    adaptive: bool,
    team: bool,
    steps: u32,
    fastest: [Duration; 2],
}

impl Choice {
    /// For `threads` threads; `adaptive` when the caller did not ask for a number.
    pub fn new(threads: usize, adaptive: bool) -> Self {
        Self { threads, adaptive: adaptive && threads > 1, team: threads > 1, steps: 0, fastest: [Duration::MAX; 2] }
    }

    /// Whether the next step runs on the team.
    pub fn use_team(&self) -> bool {
        self.team && self.threads > 1
    }

    /// The time of the last step.
    pub fn took(&mut self, time: Duration) {
        if !self.adaptive {
            return;
        }
        self.steps += 1;
        if self.steps <= 2 * PROBE {
            let slot = &mut self.fastest[usize::from(self.team)];
            *slot = time.min(*slot);
            self.team = self.steps < PROBE;
            if self.steps == 2 * PROBE {
                self.team = self.fastest[1] < self.fastest[0];
            }
        } else if self.steps >= SETTLED {
            self.steps = 0;
            self.team = true;
            self.fastest = [Duration::MAX; 2];
        }
    }
}
