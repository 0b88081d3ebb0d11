"""Writes the generated parts of clients/python: the types of the OpenAPI document, and the synchronous client.

    python3 scripts/python-client.py OPENAPI.json FOLDER

FOLDER is `src/darkroom_client` of the client, or a copy. scripts/requirements/python-client.txt has what it needs.
"""

import subprocess
import sys
from pathlib import Path

from unasync import Rule, unasync_files

document, folder = sys.argv[1], Path(sys.argv[2]).resolve()
REPLACEMENTS = {
    "AbstractAsyncContextManager": "AbstractContextManager",
    "AsyncClient": "Client",
    "AsyncDarkroom": "Darkroom",
    "AsyncTransport": "Transport",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aiter_lines": "iter_lines",
    "aiter_sse": "iter_sse",
    "aread": "read",
    "asyncio": "time",
}

sources = sorted((folder / "_async").glob("*.py"))
unasync_files([str(path) for path in sources], [Rule("/_async/", "/_sync/", REPLACEMENTS)])
for path in sources:
    made = folder / "_sync" / path.name
    text = made.read_text().replace("The client for asyncio", "The client for synchronous programs")
    # `import asyncio` becomes `import time`, which `follow` imports anyway.
    made.write_text("# Made from _async by scripts/python-client.py; do not edit.\n" + text.replace("import time\nimport json\n", "import json\n"))

subprocess.run(
    [
        *(sys.executable, "-m", "datamodel_code_generator"),
        *("--input", document, "--input-file-type", "openapi", "--openapi-scopes", "schemas"),
        *("--output", str(folder / "models.py"), "--output-model-type", "typing.TypedDict"),
        *("--target-python-version", "3.11", "--enum-field-as-literal", "all"),
        *("--use-schema-description", "--use-field-description", "--use-double-quotes"),
        *("--formatters", "builtin", "--disable-timestamp"),
        *("--custom-file-header", "# Made from /openapi.json by scripts/python-client.py; do not edit."),
    ],
    check=True,
)
