"""Settings of the SSH server that decide who can log in."""

import re
from fnmatch import fnmatch
from posixpath import basename, dirname, join
from typing import TypedDict

from .guest import Guest

#: Where OpenSSH looks, and where SUSE keeps the vendor's file.
_CONFIGS = ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config")
_MOST_FILES = 100

#: OpenSSH's defaults.
_DEFAULTS = {
    "port": "22",
    "permitrootlogin": "prohibit-password",
    "passwordauthentication": "yes",
    "pubkeyauthentication": "yes",
    "authorizedkeysfile": ".ssh/authorized_keys .ssh/authorized_keys2",
}
_KEYWORD = re.compile(r"[a-z][a-z0-9]*")

_ROOT_HOME = "/root"
#: A type and the key, after options if any. A key begins with the length of its type, so the first bytes are zeros.
_KEY = re.compile(r"(?:^|[ \t])[a-z][a-z0-9@.-]+[ \t]+AAAA[A-Za-z0-9+/]*={0,2}(?:[ \t]|$)")


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
        "root_keys": guest.notes.require("SSH keys of root", lambda: _count_keys(guest, value["authorizedkeysfile"])),
    }


def _count_keys(guest: Guest, patterns: str) -> int:
    """`patterns`: files, relative to the home of the user."""
    count = 0
    for pattern in patterns.split():
        name = pattern.replace("%h", _ROOT_HOME).replace("%u", "root").replace("%%", "%")
        path = join(_ROOT_HOME, name)
        lines = [] if name == "none" else guest.lines(path)
        count += sum(_KEY.search(line) is not None for line in lines)
        if any(_KEY.search(line) is None for line in lines):
            guest.notes.fail(f"a line of {path} is not a key")
    return count


def _read_settings(guest: Guest, path: str, seen: set[str]) -> dict[str, str]:
    """The first value of a setting counts. Included files are read where they are included; a `Match` block ends with its file."""
    settings: dict[str, str] = {}
    if path in seen or len(seen) >= _MOST_FILES:
        return settings
    seen.add(path)
    for line in guest.lines(path):
        words = line.replace("=", " ", 1).split()
        key = words[0].lower() if words else ""
        if key == "match":
            break
        if not _KEYWORD.fullmatch(key) or len(words) < 2:
            guest.notes.fail(f"a line of {path} is not a setting")
        elif key == "include":
            for included in (file for pattern in words[1:] for file in _expand(guest, pattern.strip('"'))):
                settings = {**_read_settings(guest, included, seen), **settings}
        elif key == "port" and key in settings:
            guest.notes.add(f"The SSH server has further ports, such as {words[1]}")
        elif key == "authorizedkeysfile":
            settings.setdefault(key, " ".join(words[1:]).replace('"', ""))
        elif key in _DEFAULTS:
            settings.setdefault(key, words[1].strip('"').lower())
    return settings


def _expand(guest: Guest, pattern: str) -> list[str]:
    """Relative patterns are below /etc/ssh. Only the last part may have wildcards."""
    path = join("/etc/ssh", pattern)
    return [file for file in guest.paths(dirname(path)) if fnmatch(basename(file), basename(path))]
