package darkroom_test

// The tests run against a live server: DARKROOM_URL, DARKROOM_TOKEN, PHOTO, WEBHOOK_SECRET.

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	darkroom "darkroom-client"
)

func connect(t *testing.T) (context.Context, *darkroom.Client) {
	t.Helper()
	client, err := darkroom.New(os.Getenv("DARKROOM_URL"), darkroom.WithToken(os.Getenv("DARKROOM_TOKEN")))
	check(t, err)
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(stop)
	return ctx, client
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func thumbnail() darkroom.JobSpec {
	return darkroom.JobSpec{
		Operation: darkroom.Ptr("image.transform"),
		Params:    &map[string]any{"width": 40, "format": "png"},
		Labels:    &map[string]string{"by": "go"},
	}
}

func TestPhotographIsUploadedProcessedAndSaved(t *testing.T) {
	ctx, client := connect(t)
	content, err := os.ReadFile(os.Getenv("PHOTO"))
	check(t, err)
	files := darkroom.WithFiles(darkroom.LocalFile(os.Getenv("PHOTO")), darkroom.Bytes("zwei ö.jpg", content))
	job, err := client.Submit(ctx, thumbnail(), files)
	check(t, err)
	ended, err := client.Wait(ctx, job.Id, nil)
	check(t, err)
	if ended.State != darkroom.WatchedJobStateCompleted || ended.Assets.Total != 2 {
		t.Fatalf("got %s, %+v, %+v", ended.State, ended.Assets, ended.Error)
	}
	folder := t.TempDir()
	saved, err := client.SaveFiles(ctx, job.Id, folder)
	check(t, err)
	if len(saved) != 2 {
		t.Fatalf("saved %v", saved)
	}
	picture, err := os.ReadFile(saved[0])
	check(t, err)
	decoded, err := png.Decode(bytes.NewReader(picture))
	check(t, err)
	if decoded.Bounds().Dx() != 40 {
		t.Errorf("width %d", decoded.Bounds().Dx())
	}
	opened, err := client.Download(ctx, job.Id, filepath.Base(saved[0]))
	check(t, err)
	again, err := io.ReadAll(opened)
	check(t, errors.Join(err, opened.Close()))
	if !bytes.Equal(again, picture) {
		t.Error("the download differs from the saved file")
	}
	found := false
	for one, err := range client.List(ctx, darkroom.JobFilter{Labels: map[string]string{"by": "go"}, IdPrefix: job.Id}) {
		check(t, err)
		found = found || one.Id == job.Id
	}
	if !found {
		t.Error("the list does not have the job")
	}
}

func TestEventsAndTheLogEndWithTheJob(t *testing.T) {
	ctx, client := connect(t)
	job, err := client.Submit(ctx, darkroom.JobSpec{Operation: darkroom.Ptr("system.echo")})
	check(t, err)
	var last darkroom.Event
	for event, err := range client.Events(ctx, job.Id) {
		check(t, err)
		last = event
	}
	if last.End == nil || last.End.State != darkroom.JobStateCompleted {
		t.Fatalf("the last event is %+v", last)
	}
	for _, follow := range []bool{true, false} {
		lines := []string{}
		for entry, err := range client.Log(ctx, job.Id, follow) {
			check(t, err)
			lines = append(lines, entry.Message)
		}
		if len(lines) < 2 || lines[0] != "Submitted" || lines[len(lines)-1] != "Completed" {
			t.Errorf("the log is %v", lines)
		}
	}
}

func TestJobThatWaitsIsCancelledWithAReason(t *testing.T) {
	ctx, client := connect(t)
	job, err := client.Submit(ctx, darkroom.JobSpec{
		Id:        darkroom.Ptr("go-waiting"),
		Operation: darkroom.Ptr("image.metadata"),
		AwaitAssets: &struct {
			QuietSeconds *float32 `json:"quiet_seconds,omitempty"`
			Total        *int     `json:"total,omitempty"`
		}{Total: darkroom.Ptr(2)},
	})
	check(t, err)
	added := darkroom.WithFiles(darkroom.LocalFile(os.Getenv("PHOTO")))
	_, err = client.AddAssets(ctx, job.Id, darkroom.MoreAssets{}, added)
	check(t, err)
	_, err = client.Cancel(ctx, job.Id, "enough")
	check(t, err)
	ended, err := client.Wait(ctx, job.Id, nil)
	check(t, err)
	if ended.State != darkroom.WatchedJobStateCancelled || ended.Error.Message != "The job was cancelled: enough" {
		t.Errorf("got %s, %+v", ended.State, ended.Error)
	}
	check(t, client.Delete(ctx, job.Id, "no longer needed"))
	_, err = client.Get(ctx, job.Id)
	var problem *darkroom.APIError
	if !errors.As(err, &problem) || problem.Code != "job_not_found" || problem.Status != 404 {
		t.Errorf("got %v", err)
	}
}

func TestErrorsNameTheField(t *testing.T) {
	ctx, client := connect(t)
	spec := thumbnail()
	spec.Params = &map[string]any{"widht": 40}
	_, err := client.Submit(ctx, spec, darkroom.WithFiles(darkroom.LocalFile(os.Getenv("PHOTO"))))
	var problem *darkroom.APIError
	if !errors.As(err, &problem) || problem.Code != "invalid_request" || problem.Errors[0].Pointer != "/params/widht" {
		t.Errorf("got %v", err)
	}
	_, err = client.Submit(ctx, thumbnail(), darkroom.WithFiles(darkroom.LocalFile("no-such-file")))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestOutagesAreRepeatedUnlessTheRequestMayHaveHadAnEffect(t *testing.T) {
	calls := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		calls[request.Method]++
		if calls[request.Method] < 3 {
			response.WriteHeader(503)
			return
		}
		_, _ = response.Write([]byte(`{"id":"x"}`))
	}))
	defer server.Close()
	client, err := darkroom.New(server.URL)
	check(t, err)
	if _, err = client.Get(context.Background(), "x"); err != nil || calls["GET"] != 3 {
		t.Errorf("GET: %v after %d calls", err, calls["GET"])
	}
	if _, err = client.Rerun(context.Background(), "x", darkroom.RerunOptions{}); err == nil || calls["POST"] != 1 {
		t.Errorf("POST: %v after %d calls", err, calls["POST"])
	}
}

func TestCallbacksAreVerified(t *testing.T) {
	secret := os.Getenv("WEBHOOK_SECRET")
	signer, err := standardwebhooks.NewWebhook(secret)
	check(t, err)
	body := []byte(`{"type":"job.completed","data":{"id":"a","state":"completed"}}`)
	now := time.Now()
	signature, err := signer.Sign("msg_1", now, body)
	check(t, err)
	header := http.Header{}
	header.Set("webhook-id", "msg_1")
	header.Set("webhook-timestamp", now.UTC().Format("20060102"))
	header.Set("webhook-signature", signature)
	if _, err := darkroom.VerifyWebhook(body, header, secret); err == nil {
		t.Error("a wrong time is accepted")
	}
	header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	event, err := darkroom.VerifyWebhook(body, header, secret)
	check(t, err)
	if event.Type != "job.completed" || event.Data.Id != "a" {
		t.Errorf("got %+v", event)
	}
	if _, err := darkroom.VerifyWebhook(append(body, ' '), header, secret); err == nil {
		t.Error("a changed body is accepted")
	}
}
