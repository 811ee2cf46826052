package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"runtime"
	"runtime/debug"
	"time"
)

// A Header says what was recorded, and by what.
type Header struct {
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Module   string `json:"module"`  // this module's version
	Program  string `json:"program"` // the path of the main package
	Build    string `json:"build"`   // the revision that it was built from, "" if that is not known

	Seed    uint64 `json:"seed"`
	Epoch   int64  `json:"epoch"` // what time of day it is when the loop's is zero, in nanoseconds since 1970
	Zone    string `json:"zone"`
	Offset  int    `json:"offset"` // of the zone, in seconds
	Options string `json:"options"`
}

// NewHeader is that of this process.
func NewHeader() Header {
	h := Header{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return h
	}
	h.Program, h.Module = info.Path, info.Main.Version
	for _, m := range info.Deps {
		if m.Path == module {
			h.Module = m.Version
		}
	}
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			h.Build = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ", modified"
		}
	}
	if h.Build != "" {
		h.Build += dirty
	}
	return h
}

const module = "github.com/ouro-loop/ouro"

// SetEpoch sets the time of day at which the loop's time is zero.
func (h *Header) SetEpoch(t time.Time) {
	h.Epoch = t.UnixNano()
	h.Zone, h.Offset = t.Zone()
}

// EpochTime is what was given to SetEpoch, in the local zone if that is the same.
func (h *Header) EpochTime() time.Time {
	t := time.Unix(0, h.Epoch)
	if _, offset := t.Zone(); offset != h.Offset {
		return t.In(time.FixedZone(h.Zone, h.Offset))
	}
	return t
}

// Differences says what of the program is not as it was: "" if nothing is known to differ.
func (h *Header) Differences(now Header) string {
	var b bytes.Buffer
	for _, d := range []struct{ what, then, now string }{
		{"program", h.Program, now.Program},
		{"revision", h.Build, now.Build},
		{"version of " + module, h.Module, now.Module},
		{"Go", h.Go, now.Go},
		{"platform", h.Platform, now.Platform},
		{"options", h.Options, now.Options},
	} {
		if d.then != d.now {
			if b.Len() > 0 {
				b.WriteString("; ")
			}
			fmt.Fprintf(&b, "%s %s, now %s", d.what, orNone(d.then), orNone(d.now))
		}
	}
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

const (
	magic      = "ouro-rec"
	version    = 1
	maxHeader  = 1 << 16
	castagnoli = 4 // the bytes of a CRC
)

var table = crc32.MakeTable(crc32.Castagnoli)

func (h *Header) append(b []byte) []byte {
	text, err := json.Marshal(h)
	if err != nil {
		panic(err) // of strings and numbers
	}
	b = append(b, magic...)
	b = binary.AppendUvarint(b, version)
	b = binary.AppendUvarint(b, uint64(len(text)))
	b = append(b, text...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, table))
}

var (
	// ErrForeign says that a file is no record.
	ErrForeign = errors.New("it is no record of a loop")

	// ErrNewer says that it was written by a later version.
	ErrNewer = errors.New("it was recorded by a newer version of this module")

	// ErrCorrupt says that it was changed.
	ErrCorrupt = errors.New("it is corrupt")

	// ErrShort says that it ends before the first checkpoint.
	ErrShort = errors.New("it ends before its first checkpoint, so there is nothing to replay")
)

// readHeader gives the header of a file, and what comes after it.
func readHeader(b []byte) (h Header, crc uint32, rest []byte, err error) {
	if !bytes.HasPrefix(b, []byte(magic)) {
		if len(b) > 0 && bytes.HasPrefix([]byte(magic), b) {
			return h, 0, nil, ErrShort
		}
		return h, 0, nil, ErrForeign
	}
	s := scanner{b: b[len(magic):]}
	switch v := s.uvarint(); {
	case s.err != nil:
		return h, 0, nil, ErrShort
	case v == 0:
		return h, 0, nil, fmt.Errorf("%w: version 0", ErrCorrupt)
	case v > version:
		return h, 0, nil, fmt.Errorf("%w: version %d, and here is version %d", ErrNewer, v, version)
	}
	length := s.uvarint()
	if length > maxHeader {
		return h, 0, nil, fmt.Errorf("%w: a header of %d bytes", ErrCorrupt, length)
	}
	text := s.bytes(length)
	sum := s.bytes(castagnoli)
	if s.err != nil {
		return h, 0, nil, ErrShort
	}
	crc = binary.LittleEndian.Uint32(sum)
	if crc32.Checksum(b[:len(b)-len(s.b)-castagnoli], table) != crc {
		return h, 0, nil, fmt.Errorf("%w: its header is not as it was written", ErrCorrupt)
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, 0, nil, fmt.Errorf("%w: its header: %w", ErrCorrupt, err)
	}
	return h, crc, s.b, nil
}
