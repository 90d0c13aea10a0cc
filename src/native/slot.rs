//! A value that one call at a time may use, and that can be closed at any moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use downslope_engine::{Error, Result};

enum State<T> {
    Ready(T),
    Busy,
    Closed,
}

/// Holds the value between calls; methods of the binding take `&self`, so overlapping calls must be refused here.
pub struct Slot<T> {
    name: &'static str,
    state: Mutex<State<T>>,
    cancel: AtomicBool,
}

impl<T> Slot<T> {
    /// A slot with a value; `name` is how messages call it.
    pub fn new(name: &'static str, value: T) -> Arc<Self> {
        Arc::new(Self { name, state: Mutex::new(State::Ready(value)), cancel: AtomicBool::new(false) })
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the value out for one call; an earlier wish to cancel is forgotten.
    pub fn take(slot: &Arc<Self>) -> Result<Lease<T>> {
        let mut state = slot.lock();
        match std::mem::replace(&mut *state, State::Busy) {
            State::Ready(value) => {
                slot.cancel.store(false, Ordering::Relaxed);
                Ok(Lease { slot: slot.clone(), value })
            }
            State::Busy => Err(Error::busy(format!("{}: another call is still running", slot.name))),
            State::Closed => {
                *state = State::Closed;
                Err(Error::closed(format!("{} is closed", slot.name)))
            }
        }
    }

    /// Asks a running call to end early.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// Cancels a running call, then frees: now, or when that call hands the value back.
    pub fn close(&self) {
        let mut state = self.lock();
        self.cancel();
        let old = std::mem::replace(&mut *state, State::Closed);
        drop(state);
        drop(old);
    }
}

/// The value during one call.
pub struct Lease<T> {
    slot: Arc<Slot<T>>,
    value: T,
}

impl<T> Lease<T> {
    /// Uses the value and puts it back, unless the slot was closed meanwhile: then it is freed here. When `work` panics
    /// the value is lost with it and the slot counts as busy for good, for it may be broken.
    pub fn with<R>(mut self, work: impl FnOnce(&mut T, &AtomicBool) -> Result<R>) -> Result<R> {
        let result = work(&mut self.value, &self.slot.cancel);
        let mut state = self.slot.lock();
        if matches!(*state, State::Closed) {
            drop(state);
            return result.and_then(|_| Err(Error::closed(format!("{} was closed", self.slot.name))));
        }
        *state = State::Ready(self.value);
        drop(state);
        result
    }
}
