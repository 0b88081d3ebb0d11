package darkroom

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/tmaxmax/go-sse"
)

const (
	reconnectDelay = time.Second
	longestOutage  = 5 * time.Minute
	maxEventSize   = 16 << 20
	// silence ends a connection without data: the server sends a heartbeat more often.
	silence = time.Minute
)

// Event is a change of a job. One of its fields is set.
type Event struct {
	State    *StateEvent
	Progress *ProgressEvent
	// End is the ended job, in the last event.
	End *Job
}

// Events yields each change of a job, and stops after the end or an error. It reconnects after a broken connection, and
// tolerates that the server is away for five minutes.
func (c *Client) Events(ctx context.Context, id string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for message, err := range c.messages(ctx, jobPath(id)+"/events") {
			if err != nil {
				yield(Event{}, err)
				return
			}
			event, err := parseEvent(message)
			if err != nil || event != (Event{}) {
				if !yield(event, err) || err != nil || event.End != nil {
					return
				}
			}
		}
	}
}

// parseEvent returns no event for a type that later servers may send.
func parseEvent(message sse.Event) (Event, error) {
	event := Event{}
	var target any
	switch message.Type {
	case "state":
		event.State = new(StateEvent)
		target = event.State
	case "progress":
		event.Progress = new(ProgressEvent)
		target = event.Progress
	case "end":
		event.End = new(Job)
		target = event.End
	default:
		return event, nil
	}
	return event, json.Unmarshal([]byte(message.Data), target)
}

// Log yields each entry of the log of a job once. With follow, it waits for new ones until the job ends, and reconnects.
func (c *Client) Log(ctx context.Context, id string, follow bool) iter.Seq2[LogEntry, error] {
	if !follow {
		return c.readLog(ctx, id)
	}
	return func(yield func(LogEntry, error) bool) {
		known := map[string]bool{}
		for message, err := range c.messages(ctx, jobPath(id)+"/log") {
			entry := LogEntry{}
			if err == nil && message.Type == "log" {
				err = json.Unmarshal([]byte(message.Data), &entry)
			}
			if err != nil {
				yield(entry, err)
				return
			}
			if message.Type == "end" {
				return
			}
			if message.Type != "log" || known[entry.Id] {
				continue
			}
			known[entry.Id] = true
			if !yield(entry, nil) {
				return
			}
		}
	}
}

func (c *Client) readLog(ctx context.Context, id string) iter.Seq2[LogEntry, error] {
	return func(yield func(LogEntry, error) bool) {
		header := http.Header{"Accept": {"application/x-ndjson"}}
		one := call{method: http.MethodGet, path: jobPath(id) + "/log", header: header, repeatable: true}
		response, err := c.send(ctx, one)
		if err != nil {
			yield(LogEntry{}, err)
			return
		}
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, maxEventSize)
		for lines.Scan() {
			if lines.Text() == "" {
				continue
			}
			entry := LogEntry{}
			err := json.Unmarshal(lines.Bytes(), &entry)
			if !yield(entry, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(LogEntry{}, err)
		}
	}
}

// messages yields the events of a stream. It connects again until the caller stops, or the server is away for too long.
func (c *Client) messages(ctx context.Context, path string) iter.Seq2[sse.Event, error] {
	return func(yield func(sse.Event, error) bool) {
		last := ""
		away := time.Time{}
		for {
			goOn, err := c.readMessages(ctx, path, &last, func(message sse.Event) bool {
				away = time.Time{}
				return yield(message, nil)
			})
			if !goOn {
				return
			}
			var problem *Error
			delay := reconnectDelay
			if errors.As(err, &problem) {
				if away.IsZero() {
					away = time.Now()
				}
				if (!problem.IsOutage() && !problem.IsLimited()) || time.Since(away) > longestOutage {
					yield(sse.Event{}, err)
					return
				}
				delay = min(max(delay, problem.RetryAfter), longestDelay)
			}
			if err := sleep(ctx, delay); err != nil {
				yield(sse.Event{}, err)
				return
			}
		}
	}
}

// readMessages reads one connection to its end, however it ends. It returns false if the caller wants no more.
func (c *Client) readMessages(ctx context.Context, path string, last *string, use func(sse.Event) bool) (bool, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	header := http.Header{"Accept": {"text/event-stream"}}
	if *last != "" {
		header.Set("last-event-id", *last)
	}
	response, err := c.send(ctx, call{method: http.MethodGet, path: path, header: header, repeatable: true})
	if err != nil {
		return true, err
	}
	defer response.Body.Close()
	if !strings.HasPrefix(response.Header.Get("content-type"), "text/event-stream") {
		detail := "The response is not a stream of events"
		return true, &Error{Status: http.StatusNotAcceptable, Code: "events_unavailable", Detail: detail}
	}
	watchdog := time.AfterFunc(silence, stop)
	defer watchdog.Stop()
	body := &fedReader{response.Body, watchdog}
	for message, err := range sse.Read(body, &sse.ReadConfig{MaxEventSize: maxEventSize}) {
		if err != nil {
			return true, nil
		}
		if message.LastEventID != "" {
			*last = message.LastEventID
		}
		if !use(message) {
			return false, nil
		}
	}
	return true, nil
}
