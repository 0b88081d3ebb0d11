"""Settings of the SSH server that decide who can log in."""

from fnmatch import fnmatch
from posixpath import basename, dirname, join
from typing import TypedDict

from .guest import Guest

#: Where OpenSSH looks, and where SUSE keeps the vendor's file.
_CONFIGS = ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config")
_MOST_FILES = 100

#: OpenSSH's defaults.
_DEFAULTS = {"port": "22", "permitrootlogin": "prohibit-password", "passwordauthentication": "yes", "pubkeyauthentication": "yes"}


class SshServer(TypedDict):
    """`root_keys`: the number of keys that may log in as root; None when unknown."""

    port: str
    permit_root_login: str
    password_authentication: str
    public_key_authentication: str
    root_keys: int | None


def read_ssh(guest: Guest) -> SshServer | None:
    """Returns the settings for all users, without `Match` blocks. None: no server is configured."""
    path = next((path for path in _CONFIGS if guest.exists(path)), None)
    if path is None:
        return None
    value = {**_DEFAULTS, **_read_settings(guest, path, set())}
    return {
        "port": value["port"],
        "permit_root_login": value["permitrootlogin"],
        "password_authentication": value["passwordauthentication"],
        "public_key_authentication": value["pubkeyauthentication"],
        "root_keys": guest.notes.require("SSH keys of root", lambda: len(guest.lines("/root/.ssh/authorized_keys"))),
    }


def _read_settings(guest: Guest, path: str, seen: set[str]) -> dict[str, str]:
    """The first value of a setting counts. Included files are read where they are included; a `Match` block ends with its file."""
    settings: dict[str, str] = {}
    if path in seen or len(seen) >= _MOST_FILES:
        return settings
    seen.add(path)
    for line in guest.lines(path):
        words = line.replace("=", " ", 1).split()
        key = words[0].lower()
        if key == "match":
            break
        if key == "include":
            for included in (file for pattern in words[1:] for file in _expand(guest, pattern.strip('"'))):
                settings = {**_read_settings(guest, included, seen), **settings}
        elif key in _DEFAULTS and len(words) > 1:
            settings.setdefault(key, words[1].strip('"').lower())
    return settings


def _expand(guest: Guest, pattern: str) -> list[str]:
    """Relative patterns are below /etc/ssh. Only the last part may have wildcards."""
    path = join("/etc/ssh", pattern)
    return [file for file in guest.paths(dirname(path)) if fnmatch(basename(file), basename(path))]
