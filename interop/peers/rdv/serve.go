// Subcommand serve: the original rdv server mounted in net/http.

package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/betamos/rdv"
)

// shutdownLimit bounds the orderly end: handlers that are not done by then are given up.
const shutdownLimit = 5 * time.Second

type listeningEvent struct {
	Event   string `json:"event"`
	Address string `json:"address"`
}

type stoppedEvent struct {
	Event string `json:"event"`
}

func serve(args []string) error {
	fs := newFlags("serve")
	listen := fs.String("listen", "", "`address` to listen on, IP:PORT; port 0 takes a free one")
	path := fs.String("path", "", "sub-path `prefix` to mount the server at, such as /rdv")
	tlsCert := fs.String("tls-cert", "", "PEM `file` with the certificate chain; serves https")
	tlsKey := fs.String("tls-key", "", "PEM `file` with the private key")
	lobbyTimeout := fs.Duration("lobby-timeout", 0, "how long a client may wait for its peer; 0 is for ever")
	idleTimeout := fs.Duration("idle-timeout", 0, "limit of the choice and of silence while relaying; 0 is none")
	forwarded := fs.Bool("forwarded", false, "take observed addresses from X-Forwarded-For and X-Forwarded-Port")
	var headerNames listFlag
	fs.Var(&headerNames, "report-header", "request header `name` to report in continue events; repeatable")
	verbose := fs.Bool("verbose", false, "log rdv's debug messages to stderr")
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if *listen == "" {
		return usagef("serve needs --listen")
	}
	if (*tlsCert == "") != (*tlsKey == "") {
		return usagef("--tls-cert and --tls-key belong together")
	}

	var tlsConfig *tls.Config
	if *tlsCert != "" {
		certificate, err := tls.LoadX509KeyPair(*tlsCert, *tlsKey)
		if err != nil {
			return err
		}
		tlsConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}

	out := newReport(os.Stdout)
	server := &rdv.Server{
		Handler: &countingHandler{
			relayer:     rdv.Relayer{IdleTimeout: *idleTimeout},
			headerNames: headerNames,
			out:         out,
		},
		LobbyTimeout: *lobbyTimeout,
		Logger:       debugLogger(*verbose),
	}
	if *forwarded {
		server.ObservedAddrFunc = forwardedAddr
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	server.Start()
	httpServer := &http.Server{Handler: mount(server, *path), TLSConfig: tlsConfig}
	httpServer.RegisterOnShutdown(server.Shutdown)

	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	served := make(chan error, 1)
	go func() {
		if tlsConfig != nil {
			served <- httpServer.ServeTLS(listener, "", "")
		} else {
			served <- httpServer.Serve(listener)
		}
	}()
	out.print(listeningEvent{"listening", listener.Addr().String()})

	select {
	case err := <-served:
		return err
	case <-stop.Done():
	}
	if err := closeInOrder(httpServer, server); err != nil {
		return err
	}
	out.print(stoppedEvent{"stopped"})
	return nil
}

// mount puts the server at the root as it is, or at a sub-path the way an application would:
// behind net/http's own multiplexer, with the prefix stripped.
func mount(server *rdv.Server, path string) http.Handler {
	prefix := strings.Trim(path, "/")
	if prefix == "" {
		return server
	}
	mux := http.NewServeMux()
	mux.Handle("/"+prefix+"/", http.StripPrefix("/"+prefix, server))
	return mux
}

// closeInOrder ends the HTTP server (no new requests), then the lobby and the running relays.
func closeInOrder(httpServer *http.Server, server *rdv.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	// Shutdown waits for connections that have not sent a request yet; these are cut at the limit.
	if err := httpServer.Shutdown(ctx); err != nil {
		httpServer.Close()
	}
	server.Shutdown()
	closed := make(chan struct{})
	go func() {
		server.Close()
		close(closed)
	}()
	select {
	case <-closed:
		return nil
	case <-time.After(shutdownLimit):
		return errors.New("rdv server did not close in time")
	}
}

// forwardedAddr is the observed address behind one reverse proxy: the last entry of
// X-Forwarded-For, which is the one that the nearest proxy appended, and X-Forwarded-Port.
func forwardedAddr(r *http.Request) (netip.AddrPort, error) {
	forwardedFor := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	last := strings.TrimSpace(forwardedFor[strings.LastIndexByte(forwardedFor, ',')+1:])
	addr, err := netip.ParseAddr(last)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("bad X-Forwarded-For %q", forwardedFor)
	}
	forwardedPort := cmp.Or(r.Header.Get("X-Forwarded-Port"), "missing")
	port, err := strconv.ParseUint(forwardedPort, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("bad X-Forwarded-Port %q", forwardedPort)
	}
	return netip.AddrPortFrom(addr, uint16(port)), nil
}
