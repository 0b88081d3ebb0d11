"""How the SSH server is set up to let people in."""

from typing import TypedDict

from .guest import Guest

_CONFIG = "/etc/ssh/sshd_config"
_PARTS = "/etc/ssh/sshd_config.d"

#: What OpenSSH does where its files say nothing.
_DEFAULTS = {"port": "22", "permitrootlogin": "prohibit-password", "passwordauthentication": "yes", "pubkeyauthentication": "yes"}


class SshServer(TypedDict):
    port: str
    permit_root_login: str
    password_authentication: str
    public_key_authentication: str
    root_keys: int


def read_ssh(guest: Guest) -> SshServer | None:
    """None when none is configured. What its files say for everybody: `Match` blocks are left out."""
    text = guest.text(_CONFIG, 1 << 20)
    if text is None:
        return None
    said = _settings(guest, text)
    keys = guest.text("/root/.ssh/authorized_keys", 1 << 20) or ""
    value = {**_DEFAULTS, **said}
    return {
        "port": value["port"],
        "permit_root_login": value["permitrootlogin"],
        "password_authentication": value["passwordauthentication"],
        "public_key_authentication": value["pubkeyauthentication"],
        "root_keys": sum(1 for line in keys.splitlines() if line.strip() and not line.lstrip().startswith("#")),
    }


def _settings(guest: Guest, text: str) -> dict[str, str]:
    """The first that is said of a thing holds. The folder of parts is read where the file includes it."""
    said: dict[str, str] = {}
    for line in text.splitlines():
        words = line.replace("=", " ", 1).split()
        if len(words) < 2 or words[0].startswith("#"):
            continue
        key = words[0].lower()
        if key == "match":
            break
        if key == "include" and words[1].endswith("sshd_config.d/*.conf"):
            for path in guest.paths(_PARTS):
                if path.endswith(".conf"):
                    said = {**_settings(guest, _without_includes(guest.text(path, 1 << 20) or "")), **said}
        elif key in _DEFAULTS:
            said.setdefault(key, words[1].strip('"').lower())
    return said


def _without_includes(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.strip().lower().startswith("include"))
