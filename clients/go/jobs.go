package darkroom

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
)

type submission struct {
	files []File
	key   string
	wait  time.Duration
}

// SubmitOption changes a submission.
type SubmitOption func(*submission)

// WithFiles adds files as assets. They are sent with the request, and read while it is sent.
func WithFiles(files ...File) SubmitOption {
	return func(s *submission) { s.files = append(s.files, files...) }
}

// WithIdempotencyKey sets the key: the same key with the same request returns the same job. Default: a random key, unless
// the job has an id.
func WithIdempotencyKey(key string) SubmitOption {
	return func(s *submission) { s.key = key }
}

// WaitForEnd lets the server answer when the job has ended, or after this time, at most 50 seconds.
func WaitForEnd(limit time.Duration) SubmitOption {
	return func(s *submission) { s.wait = limit }
}

// Submit submits a job, and returns it once it is durable. Repeating it is safe.
func (c *Client) Submit(ctx context.Context, job JobSpec, options ...SubmitOption) (*Job, error) {
	given := submission{}
	if job.Id == nil {
		given.key = uuid.NewString()
	}
	for _, option := range options {
		option(&given)
	}
	return c.submit(ctx, "/v1/jobs", "job", job, given)
}

// AddAssets adds assets to a job that waits for them. `Final` of the assets ends the wait.
func (c *Client) AddAssets(ctx context.Context, id string, assets MoreAssets, options ...SubmitOption) (*Job, error) {
	given := submission{key: uuid.NewString()}
	for _, option := range options {
		option(&given)
	}
	return c.submit(ctx, jobPath(id)+"/assets", "assets", assets, given)
}

func (c *Client) submit(ctx context.Context, path, part string, document any, given submission) (*Job, error) {
	body, err := buildBody(part, document, given.files)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	if given.key != "" {
		header.Set("idempotency-key", given.key)
	}
	if given.wait > 0 {
		header.Set("prefer", fmt.Sprintf("wait=%d", int(given.wait.Seconds())))
	}
	one := call{method: http.MethodPost, path: path, header: header, body: body, repeatable: true}
	return decode[Job](c.send(ctx, one))
}

// Get returns a job with what it does now.
func (c *Client) Get(ctx context.Context, id string) (*WatchedJob, error) {
	return get[WatchedJob](ctx, c, jobPath(id), nil)
}

// Request returns the request of a job, without secrets.
func (c *Client) Request(ctx context.Context, id string) (*JobRequest, error) {
	return get[JobRequest](ctx, c, jobPath(id)+"/request", nil)
}

// JobFilter selects jobs. Fields that are empty do not filter.
type JobFilter struct {
	State     JobState
	Operation string
	Dialect   string
	// Since selects jobs that were created at or after this time.
	Since time.Time
	// Labels selects jobs that have all of them.
	Labels map[string]string
	// IdPrefix is what the id begins with.
	IdPrefix string
}

// JobPage is a part of a list. NextCursor is nil on the last one.
type JobPage struct {
	Jobs       []Job   `json:"jobs"`
	NextCursor *string `json:"next_cursor"`
}

// Page returns one page. limit: 1 to 200 jobs, 0 for 50. cursor: NextCursor of the page before, or empty.
func (c *Client) Page(ctx context.Context, filter JobFilter, limit int, cursor string) (*JobPage, error) {
	query := url.Values{}
	for name, value := range map[string]string{
		"state":     string(filter.State),
		"operation": filter.Operation,
		"dialect":   filter.Dialect,
		"id_prefix": filter.IdPrefix,
		"cursor":    cursor,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if !filter.Since.IsZero() {
		query.Set("since", filter.Since.UTC().Format(time.RFC3339Nano))
	}
	for name, value := range filter.Labels {
		query.Add("label", name+":"+value)
	}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	return get[JobPage](ctx, c, "/v1/jobs", query)
}

// List yields all jobs, page by page: unfinished jobs first, then ended ones, latest first. It stops after an error.
func (c *Client) List(ctx context.Context, filter JobFilter) iter.Seq2[Job, error] {
	return func(yield func(Job, error) bool) {
		for cursor := ""; ; {
			page, err := c.Page(ctx, filter, 0, cursor)
			if err != nil {
				yield(Job{}, err)
				return
			}
			for _, job := range page.Jobs {
				if !yield(job, nil) {
					return
				}
			}
			if page.NextCursor == nil {
				return
			}
			cursor = *page.NextCursor
		}
	}
}

// Cancel cancels a job. The reason, if it is not empty, becomes part of its error message.
func (c *Client) Cancel(ctx context.Context, id, reason string) (*Job, error) {
	var document any
	if reason != "" {
		document = Cancellation{Reason: &reason}
	}
	return c.control(ctx, id, "cancel", document)
}

// Pause lets running activities end and starts no others.
func (c *Client) Pause(ctx context.Context, id string) (*Job, error) {
	return c.control(ctx, id, "pause", nil)
}

// Resume continues a paused job.
func (c *Client) Resume(ctx context.Context, id string) (*Job, error) {
	return c.control(ctx, id, "resume", nil)
}

func (c *Client) control(ctx context.Context, id, what string, document any) (*Job, error) {
	one := call{method: http.MethodPost, path: jobPath(id) + "/" + what, repeatable: true}
	return put[Job](ctx, c, one, document)
}

// RerunOptions says what runs again; the zero value: all stages.
type RerunOptions struct {
	// From is the first stage, or in a pipeline the first step, that runs again.
	From string
	// FailedAssets selects only the assets that failed.
	FailedAssets bool
	// Reason is shown with the job, and in the audit log.
	Reason string
}

// Rerun runs an ended job again under its id.
func (c *Client) Rerun(ctx context.Context, id string, options RerunOptions) (*Job, error) {
	query := url.Values{}
	if options.From != "" {
		query.Set("from", options.From)
	}
	if options.FailedAssets {
		query.Set("assets", "failed")
	}
	if options.Reason != "" {
		query.Set("reason", options.Reason)
	}
	return put[Job](ctx, c, call{method: http.MethodPost, path: jobPath(id) + "/rerun", query: query}, nil)
}

// Delete cancels the job if it runs, and deletes inputs, results and record. The id stays taken. The reason, which may be empty, is
// for the audit log.
func (c *Client) Delete(ctx context.Context, id, reason string) error {
	path := jobPath(id)
	if reason != "" {
		path += "?" + url.Values{"reason": {reason}}.Encode()
	}
	return c.remove(ctx, path)
}

// Deliveries lists the callbacks of a job with their attempts.
func (c *Client) Deliveries(ctx context.Context, id string) ([]Delivery, error) {
	type list struct {
		Deliveries []Delivery `json:"deliveries"`
	}
	found, err := get[list](ctx, c, jobPath(id)+"/deliveries", nil)
	if err != nil {
		return nil, err
	}
	return found.Deliveries, nil
}

// Redeliver sends a callback again. delivery: its id, or its position in the list, from 1.
func (c *Client) Redeliver(ctx context.Context, id, delivery string) (*Delivery, error) {
	path := jobPath(id) + "/deliveries/" + url.PathEscape(delivery) + "/redeliver"
	return put[Delivery](ctx, c, call{method: http.MethodPost, path: path}, nil)
}
