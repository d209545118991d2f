package main

// A relay with the rules of the original: the first listener stays, a half tunnel lasts 32 ticks, nothing is told to clients.

import (
	"net"
	"sync"
	"time"
)

type relay struct {
	me  identity
	set settings

	mu        sync.Mutex
	listeners map[publicKey]*listener
}

type listener struct {
	leg      *leg
	incoming chan publicKey // one place, as in the original
	halves   map[publicKey]*half
}

type half struct {
	leg   *leg
	timer *time.Timer
}

func (r *relay) serve(l net.Listener) error {
	r.listeners = map[publicKey]*listener{}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go r.client(c)
	}
}

func (r *relay) client(c net.Conn) {
	l, err := legOf(c, r.me, nil, r.set)
	if err != nil {
		r.set.trace("relay_setup_failed", map[string]any{"error": err.Error()})
		return
	}
	first, err := timed(4*r.set.tick, l.socket.abort, l.first)
	if err == nil {
		var m initMsg
		if m, err = decodeInit(first); err == nil {
			r.role(l, m)
			return
		}
	}
	r.set.trace("relay_no_role", map[string]any{"error": err.Error()})
	_ = l.Close()
}

func (r *relay) role(l *leg, m initMsg) {
	r.mu.Lock()
	defer r.mu.Unlock()
	log := func(what string, d publicKey) {
		r.set.trace(what, map[string]any{"from": l.peer.String(), "to": d.String()})
	}
	drop := func(what string, d publicKey) {
		log(what, d)
		go func() { _ = l.Close() }()
	}
	switch m.role {
	case roleListen:
		if r.listeners[l.peer] != nil {
			drop("relay_listen_refused", l.peer)
			return
		}
		d := &listener{l, make(chan publicKey, 1), map[publicKey]*half{}}
		r.listeners[l.peer] = d
		log("relay_listening", l.peer)
		go r.listen(d)
	case roleConnect:
		d := r.listeners[m.key]
		if d == nil || d.halves[l.peer] != nil {
			drop("relay_connect_refused", m.key)
			return
		}
		select {
		case d.incoming <- l.peer:
		default:
			drop("relay_connect_refused", m.key)
			return
		}
		h := &half{leg: l}
		h.timer = time.AfterFunc(32*r.set.tick, func() { r.end(d, l.peer, h, "relay_half_expired") })
		d.halves[l.peer] = h
		log("relay_connect", m.key)
	case roleAccept:
		var h *half
		if d := r.listeners[l.peer]; d != nil {
			h = d.halves[m.key]
		}
		if h == nil {
			drop("relay_accept_refused", m.key)
			return
		}
		h.timer.Stop()
		delete(r.listeners[l.peer].halves, m.key)
		log("relay_joined", m.key)
		go pump(h.leg, l)
		go pump(l, h.leg)
	}
}

func (r *relay) end(d *listener, c publicKey, h *half, why string) {
	r.mu.Lock()
	mine := d.halves[c] == h
	if mine {
		delete(d.halves, c)
	}
	r.mu.Unlock()
	if mine {
		r.set.trace(why, map[string]any{"from": c.String(), "to": d.leg.peer.String()})
		_ = h.leg.Close()
	}
}

func (r *relay) listen(d *listener) {
	gone := make(chan struct{})
	go func() {
		for {
			select {
			case c := <-d.incoming:
				if d.leg.Send(encodeKey(c)) != nil {
					return
				}
			case <-gone:
				return
			}
		}
	}()
	for {
		raw, err := d.leg.Recv()
		if err != nil {
			break
		}
		c, err := decodeKey(raw)
		if err != nil {
			break
		}
		r.mu.Lock()
		h := d.halves[c]
		r.mu.Unlock()
		if h != nil {
			h.timer.Stop()
			r.end(d, c, h, "relay_rejected")
		}
	}
	close(gone)
	r.mu.Lock()
	delete(r.listeners, d.leg.peer)
	halves := d.halves
	d.halves = map[publicKey]*half{}
	r.mu.Unlock()
	for _, h := range halves {
		h.timer.Stop()
		_ = h.leg.Close()
	}
	_ = d.leg.Close()
	r.set.trace("relay_listener_gone", map[string]any{"from": d.leg.peer.String()})
}

func pump(from, to *leg) {
	for {
		m, err := from.Recv()
		if err != nil || to.Send(m) != nil {
			break
		}
	}
	_ = to.Close()
	_ = from.Close()
}
