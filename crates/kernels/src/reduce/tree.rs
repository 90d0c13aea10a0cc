//! The fixed tree over chunk sums.

/// Adds numbers that come one after another in the order of a fixed binary tree: after 2^k numbers their sum is a balanced
/// tree, and what remains is added from the smallest tree to the largest.
///
/// The chunk sums of successive pieces of a tensor, pushed one by one, give the bits of the whole.
///
/// ```
/// use downslope_kernels::reduce::Tree;
///
/// let mut tree = Tree::new();
/// for x in [1.0, 2.0, 3.0] {
///     tree.push(x);
/// }
/// assert_eq!(tree.total(), 6.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tree {
    count: u64,
    /// `sums[k]` is the sum of 2^k numbers where bit k of count is set.
    sums: [f32; 64],
}

impl Tree {
    /// No number yet.
    pub const fn new() -> Tree {
        Tree { count: 0, sums: [0.0; 64] }
    }

    /// One more number.
    #[inline(always)]
    pub fn push(&mut self, mut x: f32) {
        let mut level = 0;
        while self.count >> level & 1 == 1 {
            x += self.sums[level & 63];
            level += 1;
        }
        self.sums[level & 63] = x;
        self.count += 1;
    }

    /// The sum so far; 0 for no number.
    #[inline(always)]
    pub fn total(&self) -> f32 {
        let mut total = 0.0;
        let mut level = 0;
        while level < 64 {
            if self.count >> level & 1 == 1 {
                total += self.sums[level];
            }
            level += 1;
        }
        total
    }
}

impl Default for Tree {
    fn default() -> Self {
        Tree::new()
    }
}
