// The report: events as JSON, one object a line.

package main

import (
	"encoding/json"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/betamos/rdv"
)

// report prints events. It may be used by many goroutines; each event is one write of one line.
type report struct {
	mu      sync.Mutex
	encoder *json.Encoder
}

func newReport(w io.Writer) *report {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &report{encoder: encoder}
}

// print writes one event. Nobody is left to tell when the reader of the report is gone, so a
// failed write is ignored.
func (r *report) print(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.encoder.Encode(event)
}

// failedEvent is the last line of a subcommand that exits with status 1. Status and Body are
// those of an HTTP answer that refused the upgrade.
type failedEvent struct {
	Event  string `json:"event"`
	Error  string `json:"error"`
	Status int    `json:"status,omitempty"`
	Body   string `json:"body,omitempty"`
}

// errorText is the text of err, or nothing.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// routeOf names the kind of path that the client ended on.
func routeOf(conn *rdv.Conn) string {
	if conn.IsRelay {
		return "relayed"
	}
	return "direct"
}

// addrText is addr as rdv prints it on the wire: IPv4-mapped addresses unmapped.
func addrText(addr net.Addr) string {
	return rdv.AddrPortFrom(addr).String()
}

// observedText is the observed address, or nothing when the server sent none.
func observedText(addr *netip.AddrPort) string {
	if addr == nil {
		return ""
	}
	return addr.String()
}

// addrTexts is never nil, so that an empty list is printed as [].
func addrTexts(addrs []netip.AddrPort) []string {
	texts := make([]string, 0, len(addrs))
	for _, addr := range addrs {
		texts = append(texts, addr.String())
	}
	return texts
}
