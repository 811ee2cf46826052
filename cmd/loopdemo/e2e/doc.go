// Package e2e tests the teaching page in a browser: Chromium, driven by chromedp. It is a module of its own, so that
// the library needs neither.
//
//	go test .                            what CI does
//	go test . -shots DIR                 and write screenshots
//	AXE=.../axe.min.js go test .         with axe-core's rules, too
//
// What it looks at is what "loopdemo serve" shows, or the library that -library names. Package sample's stories stand in
// where a test needs something made by hand.
//
// Without a Chromium, in the PATH or at CHROMIUM, everything is skipped.
package e2e
