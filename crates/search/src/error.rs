//! What can go wrong here.

/// Why there is no suggestion.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// An option out of its range or unknown, or a point that is not of the space.
    #[error("{0}")]
    Option(String),
    /// Nobody wants it any more.
    #[error("cancelled")]
    Cancelled,
    /// A bug of ours.
    #[error("{0}")]
    Internal(String),
}

/// A value or why there is none.
pub type Result<T> = std::result::Result<T, Error>;
