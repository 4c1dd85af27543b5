//! What this process has used so far.

use rustix::time::{ClockId, clock_gettime};

/// CPU milliseconds of all threads.
pub(crate) fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
