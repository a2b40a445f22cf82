package api

// The handler: operations on paths, and how their errors are written.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/validation"

	"meridian/config"
	"meridian/control"
	"meridian/healthcheck"
	"meridian/store"
)

// Deps are what the handlers stand on; all are needed.
type Deps struct {
	Control *control.Control
	Checker *healthcheck.Checker
	Info    Info
	Logger  *slog.Logger
	Now     func() time.Time
}

// server has the handlers as methods.
type server struct{ Deps }

// NewHandler returns the API. Who may use it is the Listener's matter.
func NewHandler(deps Deps) http.Handler {
	s := &server{deps}
	mux := http.NewServeMux()
	api := operations{humago.New(mux, apiConfig()), deps.Logger}
	s.addZones(api)
	s.addRecords(api)
	s.addSteered(api)
	s.addResources(api)
	s.addServer(api)
	s.addHistory(api)
	description := describe(api)
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(description)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, newError(http.StatusNotFound, "%s %s is no operation: GET /openapi.json describes all", r.Method, r.URL.Path))
	})
	return endingDeadline(mux)
}

// operations is where operations are added.
type operations struct {
	huma.API
	log *slog.Logger
}

// endingDeadline lifts the deadline of a request's body once that is read: left in
// place it would end the connection, and with it the request's context, under a change
// that takes longer.
func endingDeadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &timedBody{r.Body, func() { _ = http.NewResponseController(w).SetReadDeadline(time.Time{}) }}
		next.ServeHTTP(w, r)
	})
}

// timedBody calls end when there is nothing more to read.
type timedBody struct {
	io.ReadCloser
	end func()
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

// describe is the OpenAPI description. It is made once, at the start.
func describe(api huma.API) []byte {
	data, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil { // it has no cycles and no channels
		panic("describing the API: " + err.Error())
	}
	return append(data, '\n')
}

func apiConfig() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	alias[huma.ErrorModel, Error](registry)
	alias[config.Location, locationSchema](registry)
	alias[config.WhenAllDown, whenAllDownSchema](registry)
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshalStrict}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Meridian admin API", Version: "1",
				Description: "Zones, records, steering and health of one Meridian server. Owner names in paths are relative to their zone (@ is the apex) unless they end in a dot.",
			},
			Components: &huma.Components{
				Schemas:         registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "over TCP; a unix socket needs none"}},
			},
			Security: []map[string][]string{{"token": {}}, {}},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{oneShape},
	}
}

// alias makes the description of A that of B.
func alias[A, B any](registry huma.Registry) {
	registry.RegisterTypeAlias(reflect.TypeFor[A](), reflect.TypeFor[B]())
}

// schemaName names a type's schema: our own types as they are, others' with their
// package before them.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	pkg := t.PkgPath()
	if pkg = pkg[strings.LastIndex(pkg, "/")+1:]; pkg == "" || pkg == "api" {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// body is a request or response with nothing but a body.
type body[T any] struct{ Body T }

// Limits of request bodies. Imports and manifests carry whole zones.
const (
	smallBody   = 1 << 20
	largeBody   = 1 << 30
	bodyTimeout = 10 * time.Second
	longTimeout = 10 * time.Minute
)

// add registers an operation.
func add[I, O any](api operations, op huma.Operation, handle func(context.Context, *I) (O, error)) {
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes, op.BodyReadTimeout = smallBody, bodyTimeout
	}
	huma.Register(api.API, op, func(ctx context.Context, in *I) (*body[O], error) {
		out, err := handle(ctx, in)
		if err != nil {
			e := asError(err)
			if e.Status == http.StatusInternalServerError {
				api.log.Error("answering an admin request", "operation", op.OperationID, "error", err)
			}
			return nil, e
		}
		return &body[O]{out}, nil
	})
}

func operation(id, method, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: "/v1" + path, Summary: summary}
}

// large is an operation whose body carries whole zones. Decoding it is strict, but it
// isn't held against its schema, which would take as long again.
func large(op huma.Operation) huma.Operation {
	op.MaxBodyBytes, op.BodyReadTimeout, op.SkipValidateBody = largeBody, longTimeout, true
	return op
}

// asError gives an error its status.
func asError(err error) *Error {
	var e *Error
	var problems config.Problems
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &problems):
		e = newError(http.StatusUnprocessableEntity, "the change is refused")
		e.Problems = problems
		return e
	case errors.Is(err, store.ErrConflict):
		return newError(http.StatusConflict, "%v", err)
	case errors.Is(err, store.ErrNoRevision), errors.Is(err, store.ErrCompacted):
		return newError(http.StatusNotFound, "%v", err)
	case errors.Is(err, control.ErrStopped), errors.Is(err, context.Canceled):
		return newError(http.StatusServiceUnavailable, "%v", err)
	}
	return newError(http.StatusInternalServerError, "%v", err)
}

// oneShape writes what huma itself refuses in the shape that all errors have.
func oneShape(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	e := &Error{Status: m.Status, Title: m.Title, Message: m.Detail}
	for _, d := range m.Errors {
		p := config.Problem{Message: d.Message}
		if d.Message == validation.MsgExpectedMatchExactlyOneSchema {
			p.Message = "it has none of the forms that it may have: GET /openapi.json describes them"
		}
		if where := strings.TrimPrefix(strings.TrimPrefix(d.Location, "body"), "."); where != "" {
			p.Path = []string{where}
		}
		e.Problems = append(e.Problems, p)
	}
	return e, nil
}

// unmarshalStrict decodes JSON, refuses members that aren't known, and says what is
// wrong without naming types of this program.
func unmarshalStrict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonError(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON value: send one")
	}
	return nil
}

func jsonError(err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON at octet %d: %s", syntax.Offset, strings.TrimPrefix(syntax.Error(), "json: "))
	case errors.As(err, &wrong):
		return fmt.Errorf("%s: a JSON %s can't stand here", wrong.Field, wrong.Value)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is JSON that ends early")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}
