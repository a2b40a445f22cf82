package api

// Descriptions of values whose JSON has more than one form.

import "github.com/danielgtaylor/huma/v2"

type locationSchema struct{}

// Schema describes config.Location.
func (locationSchema) Schema(huma.Registry) *huma.Schema {
	two := 2
	return &huma.Schema{
		Description: "a cloud region's name (aws:eu-west-1), a country code, or [latitude, longitude] in degrees",
		OneOf: []*huma.Schema{
			{Type: huma.TypeString},
			{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeNumber}, MinItems: &two, MaxItems: &two},
		},
	}
}

type whenAllDownSchema struct{}

// Schema describes config.WhenAllDown.
func (whenAllDownSchema) Schema(huma.Registry) *huma.Schema {
	address := &huma.Schema{Type: huma.TypeString, Description: "an address"}
	withRegion := &huma.Schema{
		Type:                 huma.TypeObject,
		Properties:           map[string]*huma.Schema{"address": {Type: huma.TypeString}, "region": {Type: huma.TypeString}},
		Required:             []string{"address"},
		AdditionalProperties: false,
	}
	fallback := &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: []*huma.Schema{address, withRegion}}}
	return &huma.Schema{
		Description: "as-if-up (default), last-good, or addresses to fall back on",
		OneOf: []*huma.Schema{
			{Type: huma.TypeString},
			{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"fallback": fallback}, Required: []string{"fallback"}, AdditionalProperties: false},
		},
	}
}
