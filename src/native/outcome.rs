//! Results as data: `{ ok }` or `{ error: { code, message } }`; TypeScript throws in one place.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use downslope_engine::{Error, Result};
use napi::bindgen_prelude::{Object, ToNapiValue, TypeName, ValueType};
use napi::{Env, JsValue, sys};

/// What every function of the binding returns.
pub struct Outcome<T>(pub Result<T>);

impl<T> Outcome<T> {
    /// Runs `work`; a panic becomes `ERR_INTERNAL`.
    pub fn of(work: impl FnOnce() -> Result<T>) -> Self {
        Self(unwound(work))
    }
}

/// Runs `work` and turns a panic into an error. Everything behind the border that outlives a panic sits behind a lock
/// that is recovered or replaced, so no broken state is seen afterwards.
pub fn unwound<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Error::internal(panic_text(panic.as_ref()))))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a bug in downslope's engine: {}", text.unwrap_or("panic without a message"))
}

impl<T> TypeName for Outcome<T> {
    fn type_name() -> &'static str {
        "Outcome"
    }
    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl<T: ToNapiValue> ToNapiValue for Outcome<T> {
    unsafe fn to_napi_value(env: sys::napi_env, value: Self) -> napi::Result<sys::napi_value> {
        // a panic in here would run into C and abort the process
        let object = catch_unwind(AssertUnwindSafe(|| object(&Env::from_raw(env), value.0)));
        object.unwrap_or_else(|panic| Err(napi::Error::from_reason(panic_text(panic.as_ref()))))
    }
}

fn object<T: ToNapiValue>(env: &Env, result: Result<T>) -> napi::Result<sys::napi_value> {
    let mut object = Object::new(env)?;
    match result {
        Ok(ok) => object.set("ok", ok)?,
        Err(error) => {
            let mut fields = Object::new(env)?;
            fields.set("code", error.code.name())?;
            fields.set("message", error.message)?;
            object.set("error", fields)?;
        }
    }
    Ok(object.raw())
}
