// The handler of subcommand serve: the original relayer, with what it did told as events.

package main

import (
	"context"
	"errors"
	"time"

	"github.com/betamos/rdv"
)

// continueEvent tells how the choice between the direct and the relayed path ended. Millis is the
// time from the match of both clients until then.
type continueEvent struct {
	Event          string            `json:"event"`
	Token          string            `json:"token"`
	Result         string            `json:"result"`
	Addr           string            `json:"addr,omitempty"`
	Error          string            `json:"error,omitempty"`
	Millis         int64             `json:"millis"`
	DialObserved   string            `json:"dialObserved,omitempty"`
	AcceptObserved string            `json:"acceptObserved,omitempty"`
	DialHeaders    map[string]string `json:"dialHeaders,omitempty"`
	AcceptHeaders  map[string]string `json:"acceptHeaders,omitempty"`
}

// relayEvent tells what was relayed, counted in the direction from each client. Error is the first
// cause of the end, which is EOF when a client closed.
type relayEvent struct {
	Event       string `json:"event"`
	Token       string `json:"token"`
	DialBytes   int64  `json:"dialBytes"`
	AcceptBytes int64  `json:"acceptBytes"`
	Error       string `json:"error,omitempty"`
}

// countingHandler does what rdv.Relayer.Serve does and reports both stages. It is called on a
// goroutine of its own for each pair and keeps no state between them.
type countingHandler struct {
	relayer     rdv.Relayer
	headerNames []string
	out         *report
}

func (h *countingHandler) Serve(ctx context.Context, dc, ac *rdv.Conn) {
	start := time.Now()
	err := h.relayer.Continue(ctx, dc, ac)
	event := continueEvent{
		Event:          "continue",
		Token:          dc.Token,
		Result:         "relay",
		Millis:         time.Since(start).Milliseconds(),
		DialObserved:   observedText(dc.ObservedAddr),
		AcceptObserved: observedText(ac.ObservedAddr),
		DialHeaders:    h.chosenHeaders(dc),
		AcceptHeaders:  h.chosenHeaders(ac),
	}
	var other rdv.ErrOther
	if errors.As(err, &other) {
		event.Result, event.Addr = "other", other.Addr.String()
	} else if err != nil {
		event.Result, event.Error = "error", err.Error()
	}
	h.out.print(event)
	if err != nil {
		return // Continue has closed both.
	}
	dialBytes, acceptBytes, err := h.relayer.Relay(ctx, ac, dc, dc, ac)
	h.out.print(relayEvent{"relay", dc.Token, dialBytes, acceptBytes, errorText(err)})
}

// chosenHeaders are the request headers that --report-header named and the client sent.
func (h *countingHandler) chosenHeaders(conn *rdv.Conn) map[string]string {
	headers := make(map[string]string)
	for _, name := range h.headerNames {
		if value := conn.Request.Header.Get(name); value != "" {
			headers[name] = value
		}
	}
	return headers
}
