"""Makes a textured 3D model of photographs.

`python3 -m reconstruct STAGE` runs one stage of it: it reads a JSON request from standard input and writes a JSON object a line: reports
of progress, and at last the result or an error. What one stage leaves in its workspace is what the next one reads.
"""
