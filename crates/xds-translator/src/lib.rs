#![doc = include_str!("../README.md")]

pub mod bootstrap;
pub mod patch;
