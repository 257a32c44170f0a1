//! Ports for several proxies on one host.

use std::{
    collections::BTreeSet,
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
};

/// Hands out free ports and remembers those that are in use here; clones share the memory.
///
/// Another program may take a port before the proxy binds it. The proxy then fails to start and the next attempt gets
/// other ports.
#[derive(Clone, Debug, Default)]
pub(super) struct PortAllocator {
    taken: Arc<Mutex<BTreeSet<u16>>>,
}

/// A port that is not handed out again before this is dropped.
#[derive(Debug)]
pub(super) struct Port {
    number: u16,
    allocator: PortAllocator,
}

impl PortAllocator {
    /// A port that nobody listens on now.
    pub(super) fn allocate(&self) -> io::Result<Port> {
        // Listeners are kept until a fresh number is found, so that the same number is not offered again.
        let mut refused = Vec::new();
        loop {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let number = listener.local_addr()?.port();
            if self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(number) {
                return Ok(Port { number, allocator: self.clone() });
            }
            refused.push(listener);
        }
    }
}

impl Port {
    pub(super) fn number(&self) -> u16 {
        self.number
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.allocator.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_distinct_while_held() {
        let allocator = PortAllocator::default();
        let ports: Vec<Port> = (0..64).map(|_| allocator.allocate().unwrap()).collect();
        let numbers: BTreeSet<u16> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), 64);
        drop(ports);
        assert!(allocator.taken.lock().unwrap().is_empty());
    }
}
