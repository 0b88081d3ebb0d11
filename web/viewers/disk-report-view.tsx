import type { ComponentChildren } from 'preact';
import { formatBytes } from '../../src/lib/units.ts';
import { formatCount } from '../lib/text.ts';
import { Fact } from '../parts/fact.tsx';
import type { DiskReport, FileSystem } from './disk-report.ts';
import { PackageTable } from './package-table.tsx';

/** The system, packages, services, accounts and file systems of a disk image. */
export function DiskReportView({ report }: { report: DiskReport }) {
  const { image, operating_system: system, packages, notes, services, filesystems } = report;
  const accounts = report.logins ?? report.users;
  return (
    <div class="disk">
      <section class="system" aria-label="System">
        <h2>
          {system?.['product_name'] ??
            system?.['distribution'] ??
            system?.['type'] ??
            'No operating system found'}
        </h2>
        <dl class="facts">
          <SystemFact name="Host name" value={system?.['hostname']} />
          <SystemFact name="Version" value={system?.['version']} />
          <SystemFact name="Architecture" value={system?.['arch']} />
          <SystemFact name="Time zone" value={system?.['timezone']} />
          <SystemFact
            name="Packages"
            value={
              packages?.count == null
                ? null
                : `${packages.count.toLocaleString('en')} (${packages.manager ?? 'unknown manager'})`
            }
          />
          <SystemFact name="Image" value={`${image.path}, ${image.format}`} />
          <SystemFact name="Size" value={formatSizes(image)} />
          <SystemFact
            name="Encrypted"
            value={report.encrypted === null ? null : report.encrypted ? 'yes' : 'no'}
          />
        </dl>
      </section>
      {notes.length > 0 && (
        <ul class="note" aria-label="Notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {filesystems && filesystems.length > 0 && <FileSystems systems={filesystems} />}
      {packages?.details && <PackageTable packages={packages.details} />}
      {services && (
        <details>
          <summary>{formatCount(services.length, 'service')}</summary>
          <ul class="names">
            {services.map((service) => {
              const { name, state } = typeof service === 'string' ? { name: service, state: '' } : service;
              return (
                <li key={name}>
                  {name} <span class="quiet">{state}</span>
                </li>
              );
            })}
          </ul>
        </details>
      )}
      {accounts && (
        <details>
          <summary>{formatCount(accounts.length, report.logins ? 'login' : 'user')}</summary>
          <ul class="names">
            {accounts.map((account) => (
              <li key={account.name}>
                {account.name}{' '}
                <span class="quiet">
                  {account.shell ?? ''}
                  {'password' in account && `, password ${account.password ?? 'unknown'}`}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const SystemFact = ({ name, value }: { name: string; value: ComponentChildren }) => (
  <Fact name={name}>{value ?? <span class="quiet">unknown</span>}</Fact>
);

function formatSizes({ virtual_size, file_size }: DiskReport['image']): string | null {
  if (virtual_size == null) return null;
  return `${formatBytes(virtual_size)}${file_size == null ? '' : `, ${formatBytes(file_size)} on disk`}`;
}

function FileSystems({ systems }: { systems: readonly FileSystem[] }) {
  return (
    <section aria-label="File systems">
      <h2>File systems</h2>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Mounted at</th>
            <th scope="col">Type</th>
            <th scope="col">Used</th>
          </tr>
        </thead>
        <tbody>
          {systems.map(({ mountpoint, type, label, used, total }, at) => (
            <tr key={at}>
              <td>{mountpoint ?? <span class="quiet">not mounted</span>}</td>
              <td>
                {type} {label && <span class="quiet">{label}</span>}
              </td>
              <td>
                {used == null || total == null ? (
                  <span class="quiet">unknown</span>
                ) : (
                  <>
                    <meter
                      min={0}
                      max={total}
                      value={used}
                      aria-label={`Used space of ${mountpoint ?? label ?? type}`}
                    />{' '}
                    {formatBytes(used)} of {formatBytes(total)}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
