package main

// The messages of the relay and of the channels below it.

import "fmt"

type (
	publicKey [32]byte
	nonce16   [16]byte
	salt32    [32]byte
	sign64    [64]byte
)

type randNonceMsg struct {
	nonce  nonce16
	source publicKey
	dest   *publicKey
}

type dhMsg struct {
	dh    [32]byte
	nonce nonce16
	salt  salt32
	sign  sign64
}

type rekeyMsg struct {
	dh   [32]byte
	salt salt32
}

const (
	roleListen = iota
	roleAccept
	roleConnect
)

type initMsg struct {
	role int
	key  publicKey
}

// encode writes the message; releases up to 0.1.2 know no destination.
func (m randNonceMsg) encode(legacy bool) []byte {
	b := newBuilder(firstSegment)
	if legacy {
		s := b.root(0, 2)
		s.fixed(0, m.nonce[:])
		s.fixed(1, m.source[:])
		return b.packed()
	}
	s := b.root(1, 3)
	s.fixed(0, m.nonce[:])
	s.fixed(1, m.source[:])
	if m.dest != nil {
		s.u16(0, 1)
		s.fixed(2, m.dest[:])
	}
	return b.packed()
}

func decodeRandNonce(p []byte) (m randNonceMsg, err error) {
	s, err := openRoot(p)
	if err != nil {
		return
	}
	if err = s.fixed(0, m.nonce[:]); err != nil {
		return
	}
	if err = s.fixed(1, m.source[:]); err != nil {
		return
	}
	switch s.u16(0) {
	case 0:
	case 1:
		m.dest = new(publicKey)
		err = s.fixed(2, m.dest[:])
	default:
		err = fmt.Errorf("unknown destination tag %d", s.u16(0))
	}
	return
}

func (m dhMsg) encode() []byte {
	b := newBuilder(firstSegment)
	s := b.root(0, 4)
	s.fixed(0, m.dh[:])
	s.fixed(1, m.nonce[:])
	s.fixed(2, m.salt[:])
	s.fixed(3, m.sign[:])
	return b.packed()
}

func decodeDh(p []byte) (m dhMsg, err error) {
	s, err := openRoot(p)
	if err != nil {
		return
	}
	for i, f := range [][]byte{m.dh[:], m.nonce[:], m.salt[:], m.sign[:]} {
		if err = s.fixed(i, f); err != nil {
			return
		}
	}
	return
}

// encodeChannel wraps user bytes, or a rekey when one is given, with padding before it.
func encodeChannel(padding, user []byte, rekey *rekeyMsg, alpha bool) []byte {
	return buildChannel(padding, user, rekey, alpha).packed()
}

// buildChannel has the content in a struct of its own; in 0.1.0-alpha.4 it stands in the message.
func buildChannel(padding, user []byte, rekey *rekeyMsg, alpha bool) *builder {
	b := newBuilder(firstSegment)
	var union target
	place := 0
	if alpha {
		union = b.root(1, 2)
		union.bytes(0, padding)
		place = 1
	} else {
		s := b.root(0, 2)
		s.bytes(0, padding)
		union = s.child(1, 1, 1)
	}
	if rekey != nil {
		r := union.child(place, 0, 2)
		r.fixed(0, rekey.dh[:])
		r.fixed(1, rekey.salt[:])
	} else {
		union.u16(0, 1)
		union.bytes(place, user)
	}
	return b
}

func decodeChannel(p []byte, alpha bool) (padding, user []byte, rekey *rekeyMsg, err error) {
	s, err := openRoot(p)
	if err != nil {
		return
	}
	if alpha != (s.dataWords > 0) {
		err = fmt.Errorf("a record of another age: %d words of data", s.dataWords)
		return
	}
	if padding, err = s.bytes(0); err != nil {
		return
	}
	union, place := s, 1
	if !alpha {
		place = 0
		if union, err = s.child(1); err != nil {
			return
		}
	}
	switch union.u16(0) {
	case 0:
		rekey = &rekeyMsg{}
		var r structure
		if r, err = union.child(place); err != nil {
			return
		}
		if err = r.fixed(0, rekey.dh[:]); err != nil {
			return
		}
		err = r.fixed(1, rekey.salt[:])
	case 1:
		user, err = union.bytes(place)
		if user == nil {
			user = []byte{}
		}
	default:
		err = fmt.Errorf("unknown channel content %d", union.u16(0))
	}
	return
}

// encodeKeepalive wraps a message; nil is the keepalive itself.
func encodeKeepalive(message []byte) []byte {
	b := newBuilder(firstSegment)
	s := b.root(1, 1)
	if message != nil {
		s.u16(0, 1)
		s.bytes(0, message)
	}
	return b.packed()
}

func decodeKeepalive(p []byte) (message []byte, err error) {
	s, err := openRoot(p)
	if err != nil {
		return
	}
	switch s.u16(0) {
	case 0:
		return nil, nil
	case 1:
		if message, err = s.bytes(0); message == nil {
			message = []byte{}
		}
		return
	}
	return nil, fmt.Errorf("unknown keepalive tag %d", s.u16(0))
}

func (m initMsg) encode() []byte {
	b := newBuilder(firstSegment)
	s := b.root(1, 1)
	s.u16(0, uint16(m.role))
	if m.role != roleListen {
		s.fixed(0, m.key[:])
	}
	return b.packed()
}

func decodeInit(p []byte) (m initMsg, err error) {
	s, err := openRoot(p)
	if err != nil {
		return
	}
	m.role = int(s.u16(0))
	switch m.role {
	case roleListen:
	case roleAccept, roleConnect:
		err = s.fixed(0, m.key[:])
	default:
		err = fmt.Errorf("unknown role %d", m.role)
	}
	return
}

// encodeKey is both RejectConnection and IncomingConnection.
func encodeKey(k publicKey) []byte {
	b := newBuilder(firstSegment)
	b.root(0, 1).fixed(0, k[:])
	return b.packed()
}

func decodeKey(p []byte) (k publicKey, err error) {
	s, err := openRoot(p)
	if err == nil {
		err = s.fixed(0, k[:])
	}
	return
}

func openRoot(p []byte) (structure, error) {
	m, err := parse(p)
	if err != nil {
		return structure{}, err
	}
	return m.root()
}
