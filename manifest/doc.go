// Package manifest reads and writes the resources that DNS has no words for, as the
// YAML of "meridian apply -f" and "meridian export".
//
//   - Parse (Read, from a file) gives a Manifest, or all that is wrong with it at
//     once, each with its line and column. It is strict: an unknown key is an error.
//   - Manifest says what the document names and, for each part, whether it is there:
//     a part that isn't stays as it is when the manifest is applied.
//   - Validate sees a manifest among what else is configured; Locate finds the lines
//     of problems that were found elsewhere.
//   - Export is the other way: a document that Parse reads back as the same.
//
// YAML is read as a plain notation for maps, lists and words: anchors, aliases, tags
// and merge keys are refused, and no word changes its meaning by how it looks (the
// country NO is Norway).
//
// A Manifest is not changed once made and may be read by any number of goroutines.
package manifest
