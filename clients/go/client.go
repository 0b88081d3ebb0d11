// Package darkroom is the client of darkroom, a durable job server for images and other assets.
//
//	client, err := darkroom.New("http://127.0.0.1:8080", darkroom.WithToken(os.Getenv("DARKROOM_TOKEN")))
//	job, err := client.Submit(ctx, darkroom.JobSpec{
//		Operation: darkroom.Ptr("image.transform"),
//		Params:    &map[string]any{"width": 320},
//	}, darkroom.WithFiles(darkroom.LocalFile("photo.jpg")))
//	ended, err := client.Wait(ctx, job.Id, nil)
//
// Types of requests and responses are made from the OpenAPI document. Methods return an *Error for an error response
// of the server, and for no response.
package darkroom

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// responseTimeout is the time from the end of a request to the start of its response. Bodies have no limit.
const responseTimeout = 90 * time.Second

// Client is a client of one server. It may be used by several goroutines at once.
type Client struct {
	base    string
	token   func(context.Context) (string, error)
	header  http.Header
	http    *http.Client
	retries int
}

// Option changes a client.
type Option func(*Client)

// WithToken sets an API key or an access token.
func WithToken(token string) Option {
	return WithTokenSource(func(context.Context) (string, error) { return token, nil })
}

// WithTokenSource sets a function that returns the token before each request.
func WithTokenSource(source func(context.Context) (string, error)) Option {
	return func(c *Client) { c.token = source }
}

// WithHTTPClient sets the HTTP client, for example with a proxy. Redirects are not followed.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) { c.http = client }
}

// WithHeader adds a header to each request, for example for a gateway.
func WithHeader(name, value string) Option {
	return func(c *Client) { c.header.Add(name, value) }
}

// WithRetries sets how often a request is repeated after an outage or a limit. Default: 3.
func WithRetries(retries int) Option {
	return func(c *Client) { c.retries = retries }
}

// New returns a client of the server at an address such as http://127.0.0.1:8080. The address may have a path.
func New(server string, options ...Option) (*Client, error) {
	address, err := url.Parse(server)
	if err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		return nil, fmt.Errorf("%q is not the address of a server, such as http://127.0.0.1:8080", server)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = responseTimeout
	client := &Client{
		base:    strings.TrimRight(address.String(), "/"),
		token:   func(context.Context) (string, error) { return "", nil },
		header:  http.Header{},
		http:    &http.Client{Transport: transport},
		retries: 3,
	}
	for _, option := range options {
		option(client)
	}
	own := *client.http
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.http = &own
	return client, nil
}

// Ptr returns a pointer to a value, for optional fields.
func Ptr[T any](value T) *T { return &value }

// HasEnded reports whether a job in this state is completed, failed or cancelled.
func HasEnded[State ~string](state State) bool {
	return state == "completed" || state == "failed" || state == "cancelled"
}
