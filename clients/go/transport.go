package darkroom

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	firstDelay   = 250 * time.Millisecond
	longestDelay = 30 * time.Second
	// longestLimit is the longest Retry-After that is waited for after a limit.
	longestLimit = time.Minute
)

type call struct {
	method string
	// path is relative to the address of the server, escaped.
	path   string
	query  url.Values
	header http.Header
	body   *requestBody
	// repeatable reports whether the request may be sent again after an outage.
	repeatable bool
}

// requestBody can be sent several times.
type requestBody struct {
	contentType string
	length      int64
	open        func() io.ReadCloser
}

func jsonBody(document any) (*requestBody, error) {
	content, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	open := func() io.ReadCloser { return io.NopCloser(strings.NewReader(string(content))) }
	return &requestBody{"application/json", int64(len(content)), open}, nil
}

// send returns a successful response with an unread body.
func (c *Client) send(ctx context.Context, one call) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		response, problem, err := c.attempt(ctx, one)
		if err != nil || problem == nil {
			return response, err
		}
		mayRepeat := problem.IsLimited() || (problem.IsOutage() && one.repeatable)
		if attempt >= c.retries || !mayRepeat || (problem.IsLimited() && problem.RetryAfter > longestLimit) {
			return nil, problem
		}
		delay := problem.RetryAfter
		if delay == 0 {
			delay = time.Duration(float64(firstDelay<<attempt) * (0.75 + rand.Float64()/2))
		}
		if problem.IsOutage() {
			delay = min(delay, longestDelay)
		}
		if err := sleep(ctx, delay); err != nil {
			return nil, err
		}
	}
}

// attempt returns an error of its own only if the request cannot be sent at all.
func (c *Client) attempt(ctx context.Context, one call) (*http.Response, *Error, error) {
	address := c.base + one.path
	if len(one.query) > 0 {
		address += "?" + one.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, one.method, address, nil)
	if err != nil {
		return nil, nil, err
	}
	for _, header := range []http.Header{c.header, one.header} {
		for name, values := range header {
			request.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	token, err := c.token(ctx)
	if err != nil {
		return nil, nil, err
	}
	if token != "" {
		request.Header.Set("authorization", "Bearer "+token)
	}
	if one.body != nil {
		request.Header.Set("content-type", one.body.contentType)
		request.Body, request.ContentLength = one.body.open(), one.body.length
	}
	response, err := c.http.Do(request)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil {
		detail := "The server at " + c.base + " cannot be reached: " + err.Error()
		return nil, &Error{Code: "unreachable", Detail: detail, Retryable: true, cause: err}, nil
	}
	if response.StatusCode >= 300 && response.StatusCode != http.StatusNotModified {
		return nil, readError(response), nil
	}
	return response, nil, nil
}

// decode reads the JSON body of a response.
func decode[T any](response *http.Response, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	value := new(T)
	if err := json.NewDecoder(response.Body).Decode(value); err != nil {
		detail := "The response is not that of darkroom: " + err.Error()
		return nil, &Error{Status: response.StatusCode, Code: "http_error", Detail: detail, cause: err}
	}
	return value, nil
}

// get reads a JSON document.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	return decode[T](c.send(ctx, call{method: http.MethodGet, path: path, query: query, repeatable: true}))
}

// put sends a JSON document, and reads one.
func put[T any](ctx context.Context, c *Client, one call, document any) (*T, error) {
	if document != nil {
		body, err := jsonBody(document)
		if err != nil {
			return nil, err
		}
		one.body = body
	}
	return decode[T](c.send(ctx, one))
}

func (c *Client) remove(ctx context.Context, path string) error {
	response, err := c.send(ctx, call{method: http.MethodDelete, path: path})
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func jobPath(id string) string { return "/v1/jobs/" + url.PathEscape(id) }

func sleep(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
