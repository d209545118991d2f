// The original client, set up from flags or from a command of subcommand tries.

package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/betamos/rdv"
)

// listFlag is a flag that may be given several times.
type listFlag []string

func (l *listFlag) String() string { return strings.Join(*l, ", ") }

func (l *listFlag) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// tlsFlags choose what to trust when the rdv server is an https one.
type tlsFlags struct {
	insecure bool
	caCert   string
}

func (t *tlsFlags) register(fs *flag.FlagSet) {
	fs.BoolVar(&t.insecure, "insecure", false, "accept any certificate of the server")
	fs.StringVar(&t.caCert, "cacert", "", "PEM `file` with the certificates to trust instead of the system's")
}

// config is nil, which leaves everything to the client, when no flag was given.
func (t *tlsFlags) config() (*tls.Config, error) {
	switch {
	case t.insecure && t.caCert != "":
		return nil, usagef("--insecure and --cacert exclude each other")
	case t.insecure:
		return &tls.Config{InsecureSkipVerify: true}, nil
	case t.caCert == "":
		return nil, nil
	}
	pem, err := os.ReadFile(t.caCert)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", t.caCert)
	}
	return &tls.Config{RootCAs: roots}, nil
}

// parseMethod maps the words of the command line to rdv's.
func parseMethod(word string) (string, error) {
	switch word {
	case "dial":
		return rdv.DIAL, nil
	case "accept":
		return rdv.ACCEPT, nil
	}
	return "", usagef("unknown method %q", word)
}

// parseSpace maps the names that the original command line has, and loopback, to address spaces.
func parseSpace(name string) (rdv.AddrSpace, error) {
	switch name {
	case "", "default":
		return rdv.DefaultSpaces, nil
	case "all":
		return rdv.AllSpaces, nil
	case "public":
		return rdv.PublicSpaces, nil
	case "none":
		return rdv.NoSpaces, nil
	case "loopback":
		return rdv.SpaceLoopback4 | rdv.SpaceLoopback6, nil
	}
	return 0, usagef("unknown space %q", name)
}

// parsePicker maps default, first, p2p:D and constant:D to pickers; nil is the client's default.
func parsePicker(text string) (rdv.Picker, error) {
	name, wait, timed := strings.Cut(text, ":")
	var limit time.Duration
	if timed {
		var err error
		if limit, err = time.ParseDuration(wait); err != nil {
			return nil, usagef("bad duration in picker %q", text)
		}
	}
	switch {
	case !timed && (name == "" || name == "default"):
		return nil, nil
	case !timed && name == "first":
		return rdv.PickFirst(), nil
	case timed && name == "p2p":
		return rdv.WaitForP2P(limit), nil
	case timed && name == "constant":
		return rdv.WaitConstant(limit), nil
	}
	return nil, usagef("unknown picker %q", text)
}

// parseHeaders reads "Name: value" pairs; the blank is optional.
func parseHeaders(pairs []string) (http.Header, error) {
	header := make(http.Header)
	for _, pair := range pairs {
		name, value, found := strings.Cut(pair, ":")
		if !found {
			return nil, usagef("header %q has no colon", pair)
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return header, nil
}

// attempt is one call of the client.
type attempt struct {
	client rdv.Client
	method string
	server string
	token  string
	header http.Header
	glue   bool
}

// connectedEvent describes the conn that an attempt ended with. Millis counts from the start of
// the attempt, so it includes the wait for the peer.
type connectedEvent struct {
	Event    string   `json:"event"`
	Route    string   `json:"route"`
	Remote   string   `json:"remote"`
	Local    string   `json:"local"`
	Observed string   `json:"observed,omitempty"`
	Self     []string `json:"self"`
	Peers    []string `json:"peers"`
	Millis   int64    `json:"millis"`
}

// refusal is the failure of an attempt, with the server's answer if there was one.
type refusal struct {
	cause  error
	status int
	body   string
}

func (r *refusal) Error() string { return r.cause.Error() }
func (r *refusal) Unwrap() error { return r.cause }

// peerConn is the conn of a successful attempt. With glue, whoever writes to it calls uncork once
// the first bytes are written, which must be in one write; uncork may always be called.
type peerConn struct {
	net.Conn
	glue   bool
	uncork func() error
}

// connect makes the attempt. The client must have a Timeout: without one an acceptor whose relay
// is gone waits for ever.
func (a *attempt) connect() (*peerConn, *connectedEvent, error) {
	if a.client.Timeout <= 0 {
		return nil, nil, usagef("the timeout must be positive")
	}
	cork := new(corkingPicker)
	if a.glue && a.method == rdv.DIAL {
		cork.inner = cmp.Or(a.client.Picker, rdv.WaitForP2P(time.Second))
		a.client.Picker = cork
	}
	start := time.Now()
	conn, response, err := a.client.Do(context.Background(), a.method, a.server, a.token, a.header)
	millis := time.Since(start).Milliseconds()
	if err == nil && cork.err != nil {
		conn.Close()
		err = cork.err
	}
	if err != nil {
		failure := &refusal{cause: err}
		if response != nil {
			body, _ := io.ReadAll(response.Body)
			failure.status, failure.body = response.StatusCode, string(body)
		}
		return nil, nil, failure
	}
	return &peerConn{conn, a.glue, cork.uncork}, &connectedEvent{
		Event:    "connected",
		Route:    routeOf(conn),
		Remote:   addrText(conn.RemoteAddr()),
		Local:    addrText(conn.LocalAddr()),
		Observed: observedText(conn.ObservedAddr),
		Self:     addrTexts(conn.SelfAddrs),
		Peers:    addrTexts(conn.PeerAddrs),
		Millis:   millis,
	}, nil
}
