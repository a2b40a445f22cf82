package api

// An import as a stream of octets: for each zone a header and its contents in the form of
// zones.Contents.Send. Zones of a million names travel and are read in a tenth of the time
// that they take as JSON. It is for our own client; JSON is for everybody.
//
//	┌─────────┬──────────────────────┬───────────┬─────────┬─ …
//	│ length  │ header (JSON)        │ batches   │ length  │        up to the end of the body
//	│ uvarint │ {"zone":"a.b.", …}   │ … 0       │ uvarint │
//	└─────────┴──────────────────────┴───────────┴─────────┴─ …

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"meridian/config"
	"meridian/control"
	"meridian/zones"
)

// streamType is the body's media type.
const streamType = "application/vnd.meridian.zones"

// maxStreamHeader bounds a zone's header: the names of 65,536 files have room.
const maxStreamHeader = 16 << 20

// streamHeader is what comes before a zone's contents.
type streamHeader struct {
	Zone          string           `json:"zone"`
	Serials       zones.SerialMode `json:"serials,omitempty"`
	SkipOutOfZone bool             `json:"skip_out_of_zone,omitempty"`
	Files         []string         `json:"files,omitempty"`
}

// ContentsToImport are the static records of a zone, to replace those that it has.
type ContentsToImport struct {
	*zones.Contents
	Serials       zones.SerialMode // "": as they are, date-counter for a new zone
	SkipOutOfZone bool             // with a warning each, instead of refusing the zone
}

// ImportContents is Import for contents as they were read, faster for large ones.
func (c *Client) ImportContents(ctx context.Context, terms Terms, all []ContentsToImport) (Outcome, error) {
	r, w := io.Pipe()
	defer r.Close()
	go func() {
		buffered := bufio.NewWriterSize(w, 256<<10)
		err := sendAll(buffered, all)
		if err == nil {
			err = buffered.Flush()
		}
		w.CloseWithError(err)
	}()
	return c.change(ctx, http.MethodPost, pathOf("import", "stream"), terms, r)
}

func sendAll(w io.Writer, all []ContentsToImport) error {
	for _, z := range all {
		header, err := json.Marshal(streamHeader{z.Name.String(), z.Serials, z.SkipOutOfZone, z.Files()})
		if err != nil {
			return fmt.Errorf("encoding the request: %w", err)
		}
		if _, err := w.Write(append(binary.AppendUvarint(nil, uint64(len(header))), header...)); err != nil {
			return fmt.Errorf("sending the request: %w", err)
		}
		if err := z.Send(w); err != nil {
			return err
		}
	}
	return nil
}

// stream is a request whose body is read as it comes.
type stream struct {
	Terms
	body io.Reader
}

// Resolve is how huma gives a request's body away unread.
func (s *stream) Resolve(ctx huma.Context) []error {
	// A deadline that can't be set is that of the connection.
	_ = ctx.SetReadDeadline(time.Now().Add(longTimeout))
	s.body = ctx.BodyReader()
	return nil
}

func streamed(op huma.Operation) huma.Operation {
	op.RequestBody = &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{streamType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
	return op
}

func (s *server) importStream(ctx context.Context, in *stream) (Outcome, error) {
	var change control.Change
	problems, err := receiveAll(in.body, &change)
	if err != nil {
		return Outcome{}, err
	}
	return s.importChange(ctx, in.Terms, change, problems)
}

// receiveAll reads a body's zones into a change.
func receiveAll(body io.Reader, change *control.Change) (config.Problems, error) {
	bounded := &io.LimitedReader{R: body, N: largeBody + 1}
	r := bufio.NewReaderSize(bounded, 256<<10)
	var problems config.Problems
	for {
		header, err := readStreamHeader(r)
		if err == io.EOF {
			return problems, nil
		}
		if err == nil {
			var found config.Problems
			found, err = receiveZone(r, header, change)
			problems = append(problems, found...)
		}
		if bounded.N == 0 {
			return nil, newError(http.StatusRequestEntityTooLarge, "the request has more than %d octets", largeBody)
		}
		if err != nil {
			return nil, newError(http.StatusBadRequest, "%v", err)
		}
	}
}

var errBadHeader = errors.New("a zone's header makes no sense: is it from another version of meridian?")

// readStreamHeader reads the next zone's header. io.EOF says that there is none.
func readStreamHeader(r *bufio.Reader) (streamHeader, error) {
	var header streamHeader
	if _, err := r.Peek(1); err != nil {
		return header, err
	}
	size, err := binary.ReadUvarint(r)
	if err != nil || size > maxStreamHeader {
		return header, errBadHeader
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err != nil {
		return header, fmt.Errorf("reading a zone's header: %w", err)
	}
	if len(text) < int(size) || unmarshalStrict(text, &header) != nil {
		return header, errBadHeader
	}
	return header, nil
}

// receiveZone reads a zone's contents into a change.
func receiveZone(r *bufio.Reader, header streamHeader, change *control.Change) (config.Problems, error) {
	name, failed := parseZone(header.Zone)
	if failed != nil {
		return nil, failed
	}
	contents, problems, err := zones.Receive(r, name, header.Files, header.SkipOutOfZone)
	if err != nil {
		return nil, err
	}
	file := ""
	if len(header.Files) > 0 {
		file = header.Files[0]
	}
	return append(importContents(change, file, contents, header.Serials), problems...), nil
}
