//! What native objects hold is reported to V8 as deltas, so that garbage collection knows about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use napi::Env;

/// Bytes of one owner, reported once and taken back once.
#[derive(Default)]
pub struct Memory(AtomicI64);

impl Memory {
    /// Reports the present size.
    pub fn set(&self, env: &Env, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let delta = bytes - self.0.swap(bytes, Ordering::Relaxed);
        if delta != 0 {
            // only a hint for the collector: a failure here changes nothing
            let _ = env.adjust_external_memory(delta);
        }
    }
}

/// Bytes that several owners share: counted while at least one of them holds a [`Share`].
pub struct Shared {
    bytes: usize,
    holders: AtomicUsize,
    memory: Memory,
}

impl Shared {
    /// Nothing is counted until the first [`Shared::hold`].
    pub fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self { bytes, holders: AtomicUsize::new(0), memory: Memory::default() })
    }

    /// One more holder. Holders live on one JavaScript thread.
    pub fn hold(&self, env: &Env) {
        self.holders.fetch_add(1, Ordering::Relaxed);
        self.memory.set(env, self.bytes);
    }

    /// One holder less.
    pub fn release(&self, env: &Env) {
        if self.holders.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.memory.set(env, 0);
        }
    }
}
