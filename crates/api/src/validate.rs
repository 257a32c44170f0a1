//! Offline validation of objects: structure and CEL rules.
