package darkroom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"os"
	"path/filepath"
)

// File is an asset that is sent with a job. It is opened when it is sent, and again for a retry.
type File struct {
	Name string
	// Size in bytes.
	Size int64
	Open func() (io.ReadCloser, error)
	// Attributes are values for the operation.
	Attributes map[string]any
	// Checksum is `sha256:` and 64 hexadecimal digits: the job fails if the bytes differ.
	Checksum string
	err      error
}

// LocalFile returns a file of this machine. An error is returned by the method that sends it.
func LocalFile(path string) File {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is not a file", path)
	}
	if err != nil {
		return File{err: err}
	}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	return File{Name: filepath.Base(path), Size: info.Size(), Open: open}
}

// Bytes returns a file of this content.
func Bytes(name string, content []byte) File {
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	return File{Name: name, Size: int64(len(content)), Open: open}
}

// buildBody makes a JSON body, or a form of known length if there are files. The document comes first, since it describes
// the files.
func buildBody(part string, document any, files []File) (*requestBody, error) {
	if len(files) == 0 {
		return jsonBody(document)
	}
	content, err := addUploads(document, files)
	if err != nil {
		return nil, err
	}
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	if err := writer.WriteField(part, string(content)); err != nil {
		return nil, err
	}
	// What stands before each file, and after the last one.
	var between [][]byte
	length := int64(0)
	for index, file := range files {
		if _, err := writer.CreateFormFile(uploadName(index), file.Name); err != nil {
			return nil, err
		}
		between = append(between, bytes.Clone(form.Bytes()))
		length += int64(form.Len()) + file.Size
		form.Reset()
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	between = append(between, form.Bytes())
	length += int64(form.Len())
	open := func() io.ReadCloser {
		pieces := []io.Reader{bytes.NewReader(between[0])}
		body := &formReader{}
		for index, file := range files {
			opened := &lateFile{file: file}
			body.files = append(body.files, opened)
			pieces = append(pieces, opened, bytes.NewReader(between[index+1]))
		}
		body.Reader = io.MultiReader(pieces...)
		return body
	}
	return &requestBody{writer.FormDataContentType(), length, open}, nil
}

func uploadName(index int) string { return fmt.Sprintf("file-%d", index) }

// addUploads adds the files to the assets of a document.
func addUploads(document any, files []File) ([]byte, error) {
	content, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(content, &fields); err != nil {
		return nil, err
	}
	assets := []any{}
	if given, ok := fields["assets"]; ok {
		if err := json.Unmarshal(given, &assets); err != nil {
			return nil, err
		}
	}
	for index, file := range files {
		if file.err != nil {
			return nil, file.err
		}
		asset := map[string]any{"name": file.Name, "source": map[string]string{"upload": uploadName(index)}}
		if file.Attributes != nil {
			asset["attributes"] = file.Attributes
		}
		if file.Checksum != "" {
			asset["checksum"] = file.Checksum
		}
		assets = append(assets, asset)
	}
	if fields["assets"], err = json.Marshal(assets); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

type formReader struct {
	io.Reader
	files []*lateFile
}

func (r *formReader) Close() error {
	for _, file := range r.files {
		file.close()
	}
	return nil
}

// lateFile opens a file at the first read, so that few are open at once.
type lateFile struct {
	file   File
	opened io.ReadCloser
}

func (f *lateFile) Read(buffer []byte) (int, error) {
	if f.opened == nil {
		opened, err := f.file.Open()
		if err != nil {
			return 0, err
		}
		f.opened = opened
	}
	n, err := f.opened.Read(buffer)
	if err == io.EOF {
		f.close()
	}
	return n, err
}

func (f *lateFile) close() {
	if f.opened != nil {
		_ = f.opened.Close()
	}
}
