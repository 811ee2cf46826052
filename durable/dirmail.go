package durable

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Mail is a directory for each program, with a file for each message: their names are in the order in which they were sent,
// and end in what tells keys apart.

const keyLength = 32 // of it in hexadecimal digits

func mailKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:keyLength/2])
}

// mailNames are the names of the messages, in order. Others are being written.
func mailNames(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), "new-") {
			names = append(names, file.Name())
		}
	}
	return names, err
}

// putMail leaves a message. A directory that is empty may be removed at any time before there is something in it.
func putMail(dir string, m Message) error {
	for {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if err := putMailIn(dir, m); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
}

func putMailIn(dir string, m Message) error {
	names, err := mailNames(dir)
	if err != nil {
		return err
	}
	key := mailKey(m.Key)
	if slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, key) }) {
		return nil
	}
	number := time.Now().UnixNano()
	if len(names) > 0 {
		var last int64
		if _, err := fmt.Sscanf(names[len(names)-1], "%d-", &last); err == nil {
			number = max(number, last+1)
		}
	}
	file, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return err
	}
	data := binary.AppendUvarint(nil, uint64(len(m.Key)))
	data = append(append(data, m.Key...), m.Entry...)
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, fmt.Sprintf("%020d-%s", number, key)))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if err := syncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it was received, and removed
		return err
	}
	return syncDir(filepath.Dir(dir))
}

func readMail(dir string) ([]Message, error) {
	names, err := mailNames(dir)
	if err != nil {
		return nil, err
	}
	var messages []Message
	seen := map[string]bool{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		size, n := binary.Uvarint(data)
		if n <= 0 || size > uint64(len(data)-n) {
			return nil, fmt.Errorf("%s is no message", filepath.Join(dir, name))
		}
		m := Message{Key: string(data[n : n+int(size)]), Entry: data[n+int(size):]}
		if !seen[m.Key] { // two processes may have sent it at once
			seen[m.Key] = true
			messages = append(messages, m)
		}
	}
	return messages, nil
}

func removeMail(dir string, keys []string) error {
	names, err := mailNames(dir)
	if err != nil {
		return err
	}
	for _, key := range keys {
		suffix := mailKey(key)
		for _, name := range names {
			if strings.HasSuffix(name, suffix) {
				if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
		}
	}
	_ = os.Remove(dir) // unless there are others
	return nil
}
