//! An ordered, bounded pipeline: the calling thread reads, the pool works, one thread takes the
//! results in the order of the items.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Items under way at once, for each thread of the pool.
const UNDER_WAY: usize = 3;

/// Runs `work` on every item in rayon's pool, and hands the results to `take` in the order of the
/// items. At most three items per thread are under way.
///
/// The first error ends the run, and sets `stop` so that work under way can end early. If both the
/// items and a later stage fail, the error of the items is returned.
pub fn in_order<T: Send, R: Send, E: Send>(
    items: impl Iterator<Item = Result<T, E>>,
    work: &(impl Fn(T) -> Result<R, E> + Sync),
    take: &mut (impl FnMut(R) -> Result<(), E> + Send),
    stop: &AtomicBool,
) -> Result<(), E> {
    thread::scope(|threads| {
        let (queue, results) = sync_channel::<Receiver<Result<R, E>>>(UNDER_WAY * rayon::current_num_threads());
        let taker = threads.spawn(move || {
            for result in results {
                // No result: the work panicked, and the scope of the pool passes the panic on.
                let Ok(result) = result.recv() else { return Ok(()) };
                result.and_then(&mut *take).inspect_err(|_| stop.store(true, Ordering::Relaxed))?;
            }
            Ok(())
        });
        let read = rayon::in_place_scope_fifo(|pool| {
            for item in items {
                let item = item.inspect_err(|_| stop.store(true, Ordering::Relaxed))?;
                let (send, receive) = sync_channel(1);
                // Nobody receives after an error.
                pool.spawn_fifo(move |_| drop(send.send(work(item))));
                if queue.send(receive).is_err() {
                    break;
                }
            }
            Ok(())
        });
        drop(queue);
        let taken = taker.join().unwrap_or_else(|panic| resume_unwind(panic));
        read.and(taken)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_order_and_few_are_under_way() {
        let (stop, under_way, most) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        let items = (0..500u64).inspect(|_| {
            most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        });
        let mut taken = Vec::new();
        let work = |item: u64| {
            // Later items of a group of seven are done sooner.
            thread::sleep(Duration::from_micros(200 * (7 - item % 7)));
            Ok::<_, ()>(item * 2)
        };
        let mut take = |result| {
            under_way.fetch_sub(1, Ordering::SeqCst);
            taken.push(result);
            Ok(())
        };
        in_order(items.map(Ok), &work, &mut take, &stop).unwrap();
        assert!(taken.into_iter().eq((0..500).map(|item| item * 2)));
        let most = most.into_inner();
        assert!(most <= UNDER_WAY * rayon::current_num_threads() + 3, "{most}");
    }

    #[test]
    fn errors_of_every_stage_end_it() {
        for (reads, works, takes) in [(40, 99, 99), (99, 40, 99), (99, 99, 40), (0, 99, 99)] {
            let stop = AtomicBool::new(false);
            let fail = |item, at, stage| if item == at { Err(format!("{stage} {item}")) } else { Ok(item) };
            let mut taken = 0;
            let result = in_order(
                (0..90).map(|item| fail(item, reads, "read")),
                &|item| fail(item, works, "work"),
                &mut |item| {
                    taken += 1;
                    fail(item, takes, "take").map(drop)
                },
                &stop,
            );
            let (at, stage) = [(reads, "read"), (works, "work"), (takes, "take")].into_iter().min().unwrap();
            assert_eq!(result.unwrap_err(), format!("{stage} {at}"));
            assert!(stop.into_inner() && taken <= at + 1);
        }
    }
}
