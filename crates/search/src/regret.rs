//! How much better than the best trial a point could still be.

use std::sync::Arc;

use downslope_kernels::random::Stream;

use crate::gp::acquisition::{Acquisition, Term};
use crate::gp::coordinates::Coordinates;
use crate::gp::fit::fit;
use crate::gp::kernel::{Parameters, Points};
use crate::gp::lattice::Lattice;
use crate::gp::model::Model;
use crate::gp::search::{Effort, INCUMBENTS, Search};
use crate::gp::values::standardize;
use crate::space::Space;
use crate::{Error, Result};

/// So many trials at most are in the model; a decision then costs the same however long the search is.
const KNOWN: usize = 512;
/// Its parameters are fitted to so many of them, and from there to so many: that takes a tenth of a fit to all of them from nothing.
const FITTED: [usize; 3] = [128, 256, KNOWN];
/// One in so many of the chosen is there for being good.
const GOOD: usize = 8;

/// An upper bound of the regret of the best of some trials, which holds with probability 1 − `delta` if the values are draws of the
/// model: min over trials of μ + √β σ minus min over the space of μ − √β σ, in units of the values, which are to be minimised.
///
/// β = (2/5) ln(d t² π² / (6 δ)) for t trials in d dimensions (Srinivas et al. 2010, with their factor 1/5; Makarova et al. 2022).
/// Values that are further above the median than the lowest is below it count as that: how bad a bad trial is says
/// nothing of the best, and would only widen the bound. Infinite values do the same. Where that cannot be said there is no
/// bound, and it is infinite: without finite values, or with infinite ones beside equal ones.
///
/// The model holds 512 trials at most: the 64 best, and others evenly spread over the rest. A model that knows less is less sure, which
/// makes the bound wider.
///
/// # Errors
/// `Error::Option` when space, points and values do not fit to each other.
pub fn regret_bound(space: &str, points: &[f64], values: &[f64], delta: f64) -> Result<f64> {
    let space = Arc::new(Space::parse(space)?);
    let width = space.dimensions.len();
    if width == 0 || values.len() < 2 || points.len() != width * values.len() {
        return Err(Error::Option("regretBound: must have a value for each of at least two points".into()));
    }
    let Some(values) = clamped(values) else { return Ok(f64::INFINITY) };
    let coordinates = Coordinates::new(space);
    let trials = values.len() as f64;
    let order = ranked(&values);
    let chosen = choose(&order, KNOWN);
    let places: Vec<Vec<f64>> =
        chosen.iter().map(|&trial| coordinates.place(&points[trial * width..(trial + 1) * width])).collect();
    let rows: Vec<Vec<f64>> = places.iter().map(|place| coordinates.row(place)).collect();
    let mut values: Vec<f64> = chosen.iter().map(|&trial| values[trial]).collect();
    let (_, scale) = standardize(&mut values);
    if !scale.is_finite() {
        return Ok(f64::INFINITY);
    }
    if values.iter().all(|&value| value == 0.0) {
        return Ok(0.0);
    }
    let order = ranked(&values);
    let fitted = |most: usize, before: Option<&Parameters>| {
        let mut known = Points::new(coordinates.categories());
        let mut heights = Vec::new();
        for trial in choose(&order, most) {
            known.push(&rows[trial]);
            heights.push(values[trial]);
        }
        fit(&known, &heights, before)
    };
    let mut parameters = fitted(FITTED[0], None);
    for pair in FITTED.windows(2).take_while(|pair| pair[0] < values.len()) {
        parameters = fitted(pair[1], Some(&parameters));
    }
    let mut model = Model::new(coordinates.categories(), parameters);
    rows.iter().for_each(|row| model.push(row));
    model.observe(&values);

    let inside = width as f64 * trials * trials * std::f64::consts::PI * std::f64::consts::PI / (6.0 * delta);
    let kappa = libm::sqrt(0.4 * libm::log(inside).max(0.0));
    let bounds = |row: &Vec<f64>| {
        let slope = model.slope(row);
        let margin = kappa * slope.variance.sqrt();
        (slope.mean - margin, slope.mean + margin)
    };
    let (mut lower, mut upper) = (f64::INFINITY, f64::INFINITY);
    for (low, high) in rows.iter().map(bounds) {
        lower = lower.min(low);
        upper = upper.min(high);
    }
    let incumbents: Vec<Vec<f64>> = order.iter().take(INCUMBENTS).map(|&trial| places[trial].clone()).collect();
    let acquisition = Acquisition::new(vec![(&model, Term::Bound { kappa })]);
    let search = Search {
        coordinates: &coordinates,
        acquisition: &acquisition,
        asked: None,
        stream: Stream::new(0, "regretBound/near"),
        lattice: Lattice::new(coordinates.moves().len(), Stream::new(0, "regretBound/screen"), values.len()),
        incumbents: &incumbents,
        effort: Effort::WHOLE,
    };
    if let Some(place) = search.run() {
        lower = lower.min(bounds(&coordinates.row(&place)).0);
    }
    Ok((upper - lower).max(0.0) * scale)
}

/// Values, none of them further above the median than the lowest is below it, if that is below it; `None` where they have no
/// finite scale.
fn clamped(values: &[f64]) -> Option<Vec<f64>> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let finite: Vec<f64> = sorted.iter().copied().filter(|value| value.is_finite()).collect();
    let (lowest, highest) = (*finite.first()?, *finite.last()?);
    let median = sorted[sorted.len() / 2].clamp(lowest, highest);
    let limit = if median > lowest { median + (median - lowest) } else { highest };
    let known = limit > lowest || finite.len() == values.len();
    (known && (limit - lowest).is_finite()).then(|| values.iter().map(|value| value.clamp(lowest, limit)).collect())
}

/// Trials by value, the lowest first; equals in their order.
fn ranked(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

/// At most `most` trials in their order: an eighth of them the first of those `ranked`, the others evenly spread over the rest in the
/// order of the trials.
fn choose(ranked: &[usize], most: usize) -> Vec<usize> {
    let count = ranked.len();
    let (best, rest) = ranked.split_at(if count > most { most / GOOD } else { count });
    let (mut result, mut rest) = (best.to_vec(), rest.to_vec());
    rest.sort_unstable();
    let others = most - most / GOOD;
    result.extend((0..others.min(rest.len())).map(|index| rest[index * rest.len() / others]));
    result.sort_unstable();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: &str = r#"{"dimensions":[{"name":"x","kind":"float","low":0.0,"high":1.0,"log":false}]}"#;

    fn points(count: usize) -> Vec<f64> {
        (0..count).map(|index| (index as f64 + 0.5) / count as f64).collect()
    }

    fn value(x: &f64) -> f64 {
        (x - 0.37) * (x - 0.37)
    }

    fn bound(count: usize, delta: f64) -> f64 {
        let values: Vec<f64> = points(count).iter().map(value).collect();
        regret_bound(SPACE, &points(count), &values, delta).unwrap_or(f64::NAN)
    }

    /// The best value is 0.
    fn regret(count: usize) -> f64 {
        points(count).iter().map(value).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn it_falls_with_what_is_known_and_holds() {
        let bounds: Vec<f64> = [4, 8, 16, 32].map(|count| bound(count, 0.1)).to_vec();
        assert!(bounds.windows(2).all(|pair| pair[1] < pair[0]), "{bounds:?}");
        for (count, bound) in [4, 8, 16, 32].into_iter().zip(&bounds) {
            assert!(*bound >= regret(count), "{count}: {bound} {}", regret(count));
        }
        assert!(bound(8, 0.01) > bound(8, 0.5));
    }

    #[test]
    fn bad_trials_say_nothing_and_the_same_values_leave_nothing() {
        let points: Vec<f64> = (0..12).map(|index| f64::from(index) / 11.0).collect();
        let values: Vec<f64> = points.iter().map(|x| (x - 0.4) * (x - 0.4)).collect();
        let mut worse = values.clone();
        worse[11] = 1e9;
        let mut worst = values.clone();
        worst[11] = f64::INFINITY;
        let of = |values: &[f64]| regret_bound(SPACE, &points, values, 0.1).unwrap_or(f64::NAN);
        assert_eq!(of(&worse).to_bits(), of(&worst).to_bits());
        assert!(of(&worse) < 1.0);
        assert_eq!(of(&[1.0; 12]), 0.0);
        assert!(regret_bound(SPACE, &points, &values[1..], 0.1).is_err());
    }

    #[test]
    fn what_cannot_be_bounded_has_no_bound() {
        let points: Vec<f64> = (0..20).map(|index| f64::from(index) / 19.0).collect();
        let of = |value: &dyn Fn(usize) -> f64| {
            let values: Vec<f64> = (0..20).map(value).collect();
            regret_bound(SPACE, &points, &values, 0.1).unwrap_or(f64::NAN)
        };
        assert_eq!(of(&|_| f64::INFINITY), f64::INFINITY);
        // one finite value, and no idea of how far the others are from it
        assert_eq!(of(&|trial| if trial == 7 { 1.0 } else { f64::INFINITY }), f64::INFINITY);
        assert_eq!(of(&|trial| if trial < 5 { -1.7e308 } else { 1.7e308 }), f64::INFINITY);
        assert_eq!(of(&|trial| 1e200 * trial as f64), f64::INFINITY);
        // as many as not are the best: what the others differ by still counts
        let tied = of(&|trial| if trial < 12 { 1.0 } else { trial as f64 });
        assert!(tied > 0.1 && tied < 100.0, "{tied}");
    }

    #[test]
    fn many_trials_cost_no_more_and_the_bound_still_holds() {
        let ranked: Vec<usize> = (0..20).rev().collect();
        assert_eq!(choose(&ranked, 20), (0..20).collect::<Vec<_>>());
        assert_eq!(choose(&ranked, 8), [0, 2, 5, 8, 10, 13, 16, 19]);
        // a model of all of them would take hours, and three gigabytes
        let ranked: Vec<usize> = (0..20_000).rev().collect();
        for most in FITTED {
            let mut chosen = choose(&ranked, most);
            chosen.dedup();
            assert_eq!(chosen.len(), most);
        }
        let (some, many) = (bound(KNOWN, 0.1), bound(20_000, 0.1));
        assert!(many >= regret(20_000) && many < 2.0 * some + 1e-3, "{some} {many}");
    }
}
