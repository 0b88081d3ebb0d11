# Made from /openapi.json by scripts/python-client.py; do not edit.

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict


class StateEvent(TypedDict):
    """
    Data of the event `state`
    """

    run: int
    """
    Number of the run, from 1
    """
    state: Literal["created", "queued", "downloading", "waiting", "processing", "packaging", "completed", "failed", "cancelled"]
    stage: str | None
    """
    The stage that runs now; in a pipeline STEP/STAGE, the one that began last
    """
    paused: bool
    """
    Running activities finish; no others start
    """
    seq: int
    """
    Position among the transitions of this run, from 1
    """
    at: str
    progress: NotRequired[float]


class AssetCounts(TypedDict):
    total: int
    downloaded: int
    """
    Assets that are in the store
    """
    failed: int
    """
    Assets that could not be downloaded or processed
    """


class LogEntry(TypedDict):
    id: str
    """
    Names the entry. The same entry has the same id in each response
    """
    run: int
    """
    Number of the run, from 1
    """
    at: str
    level: Literal["info", "warning", "error"]
    type: Literal["state", "attempt", "lost", "asset", "note", "output"]
    """
    state: a transition of the job. attempt: an attempt failed, or ended after earlier ones. lost: the attempt before this one was lost with its worker. asset: an asset cannot be used. note: as in the result. output: a line that a program printed
    """
    activity: Literal["download", "inputs", "stage", "package"] | None
    """
    The activity that it is about; null: the job
    """
    stage: str | None
    """
    Of the activity `stage`; in a pipeline STEP/STAGE
    """
    batch: int | None
    """
    The batch of assets, from 0; null: all
    """
    attempt: int | None
    """
    Number of the attempt, from 1
    """
    began_at: str | None
    """
    When the attempt began
    """
    worker: str | None
    """
    The process that ran the attempt, as PID@HOST
    """
    code: str | None
    """
    Code of an error or a note
    """
    message: str


class Estimate(TypedDict):
    seconds: float | None
    """
    Of the longest way through the steps, without downloads and waiting for workers; null: unknown
    """
    bytes: int | None
    """
    Size of the result; null: unknown
    """


class Stage(TypedDict):
    name: str
    computes: Literal["all", "failed", "nothing"]
    """
    `failed`: only the inputs that failed before. `nothing`: what an earlier run computed is used
    """


class Estimate1(TypedDict):
    """
    From completed jobs with the same operation, whatever their parameters; null: fewer than three are comparable
    """

    inputs: int | None
    """
    Files that the step takes; with a condition, at most
    """
    files: int | None
    """
    Files that it makes
    """
    seconds: float | None
    """
    From its begin to its end
    """
    bytes: int | None
    """
    Size of its files
    """


class StepPlan(TypedDict):
    name: str
    operation: str
    use: list[str]
    when: NotRequired[str]
    """
    Its condition; absent if it takes all inputs
    """
    stages: list[Stage]
    estimate: Estimate1
    """
    From completed jobs with the same operation, whatever their parameters; null: fewer than three are comparable
    """


class Error(TypedDict):
    pointer: str
    """
    JSON Pointer (RFC 6901)
    """
    detail: str


class Problem(TypedDict):
    type: str
    """
    Names the kind of problem, and nothing else
    """
    title: str
    status: int
    detail: str
    """
    What was wrong, and what to do
    """
    code: str
    retryable: bool
    """
    Whether the same request may succeed later
    """
    errors: NotRequired[list[Error]]
    """
    Each invalid field
    """
    details: NotRequired[dict[str, Any]]
    """
    More for programs, such as the `state` of the job that prevents the action
    """


class AwaitAssets(TypedDict, closed=True):
    """
    The job waits for more assets until a request has `final`, or one of these conditions holds
    """

    total: NotRequired[int]
    """
    Processing starts once the job has this many assets
    """
    quiet_seconds: NotRequired[float]
    """
    Processing starts once the job has assets and none arrived for this long
    """


UseItem: TypeAlias = str


class StepSpec(TypedDict, closed=True):
    operation: str
    params: NotRequired[dict[str, Any]]
    """
    See GET /v1/operations/{name}. Default: {}
    """
    use: NotRequired[list[UseItem]]
    """
    Names of steps whose files are its inputs; ":assets": the assets of the job. Default: the assets
    """
    when: NotRequired[str]
    """
    Condition in CEL on the facts of each input; the step takes the inputs that meet it. See docs/pipelines.md#conditions
    """
    on_error: NotRequired[Literal["fail", "continue"]]
    """
    When the step fails. `fail`: the job fails, after the steps that do not depend on it have ended. `continue`: the job completes without its files. Steps that use a failed step are skipped either way. Default: "fail"
    """
    reuse: NotRequired[bool]
    """
    As `reuse` of the job, which is the default
    """


StepName: TypeAlias = str
"""
Name of a step: 1 to 63 letters, digits, `_` or `-`
"""


class S3(TypedDict, closed=True):
    """
    Objects of a bucket of the tenant
    """

    credentials: str
    """
    Name of the credentials (see `/v1/credentials`)
    """
    bucket: NotRequired[str]
    """
    Default: the bucket of the credentials
    """
    key: NotRequired[str]
    """
    One object
    """
    etag: NotRequired[str]
    """
    Of the object with `key`: the asset fails if the object has another one
    """
    prefix: NotRequired[str]
    """
    All objects whose keys begin with this; each is an asset. They are listed at the submission
    """


class Source(TypedDict, closed=True):
    url: NotRequired[str]
    """
    Downloaded by the server
    """
    path: NotRequired[str]
    """
    A file below an input directory of the server
    """
    upload: NotRequired[str]
    """
    The name of a file part of the same request
    """
    s3: NotRequired[S3]
    """
    Objects of a bucket of the tenant
    """


class Callback(TypedDict, closed=True):
    url: str
    token: NotRequired[str]
    """
    Sent with each callback as `Authorization: Bearer`; stored encrypted
    """
    events: NotRequired[list[Literal["job.queued", "job.downloading", "job.waiting", "job.processing", "job.packaging", "job.paused", "job.resumed", "job.completed", "job.failed", "job.cancelled"]]]
    """
    Events to deliver; default: the three final ones
    """


class Inputs(TypedDict):
    """
    Counts of its input files
    """

    total: int | None
    """
    Null until the steps that it uses have ended
    """
    skipped: int
    """
    Files that do not meet its condition. They are no inputs
    """
    failed: int
    """
    Inputs that could not be used
    """
    reused: int
    """
    Inputs whose results were copied from an earlier job, in at least one stage
    """


class Files(TypedDict):
    """
    Files that it has produced so far
    """

    count: int
    bytes: int


class Usage1(TypedDict):
    """
    Time that its stages took in this run
    """

    compute_seconds: float
    """
    Time that workers spent on its stages, without failed or interrupted attempts
    """
    reused_seconds: float
    """
    Time that earlier jobs had spent on results that it copied instead of computing them
    """


class JobError(TypedDict):
    code: str
    message: str
    retryable: bool
    """
    Whether retrying without changes may help
    """
    details: dict[str, Any] | None


class Usage(TypedDict):
    bytes_in: int
    """
    Bytes of the assets that it processed
    """
    bytes_out: int
    """
    Bytes of the files that it produced
    """
    compute_seconds: float
    """
    Time that workers spent on its stages, without failed or interrupted attempts
    """
    reused_seconds: float
    """
    Time that earlier jobs had spent on results that it copied instead of computing them
    """


class ResultSummary(TypedDict):
    kind: Literal["files", "json"]
    """
    Whether the result is files or a JSON value
    """
    files: int
    """
    Number of files
    """
    run: int
    """
    The run that produced it: an earlier one while a rerun is active, or after it failed
    """


class JobCounts(TypedDict):
    unfinished: int
    completed: int
    failed: int
    cancelled: int
    since: str
    """
    Jobs that ended before this time are not counted
    """


class EstimatedCompletion(TypedDict):
    """
    Estimated from similar jobs; eight of ten end between `earliest` and `latest`. Null: unknown
    """

    at: str
    earliest: str
    latest: str


class Error1(TypedDict):
    """
    Why the last attempt failed
    """

    code: str
    message: str


class PendingActivity(TypedDict):
    kind: Literal["download", "inputs", "stage", "package", "callback", "workflow"]
    state: Literal["waiting", "running", "retrying", "paused"]
    """
    waiting: for a free worker. retrying: until `next_attempt_at`, because the last attempt failed. paused: by an administrator in Temporal
    """
    task_queue: str | None
    """
    Temporal's task queue that workers poll for it
    """
    worker: str | None
    """
    The process that runs it, or ran the last attempt, as PID@HOST
    """
    since: str | None
    """
    When it entered this state
    """
    attempt: int
    """
    Number of the attempt that runs or comes next, from 1
    """
    next_attempt_at: str | None
    error: Error1 | None


class Steps(TypedDict):
    operation: str
    params: dict[str, Any]
    use: list[str]
    on_error: str


class Source1(TypedDict):
    url: str


class Source2(TypedDict):
    path: str


class Upload(TypedDict):
    size: int
    sha256: str


class Source3(TypedDict):
    upload: Upload


class ShownItem(TypedDict):
    name: str | None
    source: Source1 | Source2 | Source3
    checksum: str | None
    attributes: dict[str, Any]


class Assets(TypedDict):
    total: int
    shown: list[ShownItem]
    """
    The first 200
    """


class Callback1(TypedDict):
    url: str
    events: list[str]


class JobRequest(TypedDict):
    operation: str
    params: dict[str, Any]
    """
    With defaults filled in
    """
    template: NotRequired[str]
    """
    The template that made the steps, as NAME@VERSION
    """
    steps: NotRequired[dict[str, Steps]]
    """
    Of a pipeline, with defaults filled in
    """
    results: NotRequired[list[str]]
    """
    Of a pipeline: steps whose files are the result
    """
    assets: Assets
    callback: Callback1 | None
    keep_days: float | None
    """
    Null: forever
    """


class Cancellation(TypedDict, closed=True):
    reason: NotRequired[str]
    """
    Part of the error message of the job; also in the audit log
    """


class FileEntry(TypedDict):
    path: str
    size: int
    """
    Bytes
    """
    sha256: str
    media_type: str
    asset: int | None
    """
    Position of the asset that it was made from; null: made from several
    """


class AssetOutcome(TypedDict):
    index: int
    """
    Position in the submitted list, from 0
    """
    name: str
    status: Literal["ok", "failed"]
    size: int | None
    """
    Bytes
    """
    sha256: str | None
    error: JobError | None


class ResultNote(TypedDict):
    code: str
    message: str
    asset: int | None
    """
    Position of the asset that it is about; null: about several
    """


class Link(TypedDict):
    url: str
    """
    Anyone who has it can read the file, with GET and HEAD
    """
    path: str
    expires_at: str


class LinkRequest(TypedDict, closed=True):
    path: NotRequired[str]
    """
    A file of the result; default: `index.html`
    """
    expires_in: NotRequired[int]
    """
    Seconds; default: 3600
    """


class Attempt(TypedDict):
    at: str
    status: int | None
    """
    HTTP status; null when there was no response
    """
    reason: str | None
    """
    Why the attempt failed; null when it succeeded
    """
    duration_ms: int


class Delivery(TypedDict):
    id: str
    """
    The `webhook-id`: the same for each attempt, so that receivers recognize duplicates
    """
    event: Literal["job.queued", "job.downloading", "job.waiting", "job.processing", "job.packaging", "job.paused", "job.resumed", "job.completed", "job.failed", "job.cancelled"]
    run: int
    occurred_at: str
    """
    When the event happened
    """
    seq: int
    """
    Position of the event in the timeline of its run
    """
    state: Literal["pending", "delivered", "failed"]
    """
    `failed`: there are no more attempts
    """
    attempts: list[Attempt]
    next_attempt_at: str | None


class Inputs1(TypedDict):
    min: int
    max: int
    media: list[str]


class Attribute(TypedDict):
    name: str
    description: str


class Operation(TypedDict):
    name: str
    title: str
    description: str
    available: bool
    """
    Whether a live worker can run it now. Jobs are accepted in any case, and wait
    """
    params: dict[str, Any]
    """
    JSON Schema of the parameters
    """
    inputs: Inputs1
    attributes: list[Attribute]
    """
    Attributes that each asset needs
    """
    result: Literal["files", "json"]
    outputs: list[str]
    """
    Media types of its files
    """
    stages: list[str]
    capabilities: list[str]
    requires: list[str]
    """
    Engines that a worker needs; `install` is the command that installs them
    """
    install: str


class Credentials(TypedDict):
    name: str
    kind: Literal["s3"]
    endpoint: str | None
    region: str
    bucket: str
    path_style: bool
    access_key_id: str
    """
    Only its last four characters, after "…"
    """
    created_at: str
    rotated_at: str | None
    """
    When the keys were replaced last
    """


class CredentialsRequest(TypedDict, closed=True):
    endpoint: NotRequired[str]
    """
    Address of the S3 server. Default: that of Amazon in the region
    """
    region: NotRequired[str]
    """
    Most servers other than Amazon’s take any. Default: "us-east-1"
    """
    bucket: str
    """
    The bucket that is used unless a job names another one
    """
    path_style: NotRequired[bool]
    """
    Whether the bucket is in the path of addresses, not in the host. Default: true with an endpoint
    """
    name: str
    access_key_id: str
    secret_access_key: str
    session_token: NotRequired[str]
    """
    Of temporary keys, which expire
    """


class CredentialsKeys(TypedDict, closed=True):
    access_key_id: str
    secret_access_key: str
    session_token: NotRequired[str]
    """
    Of temporary keys, which expire
    """


class TemplateSummary(TypedDict):
    name: str
    version: int
    """
    The latest version
    """
    scope: Literal["tenant", "shared", "built-in"]
    """
    `tenant`: of this tenant. `shared`: for all tenants, by an admin. `built-in`: part of darkroom
    """
    title: str
    description: str
    created_at: str | None
    """
    When this version was made; null for built-in ones
    """


class Template(TypedDict):
    name: str
    version: int
    scope: Literal["tenant", "shared", "built-in"]
    """
    `tenant`: of this tenant. `shared`: for all tenants, by an admin. `built-in`: part of darkroom
    """
    title: str
    description: str
    created_at: str | None
    """
    When this version was made; null for built-in ones
    """
    params: dict[str, Any]
    steps: dict[str, dict[str, Any]]
    """
    The steps, as in a job. `${params.NAME}` stands for a parameter: alone it is its value, inside a text its text
    """
    results: NotRequired[list[Any]]
    """
    As in a job
    """


class TemplateVersion(TypedDict):
    version: int
    """
    The latest version
    """
    created_at: str | None
    """
    When this version was made; null for built-in ones
    """


class TemplateDocument(TypedDict, closed=True):
    title: NotRequired[str]
    """
    Default: ""
    """
    description: NotRequired[str]
    """
    Default: ""
    """
    params: NotRequired[dict[str, Any]]
    """
    JSON Schema (2020-12) of the parameters: an object with `properties`. A job may give no others, unless `additionalProperties` is set. Default: {}
    """
    steps: dict[str, dict[str, Any]]
    """
    The steps, as in a job. `${params.NAME}` stands for a parameter: alone it is its value, inside a text its text
    """
    results: NotRequired[list[Any]]
    """
    As in a job
    """


class Jobs(TypedDict):
    """
    Ended runs
    """

    completed: int
    failed: int
    cancelled: int


class UsageItem(TypedDict):
    day: str
    operation: str
    jobs: Jobs
    """
    Ended runs
    """
    bytes_in: int
    """
    Bytes of the assets that they processed
    """
    bytes_out: int
    """
    Bytes of the files that they produced
    """
    compute_seconds: float
    """
    Time that workers spent on their stages
    """
    reused_seconds: float
    """
    Time that they saved by copying results of earlier jobs
    """


UsageReport = TypedDict(
    "UsageReport",
    {
        "tenant": str,
        "from": str,
        "to": str,
        "usage": list[UsageItem],
    },
)


class AuditEvent(TypedDict):
    time: str
    action: str
    outcome: Literal["success", "failure", "denied"]
    tenant: str | None
    subject: str | None
    role: str | None
    target: str
    address: str | None
    request_id: str | None
    detail: str
    omitted: int


class Session(TypedDict):
    tenant: str
    """
    Whose jobs the caller sees
    """
    subject: str
    """
    The name of the key, or the subject of the token
    """
    role: Literal["viewer", "submitter", "operator", "admin"]
    actions: list[str]
    """
    What the role permits
    """
    requires_login: bool
    """
    Whether this server requires credentials
    """


class ProgressEvent(TypedDict):
    """
    Data of the event `progress`
    """

    run: int
    """
    Number of the run, from 1
    """
    state: Literal["created", "queued", "downloading", "waiting", "processing", "packaging", "completed", "failed", "cancelled"]
    stage: str | None
    """
    The stage that runs now; in a pipeline STEP/STAGE, the one that began last
    """
    progress: float
    assets: AssetCounts


class JobPlan(TypedDict):
    exists: bool | None
    """
    Whether the same request has made its job already; then it would return that one. Null: unknown without the files
    """
    run: int
    """
    Number of the run, from 1
    """
    template: str | None
    """
    The template that makes the steps, as NAME@VERSION
    """
    assets: int
    """
    Known so far
    """
    steps: list[StepPlan]
    results: list[str]
    """
    Steps whose files are the result
    """
    estimate: Estimate
    notes: list[str]
    """
    What is not known, and why
    """


class Asset(TypedDict, closed=True):
    name: NotRequired[str]
    """
    Defaults to the last part of the URL or path
    """
    source: Source
    checksum: NotRequired[str]
    """
    The job fails if the bytes differ
    """
    attributes: NotRequired[dict[str, Any]]
    """
    Passed to the operation
    """


class JobStep(TypedDict):
    name: str
    operation: str
    use: list[str]
    """
    Steps whose files it takes; `:assets`: the assets of the job
    """
    when: NotRequired[str]
    """
    Its condition; absent if it takes all inputs
    """
    state: Literal["waiting", "running", "completed", "failed", "skipped", "cancelled"]
    """
    waiting: for the steps that it uses. skipped: because one of them failed. cancelled: with the job
    """
    stage: str | None
    """
    The stage that runs now
    """
    progress: float
    started_at: str | None
    completed_at: str | None
    """
    When it ended, in whatever state
    """
    inputs: Inputs
    """
    Counts of its input files
    """
    files: Files
    """
    Files that it has produced so far
    """
    usage: Usage1
    """
    Time that its stages took in this run
    """
    error: JobError | None


class MoreAssets(TypedDict, closed=True):
    assets: NotRequired[list[Asset]]
    """
    Default: []
    """
    final: NotRequired[bool]
    """
    No more assets will follow
    """


class WatchedJob(TypedDict):
    id: str
    operation: str
    """
    The operation; `pipeline` for a job with `steps`
    """
    template: NotRequired[str]
    """
    The template that made its steps, as NAME@VERSION; absent if none did
    """
    dialect: str
    """
    The API that submitted it
    """
    tenant: str
    state: Literal["created", "queued", "downloading", "waiting", "processing", "packaging", "completed", "failed", "cancelled"]
    paused: bool
    """
    Running activities finish; no others start
    """
    stage: str | None
    """
    The stage that runs now; in a pipeline STEP/STAGE, the one that began last
    """
    progress: float
    steps: list[JobStep]
    """
    In an order in which each follows those that it uses
    """
    run: int
    """
    Number of the run, from 1
    """
    created_at: str
    started_at: str | None
    completed_at: str | None
    expires_at: str | None
    """
    When the job and its results are deleted; null before the end of the run, or if they are kept forever
    """
    assets: AssetCounts
    usage: Usage
    labels: dict[str, str]
    notes: NotRequired[list[str]]
    """
    Files that were skipped in directories that the request names; absent if there are none
    """
    rerun_reason: NotRequired[str]
    """
    Why this run was requested; absent in the first run, and if no reason was given
    """
    result: ResultSummary | None
    error: JobError | None
    links: dict[str, str]
    pending: list[PendingActivity]
    """
    Activities that have not ended; empty after the end and while the job waits for assets
    """
    estimated_completion: EstimatedCompletion | None


class Result(TypedDict):
    id: str
    operation: str
    run: int
    kind: Literal["files", "json"]
    """
    Whether the result is files or a JSON value
    """
    data: NotRequired[Any]
    """
    The JSON result if `kind` is json; of several steps of a pipeline, an object by name of the step
    """
    files: list[FileEntry]
    assets: list[AssetOutcome]
    notes: list[ResultNote]
    """
    What is doubtful or incomplete in the result
    """
    engine: dict[str, str]
    """
    Names and versions of the software that produced it
    """


class JobSpec(TypedDict, closed=True):
    id: NotRequired[str]
    """
    Job id; chosen by the client, or by the server when left out
    """
    operation: NotRequired[str]
    """
    The operation of the job, unless it has `steps` or `template`
    """
    params: NotRequired[dict[str, Any]]
    """
    Of the operation or the template. See GET /v1/operations/{name}, GET /v1/templates/{name}. Default: {}
    """
    template: NotRequired[str]
    """
    Instead of `steps`: the template that makes them, as NAME or NAME@VERSION
    """
    steps: NotRequired[dict[str, StepSpec]]
    """
    Instead of `operation`: the steps of a pipeline by name. See docs/pipelines.md
    """
    results: NotRequired[list[StepName]]
    """
    Steps whose files are the result of a pipeline; default: those that no other step uses
    """
    reuse: NotRequired[bool]
    """
    Whether results of equal work of earlier jobs are copied, and later jobs may copy these. Default: true
    """
    assets: NotRequired[list[Asset]]
    """
    Default: []
    """
    await_assets: NotRequired[AwaitAssets]
    """
    The job waits for more assets until a request has `final`, or one of these conditions holds
    """
    callback: NotRequired[Callback]
    priority: NotRequired[int]
    """
    Temporal's priority key: 1 runs first; default: 3. 1 and 2 precede jobs of other tenants and take the role `operator`
    """
    keep_days: NotRequired[float]
    """
    Days that the job and its results are kept after its end; default: the server's
    """
    labels: NotRequired[dict[str, str]]
    """
    Text for the client; shown, never interpreted
    """


class Job(TypedDict):
    id: str
    operation: str
    """
    The operation; `pipeline` for a job with `steps`
    """
    template: NotRequired[str]
    """
    The template that made its steps, as NAME@VERSION; absent if none did
    """
    dialect: str
    """
    The API that submitted it
    """
    tenant: str
    state: Literal["created", "queued", "downloading", "waiting", "processing", "packaging", "completed", "failed", "cancelled"]
    paused: bool
    """
    Running activities finish; no others start
    """
    stage: str | None
    """
    The stage that runs now; in a pipeline STEP/STAGE, the one that began last
    """
    progress: float
    steps: list[JobStep]
    """
    In an order in which each follows those that it uses
    """
    run: int
    """
    Number of the run, from 1
    """
    created_at: str
    started_at: str | None
    completed_at: str | None
    expires_at: str | None
    """
    When the job and its results are deleted; null before the end of the run, or if they are kept forever
    """
    assets: AssetCounts
    usage: Usage
    labels: dict[str, str]
    notes: NotRequired[list[str]]
    """
    Files that were skipped in directories that the request names; absent if there are none
    """
    rerun_reason: NotRequired[str]
    """
    Why this run was requested; absent in the first run, and if no reason was given
    """
    result: ResultSummary | None
    error: JobError | None
    links: dict[str, str]
