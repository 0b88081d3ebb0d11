"""Who has an account."""

from dataclasses import dataclass

from .guest import Guest

_MOST = 10_000

#: Programs in place of a shell that end at once.
_NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown")


@dataclass(frozen=True)
class Account:
    """`password`: `set`, `locked`, `empty` (anyone may log in), or None where that is not told. Never the hash."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    password: str | None

    @property
    def can_log_in(self) -> bool:
        """By its shell; whether there is a way in (a password, a key) is another matter."""
        return self.shell.rsplit("/", 1)[-1] not in _NO_SHELLS


def read_accounts(guest: Guest) -> list[Account]:
    passwords = _passwords(guest)
    accounts = []
    for line in (guest.text("/etc/passwd", 1 << 20) or "").splitlines()[:_MOST]:
        fields = line.split(":")
        if len(fields) == 7 and fields[2].isdecimal() and fields[3].isdecimal():
            name, _, uid, gid, _, home, shell = fields
            # No shell means /bin/sh.
            accounts.append(Account(name, int(uid), int(gid), home, shell or "/bin/sh", passwords.get(name)))
    return accounts


def read_administrators(guest: Guest) -> list[str]:
    """Members of the groups that may usually become root."""
    members: set[str] = set()
    for line in (guest.text("/etc/group", 1 << 20) or "").splitlines()[:_MOST]:
        fields = line.split(":")
        if len(fields) == 4 and fields[0] in ("sudo", "wheel", "admin"):
            members.update(name for name in fields[3].split(",") if name)
    return sorted(members)


def _passwords(guest: Guest) -> dict[str, str]:
    found = {}
    for line in (guest.text("/etc/shadow", 1 << 20) or "").splitlines()[:_MOST]:
        name, _, rest = line.partition(":")
        hashed, separator, _ = rest.partition(":")
        if separator:
            found[name] = "empty" if hashed == "" else "locked" if hashed[0] in "!*" else "set"
    return found
