"""Inspects a disk image without mounting it, starting it, or root.

`echo '["IMAGE"]' | python3 -m guestprobe` prints one JSON object a line: progress reports, then the result or an error.
Images are untrusted: headers are checked first, and all parsing happens in a sandbox.
"""
