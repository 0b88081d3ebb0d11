import { useEffect } from 'preact/hooks';
import { JobPage } from './job/job-page.tsx';
import { JobsPage } from './jobs/jobs-page.tsx';
import { hrefTo, type Route } from './lib/route.ts';
import { OperationPage } from './operations/operation-page.tsx';
import { OperationsPage } from './operations/operations-page.tsx';
import { SubmitPage } from './submit/submit-page.tsx';
import { TemplatePage } from './templates/template-page.tsx';
import { TemplatesPage } from './templates/templates-page.tsx';
import { UsagePage } from './usage/usage-page.tsx';

/** Renders the page of a route and sets the document title. */
export function Page({ route }: { route: Route }) {
  const title = pageTitle(route);
  useEffect(() => {
    document.title = `${title} · darkroom`;
  }, [title]);
  switch (route.page) {
    case 'jobs':
      return <JobsPage query={route.query} />;
    case 'job':
      return <JobPage key={route.id} id={route.id} />;
    case 'submit':
      return <SubmitPage key={route.from} chosen={route.runnable} from={route.from} />;
    case 'usage':
      return <UsagePage />;
    case 'operations':
      return <OperationsPage />;
    case 'operation':
      return <OperationPage name={route.name} />;
    case 'templates':
      return <TemplatesPage />;
    case 'template':
      return <TemplatePage name={route.name} version={route.version} />;
    case 'not-found':
      return (
        <section class="empty">
          <h1>Page not found</h1>
          <p>
            <a href={hrefTo.jobs()}>Show all jobs</a>
          </p>
        </section>
      );
  }
}

function pageTitle(route: Route): string {
  switch (route.page) {
    case 'jobs':
      return 'Jobs';
    case 'job':
      return route.id;
    case 'submit':
      return 'New job';
    case 'usage':
      return 'Usage';
    case 'operations':
      return 'Operations';
    case 'templates':
      return 'Templates';
    case 'operation':
    case 'template':
      return route.name;
    case 'not-found':
      return 'Not found';
  }
}
