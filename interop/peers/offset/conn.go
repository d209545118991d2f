package main

// Layers, bottom to top: frames on TCP, version prefix, secure channel, keepalive. Each carries whole messages.

import (
	"bufio"
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// settings are what tests change.
type settings struct {
	tick           time.Duration
	rekeyTicks     int // 0: never of ourselves
	keepaliveTicks int
	setupTicks     int
	beat           time.Duration // sends keepalives so often, whatever else is sent; 0: as the protocol has it
	padding        string        // ref: 0..65535 as the original; small: 0..255; none
	maxFrame       int
	legacy         bool // as releases up to 0.1.2: 4 bytes of length, the first message bare, tunnels without keepalive
	alpha          bool // and as 0.1.0-alpha.4: records with the content in the message itself
	trace          func(event string, fields map[string]any)
}

func defaults() settings {
	return settings{tick: time.Second, rekeyTicks: 3600, keepaliveTicks: 32, setupTicks: 8, padding: "ref", maxFrame: 4 << 20,
		trace: func(string, map[string]any) {}}
}

// messages carries whole messages both ways. One goroutine receives; any may send.
type messages interface {
	Send([]byte) error
	Recv() ([]byte, error)
	// Close ends both directions after what was sent.
	Close() error
}

// ---- frames

// legacyMaxFrame is what releases up to 0.1.2 took.
const legacyMaxFrame = 1 << 20

type framed struct {
	c        net.Conn
	r        *bufio.Reader
	mu       sync.Mutex
	maxFrame int
	legacy   bool
	closed   atomic.Bool
	over     chan struct{} // closed when nothing is left of the connection
}

func newFramed(c net.Conn, s settings) *framed {
	f := &framed{c: c, r: bufio.NewReaderSize(c, 128<<10), maxFrame: s.maxFrame, legacy: s.legacy, over: make(chan struct{})}
	if s.legacy {
		f.maxFrame = min(f.maxFrame, legacyMaxFrame)
	}
	return f
}

func (f *framed) Send(m []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	frame := make([]byte, 0, 8+len(m))
	if f.legacy {
		frame = binary.BigEndian.AppendUint32(frame, uint32(len(m)))
	} else {
		frame = binary.BigEndian.AppendUint64(frame, uint64(len(m)))
	}
	_, err := f.c.Write(append(frame, m...))
	return err
}

func (f *framed) Recv() ([]byte, error) {
	var head [8]byte
	length := head[:]
	if f.legacy {
		length = head[4:]
	}
	if _, err := io.ReadFull(f.r, length); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint64(head[:])
	if n > uint64(f.maxFrame) {
		return nil, fmt.Errorf("frame of %d bytes", n)
	}
	m := make([]byte, n)
	_, err := io.ReadFull(f.r, m)
	return m, err
}

// Close sends the end of our direction, then reads what is still coming: closing a socket with unread bytes would make
// the kernel reset it, and the other side would lose what it had not read yet.
func (f *framed) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	if t, ok := f.c.(*net.TCPConn); ok {
		_ = t.CloseWrite()
		_ = t.SetReadDeadline(time.Now().Add(linger))
		go func() {
			defer close(f.over)
			_, _ = io.Copy(io.Discard, t)
			_ = t.Close()
		}()
		return nil
	}
	defer close(f.over)
	return f.c.Close()
}

// linger is how long a connection that has ended here may take to end there, its last data behind a slow reader.
const linger = 30 * time.Second

// abort drops the connection at once.
func (f *framed) abort() { _ = f.c.Close() }

// ---- version

type versioned struct {
	messages
	once sync.Once
	err  error
}

func newVersioned(m messages) (messages, error) {
	v := &versioned{messages: m}
	return v, m.Send([]byte{0, 0, 0, 0})
}

func (v *versioned) Recv() ([]byte, error) {
	v.once.Do(func() {
		first, err := v.messages.Recv()
		switch {
		case err != nil:
			v.err = err
		case !bytes.Equal(first, []byte{0, 0, 0, 0}):
			v.err = fmt.Errorf("version prefix %x", first)
		}
	})
	if v.err != nil {
		return nil, v.err
	}
	return v.messages.Recv()
}

// ---- secure channel

type identity struct {
	private ed25519.PrivateKey
	public  publicKey
}

func identityOf(seed []byte) identity {
	private := ed25519.NewKeyFromSeed(seed)
	return identity{private, publicKey(private.Public().(ed25519.PublicKey))}
}

type cipherState struct {
	key   [32]byte
	count *big.Int
}

func (c *cipherState) nonce() []byte {
	big := c.count.FillBytes(make([]byte, 12))
	for i, j := 0, 11; i < j; i, j = i+1, j-1 {
		big[i], big[j] = big[j], big[i]
	}
	return big
}

func newCipher(key [32]byte) *cipherState { return &cipherState{key, new(big.Int)} }

func (c *cipherState) seal(plain []byte) []byte {
	aead, _ := chacha20poly1305.New(c.key[:])
	nonce := c.nonce()
	c.count.Add(c.count, big.NewInt(1))
	return aead.Seal(nonce, nonce, plain, nil)
}

// open leaves the counter alone when it fails.
func (c *cipherState) open(record []byte) ([]byte, error) {
	if len(record) < 28 {
		return nil, errors.New("record too short")
	}
	nonce := c.nonce()
	if !bytes.Equal(record[:12], nonce) {
		return nil, errors.New("record out of order")
	}
	aead, _ := chacha20poly1305.New(c.key[:])
	plain, err := aead.Open(nil, nonce, record[12:], nil)
	if err == nil {
		c.count.Add(c.count, big.NewInt(1))
	}
	return plain, err
}

func deriveKey(private *ecdh.PrivateKey, peer [32]byte, salt salt32) ([32]byte, error) {
	var key [32]byte
	remote, err := ecdh.X25519().NewPublicKey(peer[:])
	if err != nil {
		return key, err
	}
	shared, err := private.ECDH(remote)
	if err != nil {
		return key, err
	}
	out, err := hkdf.Key(sha512.New512_256, shared, salt[:], "", 32)
	copy(key[:], out)
	return key, err
}

type ephemeral struct {
	private *ecdh.PrivateKey
	salt    salt32
}

func newEphemeral() (e ephemeral, err error) {
	if e.private, err = ecdh.X25519().GenerateKey(rand.Reader); err == nil {
		_, err = rand.Read(e.salt[:])
	}
	return
}

func (e ephemeral) public() (p [32]byte) {
	copy(p[:], e.private.PublicKey().Bytes())
	return
}

func signedBytes(dh [32]byte, nonce nonce16, salt salt32) []byte {
	return append(append(append([]byte{}, dh[:]...), nonce[:]...), salt[:]...)
}

// paddingSeen is what the other side pads.
type paddingSeen struct{ records, total, least, most int }

func (p *paddingSeen) add(n int) {
	if p.records == 0 || n < p.least {
		p.least = n
	}
	p.most = max(p.most, n)
	p.records++
	p.total += n
}

// control is work for the sending side that must keep its order.
type control struct {
	rekey   *rekeyMsg    // sent under the current key
	switch_ *cipherState // then this one is used
}

type secure struct {
	lower messages
	peer  publicKey
	set   settings

	sendMu  sync.Mutex // guards sender and the order of records
	sender  *cipherState
	ctlMu   sync.Mutex // guards the rest
	ctl     []control
	pending *ephemeral
	recv    *cipherState
	old     *cipherState
	ticks   int
	rekeys  atomic.Int64
	done    chan struct{}
	padded  paddingSeen
	ended   sync.Once
}

// handshake makes a secure channel of lower. With expect, the peer must be that one.
func handshake(lower messages, me identity, expect *publicKey, set settings) (*secure, error) {
	var own nonce16
	if _, err := rand.Read(own[:]); err != nil {
		return nil, err
	}
	if err := lower.Send(randNonceMsg{own, me.public, expect}.encode(set.legacy)); err != nil {
		return nil, err
	}
	raw, err := lower.Recv()
	if err != nil {
		return nil, err
	}
	theirs, err := decodeRandNonce(raw)
	if err != nil {
		return nil, err
	}
	if expect != nil && theirs.source != *expect {
		return nil, fmt.Errorf("peer is %s", theirs.source)
	}
	if theirs.source == me.public {
		return nil, errors.New("peer claims our own key")
	}
	eph, err := newEphemeral()
	if err != nil {
		return nil, err
	}
	dh := dhMsg{dh: eph.public(), nonce: theirs.nonce, salt: eph.salt}
	copy(dh.sign[:], ed25519.Sign(me.private, signedBytes(dh.dh, dh.nonce, dh.salt)))
	if err := lower.Send(dh.encode()); err != nil {
		return nil, err
	}
	if raw, err = lower.Recv(); err != nil {
		return nil, err
	}
	got, err := decodeDh(raw)
	if err != nil {
		return nil, err
	}
	if got.nonce != own {
		return nil, errors.New("peer answers another nonce")
	}
	if !ed25519.Verify(theirs.source[:], signedBytes(got.dh, got.nonce, got.salt), got.sign[:]) {
		return nil, errors.New("signature does not verify")
	}
	sendKey, err := deriveKey(eph.private, got.dh, eph.salt)
	if err != nil {
		return nil, err
	}
	recvKey, err := deriveKey(eph.private, got.dh, got.salt)
	if err != nil {
		return nil, err
	}
	s := &secure{lower: lower, peer: theirs.source, set: set, sender: newCipher(sendKey), recv: newCipher(recvKey),
		ticks: set.rekeyTicks, done: make(chan struct{})}
	set.trace("secure", map[string]any{"peer": s.peer.String(), "dest_named": theirs.dest != nil})
	if set.rekeyTicks > 0 {
		go s.clock()
	}
	return s, nil
}

func (s *secure) clock() {
	t := time.NewTicker(s.set.tick)
	defer t.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-t.C:
		}
		s.ctlMu.Lock()
		if s.ticks > 0 {
			s.ticks--
			s.ctlMu.Unlock()
			continue
		}
		s.ctlMu.Unlock()
		if err := s.startRekey(); err != nil {
			return
		}
	}
}

func (s *secure) startRekey() error {
	s.ctlMu.Lock()
	if s.pending != nil {
		s.ctlMu.Unlock()
		return nil
	}
	eph, err := newEphemeral()
	if err != nil {
		s.ctlMu.Unlock()
		return err
	}
	s.pending = &eph
	s.ticks = s.set.rekeyTicks
	s.ctl = append(s.ctl, control{rekey: &rekeyMsg{eph.public(), eph.salt}})
	s.ctlMu.Unlock()
	s.set.trace("rekey_started", nil)
	return s.flush()
}

// flush sends what control has queued.
func (s *secure) flush() error {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return s.flushLocked()
}

func (s *secure) flushLocked() error {
	for {
		s.ctlMu.Lock()
		if len(s.ctl) == 0 {
			s.ctlMu.Unlock()
			return nil
		}
		c := s.ctl[0]
		s.ctl = s.ctl[1:]
		s.ctlMu.Unlock()
		if c.rekey != nil {
			if err := s.record(nil, c.rekey); err != nil {
				return err
			}
		}
		if c.switch_ != nil {
			s.sender = c.switch_
		}
	}
}

func (s *secure) record(user []byte, rekey *rekeyMsg) error {
	var size [2]byte
	_, _ = rand.Read(size[:])
	n := int(binary.LittleEndian.Uint16(size[:]))
	switch s.set.padding {
	case "small":
		n &= 0xff
	case "none":
		n = 0
	}
	padding := make([]byte, n)
	_, _ = rand.Read(padding)
	return s.lower.Send(s.sender.seal(encodeChannel(padding, user, rekey, s.set.alpha)))
}

func (s *secure) Send(m []byte) error {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	if err := s.flushLocked(); err != nil {
		return err
	}
	return s.record(m, nil)
}

func (s *secure) decrypt(record []byte) ([]byte, error) {
	if s.old != nil {
		if plain, err := s.old.open(record); err == nil {
			return plain, nil
		}
	}
	plain, err := s.recv.open(record)
	if err == nil {
		s.old = nil
	}
	return plain, err
}

func (s *secure) Recv() ([]byte, error) {
	for {
		record, err := s.lower.Recv()
		if err != nil {
			return nil, err
		}
		plain, err := s.decrypt(record)
		if err != nil {
			return nil, err
		}
		padding, user, rekey, err := decodeChannel(plain, s.set.alpha)
		if err != nil {
			return nil, err
		}
		s.padded.add(len(padding))
		if rekey == nil {
			return user, nil
		}
		if err := s.rekeyed(rekey); err != nil {
			return nil, err
		}
	}
}

func (s *secure) rekeyed(m *rekeyMsg) error {
	s.ctlMu.Lock()
	eph := s.pending
	answer := eph == nil
	if answer {
		fresh, err := newEphemeral()
		if err != nil {
			s.ctlMu.Unlock()
			return err
		}
		eph = &fresh
	}
	sendKey, err := deriveKey(eph.private, m.dh, eph.salt)
	if err != nil {
		s.ctlMu.Unlock()
		return err
	}
	recvKey, err := deriveKey(eph.private, m.dh, m.salt)
	if err != nil {
		s.ctlMu.Unlock()
		return err
	}
	s.old, s.recv = s.recv, newCipher(recvKey)
	s.pending = nil
	s.ticks = s.set.rekeyTicks
	s.rekeys.Add(1)
	c := control{switch_: newCipher(sendKey)}
	if answer {
		c.rekey = &rekeyMsg{eph.public(), eph.salt}
	}
	s.ctl = append(s.ctl, c)
	s.ctlMu.Unlock()
	s.set.trace("rekeyed", map[string]any{"answered": answer, "count": s.rekeys.Load()})
	// Not in this goroutine: a sender that waits for the peer must not keep us from reading.
	go func() { _ = s.flush() }()
	return nil
}

func (s *secure) Close() error {
	s.ended.Do(func() { close(s.done) })
	return s.lower.Close()
}

// ---- keepalive

type keepalive struct {
	lower   messages
	set     settings
	waiting atomic.Bool // in lower.Recv
	close_  atomic.Int64
	send    atomic.Int64
	done    chan struct{}
	ended   sync.Once
}

func newKeepalive(lower messages, set settings) *keepalive {
	k := &keepalive{lower: lower, set: set, done: make(chan struct{})}
	k.close_.Store(int64(set.keepaliveTicks))
	k.send.Store(int64(set.keepaliveTicks / 2))
	go k.clock()
	if set.beat > 0 {
		go k.beat()
	}
	return k
}

func (k *keepalive) beat() {
	t := time.NewTicker(k.set.beat)
	defer t.Stop()
	for {
		select {
		case <-k.done:
			return
		case <-t.C:
			if k.lower.Send(encodeKeepalive(nil)) != nil {
				return
			}
		}
	}
}

func (k *keepalive) clock() {
	t := time.NewTicker(k.set.tick)
	defer t.Stop()
	for {
		select {
		case <-k.done:
			return
		case <-t.C:
		}
		if k.waiting.Load() && k.close_.Add(-1) <= 0 {
			k.set.trace("keepalive_expired", nil)
			_ = k.Close()
			return
		}
		if k.send.Add(-1) <= 0 {
			k.send.Store(int64(k.set.keepaliveTicks / 2))
			go func() {
				if k.lower.Send(encodeKeepalive(nil)) == nil {
					k.set.trace("keepalive_sent", nil)
				}
			}()
		}
	}
}

func (k *keepalive) Send(m []byte) error {
	err := k.lower.Send(encodeKeepalive(m))
	k.send.Store(int64(k.set.keepaliveTicks / 2))
	return err
}

func (k *keepalive) Recv() ([]byte, error) {
	for {
		k.waiting.Store(true)
		raw, err := k.lower.Recv()
		k.waiting.Store(false)
		if err != nil {
			return nil, err
		}
		m, err := decodeKeepalive(raw)
		if err != nil {
			return nil, err
		}
		k.close_.Store(int64(k.set.keepaliveTicks))
		if m != nil {
			return m, nil
		}
		k.set.trace("keepalive_received", nil)
	}
}

func (k *keepalive) Close() error {
	k.ended.Do(func() { close(k.done) })
	return k.lower.Close()
}

// ---- the two stacks

type leg struct {
	messages
	peer   publicKey
	socket *framed
	sc     *secure
	set    settings
	under  *leg // of a tunnel: the leg that carries it
}

// begin sends a client's first message. Up to release 0.1.2 it goes bare, and keepalives begin after it.
func (l *leg) begin(m initMsg) error {
	err := l.Send(m.encode())
	l.firstPassed()
	return err
}

// first receives a client's first message.
func (l *leg) first() ([]byte, error) {
	raw, err := l.Recv()
	l.firstPassed()
	return raw, err
}

func (l *leg) firstPassed() {
	if l.set.legacy {
		l.messages = newKeepalive(l.sc, l.set)
	}
}

// timed runs a set-up and drops the connection when it takes too long.
func timed[T any](limit time.Duration, drop func(), setup func() (T, error)) (T, error) {
	expired := make(chan struct{})
	timer := time.AfterFunc(limit, func() { close(expired); drop() })
	t, err := setup()
	if !timer.Stop() {
		select {
		case <-expired:
			var none T
			return none, errors.New("set-up took too long")
		default:
		}
	}
	return t, err
}

// legOf makes the connection between a client and a relay of a socket.
func legOf(c net.Conn, me identity, expect *publicKey, set settings) (*leg, error) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetNoDelay(true)
	}
	f := newFramed(c, set)
	l, err := timed(time.Duration(set.setupTicks)*set.tick, f.abort, func() (*leg, error) {
		v, err := newVersioned(f)
		if err != nil {
			return nil, err
		}
		s, err := handshake(v, me, expect, set)
		if err != nil {
			return nil, err
		}
		l := &leg{messages: s, peer: s.peer, socket: f, sc: s, set: set}
		if !set.legacy {
			l.messages = newKeepalive(s, set)
		}
		return l, nil
	})
	if err != nil {
		f.abort()
	}
	return l, err
}

// tunnelOf makes the connection between two clients of a joined leg.
func tunnelOf(l *leg, me identity, peer publicKey, set settings) (*leg, error) {
	t, err := timed(time.Duration(set.setupTicks)*set.tick, l.socket.abort, func() (*leg, error) {
		s, err := handshake(l, me, &peer, set)
		if err != nil {
			return nil, err
		}
		t := &leg{messages: s, peer: s.peer, socket: l.socket, sc: s, set: set, under: l}
		if !set.legacy {
			t.messages = newKeepalive(s, set)
		}
		return t, nil
	})
	if err != nil {
		l.socket.abort()
	}
	return t, err
}
