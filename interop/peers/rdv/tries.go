// Subcommand tries: many attempts, one after the other, by one process that outlives them.

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	// maxCommand bounds a line of stdin.
	maxCommand = 1 << 20

	// Limits of a command that names none.
	defaultTimeoutMillis  = 10_000
	defaultTransferMillis = 30_000
)

// command is a line of stdin.
type command struct {
	Id             int64  `json:"id"`
	Method         string `json:"method"`
	Server         string `json:"server"`
	Token          string `json:"token"`
	Space          string `json:"space"`
	Picker         string `json:"picker"`
	TimeoutMillis  int64  `json:"timeoutMillis"`
	TransferMillis int64  `json:"transferMillis"`
	Bytes          int64  `json:"bytes"`
}

// outcome is the answer to a command. Millis is the time until connected, or until the failure
// when Route is missing.
type outcome struct {
	Id     int64  `json:"id"`
	Ok     bool   `json:"ok"`
	Route  string `json:"route,omitempty"`
	Remote string `json:"remote,omitempty"`
	Millis int64  `json:"millis"`
	Error  string `json:"error,omitempty"`
	Status int    `json:"status,omitempty"`
}

type readyEvent struct {
	Event string `json:"event"`
}

func tries(args []string) error {
	fs := newFlags("tries")
	var trust tlsFlags
	trust.register(fs)
	verbose := fs.Bool("verbose", false, "log rdv's debug messages to stderr")
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	tlsConfig, err := trust.config()
	if err != nil {
		return err
	}

	out := newReport(os.Stdout)
	out.print(readyEvent{"ready"})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, maxCommand)
	for lines.Scan() {
		var cmd command
		if err := json.Unmarshal(lines.Bytes(), &cmd); err != nil {
			out.print(outcome{Id: cmd.Id, Error: fmt.Sprintf("bad command: %v", err)})
			continue
		}
		try := attempt{server: cmd.Server, token: cmd.Token}
		try.client.TlsConfig = tlsConfig
		try.client.Logger = debugLogger(*verbose)
		out.print(cmd.run(&try))
	}
	return lines.Err()
}

// run fills in what the command says and makes the try.
func (c *command) run(try *attempt) outcome {
	result := outcome{Id: c.Id}
	start := time.Now()
	err := c.prepare(try)
	if err == nil {
		err = c.connectAndExchange(try, &result)
	}
	if err == nil {
		result.Ok = true
		return result
	}
	result.Error = err.Error()
	if result.Route == "" {
		result.Millis = time.Since(start).Milliseconds()
	}
	var refused *refusal
	if errors.As(err, &refused) {
		result.Status = refused.status
	}
	return result
}

func (c *command) prepare(try *attempt) (err error) {
	if c.Bytes < 0 {
		return usagef("negative bytes")
	}
	if try.method, err = parseMethod(c.Method); err != nil {
		return err
	}
	if try.client.AddrSpaces, err = parseSpace(c.Space); err != nil {
		return err
	}
	if try.client.Picker, err = parsePicker(c.Picker); err != nil {
		return err
	}
	try.client.Timeout = millis(cmp.Or(c.TimeoutMillis, defaultTimeoutMillis))
	return nil
}

func (c *command) connectAndExchange(try *attempt, result *outcome) error {
	conn, connected, err := try.connect()
	if err != nil {
		return err
	}
	result.Route, result.Remote, result.Millis = connected.Route, connected.Remote, connected.Millis
	limit := millis(cmp.Or(c.TransferMillis, defaultTransferMillis))
	_, err = exchange(conn, sealedRandom(c.Bytes), newSealCheck(), limit)
	return err
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
