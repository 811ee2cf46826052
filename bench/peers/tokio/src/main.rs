//! The benchmarks of package bench in Tokio, on its current_thread runtime.
//!
//! Prints a JSON object in each line; see bench/compare/rivals.go for the form.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot, Barrier, Mutex, Semaphore};
use tokio::task::{spawn, spawn_blocking, yield_now, JoinSet};
use tokio::time::{sleep, sleep_until, timeout, Sleep};

type Seconds = Pin<Box<dyn Future<Output = Duration>>>;

/// A row is a name, how many of them one operation does, and a function that does n
/// operations and tells how long they took.
struct Row {
    name: String,
    each: u64,
    note: &'static str,
    run: Box<dyn Fn(u64) -> Seconds>,
}

struct Rows(Vec<Row>);

impl Rows {
    fn add<F, R>(&mut self, name: impl Into<String>, each: u64, note: &'static str, run: F)
    where
        F: Fn(u64) -> R + 'static,
        R: Future<Output = Duration> + 'static,
    {
        self.0.push(Row {
            name: name.into(),
            each,
            note,
            run: Box::new(move |n| Box::pin(run(n))),
        });
    }
}

const WHEEL: &str = "whole milliseconds, a timing wheel";
const LAZY_POLL: &str = "the driver of timers and I/O is polled every 61 tasks";
const JOIN: &str = "handles awaited one after the other";

fn main() {
    let mut args = std::env::args().skip(1);
    let (mut time, mut only, mut short) = (0.3, Vec::new(), false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--time" => time = args.next().unwrap().parse().unwrap(),
            "--only" => only = args.next().unwrap().split(',').map(String::from).collect(),
            "--short" => short = true,
            _ => panic!("unknown argument {arg}"),
        }
    }
    let wanted = |name: &str| {
        !(short && name.ends_with("=1000000"))
            && (only.is_empty() || only.iter().any(|o| o == name.split('/').next().unwrap()))
    };
    println!(r#"{{"peer": "Tokio {} current_thread"}}"#, tokio_version());
    for size in [10_000, 1_000_000] {
        let name = format!("Parked/n={size}"); // first, while the process is small
        if wanted(&name) {
            runtime().block_on(parked(&name, size));
        }
    }
    for row in rows().0.iter().filter(|row| wanted(&row.name)) {
        let (n, elapsed) = measure(row, time);
        let ops = n * row.each;
        show(
            &row.name,
            "ns_per_op",
            elapsed.as_nanos() as f64 / ops as f64,
            ops,
            row.note,
        );
    }
}

fn tokio_version() -> &'static str {
    let lock = include_str!("../Cargo.lock");
    lock.split("name = \"tokio\"\nversion = \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

/// Does more and more operations until they take long enough.
fn measure(row: &Row, time: f64) -> (u64, Duration) {
    let mut n = 1;
    loop {
        let elapsed = runtime().block_on((row.run)(n));
        let seconds = elapsed.as_secs_f64();
        if seconds >= time || n >= 1_000_000_000 {
            return (n, elapsed);
        }
        let more = (1.2 * time * n as f64 / seconds.max(1e-9)) as u64;
        n = more.clamp(n + 1, 100 * n);
    }
}

fn show(name: &str, unit: &str, value: f64, ops: u64, note: &str) {
    println!(r#"{{"name": "{name}", "{unit}": {value}, "ops": {ops}, "note": "{note}"}}"#);
}

async fn one() -> i32 {
    1
}

fn rows() -> Rows {
    let mut rows = Rows(Vec::new());
    rows.add("Yield/tasks=1", 1, LAZY_POLL, |n| async move {
        // In a task of its own: block_on's future is polled apart from the others.
        spawn(async move {
            let start = Instant::now();
            for _ in 0..n {
                yield_now().await;
            }
            start.elapsed()
        })
        .await
        .unwrap()
    });
    rows.add("Yield/tasks=2000", 2000, LAZY_POLL, yield_among);
    rows.add("CreateTaskAwait", 1, "", |n| async move {
        // In a task of its own, as above.
        spawn(async move {
            let start = Instant::now();
            for _ in 0..n {
                spawn(one()).await.unwrap();
            }
            start.elapsed()
        })
        .await
        .unwrap()
    });
    rows.add("Gather/n=100000", 100_000, JOIN, |n| gather(n, 100_000));
    rows.add(
        "Future",
        1,
        "a oneshot channel, set by a new task",
        |n| async move {
            spawn(async move {
                let start = Instant::now();
                for _ in 0..n {
                    let (set, result) = oneshot::channel();
                    spawn(async move { set.send(1).unwrap() });
                    result.await.unwrap();
                }
                start.elapsed()
            })
            .await
            .unwrap()
        },
    );

    rows.add("Timers/cancel/pending=1000", 1, WHEEL, timers_cancel);
    for size in [100_000, 1_000_000] {
        rows.add(
            format!("Timers/replace/pending={size}"),
            1,
            WHEEL,
            move |n| timers_replace(n, size),
        );
    }
    rows.add(
        "Timers/equal/n=1000000",
        1_000_000,
        "each sleeps in a task, to the millisecond",
        timers_equal,
    );

    for size in [1, 100] {
        rows.add(format!("Queue/size={size}"), 1, "", move |n| queue(n, size));
    }
    for calls in [1, 16] {
        rows.add(format!("ToThread/calls={calls}"), calls, "", move |n| {
            to_thread(n, calls)
        });
    }
    for threads in [1, 8, 64] {
        let note = "threads, an unbounded mpsc channel of boxed functions";
        rows.add(
            format!("CallSoonThreadsafe/goroutines={threads}"),
            BATCH,
            note,
            move |n| from_threads(n, threads),
        );
    }

    rows.add("AsyncTree/none", 1, JOIN, |n| trees(n, |_| false));
    rows.add("AsyncTree/io", 1, JOIN, |n| trees(n, |_| true));
    rows.add("AsyncTree/memoization", 1, JOIN, |n| {
        trees(n, Tree::memoized)
    });

    rows.add(
        "Timeout",
        1,
        "what ends at once starts no timer",
        |n| async move {
            let start = Instant::now();
            for _ in 0..n {
                timeout(HOUR, async {}).await.unwrap();
            }
            start.elapsed()
        },
    );
    rows.add("TaskGroup/n=10", 1, "a JoinSet", |n| join_set(n, 10));
    rows.add("Wait/n=100", 1, "a JoinSet", |n| join_set(n, 100));
    rows.add("AsCompleted/n=100", 1, "a JoinSet", |n| join_set(n, 100));

    rows.add("Lock/free", 1, "", |n| async move {
        let mu = Mutex::new(0);
        let start = Instant::now();
        for _ in 0..n {
            *mu.lock().await += 1;
        }
        start.elapsed()
    });
    rows.add("LockHandOver", 1, "", lock_hand_over);
    rows.add("Semaphore/free", 1, "", |n| async move {
        let s = Semaphore::new(4);
        let start = Instant::now();
        for _ in 0..n {
            drop(s.acquire().await.unwrap());
        }
        start.elapsed()
    });
    rows.add("Barrier/parties=10", 1, "", barrier);

    for size in [100, 10_000, 1_000_000] {
        rows.add(format!("Growth/tasks/n={size}"), size, JOIN, move |n| {
            gather(n, size)
        });
        rows.add(
            format!("Growth/futures/n={size}"),
            size,
            "oneshot channels",
            move |n| futures(n, size),
        );
    }
    rows
}

async fn yield_among(n: u64) -> Duration {
    let others: Vec<_> = (0..2000 - 1)
        .map(|_| {
            spawn(async move {
                loop {
                    yield_now().await;
                }
            })
        })
        .collect();
    let elapsed = spawn(async move {
        yield_now().await;
        let start = Instant::now();
        for _ in 0..n {
            yield_now().await;
        }
        start.elapsed()
    })
    .await
    .unwrap();
    others.iter().for_each(|t| t.abort());
    elapsed
}

async fn gather(n: u64, size: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..n {
        let tasks: Vec<_> = (0..size).map(|_| spawn(one())).collect();
        let mut results = Vec::with_capacity(tasks.len());
        for t in tasks {
            results.push(t.await.unwrap());
        }
        assert_eq!(results.len() as u64, size);
    }
    start.elapsed()
}

const HOUR: Duration = Duration::from_secs(3600);

/// A sequence of random numbers, the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    fn later(&mut self) -> Duration {
        HOUR + Duration::from_nanos(self.next() >> 1)
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.next() * n) >> 31
    }
}

struct NoWake;

impl Wake for NoWake {
    fn wake(self: Arc<Self>) {}
}

/// A timer, polled once: it is in the wheel from then on, and until it is dropped.
fn timer(after: Duration, waker: &Waker) -> Pin<Box<Sleep>> {
    let mut s = Box::pin(sleep(after));
    assert_eq!(
        s.as_mut().poll(&mut Context::from_waker(waker)),
        Poll::Pending
    );
    s
}

async fn timers_cancel(n: u64) -> Duration {
    let (mut random, waker) = (Random(1), Waker::from(Arc::new(NoWake)));
    let _pending: Vec<_> = (0..1000).map(|_| timer(random.later(), &waker)).collect();
    let start = Instant::now();
    for _ in 0..n {
        drop(timer(random.later(), &waker));
    }
    start.elapsed()
}

async fn timers_replace(n: u64, size: u64) -> Duration {
    let (mut random, waker) = (Random(1), Waker::from(Arc::new(NoWake)));
    let mut pending: Vec<_> = (0..size).map(|_| timer(random.later(), &waker)).collect();
    let start = Instant::now();
    for _ in 0..n {
        pending[random.below(size) as usize] = timer(random.later(), &waker);
    }
    start.elapsed()
}

async fn timers_equal(n: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..n {
        let at = tokio::time::Instant::now() + Duration::from_millis(1);
        let tasks: Vec<_> = (0..1_000_000).map(|_| spawn(sleep_until(at))).collect();
        for t in tasks {
            t.await.unwrap();
        }
    }
    start.elapsed()
}

async fn queue(n: u64, size: usize) -> Duration {
    let (put, mut get) = mpsc::channel(size);
    let start = Instant::now();
    spawn(async move {
        for i in 0..n {
            put.send(i).await.unwrap();
        }
    });
    spawn(async move {
        for _ in 0..n {
            get.recv().await.unwrap();
        }
        start.elapsed()
    })
    .await
    .unwrap()
}

async fn to_thread(n: u64, calls: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..n {
        let tasks: Vec<_> = (0..calls).map(|_| spawn_blocking(|| 1)).collect();
        for t in tasks {
            t.await.unwrap();
        }
    }
    start.elapsed()
}

const BATCH: u64 = 64 * 400;

async fn from_threads(n: u64, threads: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..n {
        let (post, mut posts) = mpsc::unbounded_channel::<Box<dyn FnOnce(&Cell<u64>) + Send>>();
        for _ in 0..threads {
            let post = post.clone();
            std::thread::spawn(move || {
                for _ in 0..BATCH / threads {
                    let f = |left: &Cell<u64>| left.set(left.get() - 1);
                    post.send(Box::new(f)).ok().unwrap();
                }
            });
        }
        let left = Cell::new(BATCH);
        while left.get() > 0 {
            posts.recv().await.unwrap()(&left);
        }
    }
    start.elapsed()
}

/// pyperformance's async_tree: 6 levels of 6 tasks.
struct Tree {
    random: Random,
    cache: [bool; 101],
}

impl Tree {
    fn memoized(&mut self) -> bool {
        let n = 1 + self.random.below(100) as usize;
        if n > 90 {
            return true;
        }
        !std::mem::replace(&mut self.cache[n], true)
    }
}

type Leaf = fn(&mut Tree) -> bool;

async fn trees(n: u64, leaf: Leaf) -> Duration {
    let start = Instant::now();
    for _ in 0..n {
        let t = Tree {
            random: Random(0),
            cache: [false; 101],
        };
        node(Arc::new(std::sync::Mutex::new(t)), leaf, 6).await;
    }
    start.elapsed()
}

fn node(
    t: Arc<std::sync::Mutex<Tree>>,
    leaf: Leaf,
    level: u32,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if level == 0 {
            let sleeps = leaf(&mut t.lock().unwrap());
            if sleeps {
                sleep(Duration::from_millis(50)).await;
            }
            return;
        }
        let children: Vec<_> = (0..6)
            .map(|_| spawn(node(t.clone(), leaf, level - 1)))
            .collect();
        for c in children {
            c.await.unwrap();
        }
    })
}

async fn join_set(n: u64, size: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..n {
        let mut set = JoinSet::new();
        for _ in 0..size {
            set.spawn(one());
        }
        while let Some(result) = set.join_next().await {
            result.unwrap();
        }
    }
    start.elapsed()
}

async fn lock_hand_over(n: u64) -> Duration {
    let mu = Arc::new(Mutex::new(()));
    let turns = |mu: Arc<Mutex<()>>| async move {
        for _ in 0..n {
            let _held = mu.lock().await;
            yield_now().await;
        }
    };
    let start = Instant::now();
    let (a, b) = (spawn(turns(mu.clone())), spawn(turns(mu)));
    a.await.unwrap();
    b.await.unwrap();
    start.elapsed()
}

async fn barrier(n: u64) -> Duration {
    let b = Arc::new(Barrier::new(10));
    let start = Instant::now();
    let parties: Vec<_> = (0..10)
        .map(|_| {
            let b = b.clone();
            spawn(async move {
                for _ in 0..n {
                    b.wait().await;
                }
            })
        })
        .collect();
    for p in parties {
        p.await.unwrap();
    }
    start.elapsed()
}

async fn futures(n: u64, size: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..n {
        let (sets, results): (Vec<_>, Vec<_>) = (0..size).map(|_| oneshot::channel()).unzip();
        spawn(async move {
            for (i, set) in sets.into_iter().enumerate() {
                set.send(i).unwrap();
            }
        });
        for r in results {
            r.await.unwrap();
        }
    }
    start.elapsed()
}

fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

async fn parked(name: &str, size: u64) {
    let before = resident();
    let start = Instant::now();
    let tasks: Vec<_> = (0..size)
        .map(|_| {
            spawn(async move {
                let (_set, result) = oneshot::channel::<()>();
                result.await.ok();
            })
        })
        .collect();
    spawn(async {}).await.unwrap(); // behind all of them
    let create = start.elapsed();
    let memory = resident() - before;
    let start = Instant::now();
    tasks.iter().for_each(|t| t.abort());
    for t in tasks {
        t.await.unwrap_err();
    }
    let cancel = start.elapsed();
    show(
        &format!("{name}/create"),
        "ns_per_op",
        create.as_nanos() as f64 / size as f64,
        size,
        "",
    );
    show(
        &format!("{name}/cancel"),
        "ns_per_op",
        cancel.as_nanos() as f64 / size as f64,
        size,
        "",
    );
    show(
        &format!("{name}/bytes"),
        "bytes_per_op",
        memory as f64 / size as f64,
        size,
        "resident memory",
    );
}
