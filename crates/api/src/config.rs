//! The configuration file of the control plane: `EnvoyGateway` and what it contains.
