//! What a store is asked to do.

use crate::error::{Error, Result};

/// Reports of one event; more make a new one, so that pages stay small.
const LONGEST: usize = 256;

/// Called once with the result, on one of the store's threads.
pub type Reply<T> = Box<dyn FnOnce(Result<T>) + Send>;

/// A log that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Names the log in later requests to the same store.
    pub log: u32,
    /// The worker's own name.
    pub worker: String,
    /// As it is now.
    pub definition: String,
    /// False when the study was there.
    pub created: bool,
}

/// How a trial ended. No number is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// `completed`, `pruned` or `failed`.
    pub status: String,
    /// One for each direction.
    pub values: Option<Vec<f64>>,
    /// Feasible when none is above 0.
    pub constraints: Option<Vec<f64>>,
    /// Why it failed.
    pub reason: Option<String>,
}

/// One thing to do.
pub enum Request {
    /// What changes the file, done in one transaction with all other writes that came meanwhile.
    Write(Write),
    /// What looks at the file, done behind the writes that came meanwhile.
    Read(Read),
}

impl From<Write> for Request {
    fn from(write: Write) -> Self {
        Self::Write(write)
    }
}

impl From<Read> for Request {
    fn from(read: Read) -> Self {
        Self::Read(read)
    }
}

/// What changes the file; `log` is what [`Opened::log`] said. Times are milliseconds since 1970.
#[expect(missing_docs, reason = "the fields are what the log of a study is called with")]
pub enum Write {
    /// Opens a study, and creates it when there is none of this name.
    Create { name: String, definition: String, time: i64, reply: Reply<Opened> },
    /// Opens a study that is there.
    Open { name: String, reply: Reply<Opened> },
    /// Begins a trial.
    Ask { log: u32, trial: i64, params: String, time: i64, reply: Reply<bool> },
    /// Takes a trial whose worker is gone.
    Take { log: u32, trial: i64, attempt: i64, time: i64, reply: Reply<bool> },
    /// Frees a trial.
    Release { log: u32, trial: i64, attempt: i64 },
    /// Values at steps; those that follow each other become one event.
    Report { log: u32, trial: i64, attempt: i64, steps: Vec<f64>, values: Vec<f64> },
    /// A text.
    Note { log: u32, trial: i64, attempt: i64, text: String },
    /// A named value, as JSON.
    Attribute { log: u32, trial: i64, attempt: i64, key: String, value: String },
    /// Ends a trial.
    Tell { log: u32, trial: i64, attempt: i64, time: i64, outcome: Outcome, reply: Reply<()> },
    /// Binds parameters to the next number.
    Enqueue { log: u32, params: String, reply: Reply<i64> },
    /// Replaces the definition.
    Define { log: u32, definition: String, reply: Reply<()> },
    /// Frees the worker's trials and ends it.
    CloseLog { log: u32, reply: Reply<()> },
}

/// What looks at the file; `log` is what [`Opened::log`] said.
#[expect(missing_docs, reason = "the fields are what the log of a study is called with")]
pub enum Read {
    /// All studies as a JSON list.
    List { reply: Reply<String> },
    /// Events after `sequence`, at most `limit`, as a JSON list.
    Events { log: u32, sequence: i64, limit: i64, reply: Reply<String> },
    /// Numbers of running trials whose worker is gone.
    Orphans { log: u32, reply: Reply<Vec<i64>> },
    /// True as soon as there are events after `sequence` or an orphan, false after a time.
    Changed { log: u32, sequence: i64, milliseconds: f64, reply: Reply<bool> },
    /// Answered when all before it is as safe as it gets.
    Flush { log: u32, reply: Reply<()> },
}

impl Request {
    /// Joins a report to one that came just before it; otherwise it is handed back.
    pub(crate) fn join(&mut self, other: Request) -> Option<Request> {
        match (self, other) {
            (
                Request::Write(Write::Report { log, trial, attempt, steps, values }),
                Request::Write(Write::Report { log: l, trial: t, attempt: a, steps: more_steps, values: more_values }),
            ) if (*log, *trial, *attempt) == (l, t, a) && steps.len() < LONGEST => {
                steps.extend(more_steps);
                values.extend(more_values);
                None
            }
            (_, other) => Some(other),
        }
    }

    /// Answers with an error; false when nobody waits for an answer.
    pub(crate) fn refuse(self, error: &Error) -> bool {
        let error = error.clone();
        match self {
            Request::Write(write) => match write {
                Write::Create { reply, .. } | Write::Open { reply, .. } => reply(Err(error)),
                Write::Ask { reply, .. } | Write::Take { reply, .. } => reply(Err(error)),
                Write::Tell { reply, .. } | Write::Define { reply, .. } | Write::CloseLog { reply, .. } => {
                    reply(Err(error));
                }
                Write::Enqueue { reply, .. } => reply(Err(error)),
                Write::Release { .. } | Write::Report { .. } | Write::Note { .. } | Write::Attribute { .. } => {
                    return false;
                }
            },
            Request::Read(read) => match read {
                Read::List { reply } | Read::Events { reply, .. } => reply(Err(error)),
                Read::Orphans { reply, .. } => reply(Err(error)),
                Read::Changed { reply, .. } => reply(Err(error)),
                Read::Flush { reply, .. } => reply(Err(error)),
            },
        }
        true
    }
}
