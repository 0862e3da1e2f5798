use burn::tensor::Device;
use std::io::BufRead;
use std::path::Path;
use tenure_training::cohort::Cohort;
use tenure_training::commands::read_schema;
use tenure_training::fit::*;
use tenure_training::split::Fold;
use tenure_training::table::Source;
use tenure_training::train::{Encoded, Subset};
use tenure::encoding::{EncoderParams, Scale};

struct Scaled<'a> { inner: Subset<'a>, scale: &'a [f32] }
impl DenseRows for Scaled<'_> {
    fn labels(&self) -> &[bool] { self.inner.labels() }
    fn columns(&self) -> usize { self.inner.columns() }
    fn write(&self, indices: &[usize], out: &mut [f32]) {
        self.inner.write(indices, out);
        for o in out.chunks_mut(self.scale.len()) { for (o, s) in o.iter_mut().zip(self.scale) { *o *= s; } }
    }
}
fn auc(z: &[f32], y: &[bool]) -> f64 {
    let mut o: Vec<usize> = (0..z.len()).collect();
    o.sort_by(|&a, &b| z[a].total_cmp(&z[b]));
    let (mut r, mut i) = (0.0, 0);
    while i < o.len() { let mut j = i; while j < o.len() && z[o[j]] == z[o[i]] { j += 1; } let rank = (i + j + 1) as f64 / 2.0; for &k in &o[i..j] { if y[k] { r += rank; } } i = j; }
    let p = y.iter().filter(|&&y| y).count() as f64; let n = y.len() as f64 - p;
    (r - p * (p + 1.0) / 2.0) / (p * n)
}
fn ll(z: &[f32], y: &[bool]) -> f64 { z.iter().zip(y).map(|(&z, &y)| { let z = if y { -z } else { z } as f64; z.max(0.0) + (-z.abs()).exp().ln_1p() }).sum::<f64>() / z.len() as f64 }

fn main() {
    let mut jobs: Vec<String> = std::env::args().skip(1).collect();
    if jobs.first().map(String::as_str) == Some("-") { jobs = std::io::stdin().lock().lines().map(|l| l.unwrap()).filter(|l| !l.trim().is_empty() && !l.starts_with('#')).collect(); } else { jobs = vec![jobs.join(" ")]; }
    let tables: Vec<_> = ["ibm_telco", "churn5000"].iter().map(|n| {
        let schema = read_schema(Path::new(n)).unwrap_or_else(|e| panic!("{}", e.message));
        let p = |s: &str| format!("/work/shared/data/{n}{s}.csv");
        let mut schema = schema; if std::env::var("NODERIVED").is_ok() { schema.derived.clear(); for f in &mut schema.fields { f.only_derived = false; } }
        let cohort = Cohort::read(Source::open(p("")).unwrap(), &schema).unwrap();
        let folds = Fold::read(&cohort, Path::new(&p(".folds")), Some(Path::new(&p(".inner"))), 0).unwrap();
        (cohort, folds)
    }).collect();
    for job in jobs {
        let mut c = FitConfig::default();
        let mut e = EncoderParams::default();
        let (mut data, mut seeds, mut sub, mut cat, mut num, mut z) = ("both".to_string(), 4u64, 0usize, 0.0f64, 1.0f32, 1.0f32);
        for kv in job.split_whitespace() {
            let (k, v) = kv.split_once('=').unwrap();
            let f = || v.parse::<f64>().unwrap();
            match k {
                "h" => c.hidden = if v == "none" { vec![] } else { v.split('-').map(|x| x.parse().unwrap()).collect() },
                "drop" => c.dropout = f(), "bn" => c.batch_norm = v == "1", "ibn" => c.input_batch_norm = v == "1", "direct" => c.direct = v == "1",
                "lr" => c.learning_rate = f(), "pen" => c.penalty = f(), "ema" => c.averaging = f(), "bs" => c.batch_size = f() as usize, "max" => c.maximum_epochs = f() as usize, "pat" => c.patience = f() as usize,
                "cw" => c.class_weights = v == "1", "sub" => sub = f() as usize, "cat" => cat = f(), "num" => num = f() as f32, "z" => z = f() as f32,
                "bins" => e.bins = f() as usize, "data" => data = v.to_string(), "seeds" => seeds = f() as u64,
                _ => panic!("{k}"),
            }
        }
        print!("{job:<44}");
        for (ti, (cohort, folds)) in tables.iter().enumerate() {
            if (data == "telco" && ti != 0) || (data == "churn" && ti != 1) { continue; }
            let start = std::time::Instant::now();
            let tasks: Vec<(u64, usize)> = (0..seeds).flat_map(|s| (0..5).map(move |k| (s, k))).collect();
            let next = std::sync::atomic::AtomicUsize::new(0);
            let out = std::sync::Mutex::new(vec![]);
            std::thread::scope(|scope| for _ in 0..2 { scope.spawn(|| loop {
                let t = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                if t >= tasks.len() { break; }
                let (seed, k) = tasks[t];
                let (mut f, mut v, test) = (folds[k].fit.clone(), folds[k].validation.clone(), folds[k].test.clone());
                if sub > 0 { let st = f.len() as f64 / sub as f64; f = (0..sub).map(|i| f[((i as f64 + (seed % 8) as f64 / 8.0) * st) as usize]).collect(); let m = sub * 3 / 17; let st = v.len() as f64 / m as f64; v = (0..m).map(|i| v[(i as f64 * st) as usize]).collect(); }
                let enc = Encoded::fit(&e, cohort, &f).unwrap();
                let mut scale = vec![1.0f32; enc.layout().size()];
                for (i, input) in enc.encoder().inputs().iter().enumerate() {
                    let (cols, _) = enc.layout().input_rows(enc.encoder(), i);
                    match &input.scale {
                        Scale::Category { count } if *count > 2 && cat > 0.0 => { let s = (2.0 / *count as f64).powf(cat) as f32; scale[cols].fill(s); }
                        Scale::Number { knots } => { let b = knots.len() - 1; scale[cols.start..cols.start + b].fill(num); scale[cols.start + b] = z; }
                        _ => {}
                    }
                }
                let rows = |r| Scaled { inner: enc.subset(r), scale: &scale };
                let (tr, va, te) = (rows(&f), rows(&v), rows(&test));
                let mut c = c.clone(); c.seed = seed;
                match fit(&c, &tr, &va, &Device::flex(), &mut |_| Control::Continue) { Ok(fi) => {
                    let zz = logits(&fi.network, &te, &Device::flex());
                    out.lock().unwrap().push((seed, k, auc(&zz, te.labels()), ll(&zz, te.labels()), fi.best_epoch, fi.epochs, fi.train_loss));
                } Err(e) => { println!("{e}"); } }
            }); });
            let mut o = out.into_inner().unwrap(); o.sort_by_key(|x| (x.0, x.1));
            let n = o.len() as f64;
            let (a, l) = (o.iter().map(|x| x.2).sum::<f64>() / n, o.iter().map(|x| x.3).sum::<f64>() / n);
            let be = o.iter().map(|x| x.4).sum::<usize>() / o.len(); let ep = o.iter().map(|x| x.5).sum::<usize>() / o.len();
            let tl = o.iter().map(|x| x.6).sum::<f64>() / n;
            let sa: Vec<f64> = (0..seeds).map(|s| o.iter().filter(|x| x.0 == s).map(|x| x.2).sum::<f64>() / 5.0).collect();
            let sl: Vec<f64> = (0..seeds).map(|s| o.iter().filter(|x| x.0 == s).map(|x| x.3).sum::<f64>() / 5.0).collect();
            let mn = |v: &Vec<f64>| v.iter().cloned().fold(9.0, f64::min); let mx = |v: &Vec<f64>| v.iter().cloned().fold(0.0, f64::max);
            print!("| {} {:.4} (min {:.4}) {:.4} (max {:.4}) tl {:.3} ep {}/{} {:.0}s ", ["T", "C"][ti], a, mn(&sa), l, mx(&sl), tl, be, ep, start.elapsed().as_secs_f64());
            use std::io::Write; std::io::stdout().flush().unwrap();
        }
        println!();
    }
}
