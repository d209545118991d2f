// Flag --raw: stdin and stdout on the conn without framing.

package main

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// pipe copies source to conn and conn to sink, and closes conn when both have ended: rdv's conns
// have no half-close, so the end of source alone is not told to the peer. It lasts at most limit;
// a read of source that hangs then is left behind.
func pipe(conn *peerConn, source io.Reader, sink io.Writer, limit time.Duration) (tally, error) {
	defer conn.Close()
	deadline := time.Now().Add(limit)
	conn.SetDeadline(deadline)
	sending := newMeter(conn)
	receiving := newMeter(sink)
	sent := make(chan error, 1)
	go func() {
		_, err := io.Copy(sending, source)
		sent <- err
	}()
	if _, err := io.Copy(receiving, conn); err != nil {
		conn.Close()
		return tallyOf(sending, receiving), fmt.Errorf("receive: %w", err)
	}
	select {
	case err := <-sent:
		if err != nil {
			err = fmt.Errorf("send: %w", err)
		}
		return tallyOf(sending, receiving), err
	case <-time.After(time.Until(deadline)):
		return tallyOf(sending, receiving), errors.New("send: source did not end in time")
	}
}
