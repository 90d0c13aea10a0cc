//! Who waits for something to happen in a study.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::request::Reply;
use crate::worker;

/// How often it is asked whether another connection has written, while somebody waits.
const LOOK: Duration = Duration::from_millis(3);
/// How often it is asked whether workers still live, while somebody waits.
const PROBE: Duration = Duration::from_millis(20);

/// One who waits.
pub struct Watch {
    pub log: u32,
    pub study: i64,
    pub sequence: i64,
    pub until: Instant,
    pub reply: Reply<bool>,
}

/// All who wait.
#[derive(Default)]
pub struct Watches {
    list: Vec<Watch>,
    /// The file as SQLite numbers its changes by others.
    seen: i64,
    probed: Option<Instant>,
}

/// Numbers of running trials that nobody runs, ascending. `ours` are names of workers that live, as we are they.
pub fn orphans(connection: &Connection, study: i64, folder: &Path, ours: &[&str]) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection
        .prepare_cached("SELECT number, worker FROM trial WHERE study = ? AND status = 'running' ORDER BY number")?;
    let mut rows = statement.query([study])?;
    let mut known: Vec<(String, bool)> = Vec::new();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let alive = match row.get_ref(1)?.as_str_or_null()? {
            None => false,
            Some(name) if ours.contains(&name) => true,
            Some(name) => match known.iter().find(|(other, _)| other == name) {
                Some(&(_, alive)) => alive,
                None => {
                    let alive = worker::lives(folder, name);
                    known.push((name.to_owned(), alive));
                    alive
                }
            },
        };
        if !alive {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

impl Watches {
    /// How long to sleep at most, when there is nothing to do.
    pub fn pause(&self) -> Option<Duration> {
        let next = self.list.iter().map(|watch| watch.until).min()?;
        Some(next.saturating_duration_since(Instant::now()).min(LOOK))
    }

    pub fn add(&mut self, watch: Watch) {
        self.list.push(watch);
        self.probed = None;
    }

    /// Answers those of a log, or of all.
    pub fn end(&mut self, log: Option<u32>) {
        let (ended, others) =
            std::mem::take(&mut self.list).into_iter().partition(|watch| log.is_none_or(|log| watch.log == log));
        self.list = others;
        let ended: Vec<Watch> = ended;
        for watch in ended {
            (watch.reply)(Ok(false));
        }
    }

    /// Answers those whose wait is over. `wrote` says that this connection has written since the last call.
    pub fn look(
        &mut self,
        connection: &Connection,
        folder: &Path,
        ours: &[&str],
        mut wrote: bool,
        refuse: impl Fn(&rusqlite::Error) -> crate::Error,
    ) {
        if self.list.is_empty() {
            return;
        }
        let now = Instant::now();
        let probe = self.probed.is_none_or(|probed| now - probed >= PROBE);
        let version = connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
        let version = match version {
            Ok(version) => version,
            Err(error) => return self.fail(&refuse(&error)),
        };
        wrote |= version != self.seen;
        self.seen = version;
        if wrote || probe {
            self.probed = Some(now);
            let mut known: Vec<(i64, i64, bool)> = Vec::new();
            let mut waiting = Vec::new();
            for watch in std::mem::take(&mut self.list) {
                let study = watch.study;
                if !known.iter().any(|&(id, ..)| id == study) {
                    match state(connection, study, folder, ours) {
                        Ok((events, orphaned)) => known.push((study, events, orphaned)),
                        Err(error) => {
                            (watch.reply)(Err(refuse(&error)));
                            continue;
                        }
                    }
                }
                let news =
                    known.iter().any(|&(id, events, orphaned)| id == study && (events > watch.sequence || orphaned));
                if news {
                    (watch.reply)(Ok(true));
                } else {
                    waiting.push(watch);
                }
            }
            self.list = waiting;
        }
        for watch in std::mem::take(&mut self.list) {
            if now >= watch.until {
                (watch.reply)(Ok(false));
            } else {
                self.list.push(watch);
            }
        }
    }

    /// Nobody can be answered any more.
    pub fn fail(&mut self, error: &crate::Error) {
        for watch in std::mem::take(&mut self.list) {
            (watch.reply)(Err(error.clone()));
        }
    }
}

fn state(connection: &Connection, study: i64, folder: &Path, ours: &[&str]) -> rusqlite::Result<(i64, bool)> {
    let events =
        connection.prepare_cached("SELECT events FROM study WHERE id = ?")?.query_row([study], |row| row.get(0))?;
    Ok((events, !orphans(connection, study, folder, ours)?.is_empty()))
}
