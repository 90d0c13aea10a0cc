//! The good ones among points with several values.

/// Points of one front that were chosen.
pub struct Chosen {
    /// Their indices.
    pub members: Vec<usize>,
    /// Each on [0, 1] in each objective.
    scaled: Vec<Vec<f64>>,
}

impl Chosen {
    /// The share of each in the volume that they dominate together, 1 on average.
    pub fn weights(&self) -> Vec<f64> {
        let shares: Vec<f64> = (0..self.scaled.len()).map(|index| share(&self.scaled, index)).collect();
        let sum = shares.iter().fold(0.0, |sum, share| sum + share);
        let count = shares.len() as f64;
        shares.into_iter().map(|share| if sum > 0.0 { share * count / sum } else { 1.0 }).collect()
    }
}

/// Chooses `count` of the points, all to be minimised: front by front (non-domination rank), and of the front that does
/// not fit as a whole those that together dominate the largest volume, greedily.
pub fn choose(points: &[&[f64]], count: usize) -> Vec<Chosen> {
    let mut rest: Vec<usize> = (0..points.len()).collect();
    // a point comes after all that dominate it
    rest.sort_by(|&a, &b| lexicographic(points[a], points[b]).then(a.cmp(&b)));
    let mut chosen = Vec::new();
    let mut room = count;
    while room > 0 && !rest.is_empty() {
        let (front, behind) = first_front(points, rest);
        rest = behind;
        let scaled = scaled(points, &front);
        let taken = if front.len() > room { greedy(&scaled, room) } else { (0..front.len()).collect() };
        room -= taken.len();
        let (members, scaled) = taken.iter().map(|&index| (front[index], scaled[index].clone())).unzip();
        chosen.push(Chosen { members, scaled });
    }
    chosen
}

fn lexicographic(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

/// Not worse anywhere and better somewhere; equal points do not dominate each other.
fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

fn first_front(points: &[&[f64]], sorted: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    let mut front: Vec<usize> = Vec::new();
    let mut behind = Vec::new();
    for index in sorted {
        if front.iter().any(|&other| dominates(points[other], points[index])) {
            behind.push(index);
        } else {
            front.push(index);
        }
    }
    (front, behind)
}

/// A front on [0, 1] in each objective; infinite values are at the ends.
fn scaled(points: &[&[f64]], front: &[usize]) -> Vec<Vec<f64>> {
    let objectives = points[front[0]].len();
    let range = |objective: usize| {
        let values = front.iter().map(|&index| points[index][objective]).filter(|value| value.is_finite());
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)))
    };
    let ranges: Vec<(f64, f64)> = (0..objectives).map(range).collect();
    let scale = |(value, (low, high)): (&f64, &(f64, f64))| {
        let share = (0.5 * value - 0.5 * low) / (0.5 * high - 0.5 * low);
        if share.is_nan() { f64::from(u8::from(*value == f64::INFINITY)) } else { share.clamp(0.0, 1.0) }
    };
    front.iter().map(|&index| points[index].iter().zip(&ranges).map(scale).collect()).collect()
}

/// Volumes are measured up to here.
const REFERENCE: f64 = 1.1;

/// Adds the point that adds most, again and again. What a point adds can only shrink, so old amounts are bounds.
fn greedy(points: &[Vec<f64>], count: usize) -> Vec<usize> {
    let mut bounds: Vec<f64> = points.iter().map(|point| volume(point)).collect();
    let mut chosen: Vec<usize> = Vec::new();
    let mut members: Vec<Vec<f64>> = Vec::new();
    while chosen.len() < count {
        let mut best: Option<(usize, f64)> = None;
        let mut order: Vec<usize> = (0..points.len()).filter(|index| !chosen.contains(index)).collect();
        order.sort_by(|&a, &b| bounds[b].total_cmp(&bounds[a]).then(a.cmp(&b)));
        for index in order {
            if best.is_some_and(|(_, amount)| bounds[index] <= amount) {
                break;
            }
            bounds[index] = volume(&points[index]) - dominated(&limited(&members, &points[index]));
            if best.is_none_or(|(_, amount)| bounds[index] > amount) {
                best = Some((index, bounds[index]));
            }
        }
        let Some((index, _)) = best else { break };
        chosen.push(index);
        members.push(points[index].clone());
    }
    chosen
}

/// What the front would lose without the point.
fn share(points: &[Vec<f64>], index: usize) -> f64 {
    let others: Vec<Vec<f64>> =
        points.iter().enumerate().filter(|&(other, _)| other != index).map(|(_, p)| p.clone()).collect();
    (volume(&points[index]) - dominated(&limited(&others, &points[index]))).max(0.0)
}

fn volume(point: &[f64]) -> f64 {
    point.iter().fold(1.0, |product, x| product * (REFERENCE - x))
}

/// The parts of what others dominate that the point dominates too.
fn limited(others: &[Vec<f64>], point: &[f64]) -> Vec<Vec<f64>> {
    others.iter().map(|other| other.iter().zip(point).map(|(a, b)| a.max(*b)).collect()).collect()
}

/// The volume that points dominate together (While, Bradstreet, Barone 2012): by sweeping with two objectives, else by what
/// each adds to those after it.
fn dominated(points: &[Vec<f64>]) -> f64 {
    let mut points: Vec<&Vec<f64>> = points.iter().collect();
    points.sort_by(|a, b| lexicographic(a, b));
    let mut front: Vec<&Vec<f64>> = Vec::new();
    for point in points {
        if !front.iter().any(|other| other.iter().zip(point).all(|(a, b)| a <= b)) {
            front.push(point);
        }
    }
    if front.first().is_some_and(|point| point.len() == 2) {
        let mut edge = REFERENCE;
        return front.iter().fold(0.0, |sum, point| {
            let slice = (REFERENCE - point[0]) * (edge - point[1]);
            edge = point[1];
            sum + slice
        });
    }
    let after = |at: usize| front[at + 1..].iter().map(|&point| point.clone()).collect::<Vec<_>>();
    (0..front.len()).fold(0.0, |sum, at| sum + volume(front[at]) - dominated(&limited(&after(at), front[at])))
}

#[cfg(test)]
mod tests;
