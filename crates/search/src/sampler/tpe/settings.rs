//! The numbers that decide how good it is; `docs/design/search.md` says what was tried.

/// All of them.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Share of the finished trials that is good.
    pub share: f64,
    /// With several objectives there are never more good ones than this: choosing them takes time.
    pub most: usize,
    /// The narrowest kernel of N rows is 1 / (N + 2) to the power of this, as a share of the range …
    pub exponent: i32,
    /// … but at least this …
    pub factor: f64,
    /// … and where there are few values, this share of the distance of two.
    pub steps: f64,
    /// Weight of the prior; rows have 1 on average.
    pub prior: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { share: 0.15, most: 50, exponent: 2, factor: 0.03, steps: 0.5, prior: 1.0 }
    }
}

impl Settings {
    /// How many of so many trials are good.
    pub fn good(&self, finished: usize) -> usize {
        (libm::ceil(self.share * finished as f64) as usize).min(finished)
    }

    /// The narrowest kernel of so many rows, as a share of the range.
    pub fn narrowest(&self, rows: usize) -> f64 {
        let one = 1.0 / (rows as f64 + 2.0);
        (0..self.exponent).fold(1.0, |product, _| product * one).max(self.factor)
    }

    /// Logarithms of the masses of a kernel's own category and of each other: the prior's share of N + 1 is spread evenly.
    pub fn category(&self, count: u32, rows: usize) -> (f64, f64) {
        let share = self.prior / (rows as f64 + 1.0);
        let all = 1.0 + f64::from(count) * share;
        (libm::log((1.0 + share) / all), libm::log(share / all))
    }
}
