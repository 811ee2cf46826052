// Package interop tries package streams with what others have written: clients, servers, and libraries
// that know nothing of coroutines. It is a module of its own, for their sake. A test whose program is
// not installed is skipped, and says which.
package interop
