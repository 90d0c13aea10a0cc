//! One named pool of our own threads for whatever must not run on the event loop. Never libuv's four threads (files and
//! DNS of the application wait there), never another crate's global pool.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

/// More jobs than this wait: each is a chunk of training or one call, so waiting is short.
const LIMIT: usize = 64;
/// An unused thread leaves after this long.
const IDLE: Duration = Duration::from_secs(2);

struct State {
    queue: VecDeque<Job>,
    idle: usize,
    threads: usize,
}

static STATE: Mutex<State> = Mutex::new(State { queue: VecDeque::new(), idle: 0, threads: 0 });
static WORK: Condvar = Condvar::new();

/// Runs a job on a thread of the pool. A job must not panic.
pub fn submit(job: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    state.queue.push_back(Box::new(job));
    if state.queue.len() > state.idle && state.threads < LIMIT {
        match thread::Builder::new().name("downslope".into()).spawn(serve) {
            Ok(_) => state.threads += 1,
            // threads that exist will get to it; without any, it must not wait for ever
            Err(error) if state.threads == 0 => {
                state.queue.pop_back();
                return Err(error);
            }
            Err(_) => {}
        }
    }
    WORK.notify_one();
    Ok(())
}

fn serve() {
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(job) = state.queue.pop_front() {
            drop(state);
            job();
            state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        state.idle += 1;
        let (back, wait) = WORK.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
        state = back;
        state.idle -= 1;
        if wait.timed_out() && state.queue.is_empty() {
            state.threads -= 1;
            return;
        }
    }
}
