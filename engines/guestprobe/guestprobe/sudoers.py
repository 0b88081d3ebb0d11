"""Users who may become root: members of the usual groups, and what sudo and doas are configured to allow."""

import re
from fnmatch import fnmatch
from posixpath import dirname, join

from .accounts import read_accounts, read_groups
from .guest import Guest
from .operating_system import read_hostname

_GROUPS = ("sudo", "wheel", "admin")
_SUDOERS = ("/etc/sudoers", "/usr/etc/sudoers")
_DOAS = ("/etc/doas.conf", "/etc/doas.d")
_MOST_FILES = 100
_MOST_LINES = 10_000
#: Aliases inside each other.
_DEEPEST = 20

_INCLUDE = re.compile(r"[#@](include|includedir)\s+(\"[^\"]*\"|(?:\\.|\S)+)")
#: A number sign before a digit is a user or a group by its number.
_COMMENT = re.compile(r"(?<!\\)#(?!\d).*")
_ALIAS = re.compile(r"User_Alias\s+(.*)")
_NEXT_ALIAS = re.compile(r":(?=\s*[A-Z]\w*\s*\+?=)")
_OTHER = re.compile(r"(Defaults|Host_Alias|Runas_Alias|Cmnd_Alias|Cmd_Alias)\b")
_SUBJECT = re.compile(r"(?:\"[^\"]*\"|\\.|[^\s,=\"\\])+")
#: Subjects, and hosts behind them. Spaces may stand around the commas of both.
_RULE = re.compile(rf"({_SUBJECT.pattern}(?:\s*,\s*{_SUBJECT.pattern})*)\s+[^=]+=")


def read_administrators(guest: Guest) -> list[str]:
    """Returns the names of users, sorted."""
    subjects = _Subjects(guest)
    members = subjects.expand([f"%{group}" for group in _GROUPS if f"%{group}" in subjects.members])
    allowed = subjects.expand(_read_doas(guest))
    for rule in _read_sudoers(guest, subjects):
        allowed |= subjects.expand(rule)
    if "ALL" in allowed:
        guest.notes.add("The administrators are not complete: sudo has a rule for all users")
    # Rules for root alone are of no interest.
    return sorted(members | (allowed - {"ALL", "root", "#0"}))


class _Subjects:
    """Resolves what a rule names. `members`: the users of each %group, %#gid and #uid. `aliases`: the subjects of each alias."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        users = {f"#{account.uid}": {account.name} for account in read_accounts(guest)}
        self.members = {**{f"%{name}": members for name, members in read_groups(guest).items()}, **users}
        self.aliases: dict[str, list[str]] = {}

    def expand(self, subjects: list[str], depth: int = 0) -> set[str]:
        """Returns the users of a list. A subject behind exclamation marks is taken out again if their number is odd."""
        found: set[str] = set()
        for subject in subjects if depth < _DEEPEST else ():
            name = subject.lstrip("!")
            users = self.expand(self.aliases[name], depth + 1) if name in self.aliases else self._resolve(name)
            found = found - users if (len(subject) - len(name)) % 2 else found | users
        return found

    def _resolve(self, name: str) -> set[str]:
        if name in self.members:
            return self.members[name]
        if name[:1] in ("%", "+"):
            self._guest.notes.add(f"The administrators are not complete: the members of {name} are not in the image")
            return set()
        return {name} if name else set()


def _read_sudoers(guest: Guest, subjects: _Subjects) -> list[list[str]]:
    """Returns the subjects of each rule, and adds the aliases of users to `subjects`."""
    path = next((path for path in _SUDOERS if guest.exists(path)), None)
    rules = []
    for line in _sudoers_lines(guest, [path] if path else []):
        alias, rule = _ALIAS.match(line), _RULE.match(line)
        if alias:
            for definition in _NEXT_ALIAS.split(alias[1]):
                name, _, members = definition.partition("=")
                subjects.aliases.setdefault(name.strip(" \t+"), []).extend(_split(members))
        elif rule and not _OTHER.match(line):
            rules.append(_split(rule[1]))
        elif not _OTHER.match(line):
            guest.notes.fail("a line of the configuration of sudo was not understood")
    return rules


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
        for line in map(str.strip, text.splitlines()[:_MOST_LINES]):
            include = _INCLUDE.match(line)
            if include:
                target = join(dirname(path), _unquote(include[2]).replace("%h", (read_hostname(guest) or "").split(".")[0]))
                names = guest.names(target) if include[1] == "includedir" else []
                todo += [f"{target}/{name}" for name in names if "." not in name and not name.endswith("~")]
                todo += [target] if include[1] == "include" else []
            elif plain := _COMMENT.sub("", line).strip():
                lines.append(plain)
    return lines


def _split(subjects: str) -> list[str]:
    """An exclamation mark may stand apart from what it negates."""
    return [_unquote(subject) for subject in _SUBJECT.findall(re.sub(r"!\s+", "!", subjects))]


def _unquote(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word.replace('"', ""))


def _read_doas(guest: Guest) -> list[str]:
    """doas.conf(5): permit [options] identity …; a group begins with a colon."""
    file, folder = _DOAS
    paths = [file, *(path for path in guest.paths(folder) if fnmatch(path, "*.conf"))]
    found = []
    for path in paths:
        for line in guest.lines(path):
            words = re.sub(r"setenv\s*\{[^}]*\}", "", line).split() or [""]
            identity = next((word for word in words[1:] if word not in ("nopass", "nolog", "persist", "keepenv")), None)
            if words[0] not in ("permit", "deny"):
                guest.notes.fail(f"a line of {path} was not understood")
            elif words[0] == "permit" and identity:
                found.append(f"%{identity[1:]}" if identity.startswith(":") else identity)
    return found
