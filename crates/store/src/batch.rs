//! What is written in one transaction.

use rusqlite::{Connection, OptionalExtension, params};

use crate::request::Outcome;
use crate::text::{numbers, quote};

type Sql<T> = rusqlite::Result<T>;

/// The row of a running attempt of the writer's: study, number, attempt, worker.
const OWN: &str = "study = ? AND number = ? AND status = 'running' AND attempt = ? AND worker = ?";

/// Who writes, and into which study.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    pub study: i64,
    pub worker: &'a str,
}

/// Counters of a study, read once and written once in a transaction.
struct Head {
    study: i64,
    /// Number of events: the last sequence.
    events: i64,
    /// Number of trials begun.
    begun: i64,
    /// The lowest number that is neither begun nor bound.
    bound: i64,
    changed: bool,
}

/// One event without its number.
#[derive(Default)]
struct Event<'a> {
    kind: &'a str,
    trial: Option<i64>,
    attempt: Option<i64>,
    worker: Option<&'a str>,
    time: Option<i64>,
    name: Option<&'a str>,
    data: Option<&'a str>,
}

/// Writes within a transaction that the caller began and will end.
pub struct Batch<'c> {
    connection: &'c Connection,
    heads: Vec<Head>,
}

impl<'c> Batch<'c> {
    pub fn new(connection: &'c Connection) -> Self {
        Self { connection, heads: Vec::new() }
    }

    /// A study's number and definition, and whether it was created just now.
    pub fn find_or_create(&self, name: &str, definition: String, time: i64) -> Sql<(i64, String, bool)> {
        Ok(match self.find(name)? {
            Some((study, definition)) => (study, definition, false),
            None => (self.create(name, &definition, time)?, definition, true),
        })
    }

    /// A study's number and definition.
    pub fn find(&self, name: &str) -> Sql<Option<(i64, String)>> {
        let mut statement = self.connection.prepare_cached("SELECT id, definition FROM study WHERE name = ?")?;
        statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional()
    }

    /// A new study's number.
    fn create(&self, name: &str, definition: &str, time: i64) -> Sql<i64> {
        let id = self.connection.query_row("SELECT COALESCE(MAX(id), 0) + 1 FROM study", [], |row| row.get(0))?;
        self.connection.execute(
            "INSERT INTO study (id, name, created, definition, events, begun, bound) VALUES (?, ?, ?, ?, 0, 0, 0)",
            params![id, name, time, definition],
        )?;
        Ok(id)
    }

    fn head(&mut self, study: i64) -> Sql<usize> {
        if let Some(index) = self.heads.iter().position(|head| head.study == study) {
            return Ok(index);
        }
        let mut statement = self.connection.prepare_cached("SELECT events, begun, bound FROM study WHERE id = ?")?;
        let head = statement.query_row([study], |row| {
            Ok(Head { study, events: row.get(0)?, begun: row.get(1)?, bound: row.get(2)?, changed: false })
        })?;
        self.heads.push(head);
        Ok(self.heads.len() - 1)
    }

    fn append(&mut self, study: i64, event: &Event) -> Sql<()> {
        let index = self.head(study)?;
        let head = &mut self.heads[index];
        head.events += 1;
        head.changed = true;
        let Event { kind, trial, attempt, worker, time, name, data } = event;
        self.connection
            .prepare_cached(
                "INSERT INTO event (study, sequence, kind, trial, attempt, worker, time, name, data)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![study, head.events, kind, trial, attempt, worker, time, name, data])?;
        Ok(())
    }

    /// Whether the writer runs this attempt.
    fn owns(&self, by: Writer, trial: i64, attempt: i64) -> Sql<bool> {
        self.connection
            .prepare_cached(&format!("SELECT 1 FROM trial WHERE {OWN}"))?
            .exists(params![by.study, trial, attempt, by.worker])
    }

    /// Begins a trial, when it is the next and nothing else is bound to its number.
    pub fn ask(&mut self, by: Writer, trial: i64, params: &str, time: i64) -> Sql<bool> {
        let index = self.head(by.study)?;
        let head = &mut self.heads[index];
        if trial != head.begun {
            return Ok(false);
        }
        if trial < head.bound {
            let started = self
                .connection
                .prepare_cached(
                    "UPDATE trial SET status = 'running', attempt = 1, worker = ?, began = ?
                    WHERE study = ? AND number = ? AND params = ?",
                )?
                .execute(params![by.worker, time, by.study, trial, params])?;
            if started == 0 {
                return Ok(false);
            }
        } else {
            self.connection
                .prepare_cached(
                    "INSERT INTO trial (study, number, status, attempt, worker, params, began)
                    VALUES (?, ?, 'running', 1, ?, ?, ?)",
                )?
                .execute(params![by.study, trial, by.worker, params, time])?;
        }
        head.begun += 1;
        head.bound = head.bound.max(head.begun);
        let (trial, time, worker) = (Some(trial), Some(time), Some(by.worker));
        self.append(by.study, &Event { kind: "ask", trial, worker, time, data: Some(params), ..Event::default() })?;
        Ok(true)
    }

    /// Takes a running trial whose worker is gone; `gone` says so of a worker.
    pub fn take(
        &mut self,
        by: Writer,
        trial: i64,
        attempt: i64,
        time: i64,
        gone: impl FnOnce(&str) -> bool,
    ) -> Sql<bool> {
        let last: Option<(i64, Option<String>)> = self
            .connection
            .prepare_cached("SELECT attempt, worker FROM trial WHERE study = ? AND number = ? AND status = 'running'")?
            .query_row([by.study, trial], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let free = last.is_some_and(|(last, worker)| attempt == last + 1 && worker.is_none_or(|name| gone(&name)));
        if !free {
            return Ok(false);
        }
        self.connection
            .prepare_cached("UPDATE trial SET attempt = ?, worker = ?, began = ? WHERE study = ? AND number = ?")?
            .execute(params![attempt, by.worker, time, by.study, trial])?;
        let (trial, attempt, time, worker) = (Some(trial), Some(attempt), Some(time), Some(by.worker));
        self.append(by.study, &Event { kind: "attempt", trial, attempt, worker, time, ..Event::default() })?;
        Ok(true)
    }

    /// Frees a trial of the writer.
    pub fn release(&mut self, by: Writer, trial: i64, attempt: i64) -> Sql<()> {
        self.connection
            .prepare_cached(&format!("UPDATE trial SET worker = NULL WHERE {OWN}"))?
            .execute(params![by.study, trial, attempt, by.worker])?;
        Ok(())
    }

    /// Frees all trials of the writer.
    pub fn release_all(&mut self, by: Writer) -> Sql<()> {
        self.connection
            .prepare_cached("UPDATE trial SET worker = NULL WHERE study = ? AND status = 'running' AND worker = ?")?
            .execute(params![by.study, by.worker])?;
        Ok(())
    }

    /// Writes of a running attempt; those of others change nothing.
    fn within(&mut self, by: Writer, trial: i64, attempt: i64, event: Event) -> Sql<()> {
        if !self.owns(by, trial, attempt)? {
            return Ok(());
        }
        self.append(by.study, &Event { trial: Some(trial), attempt: Some(attempt), ..event })
    }

    pub fn report(&mut self, by: Writer, trial: i64, attempt: i64, steps: &[f64], values: &[f64]) -> Sql<()> {
        let mut data = String::from("{\"steps\":");
        numbers(&mut data, steps);
        data.push_str(",\"values\":");
        numbers(&mut data, values);
        data.push('}');
        self.within(by, trial, attempt, Event { kind: "report", data: Some(&data), ..Event::default() })
    }

    pub fn note(&mut self, by: Writer, trial: i64, attempt: i64, text: &str) -> Sql<()> {
        self.within(by, trial, attempt, Event { kind: "note", data: Some(text), ..Event::default() })
    }

    pub fn attribute(&mut self, by: Writer, trial: i64, attempt: i64, key: &str, value: &str) -> Sql<()> {
        let event = Event { kind: "attribute", name: Some(key), data: Some(value), ..Event::default() };
        self.within(by, trial, attempt, event)
    }

    /// Ends a trial; false when the attempt is not the writer's, not the last, or has ended.
    pub fn tell(&mut self, by: Writer, trial: i64, attempt: i64, time: i64, outcome: &Outcome) -> Sql<bool> {
        let Outcome { status, values, constraints, reason } = outcome;
        let mut data = String::from("{\"status\":");
        quote(&mut data, status);
        for (name, list) in [("values", values), ("constraints", constraints)] {
            let Some(list) = list else { continue };
            data.push_str(&format!(",\"{name}\":"));
            numbers(&mut data, list);
        }
        if let Some(reason) = reason {
            data.push_str(",\"reason\":");
            quote(&mut data, reason);
        }
        data.push('}');
        let value = values.as_ref().and_then(|values| values.first());
        let ended = self
            .connection
            .prepare_cached(&format!(
                "UPDATE trial SET status = ?, ended = ?, value = ?, outcome = ?, worker = NULL WHERE {OWN}"
            ))?
            .execute(params![status, time, value, data, by.study, trial, attempt, by.worker])?;
        if ended == 0 {
            return Ok(false);
        }
        let (trial, attempt, time) = (Some(trial), Some(attempt), Some(time));
        let event = Event { kind: "tell", trial, attempt, time, data: Some(&data), ..Event::default() };
        self.append(by.study, &event)?;
        Ok(true)
    }

    /// Binds parameters to the lowest number that is neither begun nor bound.
    pub fn enqueue(&mut self, study: i64, params: &str) -> Sql<i64> {
        let index = self.head(study)?;
        let head = &mut self.heads[index];
        let trial = head.bound;
        head.bound += 1;
        self.connection
            .prepare_cached("INSERT INTO trial (study, number, status, attempt, params) VALUES (?, ?, 'bound', 0, ?)")?
            .execute(params![study, trial, params])?;
        let event = Event { kind: "enqueue", trial: Some(trial), data: Some(params), ..Event::default() };
        self.append(study, &event)?;
        Ok(trial)
    }

    pub fn define(&mut self, study: i64, definition: &str) -> Sql<()> {
        self.connection.execute("UPDATE study SET definition = ? WHERE id = ?", params![definition, study])?;
        self.append(study, &Event { kind: "definition", data: Some(definition), ..Event::default() })
    }

    /// Writes the counters.
    pub fn finish(self) -> Sql<()> {
        for head in self.heads.iter().filter(|head| head.changed) {
            self.connection
                .prepare_cached("UPDATE study SET events = ?, begun = ?, bound = ? WHERE id = ?")?
                .execute([head.events, head.begun, head.bound, head.study])?;
        }
        Ok(())
    }
}
