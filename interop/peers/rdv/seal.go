// Sealed data, for tries whose peers know nothing of each other's data: random bytes with their
// own SHA-256 behind them. The length of the framing counts both.

package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

var errBrokenSeal = errors.New("data does not match the SHA-256 behind it")

// sealedRandom is n random bytes and their seal.
func sealedRandom(n int64) payload {
	digest := sha256.New()
	random := io.LimitReader(rand.Reader, n)
	return payload{n + sha256.Size, &sealingReader{data: io.TeeReader(random, digest), digest: digest}}
}

// sealingReader appends the digest of data once data has ended.
type sealingReader struct {
	data   io.Reader
	digest hash.Hash
	seal   *bytes.Reader
}

func (r *sealingReader) Read(buffer []byte) (int, error) {
	if r.seal == nil {
		n, err := r.data.Read(buffer)
		if n > 0 || err != io.EOF {
			return n, err
		}
		r.seal = bytes.NewReader(r.digest.Sum(nil))
	}
	return r.seal.Read(buffer)
}

// sealCheck takes sealed data; Close tells whether the seal fits.
type sealCheck struct {
	digest hash.Hash
	tail   []byte // the last bytes so far, never more than a seal between two writes
}

func newSealCheck() *sealCheck { return &sealCheck{digest: sha256.New()} }

func (c *sealCheck) Write(data []byte) (int, error) {
	c.tail = append(c.tail, data...)
	if inner := len(c.tail) - sha256.Size; inner > 0 {
		c.digest.Write(c.tail[:inner])
		c.tail = append(c.tail[:0], c.tail[inner:]...)
	}
	return len(data), nil
}

func (c *sealCheck) Close() error {
	if !bytes.Equal(c.tail, c.digest.Sum(nil)) {
		return errBrokenSeal
	}
	return nil
}
