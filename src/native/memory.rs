//! What native objects hold is reported to V8 as deltas, so that garbage collection knows about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

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

/// What an object holds while it is open: bytes of its own, and columns of data sets that it keeps alive.
pub struct Account {
    bytes: usize,
    memory: Memory,
    bases: Vec<Arc<Shared>>,
    open: AtomicBool,
}

impl Account {
    /// Nothing is counted until [`Account::open`].
    pub fn new(bytes: usize, bases: Vec<Arc<Shared>>) -> Self {
        Self { bytes, memory: Memory::default(), bases, open: false.into() }
    }

    /// Counts everything once; called when the handle has reached JavaScript.
    pub fn open(&self, env: &Env) {
        if !self.open.swap(true, Ordering::Relaxed) {
            self.memory.set(env, self.bytes);
            self.bases.iter().for_each(|base| base.hold(env));
        }
    }

    /// Takes it back; idempotent.
    pub fn close(&self, env: &Env) {
        if self.open.swap(false, Ordering::Relaxed) {
            self.memory.set(env, 0);
            self.bases.iter().for_each(|base| base.release(env));
        }
    }
}
