"""The registry of a Windows system: the system itself, programs and services."""

import re
from typing import Any

from .errors import Damaged
from .guest import Guest
from .hive import Hive
from .operating_system import OperatingSystem
from .packages import Inventory, Package
from .services import Service

_VERSION = "Microsoft\\Windows NT\\CurrentVersion"
_UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall"
#: Of 32-bit programs on a 64-bit system.
_UNINSTALL_32 = f"WOW6432Node\\{_UNINSTALL}"
_ARCHS = {"amd64": "x86_64", "arm64": "aarch64", "x86": "i686"}

#: Types of services: in a process of their own, or in a shared one. The start type of those that start with the system.
_PROCESSES = 0x30
_AUTOMATIC = 2

#: Windows 11 still calls itself Windows 10 in the registry. The build number of its first release.
_WINDOWS_11_BUILD = 22000


class Registry:
    """The hives SOFTWARE and SYSTEM."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._software = self._open("SOFTWARE")
        self._system = self._open("SYSTEM")

    def operating_system(self) -> OperatingSystem:
        """Values that are missing or damaged are None."""
        names = ("ProductName", "DisplayVersion", "ReleaseId", "CSDVersion")
        product, *releases = [_text(self._release(name)) for name in names]
        arch = self._setting("Session Manager\\Environment", "PROCESSOR_ARCHITECTURE")
        return {
            "type": "windows",
            "distribution": "windows",
            "product_name": self._correct_product(product),
            "version": self._version(),
            "codename": next((release for release in releases if release), None),
            "hostname": _text(self._setting("ComputerName\\ComputerName", "ComputerName")),
            "arch": _ARCHS.get(str(arch).lower()) if arch is not None else None,
            "timezone": _text(self._setting("TimeZoneInformation", "TimeZoneKeyName")),
        }

    def _version(self) -> str | None:
        """Returns major, minor and build number. Before Windows 10, the first two are one text."""
        major, minor = (self._release(f"Current{part}VersionNumber") for part in ("Major", "Minor"))
        first = f"{major}.{minor}" if major is not None and minor is not None else _text(self._release("CurrentVersion"))
        build = self._build()
        return None if first is None or build is None else f"{first}.{build}"

    def _build(self) -> str | None:
        return next((text for name in ("CurrentBuildNumber", "CurrentBuild") if (text := _text(self._release(name)))), None)

    def _correct_product(self, product: str | None) -> str | None:
        build = self._build() or ""
        if product is not None and build.isdecimal() and int(build) >= _WINDOWS_11_BUILD:
            return re.sub(r"^Windows 10\b", "Windows 11", product)
        return product

    def packages(self) -> Inventory:
        """Returns the programs that can be uninstalled. Raises Damaged."""
        hive = _require(self._software)
        found: list[Package] = []
        for key in (hive.key(_UNINSTALL), hive.find_key(_UNINSTALL_32)):
            for program in hive.subkeys(key) if key else ():
                name = _text(hive.value_of(program, "DisplayName"))
                if name is not None:
                    found.append(Package(name, _text(hive.value_of(program, "DisplayVersion")), None))
        found.sort(key=lambda package: package.name)
        return Inventory("windows", hive.path, found)

    def services(self) -> list[Service]:
        """Raises Damaged."""
        hive = _require(self._system)
        found = []
        for key in hive.subkeys(hive.key(f"{_control_set(hive)}\\Services")):
            kind = hive.value_of(key, "Type")
            if isinstance(kind, int) and kind & _PROCESSES and hive.value_of(key, "Start") == _AUTOMATIC:
                found.append(Service(str(key.name), "windows", ["auto"]))
        return sorted(found, key=lambda service: service.name)

    def _open(self, name: str) -> Hive | None:
        return self._guest.notes.attempt(f"The registry hive {name}", lambda: Hive(self._guest, name), None)

    def _release(self, name: str) -> Any:
        hive = self._software
        return hive and self._guest.notes.attempt("The registry", lambda: hive.value(_VERSION, name), None)

    def _setting(self, path: str, name: str) -> Any:
        hive = self._system
        return hive and self._guest.notes.attempt("The registry", lambda: hive.value(f"{_control_set(hive)}\\Control\\{path}", name), None)


def _require(hive: Hive | None) -> Hive:
    if hive is None:
        raise Damaged("The registry was not read")
    return hive


def _control_set(hive: Hive) -> str:
    current = hive.value("Select", "Current")
    if not isinstance(current, int):
        raise Damaged("The registry hive SYSTEM is damaged: it does not say which control set is current")
    return f"ControlSet{current:03d}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
