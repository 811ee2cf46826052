package page

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// policy allows the page its own files and nothing else: no other address, no script or style in the document.
// WebAssembly is for live runs.
const policy = "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
	"img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Hosts are the names under which a server may be asked. A page of somebody else's can have its own name point to
// this machine (DNS rebinding); then the name is not one of these.
type Hosts struct {
	names map[string]bool
	anyIP bool
}

// HostsOf are the names of a server that was asked to listen on an address, HOST:PORT, and listens on bound: those of
// this machine's loopback, the host of the address, and if it listens on all addresses every address, because nobody
// else can give that away. The port is not looked at, so that it can be forwarded.
func HostsOf(address string, bound net.Addr) Hosts {
	h := Hosts{names: map[string]bool{"localhost": true}}
	if host, _, err := net.SplitHostPort(address); err == nil && host != "" {
		h.names[strings.ToLower(host)] = true
	}
	if tcp, ok := bound.(*net.TCPAddr); ok {
		h.names[tcp.IP.String()] = true
		h.anyIP = tcp.IP.IsUnspecified()
	}
	return h
}

// allow reports whether a request's Host is one of these.
func (h Hosts) allow(host string) bool {
	name := host
	if without, _, err := net.SplitHostPort(host); err == nil {
		name = without
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	if h.names[name] {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && (h.anyIP || ip.IsLoopback() || h.names[ip.String()])
}

// guarded refuses what does not come from the page itself, or from the address bar: requests for other hosts (421),
// of pages of other origins (403), and those that are to change something (405).
func guarded(hosts Hosts, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		switch {
		case !hosts.allow(r.Host):
			refuse(w, http.StatusMisdirectedRequest, fmt.Sprintf("This server is not %q. Ask for localhost, or for the address it listens on.", r.Host))
		case !sameOrigin(r):
			refuse(w, http.StatusForbidden, "This server answers its own page only, not one of "+r.Header.Get("Origin")+".")
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, "There is nothing here to change: GET and HEAD only.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// sameOrigin reports whether a request comes from this server's page, or from none: then it has no Origin.
func sameOrigin(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	origin, err := url.Parse(origins[0])
	return err == nil && len(origins) == 1 && origin.Host != "" && strings.EqualFold(origin.Host, r.Host)
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}
