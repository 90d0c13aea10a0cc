//! Who waits for something to happen in a study.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::request::Reply;
use crate::worker;

/// How often it is asked whether there are more events, while somebody waits.
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
    probed: Option<Instant>,
}

/// Numbers of the first `most` running trials that nobody runs, ascending. `ours` are names of workers that live, as we are they.
pub fn orphans(
    connection: &Connection,
    study: i64,
    folder: &Path,
    ours: &[&str],
    most: usize,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection
        .prepare_cached("SELECT number, worker FROM trial WHERE study = ? AND status = 'running' ORDER BY number")?;
    let mut rows = statement.query([study])?;
    let mut known: Vec<(String, bool)> = Vec::new();
    let mut found = Vec::new();
    while found.len() < most
        && let Some(row) = rows.next()?
    {
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

    /// Answers those whose wait is over. `freed` says that this connection may have freed trials since the last call.
    pub fn look(
        &mut self,
        connection: &Connection,
        folder: &Path,
        ours: &[&str],
        freed: bool,
        refuse: impl Fn(&rusqlite::Error) -> crate::Error,
    ) {
        if self.list.is_empty() {
            return;
        }
        let now = Instant::now();
        let probe = freed || self.probed.is_none_or(|probed| now - probed >= PROBE);
        if probe {
            self.probed = Some(now);
        }
        let mut known: Vec<(i64, rusqlite::Result<State>)> = Vec::new();
        let mut over = Vec::new();
        for watch in std::mem::take(&mut self.list) {
            let index = known.iter().position(|(study, _)| *study == watch.study).unwrap_or_else(|| {
                let state = state(connection, watch.study, probe.then_some((folder, ours)));
                known.push((watch.study, state));
                known.len() - 1
            });
            match &known[index].1 {
                Err(error) => over.push((watch.reply, Err(refuse(error)))),
                Ok(State { events, orphaned }) if *orphaned || *events > watch.sequence => {
                    over.push((watch.reply, Ok(true)));
                }
                Ok(_) if now >= watch.until => over.push((watch.reply, Ok(false))),
                Ok(_) => self.list.push(watch),
            }
        }
        over.into_iter().for_each(|(reply, result)| reply(result));
    }

    /// Nobody can be answered any more.
    pub fn fail(&mut self, error: &crate::Error) {
        for watch in std::mem::take(&mut self.list) {
            (watch.reply)(Err(error.clone()));
        }
    }
}

/// How a study stands.
struct State {
    events: i64,
    orphaned: bool,
}

/// Workers are looked at where their folder and the names of ours are given.
fn state(connection: &Connection, study: i64, workers: Option<(&Path, &[&str])>) -> rusqlite::Result<State> {
    let events =
        connection.prepare_cached("SELECT events FROM study WHERE id = ?")?.query_row([study], |row| row.get(0))?;
    let orphaned = match workers {
        Some((folder, ours)) => !orphans(connection, study, folder, ours, 1)?.is_empty(),
        None => false,
    };
    Ok(State { events, orphaned })
}
