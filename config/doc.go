// Package config holds the resources that DNS has no words for (regions,
// topologies, checks, steered records, overrides) as plain values, and the one
// function that says what is wrong with them.
//
// The same types are read from a manifest, travel through the API and lie in the
// store: their YAML and JSON forms are equal, and each has one file.
//
//   - Region, Topology, Check, Steered (with Endpoint): what an operator configures.
//   - Override: an operator's word on a region or endpoint; not configuration.
//   - Set: a whole configuration. Around: the surroundings in which one resource is
//     validated, so that a change to one record of many costs that record alone.
//   - Problem: one fault, with the path of the setting, what is wrong and what to do.
//
// Values are not normalised by reading: Validate checks, and WithDefaults returns
// the copy in which every omitted setting has its default. They may be read by any
// number of goroutines and are never changed once made.
package config
