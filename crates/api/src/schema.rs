//! JSON schemas of the types, as CRDs have them.
