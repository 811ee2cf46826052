package main

// whyMissed says for a row what keeps us from its goal: what the profile shows, and what
// was tried. It is printed only where a goal is missed.
var whyMissed = map[string]string{}
