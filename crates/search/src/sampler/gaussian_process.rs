//! Bayesian optimisation with a Gaussian process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
use crate::gp::search::{Effort, INCUMBENTS, Search};
use crate::history::History;
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
    /// How many finished trials of the history have been read.
    read: usize,
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

/// Beyond so many trials fewer places are screened: the variance at one costs the square of the trials.
const MANY: usize = 256;
const PLACES_OF_MANY: usize = 512;

/// Makes it; cannot fail.
pub fn make(start: &Start, options: Options) -> Result<GaussianProcess> {
    let coordinates = Coordinates::new(Arc::clone(&start.space));
    Ok(GaussianProcess {
        options,
        seed: start.seed,
        startup: QuasiRandom::new(start, "gaussianProcess"),
        read: 0,
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
        for trial in &history.finished()[self.read..] {
            if self.outcomes.push(trial) {
                let place = self.coordinates.place(history.point(trial.number));
                self.points.push(&self.coordinates.row(&place));
            }
        }
        self.read = history.finished().len();
    }

    fn starting(&self, history: &History) -> bool {
        history.asked() < self.options.startup || self.outcomes.trials().is_empty()
    }

    /// Fits at every size that has been reached, each from where the one before ended: so a sampler that is made anew goes
    /// the same way as one that was there all the time.
    fn refit(&mut self, cancel: &AtomicBool) -> Result<()> {
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            let size = next_size(self.fitted.as_ref().map(|fitted| fitted.size));
            if size > self.outcomes.trials().len() {
                return Ok(());
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

    /// Takes the models, with the finished trials and nothing else.
    fn updated(&mut self, constrained: bool) -> [Model; 2] {
        let categories = self.coordinates.categories();
        let mut models = self.models.take().unwrap_or_else(|| {
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

    fn term(&self, model: &Model, values: &[f64], order: &[usize]) -> Term {
        // the lowest mean at a trial, not the lowest value: that may be luck where there is noise
        let means = order.iter().map(|&trial| model.mean_at(trial, values[trial]));
        let best = means.fold(f64::INFINITY, f64::min);
        match self.options.acquisition {
            Kind::LogExpectedImprovement => Term::LogExpectedImprovement { best },
            Kind::ProbabilityOfImprovement => Term::LogProbability { limit: best - self.options.xi },
            Kind::UpperConfidenceBound => Term::Bound { kappa: self.options.kappa },
        }
    }
}

impl Sampler for GaussianProcess {
    fn suggest(&mut self, history: &History, cancel: &AtomicBool) -> Result<Option<Vec<f64>>> {
        self.absorb(history);
        let number = history.asked();
        if self.starting(history) {
            return Ok(Some(self.startup.draw(number)));
        }
        self.refit(cancel)?;
        let count = self.points.count();
        let values = self.outcomes.scalars(count, number);
        let scores = self.outcomes.violations(count);
        let mut models = self.updated(scores.is_some());
        models[0].observe(&values);
        if let Some((scores, _)) = &scores {
            models[1].observe(scores);
        }
        let (order, feasible) = self.outcomes.ranking(&values);
        let objective = feasible.then(|| self.term(&models[0], &values, &order));
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
        let many = Effort { places: PLACES_OF_MANY, ..Effort::WHOLE };
        let effort = if count > MANY { many } else { Effort::WHOLE };
        let search = Search {
            coordinates: &self.coordinates,
            acquisition: &Acquisition::new(terms.collect()),
            asked: self.coordinates.finite().then_some(history),
            stream: Stream::new(self.seed, &format!("gaussianProcess/near/{number}")),
            lattice: Lattice::new(
                self.coordinates.moves().len(),
                Stream::new(self.seed, "gaussianProcess/screen"),
                number,
            ),
            incumbents: &incumbents,
            effort,
        };
        // where all that it looked at has been asked, the session takes the first that was not
        let place = search.run().unwrap_or_else(|| incumbents[0].clone());
        self.models = Some(models);
        Ok(Some(self.coordinates.point(&place)))
    }

    fn bytes(&self) -> usize {
        let models = self.models.iter().flatten().map(Model::bytes);
        self.points.bytes() + self.outcomes.bytes() + models.sum::<usize>()
    }

    fn retry(&mut self, history: &History, attempt: u32) -> Result<Option<Vec<f64>>> {
        Ok(self.starting(history).then(|| self.startup.redraw(history.asked(), attempt)))
    }
}
