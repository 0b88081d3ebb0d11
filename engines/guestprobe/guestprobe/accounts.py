"""User accounts, and the groups that they are in."""

import re
from dataclasses import dataclass

from .guest import Guest

#: Further files by the service that /etc/nsswitch.conf names: those of ostree and Flatcar.
_SERVICES = {"altfiles": "/usr/lib", "usrfiles": "/usr/share/baselayout"}

#: Fields of a line. /etc/shadow has further ones, which older systems lack.
_FIELDS = {"passwd": 7, "group": 4, "shadow": 3}

#: Programs in place of a shell that end at once.
_NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown")

#: The password is in /etc/shadow.
_SHADOWED = "x"
#: What crypt(3) returns. Anything else is a password that nobody can enter.
_HASH = re.compile(r"\$[^$]+\$.+|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}")


@dataclass(frozen=True)
class Account:
    """`password`: the second field of its line. It may be a hash, which must not leave this module."""

    name: str
    password: str
    uid: int
    gid: int
    home: str
    shell: str

    @property
    def can_log_in(self) -> bool:
        """Whether it has a login shell. It may still lack a password and keys."""
        return self.shell.rsplit("/", 1)[-1] not in _NO_SHELLS


def read_accounts(guest: Guest) -> list[Account]:
    """Returns the accounts in the order of their files. They count as unreadable without any, or if a line is no account."""
    accounts: dict[str, Account] = {}
    for fields in _read_table(guest, "passwd"):
        name, password, uid, gid, _, home, shell = fields
        if not uid.isdecimal() or not gid.isdecimal():
            guest.notes.fail("a line of /etc/passwd is not an account")
        else:
            # No shell means /bin/sh.
            accounts.setdefault(name, Account(name, password, int(uid), int(gid), home, shell or "/bin/sh"))
    return list(accounts.values())


def read_passwords(guest: Guest, accounts: list[Account]) -> dict[str, str]:
    """Returns by name: `set`, `locked`, or `empty` (anyone may log in). Never the hash. Accounts whose password is unknown are absent."""
    is_needed = any(account.password == _SHADOWED for account in accounts)
    shadow = {name: password for name, password, _ in _read_table(guest, "shadow")} if is_needed else {}
    found = {}
    for account in accounts:
        password = shadow.get(account.name) if account.password == _SHADOWED else account.password
        if password is not None:
            found[account.name] = "empty" if password == "" else "set" if _HASH.fullmatch(password) else "locked"
        elif account.can_log_in:
            guest.notes.add(f"The password of {account.name} is unknown: /etc/shadow does not have it")
    return found


def read_groups(guest: Guest) -> dict[str, set[str]]:
    """Returns the members of each group by its name and by #gid, with the users whose primary group it is. They count as unreadable like
    accounts."""
    groups: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for name, _, gid, members in _read_table(guest, "group"):
        names.setdefault(gid, name)
        groups.setdefault(name, set()).update(member for member in members.split(",") if member)
    for account in read_accounts(guest):
        if str(account.gid) in names:
            groups[names[str(account.gid)]].add(account.name)
    return {**groups, **{f"#{gid}": groups[name] for gid, name in names.items()}}


def _read_table(guest: Guest, name: str) -> list[list[str]]:
    """Returns the fields of the lines of a table. Lines with + or - stand for accounts of NIS."""
    path = f"/etc/{name}"
    if not guest.exists(path):
        guest.notes.fail(f"{path} is missing")
    lines = [line for file in (path, *_further_files(guest, name)) for line in guest.lines(file)]
    most = _FIELDS[name] - 1 if name == "shadow" else -1
    table = [line.split(":", most) for line in lines if line[0] not in "+-"]
    if not table:
        guest.notes.fail(f"{path} has no lines")
    if len(table) < len(lines):
        guest.notes.add(f"{path} refers to NIS, which is not read")
    complete = [fields for fields in table if len(fields) == _FIELDS[name]]
    if len(complete) < len(table):
        guest.notes.fail(f"a line of {path} does not have {_FIELDS[name]} fields")
    return complete


def _further_files(guest: Guest, name: str) -> list[str]:
    services = [word for line in guest.lines("/etc/nsswitch.conf") if line.startswith(f"{name}:") for word in line.split()]
    return [f"{folder}/{name}" for service, folder in _SERVICES.items() if service in services]
