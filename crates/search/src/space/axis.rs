//! One dimension as an interval of units and, where it has steps, as a list.

use super::Kind;

/// How to get from [0, 1] to the values of a dimension and back.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
    /// Distance of neighbours and their number; none where it is continuous.
    steps: Option<(f64, u64)>,
    ordered: bool,
}

#[derive(Clone, Copy, Debug)]
enum Scale {
    Linear,
    /// The logarithms at 0 and at 1; with steps they reach half a step further than the values.
    Log {
        low: f64,
        high: f64,
    },
}

/// Rounding in the caller's steps that is forgiven, as a share of a step.
const SLACK: f64 = 1e-9;

/// Distance of the logarithms of both ends below which a scale is linear: the two scales differ by an eighth of it at most, as a share of the
/// whole, and the logarithms are soon the same number, whose distance nothing can be divided by.
const NARROW: f64 = 1e-6;

impl Axis {
    /// The axis of a checked dimension.
    #[must_use]
    pub fn new(kind: &Kind) -> Self {
        let (low, high, log, step, ordered) = match *kind {
            Kind::Float { low, high, log, step } => (low, high, log, step, true),
            Kind::Int { low, high, log, step } => (low, high, log, Some(step), true),
            Kind::Ordinal { count } => (0.0, f64::from(count) - 1.0, false, Some(1.0), true),
            Kind::Category { count } => (0.0, f64::from(count) - 1.0, false, Some(1.0), false),
        };
        let steps =
            if low == high { Some((step.unwrap_or(1.0), 1)) } else { step.map(|step| (step, count(low, high, step))) };
        let high = steps.map_or(high, |(step, count)| last(low, high, step, count));
        let scale = if log { logarithmic(low, high, steps) } else { Scale::Linear };
        Self { low, high, scale, steps, ordered }
    }

    /// The lowest and the highest value.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Whether neighbours have something in common; not so for categories.
    #[must_use]
    pub fn ordered(&self) -> bool {
        self.ordered
    }

    /// Whether units are equal distances of the logarithm.
    #[must_use]
    pub fn logarithmic(&self) -> bool {
        matches!(self.scale, Scale::Log { .. })
    }

    /// How many values there are; none where it is continuous.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.steps.map(|(_, count)| count)
    }

    /// The value at a unit in [0, 1]. With steps each value has a share of the units: equal ones on a linear scale.
    #[must_use]
    pub fn value(&self, unit: f64) -> f64 {
        match (self.steps, self.scale) {
            (Some((_, 1)), _) => self.low,
            (Some((_, count)), Scale::Linear) => self.at((unit * count as f64) as u64),
            (Some(_), Scale::Log { low, high }) => self.snap(libm::exp(low + unit * (high - low))),
            _ if unit <= 0.0 => self.low,
            _ if unit >= 1.0 => self.high,
            (None, Scale::Linear) => between(self.low, self.high, unit).clamp(self.low, self.high),
            (None, Scale::Log { low, high }) => libm::exp(low + unit * (high - low)).clamp(self.low, self.high),
        }
    }

    /// The unit of a value: with steps the middle of its share, on a logarithmic scale the place of its logarithm.
    #[must_use]
    pub fn unit(&self, value: f64) -> f64 {
        match (self.steps, self.scale) {
            (Some((_, 1)), _) => 0.5,
            (Some((_, count)), Scale::Linear) => (self.index(value) as f64 + 0.5) / count as f64,
            _ => self.place(value),
        }
    }

    /// Where a value lies between the ends, which with steps on a logarithmic scale are half a step beyond the values.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Linear => share(self.low, self.high, value),
            Scale::Log { low, high } => (libm::log(value) - low) / (high - low),
        };
        place.clamp(0.0, 1.0)
    }

    /// Value number `index` of those with steps; the last where there are not so many.
    #[must_use]
    pub fn at(&self, index: u64) -> f64 {
        match self.steps {
            Some((step, count)) if index + 1 < count => (self.low + index as f64 * step).min(self.high),
            _ if index == 0 => self.low,
            _ => self.high,
        }
    }

    /// The number of the value nearest to this one, of those with steps.
    #[must_use]
    pub fn index(&self, value: f64) -> u64 {
        let Some((step, count)) = self.steps else { return 0 };
        (libm::round((value - self.low) / step).max(0.0) as u64).min(count - 1)
    }

    /// The nearest value that it has.
    #[must_use]
    pub fn snap(&self, value: f64) -> f64 {
        if self.steps.is_some() { self.at(self.index(value)) } else { value.clamp(self.low, self.high) }
    }
}

fn count(low: f64, high: f64, step: f64) -> u64 {
    let steps = (high - low) / step;
    let nearest = libm::round(steps);
    let whole = if (steps - nearest).abs() <= SLACK { nearest } else { libm::floor(steps) };
    whole as u64 + 1
}

/// `high` itself where it is on a step, else the last step below it.
fn last(low: f64, high: f64, step: f64, count: u64) -> f64 {
    let value = low + (count - 1) as f64 * step;
    if (high - value).abs() <= SLACK * step { high } else { value.min(high) }
}

fn logarithmic(low: f64, high: f64, steps: Option<(f64, u64)>) -> Scale {
    let (first, last) = match steps {
        Some((step, count)) if count > 1 => {
            (libm::log((low - 0.5 * step).max(0.5 * low)), libm::log(high + 0.5 * step))
        }
        _ => (libm::log(low), libm::log(high)),
    };
    if last - first < NARROW { Scale::Linear } else { Scale::Log { low: first, high: last } }
}

/// low + unit · (high − low), also where the difference is not finite.
fn between(low: f64, high: f64, unit: f64) -> f64 {
    let width = high - low;
    if width.is_finite() { low + unit * width } else { low * (1.0 - unit) + high * unit }
}

fn share(low: f64, high: f64, value: f64) -> f64 {
    let width = high - low;
    if width.is_finite() { (value - low) / width } else { (0.5 * value - 0.5 * low) / (0.5 * high - 0.5 * low) }
}
