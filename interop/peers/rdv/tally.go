// Counting and hashing of the data that passes.

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"sync"
)

// tally is what was exchanged, whether or not it came to a good end: data bytes without any
// framing, and their SHA-256 in hex.
type tally struct {
	Sent           int64  `json:"sent"`
	Received       int64  `json:"received"`
	SentSha256     string `json:"sentSha256"`
	ReceivedSha256 string `json:"receivedSha256"`
}

func tallyOf(sending, receiving *meter) tally {
	var t tally
	t.Sent, t.SentSha256 = sending.sum()
	t.Received, t.ReceivedSha256 = receiving.sum()
	return t
}

// meter counts and hashes what it hands on. One goroutine writes; sum may be called by any.
type meter struct {
	next io.Writer

	mu     sync.Mutex // guards what follows
	digest hash.Hash
	count  int64
}

func newMeter(next io.Writer) *meter {
	return &meter{next: next, digest: sha256.New()}
}

func (m *meter) Write(data []byte) (int, error) {
	n, err := m.next.Write(data)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.digest.Write(data[:n])
	m.count += int64(n)
	return n, err
}

// sum is the count so far and the hash of that many bytes.
func (m *meter) sum() (int64, string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count, hex.EncodeToString(m.digest.Sum(nil))
}
