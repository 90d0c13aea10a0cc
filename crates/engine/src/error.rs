//! One error type with a stable code; it crosses the native border as data.

/// The stable code of an error; API, unlike the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Shapes or lengths that do not fit.
    Shape,
    /// An option out of its range, or unknown.
    Option,
    /// Unusable data: not finite, empty, unknown labels.
    Data,
    /// The handle was closed.
    Closed,
    /// Another call on the same object is still running.
    Busy,
    /// A model or checkpoint file that cannot be read or written.
    Checkpoint,
    /// A study's storage that cannot be read or written.
    Storage,
    /// A bug of ours.
    Internal,
}

impl Code {
    /// The code as TypeScript knows it, for example `ERR_SHAPE`.
    pub fn name(self) -> &'static str {
        match self {
            Code::Shape => "ERR_SHAPE",
            Code::Option => "ERR_OPTION",
            Code::Data => "ERR_DATA",
            Code::Closed => "ERR_CLOSED",
            Code::Busy => "ERR_BUSY",
            Code::Checkpoint => "ERR_CHECKPOINT",
            Code::Storage => "ERR_STORAGE",
            Code::Internal => "ERR_INTERNAL",
        }
    }
}

/// What went wrong: where, what must hold, what was received.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Stable code.
    pub code: Code,
    /// For people.
    pub message: String,
}

impl Error {
    /// An error with a code and a message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The same, said by what the caller called.
    #[must_use]
    pub fn at(self, place: &str) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }
}

macro_rules! shorthand {
    ($($name:ident $code:ident),*) => { impl Error { $(
        #[doc = concat!("An error with code [`Code::", stringify!($code), "`].")]
        pub fn $name(message: impl Into<String>) -> Self { Self::new(Code::$code, message) }
    )* } };
}
shorthand!(shape Shape, option Option, data Data, closed Closed, busy Busy, checkpoint Checkpoint, internal Internal);

/// Result with the engine's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
