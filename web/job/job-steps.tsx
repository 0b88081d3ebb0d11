import { isPipeline, type Job } from '../../src/client/client.ts';

/** The steps of a pipeline, in an order in which each follows those that it uses. */
export function JobSteps({ job }: { job: Job }) {
  if (!isPipeline(job)) return null;
  return (
    <section class="panel">
      <h2>Steps</h2>
      <table class="steps">
        <thead>
          <tr>
            <th>Step</th>
            <th>State</th>
            <th>Uses</th>
            <th class="number">Inputs</th>
          </tr>
        </thead>
        <tbody>
          {job.steps.map(({ name, operation, state, stage, progress, use, inputs, error }) => (
            <tr key={name}>
              <td>
                {name} <span class="quiet">{operation}</span>
              </td>
              <td>
                {state}
                {state === 'running' && ` · ${stage ?? ''} ${Math.floor(progress)} %`}
                {error && <span class="failure"> {error.message}</span>}
              </td>
              <td>{use.map((used) => (used === ':assets' ? 'assets' : used)).join(', ') || '–'}</td>
              <td class="number">
                {inputs.total === null ? '–' : inputs.total.toLocaleString('en')}
                {inputs.failed > 0 && <span class="failure"> ({inputs.failed} failed)</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
