package darkroom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maxFailedDownloads is the number of consecutive attempts without a new byte.
const maxFailedDownloads = 3

// Result returns the result of a job. It fails with the code result_not_ready before there is one.
func (c *Client) Result(ctx context.Context, id string) (*Result, error) {
	return get[Result](ctx, c, jobPath(id)+"/result", nil)
}

// Files lists the files of the result.
func (c *Client) Files(ctx context.Context, id string) ([]FileEntry, error) {
	type list struct {
		Files []FileEntry `json:"files"`
	}
	found, err := get[list](ctx, c, jobPath(id)+"/files", nil)
	if err != nil {
		return nil, err
	}
	return found.Files, nil
}

// Download opens a file of the result. The caller closes it.
func (c *Client) Download(ctx context.Context, id, path string) (io.ReadCloser, error) {
	response, err := c.download(ctx, id, path, nil)
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

func (c *Client) download(ctx context.Context, id, path string, header http.Header) (*http.Response, error) {
	parts := strings.Split(path, "/")
	for at, part := range parts {
		parts[at] = url.PathEscape(part)
	}
	address := jobPath(id) + "/files/" + strings.Join(parts, "/")
	return c.send(ctx, call{method: http.MethodGet, path: address, header: header, repeatable: true})
}

// Archive opens all files of the result as a ZIP. The caller closes it.
func (c *Client) Archive(ctx context.Context, id string) (io.ReadCloser, error) {
	response, err := c.send(ctx, call{method: http.MethodGet, path: jobPath(id) + "/archive", repeatable: true})
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// SaveFile writes a file of the result. It verifies the SHA-256 before the file gets its name, and resumes an interrupted
// download.
func (c *Client) SaveFile(ctx context.Context, id string, entry FileEntry, target string) error {
	if info, err := os.Lstat(target); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%q is no file; only files are replaced", target)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	partial := target + ".part"
	for failed := 0; ; {
		offset := sizeOf(partial)
		err := c.fetch(ctx, id, entry, partial, offset)
		if err == nil {
			var sum string
			if sum, err = hashFile(partial); err != nil {
				return err
			}
			if sum == entry.Sha256 {
				return os.Rename(partial, target)
			}
			if err = os.Remove(partial); err != nil {
				return err
			}
			// Otherwise the partial file was of other content: download the whole file.
			if offset == 0 {
				return badDownload("The SHA-256 of %q is not that of the file list", entry.Path)
			}
			continue
		}
		var problem *Error
		if ctx.Err() != nil || (errors.As(err, &problem) && !problem.IsOutage()) || errors.As(err, new(*os.PathError)) {
			return err
		}
		if sizeOf(partial) > offset {
			failed = 0
		} else if failed++; failed == maxFailedDownloads {
			return err
		}
	}
}

// fetch appends what is missing in a partial file.
func (c *Client) fetch(ctx context.Context, id string, entry FileEntry, partial string, offset int64) error {
	if offset == int64(entry.Size) && offset > 0 {
		return nil
	}
	header := http.Header{}
	if offset > 0 && offset < int64(entry.Size) {
		header.Set("range", fmt.Sprintf("bytes=%d-", offset))
		header.Set("if-range", `"`+entry.Sha256+`"`)
	}
	response, err := c.download(ctx, id, entry.Path, header)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	mode := os.O_TRUNC
	if response.StatusCode == http.StatusPartialContent {
		mode = os.O_APPEND
	}
	file, err := os.OpenFile(partial, os.O_CREATE|os.O_WRONLY|mode, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, response.Body)
	return errors.Join(err, file.Close())
}

// SaveFiles writes all files of the result below a folder, and returns their places. It skips files that exist with the
// same content.
func (c *Client) SaveFiles(ctx context.Context, id, folder string) ([]string, error) {
	entries, err := c.Files(ctx, id)
	if err != nil {
		return nil, err
	}
	saved := make([]string, 0, len(entries))
	for _, entry := range entries {
		// A malicious server must not choose where files are written.
		local := filepath.FromSlash(entry.Path)
		if !filepath.IsLocal(local) {
			return saved, badDownload("%q is outside the folder of the results", entry.Path)
		}
		target := filepath.Join(folder, local)
		if sum, err := hashFile(target); err != nil || sum != entry.Sha256 {
			if err := c.SaveFile(ctx, id, entry, target); err != nil {
				return saved, err
			}
		}
		saved = append(saved, target)
	}
	return saved, nil
}

// CreateLink makes a link to a result file that needs no login. path: a file; empty: index.html, with all files that the
// page shows. expiresIn: 0 for an hour.
func (c *Client) CreateLink(ctx context.Context, id, path string, expiresIn time.Duration) (*Link, error) {
	document := map[string]any{}
	if path != "" {
		document["path"] = path
	}
	if expiresIn > 0 {
		document["expires_in"] = int(expiresIn.Seconds())
	}
	one := call{method: http.MethodPost, path: jobPath(id) + "/links", repeatable: true}
	return put[Link](ctx, c, one, document)
}

func badDownload(format string, path string) *Error {
	return &Error{Status: http.StatusBadGateway, Code: "bad_download", Detail: fmt.Sprintf(format, path)}
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// hashFile reads only regular files: a pipe may never end.
func hashFile(path string) (string, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return "", errors.Join(err, errors.ErrUnsupported)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
