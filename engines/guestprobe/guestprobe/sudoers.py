"""Users and groups that may become root: members of the usual groups, and what sudo and doas are configured to allow."""

import re
from fnmatch import fnmatch

from .accounts import read_groups
from .guest import Guest

_GROUPS = ("sudo", "wheel", "admin")
_SUDOERS = ("/etc/sudoers", "/usr/etc/sudoers")
_DOAS = ("/etc/doas.conf", "/etc/doas.d")
_MOST_FILES = 100
_MOST_LINES = 10_000

_INCLUDE = re.compile(r"[#@](include|includedir)\s+(\S+)")
_ALIAS = re.compile(r"User_Alias\s+(.*)")
_OTHER = re.compile(r"(Defaults|Host_Alias|Runas_Alias|Cmnd_Alias|Cmd_Alias)\b")


def read_administrators(guest: Guest) -> list[str]:
    """Returns the names of users, sorted."""
    groups = read_groups(guest)
    subjects = {*(f"%{group}" for group in _GROUPS), *_read_sudoers(guest), *_read_doas(guest)}
    members = {name for subject in subjects if subject.startswith("%") for name in groups.get(subject[1:], ())}
    users = {subject for subject in subjects if subject[0] not in "%#!+" and subject not in ("root", "ALL")}
    if "ALL" in subjects:
        guest.notes.add("The administrators are not complete: sudo has a rule for all users")
    return sorted(members | users)


def _read_sudoers(guest: Guest) -> set[str]:
    """Returns the users and %groups with any rule. Rules for root alone are of no interest."""
    path = next((path for path in _SUDOERS if guest.exists(path)), None)
    aliases: dict[str, list[str]] = {}
    subjects: list[str] = []
    for line in _sudoers_lines(guest, [path] if path else []):
        alias = _ALIAS.match(line)
        if alias:
            for definition in alias[1].split(":"):
                name, _, members = definition.partition("=")
                aliases[name.strip()] = _split(members)
        elif "=" in line and not _OTHER.match(line):
            users = line.partition("=")[0].rsplit(None, 1)
            subjects += _split(users[0]) if users else []
        elif not _OTHER.match(line):
            guest.notes.fail("a line of the configuration of sudo was not understood")
    return {member for subject in subjects for member in aliases.get(subject, [subject]) if member}


def _sudoers_lines(guest: Guest, todo: list[str]) -> list[str]:
    """Lines of a sudoers file and its includes. A folder of includes leaves out names with a dot or a tilde at the end."""
    lines: list[str] = []
    seen: set[str] = set()
    while todo and len(seen) < _MOST_FILES:
        path = todo.pop(0)
        if path in seen:
            continue
        seen.add(path)
        text = (guest.text(path, 1 << 20) or "").replace("\\\n", " ")
        for line in text.splitlines()[:_MOST_LINES]:
            include = _INCLUDE.match(line.strip())
            if include:
                target = include[2].strip('"')
                target = target if target.startswith("/") else f"/etc/{target}"
                names = guest.names(target) if include[1] == "includedir" else []
                todo += [f"{target}/{name}" for name in names if "." not in name and not name.endswith("~")]
                todo += [target] if include[1] == "include" else []
            elif line.split("#")[0].strip():
                lines.append(line.split("#")[0].strip())
    return lines


def _split(subjects: str) -> list[str]:
    return [subject.strip().strip('"') for subject in subjects.split(",")]


def _read_doas(guest: Guest) -> set[str]:
    """doas.conf(5): permit [options] identity …; a group begins with a colon."""
    file, folder = _DOAS
    paths = [file, *(path for path in guest.paths(folder) if fnmatch(path, "*.conf"))]
    found = set()
    for path in paths:
        for line in guest.lines(path):
            words = re.sub(r"setenv\s*\{[^}]*\}", "", line).split() or [""]
            identity = next((word for word in words[1:] if word not in ("nopass", "nolog", "persist", "keepenv")), None)
            if words[0] not in ("permit", "deny"):
                guest.notes.fail(f"a line of {path} was not understood")
            elif words[0] == "permit" and identity:
                found.add(f"%{identity[1:]}" if identity.startswith(":") else identity)
    return found
