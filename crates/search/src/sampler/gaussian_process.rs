//! Bayesian optimisation with a Gaussian process.

use std::collections::HashSet;
use std::sync::Arc;

use downslope_kernels::random::Stream;
use serde::Deserialize;

use super::quasi_random::QuasiRandom;
use super::{Sampler, Start};
use crate::gp::acquisition::{Acquisition, Term};
use crate::gp::coordinates::Coordinates;
use crate::gp::fit::{fit, middle, next_size};
use crate::gp::kernel::{Parameters, Points};
use crate::gp::lattice::Lattice;
use crate::gp::model::Model;
use crate::gp::outcomes::Outcomes;
use crate::gp::search::{Effort, Search};
use crate::history::History;
use crate::space::Key;
use crate::{Error, Result};

/// As TypeScript has checked them.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Quasi-random trials before the first that is modelled.
    startup: usize,
    /// What is maximised.
    acquisition: Kind,
    /// For the upper confidence bound.
    kappa: f64,
    /// For the probability of improvement, in deviations of the values.
    xi: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    LogExpectedImprovement,
    UpperConfidenceBound,
    ProbabilityOfImprovement,
}

/// The sampler. All that it keeps follows from the history: parameters are those of the last fitting size, the models hold
/// the finished trials in the order in which they became known, pending ones are appended for a suggestion and taken away.
pub struct GaussianProcess {
    options: Options,
    seed: u64,
    coordinates: Coordinates,
    /// For the trials before there is a model.
    startup: QuasiRandom,
    /// How many trials of the history have been read, asked and finished ones.
    read: (usize, usize),
    /// Points asked, in finite spaces.
    seen: HashSet<Key>,
    /// Rows of the outcomes.
    points: Points,
    outcomes: Outcomes,
    fitted: Option<Fitted>,
    /// Of the objective and of the constraints.
    models: Option<[Model; 2]>,
    /// How many of the models' points are finished trials.
    known: usize,
}

struct Fitted {
    size: usize,
    /// Of the objective and of the constraints.
    parameters: [Parameters; 2],
}

/// Trials that searches start from and look around.
const INCUMBENTS: usize = 5;
/// Places that are screened; the variance at one costs the square of the trials.
const PLACES: usize = 1024;
const PLACES_OF_MANY: usize = 512;
const MANY: usize = 256;

/// Makes it; cannot fail.
pub fn make(start: &Start, options: Options) -> Result<GaussianProcess> {
    let coordinates = Coordinates::new(Arc::clone(&start.space));
    Ok(GaussianProcess {
        options,
        seed: start.seed,
        startup: QuasiRandom::new(start, "gaussianProcess"),
        read: (0, 0),
        seen: HashSet::new(),
        points: Points::new(coordinates.categories()),
        outcomes: Outcomes::new(start.objectives, start.seed),
        fitted: None,
        models: None,
        known: 0,
        coordinates,
    })
}

impl GaussianProcess {
    fn absorb(&mut self, history: &History) {
        if self.coordinates.finite() {
            self.seen.extend((self.read.0..history.asked()).map(|number| Key::of(history.point(number))));
        }
        for trial in &history.finished()[self.read.1..] {
            if self.outcomes.push(trial) {
                let place = self.coordinates.place(history.point(trial.number));
                self.points.push(&self.coordinates.row(&place));
            }
        }
        self.read = (history.asked(), history.finished().len());
    }

    fn starting(&self, history: &History) -> bool {
        history.asked() < self.options.startup || self.outcomes.trials().is_empty()
    }

    /// Fits at every size that has been reached, each from where the one before ended: so a sampler that is made anew goes
    /// the same way as one that was there all the time.
    fn refit(&mut self) {
        loop {
            let size = next_size(self.fitted.as_ref().map(|fitted| fitted.size));
            if size > self.outcomes.trials().len() {
                return;
            }
            let points = self.points.first(size);
            let before = self.fitted.as_ref().map(|fitted| &fitted.parameters);
            let single = self.outcomes.objectives() == 1;
            // with several objectives a column matters if it matters to any of them
            let own = |objective| {
                fit(
                    &points,
                    &self.outcomes.objective(size, objective),
                    before.filter(|_| single).map(|[first, _]| first),
                )
            };
            let joint = (1..self.outcomes.objectives()).fold(own(0), |joint, objective| joint.sharper(&own(objective)));
            let constraint = match self.outcomes.violations(size) {
                Some((scores, _)) => fit(&points, &scores, before.map(|[_, second]| second)),
                None => middle(points.width()),
            };
            self.fitted = Some(Fitted { size, parameters: [joint, constraint] });
            self.models = None;
        }
    }

    /// The models with the finished trials, nothing else.
    fn updated(&mut self, constrained: bool) -> &mut [Model; 2] {
        let categories = self.coordinates.categories();
        let models = self.models.get_or_insert_with(|| {
            self.known = 0;
            let default = || [middle(categories.len()), middle(categories.len())];
            let parameters = self.fitted.as_ref().map_or_else(default, |fitted| fitted.parameters.clone());
            parameters.map(|parameters| Model::new(categories.clone(), parameters))
        });
        for model in models.iter_mut().take(if constrained { 2 } else { 1 }) {
            model.truncate(self.known);
            for trial in model.points().count()..self.points.count() {
                model.push(&self.points.point(trial));
            }
        }
        self.known = self.points.count();
        models
    }

    fn term(&self, model: &Model, order: &[usize]) -> Term {
        // the lowest mean at a trial, not the lowest value: that may be luck where there is noise
        let means = order.iter().map(|&trial| model.mean(&self.points.point(trial)));
        let best = means.fold(f64::INFINITY, f64::min);
        match self.options.acquisition {
            Kind::LogExpectedImprovement => Term::LogExpectedImprovement { best },
            Kind::ProbabilityOfImprovement => Term::LogProbability { limit: best - self.options.xi },
            Kind::UpperConfidenceBound => Term::Bound { kappa: self.options.kappa },
        }
    }
}

impl Sampler for GaussianProcess {
    fn suggest(&mut self, history: &History) -> Result<Option<Vec<f64>>> {
        self.absorb(history);
        let number = history.asked();
        if self.starting(history) {
            return Ok(Some(self.startup.draw(number)));
        }
        self.refit();
        let count = self.points.count();
        let values = self.outcomes.scalars(count, number);
        let scores = self.outcomes.violations(count);
        let models = self.updated(scores.is_some());
        models[0].observe(&values);
        if let Some((scores, _)) = &scores {
            models[1].observe(scores);
        }
        let Some(mut models) = self.models.take() else {
            return Err(Error::Internal("gaussianProcess: no model".into()));
        };
        let (order, feasible) = self.outcomes.ranking(&values);
        let objective = feasible.then(|| self.term(&models[0], &order));
        for pending in history.pending() {
            let row = self.coordinates.row(&self.coordinates.place(history.point(pending)));
            for model in models.iter_mut().take(if scores.is_some() { 2 } else { 1 }) {
                model.push(&row);
            }
        }
        // where nothing is feasible yet, only that counts
        let constraint = scores.map(|(_, limit)| Term::LogProbability { limit });
        let terms = models.iter().zip([objective, constraint]).filter_map(|(model, term)| Some((model, term?)));
        let place = |&trial: &usize| self.coordinates.place(history.point(self.outcomes.trials()[trial].number));
        let incumbents: Vec<Vec<f64>> = order.iter().take(INCUMBENTS).map(place).collect();
        let search = Search {
            coordinates: &self.coordinates,
            acquisition: &Acquisition::new(terms.collect()),
            seen: &self.seen,
            stream: Stream::new(self.seed, &format!("gaussianProcess/near/{number}")),
            lattice: Lattice::new(
                self.coordinates.moves().len(),
                Stream::new(self.seed, "gaussianProcess/screen"),
                number,
            ),
            incumbents: &incumbents,
            effort: Effort { places: if count > MANY { PLACES_OF_MANY } else { PLACES }, near: 64, starts: 8 },
        };
        // where all that it looked at has been asked, the session takes the first that was not
        let place = search.run().unwrap_or_else(|| incumbents[0].clone());
        self.models = Some(models);
        Ok(Some(self.coordinates.point(&place)))
    }

    fn retry(&mut self, history: &History, attempt: u32) -> Result<Option<Vec<f64>>> {
        Ok(self.starting(history).then(|| self.startup.redraw(history.asked(), attempt)))
    }
}
