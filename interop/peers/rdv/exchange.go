// The framing by which two peers exchange data over any rdv conn.
//
// rdv has no half-close, and a conn that is closed too early may lose bytes that were already
// sent, so the end is agreed on. Each side, both at the same time:
//
//	8 bytes    big-endian length n
//	n bytes    data
//	1 byte     0x06, once everything of the peer has arrived
//
// and closes when it has the peer's 0x06.

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync"
	"time"
)

const (
	lengthSize      = 8
	acknowledgement = 0x06

	// blockSize is how much is written and read at a time; any value would do.
	blockSize = 64 << 10
)

// payload is what one side sends.
type payload struct {
	length int64
	data   io.Reader
}

// exchange sends outgoing and writes what the peer sends to incoming, which is closed before the
// arrival is acknowledged: an incoming that fails then makes both sides fail. It ends with conn
// closed, and lasts at most limit.
func exchange(conn *peerConn, outgoing payload, incoming io.WriteCloser, limit time.Duration) (tally, error) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(limit))
	buffered := bufio.NewWriterSize(conn, lengthSize+blockSize)
	reader := bufio.NewReaderSize(conn, blockSize)
	sending := newMeter(buffered)
	receiving := newMeter(incoming)

	// The first failure closes the conn to end the other direction, whose own error is then no
	// more than a consequence.
	var first firstError
	fail := func(doing string, err error) {
		if err != nil {
			first.set(fmt.Errorf("%s: %w", doing, err))
			conn.Close()
		}
	}
	sender := make(chan struct{})
	go func() {
		defer close(sender)
		fail("send", send(conn, buffered, sending, outgoing))
	}()
	fail("receive", receive(reader, receiving))
	fail("receive", incoming.Close())
	<-sender
	if first.get() == nil {
		fail("acknowledge", acknowledge(conn, reader))
	}
	return tallyOf(sending, receiving), first.get()
}

// send writes the length and then the data to metered, which ends in buffered, which ends in conn.
// A glued conn gets the length and the first block in one write, behind a CONTINUE that is held
// back until then.
func send(conn *peerConn, buffered *bufio.Writer, metered io.Writer, outgoing payload) error {
	if err := binary.Write(buffered, binary.BigEndian, uint64(outgoing.length)); err != nil {
		return err
	}
	if !conn.glue {
		if err := buffered.Flush(); err != nil {
			return err
		}
	}
	block := make([]byte, blockSize)
	for rest, begun := outgoing.length, false; rest > 0 || !begun; {
		n := min(rest, blockSize)
		if _, err := io.ReadFull(outgoing.data, block[:n]); err != nil {
			return fmt.Errorf("read source: %w", err)
		}
		if _, err := metered.Write(block[:n]); err != nil {
			return err
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
		rest -= n
		if !begun {
			begun = true
			if err := conn.uncork(); err != nil {
				return fmt.Errorf("uncork: %w", err)
			}
		}
	}
	return nil
}

func receive(reader io.Reader, metered io.Writer) error {
	var head [lengthSize]byte
	if _, err := io.ReadFull(reader, head[:]); err != nil {
		return fmt.Errorf("length: %w", err)
	}
	length := binary.BigEndian.Uint64(head[:])
	if length > math.MaxInt64 {
		return fmt.Errorf("length %d out of range", length)
	}
	n, err := io.CopyN(metered, reader, int64(length))
	if err != nil {
		return fmt.Errorf("data %d of %d: %w", n, length, err)
	}
	return nil
}

func acknowledge(writer io.Writer, reader io.Reader) error {
	if _, err := writer.Write([]byte{acknowledgement}); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := io.ReadFull(reader, answer[:]); err != nil {
		return err
	}
	if answer[0] != acknowledgement {
		return fmt.Errorf("got 0x%02x instead", answer[0])
	}
	return nil
}

// firstError keeps the first error that is set, from any goroutine.
type firstError struct {
	mu  sync.Mutex
	err error
}

func (f *firstError) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func (f *firstError) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}
