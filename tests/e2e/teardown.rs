//! Every way in which a drill ends removes its sandbox.
