// Command offsetpeer speaks the Offset relay protocol in every role. One JSON object a line on stdout (stderr with --app pipe).
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const usage = `offsetpeer COMMAND [flags]

  keygen    --label L | --out FILE       an identity: its keys (from a label: SHA-256("posthouse-offset-" + L) is the seed)
  relay     --laddr IP:PORT              a relay
  listen    --relay HOST:PORT --relay-key K [--allow K,...] [--reject] [--count N] --app A
  accept    --relay HOST:PORT --relay-key K --peer K --app A
            a tunnel with one that waits for it: a listener's other half, without the listen channel
  connect   --relay HOST:PORT --relay-key K --peer K --app A
  rush      --relay HOST:PORT --relay-key K --count N
            so often a new listener, and a connector that starts the moment listen has returned; counts who met
  raw       --relay HOST:PORT --relay-key K --role listen|accept|connect [--peer K] [--early N] [--lines]
            one leg and its first message; prints what comes; for tests of refusals and time-outs

  --app echo | sink | source --bytes N --chunk N [--echoed] | pipe [--until N]
  Keys are base64url without padding, as in identity files. See --help of a command for the rest.
`

var out io.Writer = os.Stdout
var outMu sync.Mutex

func say(event string, fields map[string]any) {
	line := map[string]any{"event": event}
	for k, v := range fields {
		line[k] = v
	}
	b, _ := json.Marshal(line)
	outMu.Lock()
	defer outMu.Unlock()
	_, _ = fmt.Fprintf(out, "%s\n", b)
}

func (k publicKey) String() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

func parseKey(s string) (k publicKey, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil && len(b) != 32 {
		err = fmt.Errorf("key of %d bytes", len(b))
	}
	copy(k[:], b)
	return
}

type identityFile struct {
	PrivateKey string `json:"privateKey"`
}

func loadIdentity(file, label string) (identity, error) {
	if file == "" {
		seed := sha256.Sum256([]byte("posthouse-offset-" + label))
		return identityOf(seed[:]), nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return identity{}, err
	}
	var f identityFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return identity{}, err
	}
	seed, err := base64.RawURLEncoding.DecodeString(f.PrivateKey)
	if err != nil {
		return identity{}, err
	}
	if len(seed) != 32 {
		return identity{}, fmt.Errorf("private key of %d bytes; 32 are right (older releases wrote 85)", len(seed))
	}
	return identityOf(seed), nil
}

type options struct {
	set               settings
	me                identity
	relay, app        string
	relayKey, peer    *publicKey
	allow             map[publicKey]bool
	reject, closeEOF  bool
	echoed            bool
	bytes, seed       uint64
	chunk, count      int
	early             int
	lines             bool
	until             uint64
	limit, rekeyAfter time.Duration
	rateSleep         time.Duration
	rcvbuf            int
	stallOnce         time.Duration
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		say("failed", map[string]any{"error": err.Error()})
		os.Exit(1)
	}
}

func run(command string, argv []string) error {
	f := flag.NewFlagSet(command, flag.ExitOnError)
	f.Usage = func() { fmt.Fprint(os.Stderr, usage); f.PrintDefaults() }
	o := options{set: defaults()}
	key := f.String("key", "", "identity file")
	label := f.String("label", "alice", "identity from a label")
	outFile := f.String("out", "", "keygen: write an identity file of a fresh key")
	laddr := f.String("laddr", "127.0.0.1:0", "relay: where to listen")
	f.StringVar(&o.relay, "relay", "", "relay HOST:PORT")
	relayKey := f.String("relay-key", "", "relay public key")
	peer := f.String("peer", "", "peer public key")
	allow := f.String("allow", "", "listen: only these keys (comma)")
	f.BoolVar(&o.reject, "reject", false, "listen: reject everyone")
	f.IntVar(&o.count, "count", 0, "listen: end after so many tunnels")
	f.StringVar(&o.app, "app", "echo", "echo, sink, source, pipe")
	f.Uint64Var(&o.bytes, "bytes", 1<<20, "source: how much")
	f.IntVar(&o.chunk, "chunk", 16<<10, "source, pipe: bytes in a message")
	f.Uint64Var(&o.seed, "seed", 1, "source: seed of the bytes")
	f.BoolVar(&o.echoed, "echoed", false, "source: wait until all has come back")
	f.BoolVar(&o.closeEOF, "close-on-eof", false, "pipe: close when stdin ends")
	f.Uint64Var(&o.until, "until", 0, "pipe: close when stdin has ended and so many bytes have come")
	f.IntVar(&o.early, "early", 0, "raw: send so many messages of --chunk bytes right behind the first")
	f.BoolVar(&o.lines, "lines", false, "raw: send each line of stdin as a message")
	f.DurationVar(&o.limit, "for", time.Minute, "end after")
	f.DurationVar(&o.rateSleep, "slow", 0, "sink: pause after each message")
	f.DurationVar(&o.stallOnce, "stall-once", 0, "sink: read nothing for so long, once")
	f.IntVar(&o.rcvbuf, "rcvbuf", 0, "receive buffer of the sockets")
	f.DurationVar(&o.rekeyAfter, "rekey-every", 0, "start a rekey of leg and tunnel so often")
	f.DurationVar(&o.set.tick, "tick", time.Second, "length of a tick")
	f.IntVar(&o.set.rekeyTicks, "rekey-ticks", 3600, "ticks between rekeys")
	f.IntVar(&o.set.setupTicks, "setup-ticks", o.set.setupTicks, "ticks for a set-up")
	f.IntVar(&o.set.keepaliveTicks, "keepalive-ticks", o.set.keepaliveTicks, "ticks after which a silent peer is given up")
	f.DurationVar(&o.set.beat, "beat", 0, "send keepalives so often besides, on leg and tunnel")
	f.BoolVar(&o.set.legacy, "legacy", false, "speak as releases up to 0.1.2")
	f.BoolVar(&o.set.alpha, "legacy-alpha", false, "speak as release 0.1.0-alpha.4")
	f.StringVar(&o.set.padding, "padding", "ref", "ref (0..65535), small (0..255), none")
	trace := f.Bool("trace", false, "print what the layers do")
	role := f.String("role", "listen", "raw: first message")
	silent := f.String("stop-after", "", "raw: go silent after tcp, version, nonce, dh; or do wrong: badversion, badnonce, badsign, short, huge, garbage, replay, nokeepalive")
	_ = f.Parse(argv)

	if o.app == "pipe" {
		out = os.Stderr
	}
	o.set.legacy = o.set.legacy || o.set.alpha
	if *trace {
		o.set.trace = say
	}
	var err error
	if o.me, err = loadIdentity(*key, *label); err != nil {
		return err
	}
	for _, p := range []struct {
		text string
		to   **publicKey
	}{{*relayKey, &o.relayKey}, {*peer, &o.peer}} {
		if p.text != "" {
			k, err := parseKey(p.text)
			if err != nil {
				return err
			}
			*p.to = &k
		}
	}
	if *allow != "" {
		o.allow = map[publicKey]bool{}
		for _, s := range splitComma(*allow) {
			k, err := parseKey(s)
			if err != nil {
				return err
			}
			o.allow[k] = true
		}
	}
	switch command {
	case "keygen":
		return keygen(*outFile, o.me)
	case "relay":
		return runRelay(o, *laddr)
	case "listen":
		return o.listen()
	case "accept", "connect":
		return o.connect(command)
	case "rush":
		return o.rush()
	case "raw":
		return o.raw(*role, *silent)
	}
	fmt.Fprint(os.Stderr, usage)
	os.Exit(2)
	return nil
}

func splitComma(s string) (parts []string) {
	for at := 0; at <= len(s); {
		end := at
		for end < len(s) && s[end] != ',' {
			end++
		}
		parts = append(parts, s[at:end])
		at = end + 1
	}
	return
}

func keygen(file string, me identity) error {
	if file != "" {
		seed := make([]byte, 32)
		_, _ = rand.Read(seed)
		b, _ := json.MarshalIndent(identityFile{base64.RawURLEncoding.EncodeToString(seed)}, "", "  ")
		w, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		me = identityOf(seed)
	}
	say("identity", map[string]any{"public_key": me.public.String(), "public_key_hex": hex.EncodeToString(me.public[:])})
	return nil
}

func runRelay(o options, laddr string) error {
	l, err := net.Listen("tcp", laddr)
	if err != nil {
		return err
	}
	say("listening", map[string]any{"address": l.Addr().String(), "public_key": o.me.public.String()})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		select {
		case <-stop:
		case <-time.After(o.limit):
		}
		_ = l.Close()
	}()
	err = (&relay{me: o.me, set: o.set}).serve(l)
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (o options) dial() (*leg, error) {
	if o.relay == "" || o.relayKey == nil {
		return nil, errors.New("--relay and --relay-key are needed")
	}
	c, err := net.DialTimeout("tcp", o.relay, time.Duration(o.set.setupTicks)*o.set.tick)
	if err != nil {
		return nil, err
	}
	if o.rcvbuf > 0 {
		_ = c.(*net.TCPConn).SetReadBuffer(o.rcvbuf)
	}
	return legOf(c, o.me, o.relayKey, o.set)
}

func (o options) rekeying(legs ...*leg) {
	if o.rekeyAfter == 0 {
		return
	}
	go func() {
		for range time.Tick(o.rekeyAfter) {
			for _, l := range legs {
				if l.sc.startRekey() != nil {
					return
				}
			}
		}
	}()
}

// connect makes a tunnel: as one who wants it, or who accepts one that is wanted.
func (o options) connect(command string) error {
	if o.peer == nil {
		return errors.New("--peer is needed")
	}
	began := time.Now()
	l, err := o.dial()
	if err != nil {
		return err
	}
	role := roleConnect
	if command == "accept" {
		role = roleAccept
	}
	if err := l.begin(initMsg{role, *o.peer}); err != nil {
		return err
	}
	t, err := tunnelOf(l, o.me, *o.peer, o.set)
	if err != nil {
		return fmt.Errorf("tunnel after %.1f s: %w", time.Since(began).Seconds(), err)
	}
	say("tunnel", map[string]any{"peer": t.peer.String(), "ms": float64(time.Since(began).Microseconds()) / 1e3})
	o.rekeying(l, t)
	stop := time.AfterFunc(o.limit, func() { _ = t.Close() })
	defer stop.Stop()
	return o.run(t)
}

func (o options) listen() error {
	l, err := o.dial()
	if err != nil {
		return err
	}
	if err := l.begin(initMsg{role: roleListen}); err != nil {
		return err
	}
	say("listening", map[string]any{"public_key": o.me.public.String(), "relay": l.peer.String()})
	stop := time.AfterFunc(o.limit, func() { _ = l.Close() })
	defer stop.Stop()
	var work sync.WaitGroup
	var mu sync.Mutex
	var failed error
	tunnels := 0
	for {
		raw, err := l.Recv()
		if err != nil {
			say("listen_ended", map[string]any{"error": err.Error()})
			break
		}
		c, err := decodeKey(raw)
		if err != nil {
			return err
		}
		refused := o.reject || (o.allow != nil && !o.allow[c])
		say("incoming", map[string]any{"peer": c.String(), "refused": refused})
		if refused {
			if err := l.Send(encodeKey(c)); err != nil {
				return err
			}
			continue
		}
		tunnels++
		last := o.count > 0 && tunnels == o.count
		work.Add(1)
		go func() {
			defer work.Done()
			err := o.accept(l, c)
			if err != nil {
				say("tunnel_failed", map[string]any{"peer": c.String(), "error": err.Error()})
				mu.Lock()
				failed = err
				mu.Unlock()
			}
			if last {
				_ = l.Close()
			}
		}()
	}
	work.Wait()
	return failed
}

func (o options) accept(l *leg, c publicKey) error {
	a, err := o.dial()
	if err == nil {
		err = a.begin(initMsg{roleAccept, c})
	}
	if err != nil {
		_ = l.Send(encodeKey(c))
		return err
	}
	t, err := tunnelOf(a, o.me, c, o.set)
	if err != nil {
		return err
	}
	say("tunnel", map[string]any{"peer": t.peer.String()})
	o.rekeying(a, t)
	return o.run(t)
}

// rush lets a connector start the moment its listener's listen has returned: nothing but the relay orders the two.
func (o options) rush() error {
	met := 0
	for range o.count {
		if err := o.rushOnce(); err != nil {
			say("not_met", map[string]any{"error": err.Error()})
			continue
		}
		met++
	}
	say("rushed", map[string]any{"times": o.count, "met": met})
	if met < o.count {
		return fmt.Errorf("%d of %d did not meet", o.count-met, o.count)
	}
	return nil
}

func (o options) rushOnce() error {
	as := func() options {
		seed := make([]byte, 32)
		_, _ = rand.Read(seed)
		one := o
		one.me = identityOf(seed)
		return one
	}
	d, c := as(), as()
	listening, err := d.dial()
	if err != nil {
		return err
	}
	defer listening.Close()
	if err := listening.begin(initMsg{role: roleListen}); err != nil {
		return err
	}
	go func() {
		raw, err := listening.Recv()
		if err != nil {
			return
		}
		caller, err := decodeKey(raw)
		if err != nil {
			return
		}
		a, err := d.dial()
		if err != nil || a.begin(initMsg{roleAccept, caller}) != nil {
			return
		}
		if t, err := tunnelOf(a, d.me, caller, d.set); err == nil {
			_, _ = t.Recv()
			_ = t.Close()
		}
	}()
	l, err := c.dial()
	if err != nil {
		return err
	}
	if err := l.begin(initMsg{roleConnect, d.me.public}); err != nil {
		return err
	}
	t, err := tunnelOf(l, c.me, d.me.public, c.set)
	if err != nil {
		return err
	}
	return t.Close()
}

// run is what a tunnel carries.
func (o options) run(t *leg) error {
	began := time.Now()
	hash := sha256.New()
	report := func(event string, bytes, count uint64, err error) {
		seconds := time.Since(began).Seconds()
		f := map[string]any{"bytes": bytes, "messages": count, "sha256": hex.EncodeToString(hash.Sum(nil)), "seconds": seconds,
			"mib_per_second": float64(bytes) / (1 << 20) / seconds,
			"rekeys":         t.sc.rekeys.Load(), "leg_rekeys": t.under.sc.rekeys.Load(),
			"padding": []int{t.sc.padded.records, t.sc.padded.least, t.sc.padded.total / max(1, t.sc.padded.records), t.sc.padded.most}}
		if err != nil {
			f["ended_by"] = err.Error()
		}
		say(event, f)
	}
	var bytes, count uint64
	switch o.app {
	case "echo":
		for {
			m, err := t.Recv()
			if err != nil {
				report("echoed", bytes, count, err)
				break
			}
			bytes += uint64(len(m))
			count++
			hash.Write(m)
			if err := t.Send(m); err != nil {
				report("echoed", bytes, count, err)
				break
			}
		}
	case "sink":
		for {
			m, err := t.Recv()
			if err != nil {
				report("received", bytes, count, err)
				break
			}
			bytes += uint64(len(m))
			count++
			hash.Write(m)
			if o.rateSleep > 0 {
				time.Sleep(o.rateSleep)
			}
			if count == 20 {
				time.Sleep(o.stallOnce)
			}
		}
	case "source":
		// What comes back is read in any case: keepalives must not fill the connection.
		back := make(chan struct{})
		var got uint64
		returned := sha256.New()
		var mu sync.Mutex
		go func() {
			defer close(back)
			for {
				m, err := t.Recv()
				if err != nil {
					return
				}
				mu.Lock()
				returned.Write(m)
				got += uint64(len(m))
				all := got == o.bytes
				mu.Unlock()
				if all {
					return
				}
			}
		}()
		source := seeded{seed: o.seed}
		for bytes < o.bytes {
			m := make([]byte, min(uint64(o.chunk), o.bytes-bytes))
			source.fill(m)
			hash.Write(m)
			before := time.Now()
			err := t.Send(m)
			if waited := time.Since(before); waited > time.Second {
				say("blocked", map[string]any{"seconds": waited.Seconds(), "after": bytes, "at": time.Since(began).Seconds()})
			}
			if err != nil {
				report("sent", bytes, count, err)
				return err
			}
			bytes += uint64(len(m))
			count++
		}
		report("sent", bytes, count, nil)
		if o.echoed {
			<-back
			mu.Lock()
			same := got == o.bytes && string(returned.Sum(nil)) == string(hash.Sum(nil))
			mu.Unlock()
			say("returned", map[string]any{"bytes": got, "same": same, "seconds": time.Since(began).Seconds()})
			if !same {
				_ = t.Close()
				return errors.New("not the same came back")
			}
		}
	case "pipe":
		ended := make(chan struct{})
		enough := make(chan struct{})
		go func() {
			defer close(ended)
			for got := uint64(0); ; {
				m, err := t.Recv()
				if err != nil {
					return
				}
				if _, err := os.Stdout.Write(m); err != nil {
					return
				}
				got += uint64(len(m))
				if o.until > 0 && got-uint64(len(m)) < o.until && got >= o.until {
					close(enough)
				}
			}
		}()
		buffer := make([]byte, o.chunk)
		for {
			n, err := os.Stdin.Read(buffer)
			if n > 0 {
				if err := t.Send(append([]byte{}, buffer[:n]...)); err != nil {
					break
				}
				bytes += uint64(n)
				count++
				hash.Write(buffer[:n])
			}
			if err != nil {
				break
			}
		}
		if !o.closeEOF {
			select {
			case <-ended:
			case <-enough:
			}
		}
		report("piped", bytes, count, nil)
	default:
		return fmt.Errorf("unknown --app %s", o.app)
	}
	_ = t.Close()
	<-t.socket.over // a process that ends with bytes unread resets the connection, and what it has sent last is lost
	return nil
}

// raw plays one leg up to a point and prints when and how it ends.
func (o options) raw(role, stopAfter string) error {
	if o.relay == "" {
		return errors.New("--relay is needed")
	}
	began := time.Now()
	ended := func(err error) {
		say("ended", map[string]any{"seconds": time.Since(began).Seconds(), "error": fmt.Sprint(err)})
	}
	c, err := net.Dial("tcp", o.relay)
	if err != nil {
		return err
	}
	f := newFramed(c, o.set)
	_ = c.SetReadDeadline(time.Now().Add(o.limit))
	silent := func() error {
		for {
			m, err := f.Recv()
			if err != nil {
				ended(err)
				return nil
			}
			say("frame", map[string]any{"bytes": len(m), "hex": hex.EncodeToString(m[:min(len(m), 128)])})
		}
	}
	if stopAfter == "tcp" {
		return silent()
	}
	if stopAfter == "badversion" {
		_ = f.Send([]byte{0, 0, 0, 1})
		return silent()
	}
	v, err := newVersioned(f)
	if err != nil {
		return err
	}
	if stopAfter == "version" {
		return silent()
	}
	if stopAfter == "nonce" || stopAfter == "badsign" || stopAfter == "badnonce" {
		var own nonce16
		_, _ = rand.Read(own[:])
		_ = v.Send(randNonceMsg{own, o.me.public, o.relayKey}.encode(o.set.legacy))
		if stopAfter != "nonce" {
			raw, err := v.Recv()
			if err != nil {
				return err
			}
			theirs, err := decodeRandNonce(raw)
			if err != nil {
				return err
			}
			eph, _ := newEphemeral()
			dh := dhMsg{dh: eph.public(), nonce: theirs.nonce, salt: eph.salt}
			if stopAfter == "badnonce" {
				dh.nonce[0] ^= 1
			}
			_ = v.Send(dh.encode()) // an empty signature
			began = time.Now()
		}
		return silent()
	}
	s, err := handshake(v, o.me, o.relayKey, o.set)
	if err != nil {
		return err
	}
	say("secure", map[string]any{"peer": s.peer.String(), "ms": float64(time.Since(began).Microseconds()) / 1e3})
	began = time.Now()
	var l messages = s
	live := func() {
		if stopAfter != "nokeepalive" && stopAfter != "dh" {
			l = newKeepalive(s, o.set)
		}
	}
	if !o.set.legacy {
		live()
	}
	send := func(m []byte) {
		if l == messages(s) && !o.set.legacy {
			m = encodeKeepalive(m)
		}
		if err := l.Send(m); err != nil {
			say("send_failed", map[string]any{"error": err.Error()})
		}
	}
	switch stopAfter {
	case "dh":
	case "short":
		_ = f.Send(make([]byte, 11))
	case "replay":
		send(initMsg{role: roleListen}.encode())
		s.sender.count.SetInt64(0)
		send([]byte("x"))
	case "huge":
		var head [8]byte
		binary.BigEndian.PutUint64(head[:], 1<<40)
		_, _ = c.Write(head[:])
	case "garbage":
		send([]byte("no capnp message at all"))
	default:
		m := initMsg{}
		switch role {
		case "accept":
			m.role = roleAccept
		case "connect":
			m.role = roleConnect
		}
		if m.role != roleListen {
			if o.peer == nil {
				return errors.New("--peer is needed")
			}
			m.key = *o.peer
		}
		send(m.encode())
		if o.set.legacy {
			live()
		}
		source := seeded{seed: o.seed}
		for range o.early {
			m := make([]byte, o.chunk)
			source.fill(m)
			send(m)
		}
		say("role_sent", map[string]any{"role": role})
		if o.lines {
			go func() {
				in := bufio.NewScanner(os.Stdin)
				for in.Scan() {
					send(in.Bytes())
				}
				_ = l.Close()
			}()
		}
	}
	hash := sha256.New()
	total := 0
	for {
		m, err := l.Recv()
		if err != nil {
			say("received", map[string]any{"bytes": total, "sha256": hex.EncodeToString(hash.Sum(nil))})
			ended(err)
			return nil
		}
		hash.Write(m)
		total += len(m)
		say("message", map[string]any{"bytes": len(m), "hex": hex.EncodeToString(m[:min(len(m), 128)]),
			"seconds": time.Since(began).Seconds()})
	}
}

// seeded bytes: block i is SHA-256(u64be seed, u64be i), as in the other peers.
type seeded struct {
	seed, block uint64
	have        []byte
}

func (s *seeded) fill(b []byte) {
	for len(b) > 0 {
		if len(s.have) == 0 {
			var in [16]byte
			binary.BigEndian.PutUint64(in[:], s.seed)
			binary.BigEndian.PutUint64(in[8:], s.block)
			s.block++
			sum := sha256.Sum256(in[:])
			s.have = sum[:]
		}
		n := copy(b, s.have)
		s.have = s.have[n:]
		b = b[n:]
	}
}
