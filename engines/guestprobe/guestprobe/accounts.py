"""User accounts."""

from dataclasses import dataclass

from .guest import Guest

_MOST = 10_000

_PASSWD = "/etc/passwd"
#: Further files by the service that /etc/nsswitch.conf names: those of ostree and Flatcar.
_SERVICES = {"altfiles": "/usr/lib/passwd", "usrfiles": "/usr/share/baselayout/passwd"}

#: Programs in place of a shell that end at once.
_NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown")


@dataclass(frozen=True)
class Account:
    """`password`: `set`, `locked`, `empty` (anyone may log in), or None when unknown. Never the hash."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    password: str | None

    @property
    def can_log_in(self) -> bool:
        """Whether it has a login shell. It may still lack a password and keys."""
        return self.shell.rsplit("/", 1)[-1] not in _NO_SHELLS


def read_accounts(guest: Guest) -> list[Account]:
    """Returns the accounts in the order of their files. Without /etc/passwd they count as unreadable."""
    if not guest.exists(_PASSWD):
        guest.notes.fail(f"{_PASSWD} is missing")
    passwords = _read_passwords(guest)
    accounts: dict[str, Account] = {}
    for line in [line for path in (_PASSWD, *_further_files(guest)) for line in guest.lines(path)][:_MOST]:
        fields = line.split(":")
        if len(fields) == 7 and fields[2].isdecimal() and fields[3].isdecimal():
            name, _, uid, gid, _, home, shell = fields
            # No shell means /bin/sh.
            accounts.setdefault(name, Account(name, int(uid), int(gid), home, shell or "/bin/sh", passwords.get(name)))
    return list(accounts.values())


def _further_files(guest: Guest) -> list[str]:
    services = [word for line in guest.lines("/etc/nsswitch.conf") if line.startswith("passwd:") for word in line.split()]
    return [path for service, path in _SERVICES.items() if service in services]


def _read_passwords(guest: Guest) -> dict[str, str]:
    found = {}
    for line in guest.lines("/etc/shadow")[:_MOST]:
        name, _, rest = line.partition(":")
        hashed, separator, _ = rest.partition(":")
        if separator:
            found[name] = "empty" if hashed == "" else "locked" if hashed[0] in "!*" else "set"
    return found
