package explain

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// seconds is d as people say it: 0.25 s.
func seconds(d time.Duration) string {
	exact := time.Millisecond
	if d.Abs() < 10*time.Millisecond {
		exact = time.Microsecond
	}
	return strconv.FormatFloat(float64(d.Round(exact))/float64(time.Second), 'f', -1, 64) + " s"
}

// count is a number of things.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// functionName is the last part of a Go function's name: fetch of main.fetch.
func functionName(function string) string {
	_, name, found := strings.Cut(function[strings.LastIndexByte(function, '/')+1:], ".")
	if !found {
		return function
	}
	return strings.TrimSuffix(name, "-fm") // of a method as a value
}
