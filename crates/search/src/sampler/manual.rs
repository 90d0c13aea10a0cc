//! A list of points, one after the other.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::{Sampler, Start};
use crate::Result;
use crate::history::History;
use crate::space::Key;

/// What is to be tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Coordinates of each; none where not active.
    points: Vec<Vec<Option<f64>>>,
}

/// Suggests each entry once for every time that it is in the list. An entry counts as suggested as soon as its point was
/// asked, whoever asked it.
pub struct Manual {
    points: Vec<Vec<f64>>,
    /// Entries not asked yet, by point, in the order of the list.
    open: HashMap<Key, VecDeque<usize>>,
    done: Vec<bool>,
    read: usize,
    next: usize,
}

/// Makes it; fails when a point is not of the space.
pub fn make(start: &Start, options: Options) -> Result<Manual> {
    let axes = start.space.axes();
    let plain = |point: Vec<Option<f64>>| point.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect::<Vec<_>>();
    let points = options.points.into_iter().map(|point| start.space.checked(&axes, &plain(point)));
    let points = points.collect::<Result<Vec<_>>>()?;
    let mut open = HashMap::<_, VecDeque<_>>::new();
    for (index, point) in points.iter().enumerate() {
        open.entry(Key::of(point)).or_default().push_back(index);
    }
    Ok(Manual { open, done: vec![false; points.len()], points, read: 0, next: 0 })
}

impl Sampler for Manual {
    fn suggest(&mut self, history: &History, _: &AtomicBool) -> Result<Option<Vec<f64>>> {
        for number in self.read..history.asked() {
            if let Some(entry) = self.open.get_mut(&Key::of(history.point(number))).and_then(VecDeque::pop_front) {
                self.done[entry] = true;
            }
        }
        self.read = history.asked();
        while self.done.get(self.next) == Some(&true) {
            self.next += 1;
        }
        Ok(self.points.get(self.next).cloned())
    }

    fn decides_on_duplicates(&self) -> bool {
        true
    }
}
