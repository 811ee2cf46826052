package streams

import "os"

// removeSocket removes the socket at a path, if there is one. What goes wrong is for net.Listen to tell.
func removeSocket(path string) {
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == os.ModeSocket {
		_ = os.Remove(path)
	}
}

// unlinker removes the socket at a path, if it is the one that is there now.
func unlinker(path string) func() {
	made, err := os.Lstat(path)
	if err != nil {
		return func() {} // an abstract one
	}
	return func() {
		if now, err := os.Lstat(path); err == nil && os.SameFile(made, now) {
			_ = os.Remove(path)
		}
	}
}
