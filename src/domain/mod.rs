//! What the node speaks of, without I/O: centres, events, sessions, places, time and their rules.
