// Subcommands dial and accept: one attempt of the original client, then an exchange of data.

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"time"
)

// closedEvent tells what an exchange came to.
type closedEvent struct {
	Event string `json:"event"`
	tally
	Error string `json:"error,omitempty"`
}

func connectOnce(word string, args []string) error {
	method, err := parseMethod(word)
	if err != nil {
		return err
	}
	fs := newFlags(word)
	server := fs.String("server", "", "`URL` of the rdv server, http or https, with its sub-path if any")
	token := fs.String("token", "", "`token` that both peers share")
	space := fs.String("space", "default", "address spaces: default, all, public, none or loopback")
	timeout := fs.Duration("timeout", 10*time.Second, "limit for getting connected, the wait for the peer included")
	transferTimeout := fs.Duration("transfer-timeout", 2*time.Minute, "limit for what follows")
	picker := fs.String("picker", "default", "dial: default, first, p2p:D or constant:D")
	var headerPairs listFlag
	fs.Var(&headerPairs, "header", "request header `name:value`; repeatable")
	var trust tlsFlags
	trust.register(fs)
	sendName := fs.String("send", "", "`file` to send, - for stdin; nothing by default")
	receiveName := fs.String("receive", "", "`file` for what arrives, - for stdout; dropped by default")
	glue := fs.Bool("glue", false, "send the first bytes in one segment with the length and, for dial, with CONTINUE")
	raw := fs.Bool("raw", false, "no framing: pipe stdin to the conn and the conn to stdout")
	verbose := fs.Bool("verbose", false, "log rdv's debug messages to stderr")
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if *raw && (*sendName != "" || *receiveName != "" || *glue) {
		return usagef("--raw goes without --send, --receive and --glue")
	}
	if *server == "" || *token == "" {
		return usagef("%s needs --server and --token", word)
	}

	try := &attempt{method: method, server: *server, token: *token, glue: *glue}
	if try.client.AddrSpaces, err = parseSpace(*space); err != nil {
		return err
	}
	if try.client.Picker, err = parsePicker(*picker); err != nil {
		return err
	}
	if try.client.TlsConfig, err = trust.config(); err != nil {
		return err
	}
	if try.header, err = parseHeaders(headerPairs); err != nil {
		return err
	}
	try.client.Timeout = *timeout
	try.client.Logger = debugLogger(*verbose)

	// The files come first: a wrong name shall not cost the peer its match.
	outgoing, err := openSource(*sendName)
	if err != nil {
		return err
	}
	incoming, err := openSink(*receiveName)
	if err != nil {
		return err
	}

	out := newReport(os.Stderr)
	conn, connected, err := try.connect()
	if err != nil {
		return reportFailure(out, err)
	}
	out.print(connected)
	var total tally
	if *raw {
		total, err = pipe(conn, os.Stdin, os.Stdout, *transferTimeout)
	} else {
		total, err = exchange(conn, outgoing, incoming, *transferTimeout)
	}
	out.print(closedEvent{"closed", total, errorText(err)})
	if err != nil {
		return reportFailure(out, err)
	}
	return nil
}

// reportFailure prints the failed event, but leaves mistakes of the command line to main.
func reportFailure(out *report, err error) error {
	var bad usageError
	if errors.As(err, &bad) {
		return err
	}
	event := failedEvent{Event: "failed", Error: err.Error()}
	var refused *refusal
	if errors.As(err, &refused) {
		event.Status, event.Body = refused.status, refused.body
	}
	out.print(event)
	return errReported
}

// openSource opens what is to be sent. Stdin is read to its end first, as the length goes ahead.
func openSource(name string) (payload, error) {
	switch name {
	case "":
		return payload{0, bytes.NewReader(nil)}, nil
	case "-":
		all, err := io.ReadAll(os.Stdin)
		return payload{int64(len(all)), bytes.NewReader(all)}, err
	}
	file, err := os.Open(name)
	if err != nil {
		return payload{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return payload{}, err
	}
	return payload{info.Size(), file}, nil
}

// openSink opens what takes the peer's data.
func openSink(name string) (io.WriteCloser, error) {
	switch name {
	case "":
		return unclosed{io.Discard}, nil
	case "-":
		return unclosed{os.Stdout}, nil
	}
	return os.Create(name)
}

// unclosed is a sink that needs no closing.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }
