// Tests of the framing against bytes that are written out, and against itself.

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

const testLimit = 5 * time.Second

func pipePair() (*peerConn, *peerConn) {
	a, b := net.Pipe()
	return notCorked(a), notCorked(b)
}

// tcpPair has buffers, which two exchanges with each other need: both acknowledge at once.
func tcpPair(t *testing.T) (*peerConn, *peerConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	a, err := net.DialTimeout("tcp", listener.Addr().String(), testLimit)
	if err != nil {
		t.Fatal(err)
	}
	b, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return notCorked(a), notCorked(b)
}

func notCorked(conn net.Conn) *peerConn {
	return &peerConn{conn, false, func() error { return nil }}
}

func text(data string) payload {
	return payload{int64(len(data)), strings.NewReader(data)}
}

func TestExchangeWritesLengthDataAcknowledgement(t *testing.T) {
	for _, glue := range []bool{false, true} {
		conn, peer := pipePair()
		conn.glue = glue
		var arrived bytes.Buffer
		done := make(chan error, 1)
		go func() {
			_, err := exchange(conn, text("hello"), unclosed{&arrived}, testLimit)
			done <- err
		}()
		peer.SetDeadline(time.Now().Add(testLimit))
		first := make([]byte, 64)
		n, err := peer.Read(first)
		if err != nil {
			t.Fatal(err)
		}
		wantFirst := "\x00\x00\x00\x00\x00\x00\x00\x05"
		if glue {
			wantFirst += "hello"
		} else if _, err := io.ReadFull(peer, first[n:n+5]); err != nil || string(first[n:n+5]) != "hello" {
			t.Fatalf("data %q, %v", first[n:n+5], err)
		}
		if got := string(first[:n]); got != wantFirst {
			t.Fatalf("glue %v: first write %q, want %q", glue, got, wantFirst)
		}
		peer.Write([]byte("\x00\x00\x00\x00\x00\x00\x00\x03abc"))
		var ack [1]byte
		if _, err := io.ReadFull(peer, ack[:]); err != nil || ack[0] != 0x06 {
			t.Fatalf("acknowledgement %v, %v", ack, err)
		}
		peer.Write([]byte{0x06})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if arrived.String() != "abc" {
			t.Fatalf("received %q", arrived.String())
		}
	}
}

func TestExchangeFailsWhenPeerClosesBeforeItsData(t *testing.T) {
	conn, peer := pipePair()
	go func() {
		io.CopyN(io.Discard, peer, lengthSize)
		peer.Write([]byte("\x00\x00\x00\x00\x00\x00\x00\x03ab"))
		peer.Close()
	}()
	total, err := exchange(conn, text(""), unclosed{io.Discard}, testLimit)
	if !errors.Is(err, io.EOF) || total.Received != 2 {
		t.Fatalf("received %d, %v", total.Received, err)
	}
}

func TestSealedDataPassesOrFailsOnBothSides(t *testing.T) {
	for _, n := range []int64{0, 1, 31, 32, 33, 200_000} {
		a, b := tcpPair(t)
		done := make(chan error, 1)
		go func() {
			_, err := exchange(a, sealedRandom(n), newSealCheck(), testLimit)
			done <- err
		}()
		if _, err := exchange(b, sealedRandom(n), newSealCheck(), testLimit); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if err := <-done; err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}

	a, b := tcpPair(t)
	done := make(chan error, 1)
	go func() {
		_, err := exchange(a, text(strings.Repeat("x", 40)), newSealCheck(), testLimit)
		done <- err
	}()
	if _, err := exchange(b, sealedRandom(8), newSealCheck(), testLimit); !errors.Is(err, errBrokenSeal) {
		t.Fatalf("receiver of a broken seal: %v", err)
	}
	if err := <-done; err == nil {
		t.Fatal("sender of a broken seal was acknowledged")
	}
}
