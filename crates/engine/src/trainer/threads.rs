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

/// Steps that are measured at least with each number of threads.
const PROBE: u32 = 8;
/// Seconds before the choice is first looked at again; twice as long each time that it was right.
const FIRST: f64 = 0.05;
/// The longest time between two looks.
const LONGEST: f64 = 10.0;
/// A look takes this part of the time since the last one.
const PART: f64 = 1.0 / 32.0;
/// The team must be faster than this, as a part of the time of one thread.
const WIN: f64 = 0.9;

/// Measures whether the team is faster than one thread, again and again: a barrier between threads that share a core with somebody else is
/// ruinous. The number of threads never changes a bit, so this is free to change between any two steps.
///
/// What counts is the mean time of a step, over windows that grow with the time between looks: where others have a share of the cores, most
/// steps are as fast as ever and a few take as long as a turn of somebody else, which a median does not see. A look at the team ends as soon
/// as it has lost, so a machine that stays busy costs a thirty-second part of the time, and the team is left as soon as it falls behind.
#[derive(Debug)]
pub struct Choice {
    threads: usize,
    adaptive: bool,
    team: bool,
    /// The other number of threads is being looked at.
    looking: bool,
    /// Seconds and steps of this window.
    window: (f64, u32),
    /// Seconds since the last look, and until the next.
    since: f64,
    until: f64,
    /// Mean seconds of a step with one thread and with the team, when last measured.
    mean: [f64; 2],
}

impl Choice {
    /// For `threads` threads; `adaptive` when the caller did not ask for a number.
    pub fn new(threads: usize, adaptive: bool) -> Self {
        Self {
            threads,
            adaptive: adaptive && threads > 1,
            team: threads > 1,
            looking: false,
            window: (0.0, 0),
            since: 0.0,
            until: 0.0,
            mean: [f64::INFINITY; 2],
        }
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
        let time = time.as_secs_f64();
        self.window.0 += time;
        self.window.1 += 1;
        self.since += time;
        let (seconds, steps) = self.window;
        // with as many steps as one thread would have taken in a whole look the team has lost already
        let lost =
            self.looking && self.team && seconds > self.mean[0] * f64::from(PROBE) && seconds > self.until * PART;
        if !lost && (steps < PROBE || seconds < self.until * PART) {
            return;
        }
        self.window = (0.0, 0);
        self.mean[usize::from(self.team)] = seconds / f64::from(steps);
        let faster = self.mean[1] < WIN * self.mean[0];
        if self.looking {
            // a choice that was right is looked at again later and later
            self.until = if faster == self.team { FIRST } else { (2.0 * self.until).clamp(FIRST, LONGEST) };
            (self.looking, self.team, self.since) = (false, faster, 0.0);
        } else if self.since >= self.until || self.team && self.mean[1] > self.mean[0] {
            (self.looking, self.team) = (true, !self.team);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds that `total` steps of one second of work each take, where a step takes `one` or `team` milliseconds on the average, with turns
    /// of somebody else now and then.
    fn run(total: u32, times: impl Fn(u32, bool) -> f64) -> (f64, f64) {
        let mut choice = Choice::new(2, true);
        let (mut spent, mut team) = (0.0, 0.0);
        for step in 0..total {
            let time = times(step, choice.use_team());
            spent += time;
            team += f64::from(choice.use_team());
            choice.took(Duration::from_secs_f64(time));
        }
        (spent, team / f64::from(total))
    }

    /// A turn of somebody else every so many steps.
    fn turns(step: u32, every: u32, time: f64) -> f64 {
        if step.wrapping_mul(2_654_435_761) >> 8 & 0xffff < 0x10000 / every { time } else { 0.0 }
    }

    #[test]
    fn a_quiet_machine_keeps_the_team() {
        let (spent, share) = run(20_000, |_, team| if team { 120e-6 } else { 200e-6 });
        assert!(spent < 20_000.0 * 120e-6 * 1.03 && share > 0.95, "{spent} s, {share} on the team");
    }

    #[test]
    fn a_busy_machine_loses_little() {
        // the team is faster in most steps, and waits for a turn of somebody else in every fortieth
        let (spent, share) = run(20_000, |step, team| match team {
            true => 120e-6 + turns(step, 40, 8e-3),
            false => 200e-6 + turns(step, 100, 4e-3),
        });
        let alone: f64 = (0..20_000).map(|step| 200e-6 + turns(step, 100, 4e-3)).sum();
        assert!(spent < alone / 0.9, "{spent} s, {alone} s on one thread, {share} on the team");
        // slower throughout
        let (spent, _) = run(20_000, |_, team| if team { 900e-6 } else { 200e-6 });
        assert!(spent < 20_000.0 * 200e-6 * 1.06, "{spent} s");
    }

    #[test]
    fn it_follows_a_machine_that_becomes_busy_and_quiet_again() {
        let times = |step: u32, team: bool| match (team, (10_000..20_000).contains(&step)) {
            (true, true) => 600e-6,
            (true, false) => 120e-6,
            (false, _) => 200e-6,
        };
        let (spent, _) = run(40_000, times);
        let best = 10_000.0 * 200e-6 + 30_000.0 * 120e-6;
        assert!(spent < best * 1.15, "{spent} s, {best} s at best");
    }

    #[test]
    fn a_number_that_was_asked_for_stays() {
        let mut choice = Choice::new(2, false);
        for _ in 0..100 {
            assert!(choice.use_team());
            choice.took(Duration::from_secs(1));
        }
        assert!(!Choice::new(1, true).use_team());
    }
}
