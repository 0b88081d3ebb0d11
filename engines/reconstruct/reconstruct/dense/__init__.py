"""Dense points: depth maps of the photographs, and their fusion."""
