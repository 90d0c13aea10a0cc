//! One instruction on one thread.

use downslope_kernels::Mat;
use downslope_kernels::batch::Gather;
use downslope_kernels::gemm::{self, Gemm, TileUpdate};
use downslope_kernels::loss::{LossJob, Target};
use downslope_kernels::reduce::BLOCK;

use super::split::{part, product};
use super::{Feed, Machine, Piece, Step};
use crate::program::{DerivedKind, Epilogue, Extent, GatherTransform, Instruction, Kind, Layout, Place, Role};

impl Machine<'_> {
    /// Thread `t`'s part of an instruction.
    pub(super) fn execute(&self, instruction: &Instruction, piece: &Piece<'_>, step: &Step<'_>, t: usize, n: usize) {
        use Instruction as I;
        let rows = piece.rows.len();
        let k = self.kernels;
        // SAFETY: views lie inside their arenas for `rows` rows (at most the capacity), each thread writes its own part, and instructions that
        // work in place have kernels that allow it.
        unsafe {
            match *instruction {
                I::Gather { input, out, transform } => self.gather(piece, input, out, transform, t, n),
                I::Seed { weight, out } => {
                    let (from, to) = part(rows, 16, t, n);
                    let out = self.view(out, rows).mat.ptr;
                    let scale = weight * piece.scale;
                    for i in from..to {
                        *out.add(i) = piece.weights.map_or(scale, |w| w[piece.rows[i] as usize] * scale);
                    }
                }
                I::Product { role, m, n: columns, k: terms, a, b, c, epilogue } => {
                    self.product((role, m, columns, terms), (a, b, c), epilogue, piece, step, (t, n));
                }
                I::Flip { rows: have, columns, x, y } => {
                    let (have, columns) = (have.of(rows), columns.of(rows));
                    let (p0, p1) = part(have.div_ceil(16), 1, t, n);
                    (k.gemm.transpose)(have, columns, self.view(x, rows).mat, self.view(y, rows).mat, p0, p1);
                }
                I::Derive { out } => self.derive(out, t, n),
                I::General(ref general) => self.general(general, piece, t, n),
                I::Map { function, parameters, x, y } => {
                    let (x, y) = (self.view(x, rows), self.view(y, rows));
                    let (from, to) = part(x.len(), 16, t, n);
                    (k.functions[function].forward)(to - from, x.mat.ptr.add(from), y.mat.ptr.add(from), &parameters);
                }
                I::MapGradient { function, parameters, dy, v, dx } => {
                    let (dy, v, dx) = (self.view(dy, rows), self.view(v, rows), self.view(dx, rows));
                    let (from, to) = part(dy.rows, 1, t, n);
                    (k.functions[function].backward)(
                        to - from,
                        dy.width,
                        dy.from(from),
                        v.from(from),
                        dx.from(from),
                        &parameters,
                    );
                }
                I::Affine { x, y, scale, offset } => {
                    let (x, y) = (self.view(x, rows), self.view(y, rows));
                    let (from, to) = part(x.len(), 16, t, n);
                    (k.basic.affine)(to - from, x.mat.ptr.add(from), y.mat.ptr.add(from), scale, offset);
                }
                I::Standardize { x, y, mean, inverse } => {
                    let (x, y) = (self.view(x, rows), self.view(y, rows));
                    let mean = mean.map(|m| self.view(m, rows).mat.ptr.cast_const());
                    let inverse = self.view(inverse, rows).mat.ptr.cast_const();
                    // the statistics are those of a whole row of the sample, whatever its rank
                    let width = x.len() / rows.max(1);
                    let (from, to) = part(rows, 1, t, n);
                    for r in from..to {
                        let (x, y) = (x.mat.ptr.add(r * width), y.mat.ptr.add(r * width));
                        match mean {
                            Some(mean) => (k.basic.standardize)(1, width, x, mean, inverse, y),
                            None => (k.basic.mul)(width, x, inverse, y),
                        }
                    }
                }
                I::Copy { x, y, add } => {
                    let (x, y) = (self.view(x, rows), self.view(y, rows));
                    if x.layout == Layout::Rows && y.layout == Layout::Rows {
                        let (from, to) = part(x.len(), 16, t, n);
                        let (x, y) = (x.mat.ptr.add(from), y.mat.ptr.add(from));
                        if add {
                            (k.basic.add_into)(to - from, x, y);
                        } else {
                            std::ptr::copy_nonoverlapping(x, y, to - from);
                        }
                    } else {
                        let (from, to) = part(x.rows, 1, t, n);
                        for r in from..to {
                            for p in 0..x.width.div_ceil(16) {
                                let len = (x.width - p * 16).min(16);
                                let (x, y) = (x.from(r).ptr.add(p * x.mat.panel), y.from(r).ptr.add(p * y.mat.panel));
                                if add {
                                    (k.basic.add_into)(len, x, y);
                                } else {
                                    std::ptr::copy_nonoverlapping(x, y, len);
                                }
                            }
                        }
                    }
                }
                I::Dropout { stream, keep, x, mask, y } => {
                    let (x, mask, y) = (self.view(x, rows), self.view(mask, rows), self.view(y, rows));
                    let (from, to) = part(x.len(), 64, t, n);
                    let before = x.len() / rows.max(1) * piece.first;
                    let key = [step.seed as u32, (step.seed >> 32) as u32];
                    let mask = mask.mat.ptr.add(from);
                    (k.dropout.mask)(key, stream, step.number, before + from, to - from, keep, mask);
                    (k.basic.mul)(to - from, x.mat.ptr.add(from), mask, y.mat.ptr.add(from));
                }
                I::Noise { stream, deviation, x, y } => {
                    let (x, y) = (self.view(x, rows), self.view(y, rows));
                    let (from, to) = part(x.len(), 64, t, n);
                    let first = x.len() / rows.max(1) * piece.first + from;
                    let key = [step.seed as u32, (step.seed >> 32) as u32];
                    let (x, y) = (x.mat.ptr.add(from), y.mat.ptr.add(from));
                    (k.noise.add)(key, stream, step.number, first, to - from, deviation, x, y);
                }
                I::Multiply { a, b, y } => {
                    let (a, b, y) = (self.view(a, rows), self.view(b, rows), self.view(y, rows));
                    let (from, to) = part(a.len(), 16, t, n);
                    (k.basic.mul)(to - from, a.mat.ptr.add(from), b.mat.ptr.add(from), y.mat.ptr.add(from));
                }
                I::Softmax { log, x, y } => {
                    let (x, y) = (self.view(x, rows), self.view(y, rows));
                    let (from, to) = part(x.rows, 1, t, n);
                    let kernel = if log { k.reduce.log_softmax } else { k.reduce.softmax };
                    kernel(to - from, x.width, x.from(from).ptr, x.mat.row, y.from(from).ptr, y.mat.row);
                }
                I::SoftmaxGradient { log, dy, y, dx } => {
                    let (dy, y, dx) = (self.view(dy, rows), self.view(y, rows), self.view(dx, rows));
                    let (from, to) = part(dy.rows, 1, t, n);
                    let kernel = if log { k.reduce.log_softmax_backward } else { k.reduce.softmax_backward };
                    kernel(
                        to - from,
                        dy.width,
                        dy.from(from).ptr,
                        dy.mat.row,
                        y.from(from).ptr,
                        y.mat.row,
                        dx.from(from).ptr,
                        dx.mat.row,
                    );
                }
                I::Loss { function, parameters, ids, z, target, loss, gradient } => {
                    self.loss((function, parameters), (z, target, ids), loss, gradient, rows, (t, n))
                }
                I::ColumnSum { x, out, epilogue } => {
                    let (x, out) = (self.view(x, rows), self.view(out, rows));
                    let (from, to) = part(x.width, 16, t, n);
                    if from < to {
                        let add = match epilogue {
                            Epilogue::Gradient => piece.first > 0,
                            Epilogue::Accumulate => true,
                            _ => false,
                        };
                        let columns = Mat { ptr: x.mat.ptr.add(from / 16 * x.mat.panel), ..x.mat };
                        (k.reduce.column_sum)(x.rows, to - from, columns, out.mat.ptr.add(from), add);
                    }
                }
                I::Update { offset, len, group } => {
                    let updater = self.updater(group, step);
                    let (from, to) = part(len, 16, t, n);
                    if from < to {
                        updater.update(from, to - from, self.tensors.gradients.add(offset + from));
                    }
                }
                I::Squares { offset, len, group, out } => {
                    let scalars = &step.scalars[group];
                    let (from, to) = part(len, BLOCK, t, n);
                    if from < to {
                        let (g, w) =
                            (self.tensors.gradients.add(offset + from), self.tensors.parameters.add(offset + from));
                        let out = self.arenas.norm.add(out + from / BLOCK);
                        (k.limit.squares)(to - from, g, w, scalars.l2, scalars.l1, out);
                    }
                }
                I::MaxNorm { parameter, rows, columns, limit } => {
                    let entry = &self.layout.entries[parameter];
                    let ptr = self.tensors.parameters.add(entry.offset);
                    let w = match entry.kind {
                        Kind::Panels { .. } => Mat::panels(ptr, rows),
                        Kind::Plain { .. } => Mat::row_major(ptr, columns),
                    };
                    let (from, to) = part(columns, 16, t, n);
                    let w = Mat { ptr: ptr.add(from / 16 * w.panel), ..w };
                    (k.limit.max_norm)(rows, to - from, w, limit);
                }
            }
        }
    }

    unsafe fn gather(
        &self,
        piece: &Piece<'_>,
        input: usize,
        out: Place,
        transform: GatherTransform,
        t: usize,
        n: usize,
    ) {
        let rows = piece.rows.len();
        let out = self.view(out, rows);
        let width = out.len() / rows.max(1);
        let (from, to) = part(rows, 1, t, n);
        let indices = &piece.rows[from..to];
        let Some(feed) = piece.feeds[input] else { panic!("input {input} is not fed") };
        let have = match feed {
            Feed::F32(x) => x.len(),
            Feed::U8(x) => x.len(),
            Feed::U32(x) => x.len(),
        };
        let last = indices.iter().fold(0, |last, i| (*i).max(last)) as usize;
        assert!(
            last.checked_add(1).and_then(|n| n.checked_mul(width)).is_some_and(|n| n <= have),
            "a row number is beyond the data"
        );
        let transform = match transform {
            GatherTransform::None => Gather::Plain,
            GatherTransform::Affine(mul, add) => Gather::Scalar { sub: 0.0, mul, add },
            GatherTransform::Standardize { mean, inverse } => {
                Gather::PerFeature { sub: self.view(mean, rows).mat.ptr, mul: self.view(inverse, rows).mat.ptr }
            }
        };
        // SAFETY: every index was checked above; the part of the batch belongs to this thread.
        unsafe {
            let to = out.mat.ptr.add(from * width);
            let k = &self.kernels.batch;
            match feed {
                Feed::F32(x) => (k.gather_f32)(width, indices.as_ptr(), indices.len(), x.as_ptr(), to, &transform),
                Feed::U8(x) => (k.gather_u8)(width, indices.as_ptr(), indices.len(), x.as_ptr(), to, &transform),
                Feed::U32(x) if width == 1 => (k.gather_u32)(indices.as_ptr(), indices.len(), x.as_ptr(), to.cast()),
                Feed::U32(x) => {
                    for (i, row) in indices.iter().enumerate() {
                        std::ptr::copy_nonoverlapping(
                            x.as_ptr().add(*row as usize * width),
                            to.cast::<u32>().add(i * width),
                            width,
                        );
                    }
                }
            }
        }
    }

    unsafe fn product(
        &self,
        (role, m, n, k): (Role, Extent, Extent, Extent),
        (a, b, c): (Place, Place, Place),
        epilogue: Epilogue,
        piece: &Piece<'_>,
        step: &Step<'_>,
        (t, threads): (usize, usize),
    ) {
        let rows = piece.rows.len();
        let (m, n, k) = (m.of(rows), n.of(rows), k.of(rows));
        let (a, b) = (self.view(a, rows), self.view(b, rows));
        let a = if role == Role::WeightGradient { a.left_transposed() } else { a.left() };
        let mut updater;
        let (c, epilogue) = match epilogue {
            Epilogue::Update { parameter } => {
                updater = self.updater(parameter, step);
                if Some(parameter) == self.program.largest {
                    updater.ahead = self.ahead(piece, t, threads);
                }
                (Place::Parameter(parameter), gemm::Epilogue::Update(&updater))
            }
            Epilogue::Bias { bias, relu } => {
                let bias = self.view(bias, rows).mat.ptr.cast_const();
                (c, if relu { gemm::Epilogue::BiasRelu(bias) } else { gemm::Epilogue::Bias(bias) })
            }
            Epilogue::Mask(output) => (c, gemm::Epilogue::Mask(self.view(output, rows).mat)),
            Epilogue::Gradient if piece.first > 0 => (c, gemm::Epilogue::Add),
            Epilogue::Accumulate => (c, gemm::Epilogue::Add),
            Epilogue::Store | Epilogue::Gradient => (c, gemm::Epilogue::Store),
        };
        let c = self.view(c, rows);
        let ((r0, r1), (p0, p1)) = product(m, n, t, threads);
        // SAFETY: each thread has its own scratch and its own rows or panels of c; b has a vector of slack behind it.
        unsafe {
            let scratch = self.arenas.scratch.add(t * gemm::SCRATCH);
            let g = Gemm { m, n, k, a, b: b.mat, c: c.mat, epilogue, scratch };
            (self.kernels.gemm.gemm)(&g, r0, r1, p0, p1);
        }
    }

    unsafe fn derive(&self, out: usize, t: usize, n: usize) {
        let to = self.view(Place::Derived(out), 0).mat.ptr;
        match self.program.derived[out].kind {
            DerivedKind::Transposed(p) => {
                let from = self.view(Place::Parameter(p), 0);
                let (p0, p1) = part(from.rows.div_ceil(16), 1, t, n);
                if from.mat.row == 1 {
                    // a column is its own transpose, in panels of one row
                    let (start, len) = (p0 * 16, (p1 - p0) * 16);
                    // SAFETY: both are padded to whole panels.
                    unsafe { std::ptr::copy_nonoverlapping(from.mat.ptr.add(start), to.add(start), len) };
                    return;
                }
                // SAFETY: the derived tensor has the transposed shape.
                unsafe {
                    (self.kernels.gemm.transpose)(from.rows, from.width, from.mat, Mat::panels(to, from.width), p0, p1)
                }
            }
            DerivedKind::Inverse(s) if t == 0 => {
                let from = self.view(Place::State(s), 0);
                for i in 0..from.len() {
                    // SAFETY: both have this length; the pads of a state are 0 and stay unused.
                    unsafe { *to.add(i) = 1.0 / *from.mat.ptr.add(i) };
                }
            }
            DerivedKind::Constant(c) if t == 0 => {
                let values = &self.program.constants[c].values;
                // SAFETY: the derived tensor is as long.
                unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), to, values.len()) }
            }
            DerivedKind::Inverse(_) | DerivedKind::Constant(_) => {}
        }
    }

    unsafe fn loss(
        &self,
        (function, p): (usize, [f32; 4]),
        (z, target, ids): (Place, Place, bool),
        loss: Option<Place>,
        gradient: Option<(Place, Place)>,
        rows: usize,
        (t, n): (usize, usize),
    ) {
        let Some(one_a_row) = loss.or(gradient.map(|(dl, _)| dl)) else { return };
        let (z, target, count) = (self.view(z, rows), self.view(target, rows), self.view(one_a_row, rows).len());
        let (from, to) = part(count, 1, t, n);
        if from == to {
            return;
        }
        // rows of several axes lie in several rows of the matrix, without gaps
        let width = z.len() / count;
        let null = std::ptr::null_mut();
        // SAFETY: row `from` lies inside each of them.
        unsafe {
            let loss = loss.map_or(null, |l| self.view(l, rows).mat.ptr.add(from));
            let (dl, dz) = gradient.map_or((null, null), |(dl, dz)| {
                (self.view(dl, rows).mat.ptr.add(from), self.view(dz, rows).mat.ptr.add(from * width))
            });
            let target = if ids {
                Target::Ids(target.mat.ptr.add(from).cast::<u32>().cast_const())
            } else {
                Target::Values { ptr: target.mat.ptr.add(from * width).cast_const(), ld: width }
            };
            let z = z.mat.ptr.add(from * width).cast_const();
            let (rows, dl) = (to - from, dl.cast_const());
            (self.kernels.loss[function])(LossJob {
                rows,
                n: width,
                z,
                ldz: width,
                target,
                dl,
                loss,
                dz,
                lddz: width,
                p,
            });
        }
    }
}
