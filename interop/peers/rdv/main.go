// Command rdvpeer drives the original rdv server and client (github.com/betamos/rdv v0.0.6)
// for interoperability tests.
//
// This file picks the subcommand and maps its outcome to an exit status. The JSON lines that
// each subcommand prints, and the framing of the bytes it exchanges, are described in README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
)

const usage = `usage:
	rdvpeer serve --listen ADDR [flags]
	rdvpeer dial|accept --server URL --token T [flags]
	rdvpeer tries [flags]

rdvpeer SUBCOMMAND -h lists the flags.
`

const (
	exitFailed = 1
	exitUsage  = 2
)

// errReported marks a failure whose event has already been printed.
var errReported = errors.New("failure already reported")

// usageError is a mistake on the command line, which nothing was tried for.
type usageError struct{ reason string }

func (e usageError) Error() string { return e.reason }

func usagef(format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...)}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(exitUsage)
	}
	err := run(os.Args[1], os.Args[2:])
	var bad usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errReported):
		os.Exit(exitFailed)
	case errors.As(err, &bad):
		fmt.Fprintf(os.Stderr, "rdvpeer: %v\n%s", err, usage)
		os.Exit(exitUsage)
	default:
		newReport(os.Stderr).print(failedEvent{Event: "failed", Error: err.Error()})
		os.Exit(exitFailed)
	}
}

func run(subcommand string, args []string) error {
	switch subcommand {
	case "serve":
		return serve(args)
	case "dial", "accept":
		return connectOnce(subcommand, args)
	case "tries":
		return tries(args)
	case "-h", "--help", "help":
		fmt.Fprint(os.Stderr, usage)
		return flag.ErrHelp
	}
	return usagef("unknown subcommand %q", subcommand)
}

// newFlags returns a flag set that hands its errors back instead of exiting.
func newFlags(subcommand string) *flag.FlagSet {
	fs := flag.NewFlagSet("rdvpeer "+subcommand, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return fs
}

// parseFlags parses args and refuses positional arguments, which no subcommand has.
func parseFlags(fs *flag.FlagSet, args []string) error {
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fs.SetOutput(os.Stderr)
		fmt.Fprintf(os.Stderr, "usage of %s:\n", fs.Name())
		fs.PrintDefaults()
		return err
	}
	if err != nil {
		return usageError{err.Error()}
	}
	if fs.NArg() > 0 {
		return usagef("unexpected argument %q", fs.Arg(0))
	}
	return nil
}

// debugLogger returns the logger for --verbose: everything on stderr, or nil for rdv's silence.
func debugLogger(verbose bool) *slog.Logger {
	if !verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
