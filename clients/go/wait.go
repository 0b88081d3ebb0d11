package darkroom

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// WaitOptions changes a wait.
type WaitOptions struct {
	// OnProgress is called with each change.
	OnProgress func(*WatchedJob)
	// Outage is how long the server may be away. Default: five minutes.
	Outage time.Duration
}

// Wait returns the job once it is completed, failed or cancelled. A failed job is no error: see `Error` of the job. The
// context limits the wait; the job continues.
func (c *Client) Wait(ctx context.Context, id string, options *WaitOptions) (*WatchedJob, error) {
	if options == nil {
		options = &WaitOptions{}
	}
	limit := options.Outage
	if limit == 0 {
		limit = longestOutage
	}
	etag := ""
	away := time.Time{}
	for {
		job, delay, err := c.poll(ctx, id, &etag)
		var problem *Error
		if errors.As(err, &problem) && (problem.IsOutage() || problem.IsLimited()) {
			if away.IsZero() {
				away = time.Now()
			}
			if time.Since(away) > limit {
				return nil, err
			}
			delay = min(max(delay, problem.RetryAfter), longestDelay)
		} else if err != nil {
			return nil, err
		} else {
			away = time.Time{}
		}
		if job != nil && HasEnded(job.State) {
			return job, nil
		}
		if job != nil && options.OnProgress != nil {
			options.OnProgress(job)
		}
		if err := sleep(ctx, delay); err != nil {
			return nil, err
		}
	}
}

// poll returns the job, or nil if it has not changed, and when to ask again.
func (c *Client) poll(ctx context.Context, id string, etag *string) (*WatchedJob, time.Duration, error) {
	header := http.Header{}
	if *etag != "" {
		header.Set("if-none-match", *etag)
	}
	one := call{method: http.MethodGet, path: jobPath(id), header: header, repeatable: true}
	response, err := c.send(ctx, one)
	if err != nil {
		return nil, reconnectDelay, err
	}
	defer response.Body.Close()
	delay := parseRetryAfter(response.Header.Get("retry-after"))
	if delay == 0 {
		delay = reconnectDelay
	}
	if response.StatusCode == http.StatusNotModified {
		return nil, delay, nil
	}
	*etag = response.Header.Get("etag")
	job := new(WatchedJob)
	return job, delay, json.NewDecoder(response.Body).Decode(job)
}

// fedReader keeps a watchdog from ending a connection on which data arrives.
type fedReader struct {
	io.Reader
	watchdog *time.Timer
}

func (r *fedReader) Read(buffer []byte) (int, error) {
	n, err := r.Reader.Read(buffer)
	r.watchdog.Reset(silence)
	return n, err
}
