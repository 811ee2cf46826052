package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"
)

// content is what is served under one path. Its tag is a function of the bytes, so that a browser keeps what has not
// changed, whoever serves it.
type content struct {
	kind    string
	body    []byte
	tag     string
	gzipped func() []byte // once
}

func newContent(name string, body []byte) *content {
	sum := sha256.Sum256(body)
	return &content{
		kind:    contentType(name),
		body:    body,
		tag:     base64.RawURLEncoding.EncodeToString(sum[:12]),
		gzipped: sync.OnceValue(func() []byte { return compress(body) }),
	}
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // which is a level that there is
	_, _ = w.Write(body)                                  // to memory
	_ = w.Close()
	return b.Bytes()
}

// ServeHTTP sends the content, or that it has not changed, gzipped to whom takes that.
func (c *content) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, tag := c.body, c.tag
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		body, tag = c.gzipped(), c.tag+"-gzip"
		w.Header().Set("Content-Encoding", "gzip")
	}
	h := w.Header()
	h.Set("Content-Type", c.kind)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache") // that is: ask each time whether it has changed
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// takesGzip reports whether the value of Accept-Encoding allows gzip.
func takesGzip(accepted string) bool {
	for coding := range strings.SplitSeq(accepted, ",") {
		name, quality, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			quality = strings.ReplaceAll(quality, " ", "")
			return !strings.HasPrefix(quality, "q=0") || strings.Trim(quality, "q=0.") != ""
		}
	}
	return false
}
