package main

// The vectors of the Java modules, both ways.

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

func load(t *testing.T, name string, into any) {
	t.Helper()
	module := "offset"
	if name == "crypto.json" {
		module = "crypto"
	}
	raw, err := os.ReadFile("../../../" + module + "/src/test/resources/dev/posthouse/" + module + "/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFraming(t *testing.T) {
	var v struct {
		Cases []struct{ Payload, U64be string }
	}
	load(t, "framing.json", &v)
	for _, c := range v.Cases {
		p := unhex(t, c.Payload)
		frame := binary.BigEndian.AppendUint64(nil, uint64(len(p)))
		if hex.EncodeToString(append(frame, p...)) != c.U64be {
			t.Errorf("frame of %s", c.Payload)
		}
	}
}

// reencode decodes a message of a kind and encodes it again.
func reencode(t *testing.T, kind string, packed []byte) []byte {
	t.Helper()
	fail := func(err error) {
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	switch kind {
	case "listen", "accept", "connect":
		m, err := decodeInit(packed)
		fail(err)
		return m.encode()
	case "reject", "incoming":
		k, err := decodeKey(packed)
		fail(err)
		return encodeKey(k)
	case "ern":
		m, err := decodeRandNonce(packed)
		fail(err)
		return m.encode(false)
	case "edh":
		m, err := decodeDh(packed)
		fail(err)
		return m.encode()
	case "keepalive", "kamsg":
		m, err := decodeKeepalive(packed)
		fail(err)
		return encodeKeepalive(m)
	case "cmuser", "cmrekey":
		p, u, r, err := decodeChannel(packed, false)
		fail(err)
		return encodeChannel(p, u, r, false)
	}
	return nil
}

func TestMessages(t *testing.T) {
	var v struct {
		Cases []struct{ Name, Kind, Packed, Unpacked string }
	}
	load(t, "messages.json", &v)
	kinds := map[string]int{}
	for _, c := range v.Cases {
		packed := unhex(t, c.Packed)
		raw, err := unpack(packed, maxWords)
		if err != nil || hex.EncodeToString(raw) != c.Unpacked {
			t.Errorf("%s: unpacked otherwise (%v)", c.Name, err)
		}
		kinds[c.Kind]++
		if again := reencode(t, c.Kind, packed); again != nil {
			if !bytes.Equal(again, packed) {
				t.Errorf("%s (%s): encoded otherwise\n%x\n%x", c.Name, c.Kind, again, packed)
			}
		} else {
			t.Logf("%s: kind %s is only unpacked", c.Name, c.Kind)
		}
	}
	t.Log(kinds)
}

func TestMultiSegment(t *testing.T) {
	var v struct {
		Cases []struct {
			Padding, User int
			Segments      []json.RawMessage
			Packed        string
			PackedLength  int
			Sha           string `json:"packedSha512_256"`
		}
	}
	load(t, "multi_segment.json", &v)
	for _, c := range v.Cases {
		padding, user := make([]byte, c.Padding), make([]byte, c.User)
		for i := range padding {
			padding[i] = byte(7*i + 3)
		}
		for i := range user {
			user[i] = byte(11*i + 1)
		}
		b := buildChannel(padding, user, nil, false)
		packed := b.packed()
		sum := sha512.Sum512_256(packed)
		if hex.EncodeToString(sum[:]) != c.Sha || len(packed) != c.PackedLength || len(b.segments) != len(c.Segments) {
			t.Errorf("padding %d, user %d: %d segments, %d bytes", c.Padding, c.User, len(b.segments), len(packed))
		}
		p, u, r, err := decodeChannel(packed, false)
		if err != nil || r != nil || !bytes.Equal(p, padding) || !bytes.Equal(u, user) {
			t.Errorf("padding %d, user %d: read otherwise: %v", c.Padding, c.User, err)
		}
	}
}

type ephemeralVector struct {
	RandNonce, X25519_private, X25519_public, KeySalt string
}

func (e ephemeralVector) make(t *testing.T) ephemeral {
	t.Helper()
	k, err := ecdh.X25519().NewPrivateKey(unhex(t, e.X25519_private))
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(k.PublicKey().Bytes()) != e.X25519_public {
		t.Fatal("public key")
	}
	return ephemeral{k, salt32(unhex(t, e.KeySalt))}
}

func TestCrypto(t *testing.T) {
	var v struct {
		Identities []struct {
			Role, PublicKey, PublicKey_b64url string
			Seed                              string `json:"ed25519_seed"`
		}
		KeyDerivation struct {
			A, B                                 ephemeralVector
			SharedSecret, A_send_key, B_send_key string
		} `json:"key_derivation"`
		Nonces []struct {
			Index json.Number
			Nonce string
		} `json:"nonce_sequence"`
		Aead struct {
			Key      string
			Messages []struct{ Ascii, Ciphertext string }
		}
	}
	load(t, "crypto.json", &v)
	for _, i := range v.Identities {
		me := identityOf(unhex(t, i.Seed))
		if hex.EncodeToString(me.public[:]) != i.PublicKey || me.public.String() != i.PublicKey_b64url {
			t.Error(i.Role)
		}
	}
	a, b := v.KeyDerivation.A.make(t), v.KeyDerivation.B.make(t)
	aSend, err := deriveKey(a.private, b.public(), a.salt)
	if err != nil || hex.EncodeToString(aSend[:]) != v.KeyDerivation.A_send_key {
		t.Error("key of a", err)
	}
	bSend, err := deriveKey(a.private, b.public(), b.salt)
	if err != nil || hex.EncodeToString(bSend[:]) != v.KeyDerivation.B_send_key {
		t.Error("key of b", err)
	}
	send, recv := newCipher([32]byte(unhex(t, v.Aead.Key))), newCipher([32]byte(unhex(t, v.Aead.Key)))
	for _, m := range v.Aead.Messages {
		if hex.EncodeToString(send.seal([]byte(m.Ascii))) != m.Ciphertext {
			t.Error("sealed otherwise:", m.Ascii)
		}
		plain, err := recv.open(unhex(t, m.Ciphertext))
		if err != nil || string(plain) != m.Ascii {
			t.Error("opened otherwise:", m.Ascii)
		}
	}
	for _, n := range v.Nonces {
		c := newCipher([32]byte{})
		if _, ok := c.count.SetString(n.Index.String(), 10); !ok {
			continue
		}
		if hex.EncodeToString(c.nonce()) != n.Nonce {
			t.Error("nonce", n.Index, hex.EncodeToString(c.nonce()), n.Nonce)
		}
	}
}

// tape is one side's stream, read frame by frame.
type tape struct{ frames [][]byte }

func newTape(t *testing.T, stream []byte) *tape {
	t.Helper()
	tp := &tape{}
	for len(stream) > 0 {
		n := binary.BigEndian.Uint64(stream)
		tp.frames = append(tp.frames, stream[8:8+n])
		stream = stream[8+n:]
	}
	return tp
}

// TestLegTranscript follows both directions of the recorded leg, rekeys included, as a reader with both private halves.
func TestLegTranscript(t *testing.T) {
	type side struct {
		Ephemeral                                          ephemeralVector
		ExchangeRandNonce, SignedBytes, Signature, SendKey string
		ExchangeDh                                         string
	}
	type rekeys struct {
		C, R           ephemeralVector
		C_send, R_send string
	}
	var v struct {
		C, R      side
		Rekey1    rekeys
		Rekey2    rekeys `json:"rekey2_simultaneous"`
		Events    []struct{ From, What, Payload, Plaintext string }
		TcpStream struct{ C, R string } `json:"tcp_stream"`
	}
	load(t, "leg_transcript.json", &v)
	for name, s := range map[string]side{"C": v.C, "R": v.R} {
		m, err := decodeRandNonce(unhex(t, s.ExchangeRandNonce))
		if err != nil {
			t.Fatal(err)
		}
		dh, err := decodeDh(unhex(t, s.ExchangeDh))
		if err != nil {
			t.Fatal(err)
		}
		signed := signedBytes(dh.dh, dh.nonce, dh.salt)
		if hex.EncodeToString(signed) != s.SignedBytes || hex.EncodeToString(dh.sign[:]) != s.Signature {
			t.Error(name, "signed bytes")
		}
		if !ed25519.Verify(m.source[:], signed, dh.sign[:]) {
			t.Error(name, "signature")
		}
	}
	streams := map[string]*tape{"C": newTape(t, unhex(t, v.TcpStream.C)), "R": newTape(t, unhex(t, v.TcpStream.R))}
	at := map[string]int{}
	// A receiver for each direction; a rekey installs the key that the vector names.
	ends := map[string]*secure{
		"C": {recv: newCipher([32]byte(unhex(t, v.C.SendKey))), set: defaults()},
		"R": {recv: newCipher([32]byte(unhex(t, v.R.SendKey))), set: defaults()},
	}
	next := map[string][]string{"C": {v.Rekey1.C_send, v.Rekey2.C_send}, "R": {v.Rekey1.R_send, v.Rekey2.R_send}}
	for i, e := range v.Events {
		frame := streams[e.From].frames[at[e.From]]
		at[e.From]++
		if hex.EncodeToString(frame) != e.Payload {
			t.Fatalf("event %d (%s): payload", i, e.What)
		}
		if e.Plaintext == "" {
			continue
		}
		plain, err := ends[e.From].decrypt(frame)
		if err != nil {
			t.Fatalf("event %d (%s): %v", i, e.What, err)
		}
		if hex.EncodeToString(plain) != e.Plaintext {
			t.Fatalf("event %d (%s): plaintext", i, e.What)
		}
		_, _, rekey, err := decodeChannel(plain, false)
		if err != nil {
			t.Fatal(err)
		}
		if rekey != nil {
			// This side's next records may come under either key until the new one is first used.
			s := ends[e.From]
			s.old, s.recv = s.recv, newCipher([32]byte(unhex(t, next[e.From][0])))
			next[e.From] = next[e.From][1:]
		}
	}
	for name, s := range streams {
		if at[name] != len(s.frames) {
			t.Errorf("%s: %d of %d frames", name, at[name], len(s.frames))
		}
	}
}

// TestRelayScenario follows every leg and the tunnel inside two of them.
func TestRelayScenario(t *testing.T) {
	type inner struct{ SendKey, SignedBytes, Signature, ExchangeRandNonce, ExchangeDh string }
	var v struct {
		Legs []struct {
			Leg, SharedSecret, ClientSendKey, RelaySendKey string
			ClientEphemeral, RelayEphemeral                ephemeralVector
		}
		EndToEnd struct{ C, D inner }
		Frames   []struct{ Leg, Direction, What, KaMessage, Frame string }
	}
	load(t, "relay_scenario.json", &v)
	ends := map[string]*cipherState{}
	for _, l := range v.Legs {
		c, r := l.ClientEphemeral.make(t), l.RelayEphemeral.make(t)
		for _, k := range []struct {
			direction, want string
			private         *ecdh.PrivateKey
			peer            [32]byte
			salt            salt32
		}{{"client->relay", l.ClientSendKey, c.private, r.public(), c.salt}, {"relay->client", l.RelaySendKey, r.private, c.public(), r.salt}} {
			key, err := deriveKey(k.private, k.peer, k.salt)
			if err != nil || hex.EncodeToString(key[:]) != k.want {
				t.Fatal(l.Leg, k.direction, err)
			}
			ends[l.Leg+k.direction] = newCipher(key)
		}
	}
	tunnel := map[string]*cipherState{"C": newCipher([32]byte(unhex(t, v.EndToEnd.C.SendKey))), "D": newCipher([32]byte(unhex(t, v.EndToEnd.D.SendKey)))}
	relayed := 0
	for i, f := range v.Frames {
		record := unhex(t, f.Frame)
		if binary.BigEndian.Uint64(record) != uint64(len(record)-8) {
			t.Fatal("frame length")
		}
		plain, err := ends[f.Leg+f.Direction].open(record[8:])
		if err != nil {
			t.Fatalf("frame %d (%s): %v", i, f.What, err)
		}
		_, user, _, err := decodeChannel(plain, false)
		if err != nil || hex.EncodeToString(user) != f.KaMessage {
			t.Fatalf("frame %d (%s): message", i, f.What)
		}
		m, err := decodeKeepalive(user)
		if err != nil {
			t.Fatal(err)
		}
		// What is inside a tunnel is looked at where it reaches its receiver.
		from := map[string]string{"D-acceptrelay->client": "C", "C-connectrelay->client": "D"}[f.Leg+f.Direction]
		if from == "" {
			continue
		}
		relayed++
		if relayed > 4 {
			record, err := tunnel[from].open(m)
			if err != nil {
				t.Fatalf("frame %d (%s): inner record: %v", i, f.What, err)
			}
			if _, inside, _, err := decodeChannel(record, false); err != nil {
				t.Fatal(err)
			} else if _, err := decodeKeepalive(inside); err != nil {
				t.Fatal(err)
			}
		}
	}
	if relayed != 6 {
		t.Errorf("%d payloads came through the relay", relayed)
	}
}
