"""What the registry of a Windows system says."""

import io
import struct
from typing import Any

from dissect.regf import regf
from dissect.regf.exceptions import Error

from .guest import Guest
from .operating_system import OperatingSystem
from .packages import Inventory, Package
from .services import Service

_CONFIG = "/Windows/System32/config"
_UNINSTALL = ("Microsoft\\Windows\\CurrentVersion\\Uninstall", "WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall")
_ARCHS = {"amd64": "x86_64", "arm64": "aarch64", "x86": "i686"}

#: Kinds of services: in a process of their own, in one with others; and started with the system.
_PROCESSES = 0x30
_AUTOMATIC = 2


class Registry:
    """The hives SOFTWARE and SYSTEM. What is not there, or damaged, is None or empty."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._software = self._hive("SOFTWARE")
        self._system = self._hive("SYSTEM")
        current = self._value(self._system, "Select", "Current")
        self._control = f"ControlSet{current if isinstance(current, int) else 1:03d}"

    def operating_system(self) -> OperatingSystem:
        version = "Microsoft\\Windows NT\\CurrentVersion"
        parts = ("CurrentMajorVersionNumber", "CurrentMinorVersionNumber", "CurrentBuildNumber")
        numbers = [self._value(self._software, version, part) for part in parts]
        control = f"{self._control}\\Control"
        arch = self._value(self._system, f"{control}\\Session Manager\\Environment", "PROCESSOR_ARCHITECTURE")
        return {
            "type": "windows",
            "distribution": "windows",
            "product_name": _text(self._value(self._software, version, "ProductName")),
            "version": ".".join(str(number) for number in numbers if number is not None) or None,
            "codename": _text(self._value(self._software, version, "DisplayVersion")),
            "hostname": _text(self._value(self._system, f"{control}\\ComputerName\\ComputerName", "ComputerName")),
            "arch": _ARCHS.get(str(arch).lower()) if arch is not None else None,
            "timezone": _text(self._value(self._system, f"{control}\\TimeZoneInformation", "TimeZoneKeyName")),
        }

    def packages(self) -> Inventory:
        """What can be uninstalled."""
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
