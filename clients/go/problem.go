package darkroom

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// FieldProblem is one invalid field of a request.
type FieldProblem struct {
	// Pointer is a JSON Pointer (RFC 6901).
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Error is an error response of the server (RFC 9457), or no response.
type Error struct {
	// Status is the HTTP status; 0 if there was no response.
	Status int `json:"status"`
	// Code is one of docs/errors.md, or one of this client: unreachable, events_unavailable, bad_download, http_error.
	Code string `json:"code"`
	// Detail says what is wrong, and what to do.
	Detail  string          `json:"detail"`
	Errors  []FieldProblem  `json:"errors"`
	Details json.RawMessage `json:"details"`
	// Retryable reports whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// RetryAfter is what the server asks to wait; 0 if it does not ask.
	RetryAfter time.Duration `json:"-"`
	cause      error
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%s)", e.Detail, e.Code) }

// Unwrap returns the error of the connection.
func (e *Error) Unwrap() error { return e.cause }

// IsOutage reports whether the server, or a service that it needs, is away.
func (e *Error) IsOutage() bool {
	return e.Status == 0 || e.Status == 502 || e.Status == 503 || e.Status == 504
}

// IsLimited reports whether a limit refused the request, so that nothing was done.
func (e *Error) IsLimited() bool { return e.Status == http.StatusTooManyRequests }

func readError(response *http.Response) *Error {
	defer response.Body.Close()
	content, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	problem := &Error{}
	if json.Unmarshal(content, problem) != nil || problem.Code == "" {
		problem = &Error{Code: "http_error", Detail: "The server answered " + response.Status}
		problem.Retryable = response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 502
	}
	problem.Status = response.StatusCode
	problem.RetryAfter = parseRetryAfter(response.Header.Get("retry-after"))
	return problem
}

func parseRetryAfter(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
