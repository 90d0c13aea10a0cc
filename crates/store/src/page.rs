//! Reading: pages of events and the list of studies, as one JSON text each.

use std::fmt::Write as _;

use rusqlite::{Connection, Row};

use crate::text::quote;

type Sql<T> = rusqlite::Result<T>;

/// Events after `sequence`, oldest first, at most `limit`: a JSON list.
pub fn events(connection: &Connection, study: i64, sequence: i64, limit: i64) -> Sql<String> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, kind, trial, attempt, worker, time, name, data FROM event
        WHERE study = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    )?;
    let mut rows = statement.query([study, sequence, limit.max(0)])?;
    let mut page = String::with_capacity(1 << 16);
    page.push('[');
    while let Some(row) = rows.next()? {
        if page.len() > 1 {
            page.push(',');
        }
        event(&mut page, row)?;
    }
    page.push(']');
    Ok(page)
}

fn event(page: &mut String, row: &Row) -> Sql<()> {
    let kind = row.get_ref(1)?.as_str()?;
    // writing to a text cannot fail
    let _ = write!(page, "{{\"sequence\":{},\"kind\":\"{kind}\"", row.get::<_, i64>(0)?);
    for (index, name) in [(2, "trial"), (3, "attempt"), (5, "time")] {
        if let Some(number) = row.get::<_, Option<i64>>(index)? {
            let _ = write!(page, ",\"{name}\":{number}");
        }
    }
    if let Some(worker) = row.get_ref(4)?.as_str_or_null()? {
        let _ = write!(page, ",\"worker\":\"{worker}\"");
    }
    if let Some(key) = row.get_ref(6)?.as_str_or_null()? {
        page.push_str(",\"key\":");
        quote(page, key);
    }
    if let Some(data) = row.get_ref(7)?.as_str_or_null()? {
        let name = match kind {
            "ask" | "enqueue" => "params",
            "note" => "text",
            "attribute" => "value",
            "definition" => "definition",
            // an object whose fields are the event's
            _ => {
                let inner = data.strip_prefix('{').unwrap_or(data);
                page.push(',');
                page.push_str(inner);
                return Ok(());
            }
        };
        let _ = write!(page, ",\"{name}\":");
        quote(page, data);
    }
    page.push('}');
    Ok(())
}

/// All studies in the order of their creation, with the number of their trials by status: a JSON list.
pub fn studies(connection: &Connection) -> Sql<String> {
    let mut statement = connection.prepare_cached(
        "SELECT name, created, begun,
            COUNT(*) FILTER (WHERE status = 'completed'), COUNT(*) FILTER (WHERE status = 'pruned'),
            COUNT(*) FILTER (WHERE status = 'failed'), COUNT(*) FILTER (WHERE status = 'running')
        FROM study LEFT JOIN trial ON trial.study = study.id
        GROUP BY study.id, name, created, begun ORDER BY study.id",
    )?;
    let mut rows = statement.query([])?;
    let mut list = String::from("[");
    while let Some(row) = rows.next()? {
        list.push_str(if list.len() > 1 { ",{\"name\":" } else { "{\"name\":" });
        quote(&mut list, row.get_ref(0)?.as_str()?);
        for (index, name) in ["created", "trials", "completed", "pruned", "failed", "running"].iter().enumerate() {
            let _ = write!(list, ",\"{name}\":{}", row.get::<_, i64>(index + 1)?);
        }
        list.push('}');
    }
    list.push(']');
    Ok(list)
}
