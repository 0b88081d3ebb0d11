"""The registry of a Windows system: the system itself, programs and services."""

import io
import re
import struct
from typing import Any

from dissect.regf import regf
from dissect.regf.exceptions import Error

from .guest import Guest
from .operating_system import OperatingSystem
from .packages import Inventory, Package
from .services import Service

_CONFIG = "/Windows/System32/config"
_VERSION = "Microsoft\\Windows NT\\CurrentVersion"
_UNINSTALL = ("Microsoft\\Windows\\CurrentVersion\\Uninstall", "WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall")
_ARCHS = {"amd64": "x86_64", "arm64": "aarch64", "x86": "i686"}

#: Types of services: in a process of their own, or in a shared one. The start type of those that start with the system.
_PROCESSES = 0x30
_AUTOMATIC = 2

#: Windows 11 still calls itself Windows 10 in the registry. The build number of its first release.
_WINDOWS_11_BUILD = 22000


class Registry:
    """The hives SOFTWARE and SYSTEM. Values that are missing or damaged are None."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._software = self._hive("SOFTWARE")
        self._system = self._hive("SYSTEM")
        current = self._value(self._system, "Select", "Current")
        self._control = f"ControlSet{current if isinstance(current, int) else 1:03d}"

    def operating_system(self) -> OperatingSystem:
        names = ("ProductName", "DisplayVersion", "ReleaseId", "CSDVersion")
        product, *releases = [_text(self._value(self._software, _VERSION, name)) for name in names]
        control = f"{self._control}\\Control"
        arch = self._value(self._system, f"{control}\\Session Manager\\Environment", "PROCESSOR_ARCHITECTURE")
        return {
            "type": "windows",
            "distribution": "windows",
            "product_name": self._correct_product(product),
            "version": self._version(),
            "codename": next((release for release in releases if release), None),
            "hostname": _text(self._value(self._system, f"{control}\\ComputerName\\ComputerName", "ComputerName")),
            "arch": _ARCHS.get(str(arch).lower()) if arch is not None else None,
            "timezone": _text(self._value(self._system, f"{control}\\TimeZoneInformation", "TimeZoneKeyName")),
        }

    def _version(self) -> str | None:
        """Returns major, minor and build number. Before Windows 10, the first two are one text."""
        major, minor = (self._value(self._software, _VERSION, f"Current{part}VersionNumber") for part in ("Major", "Minor"))
        first = f"{major}.{minor}" if major is not None and minor is not None else _text(self._value(self._software, _VERSION, "CurrentVersion"))
        build = self._build()
        return None if first is None or build is None else f"{first}.{build}"

    def _build(self) -> str | None:
        return next((text for name in ("CurrentBuildNumber", "CurrentBuild") if (text := _text(self._value(self._software, _VERSION, name)))), None)

    def _correct_product(self, product: str | None) -> str | None:
        build = self._build() or ""
        if product is not None and build.isdecimal() and int(build) >= _WINDOWS_11_BUILD:
            return re.sub(r"^Windows 10\b", "Windows 11", product)
        return product

    def packages(self) -> Inventory:
        """Returns the programs that can be uninstalled."""
        found: list[Package] = []
        for root in _UNINSTALL:
            for key in self._keys(self._software, root):
                name = _text(_value_of(key, "DisplayName"))
                if name is not None:
                    found.append(Package(name, _text(_value_of(key, "DisplayVersion")), None))
        found.sort(key=lambda package: package.name)
        return Inventory("windows", f"{_CONFIG}/SOFTWARE", found)

    def services(self) -> list[Service]:
        found = []
        for key in self._keys(self._system, f"{self._control}\\Services"):
            kind = _value_of(key, "Type")
            if isinstance(kind, int) and kind & _PROCESSES and _value_of(key, "Start") == _AUTOMATIC:
                found.append(Service(str(key.name), "windows", ["auto"]))
        return sorted(found, key=lambda service: service.name)

    def _hive(self, name: str) -> regf.RegistryHive | None:
        data = self._guest.read(f"{_CONFIG}/{name}", 256 << 20)
        if data is None:
            self._guest.notes.fail(f"the registry hive {name} is missing")
            return None
        return self._guest.notes.attempt(f"The registry hive {name}", lambda: regf.RegistryHive(io.BytesIO(data)), None)

    def _value(self, hive: regf.RegistryHive | None, path: str, name: str) -> Any:
        key = _key(hive, path)
        return None if key is None else _value_of(key, name)

    def _keys(self, hive: regf.RegistryHive | None, path: str) -> list[Any]:
        key = _key(hive, path)
        if key is None:
            return []
        return self._guest.notes.attempt("The registry", lambda: list(key.subkeys()), [])


def _key(hive: regf.RegistryHive | None, path: str) -> Any:
    try:
        return None if hive is None else hive.open(path)
    except (Error, EOFError, ValueError, struct.error):
        return None


def _value_of(key: Any, name: str) -> Any:
    try:
        return key.value(name).value
    except (Error, EOFError, ValueError, struct.error):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
