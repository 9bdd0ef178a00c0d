//! The threaded driver: one thread decodes, others work on what it decoded.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, TrySendError, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};

use super::batch::{Batch, Want};
use super::digest;
use super::error::ArchiveError;
use super::gap::ArchiveGap;
use super::limits::Limits;
use super::walker::{Controls, Source, Walked, walk_until};

/// Batches that may wait. One more than a worker needs at once is enough, because the decoder works too while none is free: sixteen
/// took as long and 14 MiB more.
const WAITING: usize = 3;

/// What a run leaves behind.
#[derive(Debug)]
pub struct Run<S> {
    /// What the walk saw.
    pub walked: Walked,
    /// The state of every worker; the first is the decoder's own. Which batch went where is arbitrary, so merge them
    /// in a way that does not depend on it: by [`super::Part::member`] and [`super::Part::index`].
    pub states: Vec<S>,
    /// The gaps, in the order of the input.
    pub gaps: Vec<ArchiveGap>,
}

/// Walks an input and works on its batches, with `workers` threads beside the calling one.
///
/// The calling thread decodes. When the workers cannot keep up it works on a batch itself, so no thread ever waits for
/// another while there is work; with no workers it does everything. `make` builds the state of one worker, `work` takes
/// one batch. A panic in `work` ends the run with [`ArchiveError::Worker`].
pub fn run<S: Send>(
    source: &Source,
    limits: &Limits,
    want: &dyn Fn(&str) -> Want,
    workers: usize,
    make: impl Fn() -> S,
    work: impl Fn(&mut S, &Batch) + Sync,
) -> Result<Run<S>, ArchiveError> {
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Batch>(WAITING);
        let (give_back, recycled) = channel::<Vec<u8>>();
        let receive = Mutex::new(receive);
        // The receiver must outlive the threads, and the scope joins them only after this closure has returned.
        let receive = std::sync::Arc::new(receive);
        let threads: Vec<ScopedJoinHandle<'_, Result<S, String>>> = (0..workers)
            .map(|_| {
                let (receive, give_back) = (std::sync::Arc::clone(&receive), give_back.clone());
                let (state, work) = (make(), &work);
                scope.spawn(move || attend(&receive, &give_back, state, work))
            })
            .collect();
        let beside = if workers > 0 { hash_beside(scope, source) } else { None };

        let own = RefCell::new((make(), None::<String>));
        let mut gaps = Vec::new();
        let mut deliver = |batch: Batch| -> Option<Vec<u8>> {
            let batch = if workers == 0 {
                batch
            } else {
                match send.try_send(batch) {
                    Ok(()) => return recycled.try_recv().ok(),
                    // Disconnected means that every worker has panicked; the run ends in an error, but orderly.
                    Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => batch,
                }
            };
            let mut own = own.borrow_mut();
            if own.1.is_none()
                && let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(&mut own.0, &batch)))
            {
                own.1 = Some(message(&*panic));
            }
            Some(batch.bytes)
        };
        let stop = || own.borrow().1.is_some();
        let controls = Controls { hash: beside.is_none(), stop: &stop };
        let walked = walk_until(source, limits, want, &mut deliver, &mut |gap| gaps.push(gap), &controls);
        drop(send);

        let (state, mut panicked) = own.into_inner();
        let mut states = vec![state];
        for thread in threads {
            match thread.join() {
                Ok(Ok(state)) => states.push(state),
                Ok(Err(panic)) => panicked = panicked.or(Some(panic)),
                Err(panic) => panicked = panicked.or_else(|| Some(message(&*panic))),
            }
        }
        let hash = beside.and_then(|thread| thread.join().ok().flatten());
        let mut walked = walked?;
        if let Some(message) = panicked {
            return Err(ArchiveError::Worker { message });
        }
        walked.sha256 = walked.sha256.or(hash);
        Ok(Run { walked, states, gaps })
    })
}

/// Takes batches until there are no more.
fn attend<S>(
    receive: &Mutex<Receiver<Batch>>,
    give_back: &Sender<Vec<u8>>,
    mut state: S,
    work: &(impl Fn(&mut S, &Batch) + Sync),
) -> Result<S, String> {
    loop {
        // The lock is held while waiting only, never while working.
        let next = receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = next else { return Ok(state) };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(&mut state, &batch))) {
            return Err(message(&*panic));
        }
        // Nobody takes it back once the decoder has finished.
        give_back.send(batch.bytes).ok();
    }
}

/// Hashes the input on a thread of its own: about 7 % of the decoder's time that a second core has to spare.
///
/// Only a regular file can be read twice; anything else is hashed on the way through.
fn hash_beside<'scope, 'env>(scope: &'scope Scope<'scope, 'env>, source: &'env Source) -> Option<ScopedJoinHandle<'scope, Option<[u8; 32]>>> {
    let Source::Path(path) = source else { return None };
    if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    Some(scope.spawn(move || digest::of_file(path)))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
