//! Finds the end of quoted scalars.
