"""Dense points: how far away each pixel of each photograph is, and what the photographs agree on."""
