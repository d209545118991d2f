// Glue: a dialer whose CONTINUE and first bytes leave in one segment.
//
// The original client writes CONTINUE by a system call of its own, so its peers nearly always read
// it alone. A peer that loses the bytes behind it would go unnoticed. The picker below is asked
// last before CONTINUE is written, and corks the socket of the conn that it picks.

package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"reflect"
	"unsafe"

	"github.com/betamos/rdv"
)

// corkingPicker picks as inner does. It runs on the goroutine of the call it belongs to and is
// good for one call.
type corkingPicker struct {
	inner  rdv.Picker
	socket *net.TCPConn
	err    error
}

func (p *corkingPicker) Pick(candidates chan *rdv.Conn, cancel func()) []*rdv.Conn {
	conns := p.inner.Pick(candidates, cancel)
	if len(conns) > 0 {
		if p.socket, p.err = socketOf(conns[0]); p.err == nil {
			p.err = setCork(p.socket, true)
		}
	}
	return conns
}

// uncork lets everything written so far go, and later writes as usual.
func (p *corkingPicker) uncork() error {
	if p.socket == nil {
		return nil
	}
	return setCork(p.socket, false)
}

// socketOf digs out the TCP socket of a conn, which rdv embeds under an unexported name.
func socketOf(conn *rdv.Conn) (*net.TCPConn, error) {
	field := reflect.ValueOf(conn).Elem().FieldByName("netConn")
	if !field.IsValid() {
		return nil, fmt.Errorf("rdv.Conn has no field netConn")
	}
	inner := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Interface()
	if secured, ok := inner.(*tls.Conn); ok {
		inner = secured.NetConn()
	}
	socket, ok := inner.(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("no TCP socket under %T", inner)
	}
	return socket, nil
}
