package record

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// A Writer writes a record. Errors of what it writes to end it, and are told by Err.
type Writer struct {
	w       io.Writer
	err     error
	coder   coder
	crc     uint32 // the last one that was written
	events  []byte // of the block
	entries []byte // the same
	block   []byte // to be used again
}

// NewWriter writes the header.
func NewWriter(w io.Writer, h Header) *Writer {
	out := &Writer{w: w}
	b := h.append(nil)
	out.crc = binary.LittleEndian.Uint32(b[len(b)-castagnoli:])
	out.write(b)
	return out
}

func (w *Writer) write(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	w.err = err
}

// Err is the first error of what it writes to.
func (w *Writer) Err() error { return w.err }

// Event: something has entered.
func (w *Writer) Event(e *Event) { w.events = w.coder.appendEvent(w.events, e) }

// Entry was taken.
func (w *Writer) Entry(e Entry) { w.entries = w.coder.appendEntry(w.entries, e) }

// blockSize is how large a block may become.
const blockSize = 1 << 16

// Full reports whether it is time for a checkpoint, whatever the number of entries.
func (w *Writer) Full() bool { return len(w.events) >= blockSize }

// Empty reports whether nothing has happened since the last checkpoint.
func (w *Writer) Empty() bool { return len(w.events)+len(w.entries) == 0 }

// Checkpoint writes the block that ends with c, in one Write.
func (w *Writer) Checkpoint(c Checkpoint) {
	b := append(w.block[:0], 'B')
	b = binary.AppendUvarint(b, uint64(len(w.events)))
	b = append(b, w.events...)
	b = binary.AppendUvarint(b, uint64(len(w.entries)))
	b = append(b, w.entries...)
	b = appendCheckpoint(b, c)
	w.events, w.entries = w.events[:0], w.entries[:0]
	w.block = w.seal(b)
}

// End writes the trailer.
func (w *Writer) End(entries uint64) { w.seal(binary.AppendUvarint([]byte{'E'}, entries)) }

// seal writes b with its CRC.
func (w *Writer) seal(b []byte) []byte {
	w.crc = crc32.Update(w.crc, table, b)
	b = binary.LittleEndian.AppendUint32(b, w.crc)
	w.write(b)
	return b
}
