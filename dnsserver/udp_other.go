//go:build !linux

package dnsserver

// UDP elsewhere is what package net has.

import (
	"context"
	"net/netip"
)

func openUDP(ctx context.Context, network string, addr netip.AddrPort, workers int) ([]udpSocket, rooms, error) {
	return openPortable(ctx, network, addr, workers)
}
