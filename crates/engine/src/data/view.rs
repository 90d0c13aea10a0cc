//! Rows of a view, chosen when they are first needed.
//!
//! How many rows a view has is known at once; which ones takes time for millions of them (a permutation, a gather), and
//! splits are asked for on the event loop. So a split only reserves memory, and whoever reads a view first, on a thread of
//! training, decides all its parts. Parts that were closed by then are dropped.
//!
//! Views of views that wait for each other are decided, and freed, one inside the other: after some of them the next waits for
//! nothing, or a loop that takes views of views would end in a stack overflow.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use super::memory::reserve;
use crate::Result;

/// Pushes the rows of each part.
type Work = Box<dyn FnOnce(&mut [Vec<u32>]) + Send>;

/// So many views may wait for each other.
const DEEPEST: usize = 32;

/// Rows in the base.
pub(super) struct View {
    len: usize,
    /// How many views were not decided when this one was made, each a view of the next.
    depth: usize,
    rows: OnceLock<Vec<u32>>,
    deal: Option<Arc<Deal>>,
}

/// What decides the rows of some views together.
struct Deal(Mutex<Option<Task>>);

struct Task {
    work: Work,
    parts: Vec<(Weak<View>, Vec<u32>)>,
}

impl View {
    /// Rows that are known.
    pub fn of(rows: Vec<u32>) -> Arc<Self> {
        Arc::new(Self { len: rows.len(), depth: 0, rows: OnceLock::from(rows), deal: None })
    }

    /// Views of these lengths, whose rows `work` will push; it reads the rows of `base`, where there is one.
    ///
    /// # Errors
    /// `ERR_DATA` when there is no memory for them.
    pub fn later(
        place: &str,
        base: Option<&Self>,
        lens: &[usize],
        work: impl FnOnce(&mut [Vec<u32>]) + Send + 'static,
    ) -> Result<Vec<Arc<Self>>> {
        let memory = lens.iter().map(|len| reserve(place, *len)).collect::<Result<Vec<_>>>()?;
        let waiting = base.filter(|base| base.rows.get().is_none());
        if let Some(base) = waiting.filter(|base| base.depth >= DEEPEST) {
            base.rows();
        }
        let depth = waiting.map_or(0, |base| base.depth % DEEPEST) + 1;
        let deal = Arc::new(Deal(Mutex::new(None)));
        let view =
            |len: &usize| Arc::new(Self { len: *len, depth, rows: OnceLock::new(), deal: Some(Arc::clone(&deal)) });
        let views: Vec<_> = lens.iter().map(view).collect();
        let parts = views.iter().map(Arc::downgrade).zip(memory).collect();
        *deal.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Task { work: Box::new(work), parts });
        Ok(views)
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// The rows, decided now if they are not yet.
    pub fn rows(&self) -> &[u32] {
        if let (None, Some(deal)) = (self.rows.get(), &self.deal) {
            deal.run();
        }
        match self.rows.get() {
            Some(rows) => rows,
            None => panic!("the rows of a view were never decided"),
        }
    }
}

impl Deal {
    fn run(&self) {
        // whoever comes second waits here; the work may lock the deals of views that this one was made of, never this one
        let mut task = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Task { work, parts }) = task.take() else { return };
        let (views, mut rows): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        work(&mut rows);
        for (view, rows) in views.iter().zip(rows) {
            if let Some(view) = view.upgrade() {
                debug_assert_eq!(view.len, rows.len(), "a view has as many rows as was said");
                let _ = view.rows.set(rows);
            }
        }
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("len", &self.len).finish_non_exhaustive()
    }
}
