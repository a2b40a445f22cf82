package main

// The resolver of ALIAS targets outside of our zones.

import (
	"log/slog"
	"net/netip"

	"meridian/alias"
)

// newAliases makes it, with the system's resolvers where no others are given. A server
// without any serves all the rest: only ALIAS records to names outside need them.
func newAliases(resolvers []netip.AddrPort, log *slog.Logger) *alias.Resolver {
	if len(resolvers) == 0 {
		var err error
		if resolvers, err = alias.SystemResolvers("/etc/resolv.conf"); err != nil {
			log.Warn("there are no resolvers for ALIAS records: give them with --alias-resolver", "error", err)
		}
	}
	return alias.New(alias.Options{Exchanger: alias.Network{Resolvers: resolvers}, Logger: log})
}
