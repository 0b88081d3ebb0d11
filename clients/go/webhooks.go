package darkroom

import (
	"encoding/json"
	"errors"
	"net/http"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// WebhookEvent is what a callback of the native API says.
type WebhookEvent struct {
	Type string `json:"type"`
	// Data is the job at the time of the event.
	Data Job `json:"data"`
}

// VerifyWebhook returns the event of a callback, or an error if it is not signed by one of the secrets, or too old. body: as
// received. secrets: what `darkroom webhook-secret` prints; several while it is rotated. The header webhook-id is the same in
// each attempt of a callback.
func VerifyWebhook(body []byte, header http.Header, secrets ...string) (*WebhookEvent, error) {
	failure := errors.New("there is no secret")
	for _, secret := range secrets {
		webhook, err := standardwebhooks.NewWebhook(secret)
		if err == nil {
			err = webhook.Verify(body, header)
		}
		if err != nil {
			failure = err
			continue
		}
		event := new(WebhookEvent)
		return event, json.Unmarshal(body, event)
	}
	return nil, failure
}
