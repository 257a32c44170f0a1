//! Free ports for what has to be told its port before it starts.

use std::{
    net::{Ipv4Addr, TcpListener, UdpSocket},
    sync::atomic::{AtomicU16, Ordering},
};

/// Below the range that Linux gives to outgoing connections, so that none of them takes the port meanwhile.
const FIRST: u16 = 18_000;

/// How many ports there are to choose from.
const COUNT: u16 = 14_000;

/// A port that nothing listens on and that this function has not given out before in this process.
///
/// # Panics
///
/// If every port is taken.
#[expect(clippy::panic, reason = "a test cannot go on without a port")]
pub fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes that run at the same time start at different places.
    let start = u16::try_from(std::process::id().wrapping_mul(131) % u32::from(COUNT)).unwrap_or(0);
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        let address = (Ipv4Addr::UNSPECIFIED, port);
        if TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok() {
            return port;
        }
    }
    panic!("no free port in {FIRST}..{}", FIRST + COUNT);
}
