//! Minimisation inside a box by L-BFGS.

use crate::lanes::dot;
use std::collections::VecDeque;

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps at most.
    pub iterations: usize,
    /// Evaluations at most, those of line searches included.
    pub evaluations: usize,
    /// Done when no coordinate of the projected gradient is larger.
    pub gradient: f64,
    /// Done when a step gains less than this, relative to max(1, |f|).
    pub gain: f64,
}

/// Pairs of differences that are kept.
const MEMORY: usize = 8;
/// Armijo's constant.
const SUFFICIENT: f64 = 1e-4;

/// Minimises `function` from `x` within [`low`, `high`], in place; returns its value there.
///
/// `function` returns its value and writes the gradient. A coordinate at a bound whose gradient points outwards is held
/// there for the step (gradient projection); the two-loop recursion works on the others, and the line search backtracks
/// along the projected path with quadratic interpolation. A value that is not finite counts as worse than any other.
pub fn minimize(
    x: &mut [f64],
    low: &[f64],
    high: &[f64],
    limits: &Limits,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> f64 {
    let n = x.len();
    for i in 0..n {
        x[i] = x[i].clamp(low[i], high[i]);
    }
    let mut gradient = vec![0.0; n];
    let mut value = function(x, &mut gradient);
    let mut evaluations = 1;
    let mut pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::with_capacity(MEMORY);
    let (mut trial, mut slope) = (vec![0.0; n], vec![0.0; n]);
    for _ in 0..limits.iterations {
        let free: Vec<bool> =
            (0..n).map(|i| !(x[i] <= low[i] && gradient[i] >= 0.0 || x[i] >= high[i] && gradient[i] <= 0.0)).collect();
        let largest = (0..n).filter(|&i| free[i]).fold(0.0_f64, |most, i| most.max(gradient[i].abs()));
        if !value.is_finite() || largest <= limits.gradient {
            break;
        }
        let mut direction = two_loops(&gradient, &free, &pairs);
        let mut descent = dot(&direction, &gradient);
        if descent >= 0.0 || !descent.is_finite() {
            pairs.clear();
            direction = (0..n).map(|i| if free[i] { -gradient[i] } else { 0.0 }).collect();
            descent = dot(&direction, &gradient);
        }
        // without curvature known, a first step of a fifth of the box at most
        let longest = direction.iter().fold(0.0_f64, |most, d| most.max(d.abs()));
        let mut step = if pairs.is_empty() { (0.2 / longest).min(1.0) } else { 1.0 };
        let mut next = f64::INFINITY;
        let mut accepted = false;
        while evaluations < limits.evaluations {
            for i in 0..n {
                trial[i] = (x[i] + step * direction[i]).clamp(low[i], high[i]);
            }
            next = function(&trial, &mut slope);
            evaluations += 1;
            // against the movement that was left after projection
            let moved: f64 = (0..n).map(|i| gradient[i] * (trial[i] - x[i])).sum();
            if next.is_finite() && next <= value + SUFFICIENT * moved {
                accepted = true;
                break;
            }
            let fitted = -descent * step * step / (2.0 * (next - value - descent * step));
            step = if fitted.is_finite() { fitted.clamp(0.1 * step, 0.5 * step) } else { 0.1 * step };
            if step * longest < 1e-12 {
                break;
            }
        }
        if !accepted {
            break;
        }
        let moved: Vec<f64> = (0..n).map(|i| trial[i] - x[i]).collect();
        let change: Vec<f64> = (0..n).map(|i| slope[i] - gradient[i]).collect();
        let curvature = dot(&moved, &change);
        if curvature > 1e-10 * dot(&change, &change).sqrt() * dot(&moved, &moved).sqrt() {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back((moved, change, 1.0 / curvature));
        }
        let gain = value - next;
        x.copy_from_slice(&trial);
        std::mem::swap(&mut gradient, &mut slope);
        value = next;
        if gain <= limits.gain * value.abs().max(1.0) {
            break;
        }
    }
    value
}

/// −H g over the free coordinates.
fn two_loops(gradient: &[f64], free: &[bool], pairs: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().zip(free).map(|(&g, &f)| if f { g } else { 0.0 }).collect();
    let mut factors = vec![0.0; pairs.len()];
    for (k, (moved, change, inverse)) in pairs.iter().enumerate().rev() {
        factors[k] = inverse * dot(moved, &q);
        for (target, source) in q.iter_mut().zip(change) {
            *target -= factors[k] * source;
        }
    }
    if let Some((_, change, inverse)) = pairs.back() {
        let scale = 1.0 / (inverse * dot(change, change));
        for value in &mut q {
            *value *= scale;
        }
    }
    for (k, (moved, change, inverse)) in pairs.iter().enumerate() {
        let other = inverse * dot(change, &q);
        for (target, source) in q.iter_mut().zip(moved) {
            *target += (factors[k] - other) * source;
        }
    }
    q.iter().zip(free).map(|(&value, &f)| if f { -value } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { iterations: 500, evaluations: 2000, gradient: 1e-9, gain: 0.0 };

    fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut sum = 0.0;
        for i in 0..x.len() - 1 {
            let (a, b) = (1.0 - x[i], x[i + 1] - x[i] * x[i]);
            sum += a * a + 100.0 * b * b;
            gradient[i] += -2.0 * a - 400.0 * b * x[i];
            gradient[i + 1] += 200.0 * b;
        }
        sum
    }

    #[test]
    fn finds_the_valley_of_rosenbrock() {
        for n in [2, 5, 10] {
            let mut x: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect();
            let mut count = 0;
            let value = minimize(&mut x, &vec![-5.0; n], &vec![5.0; n], &LIMITS, |x, g| {
                count += 1;
                rosenbrock(x, g)
            });
            // 10 dimensions have a second minimum near (−1, 1, …), at 3.99
            assert!(value < 1e-12 || (value - 3.985_4).abs() < 0.1, "{n}: {value} at {x:?}");
            assert!(count < 200, "{count} evaluations in {n} dimensions");
        }
    }

    #[test]
    fn stops_at_the_wall() {
        // with x₁ ≤ 0.5 the best is x = (0.5, 0.25): value 0.25
        let mut x = vec![-1.2, 1.0];
        let value = minimize(&mut x, &[-2.0, -2.0], &[0.5, 2.0], &LIMITS, rosenbrock);
        assert!((value - 0.25).abs() < 1e-9 && x[0] == 0.5 && (x[1] - 0.25).abs() < 1e-5, "{value} at {x:?}");
    }

    #[test]
    fn corners_flat_and_not_finite() {
        let mut x = vec![0.3, 0.7];
        let value = minimize(&mut x, &[0.0, 0.0], &[1.0, 1.0], &LIMITS, |x, g| {
            g.copy_from_slice(&[1.0, -2.0]);
            x[0] - 2.0 * x[1]
        });
        assert_eq!((value, x), (-2.0, vec![0.0, 1.0]));
        let mut x = vec![0.3];
        assert_eq!(
            minimize(&mut x, &[0.0], &[1.0], &LIMITS, |_, g| {
                g[0] = 0.0;
                7.0
            }),
            7.0
        );
        // beyond 0.6 there is nothing
        let mut x = vec![0.3];
        let value = minimize(&mut x, &[0.0], &[1.0], &LIMITS, |x, g| {
            g[0] = -1.0;
            if x[0] > 0.6 { f64::NAN } else { -x[0] }
        });
        assert!(value < -0.55 && x[0] <= 0.6, "{value}");
        assert!(minimize(&mut [], &[], &[], &LIMITS, |_, _| 3.0) == 3.0);
    }
}
