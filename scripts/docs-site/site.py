"""Makes a site of the documentation as the repository has it.

- The navigation is docs/README.md: each `## ` heading is a section, each link of its list a page.
- Links that leave docs/ lead to copies in the site: Markdown files become pages, other files are shown as text.
- Lists may be indented by two spaces and follow a paragraph at once, as on GitHub.
"""

import os
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
INDEX = "docs/README.md"
# Where files from outside docs/ are in the site.
COPIES = "repository"
# Files of the site, and where packages of npm have them.
SCRIPTS = {
    "mermaid.tiny.js": "@mermaid-js/tiny/dist/mermaid.tiny.js",
    "iframe-worker.js": "iframe-worker/shim/index.js",
}
LINK = re.compile(r"(\]\()([^)\s#]*)(#[^)\s]*)?(\))")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    config.nav = read_navigation((ROOT / INDEX).read_text())
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what pages link to outside docs/, and what those link to."""
    waiting = [f"docs/{file.src_uri}" for file in files if file.src_uri.endswith(".md")]
    known = set(waiting)
    while waiting:
        source = waiting.pop()
        for target in find_targets(source, (ROOT / source).read_text()):
            if target in known or target.startswith("docs/") or not (ROOT / target).is_file():
                continue
            known.add(target)
            files.append(File.generated(config, place_of(target), content=(ROOT / target).read_bytes()))
            if target.endswith(".md"):
                waiting.append(target)
    for name, package in SCRIPTS.items():
        content = (Path(os.environ["NODE_MODULES"]) / package).read_bytes()
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    source = source_of(page.file.src_uri)

    def rewrite(link: re.Match[str]) -> str:
        opening, path, anchor, closing = link.groups()
        if path == "" or re.match(r"[a-z]+:", path):
            return link[0]
        target = resolve(source, path)
        if (ROOT / target).is_dir():
            target = f"{target}/README.md"
            if not (ROOT / target).is_file():
                return "]" + closing.replace(")", "")
        place = posixpath.relpath(place_of(target), posixpath.dirname(page.file.src_uri) or ".")
        return f"{opening}{place}{anchor or ''}{closing}"

    return outside_fences(markdown, lambda text: normalize_lists(LINK.sub(rewrite, text)))


def read_navigation(index: str) -> list[dict[str, Any]]:
    navigation: list[dict[str, Any]] = [{"Overview": "README.md"}]
    for section in re.split(r"^## ", index, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        links = re.findall(r"^- \[([^\]]+)\]\(([^)#]+)\)", text, re.MULTILINE)
        pages = [{name: posixpath.relpath(place_of(resolve(INDEX, path)))} for name, path in links]
        navigation.append({title.strip(): pages})
    return navigation


def find_targets(source: str, markdown: str) -> list[str]:
    text = FENCE.sub("", markdown)
    return [resolve(source, path) for _, path, _, _ in LINK.findall(text) if path and not re.match(r"[a-z]+:", path)]


def resolve(source: str, path: str) -> str:
    """Returns the path from the root of the repository."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), path))


def place_of(target: str) -> str:
    """Returns where a file of the repository is in the site."""
    if target.startswith("docs/"):
        return target.removeprefix("docs/")
    shown = target.endswith((".md", ".png", ".jpg", ".svg"))
    return f"{COPIES}/{target}" if shown else f"{COPIES}/{target}.txt"


def source_of(place: str) -> str:
    return place.removeprefix(f"{COPIES}/") if place.startswith(f"{COPIES}/") else f"docs/{place}"


def outside_fences(markdown: str, change: Any) -> str:
    parts = re.split(r"(^ *```.*?^ *```$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if index % 2 else change(part) for index, part in enumerate(parts))


def normalize_lists(text: str) -> str:
    """Python-Markdown wants an empty line before a list, and four spaces for what belongs to an item."""
    text = re.sub(r"^(?! *(?:[-*]|\d+\.) )(\S.*)\n(?=(?:[-*]|\d+\.) )", r"\1\n\n", text, flags=re.MULTILINE)
    return re.sub(r"^ {2,3}(?=\S)", "    ", text, flags=re.MULTILINE)
