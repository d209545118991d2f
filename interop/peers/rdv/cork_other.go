//go:build !linux

// Systems without TCP_CORK.

package main

import (
	"errors"
	"net"
)

func setCork(*net.TCPConn, bool) error {
	return errors.New("--glue needs Linux")
}
