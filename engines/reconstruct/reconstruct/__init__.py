"""Makes a textured 3D model of photographs.

`python3 -m reconstruct STAGE` runs one stage of it: an order comes as JSON on standard input, and a JSON object a line goes out: reports
of progress, and at last the result or an error. What one stage leaves in its workspace is what the next one reads.
"""
