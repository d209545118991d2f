package main

// Cap'n Proto as the Offset relay uses it: packed, several segments, far pointers. A reader with bounds, and a builder that
// opens segments as the Rust runtime does, so that receivers meet what real peers send.

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	maxSegments  = 512
	maxWords     = 8 << 20
	maxDepth     = 64
	firstSegment = 1024
)

var errShort = errors.New("capnp: message ends early")

// unpack undoes the packing; a message of more than limit words is refused.
func unpack(in []byte, limit int) ([]byte, error) {
	out := make([]byte, 0, len(in)*2)
	room := func(words int) error {
		if len(out)/8+words > limit {
			return errors.New("capnp: unpacked message too large")
		}
		return nil
	}
	for i := 0; i < len(in); {
		tag := in[i]
		i++
		if err := room(1); err != nil {
			return nil, err
		}
		var word [8]byte
		for bit := 0; bit < 8; bit++ {
			if tag&(1<<bit) != 0 {
				if i >= len(in) {
					return nil, errShort
				}
				word[bit] = in[i]
				i++
			}
		}
		out = append(out, word[:]...)
		switch tag {
		case 0x00:
			if i >= len(in) {
				return nil, errShort
			}
			n := int(in[i])
			i++
			if err := room(n); err != nil {
				return nil, err
			}
			out = append(out, make([]byte, n*8)...)
		case 0xff:
			if i >= len(in) {
				return nil, errShort
			}
			n := int(in[i])
			i++
			if err := room(n); err != nil {
				return nil, err
			}
			if i+n*8 > len(in) {
				return nil, errShort
			}
			out = append(out, in[i:i+n*8]...)
			i += n * 8
		}
	}
	return out, nil
}

// pack packs one piece of whole words. Runs of raw words end at a word with two or more zero bytes.
func pack(out, in []byte) []byte {
	for i := 0; i < len(in); {
		word := in[i : i+8]
		i += 8
		var tag byte
		for bit, b := range word {
			if b != 0 {
				tag |= 1 << bit
			}
		}
		out = append(out, tag)
		for _, b := range word {
			if b != 0 {
				out = append(out, b)
			}
		}
		switch tag {
		case 0x00:
			n := 0
			for n < 255 && i < len(in) && binary.LittleEndian.Uint64(in[i:]) == 0 {
				i += 8
				n++
			}
			out = append(out, byte(n))
		case 0xff:
			start, n := i, 0
			for n < 255 && i < len(in) {
				if zeros(in[i:i+8]) >= 2 {
					break
				}
				i += 8
				n++
			}
			out = append(out, byte(n))
			out = append(out, in[start:i]...)
		}
	}
	return out
}

// zeros counts the zero bytes of a word; most words of random bytes have none.
func zeros(word []byte) (n int) {
	const low, high = 0x0101010101010101, 0x8080808080808080
	if v := binary.LittleEndian.Uint64(word); (v-low)&^v&high == 0 {
		return 0
	}
	for _, b := range word {
		if b == 0 {
			n++
		}
	}
	return n
}

// ---- reading

type message struct {
	segments [][]byte
	budget   int // words that may still be visited
}

func parse(packed []byte) (*message, error) {
	raw, err := unpack(packed, maxWords)
	if err != nil {
		return nil, err
	}
	if len(raw) < 8 {
		return nil, errShort
	}
	count := int(binary.LittleEndian.Uint32(raw)) + 1
	if count <= 0 || count > maxSegments {
		return nil, fmt.Errorf("capnp: %d segments", count)
	}
	table := (4 + 4*count + 7) / 8 * 8
	if len(raw) < table {
		return nil, errShort
	}
	m := &message{budget: maxWords}
	at := table
	for i := 0; i < count; i++ {
		words := int(binary.LittleEndian.Uint32(raw[4+4*i:]))
		if words > (len(raw)-at)/8 {
			return nil, errShort
		}
		m.segments = append(m.segments, raw[at:at+words*8])
		at += words * 8
	}
	return m, nil
}

func (m *message) word(segment, index int) (uint64, error) {
	if segment < 0 || segment >= len(m.segments) || index < 0 || index*8+8 > len(m.segments[segment]) {
		return 0, errors.New("capnp: pointer out of bounds")
	}
	return binary.LittleEndian.Uint64(m.segments[segment][index*8:]), nil
}

func (m *message) spend(words int) error {
	m.budget -= words
	if m.budget < 0 {
		return errors.New("capnp: traversal limit")
	}
	return nil
}

// follow resolves far pointers: the segment and word where the object starts, and the pointer word that describes it.
func (m *message) follow(segment, index int) (seg, start int, ptr uint64, err error) {
	ptr, err = m.word(segment, index)
	if err != nil || ptr == 0 {
		return
	}
	if ptr&3 != 2 {
		return segment, index + 1 + int(int32(uint32(ptr))>>2), ptr, nil
	}
	padSegment, pad := int(ptr>>32), int(uint32(ptr)>>3)
	if ptr&4 == 0 {
		if ptr, err = m.word(padSegment, pad); err != nil {
			return
		}
		if ptr&3 == 2 {
			return 0, 0, 0, errors.New("capnp: far pointer to a far pointer")
		}
		return padSegment, pad + 1 + int(int32(uint32(ptr))>>2), ptr, nil
	}
	first, err := m.word(padSegment, pad)
	if err != nil {
		return
	}
	if first&3 != 2 || first&4 != 0 {
		return 0, 0, 0, errors.New("capnp: broken double far pointer")
	}
	ptr, err = m.word(padSegment, pad+1)
	return int(first >> 32), int(uint32(first) >> 3), ptr, err
}

type structure struct {
	m                         *message
	segment, data, dataWords  int
	pointers, pointerCount, d int
}

func (m *message) structAt(segment, index, depth int) (structure, error) {
	if depth > maxDepth {
		return structure{}, errors.New("capnp: nested too deep")
	}
	seg, start, ptr, err := m.follow(segment, index)
	if err != nil || ptr == 0 {
		return structure{m: m, d: depth}, err
	}
	if ptr&3 != 0 {
		return structure{}, errors.New("capnp: a struct was expected")
	}
	data, count := int(ptr>>32&0xffff), int(ptr>>48)
	if start < 0 || (start+data+count)*8 > len(m.segments[seg]) {
		return structure{}, errors.New("capnp: struct out of bounds")
	}
	if err := m.spend(data + count); err != nil {
		return structure{}, err
	}
	return structure{m, seg, start, data, start + data, count, depth}, nil
}

func (m *message) root() (structure, error) { return m.structAt(0, 0, 0) }

func (s structure) u16(at int) uint16 {
	if at/4 >= s.dataWords {
		return 0
	}
	return binary.LittleEndian.Uint16(s.m.segments[s.segment][s.data*8+at*2:])
}

func (s structure) u64(at int) uint64 {
	if at >= s.dataWords {
		return 0
	}
	return binary.LittleEndian.Uint64(s.m.segments[s.segment][(s.data+at)*8:])
}

func (s structure) child(i int) (structure, error) {
	if i >= s.pointerCount {
		return structure{m: s.m, d: s.d + 1}, nil
	}
	return s.m.structAt(s.segment, s.pointers+i, s.d+1)
}

func (s structure) bytes(i int) ([]byte, error) {
	if i >= s.pointerCount {
		return nil, nil
	}
	seg, start, ptr, err := s.m.follow(s.segment, s.pointers+i)
	if err != nil || ptr == 0 {
		return nil, err
	}
	size, count := int(ptr>>32&7), int(ptr>>35)
	if ptr&3 != 1 || size != 2 {
		return nil, errors.New("capnp: a list of bytes was expected")
	}
	if start < 0 || seg >= len(s.m.segments) || start*8+count > len(s.m.segments[seg]) {
		return nil, errors.New("capnp: list out of bounds")
	}
	if err := s.m.spend((count + 7) / 8); err != nil {
		return nil, err
	}
	return s.m.segments[seg][start*8 : start*8+count], nil
}

// fixed reads bytes that are kept in a buffer struct, each group of eight as a big-endian number. Absent means zeros.
func (s structure) fixed(i int, out []byte) error {
	outer, err := s.child(i)
	if err != nil {
		return err
	}
	inner, err := outer.child(0)
	if err != nil {
		return err
	}
	for k := 0; k < len(out)/8; k++ {
		binary.BigEndian.PutUint64(out[8*k:], inner.u64(k))
	}
	return nil
}

// ---- building

type builder struct {
	segments [][]byte
	room     []int // words each segment may hold
	next     int   // least size of a further segment
}

// newBuilder makes a message whose first segment holds so many words.
func newBuilder(first int) *builder {
	b := &builder{next: first}
	b.open(0)
	b.segments[0] = make([]byte, 8) // root pointer
	return b
}

func (b *builder) open(words int) int {
	size := max(words, b.next)
	b.next += size
	b.segments = append(b.segments, nil)
	b.room = append(b.room, size)
	return len(b.segments) - 1
}

func (b *builder) take(segment, words int) (int, bool) {
	at := len(b.segments[segment]) / 8
	if at+words > b.room[segment] {
		return 0, false
	}
	b.segments[segment] = append(b.segments[segment], make([]byte, words*8)...)
	return at, true
}

func (b *builder) put(segment, word int, value uint64) {
	binary.LittleEndian.PutUint64(b.segments[segment][word*8:], value)
}

// place finds room for an object and writes the pointer at (segment, index), by way of a landing pad where needed.
func (b *builder) place(segment, index, words int, shape uint64) (int, int) {
	if at, ok := b.take(segment, words); ok {
		b.put(segment, index, uint64(uint32(int32(at-index-1)<<2))|shape)
		return segment, at
	}
	other, pad := -1, 0
	for i := range b.segments {
		if at, ok := b.take(i, words+1); ok {
			other, pad = i, at
			break
		}
	}
	if other < 0 {
		other = b.open(words + 1)
		pad, _ = b.take(other, words+1)
	}
	b.put(segment, index, uint64(other)<<32|uint64(pad)<<3|2)
	b.put(other, pad, shape) // the object follows its pad: offset 0
	return other, pad + 1
}

type target struct {
	b                      *builder
	segment, data, pointer int
}

func (b *builder) structAt(segment, index, data, pointers int) target {
	seg, at := b.place(segment, index, data+pointers, uint64(data)<<32|uint64(pointers)<<48)
	return target{b, seg, at, at + data}
}

func (b *builder) root(data, pointers int) target { return b.structAt(0, 0, data, pointers) }

func (t target) u16(at int, v uint16) {
	binary.LittleEndian.PutUint16(t.b.segments[t.segment][t.data*8+at*2:], v)
}

func (t target) child(i, data, pointers int) target {
	return t.b.structAt(t.segment, t.pointer+i, data, pointers)
}

func (t target) bytes(i int, v []byte) {
	seg, at := t.b.place(t.segment, t.pointer+i, (len(v)+7)/8, 1|uint64(2)<<32|uint64(len(v))<<35)
	copy(t.b.segments[seg][at*8:], v)
}

func (t target) fixed(i int, v []byte) {
	inner := t.child(i, 0, 1).child(0, len(v)/8, 0)
	for k := 0; k < len(v)/8; k++ {
		t.b.put(inner.segment, inner.data+k, binary.BigEndian.Uint64(v[8*k:]))
	}
}

func (b *builder) table() []byte {
	n := len(b.segments)
	table := make([]byte, (4+4*n+7)/8*8)
	binary.LittleEndian.PutUint32(table, uint32(n-1))
	for i, s := range b.segments {
		binary.LittleEndian.PutUint32(table[4+4*i:], uint32(len(s)/8))
	}
	return table
}

func (b *builder) unpacked() []byte {
	out := b.table()
	for _, s := range b.segments {
		out = append(out, s...)
	}
	return out
}

// packed packs the first word of the table, the rest of it, and each segment by itself.
func (b *builder) packed() []byte {
	table := b.table()
	out := pack(nil, table[:8])
	out = pack(out, table[8:])
	for _, s := range b.segments {
		out = pack(out, s)
	}
	return out
}
