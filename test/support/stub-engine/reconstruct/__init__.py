"""A stub of the engine `reconstruct`: it speaks the same line protocol, and writes small valid results without computing a model."""
