//! A small team of threads for work inside one training run: helpers spin for a moment, then park.
//!
//! A fork and join by spinning costs a quarter of a microsecond, by a condition variable or a work-stealing pool 10 to 80 µs; a step of a
//! small model takes 100 µs and has ten of them.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, Thread};

/// How often a helper looks for work before it parks: some 20 to 50 µs.
const SPINS: u32 = 4_000;

type Job = *const (dyn Fn(usize) + Sync);

struct Shared {
    threads: usize,
    /// The number of jobs so far: a helper that has done fewer has one to do.
    job_number: AtomicUsize,
    job: UnsafeCell<Option<Job>>,
    running: AtomicUsize,
    stop: AtomicBool,
    parked: Vec<AtomicBool>,
    arrived: AtomicUsize,
    phase: AtomicUsize,
    poisoned: AtomicBool,
}

// SAFETY: `job` is written by the leader only while no helper runs, and published by `job_number`.
unsafe impl Sync for Shared {}
// SAFETY: the job's pointer is only used while the leader keeps it alive.
unsafe impl Send for Shared {}

/// Threads that run one job at a time together with the thread that owns the team.
pub struct Team {
    shared: Arc<Shared>,
    helpers: Vec<(Thread, Option<JoinHandle<()>>)>,
}

impl std::fmt::Debug for Team {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Team").field("threads", &self.shared.threads).finish()
    }
}

impl Team {
    /// A team of `threads` threads, the caller included. Threads that cannot be started are done without.
    pub fn new(threads: usize) -> Self {
        let wanted = threads.max(1);
        let make = |threads: usize| {
            Arc::new(Shared {
                threads,
                job_number: AtomicUsize::new(0),
                job: UnsafeCell::new(None),
                running: AtomicUsize::new(0),
                stop: AtomicBool::new(false),
                parked: (0..threads).map(|_| AtomicBool::new(false)).collect(),
                arrived: AtomicUsize::new(0),
                phase: AtomicUsize::new(0),
                poisoned: AtomicBool::new(false),
            })
        };
        let shared = make(wanted);
        let mut helpers = vec![];
        for t in 1..wanted {
            let mine = Arc::clone(&shared);
            match std::thread::Builder::new().name(format!("downslope-team-{t}")).spawn(move || help(&mine, t)) {
                Ok(handle) => helpers.push((handle.thread().clone(), Some(handle))),
                Err(_) => {
                    // a smaller team: let those that started go and do the work alone
                    let team = Self { shared, helpers };
                    drop(team);
                    return Self { shared: make(1), helpers: vec![] };
                }
            }
        }
        Self { shared, helpers }
    }

    /// Number of threads, the caller included.
    pub fn threads(&self) -> usize {
        self.shared.threads
    }

    /// Calls `f(t)` for each thread t of the team, and returns when all are done.
    ///
    /// # Panics
    /// When one of the calls panics; a team must not be used by two threads at once (it takes `&mut self` for that reason).
    pub fn run(&mut self, f: &(dyn Fn(usize) + Sync)) {
        if self.helpers.is_empty() {
            return f(0);
        }
        let s = &*self.shared;
        s.poisoned.store(false, Ordering::Relaxed);
        s.arrived.store(0, Ordering::Relaxed);
        s.running.store(self.helpers.len(), Ordering::Relaxed);
        // SAFETY: only the lifetime is erased; this function does not return before every helper is done with it, and no helper reads the
        // cell now.
        unsafe {
            *s.job.get() = Some(std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), Job>(std::ptr::from_ref(f)))
        };
        s.job_number.fetch_add(1, Ordering::SeqCst);
        for (t, (thread, _)) in self.helpers.iter().enumerate() {
            if s.parked[t + 1].swap(false, Ordering::SeqCst) {
                thread.unpark();
            }
        }
        let mine = catch_unwind(AssertUnwindSafe(|| f(0)));
        if mine.is_err() {
            s.poisoned.store(true, Ordering::SeqCst);
        }
        let mut spins = 0;
        while s.running.load(Ordering::Acquire) > 0 {
            pause(&mut spins);
        }
        if let Err(panic) = mine {
            resume_unwind(panic);
        }
        assert!(!s.poisoned.load(Ordering::Relaxed), "a thread of the team panicked");
    }

    /// The barrier of this team, for use inside a job.
    pub fn barrier(&self) -> Barrier {
        Barrier { shared: Arc::clone(&self.shared) }
    }
}

/// Holds each thread of a job until all have come.
#[derive(Clone)]
pub struct Barrier {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Barrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Barrier")
    }
}

impl Barrier {
    /// Waits for the other threads of the job. Everything written before is visible to all after.
    ///
    /// # Panics
    /// When another thread of the job panicked, as it would never come.
    pub fn wait(&self) {
        let s = &*self.shared;
        if s.threads == 1 {
            return;
        }
        let phase = s.phase.load(Ordering::Acquire);
        if s.arrived.fetch_add(1, Ordering::AcqRel) + 1 == s.threads {
            s.arrived.store(0, Ordering::Relaxed);
            s.phase.store(phase.wrapping_add(1), Ordering::Release);
        } else {
            let mut spins = 0;
            while s.phase.load(Ordering::Acquire) == phase {
                assert!(!s.poisoned.load(Ordering::Relaxed), "another thread of the team panicked");
                pause(&mut spins);
            }
        }
    }
}

/// Spins for a while, then lets others run: on a busy machine the other thread may wait for this very core.
fn pause(spins: &mut u32) {
    *spins += 1;
    if *spins < SPINS {
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
}

fn help(s: &Shared, t: usize) {
    let mut done = 0;
    loop {
        let mut spins = 0;
        while s.job_number.load(Ordering::SeqCst) == done {
            if s.stop.load(Ordering::SeqCst) {
                return;
            }
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
            } else {
                s.parked[t].store(true, Ordering::SeqCst);
                if s.job_number.load(Ordering::SeqCst) == done && !s.stop.load(Ordering::SeqCst) {
                    std::thread::park();
                }
                s.parked[t].store(false, Ordering::SeqCst);
            }
        }
        done += 1;
        let result: Result<(), Box<dyn Any + Send>> = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: published by `job_number`, alive until `running` is 0.
            if let Some(job) = unsafe { *s.job.get() } {
                // SAFETY: as above.
                unsafe { (*job)(t) };
            }
        }));
        if result.is_err() {
            s.poisoned.store(true, Ordering::SeqCst);
        }
        s.running.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        for (thread, handle) in &mut self.helpers {
            thread.unpark();
            if let Some(handle) = handle.take() {
                // a helper catches its panics, so that joining cannot fail
                let _ = handle.join();
            }
        }
    }
}

/// Cores that training runs of this process use beyond their first thread.
static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// A share of the cores of this process, given back when dropped.
#[derive(Debug)]
pub struct Lease {
    threads: usize,
}

impl Lease {
    /// Up to `wanted` threads, at least one, as many as other runs leave. `cores` is the size of the machine.
    pub fn take(wanted: usize, cores: usize) -> Self {
        let mut used = IN_USE.load(Ordering::SeqCst);
        loop {
            let threads = wanted.min(cores.saturating_sub(used)).max(1);
            match IN_USE.compare_exchange(used, used + threads, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return Self { threads },
                Err(now) => used = now,
            }
        }
    }

    /// `threads` threads, whatever others use: somebody asked for them.
    pub fn exactly(threads: usize) -> Self {
        IN_USE.fetch_add(threads, Ordering::SeqCst);
        Self { threads }
    }

    /// How many it got.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        IN_USE.fetch_sub(self.threads, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_thread_runs_each_job_once_and_the_barrier_holds() {
        for threads in [1, 2, 3, 5] {
            let mut team = Team::new(threads);
            let barrier = team.barrier();
            let count = AtomicUsize::new(0);
            for job in 1..200 {
                team.run(&|_| {
                    count.fetch_add(1, Ordering::SeqCst);
                    barrier.wait();
                    assert_eq!(count.load(Ordering::SeqCst), job * threads);
                    barrier.wait();
                });
                if job % 50 == 0 {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
            }
        }
    }

    #[test]
    fn a_panic_in_any_thread_reaches_the_caller_and_the_team_lives_on() {
        let mut team = Team::new(3);
        let barrier = team.barrier();
        for bad in 0..3 {
            let result = catch_unwind(AssertUnwindSafe(|| {
                team.run(&|t| {
                    assert!(t != bad, "on purpose");
                    barrier.wait();
                });
            }));
            assert!(result.is_err(), "panic in thread {bad}");
            let seen = Mutex::new(vec![]);
            team.run(&|t| seen.lock().unwrap().push(t));
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2]);
        }
    }

    #[test]
    fn leases_never_exceed_the_cores_but_always_give_one() {
        let a = Lease::take(8, 4);
        let b = Lease::take(2, 4);
        assert!(a.threads() + b.threads() <= 5 && b.threads() >= 1);
        drop(a);
        assert!(Lease::take(2, 4).threads() >= 1);
    }
}
