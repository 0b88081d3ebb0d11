import { describe, expect, test } from 'vitest';
import { InvalidRequest, readMessage } from '../../../../src/temporal/ui/http-request.ts';
import { findHttpRoute } from '../../../../src/temporal/ui/http-routes.ts';

function read(verb: string, path: string, query = '', body = '') {
  const found = findHttpRoute(verb, path);
  if (!found) throw new Error(`no route: ${verb} ${path}`);
  return {
    method: found.route.method,
    message: readMessage(found, new URLSearchParams(query), body).toJSON(),
  };
}

describe('the HTTP API of Temporal', () => {
  // The calls of Temporal's Web UI 2.42.1.
  test.each([
    ['GET', 'namespaces', 'listNamespaces'],
    ['GET', 'cluster-info', 'getClusterInfo'],
    ['GET', 'system-info', 'getSystemInfo'],
    ['GET', 'namespaces/default/search-attributes', 'listSearchAttributes'],
    ['GET', 'namespaces/default/workflows', 'listWorkflowExecutions'],
    ['GET', 'namespaces/default/workflow-count', 'countWorkflowExecutions'],
    ['GET', 'namespaces/default/workflows/a', 'describeWorkflowExecution'],
    ['GET', 'namespaces/default/workflows/a/history', 'getWorkflowExecutionHistory'],
    ['GET', 'namespaces/default/workflows/a/history-reverse', 'getWorkflowExecutionHistoryReverse'],
    ['POST', 'namespaces/default/workflows/a/terminate', 'terminateWorkflowExecution'],
    ['POST', 'namespaces/default/workflows/a/signal/b', 'signalWorkflowExecution'],
    ['POST', 'namespaces/default/workflows/a/query/b', 'queryWorkflow'],
    ['GET', 'namespaces/default/workers/describe/a', 'describeWorker'],
    ['DELETE', 'namespaces/default/schedules/a', 'deleteSchedule'],
    ['POST', 'namespaces/default/workflows/a/activities/b/pause', 'pauseActivityExecution'],
  ])('%s %s is %s', (verb, path, method) => {
    expect(findHttpRoute(verb, path)?.route.method).toBe(method);
  });

  test.each([
    ['GET', 'namespaces/default/workflows/a/terminate'],
    ['GET', 'namespaces/default/nothing'],
    ['POST', ''],
    // Without a rule: Temporal's HTTP API does not have them either.
    ['POST', 'namespaces/default/delete'],
  ])('has no %s %s', (verb, path) => {
    expect(findHttpRoute(verb, path)).toBeNull();
  });

  test('reads values of the path, also in nested fields and with encoded slashes', () => {
    expect(read('GET', 'namespaces/default/workflows/job%2Fpublic%2Fcat%201')).toEqual({
      method: 'describeWorkflowExecution',
      message: { namespace: 'default', execution: { workflowId: 'job/public/cat 1' } },
    });
  });

  test('reads parameters by both spellings, with their types', () => {
    const query =
      'execution.runId=r&execution.workflow_id=ignored&maximum_page_size=7&waitNewEvent=true&historyEventFilterType=2&unknown=1&next_page_token=AQI%3D';
    expect(read('GET', 'namespaces/n/workflows/w/history', query).message).toEqual({
      namespace: 'n',
      // The path goes first.
      execution: { workflowId: 'w', runId: 'r' },
      maximumPageSize: 7,
      waitNewEvent: true,
      historyEventFilterType: 'HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT',
      nextPageToken: 'AQI=',
    });
  });

  test('reads bodies', () => {
    const body = JSON.stringify({ reason: 'why', details: { payloads: [{ data: 'e30=' }] }, unknown: [1] });
    expect(read('POST', 'namespaces/n/workflows/w/terminate', '', body).message).toEqual({
      namespace: 'n',
      workflowExecution: { workflowId: 'w' },
      reason: 'why',
      details: { payloads: [{ data: 'e30=' }] },
    });
  });

  test('reads names of enum values in full and in short', () => {
    const action = (overlapPolicy: unknown) =>
      read(
        'POST',
        'namespaces/n/schedules/s/patch',
        '',
        JSON.stringify({ patch: { triggerImmediately: { overlapPolicy } } }),
      ).message;
    const full = 'SCHEDULE_OVERLAP_POLICY_ALLOW_ALL';
    for (const name of [full, 'AllowAll', 6])
      expect(action(name)).toMatchObject({ patch: { triggerImmediately: { overlapPolicy: full } } });
    expect(() => action('Whatever')).toThrow('ScheduleOverlapPolicy has no value "Whatever"');
    const body = JSON.stringify({
      resetReapplyExcludeTypes: ['Signal', 'RESET_REAPPLY_EXCLUDE_TYPE_UPDATE'],
    });
    expect(read('POST', 'namespaces/n/workflows/w/reset', '', body).message).toMatchObject({
      resetReapplyExcludeTypes: ['RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL', 'RESET_REAPPLY_EXCLUDE_TYPE_UPDATE'],
    });
  });

  test.each([
    ['no JSON', 'POST', 'terminate', '', '{'],
    ['no object', 'POST', 'terminate', '', '[1]'],
    ['a field of another type', 'POST', 'terminate', '', '{"reason":1}'],
    ['a parameter of another type', 'GET', 'history', 'maximumPageSize=many', ''],
    ['a parameter that is no boolean', 'GET', 'history', 'waitNewEvent=1', ''],
  ])('rejects %s', (_, verb, path, query, body) => {
    expect(() => read(verb, `namespaces/n/workflows/w/${path}`, query, body)).toThrow(InvalidRequest);
  });

  test('ignores names that objects inherit', () => {
    const body = '{"__proto__":{"reason":"x"},"constructor":{"reason":"x"}}';
    expect(read('POST', 'namespaces/n/workflows/w/terminate', '__proto__.reason=y', body).message).toEqual({
      namespace: 'n',
      workflowExecution: { workflowId: 'w' },
    });
  });
});
