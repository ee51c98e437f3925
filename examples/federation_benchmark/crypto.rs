//! (a) What the library can do: the physical limit of everything that signs or verifies.

use std::time::{Duration, Instant};

use maillage::federation::keys::{KeyError, PrivateKey};

use super::options::Options;
use super::processors;
use super::report::{Figure, Measured, Report};

/// Length of a signing string, in bytes.
const MESSAGE: usize = 300;
/// How long the cryptography alone is measured beside each round of another part: a machine is not as fast in one minute
/// as in the next.
const BESIDE: Duration = Duration::from_millis(300);

/// Measures both kinds of keys on a thread of the measured processor.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    let processor = report.processors.measured;
    let time = Duration::from_millis(options.count(1_500, 100) as u64);
    let measured = std::thread::spawn(move || -> anyhow::Result<Vec<Figure>> {
        processors::pin(processor)?;
        let (rsa, ed25519) = (PrivateKey::generate_rsa()?, PrivateKey::generate_ed25519()?);
        let mut figures = both("RSA-2048", &rsa, time)?;
        figures.extend(both("Ed25519", &ed25519, time)?);
        Ok(figures)
    });
    let figures = measured
        .join()
        .map_err(|_| anyhow::anyhow!("the measurement stopped"))??;
    figures.into_iter().for_each(|figure| report.add('a', figure));
    Ok(())
}

/// Signs with RSA on `processor` for a while: how often, in which CPU time, in which time.
pub fn signing_beside(processor: usize) -> anyhow::Result<Measured> {
    let key = PrivateKey::generate_rsa()?;
    beside(processor, || key.sign(&[b'm'; MESSAGE]).is_ok())
}

/// The same of verifications.
pub fn verifying_beside(processor: usize) -> anyhow::Result<Measured> {
    let key = PrivateKey::generate_rsa()?;
    let (public, signature) = (key.public_key()?, key.sign(&[b'm'; MESSAGE])?);
    beside(processor, || public.verifies(&[b'm'; MESSAGE], &signature))
}

fn beside(processor: usize, work: impl Fn() -> bool + Sync) -> anyhow::Result<Measured> {
    std::thread::scope(|scope| {
        let measured = scope.spawn(|| -> anyhow::Result<_> {
            processors::pin(processor)?;
            Ok(repeat(BESIDE, &work))
        });
        measured
            .join()
            .map_err(|_| anyhow::anyhow!("the measurement stopped"))?
    })
}

fn both(kind: &str, key: &PrivateKey, time: Duration) -> Result<Vec<Figure>, KeyError> {
    let message = vec![b'm'; MESSAGE];
    let (public, signature) = (key.public_key()?, key.sign(&message)?);
    let sign = repeat(time, || key.sign(&message).is_ok());
    let verify = repeat(time, || public.verifies(&message, &signature));
    let figure = |what: &str, (count, cpu, wall)| Figure::new(format!("{kind} {what}"), count, cpu, wall);
    Ok(vec![figure("sign", sign), figure("verify", verify)])
}

/// Repeats `work` for `time`; how often it succeeded, in which CPU time, in which time.
fn repeat(time: Duration, work: impl Fn() -> bool) -> Measured {
    let (start, cpu) = (Instant::now(), processors::thread_cpu());
    let mut count = 0;
    while start.elapsed() < time {
        count += (0..16).filter(|_| work()).count() as u64;
    }
    (count, processors::thread_cpu() - cpu, start.elapsed())
}
