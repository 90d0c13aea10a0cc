//! `NativeDataset`: rows in native memory and views that share them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use downslope_engine::data::{Builder, Dataset, FoldRows};
use downslope_engine::{Error, Result};
use napi::Env;
use napi::bindgen_prelude::{Object, ObjectFinalize, Uint32Array};
use napi_derive::napi;

use crate::columns::NativeColumn;
use crate::memory::{Memory, Shared};
use crate::outcome::Outcome;
use crate::spawn::spawn;

/// Rows of named columns, or a view of them.
#[napi(custom_finalize)]
pub struct NativeDataset {
    data: Mutex<Option<Dataset>>,
    base: Arc<Shared>,
    view: Memory,
    /// Counted among the holders of the base.
    held: AtomicBool,
}

/// One pair of a k-fold split.
#[napi(object, object_from_js = false)]
pub struct NativeFold {
    /// Rows to train on.
    pub train: NativeDataset,
    /// Rows to validate on.
    pub validation: NativeDataset,
}

/// One pair of views that a rule of validation gives.
#[napi(object, object_from_js = false)]
pub struct NativeDrawn {
    /// Rows to train on.
    pub train: NativeDataset,
    /// Rows to validate on.
    pub validation: NativeDataset,
    /// Places of the validation rows in the data set.
    pub places: Uint32Array,
}

impl NativeDataset {
    fn of(env: &Env, data: Dataset, base: &Arc<Shared>) -> Self {
        let made = Self::view_of(data, base);
        made.report(env);
        made
    }

    /// Rows on their way to JavaScript; [`NativeDataset::report`] is called there.
    pub fn made(data: Dataset) -> Self {
        let base = Shared::new(data.bytes());
        Self::view_of(data, &base)
    }

    /// A view on its way to JavaScript.
    fn view_of(data: Dataset, base: &Arc<Shared>) -> Self {
        Self { data: Mutex::new(Some(data)), base: base.clone(), view: Memory::default(), held: false.into() }
    }

    /// The rows, for a trainer or an evaluation: cheap, and independent of a later `close()`.
    pub fn data(&self) -> Result<Dataset> {
        let data = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        data.clone().ok_or_else(|| Error::closed("dataset is closed"))
    }

    /// The account of the shared columns, for a trainer that keeps them alive.
    pub fn base(&self) -> Arc<Shared> {
        self.base.clone()
    }
}

/// Copies columns into native memory and checks them.
#[napi(catch_unwind, ts_return_type = "Outcome<NativeDataset>")]
pub fn create_dataset(env: &Env, columns: Vec<NativeColumn>) -> Outcome<NativeDataset> {
    Outcome::of(|| {
        let mut builder = Builder::new("dataset");
        for (index, column) in columns.into_iter().enumerate() {
            column.add_to(&mut builder, index)?;
        }
        owned(env, builder.finish(&[])?)
    })
}

fn owned(env: &Env, data: Dataset) -> Result<NativeDataset> {
    let base = Shared::new(data.bytes());
    Ok(NativeDataset::of(env, data, &base))
}

#[napi]
impl NativeDataset {
    /// Reports its memory to V8; called once, when the handle has reached JavaScript.
    #[napi(catch_unwind)]
    pub fn report(&self, env: &Env) {
        let Ok(data) = self.data() else { return };
        if !self.held.swap(true, Ordering::Relaxed) {
            self.base.hold(env);
            self.view.set(env, data.view_bytes());
        }
    }

    /// Number of rows; 0 when closed.
    #[napi(catch_unwind, getter)]
    pub fn rows(&self) -> u32 {
        self.data().map_or(0, |data| u32::try_from(data.rows()).unwrap_or(u32::MAX))
    }

    /// A view of the given rows.
    #[napi(catch_unwind, ts_return_type = "Outcome<NativeDataset>")]
    pub fn subset(&self, env: &Env, indices: Uint32Array) -> Outcome<NativeDataset> {
        Outcome::of(|| Ok(Self::of(env, self.data()?.subset(&indices)?, &self.base)))
    }

    /// The first rows.
    #[napi(catch_unwind, ts_return_type = "Outcome<NativeDataset>")]
    pub fn take(&self, env: &Env, rows: u32) -> Outcome<NativeDataset> {
        Outcome::of(|| Ok(Self::of(env, self.data()?.take(rows as usize)?, &self.base)))
    }

    /// Random parts by fractions.
    #[napi(catch_unwind, ts_return_type = "Outcome<NativeDataset[]>")]
    pub fn split(
        &self,
        env: &Env,
        fractions: Vec<f64>,
        seed: f64,
        stratify: bool,
        shuffle: bool,
    ) -> Outcome<Vec<NativeDataset>> {
        Outcome::of(|| {
            let parts = self.data()?.split(&fractions, seed as u64, stratify, shuffle)?;
            Ok(parts.into_iter().map(|part| Self::of(env, part, &self.base)).collect())
        })
    }

    /// `k` pairs of views.
    #[napi(catch_unwind, ts_return_type = "Outcome<NativeFold[]>")]
    pub fn folds(&self, env: &Env, k: u32, seed: f64, stratify: bool, shuffle: bool) -> Outcome<Vec<NativeFold>> {
        Outcome::of(|| {
            let folds = self.data()?.folds(k as usize, seed as u64, stratify, shuffle)?;
            let view = |data| Self::of(env, data, &self.base);
            Ok(folds
                .into_iter()
                .map(|(train, test)| NativeFold { train: view(train), validation: view(test) })
                .collect())
        })
    }

    /// The folds of a rule of validation (its JSON), off the event loop. `groups` has the group of each row, where the rule has any.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeDrawn[]>>")]
    pub fn draw_folds<'env>(
        &self,
        env: &'env Env,
        rule: String,
        groups: Option<Uint32Array>,
    ) -> napi::Result<Object<'env>> {
        let ready = self.data();
        let base = self.base.clone();
        let groups = groups.map_or_else(Vec::new, |groups| groups.to_vec());
        spawn(env, move || {
            let data = ready?;
            let rule = serde_json::from_str(&rule).map_err(|e| Error::internal(format!("rule {rule}: {e}")))?;
            let drawn = data.fold_rows(rule, &groups)?.into_iter().map(|FoldRows { train, validation }| {
                let view = |data| Self::view_of(data, &base);
                let (train, tested) = (view(data.subset_of(train)?), view(data.subset(&validation)?));
                Ok(NativeDrawn { train, validation: tested, places: validation.into() })
            });
            drawn.collect::<Result<Vec<_>>>()
        })
    }

    /// Rows of each class of the first labels, off the event loop; empty without labels.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<Uint32Array>>")]
    pub fn class_rows<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let ready = self.data();
        spawn(env, move || Ok(Uint32Array::from(ready?.class_rows())))
    }

    /// A number that tells data sets apart, as 16 hexadecimal digits.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<string>>")]
    pub fn fingerprint<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let ready = self.data();
        spawn(env, move || Ok(format!("{:016x}", ready?.fingerprint())))
    }

    /// The rows of both, in new memory.
    #[napi(catch_unwind, ts_return_type = "Outcome<NativeDataset>")]
    pub fn concat(&self, env: &Env, other: &NativeDataset) -> Outcome<NativeDataset> {
        Outcome::of(|| owned(env, self.data()?.concat(&other.data()?)?))
    }

    /// Frees; idempotent. Views of the same columns keep them alive.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) {
        if self.data.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            self.view.set(env, 0);
            if self.held.swap(false, Ordering::Relaxed) {
                self.base.release(env);
            }
        }
    }
}

impl ObjectFinalize for NativeDataset {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(&env);
        Ok(())
    }
}
