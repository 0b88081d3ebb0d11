"""Tells what is inside a disk image, without mounting it, starting it, or being root.

`python3 -m guestprobe IMAGE` prints a JSON object a line: reports of progress, and at last the result or an error.
The image is hostile until proven otherwise: headers are checked first, and all parsing happens in a sandbox.
"""
