//! The one writer of an embedded database: a thread that lets concurrent writes share a commit.
//!
//! A commit with `synchronous=FULL` waits for the disk. Whatever is asked for meanwhile is queued; the thread then runs
//! all of it in one transaction, and answers everybody after the one commit. Who comes alone is served at once: nobody is
//! waited for. Work that fails or panics undoes nobody's but its own. When the commit fails, everybody is told so and
//! nothing was written. Work passes on what the database refuses: SQLite may have undone the whole transaction then.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use tokio::sync::oneshot;

use super::backend::{Conn, Target};
use super::changes;
use super::error::StoreError;
use super::group;

/// Most pieces of work in one transaction.
const MAX_JOBS: usize = 256;
/// No work is added to a transaction that is older than this: the first one waits for its answer.
const MAX_TIME: Duration = Duration::from_millis(20);

/// The thread, as callers see it. It ends when this is dropped, after all work that was asked for.
pub(super) struct Writer {
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread with a connection to `target`.
    pub(super) fn start(target: Target, conn: Conn) -> io::Result<Self> {
        let (jobs, queue) = channel();
        let desk = Desk {
            target,
            conn: Some(conn),
            queue,
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || desk.work())?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction, perhaps together with that of others, and waits for the commit.
    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Write {
            work,
            outcome: None,
            caller,
        });
        let queued = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if !queued {
            return Err(StoreError::Cancelled.into());
        }
        match answer.await {
            Ok((Ok(outcome), _)) => outcome,
            Ok((Err(panic), _)) => resume_unwind(panic),
            Err(_) => Err(StoreError::Cancelled.into()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        // Work may hold the last handle on the database: the thread cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// A piece of work, whatever it returns.
trait Job: Send {
    /// Whether nobody waits for it any more.
    fn is_abandoned(&self) -> bool;
    /// Does it; whether its effects are to be kept.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Tells the caller how it ended, or that the transaction failed.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

struct Write<T, E, F> {
    work: F,
    outcome: Option<thread::Result<Result<T, E>>>,
    caller: oneshot::Sender<Answer<T, E, F>>,
}

/// How it ended, and the work, to be given up where it was made: memory that one thread takes and another one returns makes
/// both of them look for it in the common store.
type Answer<T, E, F> = (thread::Result<Result<T, E>>, F);

impl<T, E, F> Job for Write<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.caller.is_closed()
    }

    fn run(&mut self, conn: &mut Conn) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(conn)));
        let keep = matches!(outcome, Ok(Ok(_)));
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, failure: Option<&str>) {
        let outcome = match (failure, self.outcome) {
            (Some(reason), _) => Ok(Err(StoreError::not_committed(reason).into())),
            (None, Some(outcome)) => outcome,
            (None, None) => Ok(Err(StoreError::Cancelled.into())),
        };
        // A caller that went away meanwhile needs no answer.
        let _ = self.caller.send((outcome, self.work));
    }
}

/// What the thread works with.
struct Desk {
    target: Target,
    /// None after a failure that leaves the state of the transaction in doubt: the next group opens another.
    conn: Option<Conn>,
    queue: Receiver<Box<dyn Job>>,
}

impl Desk {
    fn work(mut self) {
        while let Ok(first) = self.queue.recv() {
            thread::yield_now();
            let mut group = Vec::new();
            let failure = self.transaction(first, &mut group).err();
            if failure.is_some() {
                self.conn = None;
            }
            for job in group {
                job.answer(failure.as_deref());
            }
        }
    }

    /// Runs `first` and what is queued behind it, and commits. Who is to be answered stands in `group`, whatever happens;
    /// the error is for all of them.
    ///
    /// Most work succeeds, and a savepoint for each piece costs a copy of every page it touches. So a group begins
    /// without; when a piece fails, all is undone and the group runs again, each piece in a savepoint of its own.
    fn transaction(&mut self, first: Box<dyn Job>, group: &mut Vec<Box<dyn Job>>) -> Result<(), String> {
        let start = Instant::now();
        let mut next = Some(first);
        let mut begun = begin(&self.target, &mut self.conn).map_err(|error| error.to_string());
        group::begin();
        let mut kept = true;
        while let Some(mut job) = next.take() {
            if !job.is_abandoned() {
                if let Ok(conn) = &mut begun {
                    kept = job.run(conn);
                }
                group.push(job);
            }
            if kept && group.len() < MAX_JOBS && start.elapsed() < MAX_TIME {
                next = one_more(&self.queue);
            }
        }
        let conn = begun?;
        if kept {
            return commit(conn);
        }
        if conn.rollback().is_err() {
            // SQLite undid it by itself, a full disk for one; Diesel counts transactions and is wrong now.
            self.conn = None;
        }
        if group.len() == 1 {
            return Ok(());
        }
        self.again(group)
    }

    /// Runs a group again, each piece of work in a savepoint.
    fn again(&mut self, group: &mut Vec<Box<dyn Job>>) -> Result<(), String> {
        let conn = begin(&self.target, &mut self.conn).map_err(|error| error.to_string())?;
        group::begin();
        let mut at = 0;
        while at < group.len() {
            if let Err(lost) = run(conn, group[at].as_mut()) {
                // Why, it knows itself if it failed; its neighbours do not.
                let job = group.remove(at);
                job.answer(Some(lost.reason.as_str()).filter(|_| !lost.by_its_failure));
                return Err(lost.reason);
            }
            at += 1;
        }
        commit(conn)
    }
}

/// What is queued, or is in a moment: a commit costs more than to let another thread run that is ready to.
fn one_more(queue: &Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
    queue.try_recv().ok().or_else(|| {
        thread::yield_now();
        queue.try_recv().ok()
    })
}

fn commit(conn: &mut Conn) -> Result<(), String> {
    changes::settle(conn).map_err(|error| error.to_string())?;
    conn.commit().map_err(|error| error.to_string())
}

fn begin<'a>(target: &Target, kept: &'a mut Option<Conn>) -> Result<&'a mut Conn, StoreError> {
    let conn = match kept.take() {
        Some(conn) => conn,
        None => target.connect_to_write().map_err(|error| StoreError::Open {
            place: target.describe(),
            reason: error.to_string(),
        })?,
    };
    let conn = kept.insert(conn);
    conn.begin()?;
    Ok(conn)
}

/// The transaction is gone: SQLite takes all of it back by itself when a disk is full or fails.
struct Lost {
    reason: String,
    by_its_failure: bool,
}

/// Runs one piece of work in a savepoint.
fn run(conn: &mut Conn, job: &mut dyn Job) -> Result<(), Lost> {
    let lost = |error: diesel::result::Error, by_its_failure| Lost {
        reason: format!("the transaction was undone ({error})"),
        by_its_failure,
    };
    conn.batch_execute("SAVEPOINT work")
        .map_err(|error| lost(error, false))?;
    let keep = job.run(conn);
    let end = if keep {
        "RELEASE work"
    } else {
        "ROLLBACK TO work; RELEASE work"
    };
    // A savepoint that is not known any more tells it.
    conn.batch_execute(end).map_err(|error| lost(error, !keep))
}
