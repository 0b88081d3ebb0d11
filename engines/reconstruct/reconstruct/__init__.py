"""Reconstructs a textured 3D model from photographs.

`python3 -m reconstruct STAGE` runs one stage. It reads a JSON request from standard input and writes JSON lines: progress, and finally
the result or an error. Each stage reads the workspace that the previous one left.
"""
