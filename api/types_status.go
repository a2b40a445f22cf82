package api

// Status, history and explanations.

import "time"

// Info is what a server knows of itself from its start.
type Info struct {
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Listen  []string  `json:"listen" nullable:"false" doc:"addresses that answer DNS"`
	Admin   string    `json:"admin" doc:"where this API is"`
	Metrics string    `json:"metrics,omitempty"`
	Config  []Setting `json:"config" nullable:"false" doc:"what is in force"`
}

// Setting is one setting in force and where it is from.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source" doc:"flag, environment, file or default"`
}

// Status is how a server stands.
type Status struct {
	Info
	Uptime   string `json:"uptime"`
	Revision uint64 `json:"revision"`
	Applied  string `json:"applied,omitempty" doc:"digest of the manifest applied last"`

	Zones    int `json:"zones"`
	Unloaded int `json:"zones_unloaded" doc:"of these: without records"`
	Regions  int `json:"regions"`
	Checks   int `json:"checks"`
	Steered  int `json:"steered"`

	Endpoints States     `json:"endpoints" doc:"of each type of each steered record, overrides included"`
	Targets   States     `json:"targets" doc:"of checks"`
	Geo       Geo        `json:"geo"`
	Tables    Tables     `json:"tables"`
	Overrides []Override `json:"overrides" nullable:"false"`
	Warnings  []string   `json:"warnings" nullable:"false" doc:"what an operator should look at"`
}

// States counts by state.
type States struct {
	Up   int `json:"up"`
	Down int `json:"down"`
	New  int `json:"new"`
}

// Geo is what clients are located by.
type Geo struct {
	Databases []Database `json:"databases" nullable:"false"`
	Locations int        `json:"locations" doc:"different ones"`
	RangesV4  int        `json:"ranges_v4"`
	RangesV6  int        `json:"ranges_v6"`
	Bytes     int        `json:"bytes" doc:"in memory"`
}

// Database is one geo database.
type Database struct {
	Name  string    `json:"name" doc:"the file, or \"embedded\""`
	Type  string    `json:"type" doc:"as the database calls itself"`
	Built time.Time `json:"built,omitzero"`
	Days  int       `json:"days" doc:"since it was built; 0 where that isn't known"`
}

// Tables are the class tables.
type Tables struct {
	Count int `json:"count"`
	Bytes int `json:"bytes" doc:"in memory"`
}

// RevisionDiff is one revision with what it changed, for people.
type RevisionDiff struct {
	Revision
	Diff      []string `json:"diff" nullable:"false"`
	MoreLines int      `json:"more_lines,omitempty"`
}
