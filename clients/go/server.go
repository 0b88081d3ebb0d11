package darkroom

import (
	"context"
	"net/http"
	"net/url"
)

// Operations lists the operations of the server.
func (c *Client) Operations(ctx context.Context) ([]Operation, error) {
	type list struct {
		Operations []Operation `json:"operations"`
	}
	found, err := get[list](ctx, c, "/v1/operations", nil)
	if err != nil {
		return nil, err
	}
	return found.Operations, nil
}

// Operation returns an operation with its parameters.
func (c *Client) Operation(ctx context.Context, name string) (*Operation, error) {
	return get[Operation](ctx, c, "/v1/operations/"+url.PathEscape(name), nil)
}

// Usage returns the usage by day (UTC) and operation. from, to: days such as 2026-11-21; empty: this month.
func (c *Client) Usage(ctx context.Context, from, to string) (*UsageReport, error) {
	query := url.Values{}
	for name, day := range map[string]string{"from": from, "to": to} {
		if day != "" {
			query.Set(name, day)
		}
	}
	return get[UsageReport](ctx, c, "/v1/usage", query)
}

// Ready returns nil if the server is ready. It is not repeated.
func (c *Client) Ready(ctx context.Context) error {
	response, err := c.send(ctx, call{method: http.MethodGet, path: "/readyz"})
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// Credentials lists the credentials of the tenant for buckets, without keys.
func (c *Client) Credentials(ctx context.Context) ([]Credentials, error) {
	type list struct {
		Credentials []Credentials `json:"credentials"`
	}
	found, err := get[list](ctx, c, "/v1/credentials", nil)
	if err != nil {
		return nil, err
	}
	return found.Credentials, nil
}

// CreateCredentials stores credentials once their server has accepted them.
func (c *Client) CreateCredentials(ctx context.Context, wanted CredentialsRequest) (*Credentials, error) {
	return put[Credentials](ctx, c, call{method: http.MethodPost, path: "/v1/credentials"}, wanted)
}

// RotateCredentials replaces the keys of credentials.
func (c *Client) RotateCredentials(ctx context.Context, name string, keys CredentialsKeys) (*Credentials, error) {
	return put[Credentials](ctx, c, call{method: http.MethodPut, path: credentialsPath(name)}, keys)
}

// RevokeCredentials deletes credentials.
func (c *Client) RevokeCredentials(ctx context.Context, name string) error {
	return c.remove(ctx, credentialsPath(name))
}

func credentialsPath(name string) string { return "/v1/credentials/" + url.PathEscape(name) }
