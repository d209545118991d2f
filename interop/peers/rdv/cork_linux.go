// TCP_CORK, which only Linux has: written bytes are held back until a segment is full or the cork
// is pulled, at most 200 ms.

package main

import (
	"net"
	"syscall"
)

func setCork(socket *net.TCPConn, corked bool) error {
	value := 0
	if corked {
		value = 1
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = raw.Control(func(fd uintptr) {
		failure = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_CORK, value)
	})
	if err != nil {
		return err
	}
	return failure
}
