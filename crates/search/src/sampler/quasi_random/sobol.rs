//! The Sobol sequence with the direction numbers of Joe and Kuo.

/// Lines `s a m₁ … m_s` for dimensions 2, 3, …: see `joe-kuo.py` beside it, and the licence there.
const TABLE: &str = include_str!("joe-kuo.txt");

/// One dimension: the coordinate of a point is the exclusive or of those numbers whose bits are set in its index.
#[derive(Clone, Debug)]
pub struct Directions([u32; 32]);

impl Directions {
    /// The first 32 bits of point `index`, in the order of the van der Corput sequence (not of Gray codes).
    pub fn at(&self, index: u32) -> u32 {
        let bit = |&(position, _): &(usize, &u32)| index >> position & 1 == 1;
        self.0.iter().enumerate().filter(bit).fold(0, |sum, (_, direction)| sum ^ direction)
    }
}

/// As many dimensions as are wanted, or as the table has.
pub fn directions(wanted: usize) -> Vec<Directions> {
    let first = Directions(std::array::from_fn(|index| 1 << (31 - index)));
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    std::iter::once(first).chain(lines.map(recurrence)).take(wanted).collect()
}

/// Joe and Kuo (2008), equation 2: m_k is made of the `s` numbers before it by a primitive polynomial of that degree with
/// inner coefficients `a`.
fn recurrence(line: &str) -> Directions {
    let numbers: Vec<u32> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
    let (degree, inner, initial) = (numbers[0] as usize, numbers[1], &numbers[2..]);
    let mut directions = [0u32; 32];
    for index in 0..directions.len() {
        directions[index] = if index < degree {
            initial[index] << (31 - index)
        } else {
            let last = directions[index - degree];
            let tap = |k: usize| if inner >> (degree - 1 - k) & 1 == 1 { directions[index - k] } else { 0 };
            (1..degree).fold(last ^ last >> degree, |sum, k| sum ^ tap(k))
        };
    }
    Directions(directions)
}
