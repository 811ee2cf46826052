package durable

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// A file of a Dir begins with fileMagic. After it come batches, each of which was written at once and is there
// as a whole or not at all:
//
//	4 bytes  how many the batch has after the checksum
//	4 bytes  checksum, CRC-32C, of that number and those bytes
//	         each entry, with its length before it as a varint
//
// Both numbers are little-endian.
const (
	fileMagic   = "ouro-d1\n"
	batchHeader = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendBatch(b []byte, entries [][]byte) []byte {
	if len(entries) == 0 {
		return b
	}
	at := len(b)
	b = append(b, make([]byte, batchHeader)...)
	for _, entry := range entries {
		b = binary.AppendUvarint(b, uint64(len(entry)))
		b = append(b, entry...)
	}
	batch := b[at:]
	binary.LittleEndian.PutUint32(batch, uint32(len(batch)-batchHeader))
	binary.LittleEndian.PutUint32(batch[4:], checksum(batch))
	return b
}

func checksum(batch []byte) uint32 {
	sum := crc32.Update(0, castagnoli, batch[:4])
	return crc32.Update(sum, castagnoli, batch[batchHeader:])
}

// parseFile is what entries there are, and how many bytes of data they take. What follows was being written
// when the power failed.
func parseFile(data []byte) (entries [][]byte, size int64, err error) {
	if !bytes.HasPrefix(data, []byte(fileMagic)) {
		return nil, 0, errors.New("this is no journal of a durable program: it does not begin with " + fmt.Sprintf("%q", fileMagic))
	}
	rest := data[len(fileMagic):]
	for len(rest) >= batchHeader {
		n := int64(binary.LittleEndian.Uint32(rest))
		if n > int64(len(rest)-batchHeader) {
			break // the end is missing
		}
		batch := rest[:batchHeader+n]
		if n == 0 || binary.LittleEndian.Uint32(batch[4:]) != checksum(batch) {
			if after := rest[len(batch):]; len(bytes.Trim(after, "\x00")) > 0 {
				return nil, 0, fmt.Errorf("the journal is damaged at byte %d: the checksum is wrong, and more follows; restore it from a copy", len(data)-len(rest))
			}
			break
		}
		for b := batch[batchHeader:]; len(b) > 0; {
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return nil, 0, fmt.Errorf("the journal is damaged at byte %d: an entry is longer than its batch", len(data)-len(rest))
			}
			entries = append(entries, b[n:n+int(size):n+int(size)])
			b = b[n+int(size):]
		}
		rest = rest[len(batch):]
	}
	return entries, int64(len(data) - len(rest)), nil
}
