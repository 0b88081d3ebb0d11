import type { TemporalUi } from './port.ts';

/** Settings of the UI, under the names that its own server gives them. Everything that it can do is enabled. */
export const toUiSettings = ({ version, namespace }: TemporalUi) => ({
  Auth: { Enabled: false, Options: null },
  BannerText: '',
  DefaultNamespace: namespace,
  ShowTemporalSystemNamespace: false,
  FeedbackURL: '',
  // It would ask a server on the internet.
  NotifyOnNewVersion: false,
  Codec: { Endpoint: '', PassAccessToken: false, IncludeCredentials: false },
  Version: version,
  DisableWriteActions: false,
  WorkflowTerminateDisabled: false,
  WorkflowCancelDisabled: false,
  WorkflowSignalDisabled: false,
  WorkflowUpdateDisabled: false,
  WorkflowResetDisabled: false,
  BatchActionsDisabled: false,
  StartWorkflowDisabled: false,
  HideWorkflowQueryErrors: false,
  RefreshWorkflowCountsDisabled: false,
  ActivityCommandsDisabled: false,
});
