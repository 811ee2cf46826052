package natsstore

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// subjects are the names of the streams and of what is in them.
type subjects struct{ prefix string }

// maxID is how long an id may be: servers refuse subjects of more than 4 KiB.
const maxID = 1024

func checkID(id string) error {
	if id == "" {
		return errors.New("natsstore: a program needs an id")
	}
	if len(id) > maxID {
		return fmt.Errorf("natsstore: an id of %d bytes is too long, it may have %d", len(id), maxID)
	}
	return nil
}

func token(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func (s subjects) journals() string { return s.prefix + "_journals" }
func (s subjects) programs() string { return s.prefix + "_programs" }

func (s subjects) allJournals() string { return s.prefix + ".j.*" }
func (s subjects) allPrograms() []string {
	return []string{s.state("*"), s.owner("*"), s.prefix + ".m.*.*"}
}

func (s subjects) journal(token string) string { return s.prefix + ".j." + token }
func (s subjects) state(token string) string   { return s.prefix + ".s." + token }
func (s subjects) owner(token string) string   { return s.prefix + ".o." + token }

// mail is the subject of a message, or with "*" for the key of all of a program.
func (s subjects) mail(token, key string) string { return s.prefix + ".m." + token + "." + key }

// mailKey is a key as it is in a subject: however long it is, that is not.
func mailKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// parse is what a subject is of: 'j', 's', 'o' or 'm', and the program or the owner.
func (s subjects) parse(subject string) (kind byte, name string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(subject, s.prefix+"."), ".")
	if len(parts) < 2 || len(parts[0]) != 1 {
		return 0, "", false
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	return parts[0][0], string(data), err == nil
}
