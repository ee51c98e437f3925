//! (c) What no inbox on SQLite goes below: the rows of the events that a node took in, written once more by bare statements
//! into another database of the same tables, in groups.

use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, Statement, params_from_iter};

use super::node::{Home, runtime};
use super::processors;
use super::report::{Figure, Report, names};

/// Creates in one transaction. A node with 64 senders has some fifty; what the bare rows cost cannot be told apart by that.
const GROUP: usize = 26;
/// As the connection of a node that writes.
const SETUP: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-4096; \
    PRAGMA wal_autocheckpoint=8000;";

/// Values in the order of the columns.
type Row = Vec<Value>;

/// What the node wrote for one Create.
struct Create {
    event: Row,
    session: Row,
}

/// Writes what the node at `taken` has, on a thread of the measured processor.
pub fn measure(report: &mut Report, taken: &Home) -> anyhow::Result<()> {
    let (source, copy) = (taken.file(), Home::new(None)?);
    drop(runtime()?.block_on(copy.open())?);
    let (target, processor) = (copy.file(), report.processors.measured);
    let measured = std::thread::spawn(move || -> anyhow::Result<Figure> {
        let (source, target) = (Connection::open(source)?, Connection::open(target)?);
        target.execute_batch(SETUP)?;
        let creates = creates(&source, &target)?;
        let mut statements = Statements::prepare(&target)?;
        processors::pin(processor)?;
        let (start, cpu) = (Instant::now(), processors::thread_cpu());
        for group in creates.chunks(GROUP) {
            target.execute_batch("BEGIN IMMEDIATE")?;
            for create in group {
                statements.write(create)?;
            }
            target.execute_batch("COMMIT")?;
        }
        let cpu = processors::thread_cpu() - cpu;
        Ok(Figure::new(names::ROWS, creates.len() as u64, cpu, start.elapsed()))
    });
    let figure = measured
        .join()
        .map_err(|_| anyhow::anyhow!("the measurement stopped"))??;
    report.add('c', figure);
    Ok(())
}

/// All that `source` took in, in order; the peers that it points at are in `target` then.
fn creates(source: &Connection, target: &Connection) -> anyhow::Result<Vec<Create>> {
    let mut peers = insert_into(target, "peers")?;
    for peer in rows(source, "SELECT * FROM peers")? {
        peers.execute(params_from_iter(&peer))?;
    }
    let events = rows(source, "SELECT * FROM events ORDER BY rowid")?;
    let sessions = rows(source, "SELECT * FROM sessions ORDER BY rowid")?;
    anyhow::ensure!(
        events.len() == sessions.len(),
        "{} events, {} sessions",
        events.len(),
        sessions.len()
    );
    let rows = events.into_iter().zip(sessions);
    Ok(rows.map(|(event, session)| Create { event, session }).collect())
}

fn rows(conn: &Connection, query: &str) -> anyhow::Result<Vec<Row>> {
    let mut query = conn.prepare(query)?;
    let columns = query.column_count();
    let rows = query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn insert_into<'a>(conn: &'a Connection, table: &str) -> anyhow::Result<Statement<'a>> {
    let columns = conn.prepare(&format!("SELECT * FROM {table}"))?.column_count();
    let places = vec!["?"; columns].join(", ");
    Ok(conn.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?)
}

/// One statement a table, and the one question that cannot be spared.
struct Statements<'a> {
    is_known: Statement<'a>,
    inserts: [Statement<'a>; 2],
}

impl<'a> Statements<'a> {
    fn prepare(conn: &'a Connection) -> anyhow::Result<Self> {
        Ok(Self {
            is_known: conn.prepare("SELECT EXISTS (SELECT 1 FROM events WHERE uri = ?)")?,
            inserts: [insert_into(conn, "events")?, insert_into(conn, "sessions")?],
        })
    }

    fn write(&mut self, create: &Create) -> anyhow::Result<()> {
        // The second column is the uri.
        let known: bool = self.is_known.query_row([&create.event[1]], |row| row.get(0))?;
        anyhow::ensure!(!known, "an event came twice");
        let rows = [&create.event, &create.session];
        for (insert, row) in self.inserts.iter_mut().zip(rows) {
            insert.execute(params_from_iter(row))?;
        }
        Ok(())
    }
}
