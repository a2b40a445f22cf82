package api_test

// The OpenAPI description, and the client held against it: what the client sends and
// reads is what is described, no more and no less.

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meridian/api"
	"meridian/config"
	"meridian/wire"
	"meridian/zones"
)

var update = flag.Bool("update", false, "write the golden files anew")

// description asks a handler for its OpenAPI document.
func description(t *testing.T) []byte {
	t.Helper()
	rec := httptest.NewRecorder()
	api.NewHandler(api.Deps{}).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("GET /openapi.json: %d %s", rec.Code, rec.Header())
	}
	return rec.Body.Bytes()
}

func TestOpenAPIIsGolden(t *testing.T) {
	golden := filepath.Join("testdata", "openapi.json")
	got := description(t)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the API is not as %s describes it; if that is meant: go test ./api -run Golden -update", golden)
	}
}

// document is what the test reads of an OpenAPI document.
type document struct {
	OpenAPI    string                          `json:"openapi"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	ID         string `json:"operationId"`
	Parameters []struct {
		Name, In string
	} `json:"parameters"`
	RequestBody *content           `json:"requestBody"`
	Responses   map[string]content `json:"responses"`
}

type content struct {
	Content map[string]struct {
		Schema *schema `json:"schema"`
	} `json:"content"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	OneOf      []*schema          `json:"oneOf"`
	// Additional is a schema where the object is a map.
	Additional json.RawMessage `json:"additionalProperties"`
}

// sent is a request as it came.
type sent struct {
	method, path string
	query        url.Values
	kind         string // of its body
	body         any    // where that is JSON
}

func TestClientAgainstOpenAPI(t *testing.T) {
	var doc document
	if err := json.Unmarshal(description(t), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("the description is of version %s", doc.OpenAPI)
	}
	called := map[string]string{} // operation to method
	for name, requests := range callAll(t) {
		for _, r := range requests {
			op := doc.find(r)
			if op == nil {
				t.Errorf("%s sends %s %s, which is no operation", name, r.method, r.path)
				continue
			}
			called[op.ID] = name
			doc.compare(t, name, op, r)
		}
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if called[op.ID] == "" {
				t.Errorf("no method of the client calls %s (%s %s)", op.ID, method, path)
			}
		}
	}
}

// find returns the operation that a request is for; a literal segment goes before a
// parameter, as in the mux.
func (d *document) find(r sent) *operation {
	var best *operation
	parameters := -1
	for path, methods := range d.Paths {
		op, ok := methods[strings.ToLower(r.method)]
		want, got := strings.Split(path, "/"), strings.Split(r.path, "/")
		if !ok || len(want) != len(got) {
			continue
		}
		n := 0
		for i := range want {
			if strings.HasPrefix(want[i], "{") {
				n++
			} else if want[i] != got[i] {
				n = -100
			}
		}
		if n >= 0 && (best == nil || n < parameters) {
			best, parameters = &op, n
		}
	}
	return best
}

// compare holds a request in which every field is set against its operation.
func (d *document) compare(t *testing.T, name string, op *operation, r sent) {
	t.Helper()
	var described []string
	for _, p := range op.Parameters {
		if p.In == "query" {
			described = append(described, p.Name)
		}
	}
	slices.Sort(described)
	if got := slices.Sorted(maps.Keys(r.query)); name != "Contents" && !slices.Equal(got, described) {
		t.Errorf("%s sends the query %v and %s describes %v", name, got, op.ID, described)
	}
	switch {
	case op.RequestBody == nil && r.body != nil:
		t.Errorf("%s sends a body, and %s takes none", name, op.ID)
	case op.RequestBody != nil:
		d.compareValue(t, name+" body", op.RequestBody.Content[r.kind].Schema, r.body)
	}
	method, _ := reflect.TypeFor[*api.Client]().MethodByName(name)
	if name == "Contents" { // made of what Records returns
		method, _ = reflect.TypeFor[*api.Client]().MethodByName("Records")
	}
	out := filled(method.Type.Out(0))
	d.compareValue(t, name+" response", op.Responses["200"].Content["application/json"].Schema, plain(t, out.Interface()))
}

// compareValue holds the members of a JSON value against a schema, both ways.
func (d *document) compareValue(t *testing.T, where string, s *schema, value any) {
	t.Helper()
	if s == nil {
		t.Errorf("%s is not described", where)
		return
	}
	if s.Ref != "" {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	var each *schema
	_ = json.Unmarshal(s.Additional, &each) // "false" is none
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			d.compareValue(t, where+"[]", s.Items, item)
		}
	case map[string]any:
		if len(s.OneOf) > 0 {
			return
		}
		if s.Properties == nil && each != nil {
			for _, item := range v {
				d.compareValue(t, where+"{}", each, item)
			}
			return
		}
		got, described := slices.Sorted(maps.Keys(v)), slices.Sorted(maps.Keys(s.Properties))
		if !slices.Equal(got, described) {
			t.Errorf("%s has the members %v and is described with %v", where, got, described)
		}
		for key, member := range v {
			d.compareValue(t, where+"."+key, s.Properties[key], member)
		}
	}
}

// callAll calls every method of the client with every argument set, against a server
// that writes down what comes, and returns that by method.
func callAll(t *testing.T) map[string][]sent {
	t.Helper()
	var mu sync.Mutex
	var requests []sent
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := sent{method: r.Method, path: r.URL.EscapedPath(), query: r.URL.Query(), kind: r.Header.Get("Content-Type")}
		if data, err := io.ReadAll(r.Body); err == nil && len(data) > 0 {
			_ = json.Unmarshal(data, &s.body)
		}
		mu.Lock()
		requests = append(requests, s)
		mu.Unlock()
		_, _ = w.Write([]byte("null"))
	}))
	defer srv.Close()
	client := dial(t, strings.TrimPrefix(srv.URL, "http://"), "token")
	by := map[string][]sent{}
	value := reflect.ValueOf(client)
	for i := range value.NumMethod() {
		method := value.Type().Method(i)
		if method.Type.NumIn() < 2 || method.Type.In(1) != reflect.TypeFor[context.Context]() {
			continue
		}
		args := []reflect.Value{value, reflect.ValueOf(t.Context())}
		for j := 2; j < method.Type.NumIn(); j++ {
			args = append(args, filled(method.Type.In(j)))
		}
		requests = nil
		out := method.Func.Call(args)
		if err, _ := out[len(out)-1].Interface().(error); err != nil {
			t.Errorf("%s: %v", method.Name, err)
		}
		by[method.Name] = requests
	}
	return by
}

// filled is a value of a type in which nothing is left out.
func filled(typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	fill(v)
	return v
}

func fill(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = noon
	case *netip.Addr:
		*p = netip.MustParseAddr("192.0.2.1")
	case *netip.AddrPort:
		*p = netip.MustParseAddrPort("192.0.2.1:80")
	case *netip.Prefix:
		*p = netip.MustParsePrefix("192.0.2.0/24")
	case *wire.Name:
		*p = wire.MustParseName("example.com")
	case *zones.SerialMode:
		*p = zones.Increment
	case *config.Location:
		*p = config.Location{Text: "IS", Set: true}
	case *config.StatusRange:
		*p = config.StatusRange{First: 200, Last: 299}
	case *config.WhenAllDown:
		p.Mode = config.LastGood
	default:
		fillKind(v)
	}
}

func fillKind(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(filled(v.Type().Key()), filled(v.Type().Elem()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	default:
		panic(fmt.Sprintf("no value for %s", v.Type()))
	}
}

// plain is a value as JSON makes it.
func plain(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
