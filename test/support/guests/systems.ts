/** Small systems with the files that an inspection reads. */
import { bootRecord, elf, type Tree } from './tree.ts';

const X86_64 = 62;
const AARCH64 = 183;

export const dpkg = (name: string, version: string, status = 'install ok installed'): string =>
  `Package: ${name}\nStatus: ${status}\nPriority: optional\nArchitecture: amd64\nVersion: ${version}\n` +
  `Description: ${name}\n Package: not-a-field\n`;

export const debian: Tree = {
  'usr/lib/os-release':
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
  'etc/os-release': { link: '../usr/lib/os-release' },
  'etc/hostname': 'web-01.example.test\n',
  'etc/timezone': 'Europe/Warsaw\n',
  'etc/fstab':
    '# disk\nUUID=11111111-2222-3333-4444-555555555555 / ext4 defaults 0 1\nLABEL=data /srv ext4 defaults 0 2\nLABEL=swap none swap sw 0 0\n',
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nalice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\nbob:x:1001:1001::/home/bob:\n',
  'etc/shadow':
    'root:!:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nalice:$y$j9T$secret:19000:0:99999:7:::\nbob::19000:0:99999:7:::\n',
  'etc/group': 'root:x:0:\nsudo:x:27:alice\nusers:x:100:bob\n',
  'etc/ssh/sshd_config':
    'Include /etc/ssh/sshd_config.d/*.conf\nPort 22\nPermitRootLogin yes\nMatch User git\nPasswordAuthentication yes\n',
  'etc/ssh/sshd_config.d/10-local.conf': 'PasswordAuthentication no\nPermitRootLogin no\n',
  'root/.ssh/authorized_keys': '# one\nssh-ed25519 AAAA alice@example.test\n',
  'etc/systemd/system/multi-user.target.wants/ssh.service': { link: '/lib/systemd/system/ssh.service' },
  'etc/systemd/system/multi-user.target.wants/cron.service': { link: '/lib/systemd/system/cron.service' },
  'etc/systemd/system/sockets.target.wants/ssh.socket': { link: '/lib/systemd/system/ssh.socket' },
  'etc/systemd/system/timers.target.wants/masked.timer': { link: '/lib/systemd/system/masked.timer' },
  'etc/systemd/system/masked.timer': { link: '/dev/null' },
  'etc/systemd/system/multi-user.target.wants/gone.service': { link: '/lib/systemd/system/gone.service' },
  ...Object.fromEntries(
    ['ssh.service', 'ssh.socket', 'cron.service', 'masked.timer', 'systemd-tmpfiles-setup.service'].map(
      (unit) => [
        `usr/lib/systemd/system/${unit}`,
        `[Unit]\nDescription=${unit}\n[Install]\nWantedBy=multi-user.target\n`,
      ],
    ),
  ),
  'usr/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service': {
    link: '../systemd-tmpfiles-setup.service',
  },
  'var/lib/dpkg/status': [
    dpkg('nginx', '1.22.1-9'),
    dpkg('bash', '5.2.15-2+b7'),
    dpkg('openssh-server', '1:9.2p1-2'),
    dpkg('removed', '1.0', 'deinstall ok config-files'),
  ].join('\n'),
  'var/log/wtmp': Buffer.concat([bootRecord(1_600_000_000), bootRecord(1_700_000_000), Buffer.alloc(384)]),
  bin: { link: 'usr/bin' },
  'usr/bin/dash': elf(X86_64),
  'usr/bin/sh': { link: 'dash' },
};

export const alpine: Tree = {
  'etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n',
  'etc/alpine-release': '3.20.3\n',
  'etc/hostname': 'edge\n',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/ash\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n',
  'etc/shadow': 'root:$6$salt$secret:19000:0:::::\nnobody:!::0:::::\n',
  'etc/group': 'root:x:0:root\nwheel:x:10:root\n',
  'etc/init.d/sshd': '#!/sbin/openrc-run\n',
  'etc/init.d/crond': '#!/sbin/openrc-run\n',
  'etc/init.d/networking': '#!/sbin/openrc-run\n',
  'etc/runlevels/default/gone': { link: '/etc/init.d/gone' },
  'etc/runlevels/default/sshd': { link: '/etc/init.d/sshd' },
  'etc/runlevels/default/crond': { link: '/etc/init.d/crond' },
  'etc/runlevels/boot/networking': { link: '/etc/init.d/networking' },
  'lib/apk/db/installed':
    'C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:aarch64\nS:383152\n\nC:Q1def=\nP:busybox\nV:1.36.1-r29\nA:aarch64\nF:bin\nR:busybox\n\n',
  'bin/busybox': elf(AARCH64),
  'bin/sh': { link: '/bin/busybox' },
};

/** Files of a second file system, mounted at /srv. */
export const data: Tree = { 'www/index.html': '<!doctype html>' };

/** NixOS before its first boot: links into the store. */
export const nixos: Tree = {
  'etc/os-release': { link: '/etc/static/os-release' },
  'etc/static': { link: '/nix/store/b-etc/etc' },
  'nix/store/b-etc/etc/os-release': { link: '/nix/store/a-os-release/file' },
  'nix/store/a-os-release/file': 'ID=nixos\nVERSION_ID="24.05"\nPRETTY_NAME="NixOS 24.05"\n',
};

/** Fedora Silverblue with two deployments. The second boots by default. */
export const silverblue: Tree = {
  ...Object.fromEntries(
    ['old', 'new'].flatMap((name) => {
      const deployment = `ostree/deploy/fedora/deploy/${name}.0`;
      return [
        [`${deployment}/usr/lib/os-release`, `ID=fedora\nVERSION_ID=${name === 'new' ? 42 : 41}\n`],
        [`${deployment}/etc/os-release`, { link: '../usr/lib/os-release' }],
        [`${deployment}/etc/hostname`, `${name}\n`],
        [`${deployment}/etc/nsswitch.conf`, 'passwd: files altfiles\n'],
        [`${deployment}/etc/passwd`, 'root:x:0:0:root:/root:/bin/bash\n'],
        [
          `${deployment}/usr/lib/passwd`,
          'root:x:0:0:root:/root:/bin/bash\nchrony:x:990:990::/:/sbin/nologin\n',
        ],
        [`${deployment}/home`, { link: 'var/home' }],
      ];
    }),
  ),
  'ostree/deploy/fedora/var/log/wtmp': bootRecord(1_700_000_000),
  'ostree/boot.1/fedora/c1/0': { link: '../../../deploy/fedora/deploy/new.0' },
  'ostree/boot.1/fedora/c0/0': { link: '../../../deploy/fedora/deploy/old.0' },
};

/** The boot partition of `silverblue`. */
export const silverblueBoot: Tree = {
  'loader/entries/ostree-1.conf':
    'title Fedora 41\nversion 1\noptions quiet ostree=/ostree/boot.1/fedora/c0/0\n',
  'loader/entries/ostree-2.conf':
    'title Fedora 42\nversion 2\noptions quiet ostree=/ostree/boot.1/fedora/c1/0\n',
};

/** A partition for /usr of Flatcar. */
export const flatcarUsr = (version: string): Tree => ({
  'lib/os-release': `ID=flatcar\nVERSION_ID=${version}\nPRETTY_NAME="Flatcar ${version}"\n`,
  'share/flatcar/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\ncore:x:500:500::/home/core:/bin/bash\n',
});
